"""`lintel serve` and `lintel worker` as an operator meets them: processes that answer, and stop when asked."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.cli.stage import PERMISSIONS
from app.events import subscribed_events
from app.hub.server import HubServer
from app.hub.world import World
from app.postgres import ClusterAbsent, attach
from app.wiring.bot import utc_now
from tests.hub.place import private_key, public_pem
from tests.repo.world import GIT

PATIENCE_S = 30.0
SECRET = "between the two of us"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, *command: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {"PATH": os.pathsep.join((str(Path(GIT).parent), os.defpath)), "HOME": str(folder), **variables}
    process = subprocess.Popen([sys.executable, "-m", "app", *command], cwd=folder, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def answers(url: str, status: int) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == status
    except httpx.TransportError:
        return False


def test_without_an_app_the_server_is_alive_and_refuses_deliveries(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with running(tmp_path, "serve", "--port", url.rpartition(":")[2]) as process:
        until(lambda: answers(f"{url}/healthz", 200))
        assert httpx.post(f"{url}/webhooks/github", json={}, trust_env=False).status_code == 503
        assert "LINTEL_APP_ID" in httpx.get(f"{url}/setup", trust_env=False).text
        assert answers(f"{url}/readyz", 503)
    assert process.returncode == 0


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """A GitHub on which the App is registered; the settings that reach it."""
    world = World(tmp_path / "github", utc_now)
    world.add_organization("octo")
    key = private_key("ours").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    app = world.register_app("lintel", "octo", public_pem(), PERMISSIONS, sorted(subscribed_events()))
    with HubServer(world) as server:
        yield {
            "LINTEL_APP_ID": str(app.id),
            "LINTEL_PRIVATE_KEY": key,
            "LINTEL_WEBHOOK_SECRET": SECRET,
            "LINTEL_GITHUB_API_URL": server.api_url,
            "LINTEL_GITHUB_URL": server.url,
        }
    world.close()


def test_a_server_and_a_worker_beside_it_are_ready_and_stop_when_asked(
    tmp_path: Path, github: Mapping[str, str]
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with running(tmp_path, "serve", "--no-worker", "--port", url.rpartition(":")[2], **github) as server:
        until(lambda: answers(f"{url}/healthz", 200))
        assert answers(f"{url}/readyz", 503)
        with running(tmp_path, "worker", **github) as worker:
            until(lambda: answers(f"{url}/readyz", 200))
        assert worker.returncode == 0
    assert server.returncode == 0
    with pytest.raises(ClusterAbsent):
        attach(tmp_path / ".lintel", patience=0.0)
