"""A small, safe reading of YAML that remembers where each value stands."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

MAX_BYTES = 64 * 1024
MAX_DEPTH = 12


class _Mark(Protocol):
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


Path = tuple[int | str, ...]
Place = tuple[int, int]


class _Undated(yaml.SafeLoader):
    """A loader to which a date is the text that it is written as."""


_Undated.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class YamlFault(Exception):
    """The text cannot be used. `line` and `column` count from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.line, self.column, self.message = line, column, message


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values (what JSON has) and the place of each."""

    value: Any
    places: dict[Path, Place]

    def place(self, path: Path) -> Place:
        """Line and column of the value at `path`, or of the nearest value above it that is written down."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read_yaml(text: str, *, dates: bool = False) -> Document:
    """Values and places of one YAML document.

    Raises YamlFault for broken syntax, more than 64 KiB, nesting deeper than 12, aliases, tags, repeated keys,
    keys that are no text and values that JSON lacks (dates, NaN). With `dates` a date is taken as the text it is.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise YamlFault(1, 1, f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        _refuse_bombs(text)
        node = yaml.compose(text, Loader=_Undated if dates else yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise _fault(error.problem_mark, error.problem or "not valid YAML") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlFault(1, 1, "not valid YAML") from error
    places: dict[Path, Place] = {}
    value = None if node is None else _plain(node, (), places)
    return Document(value, places)


def _refuse_bombs(text: str) -> None:
    """Look at the events as they stream by, before anything is built: depth costs the parser quadratic time."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _fault(event.start_mark, "aliases (`*name`) are not supported")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _fault(event.start_mark, f"nested deeper than {MAX_DEPTH} levels")


def _fault(mark: _Mark | None, message: str) -> YamlFault:
    return YamlFault(mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, message)


def _plain(node: yaml.Node, path: Path, places: dict[Path, Place]) -> Any:  # noqa: ANN401 - what JSON has
    places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, places)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), places) for index, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, places: dict[Path, Place]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key: Hashable = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            raise _fault(key_node.start_mark, "a key must be text")
        if key in values:
            raise _fault(key_node.start_mark, f"the key `{key}` stands here twice")
        # The key's place, not the value's: an unknown key is shown where it is written.
        places[*path, key] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        values[key] = _plain(value_node, (*path, key), places)
    return values


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise _fault(node.start_mark, f"the tag `{node.tag}` is not supported")
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
        json.dumps(value, allow_nan=False)
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise _fault(node.start_mark, "a value must be text, a number, true, false or null") from error
    plain: str | int | float | bool | None = value
    return plain
