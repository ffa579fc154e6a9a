"""Facts and outlines as JSON: what goes in comes out, and nothing else does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.fit.packed import (
    MOST,
    PackedUnreadableError,
    check_facts,
    check_outline,
    facts_from_plain,
    outline_from_plain,
    pack_facts,
    pack_outline,
    unpack_facts,
    unpack_outline,
)
from app.core.fit.source_facts import Call, FileFacts, Import, Outline, Symbol, When

NAMES = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=8)
LINES = st.integers(1, 99)
FLAGS = st.booleans()


@st.composite
def _imports(draw: st.DrawFn) -> Import:
    if draw(FLAGS):
        return Import(draw(NAMES), draw(LINES))
    names = tuple(draw(st.lists(NAMES, max_size=3)))
    same = st.sampled_from([0, len(names)])
    as_names = tuple(draw(NAMES) for _ in range(draw(same)))
    lines = tuple(draw(LINES) for _ in range(draw(same)))
    return Import(
        draw(NAMES),
        draw(LINES),
        names,
        draw(st.integers(-1, 4)),
        draw(st.sampled_from(When)),
        draw(FLAGS),
        as_names,
        lines,
    )


FACTS = st.builds(
    FileFacts,
    language=st.just("python"),
    packages=st.lists(NAMES, max_size=3).map(tuple),
    imports=st.lists(_imports(), max_size=6).map(tuple),
    partial=FLAGS,
)
SYMBOLS = st.builds(
    Symbol, NAMES, st.just("method"), st.lists(NAMES, max_size=3).map(tuple), LINES, LINES, FLAGS, NAMES
)
OUTLINES = st.builds(
    Outline,
    symbols=st.lists(SYMBOLS, max_size=6).map(tuple),
    calls=st.lists(st.builds(Call, NAMES, LINES), max_size=6).map(tuple),
    partial=FLAGS,
)


@given(FACTS)
def test_facts_come_out_as_they_went_in(facts: FileFacts) -> None:
    unpacked = unpack_facts(pack_facts(facts))
    assert unpacked == facts
    assert all(type(item) is Import and type(item.when) is When for item in unpacked.imports)
    assert check_facts(unpacked, language="python", lines=99) is unpacked


@given(OUTLINES)
def test_outlines_come_out_as_they_went_in(outline: Outline) -> None:
    unpacked = unpack_outline(pack_outline(outline))
    assert unpacked == outline
    assert check_outline(unpacked, lines=99) is unpacked


ANYTHING = st.recursive(
    st.none() | FLAGS | st.integers(-2, 3) | st.floats() | st.sampled_from(["", "a", "lazy", "python"]),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=30,
)


@given(ANYTHING | st.tuples(st.just("python"), FLAGS, ANYTHING, ANYTHING, ANYTHING).map(list))
def test_other_values_are_refused_or_are_sound(value: Any) -> None:
    try:
        facts = check_facts(facts_from_plain(value), language="python", lines=9)
    except PackedUnreadableError:
        return
    assert unpack_facts(pack_facts(facts)) == facts
    assert all(type(item.target) is str and 0 < item.line <= 9 for item in facts.imports)


@given(ANYTHING | st.tuples(FLAGS, ANYTHING, ANYTHING).map(list))
def test_other_outlines_are_refused_or_are_sound(value: Any) -> None:
    try:
        outline = check_outline(outline_from_plain(value), lines=9)
    except PackedUnreadableError:
        return
    assert unpack_outline(pack_outline(outline)) == outline


@pytest.mark.parametrize("packed", [b"", b"{", b"\xff", b"[" * 100_000, b"null", b"[1,2,3]", "{}"])
def test_what_is_no_pack_is_refused(packed: bytes | str) -> None:
    with pytest.raises(PackedUnreadableError):
        unpack_facts(packed)
    with pytest.raises(PackedUnreadableError):
        unpack_outline(packed)


GOOD = Import("a", 2, ("b",), 0, When.LAZY, passed_on=True, as_names=("c",), lines=(3,))


@pytest.mark.parametrize(
    "bad",
    [
        GOOD._replace(target=""),
        GOOD._replace(target="a\nb"),
        GOOD._replace(target="\u202e"),
        GOOD._replace(target="a" * 501),
        GOOD._replace(line=0),
        GOOD._replace(line=10),
        GOOD._replace(line=True),
        GOOD._replace(names=("",)),
        GOOD._replace(names=("b", "c")),
        GOOD._replace(as_names=("\0",)),
        GOOD._replace(lines=(11,)),
        GOOD._replace(level=-2),
        GOOD._replace(level=501),
    ],
)
def test_values_that_no_text_of_so_many_lines_has_are_refused(bad: Import) -> None:
    check_facts(FileFacts("python", imports=(GOOD,)), language="python", lines=9)
    with pytest.raises(PackedUnreadableError):
        check_facts(FileFacts("python", imports=(bad,)), language="python", lines=9)


def test_facts_of_another_language_and_masses_of_them_are_refused() -> None:
    for facts in (
        FileFacts("go"),
        FileFacts("python", imports=(Import("a", 1),) * (3 * MOST + 1)),
        FileFacts("python", packages=("a",) * (MOST + 1)),
        FileFacts("python", packages=("",)),
    ):
        with pytest.raises(PackedUnreadableError):
            check_facts(facts, language="python", lines=9)


SYMBOL = Symbol("f", "function", ("A",), 1, 2, public=True, signature="def f()")


@pytest.mark.parametrize(
    "bad",
    [
        Outline((SYMBOL._replace(name=""),)),
        Outline((SYMBOL._replace(kind="<b>"),)),
        Outline((SYMBOL._replace(within=("\n",)),)),
        Outline((SYMBOL._replace(last_line=10),)),
        Outline((SYMBOL._replace(signature="a\nb"),)),
        Outline((SYMBOL._replace(signature="a" * 1_001),)),
        Outline((SYMBOL,) * (MOST + 1)),
        Outline(calls=(Call("f", 10),)),
        Outline(calls=(Call("\x1b", 1),)),
    ],
)
def test_outlines_that_no_text_of_so_many_lines_has_are_refused(bad: Outline) -> None:
    check_outline(Outline((SYMBOL,), (Call("f", 1),)), lines=9)
    with pytest.raises(PackedUnreadableError):
        check_outline(bad, lines=9)


def test_most_imports_cost_little_more_than_their_words() -> None:
    facts = FileFacts("java", imports=tuple(Import("org.example.things.Thing", line) for line in range(1, 101)))
    assert len(pack_facts(facts)) < 100 * (len("org.example.things.Thing") + 8)
    assert json.loads(pack_facts(facts))[0] == "java"
