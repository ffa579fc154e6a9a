"""Texts as nobody means them, and what extraction promises for them all the same."""

from __future__ import annotations

from hypothesis import strategies as st

from app.core.fit.packed import check_facts, check_outline
from app.core.fit.source_facts import FileFacts, Outline, When
from app.syntax.extraction.extract import extract_facts, extract_outline
from app.syntax.languages import Language
from tests.syntax.extracting import facts_of
from tests.syntax.moments import NEVER

_PIECES = (
    b"{", b"}", b"(", b")", b"/*", b"*/", b'"', b"'", b"<", b"::", b"\\", b";", b"\n", b"\r", b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b"import ", b"use ", b"using ", b"namespace ", b"package ", b"mod ", b"require ", b"#include ",
    b"class ", b"def ", b"#if X\n", b"end\n", b"\xe2\x80\xa8", b"<<~A\n",
)  # fmt: skip


def broken(text: str) -> st.SearchStrategy[bytes]:
    """The text with some stretches cut out and some pieces put in."""
    content = text.encode()
    cut = st.tuples(st.integers(0, len(content)), st.integers(0, 30), st.sampled_from((b"", *_PIECES)))
    return st.lists(cut, min_size=1, max_size=6).map(lambda cuts: _apply(content, cuts))


def _apply(content: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for start, length, piece in cuts:
        content = content[:start] + piece + content[start + length :]
    return content


def check_any(language: Language, content: bytes) -> None:
    """Whatever the text is, what is told of it has the shape that is promised."""
    lines = content.count(b"\n") + 1
    facts = extract_facts(language, content, deadline=NEVER)
    if isinstance(facts, FileFacts):
        check_facts(facts, language=language.value, lines=lines)
    outline = extract_outline(language, content, deadline=NEVER)
    if isinstance(outline, Outline):
        check_outline(outline, lines=lines)


def check_cuts(language: Language, text: str) -> None:
    """Cut behind any of its lines, a text says nothing new, and all that it said up to there, or that it is partial.

    When an import takes effect is left out: a function without an end is none.
    """
    whole = facts_of(language, text)
    assert not whole.partial
    expected = [item._replace(when=When.LOADING) for item in whole.imports]
    lines = text.splitlines(keepends=True)
    for count in range(len(lines)):
        part = facts_of(language, "".join(lines[:count]))
        found = [item._replace(when=When.LOADING) for item in part.imports]
        assert set(found) <= set(expected), lines[:count]
        assert set(part.packages) <= set(whole.packages), lines[:count]
        assert part.partial or found == [item for item in expected if item.line <= count], lines[:count]
