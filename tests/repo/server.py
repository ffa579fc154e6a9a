"""Git over HTTP behind a token, as GitHub serves it: git's own `http-backend` behind the standard library's server."""

from __future__ import annotations

import base64
import contextlib
import http.server
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.repo.world import GIT

TOKEN = "ghs_0123456789abcdefghijklmnopqrstuvwxyz"  # the token of this world


class GitServer:
    """Serves the bare repositories below `root`. `during` is called inside each authorised request."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.requests: list[tuple[str, str]] = []
        self.strangers: list[str | None] = []
        self.redirect: str | None = None
        self.broken: bytes | None = None
        self.during: Callable[[], None] = lambda: None
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def posts(self) -> int:
        return sum(1 for method, path in self.requests if method == "POST" and path.endswith("upload-pack"))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                """Keep the tests quiet."""

            def do_GET(self) -> None:  # the standard library's name
                server.answer(self)

            do_POST = do_GET  # noqa: N815  # the standard library's name

        return Handler

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        self.requests.append((request.command, request.path))
        body = request.rfile.read(int(request.headers.get("content-length") or 0))
        expected = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        given = request.headers.get("authorization")
        if self.redirect is not None:
            self._reply(request, 302, [("Location", self.redirect + request.path)])
        elif given != expected:
            self.strangers.append(given)
            self._reply(request, 401, [("WWW-Authenticate", 'Basic realm="GitHub"')])
        elif self.broken is not None:
            self._reply(request, 200, [("Content-Type", "application/x-git-upload-pack-advertisement")], self.broken)
        else:
            self.during()
            self._run(request, body)

    def _run(self, request: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        path, _, query = request.path.partition("?")
        environment = {
            "PATH": os.pathsep.join((str(Path(GIT).parent), os.defpath)),
            "HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": request.headers.get("git-protocol") or "",
            "REQUEST_METHOD": request.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": request.headers.get("content-type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding") or "",
        }
        done = subprocess.run([GIT, "http-backend"], input=body, capture_output=True, env=environment, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in head.decode().split("\r\n"))]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self._reply(request, status, [row for row in headers if row[0] != "Status"], content)

    def _reply(
        self,
        request: http.server.BaseHTTPRequestHandler,
        status: int,
        headers: list[tuple[str, str]],
        content: bytes = b"",
    ) -> None:
        # A git that was killed in the middle reads no answer.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            request.send_response(status)
            for name, value in headers:
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)
