"""Git over HTTP, reading only: git's own `http-backend` behind GitHub's credentials."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from app.hub import git
from app.hub.access import authenticate, authorize
from app.hub.accounts import Repository
from app.hub.events import Hub
from app.hub.refusals import RefusedError

_SERVICES = {("GET", "info/refs"), ("POST", "git-upload-pack")}
_CHUNK_BYTES = 64 * 1024
_ASK = {"WWW-Authenticate": 'Basic realm="GitHub"'}


class BackendFailedError(Exception):
    """`git http-backend` gave no answer."""


@dataclass(frozen=True, slots=True)
class SmartHttp:
    """Serves `/{owner}/{repo}.git/…` with protocol v2, partial clone and any reachable object by SHA."""

    hub: Hub

    async def respond(self, request: Request) -> Response:
        """The answer to one request of a git client."""
        owner, name, rest = (request.path_params[key] for key in ("owner", "repo", "rest"))
        if rest == "git-receive-pack" or request.query_params.get("service") == "git-receive-pack":
            return PlainTextResponse("This hub is read over HTTP and written in person.", 403)
        if (request.method, rest) not in _SERVICES:
            return PlainTextResponse("Not Found", 404)
        try:
            repository, moved = await run_in_threadpool(self._admit, request, owner, name)
        except RefusedError as error:
            return PlainTextResponse(error.message, error.status, _ASK if error.status == 401 else None)
        if moved:
            target = f"{self.hub.url}/{repository.full_name}.git/{rest}?{request.url.query}"
            return RedirectResponse(target, 301)
        return await _serve(request, repository.path, rest)

    def _admit(self, request: Request, owner: str, name: str) -> tuple[Repository, bool]:
        with self.hub.state.lock:
            found = self.hub.state.repository(owner, name)
            repository = found or self.hub.state.formerly(owner, name)
            password = _read_password(request.headers.get("authorization", ""))
            if password is None and (repository is None or repository.private):
                raise RefusedError(401, "Authentication required")
            if repository is None:
                raise RefusedError(404, "Repository not found.")
            if password is not None:
                authorize(authenticate(self.hub, password), repository, "contents", "read")
            return repository, found is None


def _read_password(header: str) -> str | None:
    """The password of Basic credentials, None without any. Raises RefusedError 401 for unreadable ones."""
    if not header:
        return None
    scheme, _, encoded = header.partition(" ")
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise RefusedError(401, "Bad credentials") from error
    if scheme.lower() != "basic" or not colon or not user:
        raise RefusedError(401, "Bad credentials")
    return password


async def _serve(request: Request, path: Path, rest: str) -> Response:
    environment = git.environment() | {
        "GIT_PROJECT_ROOT": str(path),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{rest}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": "service=git-upload-pack" if rest == "info/refs" else "",
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_ADDR": "127.0.0.1",
    }
    body = await request.body()
    backend = await asyncio.create_subprocess_exec(
        str(Path(await run_in_threadpool(git.exec_path)) / "git-http-backend"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment | {"CONTENT_LENGTH": str(len(body))},
        cwd=path,
    )
    if backend.stdin is None or backend.stdout is None:
        raise BackendFailedError("git http-backend has no pipes")
    feeding = asyncio.create_task(_feed(backend.stdin, body))
    try:
        headers = await _read_headers(backend.stdout)
    except BaseException:
        await _finish(backend, feeding)
        raise
    status = int(headers.pop("status", "200").partition(" ")[0])
    return StreamingResponse(_stream(backend, backend.stdout, feeding), status, headers)


async def _feed(pipe: asyncio.StreamWriter, body: bytes) -> None:
    try:
        pipe.write(body)
        await pipe.drain()
    except (BrokenPipeError, ConnectionResetError):
        return  # it stopped reading; its answer says why
    finally:
        pipe.close()


async def _read_headers(pipe: asyncio.StreamReader) -> dict[str, str]:
    try:
        head = await pipe.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        raise BackendFailedError("git http-backend gave no headers") from error
    lines = head.decode("latin-1").strip().split("\r\n")
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def _stream(
    backend: asyncio.subprocess.Process, pipe: asyncio.StreamReader, feeding: asyncio.Task[None]
) -> AsyncIterator[bytes]:
    try:
        while chunk := await pipe.read(_CHUNK_BYTES):
            yield chunk
    finally:
        await _finish(backend, feeding)


async def _finish(backend: asyncio.subprocess.Process, feeding: asyncio.Task[None]) -> None:
    """Leave no process behind, also where the client went away in the middle."""
    if backend.returncode is None and backend.stdout is not None and not backend.stdout.at_eof():
        backend.kill()
    await feeding
    await backend.wait()
