"""Which findings off the diff still stand is read from the file itself; where it cannot be read, an open one stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.change.chunking import plan_review
from app.core.change.diff import Side
from app.core.findings.finding import Claim, Placed, Source
from app.core.findings.known import FindingState, KnownFinding
from app.core.secrecy.redaction import redact_patch
from app.flows.review.change.change import Change
from app.flows.review.reading.outside import find_outside
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.build import a_claim, a_snapshot
from tests.repo.world import Repository, make_repository

BEFORE = [f"line {number}" for number in range(60)]
SECRET = 'password = "Xk29vQ7pLm41Zt8W"'


async def change_last_line(repository: Repository, lines: list[str], before: list[str] | None = None) -> Change:
    base = repository.commit({"a.py": "\n".join([*(before or BEFORE), "end"])})
    head = repository.commit({"a.py": "\n".join([*lines, "END"])})
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, base, head)
    redacted = redact_patch(patch)
    snapshot = a_snapshot(merge_base=base, head_sha=head)
    return Change(snapshot=snapshot, store=store, patch=patch, redacted=redacted, plan=plan_review(redacted.patch))


def known(state: FindingState, *, quote: str = BEFORE[5], placed: Placed = Placed.FILE, **more: object) -> KnownFinding:
    made: Claim = a_claim(path="a.py", side=Side.RIGHT, line=6, quote=quote, **more)
    return KnownFinding(1, "f" * 32, state, made, placed)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "shop")


@pytest.mark.parametrize("state", [FindingState.OPEN, FindingState.FIXED])
async def test_a_line_that_is_still_there_stands_and_one_that_is_not_does_not(
    repository: Repository, state: FindingState
) -> None:
    change = await change_last_line(repository, BEFORE)
    assert await find_outside(change, [known(state)]) == {1}
    assert await find_outside(change, [known(state, quote="  line   5 ")]) == {1}
    assert await find_outside(change, [known(state, quote="line 500")]) == frozenset()
    assert await find_outside(change, [known(state, quote="END")]) == frozenset(), "that is in the diff"


async def test_a_secret_in_the_line_is_no_hindrance(repository: Repository) -> None:
    lines = [*BEFORE[:5], SECRET, *BEFORE[6:]]
    change = await change_last_line(repository, lines, lines)
    assert await find_outside(change, [known(FindingState.OPEN, quote='password = "‹secret:assigned-secret›"')]) == {1}


async def test_other_findings_are_not_looked_for(repository: Repository) -> None:
    change = await change_last_line(repository, BEFORE)
    others = [
        known(FindingState.OPEN, placed=Placed.LINE),
        known(FindingState.OPEN, placed=Placed.SUMMARY),
        known(FindingState.OPEN, quote=" "),
        known(FindingState.OPEN, source=Source.ANALYZER),
        known(FindingState.DISMISSED),
    ]
    assert [await find_outside(change, [item]) for item in others] == [frozenset()] * len(others)


async def test_where_the_file_cannot_be_read_an_open_one_stays_open(repository: Repository) -> None:
    change = await change_last_line(repository, [*BEFORE, "x" * (1 << 20)])
    assert await find_outside(change, [known(FindingState.OPEN), known(FindingState.FIXED)]) == {1}
    assert await find_outside(change, [known(FindingState.FIXED)]) == frozenset()
