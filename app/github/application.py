"""The GitHub App as a whole: its installations, its deliveries, and the way to each repository's client."""

from __future__ import annotations

from pydantic import JsonValue, SecretStr

from app.github.app_payloads import (
    App,
    HookConfig,
    HookDeliveries,
    HookDelivery,
    HookDeliveryDetail,
    Installation,
    InstallationToken,
)
from app.github.auth import GIT, METADATA, QUEUE, READ, WRITE, AppCredential, InstallationCredential, Scope, Tokens
from app.github.client import GitHubClient
from app.github.errors import (
    Context,
    Forbidden,
    InstallationGone,
    NotFound,
    TokenNotGranted,
    Unprocessable,
)
from app.github.merge_queue import MergeQueueReader
from app.github.payloads import Repository
from app.github.reading import PAGE, Reader, quoted
from app.github.transport import Request, Wire


class GitHubApp:
    """Our App on one GitHub. It owns the wire: close it at the end."""

    def __init__(self, wire: Wire, *, app_id: str, private_key: SecretStr) -> None:
        """`app_id` is the App's id or its client id; `private_key` its RSA key in PEM."""
        self._wire = wire
        self._credential = AppCredential(app_id, private_key, wire.clock)
        self._reader = Reader(wire, self._credential, self._credential)
        self.tokens = Tokens(mint=self.create_installation_token, clock=wire.clock)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    def repository(self, installation_id: int, repository_id: int, full_name: str) -> GitHubClient:
        """The client of one repository; asks nothing yet."""
        return GitHubClient(
            self._wire,
            reads=self._installed(Scope.of(installation_id, repository_id, READ)),
            writes=self._installed(Scope.of(installation_id, repository_id, WRITE)),
            repository_id=repository_id,
            full_name=full_name,
        )

    def merge_queue(self, installation_id: int, repository_id: int, full_name: str) -> MergeQueueReader:
        """What reads the merge queues of one repository; asks nothing yet.

        Under a token of its own: an installation that has not accepted `merge_queues` still has all the others.
        """
        credential = self._installed(Scope.of(installation_id, repository_id, QUEUE))
        return MergeQueueReader(self._wire, credential, repository_id, full_name)

    async def get_git_token(self, installation_id: int, repository_id: int) -> SecretStr:
        """A token that can do nothing but fetch this repository; it lives for at least five minutes more."""
        token = await self.tokens.get(Scope.of(installation_id, repository_id, GIT))
        return token.token

    async def get_app(self) -> App:
        """The App, its permissions and events."""
        return await self._reader.get("/app", App)

    async def list_installations(self) -> tuple[Installation, ...]:
        """Every installation, the suspended ones too."""
        return await self._reader.list_all("/app/installations", Installation)

    async def get_repository_installation(self, owner: str, name: str) -> Installation:
        """The installation that covers a repository; NotFound where the App is not installed."""
        return await self._reader.get(f"/repos/{quoted(owner)}/{quoted(name)}/installation", Installation)

    async def get_installed_repository(self, installation_id: int, owner: str, name: str) -> Repository:
        """A repository by name alone, for whoever does not know its id yet."""
        path = f"/repos/{quoted(owner)}/{quoted(name)}"
        return await self._listing(installation_id).get(path, Repository)

    async def list_installation_repositories(self, installation_id: int) -> tuple[Repository, ...]:
        """Every repository that an installation covers."""
        path = "/installation/repositories"
        return await self._listing(installation_id).list_all(path, Repository, key="repositories")

    async def get_hook_config(self) -> HookConfig:
        """Where webhooks are delivered to."""
        return await self._reader.get("/app/hook/config", HookConfig)

    async def list_hook_deliveries(self, cursor: str | None = None) -> HookDeliveries:
        """A page of the last days' deliveries, newest first; `cursor` is that of the page before."""
        params: dict[str, str | int] = {"per_page": PAGE}
        if cursor is not None:
            params["cursor"] = cursor
        found, following = await self._reader.get_page("/app/hook/deliveries", HookDelivery, params)
        return HookDeliveries(deliveries=found, cursor=following.get("cursor"))

    async def get_hook_delivery(self, delivery_id: int) -> HookDeliveryDetail:
        """A delivery with its headers and payload."""
        return await self._reader.get(f"/app/hook/deliveries/{delivery_id}", HookDeliveryDetail)

    async def create_hook_delivery_attempt(self, delivery_id: int) -> None:
        """Have GitHub deliver it once more, under the same GUID. Twice does no harm: deliveries are told apart."""
        path = f"/app/hook/deliveries/{delivery_id}/attempts"
        await self._wire.send(Request(method="POST", path=path, paced=True), self._credential)

    async def create_installation_token(self, scope: Scope) -> InstallationToken:
        """A new token of a scope.

        Raises InstallationGone when it was removed or suspended, TokenNotGranted when it does not cover the
        repository or a permission.
        """
        path = f"/app/installations/{scope.installation_id}/access_tokens"
        body: dict[str, JsonValue] = {"permissions": dict(scope.permissions)}
        if scope.repository_id is not None:
            body["repository_ids"] = [scope.repository_id]
        try:
            # A token too many harms nobody, so this is repeated and not paced.
            token = await self._reader.write("POST", path, InstallationToken, body, repeatable=True, paced=False)
        except NotFound as error:
            raise InstallationGone("the installation was removed", error.context) from error
        except (Unprocessable, Forbidden) as error:
            raise TokenNotGranted(error.message, error.context) from error
        covered = None if token.repositories is None else {repository.id for repository in token.repositories}
        if scope.repository_id is not None and covered is not None and covered != {scope.repository_id}:
            raise TokenNotGranted("GitHub minted a token for other repositories", Context("POST", path))
        return token

    def _installed(self, scope: Scope) -> InstallationCredential:
        return InstallationCredential(self.tokens, scope)

    def _listing(self, installation_id: int) -> Reader:
        credential = self._installed(Scope.of(installation_id, None, METADATA))
        return Reader(self._wire, credential, credential)
