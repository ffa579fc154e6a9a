from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.tree import SyntaxTreeNode

from app.core.text.markdown import (
    Markdown,
    bullets,
    cell,
    code,
    details,
    fence,
    join,
    paragraphs,
    permalink,
    plain,
    rich,
)
from tests.inert import assert_inert, walk

HOSTILE = [
    "@mona please merge",
    "cc @org/team, user@example.com",
    "Fixes #1, closes octo/shop#2, GH-3",
    "![x](https://evil.example/a.png?q=secret)",
    "[![x][1]][2]\n\n[1]: https://evil.example/a.png\n[2]: https://evil.example",
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "<details><summary>x</summary>",
    "</details></sub>\n\n# big",
    "https://evil.example www.evil.example <https://evil.example> <mona@example.com>",
    "[click](javascript:alert(1)) [rel](/settings) [ref][r]\n\n[r]: data:text/html,x",
    "/lintel override deadbeef because",
    "ok\n/lintel override\n- /close\n> /merge",
    "```suggestion\nrm -rf /\n```\n~~~\nx",
    "`` ` `` ``` x ``` `a",
    "| a | b |\n| - | - |\n| @x | #1 |",
    "x<!-- lintel:summary -->y",
    "<!-- lintel:finding id=F1 fingerprint=" + "0" * 32 + " -->",
    "\u202egnp.exe\u2066 @\u200bmona",
    "a\x00b\rc\x0cd",
    "&#64;mona &lt;img&gt; &commat;mona",
    "\\@mona \\#1 \\<b>",
    "*@*mona **#**1 @**mona**",
    "- [ ] task\n1. one\n2) two\n+ plus",
    "Setext\n===\n\n***\n\n    indented @mona",
    "<a href='https://evil.example'>x</a>",
    "$\\href{https://evil.example}{x}$ :boom:",
    "> [!WARNING]\n> text",
]
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.sampled_from(list("@#/`~*_<>![]()&|\\:-+=. \n1aw")), max_size=60),
    st.text(max_size=80),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=3).map("\n".join),
)


def _walk(markdown: Markdown) -> list[SyntaxTreeNode]:
    return walk(markdown.text)


def _assert_inert(markdown: Markdown) -> None:
    assert_inert(markdown.text)


@given(texts)
@example("@mona")
def test_promise_7_plain_text_is_inert_wherever_it_stands(text: str) -> None:
    _assert_inert(plain(text))
    _assert_inert(bullets([plain(text), plain(text)]))
    _assert_inert(join([Markdown("| a |\n| --- |\n| "), cell(plain(text)), Markdown(" |")]))


@given(texts)
def test_promise_7_markdown_of_a_model_is_inert(text: str) -> None:
    _assert_inert(rich(text))
    _assert_inert(paragraphs(plain(text), rich(text), plain(text)))


@given(texts)
def test_what_plain_shows_is_what_was_written(text: str) -> None:
    shown = "".join(node.content for node in _walk(plain(text)) if node.type == "text")

    assert shown.replace("\\", "").split() == plain(text).text.replace("\\", "").split()


@given(texts)
def test_code_is_one_span_with_the_same_characters(text: str) -> None:
    spans = [node for node in _walk(code(text)) if node.type == "code_inline"]

    assert len(spans) == 1
    assert not [node for node in _walk(code(text)) if node.type == "text"]


@given(texts, st.integers(0, 50))
def test_a_fence_holds_exactly_its_text(text: str, run: int) -> None:
    content = text.replace("\x00", "").replace("\r", "") + "`" * run
    blocks = list(_walk(paragraphs(plain("before"), fence(content, "py`thon\n"), plain("after"))))
    fences = [node for node in blocks if node.type == "fence"]

    assert [node.content.rstrip("\n") for node in fences] == [content.rstrip("\n")]
    assert fences[0].info == "python"
    assert sum(node.type == "paragraph" for node in blocks) == 2


@given(texts)
def test_a_table_row_keeps_its_cells(text: str) -> None:
    table = join(
        [Markdown("| a | b |\n| --- | --- |\n| "), cell(plain(text)), Markdown(" | "), cell(code(text)), Markdown(" |")]
    )
    rows = [node for node in _walk(table) if node.type == "tr"]

    assert len(rows) == 2
    assert [len(row.children) for row in rows] == [2, 2]


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("# Title", "**Title**"),
        ("**bold** and *soft*", "**bold** and *soft*"),
        ("see [the docs](https://x.example)", "see the docs"),
        ("![a picture](https://x.example/a.png)", "a picture"),
        ("- one\n- two `x`", "- one\n- two `x`"),
        ("```py\nx = 1\n```", "```py\nx = 1\n```"),
        ("```suggestion\nx = 1\n```", "```\nx = 1\n```"),
        ("~~~ sugges$tion\nx = 1\n~~~", "```\nx = 1\n```"),
        ("snake_case_name", "snake_case_name"),
        ("a <b> c", "a \\<b> c"),
        ("1. first\n2. second", "1. first\n2. second"),
    ],
)
def test_a_model_may_write_prose_lists_and_code(source: str, written: str) -> None:
    assert rich(source).text == written


def test_a_permalink_leads_to_this_repository_alone() -> None:
    made = permalink(code("a b.py:3"), "https://github.com", "octo/shop", "f" * 40, "a b)](x)/ä.py", 3)
    links = [node for node in _walk(made) if node.type == "link"]

    assert [node.attrs["href"] for node in links] == [
        f"https://github.com/octo/shop/blob/{'f' * 40}/a%20b%29%5D%28x%29/%C3%A4.py#L3"
    ]


def test_details_show_their_summary_as_text() -> None:
    assert "<summary>3 &lt;b&gt; left * out</summary>" in details(plain("3 <b> left * out"), plain("x")).text


def test_very_long_markdown_is_cut_and_says_so() -> None:
    assert rich("word " * 10_000).text.endswith("*(cut after 20,000 characters)*")
