from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from app.github.app_payloads import InstallationToken
from app.github.application import GitHubApp
from app.github.auth import Scope
from app.github.client import GitHubClient
from app.github.transport import Surroundings, Wire
from tests.github.scripted import START, ScriptedGitHub, Time
from tests.github_contract import check_request


@pytest.fixture(scope="session")
def app_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def app_pem(app_key: rsa.RSAPrivateKey) -> str:
    return app_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def github(time: Time) -> AsyncIterator[ScriptedGitHub]:
    async with ScriptedGitHub(time).serving() as server:
        yield server
    for asked in server.asked:
        assert asked.headers["user-agent"].startswith("lintel/")
        assert asked.headers["x-github-api-version"] == "2022-11-28"
        # Redirections, prefixes and the top of a tree are GitHub's, but not in its description.
        if not asked.path.startswith(("/repositories/", "/api/", "/graphql")) and not asked.path.endswith("/contents"):
            check_request(asked.method, asked.path, asked.json if asked.body else None)


@pytest.fixture
def surroundings(time: Time) -> Surroundings:
    return Surroundings(clock=time.clock, jitter=lambda: 0.5, sleep=time.sleep, monotonic=time.monotonic)


@pytest.fixture
async def application(github: ScriptedGitHub, surroundings: Surroundings, app_pem: str) -> AsyncIterator[GitHubApp]:
    application = GitHubApp(Wire(surroundings, api_url=github.url), app_id="42", private_key=SecretStr(app_pem))
    yield application
    await application.aclose()


@pytest.fixture
def client(application: GitHubApp) -> GitHubClient:
    return application.repository(7, 9, "acme/site")


@pytest.fixture
async def hasty_client(github: ScriptedGitHub, surroundings: Surroundings, app_pem: str) -> AsyncIterator[GitHubClient]:
    """One that has its token already, and then waits for no answer longer than a moment."""
    expires = START + timedelta(hours=1)
    wire = Wire(surroundings, api_url=github.url, timeout=httpx.Timeout(0.2, connect=5))
    application = GitHubApp(wire, app_id="42", private_key=SecretStr(app_pem))

    async def mint(_scope: Scope) -> InstallationToken:
        return InstallationToken(token=SecretStr("ghs_0"), expires_at=expires)

    application.tokens.mint = mint
    yield application.repository(7, 9, "acme/site")
    await application.aclose()
