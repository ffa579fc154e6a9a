from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.event import SenderKind
from app.events import jobs_for
from app.github.webhook import NoEventHeader, NotJson, decode, verify
from tests.github.examples import Example, example, examples

SECRET = "It's a Secret to Everybody"
HEADERS = {"x-github-event": "pull_request", "X-GITHUB-DELIVERY": "guid-1"}


def sign(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


def test_githubs_documented_signature_is_accepted() -> None:
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert verify([SECRET], b"Hello, World!", header)


def test_each_secret_is_accepted_while_rotating() -> None:
    body = b"{}"
    assert verify(["old", "new"], body, sign("old", body))
    assert verify(["old", "new"], body, sign("new", body))
    assert not verify(["old", "new"], body, sign("other", body))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha256=zz",
        hashlib.sha256(b"{}").hexdigest(),
        sign(SECRET, b"{}", "sha1"),
        sign(SECRET, b"{}").replace("sha256", "sha512"),
        sign(SECRET, b"{ }"),
        sign(SECRET, b"{}") + "\n",
        "sha256=" + "é" * 64,
        "sha256=" + "٣" * 64,
    ],
)
def test_any_other_signature_is_refused(header: str | None) -> None:
    assert not verify([SECRET], b"{}", header)


def test_no_secret_and_an_empty_secret_accept_nothing() -> None:
    assert not verify([], b"{}", sign("", b"{}"))
    assert not verify([""], b"{}", sign("", b"{}"))


@settings(deadline=None)
@given(body=st.binary(max_size=200), place=st.integers(0, 199), bit=st.integers(0, 7))
def test_a_changed_bit_breaks_the_signature(body: bytes, place: int, bit: int) -> None:
    changed = bytearray(body or b"x")
    signature = sign(SECRET, bytes(changed))
    assert verify([SECRET], bytes(changed), signature)
    changed[place % len(changed)] ^= 1 << bit
    assert not verify([SECRET], bytes(changed), signature)


def test_there_are_329_examples_of_58_events() -> None:
    assert len(examples()) == 329
    assert len({entry.name for entry in examples()}) == 58


@pytest.mark.parametrize("entry", examples(), ids=lambda entry: f"{entry.name}-{entry.payload.get('action')}")
def test_every_example_of_github_decodes_whole_and_gives_jobs_or_none(
    entry: Example, caplog: pytest.LogCaptureFixture
) -> None:
    event = decode(entry.headers, entry.body)
    assert event.name == entry.name
    assert event.action == entry.payload.get("action")
    assert (event.repository is None) == ("repository" not in entry.payload)
    assert event.sender == entry.payload.get("sender", {}).get("login", "")
    for job in jobs_for(event, app_id=29310):
        assert job.installation_id == entry.payload["installation"]["id"]
    if entry.name in {"pull_request", "check_run", "issue_comment", "installation"}:
        assert caplog.messages == []


@pytest.mark.parametrize(
    "entry", [entry for entry in examples() if entry.name == "pull_request"], ids=lambda entry: entry.payload["action"]
)
def test_every_pull_request_example_tells_its_pull_request(entry: Example) -> None:
    event, told = decode(entry.headers, entry.body), entry.payload["pull_request"]
    assert event.pull_request is not None
    assert event.pull_request.number == told["number"]
    assert event.pull_request.head_sha == told["head"]["sha"]
    assert event.pull_request.base_ref == told["base"]["ref"]
    assert event.pull_request.draft == told["draft"]
    assert event.pull_request.open == (told["state"] == "open")


def test_an_issue_comment_counts_only_on_a_pull_request() -> None:
    entry = example("issue_comment", "created")
    payload = json.loads(entry.body)
    payload["issue"].pop("pull_request", None)
    assert decode(entry.headers, json.dumps(payload).encode()).comment is None
    payload["issue"]["pull_request"] = {"url": "https://api.github.com/repos/o/r/pulls/1"}
    comment = decode(entry.headers, json.dumps(payload).encode()).comment
    assert comment is not None
    assert comment.pull_number == payload["issue"]["number"]
    assert comment.body == payload["comment"]["body"]


def test_repositories_of_an_installation_are_told() -> None:
    entry = example("installation_repositories", "added")
    event = decode(entry.headers, entry.body)
    assert [repository.id for repository in event.repositories_added] == [
        told["id"] for told in entry.payload["repositories_added"]
    ]
    assert event.account == entry.payload["installation"]["account"]["login"]


@pytest.mark.parametrize("kind", ["Bot", "Organization", "Mannequin", None])
def test_whoever_is_no_user_counts_as_a_bot(kind: str | None) -> None:
    body = json.dumps({"sender": {"login": "x", "type": kind}}).encode()
    assert decode(HEADERS, body).sender_kind is SenderKind.BOT
    assert decode(HEADERS, b"{}").sender_kind is SenderKind.BOT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{",
        b"payload=%7B%7D",
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": %s}' % (b"9" * 10_000),
    ],
)
def test_what_is_no_json_object_is_named_so(body: bytes) -> None:
    with pytest.raises(NotJson):
        decode(HEADERS, body)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-GitHub-Event": "push"},
        {"X-GitHub-Delivery": "guid"},
        {"X-GitHub-Event": "", "X-GitHub-Delivery": "guid"},
        {"X-GitHub-Event": "a b", "X-GitHub-Delivery": "guid"},
        {"X-GitHub-Event": "push", "X-GitHub-Delivery": "g" * 201},
    ],
)
def test_a_delivery_without_its_two_headers_is_named_so(headers: dict[str, str]) -> None:
    with pytest.raises(NoEventHeader):
        decode(headers, b"{}")


def test_what_postgresql_cannot_store_is_taken_out() -> None:
    entry = example("pull_request", "opened")
    payload = json.loads(entry.body)
    payload["pull_request"]["base"]["ref"] = "ma\x00in\ud800"
    payload["repository"]["full_name"] = "o/\udfffr 😀"
    payload["action"] = "ope\x00ned"
    event = decode(entry.headers, json.dumps(payload).encode())
    assert event.pull_request is not None
    assert event.pull_request.base_ref == "main"
    assert event.repository is not None
    assert event.repository.full_name == "o/r 😀"
    assert event.action == "opened"


@pytest.mark.parametrize(
    "bad",
    [
        None,
        17,
        "text",
        [],
        {},
        {"number": "1"},
        {"number": True},
        {"number": 2**64},
        {"number": 1, "head": {"sha": "--upload-pack=evil"}, "base": {"ref": "main"}, "state": "open"},
    ],
)
def test_a_bad_part_is_none_and_spoils_no_other(bad: Any) -> None:
    entry = example("pull_request", "opened")
    event = decode(entry.headers, json.dumps({**entry.payload, "pull_request": bad}).encode())
    assert event.pull_request is None
    assert event.repository is not None
    assert jobs_for(event, app_id=1) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = ["action", "sender", "installation", "repository", "pull_request", "comment", "issue", "check_run", "changes"]


@settings(deadline=None)
@given(
    name=st.sampled_from(["pull_request", "issue_comment", "check_run", "installation", "ping", "tomorrow"]),
    parts=st.dictionaries(st.sampled_from([*KEYS, "repositories_added"]), JSON),
    base=st.sampled_from(examples()),
)
def test_no_payload_breaks_decoding_or_the_rules(name: str, parts: dict[str, Any], base: Example) -> None:
    body = json.dumps({**base.payload, **parts}).encode()
    jobs_for(decode({**base.headers, "X-GitHub-Event": name}, body), app_id=1)
