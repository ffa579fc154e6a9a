"""What people decide one after another. Each story ends with whether the change can be merged now."""

from __future__ import annotations

from app.hub import git
from tests.e2e.conftest import mergeable
from tests.e2e.test_decisions import BAD, GOOD, OTHER, block, entries
from tests.e2e.town import Town, told

TWO = {**BAD, "app/free.py": "def free(price):\n    return price * 0\n"}


async def test_several_commands_of_one_comment_are_performed_and_answered_in_order(guarded: Town) -> None:
    pull = await block(guarded, TWO)
    assert "2 findings must be dealt with: F1, F2." in told(guarded.checks(pull)[-1])
    words = ("dismiss F2 the free plan", "dismiss F1 the free plan", "dismiss F1 again", "status")
    await guarded.tell(pull, "\n".join(f"/lintel {one}" for one in words), by="writer")

    second, first, again, status = guarded.answers(pull)
    assert "F2 no longer counts" in second
    assert "F1 no longer counts" in first
    assert "F1 was dismissed before" in again
    assert "2 dismissed" in status
    assert [entry["finding"] for entry in await entries(guarded, "dismiss")] == ["F2", "F1"]
    assert mergeable(guarded, pull)


async def test_one_that_is_not_allowed_does_not_keep_the_next_from_being_done(guarded: Town) -> None:
    pull = await block(guarded)
    words = (f"override {pull.head_sha[:12]} it must go out", "pause", "dismiss F1 it is fine", "resume")
    await guarded.tell(pull, "\n".join(f"/lintel {one}" for one in words), by="writer")

    assert "does not allow `/lintel override`" in guarded.answers(pull)[0]
    assert [len(await entries(guarded, kind)) for kind in ("override", "pause", "dismiss", "resume")] == [0, 1, 1, 1]
    assert mergeable(guarded, pull)


async def test_paused_resumed_and_paused_in_one_comment_it_is_paused(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel pause\n/lintel resume\n/lintel pause", by="keeper")
    await guarded.commit("change", OTHER)

    assert (await guarded.judged(pull)).title == "Paused by keeper"
    assert len(guarded.answers(pull)) == len([*await entries(guarded, "pause"), *await entries(guarded, "resume")]) == 3
    assert not mergeable(guarded, pull)


async def test_a_dismissal_survives_a_rebase_onto_what_came_meanwhile(guarded: Town) -> None:
    pull = await block(guarded)
    before = pull.head_sha
    await guarded.tell(pull, "/lintel dismiss F1 the free plan costs nothing", by="writer")
    await guarded.commit("main", OTHER, by="mona")
    await guarded.commit("change", BAD, onto=git.tip(guarded.repository.path, "main"))

    assert pull.head_sha != before
    assert (await guarded.judged(pull)).conclusion == "success"
    (comment,) = guarded.comments(pull)
    assert "F1 · dismissed" in comment.body
    assert mergeable(guarded, pull)
