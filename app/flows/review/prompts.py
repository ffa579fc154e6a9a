"""Which prompts this program asks with: a digest of each, for the ledger and `lintel version`."""

from __future__ import annotations

from app.lenses import correctness


def prompt_digests() -> dict[str, str]:
    """By lens, SHA-256 in hex over everything that is constant in its prompt, schema and effort included."""
    return {correctness.NAME: correctness.ask("", change_map="", model="", salt="").digest}
