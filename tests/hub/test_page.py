"""The pull request page, seen as a browser sees it: over HTTP, parsed, and never trusted."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.hub.accounts import Role
from app.hub.checks import Output, Report, create_check_run
from app.hub.page import page_routes, render_static
from app.hub.placing import Draft
from app.hub.server import HubServer, build_hub
from app.hub.world import World
from tests.hub.place import AFTER, Clock, Place, a_place, public_pem
from tests.hub.tree import Tree, assert_harmless

EVIL = (
    '"><script>alert(1)</script><img src=x onerror=alert(1)><iframe src="//evil.example"></iframe>'
    "<svg onload=alert(1)>{{ 7*7 }}</title></style></textarea><!--"
)
EVIL_MARKDOWN = (
    f"{EVIL} -->\n\n![cat](https://evil.example/x.png) [go](javascript:alert(1)) [data](data:text/html,x)\n\n"
    "[ref]: https://evil.example/y.png\n\n![a][ref]\n\n<details open onclick=alert(1)><sub style=x>\n\n"
    "- <details>\n\n  inside a list\n\n</details></details></section></main>\n\n<details>\n\n<summary>\n\nnever closed"
)


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One place for all tests: each has a pull request of its own in it."""
    with a_place(tmp_path_factory.mktemp("grounds")) as made:
        yield made


@pytest.fixture(scope="module")
def site(grounds: Place) -> Iterator[httpx.Client]:
    """A browser's view of it."""
    with browse(grounds.world) as client:
        yield client


