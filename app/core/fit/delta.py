"""What a change does to the shape of the code: facts of a program, each with its place. No model has a part in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.core.fit.source_facts import When


@dataclass(frozen=True, slots=True)
class Edge:
    """One module depends on another. `path` and `line` are where it says so, in the version that has the edge.

    A module is a path: of a file (Python, JavaScript, TypeScript, Rust, PHP, Ruby, C, C++) or of a directory (Go, Java,
    Kotlin, C#). `target_path` is the file that is meant, as far as the import tells; else that of the module. `through`
    is the file that hands the name on, where the import does not name the target itself. `through_line` is where.
    """

    source: str
    target: str
    path: str
    line: int
    when: When = When.LOADING
    target_path: str = ""
    through: str = ""
    through_line: int = 0


@dataclass(frozen=True, slots=True)
class Break:
    """A rule of the base that an edge breaks. `rule` names it for people; `because` is the base's own reason for it."""

    rule: str
    because: str
    edge: Edge


@dataclass(frozen=True, slots=True)
class Cycle:
    """Modules that need one another, in order of path. `edges` are the new ones that close it, at least one.

    `hard`: it closes with what is loaded at once; else only with lazy imports, or those for types. `before` are the
    modules that needed one another already, where it grew; empty for a new one. `loop` is a shortest way round over the
    first of the edges, beginning with its source: what people are shown of a large cycle.
    """

    modules: tuple[str, ...]
    edges: tuple[Edge, ...]
    hard: bool
    before: tuple[str, ...] = ()
    loop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fan:
    """How many modules use a module, and how many it uses, before and after."""

    module: str
    in_before: int
    in_after: int
    out_before: int
    out_after: int


class ApiChangeKind(StrEnum):
    """What became of something public."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class ApiChange:
    """One public definition that changed. `path` and `line` are at head; of what is removed, at base.

    `before` and `after` are signatures; empty where there is none. `users` is how many modules import its file.
    `moved_to` is the file that has it now, of what is removed where it was.
    """

    kind: ApiChangeKind
    path: str
    line: int
    name: str
    before: str = ""
    after: str = ""
    users: int = 0
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class NewDependency:
    """A third-party package that the base does not have. `path`:`line` is where a manifest asks for it, if one does.

    `used_at` is the first import of it, path and line; None where nothing imports it, or nobody can tell. `indirect`:
    it is there because another package needs it.
    """

    name: str
    ecosystem: str
    path: str = ""
    line: int = 0
    version: str = ""
    used_at: tuple[str, int] | None = None
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """A new definition that resembles one that was there: a fact for whoever judges, no verdict. `likeness` is 0..1."""

    path: str
    line: int
    name: str
    signature: str
    other_path: str
    other_line: int
    other_name: str
    other_signature: str
    likeness: float


@dataclass(frozen=True, slots=True)
class NotAnalysed:
    """A source file of which nothing is known, and why, in words of ours."""

    path: str
    reason: str
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What a change does to the module graph, and to what others rely on.

    `breaks` are of edges that the change brings, `old_breaks` those that the base has too. `imports` counts imports of
    the head by what became of them. `modules` and `edges` are how large the graph at head is; `rules` how many rules it
    was held to. `moved` are modules under another path than before: new by old. `unread_imports` counts imports in
    languages that nobody resolves, by language; no other number has them.
    """

    new_edges: tuple[Edge, ...] = ()
    removed_edges: tuple[Edge, ...] = ()
    breaks: tuple[Break, ...] = ()
    old_breaks: tuple[Break, ...] = ()
    mended: tuple[Break, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    fans: tuple[Fan, ...] = ()
    api: tuple[ApiChange, ...] = ()
    dependencies: tuple[NewDependency, ...] = ()
    twins: tuple[Twin, ...] = ()
    not_analysed: tuple[NotAnalysed, ...] = ()
    internal_imports: int = 0
    external_imports: int = 0
    unresolved_imports: int = 0
    modules: int = 0
    edges: int = 0
    rules: int = 0
    moved: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    unread_imports: tuple[tuple[str, int], ...] = ()
