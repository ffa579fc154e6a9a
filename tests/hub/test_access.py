"""Who may call, and what they are told otherwise."""

import re
from typing import Any

import httpx
import pytest

from app.hub.accounts import Role
from app.hub.events import UnsupportedEventsError
from tests.hub.place import Place, public_pem

NOT_DECODED = "A JSON web token could not be decoded"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "somebody else's"}, NOT_DECODED),
        ({"algorithm": "HS256"}, NOT_DECODED),
        ({"iss": "1"}, "Integration not found"),
        ({"exp": 0}, "'Expiration time' claim ('exp') must be"),
        ({"exp": None}, "'Expiration time' claim ('exp') must be"),
        ({"exp": 1795262400 + 601}, "'Expiration time' claim ('exp') is too far in the future"),
        ({"iat": 1795262400 + 300}, "'Issued at' claim ('iat') must be"),
        ({"iat": None}, "'Issued at' claim ('iat') must be"),
    ],
)
def test_a_jwt_that_github_would_not_take_is_refused(place: Place, changes: dict[str, Any], message: str) -> None:
    assert int(place.clock().timestamp()) == 1795262400
    answer = place.client(place.jwt(**changes)).get("/app")
    assert answer.status_code == 401
    assert answer.json()["message"].startswith(message)


@pytest.mark.parametrize("issuer", ["id", "client_id"])
def test_an_app_names_itself_by_id_or_client_id(place: Place, issuer: str) -> None:
    answer = place.client(place.jwt(iss=str(getattr(place.app, issuer)))).get("/app")
    assert answer.status_code == 200
    assert answer.json()["slug"] == "lintel"


@pytest.mark.parametrize(
    ("credential", "message"), [(None, "Requires authentication"), ("ghs_unknown", "Bad credentials")]
)
def test_without_a_known_credential_nothing_is_shown(place: Place, credential: str | None, message: str) -> None:
    answer = place.client(credential).get(place.path)
    assert (answer.status_code, answer.json()["message"]) == (401, message)


def test_each_credential_opens_its_own_doors(place: Place, public_place: Place) -> None:
    assert place.bot.get("/app").json()["message"] == NOT_DECODED
    assert place.client(place.jwt()).get(place.path).status_code == 404
    assert public_place.client(public_place.jwt()).get(public_place.path).status_code == 403
    assert place.client(place.jwt()).get(f"{place.path}/installation").json()["id"] == place.installation.id


def test_tokens_come_in_both_formats_and_last_an_hour(place: Place) -> None:
    app = place.client(place.jwt())
    path = f"/app/installations/{place.installation.id}/access_tokens"
    answers = [app.post(path).json() for _ in range(4)]
    tokens = [answer["token"] for answer in answers]
    assert sorted(len(token) > 500 for token in tokens) == [False, False, True, True]
    assert all(re.fullmatch(r"ghs_[A-Za-z0-9._-]{36,}", token) for token in tokens)
    assert {answer["expires_at"] for answer in answers} == {"2026-11-21T13:00:00Z"}
    client = place.client(tokens[0])
    assert client.get(place.path).status_code == 200
    place.clock.pass_by(hours=1)
    assert client.get(place.path).status_code == 401


def test_a_token_reaches_only_the_repositories_it_was_asked_for(place: Place) -> None:
    other = place.world.create_repository("acme", "other", private=True)
    narrow = place.client(place.mint(repository_ids=[place.repository.id]))
    named = place.client(place.mint(repositories=["other"]))
    assert narrow.get("/repos/acme/other").status_code == 404
    assert named.get("/repos/acme/other").status_code == 200
    assert [r["id"] for r in named.get("/installation/repositories").json()["repositories"]] == [other.id]


def test_what_is_public_can_be_read_but_not_written_by_other_tokens(place: Place) -> None:
    place.world.add_person("carl")
    place.world.create_repository("carl", "open")
    bot = place.bot
    assert bot.get("/repos/carl/open").status_code == 200
    refused = bot.post("/repos/carl/open/check-runs", json={"name": "x", "head_sha": "0" * 40})
    assert refused.status_code == 403


def test_a_missing_permission_is_named_in_a_header(place: Place) -> None:
    reader = place.client(place.mint(permissions={"pull_requests": "read"}))
    assert reader.get(place.pull_path).status_code == 200
    refused = reader.post(f"{place.path}/issues/1/comments", json={"body": "Hello"})
    assert refused.status_code == 403
    assert refused.json()["message"] == "Resource not accessible by integration"
    assert refused.headers["x-accepted-github-permissions"] == "pull_requests=write"
    assert reader.get(f"{place.path}/contents/a.txt").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"permissions": {"contents": "write"}},
        {"permissions": {"administration": "read"}},
        {"repository_ids": [1]},
        {"repositories": ["nowhere"]},
        {"repository_ids": list(range(501))},
    ],
)
def test_a_token_is_never_wider_than_its_installation(place: Place, body: dict[str, Any]) -> None:
    path = f"/app/installations/{place.installation.id}/access_tokens"
    assert place.client(place.jwt()).post(path, json=body).status_code == 422


