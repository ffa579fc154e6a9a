"""Which part of a change a question is answered from."""

from __future__ import annotations

import pytest

from app.core.change.plan import Chunk, ChunkFile, FileClass, Plan
from app.flows.commands.questioning import choose_chunks
from tests.core.changes import change_file


def chunk(number: int, path: str, tokens: int) -> Chunk:
    return Chunk(number, (ChunkFile(change_file(path, [], ["x"]), FileClass.SOURCE, ()),), tokens)


PLAN = Plan(
    files=(),
    chunks=(chunk(1, "app/pay.py", 40), chunk(2, "app/Shop.py", 40), chunk(3, "docs/money.md", 40)),
    left_out=(),
)


@pytest.mark.parametrize(
    ("asked", "most", "numbers"),
    [
        ("Is it safe?", 120, [1, 2, 3]),
        ("Is it safe?", 100, [1, 2]),
        ("Is it safe?", 10, [1]),
        ("What does shop.py do?", 50, [2]),
        ("Does `docs/money.md` fit app/Shop.py?", 100, [2, 3]),
    ],
)
def test_what_the_question_names_comes_first_and_something_is_always_shown(
    asked: str, most: int, numbers: list[int]
) -> None:
    assert [one.number for one in choose_chunks(PLAN, asked, most)] == numbers


def test_where_nothing_can_be_read_nothing_is_shown() -> None:
    assert choose_chunks(Plan(files=(), chunks=(), left_out=()), "Why?") == ()
