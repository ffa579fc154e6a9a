"""Which names a Python file certainly binds where all of it can see them, and where it reads them.

Read from the syntax tree, never run. What depends on a condition, on the order of calls or on a scope proves nothing:
such names are `elsewhere`. https://docs.python.org/3/reference/executionmodel.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

MOST_CHARACTERS = 200_000
"""Parsing takes a second for some 100,000 of them, and lets nothing else run for a part of that."""

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PLAIN = (*_DEFINITIONS, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a name of a file is in another module: `from {level dots}{module} import {original}`.

    `star`: it is one of all the names that are taken from there.
    """

    level: int
    module: str
    original: str
    line: int
    star: bool = False


@dataclass(frozen=True, slots=True)
class PythonNames:
    """Names of one file. `bound` are those that it defines at its outermost level, on no condition, with their lines.

    `imported` are bound by `from … import …` there; `modules` by `import …`. `stars` are modules all of whose names it
    takes, as level and name. `elsewhere` are names that some inner scope or condition binds, or that are taken away:
    of these nothing is certain. `uses` are lines that read a name outside its definition, `calls` those that call it.
    `deferred` are the lines inside functions, which run after the whole file has.
    """

    bound: Mapping[str, int] = field(default_factory=dict)
    imported: Mapping[str, Imported] = field(default_factory=dict)
    modules: Mapping[str, int] = field(default_factory=dict)
    stars: frozenset[tuple[int, str]] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    uses: Mapping[str, AbstractSet[int]] = field(default_factory=dict)
    calls: Mapping[str, AbstractSet[int]] = field(default_factory=dict)
    deferred: tuple[range, ...] = ()


def read_names(lines: Sequence[str]) -> PythonNames | None:
    """The names of a file; None if it cannot be parsed, or is too large for that."""
    text = "\n".join(lines)
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return _read(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _read(tree: ast.Module) -> PythonNames:
    bound: dict[str, int] = {}
    imported: dict[str, Imported] = {}
    modules: dict[str, int] = {}
    stars: set[tuple[int, str]] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                bound.setdefault(node.name, node.lineno)
            case ast.Assign():
                bound |= {
                    name: node.lineno for target in node.targets for name in _targets(target) if name not in bound
                }
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                bound.setdefault(name, node.lineno)
            case ast.Import():
                modules |= {(one.asname or one.name.partition(".")[0]): node.lineno for one in node.names}
            case ast.ImportFrom():
                stars |= {(node.level, node.module or "") for one in node.names if one.name == "*"}
                imported |= {
                    one.asname or one.name: Imported(node.level, node.module or "", one.name, node.lineno)
                    for one in node.names
                    if one.name != "*"
                }
            case _:
                pass
    uses, calls = _find_uses(tree)
    return PythonNames(
        bound,
        imported,
        modules,
        frozenset(stars),
        frozenset(_bind_elsewhere(tree)),
        uses=uses,
        calls=calls,
        deferred=tuple(
            range(node.body[0].lineno, (node.end_lineno or 0) + 1)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.body[0].lineno > node.lineno
        ),
    )


def _targets(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _targets(part)
        case _:
            return


def _bind_elsewhere(tree: ast.Module) -> Iterator[str]:
    """Names that anything but a plain statement of the outermost level binds, or unbinds."""
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load) and not _is_target_of(node, statement):
                    yield node.id
            elif node is not statement or not isinstance(node, _PLAIN):
                yield from _bind(node)


def _bind(node: ast.AST) -> Iterator[str]:
    """Names that a node by itself binds in whatever scope."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (one.asname or one.name.partition(".")[0] for one in aliases)
        case _:
            return


def _is_target_of(name: ast.Name, statement: ast.stmt) -> bool:
    """Whether a name is bound by the statement itself, not by something inside it."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    plain = isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(name.ctx, ast.Store)
    return plain and any(part is name for target in targets if target is not None for part in ast.walk(target))


def _find_uses(tree: ast.Module) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """Lines that read a name, and that call it. What reads its own name inside itself, as recursion does, is no use."""
    uses: dict[str, set[int]] = {}
    calls: dict[str, set[int]] = {}
    for statement in tree.body:
        own = statement.name if isinstance(statement, _DEFINITIONS) else None
        for node in ast.walk(statement):
            match node:
                case ast.Name(id=name, ctx=ast.Load(), lineno=line) if name != own:
                    uses.setdefault(name, set()).add(line)
                case ast.Call(func=ast.Name(id=name, lineno=line)) if name != own:
                    calls.setdefault(name, set()).add(line)
                case _:
                    pass
    return uses, calls