def test_a_suspended_installation_is_refused_and_a_deleted_one_unknown(place: Place) -> None:
    client, app = place.bot, place.client(place.jwt())
    path = f"/app/installations/{place.installation.id}/access_tokens"
    place.world.suspend(place.installation)
    assert client.get(place.path).json()["message"] == "This installation has been suspended"
    assert app.post(path).status_code == 403
    place.world.unsuspend(place.installation)
    assert client.get(place.path).status_code == 200
    place.world.uninstall(place.installation)
    assert client.get(place.path).status_code == 401
    assert app.post(path).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"user-agent": ""}, 403),
        ({"x-github-api-version": "2019-01-01"}, 400),
        ({"x-github-api-version": "2026-03-10"}, 200),
        ({"x-github-api-version": "2022-11-28"}, 200),
    ],
)
def test_headers_every_request_needs(place: Place, headers: dict[str, str], status: int) -> None:
    assert place.bot.get(place.path, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/unknown", "/repos/acme/rocket/", "/repos/acme/rocket/pulls/99", "/../rest"])
def test_what_is_not_there_is_a_404_in_json(place: Place, path: str) -> None:
    answer = place.bot.get(path) if ".." not in path else httpx.get(f"{place.server.url}/api/rest")
    assert answer.status_code == 404
    assert answer.json()["message"] == "Not Found"


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        (b"{", 400, "Problems parsing JSON"),
        (b"[]", 400, "Body should be a JSON object"),
        (b'{"name": 1, "head_sha": "x"}', 422, "Invalid request.\n\nFor 'properties/name', 1 is not a string."),
        (b'{"name": "x"}', 422, 'Invalid request.\n\n"head_sha" wasn\'t supplied.'),
    ],
)
def test_a_body_github_cannot_read_is_answered_in_its_words(
    place: Place, content: bytes, status: int, message: str
) -> None:
    answer = place.bot.post(f"{place.path}/check-runs", content=content)
    assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_unknown_keys_are_ignored(place: Place) -> None:
    answer = place.bot.post(f"{place.path}/issues/1/comments", json={"body": "Hello", "unheard": 1})
    assert answer.status_code == 201


def test_a_renamed_repository_redirects_by_its_id(place: Place) -> None:
    place.world.rename(place.repository, "missile", by="mia")
    bot = place.bot
    moved = bot.get("/repos/acme/rocket/pulls/1")
    assert moved.status_code == 301
    assert moved.headers["location"].endswith(f"/repositories/{place.repository.id}/pulls/1")
    assert bot.get(moved.headers["location"]).json()["base"]["repo"]["name"] == "missile"
    posted = bot.post("/repos/acme/rocket/issues/1/comments", json={"body": "x"}, follow_redirects=True)
    assert [answer.status_code for answer in (*posted.history, posted)] == [307, 201]


def test_every_answer_tells_the_rate_and_an_unchanged_one_is_free(place: Place) -> None:
    bot = place.bot
    first = bot.get(place.path)
    same = bot.get(place.path, headers={"if-none-match": first.headers["etag"]})
    after = bot.get("/rate_limit").json()["resources"]["core"]
    assert first.headers["x-ratelimit-remaining"] == "4999"
    assert same.status_code == 304
    assert same.content == b""
    assert after["used"] == 1


def test_only_an_app_reports_checks(place: Place) -> None:
    body = {"name": "mine", "head_sha": place.pull.head_sha}
    assert place.person("ann").post(f"{place.path}/check-runs", json=body).status_code == 403


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        (Role.ADMIN, "admin"),
        (Role.MAINTAIN, "write"),
        (Role.WRITE, "write"),
        (Role.TRIAGE, "read"),
        (Role.READ, "read"),
        (Role.NONE, "none"),
    ],
)
def test_the_role_is_told_besides_the_older_permission(place: Place, role: Role, permission: str) -> None:
    place.world.set_role(place.repository, "bob", role)
    answer = place.bot.get(f"{place.path}/collaborators/bob/permission").json()
    assert (answer["permission"], answer["role_name"]) == (permission, role.value)


def test_nobody_has_no_role(place: Place) -> None:
    assert place.bot.get(f"{place.path}/collaborators/nobody/permission").status_code == 404


def test_an_app_cannot_subscribe_to_what_it_may_not_read(place: Place) -> None:
    with pytest.raises(UnsupportedEventsError, match="not supported by permissions: issue_comment"):
        place.world.register_app("x", "acme", public_pem(), {"pull_requests": "write"}, ["issue_comment"])
