"""Endpoints of check runs."""

from app.hub.access import NO_ACCESS
from app.hub.accounts import App, Json
from app.hub.check_views import show_check_run
from app.hub.checks import create_check_run, latest, rerequest, update_check_run
from app.hub.refusals import RefusedError, not_found
from app.hub.rest.bodies import CheckRunBody, CheckRunPatch
from app.hub.rest.call import Answer, Call, Endpoint
from app.hub.rest.repositories import resolve
from app.hub.state import CheckRun
from app.hub.suites import pulls_at

RUNS = "/repos/{owner}/{repo}/check-runs"


def _show(call: Call, run: CheckRun) -> Json:
    return show_check_run(call.hub.url, run, pulls_at(call.hub, run.repository, run.head_sha))


def _app(call: Call) -> App:
    if call.caller.installation is None:
        raise RefusedError(403, NO_ACCESS)
    return call.caller.installation.app


def _run(call: Call) -> CheckRun:
    found = call.hub.state.check_runs.get(call.number("id"))
    if found is None or found.repository is not call.repository:
        raise not_found()
    return found


def create(call: Call) -> Answer:
    """POST /check-runs."""
    body = call.read(CheckRunBody)
    run = create_check_run(call.hub, _app(call), call.repository, body.name, body.head_sha, body.report())
    return Answer(_show(call, run), 201)


def get(call: Call) -> Answer:
    """GET /check-runs/{id}."""
    return Answer(_show(call, _run(call)))


def patch(call: Call) -> Answer:
    """PATCH /check-runs/{id}."""
    run = _run(call)
    update_check_run(call.hub, _app(call), run, call.read(CheckRunPatch).report())
    return Answer(_show(call, run))


def list_annotations(call: Call) -> Answer:
    """GET /check-runs/{id}/annotations."""
    run = _run(call)
    blob = f"{call.hub.url}/{call.repository.full_name}/blob/{run.head_sha}"
    return call.page(run.annotations, lambda given: given | {"blob_href": f"{blob}/{given['path']}"})


def post_rerequest(call: Call) -> Answer:
    """POST /check-runs/{id}/rerequest."""
    run, (user, app) = _run(call), call.caller.author
    if app is not None and run.app is not app:
        raise not_found()
    rerequest(call.hub, run, user)
    return Answer({}, 201)


def list_for_ref(call: Call) -> Answer:
    """GET /commits/{ref}/check-runs: newest first, of each name and App the latest unless `filter=all`."""
    runs = call.hub.state.check_runs_of(call.repository, resolve(call, call.parameters["ref"]))
    if call.query.get("filter", "latest") == "latest":
        runs = latest(runs)
    name, status, app_id = (call.query.get(key) for key in ("check_name", "status", "app_id"))
    wanted = [
        run
        for run in sorted(runs, key=lambda run: run.id, reverse=True)
        if name in (None, run.name) and status in (None, run.status) and app_id in (None, str(run.app.id))
    ]
    return call.page(wanted, lambda run: _show(call, run), "check_runs")


ENDPOINTS = (
    Endpoint("POST", RUNS, ("checks", "write"), create),
    Endpoint("GET", f"{RUNS}/{{id}}", ("checks", "read"), get),
    Endpoint("PATCH", f"{RUNS}/{{id}}", ("checks", "write"), patch),
    Endpoint("GET", f"{RUNS}/{{id}}/annotations", ("checks", "read"), list_annotations),
    Endpoint("POST", f"{RUNS}/{{id}}/rerequest", ("checks", "write"), post_rerequest),
    Endpoint("GET", "/repos/{owner}/{repo}/commits/{ref:path}/check-runs", ("checks", "read"), list_for_ref),
)
