"""How every story ends: can this be merged now? Where it can, the ledger says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.gate.sharing import SHARED_NAME, check_name
from app.core.gate.verdict import is_green
from app.flows.first_run import READY
from app.hub.checks import latest
from app.hub.state import CheckRun, PullRequest

if TYPE_CHECKING:
    from tests.e2e.town import Town

# A repository that was transferred goes on in the chain of its new installation: the time tells which is the last.
_ENTRIES = (
    "SELECT seq, hash, body FROM lintel.ledger WHERE kind = 'gate.set' AND body ->> 'review' = %s ORDER BY at, seq"
)


async def ask_every_gate(town: Town) -> None:
    """Raise AssertionError for a pull request that a branch which asks for our check would let in without a reason.

    The check that would let it in names its verdict in the ledger: of this very head and base, green, and the last one.
    """
    for pull in list(town.people.state.pulls.values()):
        if pull.state == "open" and not pull.draft:
            for run in _find_green(town, pull):
                await _ask_ledger(town, pull, run)


def _find_green(town: Town, pull: PullRequest) -> list[CheckRun]:
    """The checks of ours that stand for the gate now and let it in."""
    names = (SHARED_NAME, check_name(pull.base_ref))
    runs = [run for run in latest(town.checks(pull)) if run.name in names and run.external_id != READY]
    return [run for run in runs if run.status == "completed" and is_green(run.conclusion or "")]


async def _ask_ledger(town: Town, pull: PullRequest, run: CheckRun) -> None:
    told = f"#{pull.number} may be merged by “{run.title}” ({run.name}, {run.external_id})"
    _, review, seq, digest = run.external_id.split(":")
    async with town.database.connection() as connection:
        rows = await (await connection.execute(_ENTRIES, [review])).fetchall()
    named = [body for number, full, body in rows if number == int(seq) and digest and full.startswith(digest)]
    assert len(named) == 1, f"{told}, of which the ledger knows nothing"
    [body] = named
    shared = body.get("shared") or {}
    conclusion = shared["conclusion"] if shared.get("name") == run.name else body["conclusion"]
    assert body["head_sha"] == pull.head_sha, f"{told}, which is of another head"
    assert body["base_ref"] == pull.base_ref or run.name == SHARED_NAME, f"{told}, which is of another base"
    assert is_green(conclusion), f"{told}, and the ledger says {conclusion}"
    assert body is rows[-1][2], f"{told}, which is not the last verdict: {rows[-1]}"
