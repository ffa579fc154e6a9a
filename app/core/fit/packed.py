"""Facts and outlines as compact JSON: on the wire from the child that reads files, and where they are kept.

Most imports are a target and a line, so those stand flat, two values each; any other follows in full behind its number
in the file. What comes back is of the right shape if `pack_…` wrote it. What an untrusted process wrote has to pass
`check_facts` or `check_outline` too; the wire has the same JSON as a value, so that both ways share one shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from app.core.fit.source_facts import Call, FileFacts, Import, Outline, Symbol, When

MOST: Final = 20_000
"""Imports of a file with their names; symbols; calls."""

CHARACTERS: Final = 500
"""Of a name, a target, a package."""

LONGEST: Final = 1_000
"""Characters of a signature."""

_WHEN: Final = {when.value: when for when in When}


class PackedUnreadableError(Exception):
    """It is not what this version packs, or goes beyond what a file can have."""


def pack_facts(facts: FileFacts) -> bytes:
    """To be kept."""
    return _write(facts_to_plain(facts))


def unpack_facts(packed: bytes | str) -> FileFacts:
    """What was kept. Raises PackedUnreadableError for anything else."""
    return facts_from_plain(_read(packed))


def unpack_all_facts(packed: Iterable[bytes]) -> list[FileFacts]:
    """What was kept of several, in their order, in half the time. Raises PackedUnreadableError if any is not read."""
    bodies = list(packed)
    plain = _read(b"[%b]" % b",".join(bodies))
    if not isinstance(plain, list) or len(plain) != len(bodies):
        raise PackedUnreadableError
    return list(map(facts_from_plain, plain))


def pack_outline(outline: Outline) -> bytes:
    """To be kept."""
    return _write(outline_to_plain(outline))


def unpack_outline(packed: bytes | str) -> Outline:
    """What was kept. Raises PackedUnreadableError for anything else."""
    return outline_from_plain(_read(packed))


def facts_to_plain(facts: FileFacts) -> list[Any]:
    """As JSON: language, partial, packages, flat targets and lines, the other imports with their places."""
    flat: list[str | int] = []
    full: list[list[Any]] = []
    for place, item in enumerate(facts.imports):
        if item[2:] == _PLAIN:
            flat += (item.target, item.line)
        else:
            full.append([place, *item])
    return [facts.language, facts.partial, facts.packages, flat, full]


def facts_from_plain(plain: Any) -> FileFacts:  # noqa: ANN401 - any JSON
    """The other way round. Raises PackedUnreadableError for another shape; the values are not looked at."""
    try:
        language, partial, packages, flat, full = plain
        if len(flat) % 2:
            raise PackedUnreadableError
        imports = list(map(Import, flat[::2], flat[1::2]))
        for place, target, line, names, level, when, passed_on, as_names, lines in full:
            item = Import(target, line, tuple(names), level, _WHEN[when], passed_on, tuple(as_names), tuple(lines))
            imports.insert(place, item)
        return FileFacts(language, tuple(packages), tuple(imports), partial)
    except (TypeError, ValueError, KeyError) as error:
        raise PackedUnreadableError from error


def outline_to_plain(outline: Outline) -> list[Any]:
    """As JSON: partial, symbols, flat names and lines of calls."""
    calls = [value for call in outline.calls for value in call]
    return [outline.partial, outline.symbols, calls]


def outline_from_plain(plain: Any) -> Outline:  # noqa: ANN401 - any JSON
    """The other way round. Raises PackedUnreadableError for another shape; the values are not looked at."""
    try:
        partial, symbols, calls = plain
        if len(calls) % 2:
            raise PackedUnreadableError
        made = (
            Symbol(name, kind, tuple(within), first, last, public, signature)
            for name, kind, within, first, last, public, signature in symbols
        )
        return Outline(tuple(made), tuple(map(Call, calls[::2], calls[1::2])), partial)
    except (TypeError, ValueError, KeyError) as error:
        raise PackedUnreadableError from error


def is_name(value: object) -> bool:
    """Whether it can be a name, a target or a package: printable, so that it stays on its line wherever it is shown."""
    return type(value) is str and 0 < len(value) <= CHARACTERS and value.isprintable()


def is_sound(item: Import) -> bool:
    """Whether its words can be some of a text: it names something, and has as many other names and lines as names."""
    count = len(item.names)
    return (
        (is_name(item.target) or (item.target == "" and item.level != 0))
        and type(item.level) is int
        and -1 <= item.level <= CHARACTERS
        and len(item.as_names) in (0, count)
        and len(item.lines) in (0, count)
        and all(map(is_name, item.names))
        and all(map(is_name, item.as_names))
    )


def check_facts(facts: FileFacts, *, language: str, lines: int) -> FileFacts:
    """The same facts, if every value can be one of a text in this language with as many lines; else raises."""
    count = len(facts.imports) + sum(len(item.names) + len(item.as_names) + len(item.lines) for item in facts.imports)
    _demand(facts.language == language, type(facts.partial) is bool, count <= 3 * MOST, len(facts.packages) <= MOST)
    _demand(*map(is_name, facts.packages))
    for item in facts.imports:
        _demand(is_sound(item), type(item.passed_on) is bool)
        _demand(_is_line(item.line, lines), *(_is_line(line, lines) for line in item.lines))
    return facts


def check_outline(outline: Outline, *, lines: int) -> Outline:
    """The same outline, if every value can be one of a text with as many lines; else raises PackedUnreadableError."""
    _demand(type(outline.partial) is bool, max(len(outline.symbols), len(outline.calls)) <= MOST)
    for symbol in outline.symbols:
        _demand(
            is_name(symbol.name),
            type(symbol.kind) is str and symbol.kind.isidentifier() and symbol.kind.isascii(),
            *map(is_name, symbol.within),
            _is_line(symbol.first_line, lines) and _is_line(symbol.last_line, lines),
            type(symbol.public) is bool,
            type(symbol.signature) is str and len(symbol.signature) <= LONGEST and symbol.signature.isprintable(),
        )
    for call in outline.calls:
        _demand(is_name(call.name), _is_line(call.line, lines))
    return outline


_PLAIN: Final = tuple(Import("", 0))[2:]


def _demand(*conditions: bool) -> None:
    if not all(conditions):
        raise PackedUnreadableError


def _is_line(value: object, lines: int) -> bool:
    return type(value) is int and 0 < value <= lines


def _write(plain: list[Any]) -> bytes:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def _read(packed: bytes | str) -> object:
    try:
        value: object = json.loads(packed)
    except (ValueError, RecursionError) as error:
        raise PackedUnreadableError from error
    return value
