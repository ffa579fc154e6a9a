"""Source files are read in processes of their own: one bad file costs only itself, and what comes back is checked."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from app.analyzers.apart.parsers import Parsers
from app.analyzers.apart.task import Cause, Done, Failed, Task
from app.analyzers.extracting import (
    EXTRACTING,
    LARGEST,
    NOT_UNDERSTOOD,
    TOO_LARGE,
    SourceFile,
    extract_facts_apart,
    extract_outlines_apart,
)
from app.analyzers.sandbox import ToolFailed
from app.core.fit.source_facts import FileFacts, Import, Outline, When
from app.syntax.languages import Language
from app.syntax.parsing import MAX_BYTES, Unparsed
from tests.analyzers.poison import CRASHES, HOLDS

QUICK = replace(EXTRACTING, task_seconds=1.0)
HELD = HOLDS + b"\nimport a.B;\n"
"""With an import at its end: without one, nobody parses it for its facts."""

TEXT = b"import a\n\ndef f(b):\n    from . import c\n    g()\n"
FACTS = FileFacts("python", imports=(Import("a", 1), Import("", 4, ("c",), 1, When.LAZY)))


def python(path: str, text: bytes = TEXT) -> SourceFile:
    return SourceFile(path, Language.PYTHON, text)


async def test_facts_come_in_the_order_of_the_files(parsers: Parsers) -> None:
    script = SourceFile("z.ts", Language.TYPESCRIPT, b"export * from './a'\n")
    facts = await extract_facts_apart([script, python("b.py"), python("a.py", b"")], parsers)

    assert list(facts.items()) == [
        ("z.ts", FileFacts("typescript", imports=(Import("./a", 1, ("*",), passed_on=True),))),
        ("b.py", FACTS),
        ("a.py", FileFacts("python")),
    ]


async def test_outlines_tell_what_is_defined_and_called(parsers: Parsers) -> None:
    outlines = await extract_outlines_apart([python("a.py"), python("b.py", b"def g(")], parsers, calls=True)

    outline, partial = outlines["a.py"], outlines["b.py"]
    assert isinstance(outline, Outline)
    assert [(symbol.path, symbol.signature, symbol.public) for symbol in outline.symbols] == [("f", "def f(b)", True)]
    assert [tuple(call) for call in outline.calls] == [("g", 5)]
    assert isinstance(partial, Outline)
    assert partial.partial
    without = await extract_outlines_apart([python("a.py")], parsers)
    assert without["a.py"] == replace(outline, calls=())


async def test_more_files_than_go_into_one_batch_are_all_read(parsers: Parsers) -> None:
    files = [python(f"{number}.py", TEXT + b"#" * (number * 20)) for number in range(600)]
    facts = await extract_facts_apart(files, parsers)

    assert list(facts) == [file.path for file in files]
    assert set(facts.values()) == {FACTS}


@pytest.mark.parametrize("extract", [extract_facts_apart, extract_outlines_apart])
async def test_a_poisoned_file_costs_only_itself(
    extract: Any, caplog: pytest.LogCaptureFixture, parsers: Parsers
) -> None:
    files = [python(f"{number}.py") for number in range(20)]
    files[3:3] = [SourceFile("secret-a.cpp", Language.CPP, CRASHES), SourceFile("secret-b.java", Language.JAVA, HELD)]
    found = await extract(files, parsers, QUICK)

    assert list(found) == [file.path for file in files]
    # which of them ends it first is up to the machine
    assert {found.pop("secret-a.cpp"), found.pop("secret-b.java")} <= {cause.value for cause in Cause}
    assert not any(isinstance(value, str) for value in found.values())
    assert "secret" not in caplog.text


async def test_what_no_parser_takes_says_why_in_words_of_ours(parsers: Parsers) -> None:
    files = [
        python("large.py", b"#" * (LARGEST + 1)),
        python("full.py", b"#" * LARGEST),
        python("prose.py", b"a<" * 30_000),
    ]
    facts = await extract_facts_apart(files, parsers)

    assert facts == {
        "large.py": TOO_LARGE,
        "full.py": FileFacts("python"),
        "prose.py": Unparsed.TOO_BROKEN.value,
    }
    assert (MAX_BYTES, Unparsed.TOO_LARGE.value) == (LARGEST, TOO_LARGE)


async def test_when_time_is_over_the_rest_is_not_known_and_says_so(parsers: Parsers) -> None:
    held = [SourceFile(f"{number}.java", Language.JAVA, HELD) for number in range(30)]
    found = await extract_facts_apart(
        [python("a.py"), *held], parsers, replace(EXTRACTING, task_seconds=60.0, seconds=1.0)
    )

    assert set(found) == {"a.py", *(file.path for file in held)}
    assert {found[file.path] for file in held} == {Cause.TIME.value}


async def test_nothing_to_read_starts_nobody(monkeypatch: pytest.MonkeyPatch, parsers: Parsers) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere")
    assert await extract_facts_apart([], parsers) == {}
    assert await extract_facts_apart([python("a.py", b"#" * (LARGEST + 1))], parsers) == {"a.py": TOO_LARGE}
    with pytest.raises(ToolFailed):
        await extract_facts_apart([python("a.py")], parsers)


@pytest.mark.parametrize("reason", Unparsed)
async def test_each_reason_of_a_parser_reaches_people(
    reason: Unparsed, monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    async def refuse(tasks: list[Task], _: object, **__: object) -> list[Done | Failed]:
        return [Done([reason.value] * len(task.texts)) for task in tasks]

    monkeypatch.setattr(parsers, "run", refuse)
    found = await extract_facts_apart([python("a.py"), python("b.py")], parsers)
    assert found == dict.fromkeys(["a.py", "b.py"], reason.value)


async def test_a_file_that_had_no_time_left_in_its_batch_is_asked_for_alone(
    monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    run = parsers.run

    async def hurry(tasks: list[Task], bounds: Any, **__: object) -> list[Done | Failed]:
        if all(len(task.texts) == 1 for task in tasks):
            return await run(tasks, bounds)
        return [Done([Unparsed.TOO_SLOW.value] * len(task.texts)) for task in tasks]

    monkeypatch.setattr(parsers, "run", hurry)
    assert await extract_facts_apart([python("a.py"), python("b.py")], parsers) == {"a.py": FACTS, "b.py": FACTS}


FLAT = ["python", False, [], ["a", 1], []]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "all",
        [],
        [FLAT, FLAT],
        ["<b>words</b>"],
        ["x" * 200],
        [{}],
        [["go", False, [], [], []]],
        [["python", 1, [], [], []]],
        [["python", False, [], ["a", 99], []]],
        [["python", False, [], ["a"], []]],
        [["python", False, [], [], [[0, "a", 1, ["x"], 0, "never", False, [], []]]]],
        [["python", False, [], [], [["0", "a", 1, ["x"], 0, "lazy", False, [], []]]]],
        [["python", False, ["\ud800"], [], []]],
    ],
)
async def test_an_answer_that_nobody_understands_is_no_fact(
    value: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, parsers: Parsers
) -> None:
    caplog.set_level(logging.WARNING)

    async def lie(tasks: list[Task], _: object, **__: object) -> list[Done | Failed]:
        return [Done(value) for _ in tasks]

    monkeypatch.setattr(parsers, "run", lie)
    assert await extract_facts_apart([python("a.py")], parsers) == {"a.py": NOT_UNDERSTOOD}
    assert await extract_outlines_apart([python("a.py")], parsers) == {"a.py": NOT_UNDERSTOOD}
    assert "of no use" in caplog.text
