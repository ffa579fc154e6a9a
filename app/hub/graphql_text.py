"""The text of a GraphQL query: one operation, nested fields with arguments, variables, texts and numbers."""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r'\s*(?:#[^\n]*\s*)*(\.\.\.|[{}()\[\]:,!=]|\$?[A-Za-z_]\w*|-?\d+|"[^"\\\n]*")', re.ASCII)
_REST = re.compile(r"[\s,]*")


class QueryUnreadableError(ValueError):
    """The text is no query, or uses what this GitHub does not speak (named fragments, directives, aliases)."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field with what is chosen of it. An argument is a number, a text, or a variable as `$name`.

    `on` instead of a name: what is chosen where the object is of that type.
    """

    name: str
    arguments: dict[str, str | int] = field(default_factory=dict)
    fields: tuple["Field", ...] = ()
    on: str = ""


def parse(query: str) -> Field:
    """The operation, as a field without a name. Raises QueryUnreadableError."""
    tokens = _split(query)
    if tokens and tokens[0] == "query":
        tokens.pop(0)
        if tokens and tokens[0] not in "({":
            tokens.pop(0)
        _skip_variables(tokens)
    operation = Field("", {}, _read_fields(tokens))
    if tokens:
        raise _surprise(tokens)
    return operation


def _split(query: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while match := _TOKEN.match(query, at):
        if match[1] != ",":
            tokens.append(match[1])
        at = match.end()
    if _REST.fullmatch(query, at) is None:
        raise QueryUnreadableError(f"Expected one of SCHEMA, SCALAR, TYPE, actual: {query[at : at + 20].strip()!r}")
    return tokens


def _surprise(tokens: list[str]) -> QueryUnreadableError:
    return QueryUnreadableError(f'Parse error on "{tokens[0]}"' if tokens else "Unexpected end of document")


def _take(tokens: list[str], wanted: str) -> None:
    if not tokens or tokens[0] != wanted:
        raise _surprise(tokens)
    tokens.pop(0)


def _skip_variables(tokens: list[str]) -> None:
    if tokens and tokens[0] == "(":
        while tokens and tokens[0] != ")":
            tokens.pop(0)
        _take(tokens, ")")


def _read_fields(tokens: list[str]) -> tuple[Field, ...]:
    _take(tokens, "{")
    fields: list[Field] = []
    while tokens and tokens[0] != "}":
        fields.append(_read_field(tokens))
    _take(tokens, "}")
    if not fields:
        raise QueryUnreadableError('Parse error on "}"')
    return tuple(fields)


def _read_field(tokens: list[str]) -> Field:
    name = tokens[0]
    if name == "...":
        tokens.pop(0)
        _take(tokens, "on")
        on = tokens.pop(0) if tokens else ""
        return Field("", {}, _read_fields(tokens), on)
    if not name.isidentifier():
        raise _surprise(tokens)
    tokens.pop(0)
    arguments: dict[str, str | int] = {}
    if tokens and tokens[0] == "(":
        tokens.pop(0)
        while tokens and tokens[0] != ")":
            key = tokens.pop(0)
            _take(tokens, ":")
            arguments[key] = _read_value(tokens)
        _take(tokens, ")")
    return Field(name, arguments, _read_fields(tokens) if tokens and tokens[0] == "{" else ())


def _read_value(tokens: list[str]) -> str | int:
    if not tokens or (tokens[0][0] not in '$"-' and not tokens[0].isdigit()):
        raise _surprise(tokens)
    value = tokens.pop(0)
    return value.strip('"') if value[0] in '$"' else int(value)
