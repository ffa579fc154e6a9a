"""Who we are to GitHub: the App by its key, or an installation by a token that fits one repository and purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from app.github.app_payloads import InstallationToken

APP_LANE: Final = 0

# Posting on a pull request's conversation is covered by `pull_requests`, so `issues: write` is never asked for.
READ: Final[Mapping[str, str]] = MappingProxyType(
    {"checks": "read", "contents": "read", "issues": "read", "metadata": "read", "pull_requests": "read"}
)
WRITE: Final[Mapping[str, str]] = MappingProxyType({"checks": "write", "metadata": "read", "pull_requests": "write"})
GIT: Final[Mapping[str, str]] = MappingProxyType({"contents": "read", "metadata": "read"})
QUEUE: Final[Mapping[str, str]] = MappingProxyType(
    {"contents": "read", "merge_queues": "read", "metadata": "read", "pull_requests": "read"}
)
METADATA: Final[Mapping[str, str]] = MappingProxyType({"metadata": "read"})

# A token that dies within this time is replaced before it is used: a request, or a fetch, must not outlive it.
_SPARE: Final = timedelta(minutes=5)
# GitHub takes at most ten minutes; the start lies back because clocks differ.
_JWT_BACK: Final = timedelta(seconds=60)
_JWT_LIFE: Final = timedelta(minutes=9)

Clock = Callable[[], datetime]


class UnusableKey(ValueError):
    """The App's private key is no RSA key in PEM."""


class AppCredential:
    """The App itself, by a short-lived JWT. `app_id` is the App's id or its client id."""

    lane = APP_LANE

    def __init__(self, app_id: str, private_key: SecretStr, clock: Clock) -> None:
        """Read the key, once: it takes 40 ms. Raises UnusableKey."""
        self._app_id = app_id
        self._key = _read_key(private_key.get_secret_value())
        self._clock = clock

    async def header(self) -> str:
        """A fresh JWT.

        https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
        """
        now = self._clock()
        claims = {"iss": self._app_id, "iat": now - _JWT_BACK, "exp": now + _JWT_LIFE}
        return f"Bearer {jwt.encode(claims, self._key, algorithm='RS256')}"

    def forget(self, header: str) -> bool:
        """No: another JWT would be refused as well."""
        del header
        return False


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token may do: one installation, one repository of it (None: all, for listing them), these permissions."""

    installation_id: int
    repository_id: int | None
    permissions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, installation_id: int, repository_id: int | None, permissions: Mapping[str, str]) -> Scope:
        """The scope, whatever the order of the permissions."""
        return cls(installation_id, repository_id, tuple(sorted(permissions.items())))


Mint = Callable[[Scope], Awaitable[InstallationToken]]


@dataclass(slots=True)
class Tokens:
    """Installation tokens, each minted once however many ask for it at the same time, and never outside its scope."""

    mint: Mint
    clock: Clock
    _kept: dict[Scope, InstallationToken] = field(default_factory=dict)
    _minting: dict[Scope, asyncio.Task[InstallationToken]] = field(default_factory=dict)

    async def get(self, scope: Scope) -> InstallationToken:
        """A token of this scope that still lives for a while. Raises whatever `mint` raises."""
        kept = self._kept.get(scope)
        if kept is not None and self._lives(kept):
            return kept
        task = self._minting.get(scope)
        if task is None:
            task = asyncio.create_task(self._mint_and_keep(scope))
            self._minting[scope] = task
            task.add_done_callback(_observe)
        # One asker that gives up must not take the token from the others.
        return await asyncio.shield(task)

    def forget(self, scope: Scope, token: str) -> None:
        """GitHub refused this token. A newer one that somebody else got meanwhile stays."""
        kept = self._kept.get(scope)
        if kept is not None and kept.token.get_secret_value() == token:
            del self._kept[scope]

    def drop(self, installation_id: int) -> None:
        """Forget every token of an installation, which was removed or changed."""
        self._kept = {scope: kept for scope, kept in self._kept.items() if scope.installation_id != installation_id}

    def _lives(self, token: InstallationToken) -> bool:
        return token.expires_at - self.clock() > _SPARE

    async def _mint_and_keep(self, scope: Scope) -> InstallationToken:
        try:
            token = await self.mint(scope)
        finally:
            del self._minting[scope]
        self._kept = {known: kept for known, kept in self._kept.items() if self._lives(kept)}
        self._kept[scope] = token
        return token


@dataclass(frozen=True, slots=True)
class InstallationCredential:
    """A token of one scope, replaced when it ends or is refused."""

    tokens: Tokens
    scope: Scope

    @property
    def lane(self) -> int:
        """The installation."""
        return self.scope.installation_id

    async def header(self) -> str:
        """A token that lives."""
        return f"Bearer {(await self.tokens.get(self.scope)).token.get_secret_value()}"

    def forget(self, header: str) -> bool:
        """Yes: the next one is minted anew."""
        self.tokens.forget(self.scope, header.removeprefix("Bearer "))
        return True


@lru_cache(maxsize=1)
def _read_key(pem: str) -> rsa.RSAPrivateKey:
    r"""The key. Environment variables often carry its line ends as the two characters `\n`.

    Kept: to prove that it is a key takes 30 ms.
    """
    try:
        key = serialization.load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The library's own words may quote the key.
        raise UnusableKey("the App's private key is no unencrypted RSA key in PEM") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise UnusableKey("the App's private key is no RSA key")
    return key


def _observe(task: asyncio.Task[InstallationToken]) -> None:
    """Take note of the failure; everyone who waited has it, and when all gave up nobody else would."""
    if not task.cancelled():
        task.exception()
