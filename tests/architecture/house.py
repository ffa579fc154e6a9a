"""The house as these tests see it: its files, read as text or as syntax; nothing of it is run."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of `app/`."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path from the root, with slashes."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        """The directory of `app/` it lies in; for a file of `app/` itself, its stem."""
        return self.path.relative_to(APP).parts[0].removesuffix(".py")

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


@functools.cache
def read_modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(APP.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Module(path, text, ast.parse(text)))
    return tuple(found)


def walk_functions() -> Iterator[tuple[Module, Function]]:
    for module in read_modules():
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield module, node


def name_of(node: ast.AST) -> str:
    """A dotted name as it is written; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{name_of(value)}.{attr}"
        case _:
            return ""


def walk_names(tree: ast.Module) -> Iterator[str]:
    """Dotted names, and what is taken from modules by `from … import`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield name_of(node)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def walk_files() -> Iterator[Path]:
    """Every file that belongs to the project: what `.gitignore` names is left out, and git's own folder."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line]
    yield from _walk(ROOT, (*ignored, ".git"))


def _walk(folder: Path, ignored: tuple[str, ...]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in ignored):
            continue
        if path.is_dir():
            yield from _walk(path, ignored)
        else:
            yield path


def list_rooms() -> set[str]:
    """The directories and files of `app/` that hold code, as they are named there."""
    packages = {f"{path.parent.name}/" for path in APP.glob("*/__init__.py")}
    return packages | {path.name for path in APP.glob("*.py")} - {"__init__.py"}
