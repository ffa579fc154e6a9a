"""What cannot be looked at is said, never taken for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest

from app.analyzers.apart.parsers import open_parsers
from app.analyzers.run import Analysis
from app.analyzers.sandbox import ToolFailed
from app.core.change.chunking import plan_review
from app.core.findings.finding import Source
from app.core.gate.policy import Policy, read_policy
from app.core.report.report import AnalyzerState
from app.core.secrecy.redaction import redact_patch
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk
from app.flows.review.fit import looking
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.build import a_snapshot
from tests.repo.world import make_repository

LAYERS = """\
architecture:
  layers:
    - {name: web, paths: ["shop/web/**"]}
    - {name: core, paths: ["shop/core/**"]}
"""


async def refuse(*_: Any, **__: Any) -> NoReturn:
    raise ToolFailed("no process for parsers could be started: no room")


@pytest.fixture
async def change(tmp_path: Path) -> Change:
    repository = make_repository(tmp_path / "shop")
    base = repository.commit({"shop/core/tax.py": "RATE = 20\n", "shop/web/page.py": "TITLE = 'x'\n"})
    head = repository.commit({"shop/core/tax.py": "from shop.web import page\n\nRATE = 20\n"})
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, base, head)
    redacted = redact_patch(patch)
    snapshot = a_snapshot(merge_base=base, head_sha=head)
    return Change(snapshot=snapshot, store=store, patch=patch, redacted=redacted, plan=plan_review(redacted.patch))


def policy() -> Policy:
    found = read_policy(LAYERS)
    assert isinstance(found, Policy)
    return found


async def look(change: Change) -> looking.Look:
    desk = Desk(send=None, models={}, monotonic=lambda: 0.0, watch=lambda *_: None)
    async with open_parsers() as parsers:
        return await looking.look_at_shape(desk, change, policy(), parsers)


async def test_a_broken_rule_is_seen_and_nothing_is_missing(change: Change) -> None:
    seen = await look(change)
    assert [(claim.path, claim.line, claim.source) for claim in seen.claims] == [
        ("shop/core/tax.py", 1, Source.ARCHITECTURE)
    ]
    assert (seen.missing, seen.unchecked, seen.notes) == ("", (), ())


async def test_trees_that_could_not_be_compared_are_a_note_and_the_rules_hold(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "compare_apart", refuse)
    seen = await look(change)
    assert (len(seen.claims), seen.notes) == (1, (looking.NOT_COMPARED,))


async def test_rules_that_nobody_could_check_keep_the_gate_shut_and_the_program_has_failed(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "survey_range", refuse)
    seen = await look(change)
    why = "no process for parsers could be started: no room"
    assert seen.unchecked == (f"1 architecture rule not checked: {why}.",)
    joined = seen.join(Analysis((), (), {}))
    assert [(one.state, one.note) for one in joined.outcomes] == [(AnalyzerState.FAILED, why)]
    assert joined.completed[Source.ARCHITECTURE] == frozenset()
