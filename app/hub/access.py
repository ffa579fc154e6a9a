"""Who calls, and what they may do: App JWTs really verified, installation tokens minted, narrowed and aged."""

import base64
import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import jwt

from app.hub.accounts import App, Installation, Permissions, Repository, Role, Token, User
from app.hub.events import Hub
from app.hub.refusals import RefusedError, invalid, not_found

TOKEN_LIFETIME = timedelta(hours=1)
MAX_JWT_SECONDS = 600
SKEW_SECONDS = 60  # how far ahead an `iat` may be: clocks differ
MAX_REPOSITORIES = 500
_LEVELS = ("read", "write", "admin")
_ALPHABET = string.ascii_letters + string.digits
NO_ACCESS = "Resource not accessible by integration"
NOT_A_JWT = "A JSON web token could not be decoded"


@dataclass(frozen=True, slots=True)
class Caller:
    """An App by its JWT, an installation by its token, or a person by theirs: exactly one is set."""

    app: App | None = None
    token: Token | None = None
    user: User | None = None

    @property
    def installation(self) -> Installation | None:
        """The installation behind the token, if any."""
        return None if self.token is None else self.token.installation

    @property
    def author(self) -> tuple[User, App | None]:
        """The account this caller writes as, and its App. Raises RefusedError 403 for a bare JWT."""
        if self.installation is not None:
            return self.installation.app.bot, self.installation.app
        if self.user is not None:
            return self.user, None
        raise RefusedError(403, NO_ACCESS)


def authenticate(hub: Hub, credential: str) -> Caller:
    """The caller behind `Authorization` (its value without the scheme). Raises RefusedError 401 or 403."""
    token = hub.state.tokens.get(credential)
    if token is None:
        if credential.count(".") == 2 and not credential.startswith("ghs_"):
            return Caller(app=_verify(hub, credential))
        raise RefusedError(401, "Bad credentials")
    if token.expires_at is not None and token.expires_at <= hub.clock():
        raise RefusedError(401, "Bad credentials")
    installation = token.installation
    if installation is None:
        return Caller(user=token.user)
    if installation.id not in hub.state.installations:
        raise RefusedError(401, "Bad credentials")
    if installation.suspended_at is not None:
        raise RefusedError(403, "This installation has been suspended")
    return Caller(token=token)


def _verify(hub: Hub, credential: str) -> App:
    try:
        unchecked = jwt.decode(credential, options={"verify_signature": False})
        issuer = str(unchecked["iss"])
        app = next(a for a in hub.state.apps.values() if issuer in (str(a.id), a.client_id))
        claims = jwt.decode(
            credential,
            app.public_key_pem,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, KeyError) as error:
        raise RefusedError(401, NOT_A_JWT) from error
    except StopIteration:
        raise RefusedError(401, "Integration not found") from None
    _check_times(hub.clock(), claims)
    return app


def _check_times(now: datetime, claims: dict[str, Any]) -> None:
    issued, expires, second = claims.get("iat"), claims.get("exp"), now.timestamp()
    if not isinstance(issued, int) or issued > second + SKEW_SECONDS:
        words = "must be an Integer representing the time that the assertion was issued"
        raise RefusedError(401, f"'Issued at' claim ('iat') {words}")
    if not isinstance(expires, int) or expires <= second:
        words = "must be a numeric value representing the future time at which the assertion expires"
        raise RefusedError(401, f"'Expiration time' claim ('exp') {words}")
    if expires > second + MAX_JWT_SECONDS:
        raise RefusedError(401, "'Expiration time' claim ('exp') is too far in the future")


def mint(
    hub: Hub, installation: Installation, permissions: Permissions | None, repository_ids: set[int] | None
) -> Token:
    """A token for an hour, no wider than the installation. Raises RefusedError 422 or 403."""
    if installation.suspended_at is not None:
        raise RefusedError(403, "This installation has been suspended")
    granted = installation.permissions
    for name, level in (permissions or {}).items():
        if not grants(granted, name, level):
            raise RefusedError(422, "The permissions requested are not granted to this installation.")
    if repository_ids is not None:
        _check_repositories(hub, installation, repository_ids)
    wanted = dict(granted if permissions is None else {"metadata": "read"} | permissions)
    token = Token(
        value=_new_value(hub, installation.app),
        expires_at=hub.clock().astimezone(UTC).replace(microsecond=0) + TOKEN_LIFETIME,
        permissions=wanted,
        installation=installation,
        repository_ids=None if repository_ids is None else frozenset(repository_ids),
    )
    hub.state.tokens[token.value] = token
    return token


def _check_repositories(hub: Hub, installation: Installation, repository_ids: set[int]) -> None:
    if len(repository_ids) > MAX_REPOSITORIES:
        raise invalid("Installation", "repository_ids", f"at most {MAX_REPOSITORIES} repositories")
    for number in repository_ids:
        repository = hub.state.repositories.get(number)
        if repository is None or not installation.covers(repository):
            words = "There is at least one repository that does not exist or is not accessible to the parent"
            raise RefusedError(422, f"{words} installation.")


def _new_value(hub: Hub, app: App) -> str:
    """GitHub's two formats in turn, 40 characters and about 520: nobody may count on one."""
    if len(hub.state.tokens) % 2 == 0:
        return "ghs_" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in hub.entropy(36))
    parts = (base64.urlsafe_b64encode(hub.entropy(size)).decode().rstrip("=") for size in (27, 96, 256))
    return f"ghs_{app.id}_{'.'.join(parts)}"


def grants(granted: Permissions, name: str, level: str) -> bool:
    """Whether a set of permissions reaches a level."""
    held = granted.get(name)
    return held in _LEVELS and level in _LEVELS and _LEVELS.index(held) >= _LEVELS.index(level)


def may(token: Token, name: str, level: str) -> bool:
    """Whether a token reaches a level that its installation still has."""
    held = token.installation is None or grants(token.installation.permissions, name, level)
    return held and grants(token.permissions, name, level)


def reaches(token: Token, repository: Repository) -> bool:
    """Whether a token is for a repository."""
    if token.installation is None or not token.installation.covers(repository):
        return False
    return token.repository_ids is None or repository.id in token.repository_ids


def authorize(caller: Caller, repository: Repository, name: str, level: Literal["read", "write"]) -> None:
    """Let the caller through, or raise RefusedError 403 or 404 as GitHub does."""
    if caller.app is not None:
        raise RefusedError(403, NO_ACCESS) if not repository.private else not_found()
    if caller.user is not None:
        _authorize_person(caller.user, repository, name, level)
        return
    accepted = {"X-Accepted-GitHub-Permissions": f"{name}={level}"}
    if caller.token is None or not reaches(caller.token, repository):
        if repository.private:
            raise not_found()
        if level == "write":
            raise RefusedError(403, NO_ACCESS, headers=accepted)
    elif not may(caller.token, name, level):
        raise RefusedError(403, NO_ACCESS, headers=accepted)


def _authorize_person(user: User, repository: Repository, name: str, level: str) -> None:
    role = repository.role_of(user)
    if role is Role.NONE:
        raise not_found()
    if (name, level) == ("checks", "write"):
        raise RefusedError(403, "You must authenticate via a GitHub App.")
    talking = name in ("pull_requests", "issues")
    if level == "write" and not talking and not role.reaches(Role.WRITE):
        raise RefusedError(403, "Must have push access to the repository.")
