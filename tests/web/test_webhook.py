"""The webhook as GitHub sees it: over a socket, with real signatures, against a real store."""

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from psycopg.conninfo import make_conninfo

from app.core.event import Event
from app.core.job import Job
from app.events import jobs_for
from app.github.webhook import decode, verify
from app.store.database import Database
from app.store.work.deliveries import Deliveries
from app.store.work.queue import count_live_workers
from app.store.work.settlement import read_delivery
from app.web.api import WEBHOOK_PATH, build_api
from app.web.webhook import MOST_BYTES, WebhookParts
from tests.jobs.bench import Bench, Hold, build_handlers, until

SECRET = "a secret between friends"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
PUSHED: dict[str, Any] = {
    "action": "synchronize",
    "number": 3,
    "pull_request": {
        "number": 3,
        "state": "open",
        "draft": False,
        "head": {"sha": "a" * 40},
        "base": {"ref": "main"},
    },
    "repository": {"id": 70, "full_name": "octo/app"},
    "installation": {"id": 7},
    "sender": {"login": "octocat", "type": "User"},
}


def our_jobs(event: Event) -> list[Job]:
    return jobs_for(event, 1)


def parts(deliveries: Deliveries) -> WebhookParts:
    return WebhookParts(
        verify=partial(verify, [SECRET]),
        decode=decode,
        jobs_for=our_jobs,
        accept=deliveries.accept,
        refusal=lambda: None,
    )


def signed(payload: object = PUSHED, *, guid: str = GUID, event: str = "pull_request") -> tuple[bytes, dict[str, str]]:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-github-event": event, "x-github-delivery": guid, "x-hub-signature-256": f"sha256={signature}"}
    return body, headers


