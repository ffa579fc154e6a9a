"""The jobs that a delivery on a check asks for; `[]` where it lacks what they need. Which deliveries do, rules say."""

from __future__ import annotations

import re

from app.core.event import Event
from app.core.job import ForgedJob, Job, RerunJob, place_of

# A check's name as we give it: with its base branch, or shared by all of them.
_OUR_NAMES = re.compile(r"lintel(?:: [^\r\n]{1,500})?")


def rerun(event: Event, *, asked_by: str = "") -> list[Job]:
    """One check again; in full in the name of who asked."""
    run, place = event.check_run, place_of(event)
    if place is None or run is None:
        return []
    return [
        RerunJob(
            **place,
            head_sha=run.head_sha,
            check_run_id=run.id,
            external_id=run.external_id,
            numbers=run.pull_numbers,
            full=bool(asked_by),
            asked_by=asked_by,
        )
    ]


def rerun_suite(event: Event) -> list[Job]:
    """All checks of a head again: GitHub names the head alone, and tells of no check run."""
    suite, place = event.check_suite, place_of(event)
    if place is None or suite is None:
        return []
    return [
        RerunJob(
            **place,
            head_sha=suite.head_sha,
            check_run_id=0,
            external_id="",
            numbers=(),
            suite_id=suite.id,
        )
    ]


def note_name(event: Event) -> list[Job]:
    """Another App's check, if it has a name of ours."""
    run, place = event.check_run, place_of(event)
    if place is None or run is None or run.app_id is None:
        return []
    if not _OUR_NAMES.fullmatch(run.name):
        return []
    return [
        ForgedJob(
            **place,
            head_sha=run.head_sha,
            check_run_id=run.id,
            name=run.name,
            app_id=run.app_id,
            app=run.app,
        )
    ]
