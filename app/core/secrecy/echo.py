"""Finds a secret again where no rule would see it: repeated in a comment, in another file, in a hunk's header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from heapq import merge
from typing import Any

import re2

from app.core.secrecy.placeholder import is_name
from app.core.secrecy.scan import entropy

LENGTH = 12
"""Shorter values may be ordinary words elsewhere: they are taken out only where a rule finds them."""

ENTROPY = 3.0

_HEADS_A_PATTERN = 2_000  # RE2 gives up on a pattern that is too large
_MEMORY = 64 << 20


_CODE = re.compile(r"""[(){}\[\]<>;,|&"'`\\]|=(?=[^=])|==.""")
"""Marks with which a text can be a piece of a program: calls, blocks, quotes, operators, assignments."""


def is_sought(secret: str) -> bool:
    """Whether repetitions of a secret are looked for: long enough, in one piece, no ordinary word, and no code.

    An author can call any text a secret (`token = "os.system(command)"`), and a change must not be able to name the
    lines of itself that its reviewer is not shown.
    """
    if len(secret) < LENGTH or any(map(str.isspace, secret)) or entropy(secret) < ENTROPY:
        return False
    return _CODE.search(secret) is None and not is_name(secret)


class Echoes:
    """Secrets to look for, verbatim, with the rule that found each. Texts are gone through at RE2's speed."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._by_head: dict[bytes, list[tuple[bytes, str]]] = {}
        for secret in sorted(secrets, key=len, reverse=True):
            if is_sought(secret):
                self._by_head.setdefault(_encode(secret[:LENGTH]), []).append((_encode(secret), secrets[secret]))

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and rule of each repetition, from left to right, the longest where several begin."""
        data = _encode(text) if self._by_head else b""
        done = characters = 0
        for start, head in merge(*(_find_all(pattern, data) for pattern in self._patterns)):
            if start < done:
                continue
            found = next((pair for pair in self._by_head[head] if data.startswith(pair[0], start)), None)
            if found is not None:
                begin = characters + len(_decode(data[done:start]))
                characters, done = begin + len(_decode(found[0])), start + len(found[0])
                yield begin, characters, found[1]

    def may_stand_in(self, text: str) -> bool:
        """Whether `text` holds at least the beginning of one; if not, no part of it holds any."""
        data = _encode(text) if self._by_head else b""
        return any(pattern.search(data) for pattern in self._patterns)

    @cached_property
    def _patterns(self) -> Sequence[Any]:
        """Between them they match the first characters of every secret."""
        heads = sorted(self._by_head)
        parts = [heads[start : start + _HEADS_A_PATTERN] for start in range(0, len(heads), _HEADS_A_PATTERN)]
        patterns = [_any_of(part) for part in parts]
        re2.purge()  # its own memory of what was compiled outlives this object, and this is made of secrets
        return patterns


def _find_all(pattern: Any, data: bytes) -> Iterator[tuple[int, bytes]]:  # noqa: ANN401 - google-re2 ships no types
    """Every match with its start, those that begin inside another too."""
    at = 0
    while (match := pattern.search(data, at)) is not None:
        yield match.start(), match.group()
        at = match.start() + 1


def _any_of(words: Sequence[bytes]) -> Any:  # noqa: ANN401 - google-re2 ships no types
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes are matched as they are: a lone surrogate is no UTF-8
    options.max_mem = _MEMORY
    options.log_errors = False
    return re2.compile(b"|".join(map(re2.escape, words)), options=options)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
