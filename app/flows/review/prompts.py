"""Which prompts this program asks with: a digest of each, for the ledger and `lintel version`."""

from __future__ import annotations

from dataclasses import replace

from app.claude.exploring import REACHES
from app.core.change.classes.delivery import Delivery
from app.core.conversation.thread import Remark, Voice
from app.core.model import Request
from app.lenses import architecture, brief, conversation, fix, summary, verify
from app.lenses.contracts import CONTRACTS
from app.lenses.correctness import CORRECTNESS
from app.lenses.delivery import add_notes
from app.lenses.rules import RulesLens
from app.lenses.security import SECURITY
from app.lenses.verify import Questioned
from app.tools.toolbox import TOOLS

NOTED = "delivery"
"""The security lens with its notes on every kind of file that says what is built and run."""


def prompt_digests() -> dict[str, str]:
    """By lens, SHA-256 in hex over everything that is constant in its prompt: schema, effort and tools too."""
    looks = (CORRECTNESS, CONTRACTS, SECURITY, RulesLens(()))
    asked = {look.name: look.ask("", change_map="", model="", salt="") for look in looks}
    asked[NOTED] = add_notes(SECURITY, tuple(Delivery)).ask("", change_map="", model="", salt="")
    asked[brief.NAME] = brief.ask("", model="", salt="")
    asked[summary.NAME] = summary.ask("", "", model="", salt="")
    asked[verify.NAME] = verify.ask((), "", rules="", model="", salt="")
    asked[architecture.NAME] = architecture.ask(architecture.Material("", ""), model="", salt="")
    asked[conversation.NAME] = conversation.ask(
        Questioned("", "", ""), (), "", [Remark(comment_id=0, voice=Voice.PERSON, text="")], model="", salt=""
    )
    asked[fix.NAME] = fix.ask((), "", model="", salt="")
    return {name: _equip(request).digest for name, request in asked.items()}


def _equip(request: Request) -> Request:
    """With the tools that its stage is given: what they are called and how they are told belongs to the prompt."""
    return replace(request, tools=TOOLS) if request.stage in REACHES else request
