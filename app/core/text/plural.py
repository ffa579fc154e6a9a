"""Numbers in sentences."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`: a regular noun with its number."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
