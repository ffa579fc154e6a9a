"""GitHub's 329 published webhook examples, each sent signed to the real route in front of a real store."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections import Counter
from functools import partial

import httpx

from app.events import jobs_for
from app.github.webhook import decode, verify
from app.store.work.deliveries import Deliveries
from app.web.api import WEBHOOK_PATH, build_api
from app.web.webhook import WebhookParts
from tests.github.examples import Example, examples

SECRET = "between friends"
OUR_APP = 1


def signed(example: Example) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), example.body, hashlib.sha256).hexdigest()
    guid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{example.name} {digest}"))
    return {"X-GitHub-Event": example.name, "X-GitHub-Delivery": guid, "X-Hub-Signature-256": f"sha256={digest}"}


async def test_every_published_example_is_taken_or_ignored_and_never_an_error(postgres_dsn: str) -> None:
    async with Deliveries(postgres_dsn) as deliveries:
        api = build_api(
            webhook=WebhookParts(
                verify=partial(verify, [SECRET]),
                decode=decode,
                jobs_for=lambda event: jobs_for(event, OUR_APP),
                accept=deliveries.accept,
                refusal=lambda: None,
            ),
            count_workers=no_worker,
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://bot.example") as github:
            answers = [
                await github.post(WEBHOOK_PATH, content=example.body, headers=signed(example)) for example in examples()
            ]

    said = Counter(answer.json()["status"] for answer in answers)
    assert len(answers) == 329
    assert {answer.status_code for answer in answers} == {202}
    assert said["accepted"] > 10
    assert said["ignored"] > 200


async def no_worker() -> int:
    return 0
