"""A served local GitHub with an App on it, and clients that hold every answer against GitHub's contract."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.hub.accounts import App, Installation, Repository, Role
from app.hub.server import HubServer
from app.hub.state import PullRequest
from app.hub.world import World
from tests.github_contract import check_response

SECRET = "a webhook secret"
PERMISSIONS = {
    "checks": "write",
    "pull_requests": "write",
    "contents": "read",
    "issues": "read",
    "merge_queues": "read",
}
EVENTS = (
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "issue_comment",
    "check_run",
    "check_suite",
    "merge_group",
    "repository",
)
BEFORE = b"".join(b"line %d\n" % n for n in range(1, 41))
AFTER = BEFORE.replace(b"line 10\n", b"line ten\n").replace(b"line 30\n", b"line 30\nmore\n")


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@cache
def private_key(_: str = "ours") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str = "ours") -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return private_key(name).public_key().public_bytes(encoding, form).decode()


@dataclass
class Place:
    """acme/rocket with a pull request from `feature` by ann, who may write; bob is a stranger, mia maintains."""

    world: World
    clock: Clock
    server: HubServer
    app: App
    installation: Installation
    repository: Repository
    pull: PullRequest
    clients: list[httpx.Client] = field(default_factory=list)

    def jwt(self, *, key: str = "ours", algorithm: str = "RS256", **changes: Any) -> str:
        now = int(self.clock().timestamp())
        claims = {"iss": str(self.app.id), "iat": now - 60, "exp": now + 540} | changes
        signer = private_key(key) if algorithm == "RS256" else "x" * 64
        return jwt.encode({k: v for k, v in claims.items() if v is not None}, signer, algorithm)

    def mint(self, **body: Any) -> str:
        path = f"/app/installations/{self.installation.id}/access_tokens"
        answer = self.client(self.jwt()).post(path, json=body)
        assert answer.status_code == 201, answer.text
        token: str = answer.json()["token"]
        return token

    def client(self, credential: str | None = None) -> httpx.Client:
        """A client of the REST API; every JSON answer it gets is checked."""
        headers = {"authorization": f"Bearer {credential}"} if credential else {}
        hooks = {"response": [self._check]}
        client = httpx.Client(base_url=self.server.api_url, headers=headers, event_hooks=hooks, trust_env=False)
        self.clients.append(client)
        return client

    @property
    def bot(self) -> httpx.Client:
        return self.client(self.mint())

    def person(self, login: str) -> httpx.Client:
        return self.client(self.world.issue_token(login))

    @property
    def path(self) -> str:
        return f"/repos/{self.repository.full_name}"

    @property
    def pull_path(self) -> str:
        return f"{self.path}/pulls/{self.pull.number}"

    def close(self) -> None:
        for client in self.clients:
            client.close()

    def _check(self, answer: httpx.Response) -> None:
        path = answer.request.url.path.removeprefix("/api/v3")
        described = not path.startswith("/repositories/") and not path.startswith("/unknown")
        if not described or "application/json" not in answer.headers.get("content-type", "application/json"):
            return
        if path.endswith("/") or answer.status_code == 304:
            return
        content = answer.read()
        check_response(answer.request.method, path, answer.status_code, json.loads(content) if content else None)


@contextmanager
def a_place(
    directory: Path, *, webhook_url: str | None = None, private: bool = True, delivery_seconds: float = 10.0
) -> Iterator[Place]:
    clock = Clock()
    world = World(directory, clock, delivery_seconds=delivery_seconds)
    world.add_organization("acme")
    for login in ("ann", "bob", "mia"):
        world.add_person(login)
    repository = world.create_repository("acme", "rocket", private=private)
    world.set_role(repository, "ann", Role.WRITE)
    world.set_role(repository, "mia", Role.MAINTAIN)
    world.commit(repository, "main", {"a.txt": BEFORE, "gone.txt": b"1\n2\n"}, by="mia", message="First")
    app = world.register_app(
        "lintel", "acme", public_pem(), PERMISSIONS, EVENTS, webhook_url=webhook_url, webhook_secret=SECRET
    )
    installation = world.install(app, "acme")
    with HubServer(world) as server:
        files = {"a.txt": AFTER, "gone.txt": None, "src/new.py": b"x = 1\n"}
        world.commit(repository, "feature", files, by="ann", message="Second")
        pull = world.open_pull(repository, "feature", by="ann", title="Better lines", body="Look.")
        place = Place(world, clock, server, app, installation, repository, pull)
        try:
            yield place
        finally:
            place.close()
            world.close()


@dataclass
class Hook:
    """A receiver of webhooks; `answer` is the status it gives, `hold` keeps it from answering."""

    url: str
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: int = 202
    hold: threading.Event | None = None

    def payloads(self, event: str, action: str | None = None) -> list[Any]:
        bodies = [json.loads(body) for headers, body in self.heard if headers["x-github-event"] == event]
        return [body for body in bodies if action in (None, body.get("action"))]

    @property
    def names(self) -> list[str]:
        """What was heard, in order, as `event.action`."""
        return [
            ".".join(filter(None, (headers["x-github-event"], json.loads(body).get("action"))))
            for headers, body in self.heard
        ]


@contextmanager
def a_hook() -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if hook.hold is not None:
                hook.hold.wait(20)
            self.send_response(hook.answer)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name is inherited
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Hook(f"http://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
