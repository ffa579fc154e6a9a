"""HTML as its parser sees it, and what no page may have in it."""

import re
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "hr", "link", "img"}


class Tree(HTMLParser):
    """The elements of a page in order with their attributes, its text, and the rows of its outermost tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.nodes: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.rows: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            if tag == "tr" and "tr" not in self.open:
                self.rows.append((dict(attrs).get("class") or "", []))
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] == [tag]:
            self.open.pop()
        elif tag not in VOID:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if "tr" in self.open:
            self.rows[-1][1].append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.nodes if name == tag]


def assert_harmless(html: str, *, scripts: int) -> Tree:
    tree = Tree(html)
    assert len(tree.all("script")) == scripts
    tags = {tag for tag, _ in tree.nodes}
    assert all(node["src"].startswith("data:image/svg+xml;base64,") for node in tree.all("img"))
    assert not tags & {"iframe", "svg", "object", "embed", "base", "link", "math", "video"}
    for _, attributes in tree.nodes:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not re.match(r"\s*(javascript|data|vbscript):", attributes.get("href", ""), re.IGNORECASE)
    assert not tree.unbalanced
    assert not tree.open
    return tree
