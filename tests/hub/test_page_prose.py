"""How the page shows words and code that nobody vouches for."""

from base64 import b64decode

from hypothesis import given, settings
from hypothesis import strategies as st

from app.hub.page.colour import colour
from app.hub.page.prose import Setting, render_prose
from app.hub.page.unseen import reveal, show
from tests.hub.tree import Tree, assert_harmless

TAGS = [f"<{end}{name}>" for name in ("details", "summary", "sub", "section", "a") for end in ("", "/")]
MARKS = ["*", "**", "~~", "`", "```\n", "[a](", "![", "](x)", ")", "|", "|a|b|\n|-|:-:|\n|", "\\", "- ", "> ", "# "]
WORDS = ["<!--", "-->", "<img/src=x>", "@me", "&lt;", "https://e.example/?q=\"'><x>", "\u202e", "\ud800", "\x00"]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from([*TAGS, *MARKS, *WORDS, " ", "\n", "\n\n", "    "]), max_size=25).map("".join))
def test_any_markdown_becomes_balanced_and_harmless_html(text: str) -> None:
    assert_harmless(render_prose(text, Setting(lambda _: None, "a.py", ("old",))), scripts=0).text.encode()


def test_markup_of_the_bot_is_rendered_and_its_markers_are_dropped() -> None:
    text = (
        "### Verdict\n\n| | where |\n| --- | --- |\n| F1 | `a.py:1` |\n\n<details>\n<summary>1 &lt;more&gt;</summary>"
        "\n\n~~old~~ **new**\n\n</details>\n\n<sub>sure</sub>\n\n<!-- lintel:summary id=1 -->"
    )
    tree = Tree(render_prose(text, Setting(lambda _: None)))
    assert {"h3", "table", "details", "summary", "s", "strong", "sub", "code"} <= {tag for tag, _ in tree.nodes}
    assert tree.text == "Verdict where F1 a.py:1 1 <more> old new sure"


def test_a_diagram_that_can_be_drawn_is_an_image_with_its_text_below_it() -> None:
    asked = []

    def draw(text: str) -> str | None:
        asked.append(text)
        return f"<svg><script>{text}</script></svg>"

    setting = Setting(lambda _: None, draw=draw)
    tree = assert_harmless(render_prose('```mermaid\nflowchart TD\n  n1["<b>"]\n```', setting), scripts=0)
    assert asked == ['flowchart TD\n  n1["<b>"]']
    source = tree.all("img")[0]["src"].removeprefix("data:image/svg+xml;base64,")
    assert b64decode(source).decode() == f"<svg><script>{asked[0]}</script></svg>"
    assert 'as text flowchart TD n1["<b>"]' in tree.text


def test_a_diagram_that_nobody_can_draw_is_code() -> None:
    tree = assert_harmless(render_prose("```mermaid\npie\n```", Setting(lambda _: None)), scripts=0)
    assert ([tag for tag, _ in tree.nodes], tree.text) == (["pre", "code"], "pie")


def test_what_github_would_turn_into_a_mention_or_link_stands_out_and_what_is_disarmed_does_not() -> None:
    live = Tree(render_prose("ask @ann and @acme/owners, see #12 at https://e.example/x.", Setting(lambda _: None)))
    kinds = [node.get("class") for node in live.all("strong")]
    assert kinds == ["mention", "mention", "reference"]
    assert [(node["href"], node["rel"]) for node in live.all("a")] == [
        ("https://e.example/x", "nofollow noopener noreferrer")
    ]
    disarmed = Tree(render_prose("@\u200bann me@e.example `@ann` https\u200b://e.example", Setting(lambda _: None)))
    assert not disarmed.all("strong")
    assert not disarmed.all("a")


def test_unseen_characters_are_shown_and_emoji_stay() -> None:
    assert reveal("a\u202eb\u200b\U000e0041\ud800\x1b") == "a‹U+202E›b‹U+200B›‹U+E0041›‹U+D800›‹U+001B›"
    kept = "⏸️ 👩‍💻 1️⃣ né\t漢\n"
    assert reveal(kept) == show(kept) == kept
    assert "U+202E" in Tree(colour("x = 1 \u202e", path="a.py")[0]).text


def test_colouring_keeps_every_line_and_every_character() -> None:
    text = 'def f():\n    """One\n    two\n    """\n\n    return "a\\n" < 1\n'
    for path in ("a.py", "a.ts", "a.unknown", "Makefile"):
        lines = [Tree(line).words for line in colour(text, path=path)]
        assert ["".join(words) for words in lines] == text.split("\n")
