"""Signatures by what they say, not by how it is written: quotes, trailing commas, other words for the same type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from app.syntax.languages import Language

_QUOTES_ALIKE: Final = frozenset({Language.PYTHON, Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX})
"""Languages to which it is all one in which quotes a text stands."""

_TOKEN: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\w.$]+|->|\S""")
_PLAIN: Final = re.compile(r"""["'][^"'\\]*["']""")
_TYPE_NAME: Final = re.compile(r"[A-Za-z_][\w.]*")
_MODULES: Final = ("typing.", "typing_extensions.", "collections.abc.", "t.", "te.", "c.", "cabc.", "abc.")
"""What names of types are found in, and the short names that go around for it."""

_BUILT_IN: Final = frozenset({"Dict", "FrozenSet", "List", "Set", "Tuple", "Type"})
"""Of `typing`, the names that are the built-in ones: https://docs.python.org/3/library/typing.html#deprecated-aliases"""

_RECEIVER: Final = re.compile(r"^func \((?:\w+ )?(\*?)[^)]*\)")
"""What a method of Go is of: its name for that is its own affair, and the type stands in the method's path."""

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@lru_cache(maxsize=4096)
def simplify(signature: str, language: Language | None) -> str:
    """A text that is equal for signatures that say the same. Others may be equal only if they differ in spelling alone.

    In Python `Optional[X]` is `X | None`, `Union[X, Y]` is `X | Y` (PEP 604), `List` is `list` (PEP 585), a type in
    quotes is the type, and a class of `object` is one of nothing. In Go what a method is of may have another name.
    """
    if language is Language.GO:
        signature = _RECEIVER.sub(r"func (\1)", signature)
    tokens = _TOKEN.findall(signature)
    if language in _QUOTES_ALIKE:
        tokens = [f'"{token[1:-1]}"' if _PLAIN.fullmatch(token) else token for token in tokens]
    if language is Language.PYTHON:
        tokens = list(_join_types([_name_type(token) for token in _open_types(tokens)]))
        if tokens[:1] == ["class"] and tokens[2:] == ["(", "object", ")"]:
            tokens = tokens[:2]
    kept = [one for one, after in pairwise([*tokens, ""]) if (one, after) != (",", ")")]
    return " ".join(kept)


def _open_types(tokens: Sequence[str]) -> Iterator[str]:
    """The tokens with types that stand in quotes as if they did not; of `Literal` they are no types."""
    depth, in_type = 0, False
    literal: list[bool] = []
    before = ""
    for token in tokens:
        if token in _OPENING:
            depth += 1
            literal.append(before.endswith("Literal") or any(literal[-1:]))
        elif token in _CLOSING and literal:
            depth -= 1
            literal.pop()
        elif depth <= 1 and token in {":", "->"}:
            in_type = True
        elif depth <= 1 and token in {",", "="}:
            in_type = False
        elif in_type and token[0] in "\"'" and not any(literal[-1:]) and _TYPE_NAME.fullmatch(token[1:-1]):
            yield token[1:-1]
            continue
        yield token
        before = token


def _name_type(token: str) -> str:
    """A name of a type without the module that it is in, and of what is built in the built-in name."""
    for module in _MODULES:
        if token.startswith(module):
            token = token.removeprefix(module)
            break
    return token.lower() if token in _BUILT_IN else token


def _join_types(tokens: Sequence[str]) -> Iterator[str]:
    """The tokens with `Optional[…]` and `Union[…]` as alternatives."""
    opened: list[str] = []
    skip = False
    for token, after in pairwise([*tokens, ""]):
        if skip:
            skip = False
        elif token in {"Optional", "Union"} and after == "[":
            opened.append(token)
            skip = True
        elif token in _OPENING:
            opened.append(token)
            yield token
        elif token in _CLOSING and opened:
            closed = opened.pop()
            yield from {"Optional": ("|", "None"), "Union": ()}.get(closed, (token,))
        else:
            yield "|" if (token, opened[-1:]) == (",", ["Union"]) else token