@contextmanager
def browse(world: World) -> Iterator[httpx.Client]:
    with (
        HubServer(world, build_hub(world, page_routes(world))) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        yield client


@pytest.fixture
def place(grounds: Place) -> Place:
    number = grounds.repository.last_number + 1
    files = {"a.txt": AFTER, "gone.txt": None, "src/new.py": b"x = 1\n"}
    grounds.world.commit(grounds.repository, f"change-{number}", files, by="ann", message=f"Change {number}")
    pull = grounds.world.open_pull(grounds.repository, f"change-{number}", by="ann", title="Better lines", body="Look.")
    return replace(grounds, pull=pull)


def address(place: Place) -> str:
    return f"/{place.repository.full_name}/pull/{place.pull.number}"


def post(site: httpx.Client, place: Place, **fields: str) -> httpx.Response:
    """Fill in the form that the page has and send it as a browser would; `origin` and `token` may be forged."""
    page = Tree(site.get(address(place)).text)
    token = next(node["value"] for node in page.all("input") if node["name"] == "token")
    origin = fields.pop("origin", str(site.base_url).rstrip("/"))
    data = {"token": token, "do": "comment", "as": "ann"} | fields
    return site.post(address(place), data=data, headers={"origin": origin} if origin else {})


def report(place: Place, **changes: object) -> None:
    facts = {"status": "completed", "conclusion": "failure", "external_id": "lintel1:1:2:abc"} | changes
    create_check_run(
        place.world.hub,
        place.app,
        place.repository,
        "lintel: main",
        place.pull.head_sha,
        Report(**facts),  # type: ignore[arg-type]  # a table of what a test varies
    )


def test_nothing_hostile_becomes_part_of_the_page(place: Place, site: httpx.Client) -> None:
    world, repository = place.world, place.repository
    path = 'src/"><script>alert(1)<\\script>.py'
    branch = "x<script>alert(1)<-script>&quot;"
    files = {path: f"x = 1  # {EVIL}\n".encode(), "a.txt": EVIL.encode() + b"\n", "new\nline.html": EVIL.encode()}
    world.commit(repository, branch, files, by="ann", message="Evil")
    place.pull = world.open_pull(repository, branch, by="ann", title=EVIL, body=EVIL_MARKDOWN)
    world.comment(place.pull, EVIL_MARKDOWN, by="mia")
    drafts = [Draft(path, EVIL_MARKDOWN, 1), Draft(path, f"```suggestion\n{EVIL}\n```", 1), Draft("a.txt", EVIL, 1)]
    world.review(place.pull, EVIL_MARKDOWN, by="mia", comments=drafts)
    note = {"path": path, "start_line": 1, "annotation_level": EVIL, "message": EVIL, "title": EVIL}
    output = Output(EVIL, EVIL_MARKDOWN, EVIL_MARKDOWN, [note])
    actions = [{"label": EVIL, "identifier": EVIL, "description": EVIL}]
    report(place, output=output, external_id=EVIL, details_url="javascript:alert(1)", actions=actions)

    page = assert_harmless(site.get(address(place)).text, scripts=1)
    assert page.text.count("alert(1)") > 12, "it is shown as the text it is"
    assert_harmless(render_static(world, place.pull), scripts=0)
    assert_harmless(site.get("/").text, scripts=0)
    assert_harmless(site.get("/<script>alert(1)</script>/x/pull/1").text, scripts=0)


def test_comments_stand_below_the_line_they_are_about(place: Place, site: httpx.Client) -> None:
    drafts = [
        Draft("a.txt", "On the removed line.", 10, side="LEFT"),
        Draft("a.txt", "On the new lines.", 31, start_line=29),
        Draft("gone.txt", "About the whole file.", whole_file=True),
        Draft("src/new.py", "Better:\n\n```suggestion\nx = 2\n```", 1),
    ]
    review = place.world.review(place.pull, "", by="mia", comments=drafts)
    thread = place.world.state.review_comments_of(place.pull)[0]
    place.world.reply(thread, "Answered below it.", by="ann")
    html = site.get(address(place)).text

    rows = [(kind.split()[0], " ".join(" ".join(words).split())) for kind, words in Tree(html).rows]
    talks = [(rows[index - 1], text) for index, (kind, text) in enumerate(rows) if kind == "talk"]
    first, second, third = talks
    assert first[0] == ("removed", "10 line 10")
    assert "On the removed line." in first[1]
    assert first[1].index("On the removed line.") < first[1].index("Answered below it.")
    assert second[0] == ("added", "31 more")
    assert "On the new lines." in second[1]
    assert third[0] == ("added", "1 x = 1")
    assert "Suggested change - x = 1 + x = 2" in third[1]
    assert re.findall(r'class="(\w+) marked"', html) == ["removed", "context", "context", "added", "added"]
    assert f'id="review-{review.id}"' in html
    file = html[html.index("<code>gone.txt", html.index('id="files"')) :]
    assert file.index("About the whole file.") < file.index('<table class="diff">')


def test_an_outdated_comment_stands_at_the_head_of_its_file_and_none_is_lost(place: Place, site: httpx.Client) -> None:
    place.world.review(
        place.pull, "", by="mia", comments=[Draft("a.txt", "Soon outdated.", 31), Draft("src/new.py", "Goes.", 1)]
    )
    place.world.commit(place.repository, place.pull.head_ref, {"a.txt": b"all new\n", "src/new.py": None}, by="ann")
    page = Tree(site.get(address(place)).text)
    assert "outdated, once line 31" in page.text
    assert (
        page.text.index("No longer part of the change") < page.text.index("Goes.") < page.text.index("Soon outdated.")
    )


def test_links_to_a_line_of_this_head_lead_to_it_on_the_page(place: Place, site: httpx.Client) -> None:
    blob = f"{site.base_url}/{place.repository.full_name}/blob/{place.pull.head_sha}"
    place.world.comment(
        place.pull, f"[seen]({blob}/a.txt#L31) [far]({blob}/a.txt#L1) [other]({blob}/b.txt#L1)", by="ann"
    )
    page = Tree(site.get(address(place)).text)
    ids = {attributes["id"] for _, attributes in page.nodes if "id" in attributes}
    seen, far, other = [node["href"] for node in page.all("a") if node.get("rel")]
    assert seen.endswith("-R31")
    assert {seen[1:], far[1:]} <= ids
    assert other == f"{blob}/b.txt#L1"


def test_the_form_posts_a_comment_that_the_app_hears_of(heard_place: Place) -> None:
    place = heard_place
    with browse(place.world) as site:
        answer = post(site, place, body="/lintel help", **{"as": "mia"})
        said = place.world.state.comments_of(place.pull)[-1]
        assert (answer.status_code, said.body, said.author.login) == (303, "/lintel help", "mia")
        assert answer.headers["location"] == f"{address(place)}?as=mia#comment-{said.id}"
        page = Tree(site.get(answer.headers["location"]).text)
        assert "/lintel help" in page.text
        assert [node["value"] for node in page.all("option") if "selected" in node][-1] == "mia"
    place.world.wait()
    heard = [delivery for delivery in place.world.state.deliveries.values() if delivery.event == "issue_comment"]
    assert [delivery.action for delivery in heard] == ["created"]


def test_one_answers_in_a_thread_and_presses_a_checks_buttons(place: Place, site: httpx.Client) -> None:
    place.world.review(place.pull, "", by="mia", comments=[Draft("a.txt", "Why?", 31)])
    thread = place.world.state.review_comments_of(place.pull)[0]
    assert post(site, place, do="reply", id=str(thread.id), body="Because.").status_code == 303
    assert place.world.state.review_comments_of(place.pull)[-1].in_reply_to_id == thread.id
    report(place, actions=[{"label": "Full review", "identifier": "full", "description": "All of it"}])
    run = str(place.world.state.check_runs_of(place.repository, place.pull.head_sha)[0].id)
    assert post(site, place, do="press", id=run, action="full").status_code == 303
    assert post(site, place, do="press", id=run, action="").status_code == 303
    assert place.world.state.check_runs[int(run)].suite.reset
    assert post(site, place, do="press", id=run, action="unknown").status_code == 404
    place.world.add_person("ray")
    place.world.set_role(place.repository, "ray", Role.READ)
    assert post(site, place, do="press", id=run, action="full", **{"as": "ray"}).status_code == 403


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"token": ""}, 403),
        ({"token": "0" * 64}, 403),
        ({"as": "nobody"}, 403),
        ({"as": "bob"}, 403),
        ({"as": "lintel[bot]"}, 403),
        ({"as": "acme"}, 403),
        ({"do": "merge"}, 400),
        ({"do": "reply", "id": "1"}, 404),
        ({"do": "press", "id": "9" * 30}, 404),
        ({"body": " \n"}, 422),
        ({"body": "x" * 65_537}, 422),
        ({"body": "x" * 1_100_000}, 413),
    ],
)
def test_a_form_that_is_not_the_pages_own_changes_nothing(
    place: Place, site: httpx.Client, fields: dict[str, str], status: int
) -> None:
    answer = post(site, place, **({"body": "hello"} | fields))
    assert answer.status_code == status
    assert_harmless(answer.text, scripts=0)
    assert not place.world.state.comments_of(place.pull)


