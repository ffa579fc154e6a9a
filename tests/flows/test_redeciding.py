from __future__ import annotations

from app.core.job import PushJob, RedecideJob, ReviewJob
from app.flows.redeciding import AT_ONCE, PACE_S, plan_reviews

JOB = RedecideJob(installation_id=3, repository_id=7, repository="octo/shop")


def test_the_newest_are_decided_first_and_so_many_at_once() -> None:
    planned = [item for item in plan_reviews(JOB, range(1, 2 * AT_ONCE + 2)) if isinstance(item, ReviewJob)]
    assert [item.number for item in planned] == list(range(2 * AT_ONCE + 1, 0, -1))
    assert [item.delay_s for item in planned] == [0.0] * AT_ONCE + [PACE_S] * AT_ONCE + [2 * PACE_S]
    assert not any(item.again or item.full or item.asked or item.reads for item in planned)


def test_without_an_open_pull_request_there_is_nothing_to_do() -> None:
    assert plan_reviews(JOB, ()) == []


def test_of_a_branch_that_was_moved_back_what_is_new_is_read() -> None:
    push = PushJob(
        installation_id=3, repository_id=7, repository="octo/shop", branch="main", before="a" * 40, forced=True
    )
    (planned,) = plan_reviews(push, [4], reads=push.forced)
    assert isinstance(planned, ReviewJob)
    assert (planned.number, planned.reads, planned.again, planned.asked) == (4, True, False, False)
