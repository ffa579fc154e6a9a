"""From an import as it is written to the files that it takes in. One resolver a family of languages; all are pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

from app.core.fit.source_facts import FileFacts, Import


class Target(NamedTuple):
    """One thing that an import takes in.

    `module` is its place in the graph: the path of a file, or of a directory where a directory is the unit. `files` are
    the files that are taken in with it. `names` are those names of the import that are taken from here; none for all.
    `by_way_of` is the name of the file that the names are behind, where they are not its own (Rust: a type, a module).
    """

    module: str
    files: tuple[str, ...]
    names: tuple[str, ...] = ()
    by_way_of: str = ""


class Resolution(NamedTuple):
    """What became of one import: at most one of the parts is set; none of them for the standard library.

    `external` is a third-party package, by the name that its imports go by (`requests`, `@scope/name`,
    `github.com/x/y`, a crate; for Java and C# the longest package that is not ours). `missing` are names that should be
    in this repository and are not: counted and shown, never guessed. An import of several names can have targets and
    missing ones.
    """

    targets: tuple[Target, ...] = ()
    external: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What resolvers know of a tree. Paths are of regular files, and those that files have by way of links.

    `aliases` are the latter, each with the file's own path: see `app.architecture.links`.

    `texts` are the manifests and settings that `app.architecture.resolve.wants_text` asks for, by path. `packages` is
    what source files say they belong to, by path.
    """

    paths: Collection[str]
    texts: Mapping[str, str]
    packages: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def is_like(self, other: Ground) -> bool:
        """Whether imports lead to the same files on both."""
        if self is other:
            return True
        if len(self.paths) != len(other.paths) or set(self.paths) != set(other.paths):
            return False
        return (self.aliases, self.texts, self.packages) == (other.aliases, other.texts, other.packages)


class Resolver(Protocol):
    """Resolves the imports of its languages. It remembers what it resolved: the same import costs one look-up.

    Whoever inherits from it can do with one at a time.
    """

    def resolve(self, path: str, imported: Import) -> Resolution:
        """What an import in the file at `path` takes in."""
        ...

    def resolve_all(self, path: str, imports: Iterable[Import]) -> list[Resolution]:
        """The same for each import of a file, in their order."""
        return [self.resolve(path, imported) for imported in imports]

    def module_of(self, path: str) -> str:
        """The module that a source file belongs to: its own path, or its directory (`.` for the top)."""
        ...


@runtime_checkable
class Comparing(Resolver, Protocol):
    """A resolver that can tell which of its answers differ from those of another tree's."""

    def outdated(self, before: Resolver) -> Callable[[str, FileFacts], bool] | None:
        """Tells of a file that both trees have at the same path whether an import of it may mean something else here.

        None: that may be so of any. In doubt it may.
        """
        ...


Build = Callable[[Ground], Resolver]
