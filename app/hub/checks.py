"""Check runs: what an App may report, and what a branch asks for before it lets a pull request in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.hub import git
from app.hub.accounts import App, Json, Repository, RequiredCheck, User
from app.hub.check_views import show_check_run
from app.hub.events import Hub, announce
from app.hub.pulls import base_tip
from app.hub.refusals import RefusedError, invalid, not_found
from app.hub.state import CheckRun, PullRequest
from app.hub.suites import ensure_suite, pulls_at

MAX_BYTES = 65_535  # of summary and text: characters and then bytes, with different words
MAX_ANNOTATIONS = 50
MAX_SAME_NAME = 1_000
PASSING = frozenset({"success", "neutral", "skipped"})


@dataclass(frozen=True, slots=True)
class Output:
    """What a request brings as a run's output."""

    title: str
    summary: str
    text: str | None = None
    annotations: Sequence[Json] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a request wants changed of a run; None leaves it."""

    name: str | None = None
    status: str | None = None
    conclusion: str | None = None
    details_url: str | None = None
    external_id: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    output: Output | None = None
    actions: Sequence[Json] | None = field(default=None)


def check_output(output: Output) -> None:
    """Raise RefusedError 422 where an output is over GitHub's limits."""
    if len(output.annotations) > MAX_ANNOTATIONS:
        raise over_items(MAX_ANNOTATIONS, len(output.annotations))
    for name, text in (("summary", output.summary), ("text", output.text or "")):
        if len(text) > MAX_BYTES:
            only = f"Only {MAX_BYTES} characters are allowed; {len(text)} were supplied."
            raise RefusedError(422, f"Invalid request.\n\n{only}")
        if len(text.encode()) > MAX_BYTES:
            raise invalid("CheckRun", name, f"{name} exceeds a maximum bytesize of {MAX_BYTES}")


def over_items(allowed: int, given: int) -> RefusedError:
    """Too many items in a list."""
    words = f"No more than {allowed} items are allowed; {given} were supplied."
    return RefusedError(422, f"Invalid request.\n\n{words}")


def create_check_run(hub: Hub, app: App, repository: Repository, name: str, head_sha: str, report: Report) -> CheckRun:
    """Report a new run. Raises RefusedError 422."""
    if git.resolve(repository.path, head_sha) != head_sha:
        raise RefusedError(422, f"No commit found for SHA: {head_sha}")
    _check_report(report)
    suite = ensure_suite(hub, app, repository, head_sha)
    run = CheckRun(
        id=hub.state.next_id(),
        suite=suite,
        app=app,
        repository=repository,
        name=name,
        head_sha=head_sha,
        status="queued",
        conclusion=None,
        started_at=None,
        completed_at=None,
        created_at=hub.clock(),
    )
    hub.state.check_runs[run.id] = run
    _forget_oldest(hub, run)
    _apply(hub, run, report)
    if run.started_at is None and run.status != "queued":
        run.started_at = hub.clock()
    tell_run(hub, run, "created", app.bot)
    if run.status == "completed":
        tell_run(hub, run, "completed", app.bot)
    return run


def _forget_oldest(hub: Hub, run: CheckRun) -> None:
    same = [r for r in hub.state.check_runs_of(run.repository, run.head_sha) if r.suite is run.suite]
    same = [r for r in same if r.name == run.name]
    for old in same[:-MAX_SAME_NAME]:
        del hub.state.check_runs[old.id]


def update_check_run(hub: Hub, app: App, run: CheckRun, report: Report) -> None:
    """Change a run of one's own, a completed one too. Raises RefusedError."""
    if run.app is not app:
        raise RefusedError(403, f"Invalid app_id `{app.id}`: a check run is changed only by the App that made it.")
    _check_report(report)
    _apply(hub, run, report)
    if run.status == "completed":
        tell_run(hub, run, "completed", app.bot)


