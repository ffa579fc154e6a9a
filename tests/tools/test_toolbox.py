"""Whatever a model asks for, it is answered: within limits, in a fence, without a secret, and never by raising."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.model import ToolCall
from app.core.secrecy.redaction import redact_patch
from app.repo.head_tree import HeadTree, open_toolbox
from app.repo.objects import GitStore
from app.tools.reader import Means
from app.tools.toolbox import TOOLS, Limits, Toolbox
from app.tools.tree import Unread
from tests.core.changes import change, change_file
from tests.repo.world import Tree, file, make_repository
from tests.tools.boxes import ask, fenced, files, open_box, refusal, rows

PASSWORD = "Xk29vQ7pLm41Zt8W"
OTHER = "q8Rt2LmZx0Wv5BnJ"
TREE: Tree = files(
    settings_dot_py=f'password = "{OTHER}"\n',
    connect_dot_py=f"connect('{OTHER}')\nconnect('{PASSWORD}')\n\n# {PASSWORD} {OTHER}\n",
    notes=f"{PASSWORD}\n",
) | {f"dumps/{PASSWORD}.txt".encode(): file(b"x\n"), f"{OTHER}/x.py".encode(): file(b"y\n")}
KNOWN = redact_patch(change(change_file("keys.py", [], [f'password = "{PASSWORD}"']))).known


def test_tools_are_sorted_and_their_schemas_are_closed_and_static() -> None:
    assert [tool.name for tool in TOOLS] == ["find_callers", "find_definition", "grep", "list_dir", "read_file"]
    for tool in TOOLS:
        assert tool.schema["type"] == "object"
        assert tool.schema["additionalProperties"] is False
        assert list(tool.schema["properties"]) == tool.schema["required"]
        assert json.loads(json.dumps(tool.schema)) == tool.schema
        assert 40 < len(tool.description) < 500


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("bash", {"command": "id"}, "There is no such tool. The tools are find_callers"),
        ("", {}, "There is no such tool"),
        ("read_file", {"path": "a"}, "exactly these arguments: path, start, end"),
        ("read_file", {"path": "a", "start": 1, "end": 2, "limit": 3}, "exactly these"),
        ("read_file", {"path": 3, "start": 1, "end": 2}, "path of read_file has to be of type string"),
        ("read_file", {"path": "a", "start": True, "end": 2}, "start of read_file has to be of type integer"),
        ("read_file", {"path": "a", "start": 1.5, "end": 2}, "of type integer"),
        ("grep", {"pattern": "a", "glob": 3}, "of type string or null"),
        ("grep", {"pattern": None, "glob": None}, "of type string."),
        ("list_dir", {"path": ["a"]}, "of type string"),
    ],
)
async def test_a_call_that_is_none_is_answered_with_what_is_wrong(
    tmp_path: Path, name: str, arguments: dict[str, Any], word: str
) -> None:
    result = await open_box(tmp_path, files(a="x")).answer(ToolCall("toolu_7", name, arguments))
    assert (result.id, result.error) == ("toolu_7", True)
    assert word in result.text


async def test_no_secret_leaves_whichever_file_or_change_betrays_it(tmp_path: Path) -> None:
    box = open_box(tmp_path, TREE, KNOWN)
    assert await rows(box, "read_file", path="settings.py", start=1, end=1) == [
        '1     | password = "‹secret:assigned-secret›"'
    ]
    assert await rows(box, "read_file", path="connect.py", start=1, end=9) == [
        "1     | connect('‹secret:assigned-secret›')",
        "2     | connect('‹secret:assigned-secret›')",
        "3     | ",
        "4     | # ‹secret:assigned-secret› ‹secret:assigned-secret›",
    ]
    listed = await rows(box, "list_dir", path="dumps")
    assert listed == ["dumps/‹secret:assigned-secret›.txt (2 bytes)"]
    assert await rows(box, "read_file", path=listed[0].removesuffix(" (2 bytes)"), start=1, end=1) == ["1     | x"]


@pytest.mark.parametrize("secret", [PASSWORD, OTHER])
async def test_no_search_tells_whether_a_guess_at_a_secret_is_right(tmp_path: Path, secret: str) -> None:
    box = open_box(tmp_path, TREE, KNOWN)
    for part in (secret, secret[:3], secret[-5:], secret[4:9]):
        assert await rows(box, "grep", pattern=part, glob=None) == []
        assert "fits no file" in await refusal(box, "grep", pattern="x", glob=f"**/*{part}*/**")
        assert "fits no file" in await refusal(box, "grep", pattern="x", glob=f"*{part}*")
    for tool in ("find_callers", "find_definition"):
        assert await rows(box, tool, symbol=secret) == []
    assert secret[2:] not in await refusal(box, "read_file", path=f"{secret[:-1]}/x.py", start=1, end=1)


async def test_an_answer_has_no_more_characters_than_allowed_and_says_what_is_left_out(tmp_path: Path) -> None:
    box = open_box(tmp_path, files(a=f"{'x' * 900}\n" * 250), limits=Limits(characters=5000))
    result = await ask(box, "read_file", path="a", start=1, end=250)
    assert len(result.text) <= 5000
    assert "Of 250 rows only the first 5 fit into an answer" in result.text
    assert len(fenced(result)) == 5


class _SlowTree:
    """A tree whose reading never ends."""

    async def entries(self) -> tuple[()]:
        await asyncio.Event().wait()
        return ()

    async def read(self, paths: object) -> dict[str, str | Unread]:
        raise AssertionError(paths)


async def test_what_takes_too_long_is_stopped_and_told() -> None:
    box = Toolbox(_SlowTree(), Means(asyncio.to_thread, asyncio.timeout), Limits(seconds=0.05))
    assert "took longer than 0.05 s and was stopped" in await refusal(box, "list_dir", path=".")


async def test_a_call_that_was_stopped_leaves_what_it_had_read_to_the_next(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "repository", "--bare")
    head = repository.commit_tree({b"%d.py" % number: file(b"x = 1\n" * 1000) for number in range(3000)})
    tree = HeadTree(GitStore(repository.git_dir), head, {})
    hasty = open_toolbox(tree, Limits(seconds=0.01))
    assert "took longer" in await refusal(hasty, "grep", pattern="y", glob=None)
    patient = open_toolbox(tree)
    assert (await ask(patient, "grep", pattern="y", glob=None)).text == "No line matches. 3,000 files searched."


async def test_cancelling_ends_an_answer_at_once() -> None:
    box = Toolbox(_SlowTree(), Means(asyncio.to_thread, asyncio.timeout))
    asking = asyncio.create_task(ask(box, "list_dir", path="."))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_tree_that_git_cannot_read_is_told_and_not_mistaken_for_an_empty_one(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "repository", "--bare")
    box = open_toolbox(HeadTree(GitStore(repository.git_dir), "1" * 40, {}))
    calls: dict[str, dict[str, Any]] = {
        "list_dir": {"path": "."},
        "grep": {"pattern": "x", "glob": None},
        "find_callers": {"symbol": "x"},
    }
    for name, arguments in calls.items():
        assert await refusal(box, name, **arguments) == "The repository cannot be read here. Go on without it."


async def test_parallel_calls_are_all_answered_alike(tmp_path: Path) -> None:
    box = open_box(tmp_path, TREE, KNOWN)
    answers = await asyncio.gather(*(ask(box, "grep", pattern="connect", glob=None) for _ in range(8)))
    assert len({answer.text for answer in answers}) == 1
    assert not answers[0].error


words = st.one_of(
    st.text(max_size=30),
    st.sampled_from([".", "..", "settings.py", "connect.py", "dumps", "*.py", "**", ".", "(a+)+$", "connect", "(?i)P"]),
    st.sampled_from(["\ud800", "\0", "/", "\\", "‹U+0041›", "‹secret:x›", "[", "{a,b}", "^.*$", r"\w{1,9}", "\x00*"]),
    st.builds(lambda start, size: PASSWORD[start : start + size], st.integers(0, 15), st.integers(1, 15)),
)
numbers = st.one_of(st.integers(), st.integers(-1, 5))
anything: st.SearchStrategy[Any] = st.one_of(words, numbers, st.none(), st.booleans(), st.floats(), st.lists(words))
names = st.sampled_from([tool.name for tool in TOOLS])
well_formed = st.one_of(
    st.tuples(st.just("read_file"), st.fixed_dictionaries({"path": words, "start": numbers, "end": numbers})),
    st.tuples(st.just("grep"), st.fixed_dictionaries({"pattern": words, "glob": st.none() | words})),
    st.tuples(st.just("list_dir"), st.fixed_dictionaries({"path": words})),
    st.tuples(st.sampled_from(["find_callers", "find_definition"]), st.fixed_dictionaries({"symbol": words})),
)
calls = st.one_of(well_formed, st.tuples(names | words, st.dictionaries(words, anything, max_size=4)))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    repository = make_repository(tmp_path_factory.mktemp("laws") / "repository", "--bare")
    return repository.git_dir, repository.commit_tree(TREE)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(calls, min_size=1, max_size=6))
def test_whatever_is_asked_is_answered_within_limits_and_holds_no_secret(
    place: tuple[Path, str], asked: list[tuple[str, dict[str, Any]]]
) -> None:
    async def answer_all() -> None:
        box = open_toolbox(HeadTree(GitStore(place[0]), place[1], KNOWN), Limits(characters=3000))
        for name, arguments in asked:
            result = await box.answer(ToolCall("toolu_1", name, arguments))
            assert result.text
            assert len(result.text) <= 3000
            assert PASSWORD not in result.text
            assert OTHER not in result.text
            assert result.text.encode()

    asyncio.run(answer_all())
