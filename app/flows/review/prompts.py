"""Which prompts this program asks with: a digest of each, for the ledger and `lintel version`."""

from __future__ import annotations

from app.lenses import brief, fix, summary, verify
from app.lenses.contracts import CONTRACTS
from app.lenses.correctness import CORRECTNESS
from app.lenses.rules import RulesLens
from app.lenses.security import SECURITY


def prompt_digests() -> dict[str, str]:
    """By lens, SHA-256 in hex over everything that is constant in its prompt, schema and effort included."""
    looks = (CORRECTNESS, CONTRACTS, SECURITY, RulesLens(()))
    asked = {look.name: look.ask("", change_map="", model="", salt="") for look in looks}
    asked[brief.NAME] = brief.ask("", model="", salt="")
    asked[summary.NAME] = summary.ask("", "", model="", salt="")
    asked[verify.NAME] = verify.ask((), "", rules="", model="", salt="")
    asked[fix.NAME] = fix.ask((), "", model="", salt="")
    return {name: request.digest for name, request in asked.items()}
