from __future__ import annotations

from app.claude.client import connect
from app.claude.retries import Retries
from app.core.change.annotate import annotate
from app.core.change.diff import FilePatch, FileStatus, Hunk, Line, LineKind, Side
from app.core.change.plan import Chunk, ChunkFile, FileClass
from app.core.findings.finding import Claim, Severity
from app.lenses import correctness
from tests.claude_answers import Plant, Script, evil, planted
from tests.claude_server import ScriptedClaude

LINES = (
    Line(LineKind.CONTEXT, 7, 7, "def charge(order):  # eval is fine here"),
    Line(LineKind.REMOVED, 8, None, "    check(order)"),
    Line(LineKind.ADDED, None, 8, "    eval(order.note)"),
    Line(LineKind.ADDED, None, 9, "    return 1"),
)
HUNK = Hunk.of((7, 7), "def charge(order):", LINES)
FILE = FilePatch("src/pay (old).py", "src/pay.py", FileStatus.RENAMED, hunks=(HUNK,), additions=2, deletions=1)
CHUNK = Chunk(number=1, files=(ChunkFile(FILE, FileClass.SOURCE, (HUNK,)),), tokens=100)
PLANTS = {"eval": Plant("critical", "Runs its input"), "check": Plant("medium", "Check is gone")}


async def review(script: Script) -> tuple[list[Claim], ScriptedClaude]:
    request = correctness.ask(annotate(CHUNK), change_map="", model="claude-sonnet-5-5", salt="")
    with ScriptedClaude(script) as server:
        async with connect(None, server.base_url, retries=Retries(jitter=lambda: 0.0)) as claude:
            return correctness.read(await claude.send(request)), server


async def test_faults_planted_in_the_change_are_reported_on_their_lines_and_sides() -> None:
    claims, _ = await review(planted(PLANTS))
    assert [(claim.side, claim.line, claim.severity, claim.title) for claim in claims] == [
        (Side.LEFT, 8, Severity.MEDIUM, "Check is gone"),
        (Side.RIGHT, 8, Severity.CRITICAL, "Runs its input"),
    ]
    assert [claim.quote for claim in claims] == ["    check(order)", "    eval(order.note)"]
    assert {claim.path for claim in claims} == {"src/pay (old).py"}


async def test_a_clean_change_gives_no_claims_and_the_lens_marks_its_prefixes_for_the_cache() -> None:
    claims, server = await review(planted({"no such thing": Plant()}))
    assert claims == []
    assert len(server.cache.readable) == 2


async def test_an_evil_reply_passes_the_wire_and_is_tamed_by_the_reader() -> None:
    claims, _ = await review(lambda _: evil())
    assert claims
    assert all(claim.suggestion is None and "\x00" not in claim.body for claim in claims)
