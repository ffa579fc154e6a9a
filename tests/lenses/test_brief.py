"""What small models write about a whole change, as it is read: bounded, of files that exist, on lines of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.model import FailureKind, ModelFailed, Reply, Usage
from app.lenses import brief, summary
from tests.claude_rules import complain


def a_reply(text: str) -> Reply:
    return Reply(digest="d", text=text, model="m", stop_reason="end_turn", usage=Usage(), request_id="", seconds=0.0)


def a_file(path: str, **fields: Any) -> dict[str, Any]:
    return {"path": path, "does": "Adds a rate.", "must_hold": "Callers pass it.", "risk": 1} | fields


def read_map(*files: dict[str, Any], whole: str = "", paths: tuple[str, ...] = ("a.py", "b.py")) -> str:
    return brief.read(a_reply(json.dumps({"files": files, "whole": whole})), paths)


def test_the_map_has_a_line_for_each_file_the_riskiest_first_and_the_whole_last() -> None:
    told = read_map(a_file("a.py"), a_file("b.py", risk=3, must_hold=""), whole="Rates.")
    assert told.split("\n") == [
        "b.py (risk 3 of 3): Adds a rate.",
        "a.py (risk 1 of 3): Adds a rate. Must hold: Callers pass it.",
        "Rates.",
    ]


def test_files_that_are_not_in_the_change_are_not_on_the_map() -> None:
    assert read_map(a_file("../../etc/passwd"), a_file("c.py")) == ""


@given(st.lists(st.tuples(st.text(max_size=400), st.text(max_size=400), st.integers()), max_size=60), st.text())
def test_a_map_never_has_more_than_five_hundred_words_and_a_file_never_more_than_a_line(
    files: list[tuple[str, str, int]], whole: str
) -> None:
    given_files = [a_file("a.py", does=does, must_hold=hold, risk=risk) for does, hold, risk in files]
    told = read_map(*given_files, whole=whole)
    lines = told.split("\n") if told else []
    assert len(told.split()) <= brief.MAX_WORDS
    assert all(line.startswith("a.py (risk ") for line in lines[:-1])
    assert told.isprintable() or "\n" in told or not told.isascii()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"files": []}', '{"files": [1], "whole": ""}', "[" * 100_000])
def test_a_reply_in_another_form_is_refused_by_name(text: str) -> None:
    with pytest.raises(ModelFailed) as failed:
        brief.read(a_reply(text), ("a.py",))
    assert failed.value.failure.kind is FailureKind.MALFORMED
    with pytest.raises(ModelFailed):
        summary.read(a_reply(text))


def test_the_paragraph_is_one_line_of_bounded_length() -> None:
    told = summary.read(a_reply(json.dumps({"what": "It adds\n\n# a rate.\x00\x1b[31m " + "more " * 500})))
    assert told.startswith("It adds # a rate. [31m more")
    assert len(told) <= 900
    assert "\n" not in told


def test_the_api_would_take_both_questions() -> None:
    for request in (brief.ask("x", model="m", salt=""), summary.ask("x", "y", model="m", salt="")):
        body = {
            "model": request.model,
            "max_tokens": request.max_tokens,
            "stream": True,
            "system": [{"text": block.text} for block in request.system],
            "messages": [{"role": "user", "content": [{"text": block.text} for block in request.blocks]}],
            "output_config": {"effort": request.effort, "format": {"type": "json_schema", "schema": request.schema}},
        }
        assert complain(body) is None