def test_only_forms_are_read(place: Place, site: httpx.Client) -> None:
    headers = {"origin": str(site.base_url).rstrip("/")}
    assert site.post(address(place), json={"do": "comment"}, headers=headers).status_code == 415
    many = "&".join(f"f{n}=1" for n in range(30))
    form = headers | {"content-type": "application/x-www-form-urlencoded"}
    assert site.post(address(place), content=many, headers=form).status_code == 400


@pytest.mark.parametrize("path", ["/", "/acme/rocket/pull/1", "/acme/rocket/pull/1/state.json"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example:80"])
def test_another_host_name_is_refused(site: httpx.Client, path: str, host: str) -> None:
    assert site.get(path, headers={"host": host}).status_code == 421


def test_every_answer_is_fenced_in(place: Place, site: httpx.Client) -> None:
    nonces = set()
    for path in (
        "/",
        address(place),
        address(place),
        f"{address(place)}/state.json",
        "/acme/rocket/pull/99",
    ):
        headers = site.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-frame-options"] == "DENY"
        nonces.add(re.findall(r"nonce-(\w+)", policy)[0])
    assert len(nonces) == 5


def test_the_state_changes_its_version_when_something_shown_changes(place: Place, site: httpx.Client) -> None:
    def look() -> dict[str, object]:
        state: dict[str, object] = site.get(f"{address(place)}/state.json").json()
        return state

    first = look()
    assert look() == first
    assert Tree(site.get(address(place)).text).all("html")[0]["data-version"] == first["version"]
    report(place, status="in_progress", conclusion=None)
    second = look()
    assert second["running"]
    assert second["version"] != first["version"]


def test_the_page_tells_what_the_check_says_and_whether_it_can_be_merged(place: Place, site: httpx.Client) -> None:
    place.world.require_check(place.repository, "lintel: main", app=place.app)
    assert "Expected: nobody has reported it yet" in Tree(site.get(address(place)).text).text
    note = {"path": "a.txt", "start_line": 3, "annotation_level": "warning", "message": "Look here"}
    report(place, output=Output("2 blocking findings", "**Summary**", None, [note]))
    text = Tree(site.get(address(place)).text).text
    for words in (
        "2 blocking findings",
        "failure",
        "1 annotation",
        "Look here",
        "lintel1:1:2:abc",
        "cannot be merged now",
    ):
        assert words in text
    report(place, conclusion="success")
    assert "It can be merged now" in Tree(site.get(address(place)).text).text


@pytest.mark.parametrize("path", ["/acme/rocket/pull/99", "/acme/none/pull/1", "/acme/rocket/pull/" + "9" * 5000])
def test_what_is_not_there_is_said_to_be_missing(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404
    assert "Not Found" in answer.text


def test_an_empty_world_and_an_empty_pull_request_have_pages(tmp_path: Path) -> None:
    world = World(tmp_path, Clock())
    with browse(world) as site:
        assert "No repository yet" in site.get("/").text
        world.add_organization("acme")
        world.register_app("lintel", "acme", public_pem(), {}, ())
        repository = world.create_repository("acme", "rocket", private=True)
        assert "No pull request yet" in site.get("/").text
        world.add_person("ann")
        world.commit(repository, "main", {"a": b"1"}, by="ann")
        world.commit(repository, "empty", {}, by="ann")
        world.open_pull(repository, "empty", by="ann")
        text = Tree(site.get("/acme/rocket/pull/1").text).text
    world.close()
    for words in ("No check has been reported", "Nothing was written", "Nothing is changed", "nobody can comment"):
        assert words in text


def test_a_picture_stands_on_both_pages_and_both_let_no_other_image_in(place: Place) -> None:
    def draw(text: str) -> str | None:
        return "<svg/>" if text == "flowchart TD" else None

    place.world.comment(place.pull, "```mermaid\nflowchart TD\n```", by="ann")
    place.world.comment(place.pull, "```mermaid\nflowchart LR\n```", by="ann")
    saved = assert_harmless(render_static(place.world, place.pull, draw), scripts=0)
    assert "img-src data:;" in saved.all("meta")[-1]["content"]
    routes = page_routes(place.world, draw)
    with (
        HubServer(place.world, build_hub(place.world, routes)) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        answer = client.get(address(place))
    assert "img-src data:;" in answer.headers["content-security-policy"]
    served = assert_harmless(answer.text, scripts=1)
    for page in (saved, served):
        assert [node["src"] for node in page.all("img")] == ["data:image/svg+xml;base64,PHN2Zy8+"]
        assert "flowchart LR" in page.text


def test_the_saved_page_stands_alone(place: Place) -> None:
    place.world.comment(place.pull, "Kept.", by="ann")
    tree = assert_harmless(render_static(place.world, place.pull), scripts=0)
    assert {"form", "button", "textarea", "select"}.isdisjoint(tag for tag, _ in tree.nodes)
    assert "Kept." in tree.text
    assert len(tree.all("style")) == 1