def _check_report(report: Report) -> None:
    if (report.status == "completed" or report.completed_at is not None) and report.conclusion is None:
        words = 'Missing required key "conclusion".'
        raise RefusedError(422, f"Invalid request.\n\n{words}")
    if report.output is not None:
        check_output(report.output)


def _apply(hub: Hub, run: CheckRun, report: Report) -> None:
    run.suite.reset, run.suite.updated_at = False, hub.clock()
    run.name = report.name or run.name
    run.details_url = report.details_url or run.details_url
    run.external_id = run.external_id if report.external_id is None else report.external_id
    run.started_at = report.started_at or run.started_at
    if report.conclusion is not None:
        run.status, run.conclusion = "completed", report.conclusion
        run.completed_at = report.completed_at or hub.clock()
    elif report.status in ("queued", "in_progress"):
        run.status = "queued" if report.status == "queued" else "in_progress"
        run.conclusion = run.completed_at = None
        if run.status == "in_progress" and run.started_at is None:
            run.started_at = hub.clock()
    if report.output is not None:
        output = report.output
        run.title, run.summary, run.text = output.title, output.summary, output.text
        run.annotations.extend(output.annotations)
    if report.actions is not None:
        run.actions = list(report.actions)


def tell_run(hub: Hub, run: CheckRun, action: str, sender: User, extra: Json | None = None) -> None:
    """Send a `check_run` event."""
    pulls = pulls_at(hub, run.repository, run.head_sha)
    shown = show_check_run(hub.url, run, pulls)
    suite = {"id": run.suite.id, "head_branch": run.suite.head_branch, "head_sha": run.head_sha}
    shown["check_suite"] = suite | {"status": run.status, "conclusion": run.conclusion, "app": shown["app"]}
    parts = {"check_run": shown} | (extra or {})
    announce(hub, "check_run", action, run.repository, sender, parts, owner=run.app)


def rerequest(hub: Hub, run: CheckRun, sender: User) -> None:
    """Ask for the run again: its suite begins anew, the run itself is not touched."""
    run.suite.reset = True
    tell_run(hub, run, "rerequested", sender)


def request_action(hub: Hub, run: CheckRun, identifier: str, sender: User) -> None:
    """Press a button of a completed run. Raises RefusedError 404 where it has no such button."""
    if run.status != "completed" or identifier not in [action["identifier"] for action in run.actions]:
        raise not_found()
    tell_run(hub, run, "requested_action", sender, {"requested_action": {"identifier": identifier}})


def latest(runs: Sequence[CheckRun]) -> list[CheckRun]:
    """The newest run of each App and name."""
    return list({(run.app.id, run.name): run for run in runs}.values())


def can_merge(hub: Hub, pull: PullRequest) -> tuple[bool, str]:
    """Whether the branch lets the pull request in, and why not, in GitHub's words."""
    if pull.state == "closed":
        return False, "Pull request is closed"
    if pull.draft:
        return False, "Pull Request is still a draft"
    if not git.merges_cleanly(pull.repository.path, base_tip(pull), pull.head_sha):
        return False, "Pull Request has merge conflicts"
    lacking = find_lacking(
        pull.repository, pull.base_ref, latest(hub.state.check_runs_of(pull.repository, pull.head_sha))
    )
    return lacking is None, lacking or ""


def find_lacking(repository: Repository, branch: str, runs: Sequence[CheckRun]) -> str | None:
    """The first check that a branch asks for and these runs do not pass, in GitHub's words; None: all pass."""
    for required in repository.required_checks:
        missing = _missing(required, runs) if required.branch == branch else None
        if missing is not None:
            return f'Required status check "{required.name}" {missing}'
    return None


def _missing(required: RequiredCheck, runs: Sequence[CheckRun]) -> str | None:
    named = [run for run in runs if run.name == required.name]
    reported = [run for run in named if required.app_id in (None, run.app.id)]
    if not reported:
        return "was not set by the expected GitHub App." if named else "is expected."
    if any(run.status != "completed" for run in reported):
        return "is expected."
    return None if all(run.conclusion in PASSING for run in reported) else "is failing."
