"""The question about a finding in its thread, and what of the answer the code at the head bears out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.change.diff import Patch
from app.core.conversation.thread import Remark
from app.core.findings.anchor import Fabricated, find_file, place
from app.core.findings.concession import Unproved, prove
from app.core.findings.finding import Claim, Evidence, Finding, Placed, Placement
from app.core.findings.verification.excerpt import show_code
from app.core.findings.verification.proof import name_file
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request, Stage
from app.core.secrecy.redaction import redact
from app.core.text.unicode import reveal
from app.flows.conversation.opening import Opened
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk
from app.flows.review.telling import tell_claim
from app.flows.review.tree.texts import read_tree_texts
from app.flows.review.verification.versions import Versions, read_versions
from app.lenses import conversation
from app.lenses.conversation import Said
from app.lenses.verify import Questioned


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model said, and which line of the head bears it out if it gave in."""

    said: Said
    reply: Reply
    proof: Evidence | Unproved | None


async def ask_about(
    desk: Desk, opened: Opened, finding: Finding, thread: Sequence[Remark], salt: str
) -> Heard | Failure:
    """The answer to the last remark of the thread; what was not in the agreed form is asked for once more."""
    change = opened.change
    question = await _lay_out(change, finding)

    def make(anew: str) -> Request:
        claim, code = question
        evidence = finding.claim.verification.evidence if finding.claim.verification else ()
        model = desk.models[Stage.ASK]
        return conversation.ask(claim, evidence, code, thread, model=model, salt=anew)

    outcome = await _ask(opened, make(salt))
    if isinstance(outcome, Failure) and outcome.kind is FailureKind.MALFORMED and not outcome.repeated:
        outcome = await _ask(opened, make(f"{salt} again"))
    if isinstance(outcome, Failure):
        return outcome
    reply, said = outcome
    return Heard(said, reply, await _prove(change, finding.claim, said) if said.concede else None)


async def _ask(opened: Opened, request: Request) -> tuple[Reply, Said] | Failure:
    try:
        reply = await opened.send(request)
        return reply, conversation.read(reply)
    except ModelFailed as error:
        return error.failure


async def _lay_out(change: Change, finding: Finding) -> tuple[Questioned, str]:
    """The finding as it stands now, and the code around it; of a file that left the change, the words alone."""
    claim, patch = finding.claim, change.redacted.patch
    file = find_file(claim.path, patch)
    if file is None:
        return Questioned(reveal(redact(claim.path).text), claim.title, claim.body, claim.rule), ""
    now = replace(claim, path=file.path)
    found = place(now, patch)
    standing = Placement(Placed.FILE, None, found.reason) if isinstance(found, Fabricated) else found
    paths = [file.path, *([claim.shows_at.path] if claim.shows_at else [])]
    versions = await _read(change, paths)
    code = await asyncio.to_thread(show_code, [(now, standing)], patch, versions.texts)
    return tell_claim(replace(finding, claim=now, placement=standing), patch), code


async def _read(change: Change, paths: Sequence[str]) -> Versions:
    versions = await read_versions(change, paths)
    known = {path for _, path in versions.texts}
    return versions.beside(await read_tree_texts(change, [path for path in paths if path not in known]))


async def _prove(change: Change, claim: Claim, said: Said) -> Evidence | Unproved:
    """Against the new version alone: what the change took out shows nothing of the code as it is."""
    patch = change.redacted.patch
    quotes = [replace(quote, path=name_file(quote.path, patch)) for quote in said.quotes]
    tree = await read_tree_texts(change, [quote.path for quote in quotes if _is_proper(quote.path)])
    return await asyncio.to_thread(prove, _at_head(claim, patch), quotes, tree.lines)


def _at_head(claim: Claim, patch: Patch) -> Claim:
    file = find_file(claim.path, patch)
    return claim if file is None else replace(claim, path=file.path)


def _is_proper(path: str) -> bool:
    """Whether git could have a file of this name: whatever else a model writes is not asked for."""
    return bool(path) and not path.startswith("/") and not {"", ".", ".."} & set(path.split("/"))
