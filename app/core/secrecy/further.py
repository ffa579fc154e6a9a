"""Takes secrets out of text that is read beside a change: what the change's own lines betray is covered there too."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.secrecy.cuts import apply_cuts, cut_by_rule, cut_echoes, secrets_of
from app.core.secrecy.echo import Echoes


def learn_secrets(text: str) -> dict[str, str]:
    """The secrets that rules find in a text, each with its rule: what `redact_further` takes out of it unasked."""
    found: dict[str, str] = {}
    while cuts := cut_by_rule(text):
        found |= secrets_of(text, cuts)
        text = apply_cuts(text, cuts)
    return found


def redact_further(texts: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The texts without secrets, lines kept; `known` are those of the change, each with its rule.

    A secret that a rule finds in one of the texts is taken out of all of them.
    """
    covered = dict(texts)
    found = dict(known)
    stale = set(covered)
    # As in `redact`: each round covers characters that no later one can meet again.
    while stale:
        for name in sorted(stale):
            while cuts := cut_by_rule(covered[name]):
                found |= secrets_of(covered[name], cuts)
                covered[name] = apply_cuts(covered[name], cuts)
        echoes = Echoes(found)
        stale = set()
        for name, text in covered.items():
            if cuts := cut_echoes(text, echoes):
                covered[name] = apply_cuts(text, cuts)
                stale.add(name)
    return covered
