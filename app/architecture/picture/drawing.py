"""What is drawn of a module graph, before anybody says how: a few nodes, the links between them, the layers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LinkKind(StrEnum):
    """What a link holds, the most important first: one link may stand for many edges."""

    BROKEN = "broken"
    """A new edge that breaks a rule."""
    CYCLE = "cycle"
    """A new edge that closes a cycle, or makes one larger."""
    NEW = "new"
    REMOVED = "removed"
    """None of its edges is left."""
    OLD_BREAK = "old_break"
    """An edge that broke a rule before the change."""
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a drawing may hold.

    `context` are nodes that the change does not touch; without a change, directories are taken apart as long as there
    are at most `overview` nodes.
    """

    nodes: int = 40
    overview: int = 24
    context: int = 10
    links: int = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One module, or a directory that stands for several. `path` is untrusted text.

    `gone`: it is no module any more. `new_within` and `broken_within` count the new edges that are hidden inside.
    """

    path: str
    directory: bool = False
    modules: int = 1
    touched: bool = False
    gone: bool = False
    layer: str = ""
    new_within: int = 0
    broken_within: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Edges from one node to another, by their places in `Drawing.nodes`.

    `weight` is how many there are, `fresh` how many of them are new. `soft`: all are lazy or for types alone. `note` is
    why it matters, in words; it may hold names of the repository's own.
    """

    source: int
    target: int
    kind: LinkKind
    weight: int = 1
    fresh: int = 0
    soft: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Nodes in order of layer and path. `layers` are those that have nodes, top first.

    `below` is a directory that all nodes are in and that their labels leave out; empty, or it ends in a slash. The
    hidden ones are what there was no room for, or what lies far from the change.
    """

    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()
    layers: tuple[str, ...] = ()
    below: str = ""
    hidden_modules: int = 0
    hidden_links: int = 0

    @property
    def change(self) -> bool:
        """Whether it shows what a change does; else how things stand."""
        return any(node.touched for node in self.nodes)

    def label(self, node: Node) -> str:
        """What is written on a node: untrusted text. Of a directory it ends in a slash."""
        path = node.path.removeprefix(self.below) or node.path
        return f"{path}/" if node.directory or path == "." else path
