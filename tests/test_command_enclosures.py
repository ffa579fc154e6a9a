"""What raw tags and math enclose commands nothing; what follows them does. In doubt nothing commands."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.prose import Call, parse

ENCLOSING = (
    *("blockquote", "details", "pre", "table", "a", "code", "tt", "s", "strike", "h1", "h6"),
    *("del", "kbd", "q", "samp", "var"),
)
MOMENT = 5.0
"""Seconds, more than ten times what the slowest takes."""


@pytest.mark.parametrize("tag", ENCLOSING)
def test_what_a_raw_tag_encloses_commands_nothing_and_what_follows_it_does(tag: str) -> None:
    for inside in (
        "\n\n/lintel help\n\n",
        "\n/lintel help\n",
        "\n\n- /lintel help\n\n",
        "\n\n<b>so</b>\n\n/lintel help\n\n",
    ):
        for before in ("", "<!-- of old -->\n", f"</{tag}>\n"):
            enclosed = f"{before}<{tag.upper()} title='</{tag}>'>{inside}</{tag} >\n\n"
            assert parse(f"{enclosed}/lintel review") == [Call("review")]
    assert parse(f"so <{tag}>\n/lintel help\n</{tag}>\n\n/lintel review") == [Call("review")]
    assert parse(f"/lintel ask why <{tag}>x</{tag}>?\n/lintel review")[1:] == [Call("review")]


@settings(deadline=None)
@given(tag=st.sampled_from(ENCLOSING), text=st.text(alphabet="/lintel rv<>q!-#`|$\"'=\n ", max_size=120))
def test_a_raw_tag_that_nothing_ends_holds_to_the_end_of_the_comment(tag: str, text: str) -> None:
    text = text.replace("</", "<")
    for opening in (f"<{tag}>", f"so <{tag}>", f"- <{tag}>", f"> so <{tag}>", f"| a |\n| - |\n| <{tag}> |"):
        assert parse(f"{opening}\n\n{text}\n\n/lintel review") == []


@pytest.mark.parametrize(
    "body",
    [
        "<blockquote>\n\n<!-- </blockquote> -->\n\n/lintel review",
        "<blockquote>\n\n<!-- a --!> <q> -->\n\n</blockquote>\n\n/lintel review",
        "<blockquote>\n\n<b title='</blockquote>'>\n\n/lintel review",
        "<blockquote>\n\n<blockquote>\n\n</blockquote>\n\n/lintel review\n\n</blockquote>",
        "<blockquote>\n\n<q></blockquote>\n\n/lintel review",
        "<blockquote>\n\n</bloc\u212aquote>\n\n/lintel review",
        "<blockquote>\n\n`</blockquote>`\n\n/lintel review",
        "<blockquote>\n\n\\</blockquote>\n\n/lintel review",
        "<blockquote>\n\n| a |\n| - |\n| </blockquote> |\n\n/lintel review",
        "<blockquote\n\n/lintel review",
        "<div title='\n\n/lintel review",
        "<q>\n\n<div title='> </q title=\"'>\n\n/lintel review",
        "- <!--\n\n/lintel review",
        "<q>\n\nsaid</q>\n\n/lintel review",
        "$$\n/lintel review\n$$",
        "where $$\nx = 1\n/lintel review\n$$ holds",
        "$$\n\n/lintel review\n\n$$",
        "a stray $$\n\n$$\n/lintel review\n$$",
        "<code>\n$$</code>\n$$\n/lintel review\n$$",
    ],
)
def test_what_only_seems_to_end_an_enclosure_does_not(body: str) -> None:
    assert parse(body) == []


@pytest.mark.parametrize(
    "before",
    [
        "List<String> and <T> are fine",
        "<div align='center'>\n\nWell\n\n</div>",
        "<p>one<br>two",
        "<!-- <blockquote> -->",
        "`<q>` and \\<q> and &lt;q>",
        "```\n<blockquote>\n$$\n```",
        "![<q>](x.png)",
        "</q></blockquote>",
        "<details>\n<summary>more</summary>\n\nfolded</details>",
        "$$x$$ costs $5, or `$$`, or \\$$",
        "<code>echo $$</code>",
        "$$\nx = 1\n$$",
        "| price |\n| --- |\n| $$ |",
    ],
)
def test_what_encloses_nothing_keeps_no_command_from_counting(before: str) -> None:
    assert parse(f"{before}\n\n/lintel review") == [Call("review")]


@pytest.mark.parametrize(
    "piece",
    [
        "<q>",
        "<q>\n\n",
        "</q",
        "<a b='",
        "<a b='\"\n",
        "<a =",
        "<!--",
        "<!-->",
        "<!a",
        "<?",
        "$$\n",
        "< ",
        "<a " + " " * 99,
    ],
)
def test_hostile_markup_is_read_within_a_moment(piece: str) -> None:
    for opening in ("so ", "<div>\n"):
        began = process_time()
        parse(f"/lintel review\n\n{opening}{piece * (65_536 // len(piece))}")
        assert process_time() - began < MOMENT
