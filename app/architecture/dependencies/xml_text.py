"""XML as elements with their lines. Documents that declare a type are refused, so that no entity is ever expanded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from app.architecture.dependencies.declared import ManifestUnreadable

_DEEPEST = 64
_MOST = 100_000


@dataclass(slots=True)
class Element:
    """An element: its name without a namespace, what stands in it, and the line of its opening."""

    name: str
    attributes: Mapping[str, str]
    line: int
    within: tuple[str, ...]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, name: str) -> str:
        """The text of the first child of a name; empty if there is none."""
        return next((child.text.strip() for child in self.children if child.name == name), "")

    def attribute(self, name: str) -> str:
        """An attribute, whatever the case of its name; empty if there is none."""
        return next((value for key, value in self.attributes.items() if key.lower() == name.lower()), "").strip()


def read_xml(text: str) -> list[Element]:
    """All elements of a document in their order. Raises ManifestUnreadable."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    found: list[Element] = []
    around: list[Element] = []

    def refuse(*_: object) -> None:
        raise ManifestUnreadable("the manifest declares a document type, which may hold entities")

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(around) >= _DEEPEST or len(found) >= _MOST:
            raise ManifestUnreadable("the manifest has too many elements, or too deep ones")
        local = name.rpartition(" ")[2]
        within = tuple(each.name for each in around)
        element = Element(local, attributes, parser.CurrentLineNumber, within)
        if around:
            around[-1].children.append(element)
        found.append(element)
        around.append(element)

    def add(data: str) -> None:
        around[-1].text += data

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: around.pop()
    parser.CharacterDataHandler = add
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, ManifestUnreadable):
            raise
        raise ManifestUnreadable("the manifest is not XML") from None
    return found
