"""What buttons on our checks, and other Apps' checks of our names, make us do."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.job import ForgedJob, RerunJob
from app.core.report.button import FULL_REVIEW
from tests.test_events import HEAD, OUR_APP, deliver

PERSON = {"login": "ada", "type": "User"}
BOT = {"login": "lintel[bot]", "type": "Bot"}


def run(app_id: int = OUR_APP, name: str = "lintel: main", **more: Any) -> dict[str, Any]:
    return {"id": 11, "name": name, "head_sha": HEAD, "app": {"id": app_id, "slug": "other"}, **more}


def press(identifier: str = FULL_REVIEW.identifier, sender: Any = PERSON, app_id: int = OUR_APP) -> Any:
    return deliver(
        "check_run",
        "requested_action",
        check_run=run(app_id),
        requested_action={"identifier": identifier},
        sender=sender,
    )


def test_the_button_asks_for_a_full_review_in_the_name_of_who_pressed_it() -> None:
    (job,) = press()
    assert isinstance(job, RerunJob)
    assert (job.full, job.asked_by, job.check_run_id) == (True, "ada", 11)


@pytest.mark.parametrize(
    "pressed",
    [{"identifier": "fix_all"}, {"identifier": ""}, {"sender": BOT}, {"sender": None}, {"app_id": OUR_APP + 1}],
)
def test_another_button_a_bot_and_another_apps_check_ask_for_nothing(pressed: dict[str, Any]) -> None:
    assert press(**pressed) == []


def test_a_full_review_and_a_re_run_do_not_wait_as_one() -> None:
    (full,) = press()
    (again,) = deliver("check_run", "rerequested", check_run=run())
    (others,) = press(sender={"login": "bob", "type": "User"})
    assert len({full.key, again.key, others.key}) == 3


@pytest.mark.parametrize(("app_id", "found"), [(OUR_APP, 1), (OUR_APP + 1, 0)])
def test_all_checks_run_again_are_those_of_the_head(app_id: int, found: int) -> None:
    jobs = deliver("check_suite", "rerequested", check_suite={"id": 5, "head_sha": HEAD, "app": {"id": app_id}})
    assert [(job.head_sha, job.numbers) for job in jobs if isinstance(job, RerunJob)] == [(HEAD, ())] * found
    assert len(jobs) == found


@pytest.mark.parametrize("action", ["requested", "completed"])
def test_other_news_of_suites_are_ignored(action: str) -> None:
    assert deliver("check_suite", action, check_suite={"id": 5, "head_sha": HEAD, "app": {"id": OUR_APP}}) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [("lintel: main", 1), ("lintel", 1), ("lintel: a/b", 1), ("lintel:main", 0), ("Lintel", 0), ("build", 0)],
)
def test_another_apps_check_of_a_name_of_ours_is_noted(name: str, found: int) -> None:
    jobs = deliver("check_run", "completed", check_run=run(OUR_APP + 1, name))
    assert [(job.name, job.app, job.app_id) for job in jobs if isinstance(job, ForgedJob)] == [
        (name, "other", OUR_APP + 1)
    ] * found
    assert len(jobs) == found


def test_our_own_completed_check_is_no_news() -> None:
    assert deliver("check_run", "completed", check_run=run()) == []


def test_a_check_of_nobodys_is_ignored() -> None:
    assert deliver("check_run", "completed", check_run=run() | {"app": None}) == []
