"""Boundaries in the settings of ESLint: `import/no-restricted-paths` and the rules of eslint-plugin-boundaries.

https://github.com/import-js/eslint-plugin-import/blob/main/docs/rules/no-restricted-paths.md
https://github.com/javierbrea/eslint-plugin-boundaries
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from app.architecture.declared.declaration import (
    MOST_OF_A_FILE,
    Declaration,
    DeclarationUnreadable,
    Declared,
    DeclaredRule,
    Tool,
    declare,
    line_at,
    show,
    take_members,
    take_words,
)
from app.architecture.resolve.json_with_comments import JsonUnreadable, read_json
from app.core.gate.policy import Forbidden
from app.core.text.globs import BadGlob, Glob

NAME: Final = "eslint"
_FILES: Final = frozenset({".eslintrc.json", ".eslintrc"})
_ZONES: Final = re.compile(r"import(?:-x)?/no-restricted-paths")
_MOST_PLACES: Final = 14
"""Of one side of a zone: their pairs are no more than a policy may forbid."""

_OFF: Final = ("off", 0)


def _read(path: str, text: str, paths: Collection[str]) -> Declared:
    try:
        members = take_members(read_json(text))
    except JsonUnreadable as error:
        raise DeclarationUnreadable(str(error)) from error
    declarations: list[Declaration] = []
    rules: list[DeclaredRule] = []
    overrides = members.get("overrides")
    for part in (members, *map(take_members, overrides if isinstance(overrides, list) else ())):
        for name, setting in _find_boundaries(part):
            line = line_at(text, text.find(json.dumps(name)))
            declaration = declare(NAME, path, line, f"{name}: {json.dumps(setting, ensure_ascii=False)}")
            declarations.append(declaration)
            # What an override is for is not told by its zones alone.
            if part is members and _ZONES.fullmatch(name):
                rules.extend(_translate(setting, path.rpartition("/")[0], declaration, paths))
    return Declared(tuple(declarations[:MOST_OF_A_FILE]), tuple(rules[:MOST_OF_A_FILE]))


TOOL: Final = Tool(lambda path: path.rpartition("/")[2] in _FILES, _read)


def _find_boundaries(part: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for section in ("settings", "rules"):
        for name, setting in take_members(part.get(section)).items():
            level = setting[0] if isinstance(setting, list) and setting else setting
            if (name.startswith("boundaries/") or _ZONES.fullmatch(name)) and level not in _OFF:
                yield name, setting


def _translate(
    setting: object, directory: str, declaration: Declaration, paths: Collection[str]
) -> Iterator[DeclaredRule]:
    options = take_members(setting[1]) if isinstance(setting, list) and len(setting) > 1 else {}
    top = _step(directory, next(iter(take_words(options.get("basePath"))), "."))
    zones = options.get("zones")
    if top is None:
        return
    for zone in map(take_members, zones[:MOST_OF_A_FILE] if isinstance(zones, list) else ()):
        # A rule of ours has no exceptions: with them it would forbid what is allowed.
        if "except" not in zone:
            yield from _translate_zone(zone, top, declaration, paths)


def _translate_zone(
    zone: Mapping[str, object], top: str, declaration: Declaration, paths: Collection[str]
) -> Iterator[DeclaredRule]:
    because = show(next(iter(take_words(zone.get("message"))), ""))
    written = take_words(zone.get("target")), take_words(zone.get("from"))
    sources, targets = ([_glob(top, place, paths) for place in places[:_MOST_PLACES]] for places in written)
    forbid = tuple(
        Forbidden.model_validate({"from": source, "to": target, "because": because})
        for source in sources
        for target in targets
        if source is not None and target is not None
    )
    if forbid:
        whole = len(forbid) == len(written[0]) * len(written[1])
        yield DeclaredRule(declaration, (), forbid, whole)


def _glob(top: str, written: str, paths: Collection[str]) -> str | None:
    """A path or glob of a zone, counted from the top of the tree; None if it leads out of it, or is no glob of ours."""
    place = _step(top, written)
    if place is None:
        return None
    if not any(char in place for char in "*?[]{}"):
        place = place if place in paths else f"{place}/**".lstrip("/")
    try:
        return Glob.parse(place).pattern
    except BadGlob:
        return None


def _step(directory: str, written: str) -> str | None:
    parts = directory.split("/") if directory else []
    if written.startswith(("/", "!")):
        return None
    for part in written.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