class Client:
    """GitHub's side of the socket."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def deliver(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        return await self.http.post(WEBHOOK_PATH, content=body, headers=dict(headers))


@asynccontextmanager
async def serving(api: FastAPI) -> AsyncIterator[Client]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(api, log_config=None, lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        port = listening.getsockname()[1]
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as http:
                yield Client(http)
        finally:
            server.should_exit = True
            await running


@pytest.fixture
async def bench(postgres_dsn: str) -> AsyncIterator[Bench]:
    async with Database(postgres_dsn) as database, Deliveries(postgres_dsn) as deliveries:
        yield Bench(database, deliveries)


@asynccontextmanager
async def client_of(bench: Bench, **changes: Any) -> AsyncIterator[Client]:
    async def count_workers() -> int:
        async with bench.database.connection() as connection:
            return await count_live_workers(connection, 1.0)

    webhook = replace(parts(bench.deliveries), **changes)
    async with serving(build_api(webhook=webhook, count_workers=count_workers)) as client:
        yield client


async def stored(bench: Bench) -> int:
    async with bench.database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM lintel.delivery")).fetchone()
    return 0 if row is None else int(row[0])


async def test_a_delivery_is_accepted_once_stored_and_then_a_duplicate(bench: Bench) -> None:
    async with client_of(bench) as client:
        first, again = await client.deliver(*signed()), await client.deliver(*signed())
    assert (first.status_code, first.json()) == (202, {"delivery": GUID, "status": "accepted"})
    assert (again.status_code, again.json()) == (202, {"delivery": GUID, "status": "duplicate"})
    async with bench.database.connection() as connection:
        row = await read_delivery(connection, GUID)
    assert row is not None
    assert row.subject == "7/70#3"
    assert len(await bench.rows("todo")) == 1


async def test_what_no_rule_asks_for_is_ignored_and_not_stored(bench: Bench) -> None:
    async with client_of(bench) as client:
        answer = await client.deliver(*signed({"zen": "Keep it logically awesome."}, event="ping"))
    assert (answer.status_code, answer.json()) == (202, {"delivery": GUID, "status": "ignored"})
    assert await stored(bench) == 0


def forged(body: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    return body + b" ", headers


def unsigned(body: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    return body, {name: value for name, value in headers.items() if "signature" not in name}


def signed_weakly(body: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    weak = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    return body, {**unsigned(body, headers)[1], "x-hub-signature": f"sha1={weak}"}


@pytest.mark.parametrize("spoil", [forged, unsigned, signed_weakly])
async def test_without_the_right_signature_nothing_is_parsed_or_stored(bench: Bench, spoil: Any) -> None:
    def parse(_: Mapping[str, str], __: bytes) -> Event:
        raise AssertionError("parsed before its signature held")

    async with client_of(bench, decode=parse) as client:
        assert (await client.deliver(*spoil(*signed()))).status_code == 401
    assert await stored(bench) == 0


async def test_a_second_signature_beside_the_right_one_makes_it_wrong(bench: Bench) -> None:
    body, headers = signed()
    twice = [*headers.items(), ("x-hub-signature-256", "sha256=" + "0" * 64)]
    async with client_of(bench) as client:
        answer = await client.http.post(WEBHOOK_PATH, content=body, headers=twice)
    assert answer.status_code == 401


async def test_what_is_no_json_or_has_no_event_is_a_bad_request(bench: Bench) -> None:
    body, headers = signed()
    async with client_of(bench) as client:
        assert (await client.deliver(*signed(b"{not json"))).status_code == 400
        del headers["x-github-event"]
        assert (await client.deliver(body, headers)).status_code == 400


async def test_more_than_25_mib_is_refused_declared_or_not(bench: Bench) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(27):
            yield b" " * 1024 * 1024

    async with client_of(bench) as client:
        declared = await client.http.post(WEBHOOK_PATH, content=b" " * (MOST_BYTES + 1))
        assert declared.status_code == 413
        streamed = await client.http.post(WEBHOOK_PATH, content=chunks())
        assert streamed.status_code == 413


async def test_exactly_25_mib_is_read(bench: Bench) -> None:
    async with client_of(bench) as client:
        assert (await client.http.post(WEBHOOK_PATH, content=b" " * MOST_BYTES)).status_code == 401


async def test_a_store_that_is_away_is_a_503_and_the_redelivery_is_accepted(postgres_dsn: str) -> None:
    async with Database(postgres_dsn) as database:
        async with (
            Deliveries(make_conninfo(postgres_dsn, port="1")) as away,
            client_of(Bench(database, away)) as client,
        ):
            assert (await client.deliver(*signed())).status_code == 503
        async with Deliveries(postgres_dsn) as back, client_of(Bench(database, back)) as client:
            assert (await client.deliver(*signed())).json()["status"] == "accepted"


async def test_a_server_that_may_not_take_deliveries_says_why(bench: Bench) -> None:
    async with client_of(bench, refusal=lambda: "the disk is almost full") as client:
        answer = await client.deliver(*signed())
    assert (answer.status_code, answer.json()) == (503, {"error": "the disk is almost full"})
    assert await stored(bench) == 0


async def test_only_post_is_answered(bench: Bench) -> None:
    async with client_of(bench) as client:
        answer = await client.http.get(WEBHOOK_PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(bench: Bench) -> None:
    body, headers = signed()
    async with client_of(bench) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.http.base_url.port)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n{lines}\r\n"
        writer.write(head.encode() + body[:10])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        del reader
        assert (await client.deliver(*signed(guid="another"))).status_code == 202
    assert await stored(bench) == 1


async def test_a_burst_is_stored_whole(bench: Bench) -> None:
    async with client_of(bench) as client:
        answers = await asyncio.gather(*(client.deliver(*signed(guid=f"g{n % 150}")) for n in range(300)))
    assert [answer.status_code for answer in answers] == [202] * 300
    assert sum(answer.json()["status"] == "accepted" for answer in answers) == 150
    assert await stored(bench) == 150


async def test_a_process_is_alive_and_ready_only_with_a_database_and_a_living_worker(bench: Bench) -> None:
    async with client_of(bench) as client:
        assert (await client.http.get("/healthz")).json()["status"] == "alive"
        unready = await client.http.get("/readyz")
        assert (unready.status_code, unready.json()["reason"]) == (503, "no worker gives a sign of life")

        async def ready() -> bool:
            return (await client.http.get("/readyz")).status_code == 200

        async with bench.working(build_handlers(Hold(is_open=True))):
            await until(ready)
            await bench.database.close()
            lost = await client.http.get("/readyz")
            assert (lost.status_code, lost.json()["reason"]) == (503, "the database cannot be reached")
            assert (await client.http.get("/healthz")).status_code == 200


async def test_the_framework_shows_no_pages_of_its_own(bench: Bench) -> None:
    async with client_of(bench) as client:
        assert {(await client.http.get(path)).status_code for path in ("/docs", "/redoc", "/openapi.json")} == {404}
