"""Finds a secret again where no rule would see it: repeated in a comment, in another file, in a hunk's header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.core.secrecy.scan import entropy

LENGTH = 12
"""Shorter values may be ordinary words elsewhere: they are taken out only where a rule finds them."""

ENTROPY = 3.0


def is_sought(secret: str) -> bool:
    """Whether repetitions of a secret are looked for: long enough, in one piece, and no ordinary word."""
    return len(secret) >= LENGTH and not any(map(str.isspace, secret)) and entropy(secret) >= ENTROPY


class Echoes:
    """Secrets to look for, verbatim, with the rule that found each. One pass over a text, however many there are."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._by_head: dict[str, list[tuple[str, str]]] = {}
        for secret in sorted(secrets, key=len, reverse=True):
            if is_sought(secret):
                self._by_head.setdefault(secret[:LENGTH], []).append((secret, secrets[secret]))

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and rule of each repetition, from left to right, the longest where several begin."""
        position = 0
        last = len(text) - LENGTH if self._by_head else -1
        while position <= last:
            heads = self._by_head.get(text[position : position + LENGTH], ())
            found = next(((secret, rule) for secret, rule in heads if text.startswith(secret, position)), None)
            if found is None:
                position += 1
                continue
            yield position, position + len(found[0]), found[1]
            position += len(found[0])
