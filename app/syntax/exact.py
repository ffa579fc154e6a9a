"""Texts that are either right or not: Python as Python itself reads it, JSON, TOML, YAML. Nothing is built or run."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import yaml

from app.syntax.languages import Language, ending_of, language_of
from app.syntax.parsing import MAX_BYTES, Deadline


class TextUnreadableError(Exception):
    """The text is not one of its language, or is beyond what is read here."""


_Read = Callable[[str, Deadline], object]


def read_exactly(path: str, text: str, *, deadline: Deadline) -> object:
    """What a text says, to be given to `tell_meaning`. Raises TextUnreadableError, too for a name of another kind."""
    read = _reader(path)
    if read is None or len(text) > MAX_BYTES:
        raise TextUnreadableError
    try:
        return read(text.removeprefix("\ufeff"), deadline)
    except (SyntaxError, ValueError, yaml.YAMLError, RecursionError, MemoryError) as error:
        raise TextUnreadableError from error


def tell_meaning(meaning: object) -> str:
    """Words that are equal for texts that say the same, whatever their white space and comments.

    Raises TextUnreadableError for what is nested too deep.
    """
    try:
        return ast.dump(meaning) if isinstance(meaning, ast.AST) else repr(meaning)
    except RecursionError as error:
        raise TextUnreadableError from error


def _reader(path: str) -> _Read | None:
    return _read_python if language_of(path) is Language.PYTHON else _READERS.get(ending_of(path))


def _read_python(text: str, _: Deadline) -> object:
    return ast.parse(text)


def _read_json(text: str, _: Deadline) -> object:
    return json.loads(text)


def _read_toml(text: str, _: Deadline) -> object:
    return tomllib.loads(text)


def _read_yaml(text: str, deadline: Deadline) -> object:
    """Every event of the stream, without the places. By the reader in C: the other takes 17 s for 400 kB, not 1.2."""
    events: list[tuple[object, ...]] = []
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if deadline.is_over():
            raise ValueError("reading took too long")
        said = (getattr(event, key, None) for key in ("anchor", "tag", "implicit", "value"))
        events.append((type(event).__name__, *said))
    return events


_READERS: Final[Mapping[str, _Read]] = MappingProxyType(
    {"json": _read_json, "toml": _read_toml, "yml": _read_yaml, "yaml": _read_yaml}
)
