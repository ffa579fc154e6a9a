"""The JSON GitHub shows of check runs and check suites."""

from app.hub.accounts import Json, Repository
from app.hub.state import CheckRun, CheckSuite, PullRequest
from app.hub.views import api, node_id, show_app, stamp, stamp_if


def show_check_run(url: str, run: CheckRun, pulls: list[PullRequest]) -> Json:
    """A `check-run`; `pulls` are those of the same repository with that head."""
    base = f"{api(url, run.repository)}/check-runs/{run.id}"
    html = f"{url}/{run.repository.full_name}/runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("CR", run.id),
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": base,
        "html_url": html,
        "details_url": run.details_url or html,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": stamp_if(run.started_at),
        "completed_at": stamp_if(run.completed_at),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{base}/annotations",
        },
        "check_suite": {"id": run.suite.id},
        "app": show_app(url, run.app),
        "pull_requests": [_show_pull_minimal(url, pull) for pull in pulls],
    }


def _show_pull_minimal(url: str, pull: PullRequest) -> Json:
    def end(repository: Repository, ref: str, sha: str) -> Json:
        repo = {"id": repository.id, "url": api(url, repository), "name": repository.name}
        return {"ref": ref, "sha": sha, "repo": repo}

    return {
        "url": f"{api(url, pull.repository)}/pulls/{pull.number}",
        "id": pull.id,
        "number": pull.number,
        "head": end(pull.head_repository, pull.head_ref, pull.head_sha),
        "base": end(pull.repository, pull.base_ref, pull.base_sha),
    }


def show_check_suite(
    url: str, suite: CheckSuite, newest: CheckRun | None, pulls: list[PullRequest], commit: Json
) -> Json:
    """A `check-suite`, as payloads carry it; its state is that of its newest run unless reset."""
    base = f"{api(url, suite.repository)}/check-suites/{suite.id}"
    idle = newest is None or suite.reset
    return {
        "id": suite.id,
        "node_id": node_id("CS", suite.id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": "queued" if newest is None or idle else newest.status,
        "conclusion": None if newest is None or idle else newest.conclusion,
        "url": base,
        "before": None,
        "after": suite.head_sha,
        "pull_requests": [_show_pull_minimal(url, pull) for pull in pulls],
        "app": show_app(url, suite.app),
        "created_at": stamp(suite.created_at),
        "updated_at": stamp(suite.updated_at),
        "rerequestable": True,
        "runs_rerequestable": True,
        "latest_check_runs_count": 0 if newest is None else 1,
        "check_runs_url": f"{base}/check-runs",
        "head_commit": commit,
    }
