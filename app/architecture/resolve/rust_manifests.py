"""What a `Cargo.toml` says that places imports: https://doc.rust-lang.org/cargo/reference/manifest.html."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.architecture.resolve.places import step

MANIFEST: Final = "Cargo.toml"

MOST_CHARACTERS: Final = 128_000
"""Of one manifest: the longest that people publish have a third of it, and reading one takes a second for a million."""

_MOST_DOTS: Final = 400
_MOST_DOTS_OF_KEY: Final = 20
"""On one line: reading a key takes time with the square of its parts."""

_DEPENDENCIES: Final = ("dependencies", "dev-dependencies", "build-dependencies")
_TARGETS: Final = {"bin": "src/bin", "test": "tests", "example": "examples", "bench": "benches"}

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A dependency as it is asked for. `directory` is where it lies in this tree, if a path says so.

    `name` is what code calls it: another one than that of its library only where it is `renamed`.
    """

    name: str
    package: str
    renamed: bool = False
    directory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A `Cargo.toml`. `package` is empty for a workspace alone. `library` is the path of the library's root.

    `crate` is the library's name in code. `roots` are paths that are named as roots of crates; `discovered` the
    directories in which each file, or `main.rs` one level below, is one unasked. `shared` is what the members of its
    workspace may take over.
    """

    directory: str
    package: str = ""
    crate: str = ""
    library: str = ""
    roots: frozenset[str] = frozenset()
    discovered: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    inherited: frozenset[str] = frozenset()
    shared: Mapping[str, Dependency] = field(default_factory=dict)
    workspace: bool = False


def read_manifest(directory: str, text: str) -> Manifest | None:
    """A manifest; None for a text that is none, or that costs too much to read."""
    if len(text) > MOST_CHARACTERS or any(map(_is_costly, text.split("\n"))):
        return None
    try:
        read: Table = tomllib.loads(text)
    except (ValueError, RecursionError):  # not only its own error: a number may be too long for Python
        return None
    package = _table(read.get("package"))
    library = _table(read.get("lib"))
    name = _text(package.get("name"))
    asked = [pair for table in _dependency_tables(read) for pair in table.items()]
    shared = _table(_table(read.get("workspace")).get("dependencies"))
    return Manifest(
        directory=directory,
        package=name,
        crate=(_text(library.get("name")) or name).replace("-", "_"),
        library=_within(directory, _text(library.get("path")) or "src/lib.rs"),
        roots=frozenset(_named_roots(directory, package, read)),
        discovered=tuple(
            _within(directory, below)
            for kind, below in _TARGETS.items()
            if name and package.get(f"auto{_plural(kind)}") is not False
        ),
        dependencies=tuple(_read_dependency(directory, *pair) for pair in asked if not _is_inherited(pair[1])),
        inherited=frozenset(key for key, value in asked if _is_inherited(value)),
        shared={key: _read_dependency(directory, key, value) for key, value in shared.items()},
        workspace="workspace" in read,
    )


def _named_roots(directory: str, package: Table, read: Table) -> Iterator[str]:
    yield _within(directory, _text(package.get("build")) or "build.rs")
    for kind, below in _TARGETS.items():
        targets = read.get(kind)
        for target in targets if isinstance(targets, list) else ():
            name = _text(_table(target).get("name"))
            path = _text(_table(target).get("path"))
            if path:
                yield _within(directory, path)
            elif name:
                yield _within(directory, f"{below}/{name}.rs")
                yield _within(directory, f"{below}/{name}/main.rs")


def _dependency_tables(read: Table) -> Iterator[Table]:
    for scope in (read, *map(_table, _table(read.get("target")).values())):
        for kind in _DEPENDENCIES:
            yield _table(scope.get(kind))


def _read_dependency(directory: str, key: str, value: object) -> Dependency:
    said = _table(value)
    package, path = _text(said.get("package")), _text(said.get("path"))
    return Dependency(
        name=key.replace("-", "_"),
        package=package or key,
        renamed=bool(package),
        directory=step(directory, path) if path else None,
    )


def _is_inherited(value: object) -> bool:
    return _table(value).get("workspace") is True


def _within(directory: str, relative: str) -> str:
    """A path of the tree; empty for one that leaves it, which is no path."""
    return step(directory, relative) or ""


def _plural(kind: str) -> str:
    return "benches" if kind == "bench" else f"{kind}s"


def _is_costly(line: str) -> bool:
    key, value, _ = line.partition("=")
    has_key = value or line.lstrip().startswith("[")
    return line.count(".") > _MOST_DOTS or (bool(has_key) and key.count(".") > _MOST_DOTS_OF_KEY)


def _table(value: object) -> Table:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
