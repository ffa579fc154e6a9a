"""Frozen values as plain JSON and back, strictly by their declared types: nothing is guessed, nothing is lost.

Dataclasses, enumerations, tuples, sets, mappings, unions and pydantic models, as deep as they go. What a dataclass
gains is written and read without a word here; if it is of a kind that is not known here, it raises NotPlain at once.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, JsonValue, ValidationError

T = TypeVar("T")

_IS, _VALUE = "is", "value"
_SCALARS: tuple[type, ...] = (bool, int, str)
_TEXTUAL: tuple[type, ...] = (Decimal, date, UUID)


class NotPlain(ValueError):
    """A value is not of its declared type, or JSON is not that of one; the message names the place, not the value."""


def encode(kind: type[T], value: T) -> JsonValue:
    """The JSON of a value of this type. Raises NotPlain."""
    return _encode(kind, value, kind.__name__)


def decode(kind: type[T], value: JsonValue) -> T:
    """The value that this JSON was made of. Raises NotPlain.

    A field that is missing has its default, if it has one: older programs did not know it. One too many is refused.
    """
    return cast("T", _decode(kind, value, kind.__name__))


def list_fields(kind: type) -> tuple[str, ...]:
    """Every field of the dataclasses in a type with its own type (`Snapshot.title: str`), in order of appearance."""
    found: dict[str, None] = {}
    _list(kind, found)
    return tuple(found)


def _encode(kind: Any, value: Any, place: str) -> JsonValue:  # noqa: ANN401 - any declared type and its value
    members = _members(kind)
    if members:
        return _encode_member(members, value, place)
    if kind is float and type(value) in (int, float):
        return float(value)
    _expect(type(value) is kind or not isinstance(kind, type) or _is_open(kind), place, kind)
    if kind in _SCALARS:
        return cast("JsonValue", value)
    if kind in _TEXTUAL:
        return str(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return cast("JsonValue", value.value)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        _expect(isinstance(value, kind), place, kind)
        return cast("JsonValue", value.model_dump(mode="json", by_alias=True))
    if dataclasses.is_dataclass(kind):
        fields = _hints(cast("type", kind)).items()
        return {name: _encode(hint, getattr(value, name), f"{place}.{name}") for name, hint in fields}
    return _encode_many(kind, value, place)


def _encode_member(members: tuple[Any, ...], value: Any, place: str) -> JsonValue:  # noqa: ANN401 - as above
    if value is None and types.NoneType in members:
        return None
    own = [member for member in members if member is not types.NoneType]
    if len(own) == 1:
        return _encode(own[0], value, place)
    chosen = next((member for member in own if type(value) is member), None)
    if chosen is None:
        raise NotPlain(f"{place}: none of the types that may stand there")
    return {_IS: chosen.__name__, _VALUE: _encode(chosen, value, place)}


def _encode_many(kind: Any, value: Any, place: str) -> JsonValue:  # noqa: ANN401 - as above
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is frozenset:
        _expect(isinstance(value, frozenset), place, kind)
        return sorted((_encode(arguments[0], item, f"{place}[]") for item in value), key=repr)
    if origin is tuple:
        _expect(isinstance(value, tuple), place, kind)
        kinds = _item_kinds(arguments, len(value), place)
        return [_encode(each, item, f"{place}[]") for each, item in zip(kinds, value, strict=True)]
    if origin is Mapping:
        _expect(isinstance(value, Mapping), place, kind)
        key, each = arguments
        return {_encode_key(key, name, place): _encode(each, item, f"{place}{{}}") for name, item in value.items()}
    raise NotPlain(f"{place}: {kind} has no plain form")


def _decode(kind: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - as above
    members = _members(kind)
    if members:
        return _decode_member(members, value, place)
    if kind in _SCALARS or kind is float:
        _expect(type(value) is kind, place, kind)
        return value
    if kind in _TEXTUAL or (isinstance(kind, type) and issubclass(kind, Enum)):
        _expect(isinstance(value, str), place, kind)
        try:
            return date.fromisoformat(value) if kind is date else kind(value)
        except (ValueError, InvalidOperation):
            raise NotPlain(f"{place}: no {kind.__name__}") from None
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            raise NotPlain(f"{place}: {error.error_count()} faults in its {kind.__name__}") from None
    if dataclasses.is_dataclass(kind):
        return _decode_fields(kind, value, place)
    return _decode_many(kind, value, place)


def _decode_member(members: tuple[Any, ...], value: Any, place: str) -> Any:  # noqa: ANN401 - as above
    if value is None and types.NoneType in members:
        return None
    own = [member for member in members if member is not types.NoneType]
    if len(own) == 1:
        return _decode(own[0], value, place)
    _expect(isinstance(value, dict) and value.keys() == {_IS, _VALUE}, place, "a named type")
    chosen = next((member for member in own if member.__name__ == value[_IS]), None)
    if chosen is None:
        raise NotPlain(f"{place}: none of the types that may stand there")
    return _decode(chosen, value[_VALUE], place)


def _decode_fields(kind: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - as above
    _expect(isinstance(value, dict), place, kind)
    hints = _hints(kind)
    if unknown := value.keys() - hints.keys():
        raise NotPlain(f"{place}: {len(unknown)} fields that this program does not know")
    given = {name: _decode(hints[name], item, f"{place}.{name}") for name, item in value.items()}
    try:
        return kind(**given)
    except TypeError as error:
        raise NotPlain(f"{place}: a field is missing") from error


def _decode_many(kind: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - as above
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is frozenset:
        _expect(isinstance(value, list), place, kind)
        found = frozenset(_decode(arguments[0], item, f"{place}[]") for item in value)
        _expect(len(found) == len(value), place, kind)
        return found
    if origin is tuple:
        _expect(isinstance(value, list), place, kind)
        kinds = _item_kinds(arguments, len(value), place)
        return tuple(_decode(each, item, f"{place}[]") for each, item in zip(kinds, value, strict=True))
    if origin is Mapping:
        _expect(isinstance(value, dict), place, kind)
        key, each = arguments
        return {_decode_key(key, name, place): _decode(each, item, f"{place}{{}}") for name, item in value.items()}
    raise NotPlain(f"{place}: {kind} has no plain form")


def _encode_key(kind: Any, key: Any, place: str) -> str:  # noqa: ANN401 - as above
    _expect(type(key) is kind, place, kind)
    return str(key.value) if isinstance(key, Enum) else str(key)


def _decode_key(kind: Any, key: str, place: str) -> Any:  # noqa: ANN401 - as above
    try:
        found = kind(key)
    except ValueError:
        raise NotPlain(f"{place}: a key is no {kind.__name__}") from None
    _expect(_encode_key(kind, found, place) == key, place, kind)
    return found


def _item_kinds(arguments: tuple[Any, ...], length: int, place: str) -> tuple[Any, ...]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return (arguments[0],) * length
    _expect(len(arguments) == length, place, f"{len(arguments)} items")
    return arguments


def _members(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else ()


def _is_open(kind: type) -> bool:
    """Whether a value of another class may stand there; it is looked at where it is taken apart."""
    return get_origin(kind) is not None or issubclass(kind, BaseModel)


def _expect(holds: bool, place: str, kind: object) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise NotPlain(f"{place}: not {getattr(kind, '__name__', kind)}")


@cache
def _hints(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401 - as above
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _list(kind: Any, found: dict[str, None]) -> None:  # noqa: ANN401 - as above
    for argument in get_args(kind):
        _list(argument, found)
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        return
    for name, hint in _hints(kind).items():
        line = f"{kind.__name__}.{name}: {hint.__name__ if isinstance(hint, type) and not get_args(hint) else hint}"
        if line not in found:
            found[line] = None
            _list(hint, found)
