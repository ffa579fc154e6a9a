"""`/lintel ask`: a question about the change, answered by a model in words whose quotes are looked up in the code."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from app.commands.action import Ask
from app.core.change.diff import Patch, Side
from app.core.change.plan import Chunk, Plan
from app.core.findings.anchor import normalise
from app.core.findings.finding import Evidence
from app.core.findings.verification.proof import Proof
from app.core.model import Failure, Request, Stage
from app.core.report.account import tell_account
from app.core.report.asked import Answered, Proved, tell_answer, tell_unanswered
from app.core.secrecy.redaction import redact
from app.core.text.markdown import Markdown
from app.core.text.unicode import reveal
from app.flows.commands.hearing import Occasion
from app.flows.commands.studying import Study, Unstudied, ask_twice, open_study
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.reading.asking import LIMIT_TOKENS
from app.flows.review.reading.showing import show_chunk
from app.flows.review.reading.toolbox import equip
from app.flows.review.verification.quoted_files import read_quoted
from app.flows.review.verification.versions import Versions
from app.lenses import question
from app.lenses.question import QUESTION_CHARACTERS, Material, Statement, Told
from app.store.records.findings import KnownFinding

MOST_TOKENS = 60_000
"""Of the change that one question is answered from."""


async def answer_question(desk: Desk, occasion: Occasion, action: Ask) -> Markdown:
    """What to answer. Nothing that is said here reaches a verdict."""
    asked = redact(action.question[:QUESTION_CHARACTERS]).text
    try:
        study = await open_study(desk, occasion, f"ask {action.question}")
    except Unstudied as error:
        return error.words
    chunks = choose_chunks(study.change.plan, asked)
    material = await _lay_out(study, chunks)
    thread = f"\n\nIt was asked in the thread of F{occasion.heard.finding}." if occasion.heard.finding else ""

    def make(salt: str) -> Request:
        return question.ask(f"{reveal(asked)}{thread}", material, model=desk.models[Stage.ASK], salt=salt)

    send = equip(study.desk, study.change).send or study.send
    outcome = await ask_twice(send, make, question.read, study.salt)
    if isinstance(outcome, Failure):
        return tell_unanswered(tell_failure(outcome))
    reply, said = outcome
    return tell_answer(
        Answered(
            statements=await prove(study.change, said.statements),
            answered=said.answered,
            model=reply.model,
            shown=len(_paths(chunks)),
            files=len(study.change.patch.files),
            head_sha=study.change.snapshot.head_sha,
        )
    )


def choose_chunks(plan: Plan, asked: str, most_tokens: int = MOST_TOKENS) -> tuple[Chunk, ...]:
    """The chunks that are shown: those whose files the question names, then by risk; the first one always."""
    words = asked.casefold()
    ranked = sorted(plan.chunks, key=lambda chunk: not any(_is_named(path, words) for path in chunk.paths))
    chosen: list[Chunk] = []
    room = most_tokens
    for chunk in ranked:
        if chosen and chunk.tokens > room:
            break
        room -= chunk.tokens
        chosen.append(chunk)
    return tuple(chosen)


def _is_named(path: str, words: str) -> bool:
    return path.rpartition("/")[2].casefold() in words


async def prove(change: Change, statements: Sequence[Statement]) -> list[Proved]:
    """Each statement with those of its quotes that stand in the change, or in a file of the tree at the head."""
    patch = change.redacted.patch
    versions = await read_quoted(change, Versions(), [quote for one in statements for quote in one.quotes])
    proof = Proof(patch, versions.of(Side.RIGHT), versions.of(Side.LEFT))
    lines = versions.of(Side.RIGHT)
    return await asyncio.to_thread(lambda: [_prove(one, proof, lines) for one in statements])


def _prove(statement: Statement, proof: Proof, lines: Mapping[str, Sequence[str]]) -> Proved:
    standing = [quote for quote in statement.quotes if proof.holds(quote)]
    kept = tuple(dict.fromkeys(_settle(quote, proof, lines) for quote in standing))
    return Proved(statement.text, kept, len(statement.quotes) - len(standing))


def _settle(quote: Evidence, proof: Proof, lines: Mapping[str, Sequence[str]]) -> Evidence:
    settled = proof.settle(quote)
    if settled.quote:
        return settled
    # A comment or a heading settles to nothing: it proves nothing about code, but somebody may have asked about it.
    text, number, rows = quote.quote.strip(), quote.line or 0, lines.get(settled.path, ())
    there = 1 <= number <= len(rows) and normalise(text) in normalise(rows[number - 1])
    return Evidence(settled.path, number if there else None, text)


async def _lay_out(study: Study, chunks: Sequence[Chunk]) -> Material:
    change, rate = study.change, study.review.rate
    shown = [await show_chunk(change, chunk, LIMIT_TOKENS, rate) for chunk in chunks]
    paths = _paths(chunks)
    patch = change.redacted.patch
    missing = [file.shown_path for file in patch.files if file.path not in paths]
    return Material(diff="\n".join(shown), findings=tell_findings(study.known, patch), missing=missing)


def _paths(chunks: Iterable[Chunk]) -> frozenset[str]:
    return frozenset(path for chunk in chunks for path in chunk.paths)


def tell_findings(known: Sequence[KnownFinding], patch: Patch) -> list[Told]:
    """Every finding with what has become of it, the open ones first."""
    ordered = sorted(known, key=lambda item: (item.state.value != "open", item.finding.number))
    return [_tell_finding(item, patch) for item in ordered]


def _tell_finding(item: KnownFinding, patch: Patch) -> Told:
    finding, claim = item.finding, item.finding.claim
    file = patch.by_path.get(claim.path)
    path = redact(claim.path).text if file is None else file.shown_path
    blocks = ", blocks the merge" if finding.blocking and item.state.value == "open" else ""
    return Told(
        id=finding.id,
        state=f"{item.fate}, {claim.severity.value}{blocks}",
        place=reveal(path) if claim.line is None else f"{reveal(path)}:{claim.line}",
        title=reveal(redact(claim.title).text),
        body=reveal(redact(tell_account(claim)).text),
    )
