"""Every declaration of a tree, whatever tool it is for. A tool is added by one file here and a row of the table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from app.architecture.declared import dependency_cruiser, documents, eslint, import_linter
from app.architecture.declared.declaration import (
    MOST_CHARACTERS,
    Declaration,
    DeclarationUnreadable,
    Declared,
    DeclaredRule,
)
from app.core.change.classes.classify import is_test
from app.core.fit.delta import NotAnalysed

TOOLS: Final = (import_linter.TOOL, dependency_cruiser.TOOL, eslint.TOOL, documents.TOOL)

MOST_FILES: Final = 200
_DEEPEST_PATH: Final = 500


def wants_declaration(path: str) -> bool:
    """Whether a file may declare something of the architecture, by its name. What stands among tests is a sample."""
    return len(path) <= _DEEPEST_PATH and any(tool.reads(path) for tool in TOOLS) and not is_test(path)


def read_declarations(texts: Mapping[str, str], paths: Collection[str]) -> Declared:
    """What the files in `texts`, by path, declare about a tree of `paths`. Nothing in them is run.

    The first `MOST_FILES` are read, those near the top first; the others, and what cannot be read, are in `unread`.
    """
    known = paths if isinstance(paths, (set, frozenset)) else frozenset(paths)
    declarations: list[Declaration] = []
    rules: list[DeclaredRule] = []
    unread: list[NotAnalysed] = []
    wanted = sorted(filter(wants_declaration, texts), key=lambda path: (path.count("/"), path))
    for place, path in enumerate(wanted):
        try:
            found = _read(path, texts[path], known, place)
        except DeclarationUnreadable as error:
            unread.append(NotAnalysed(path, str(error)))
        else:
            declarations.extend(found.declarations)
            rules.extend(found.rules)
    return Declared(tuple(declarations), tuple(rules), tuple(unread))


def _read(path: str, text: str, paths: Collection[str], place: int) -> Declared:
    if place >= MOST_FILES:
        raise DeclarationUnreadable(f"more than {MOST_FILES} files declare something")
    if len(text) > MOST_CHARACTERS:
        raise DeclarationUnreadable("the file is too large")
    tool = next(tool for tool in TOOLS if tool.reads(path))
    return tool.read(path, text, paths)
