"""Setting up a world: accounts, Apps and their installations, repositories, roles, what branches ask for."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from app.hub import bare
from app.hub.accounts import App, Installation, Json, Permissions, Repository, RequiredCheck, Role, Token, User
from app.hub.courier import TIME_LIMIT_SECONDS, Courier
from app.hub.events import Hub, announce, announce_installation, check_events
from app.hub.state import State
from app.hub.views import show_installation, show_repository, show_user

_NAMED = ("id", "node_id", "name", "full_name", "private")


class UnknownAccountError(LookupError):
    """No account of that login was added."""


class Grounds:
    """A local GitHub before anything happens on it. Bare repositories are made below `directory`.

    Every method may be called from any thread, and while the hub is served.
    """

    def __init__(
        self,
        directory: Path,
        clock: Callable[[], datetime],
        *,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        parallel_deliveries: int = 1,
        delivery_seconds: float = TIME_LIMIT_SECONDS,
    ) -> None:
        self.state = State()
        courier = Courier(self.state, clock, entropy, parallel=parallel_deliveries, time_limit=delivery_seconds)
        self.hub = Hub(self.state, clock, entropy, courier)
        self._directory = directory

    def close(self) -> None:
        """Stop delivering. The state can still be looked at."""
        self.hub.courier.close()

    def wait(self, seconds: float = 30.0) -> None:
        """Block until every delivery was answered or failed. Not for an event loop: see `settle`."""
        self.hub.courier.wait(seconds)

    async def settle(self, seconds: float = 30.0) -> None:
        """The same for a coroutine."""
        await self.hub.courier.settle(seconds)

    def user(self, login: str) -> User:
        """The account of a login. Raises UnknownAccountError."""
        found = self.state.user(login)
        if found is None:
            raise UnknownAccountError(login)
        return found

    def add_person(self, login: str) -> User:
        """A new person."""
        with self.state.lock:
            user = User(self.state.next_id(), login, "User")
            self.state.users[login.lower()] = user
            return user

    def add_organization(self, login: str) -> User:
        """A new organization."""
        with self.state.lock:
            user = User(self.state.next_id(), login, "Organization")
            self.state.users[login.lower()] = user
            return user

    def register_app(
        self,
        slug: str,
        owner: str,
        public_key_pem: str,
        permissions: Permissions,
        events: Iterable[str],
        *,
        webhook_url: str | None = None,
        webhook_secret: str = "",
    ) -> App:
        """Register a GitHub App. Raises events.UnsupportedEventsError where an event lacks its permission."""
        wanted, granted = frozenset(events), {"metadata": "read"} | permissions
        check_events(granted, wanted)
        with self.state.lock:
            bot = User(self.state.next_id(), f"{slug}[bot]", "Bot")
            self.state.users[bot.login.lower()] = bot
            app = App(
                id=self.state.next_id(),
                slug=slug,
                name=slug,
                client_id="Iv23" + self.hub.entropy(8).hex(),
                public_key_pem=public_key_pem,
                owner=self.user(owner),
                bot=bot,
                permissions=granted,
                events=wanted,
                webhook_url=webhook_url,
                webhook_secret=webhook_secret,
                hook_id=self.state.next_id(),
                created_at=self.hub.clock(),
            )
            self.state.apps[app.id] = app
            return app

    def install(self, app: App, account: str, repositories: Iterable[Repository] | None = None) -> Installation:
        """Install an App on an account: on all its repositories, or on those named."""
        with self.state.lock:
            chosen = None if repositories is None else {repository.id for repository in repositories}
            number, owner = self.state.next_id(), self.user(account)
            permissions = dict(app.permissions)
            installation = Installation(number, app, owner, permissions, chosen, self.hub.clock())
            self.state.installations[number] = installation
            self._tell_installation(installation, "created")
            return installation

    def cover(self, installation: Installation, repository: Repository) -> None:
        """Give a standing installation one more repository: an account has but one installation of an App."""
        with self.state.lock:
            if installation.repository_ids is not None:
                installation.repository_ids = installation.repository_ids | {repository.id}
            whole = show_repository(self.hub.url, repository)
            shown: Json = {
                "installation": show_installation(self.hub.url, installation),
                "repository_selection": "all" if installation.repository_ids is None else "selected",
                "repositories_added": [{key: whole[key] for key in _NAMED}],
                "repositories_removed": [],
                "requester": None,
            }
            owner = installation.account
            announce_installation(self.hub, "installation_repositories", "added", installation, owner, shown)

    def suspend(self, installation: Installation) -> None:
        """Suspend an installation: its tokens are refused."""
        with self.state.lock:
            installation.suspended_at = self.hub.clock()
            self._tell_installation(installation, "suspend")

    def unsuspend(self, installation: Installation) -> None:
        """Let it work again."""
        with self.state.lock:
            installation.suspended_at = None
            self._tell_installation(installation, "unsuspend")

    def grant(self, installation: Installation, permissions: Permissions) -> None:
        """The account accepts other permissions: more, or fewer. Tokens that live can do no more than these."""
        with self.state.lock:
            installation.permissions = {"metadata": "read"} | permissions
            self._tell_installation(installation, "new_permissions_accepted")

    def uninstall(self, installation: Installation) -> None:
        """Remove an installation: its tokens are no longer known."""
        with self.state.lock:
            del self.state.installations[installation.id]
            self._tell_installation(installation, "deleted")

    def _tell_installation(self, installation: Installation, action: str) -> None:
        covered = [r for r in self.state.repositories.values() if installation.covers(r)]
        announce_installation(
            self.hub,
            "installation",
            action,
            installation,
            installation.account,
            {
                "installation": show_installation(self.hub.url, installation),
                "repositories": [show_repository(self.hub.url, repository) for repository in covered],
                "requester": None,
            },
        )

    def create_repository(
        self,
        owner: str,
        name: str,
        *,
        private: bool = False,
        default_branch: str = "main",
        source: Path | None = None,
        branches: Mapping[str, str] | None = None,
    ) -> Repository:
        """A new repository: empty, or a copy of `source`, a git repository on this machine.

        With `branches` (name → revision of the source) it has exactly these, else the source's own. Nothing
        is written into the source. Raises git.GitFailedError for what cannot be read.
        """
        with self.state.lock:
            account, now = self.user(owner), self.hub.clock()
            number = self.state.next_id()
            path = self._directory / f"{number}.git"
            bare.create(path, source, default_branch)
            if source is not None:
                bare.keep_branches(path, branches)
            repository = Repository(number, account, name, private, default_branch, path, now, now)
            self.state.repositories[number] = repository
            return repository

    def fork(self, repository: Repository, owner: str) -> Repository:
        """A fork under another account."""
        with self.state.lock:
            made = self.create_repository(
                owner,
                repository.name,
                private=repository.private,
                default_branch=repository.default_branch,
                source=repository.path,
            )
            made.fork_of = repository
            return made

    def rename(self, repository: Repository, name: str, by: str) -> None:
        """Give a repository another name; the old one redirects."""
        with self.state.lock:
            before = repository.name
            repository.former_names.add(repository.full_name.lower())
            repository.name = name
            changes = {"repository": {"name": {"from": before}}}
            announce(self.hub, "repository", "renamed", repository, self.user(by), {"changes": changes})

    def transfer(self, repository: Repository, owner: str, by: str) -> None:
        """Give a repository to another account; the old name redirects, and other installations cover it now."""
        with self.state.lock:
            before = repository.owner
            repository.former_names.add(repository.full_name.lower())
            repository.owner = self.user(owner)
            kind = "organization" if before.type == "Organization" else "user"
            changes = {"owner": {"from": {kind: show_user(self.hub.url, before)}}}
            announce(self.hub, "repository", "transferred", repository, self.user(by), {"changes": changes})

    def delete_repository(self, repository: Repository, by: str) -> None:
        """Remove a repository. Pull requests that came from it keep their commits."""
        with self.state.lock:
            announce(self.hub, "repository", "deleted", repository, self.user(by), {})
            del self.state.repositories[repository.id]
            repository.deleted = True

    def set_role(self, repository: Repository, login: str, role: Role) -> None:
        """Give a person a role."""
        with self.state.lock:
            repository.roles[self.user(login).login] = role

    def require_check(
        self,
        repository: Repository,
        name: str,
        *,
        app: App | None = None,
        branch: str | None = None,
        classic: bool = False,
    ) -> None:
        """Let a branch (the default one) ask for a check, of one App only where given, by a ruleset or `classic`."""
        pinned = None if app is None else app.id
        required = RequiredCheck(branch or repository.default_branch, name, pinned, classic)
        with self.state.lock:
            repository.required_checks.append(required)

    def issue_token(self, login: str) -> str:
        """A personal token: acts as that person over REST and git."""
        with self.state.lock:
            value = f"ghp_{self.hub.entropy(18).hex()}"
            self.state.tokens[value] = Token(value, None, {}, user=self.user(login))
            return value
