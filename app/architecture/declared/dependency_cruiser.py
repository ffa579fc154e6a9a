"""Rules of dependency-cruiser (https://github.com/sverweij/dependency-cruiser): read, never run."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Final

from app.architecture.declared.declaration import (
    MOST_OF_A_FILE,
    Declaration,
    DeclarationUnreadable,
    Declared,
    Tool,
    declare,
    line_at,
    take_members,
)
from app.architecture.resolve.json_with_comments import JsonUnreadable, read_json

NAME: Final = "dependency-cruiser"
_FILE: Final = re.compile(r"\.dependency-cruiser\.(?:json|js|cjs|mjs)")
_KINDS: Final = ("forbidden", "allowed", "required")
_SAID: Final = ("name", "comment", "from", "to", "module")
_TELLING: Final = re.compile(r"""["']?(?:name|comment|from|to|path|pathNot)["']?[ \t]*:""")


def _read(path: str, text: str, _: Collection[str]) -> Declared:
    found = _read_rules(path, text) if path.endswith(".json") else _read_lines(path, text)
    return Declared(tuple(found[:MOST_OF_A_FILE]))


TOOL: Final = Tool(lambda path: _FILE.fullmatch(path.rpartition("/")[2]) is not None, _read)


def _read_rules(path: str, text: str) -> list[Declaration]:
    try:
        members = take_members(read_json(text))
    except JsonUnreadable as error:
        raise DeclarationUnreadable(str(error)) from error
    found = []
    for kind in _KINDS:
        rules = members.get(kind)
        for rule in map(take_members, rules[:MOST_OF_A_FILE] if isinstance(rules, list) else ()):
            name = rule.get("name")
            at = text.find(json.dumps(name, ensure_ascii=False)) if isinstance(name, str) else text.find(f'"{kind}"')
            said = {key: rule[key] for key in _SAID if key in rule}
            words = f"{kind}: {json.dumps(said, ensure_ascii=False)}"
            found.append(declare(NAME, path, line_at(text, at), words))
    return found


def _read_lines(path: str, text: str) -> list[Declaration]:
    """A program that makes the rules is not run: its lines that seem to say them are shown as they are."""
    lines = enumerate(text.split("\n"), start=1)
    return [declare(NAME, path, number, line) for number, line in lines if _TELLING.match(line.lstrip(" \t{"))]
