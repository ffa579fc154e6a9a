"""Endpoints of branches: what they ask for before a merge, by classic protection and by rulesets."""

from urllib.parse import quote

from app.hub import git
from app.hub.accounts import Json, Repository, RequiredCheck
from app.hub.refusals import RefusedError
from app.hub.rest.call import Answer, Call, Endpoint
from app.hub.rest.repositories import show_any_commit
from app.hub.views import api

_ANYONE = -1  # how GitHub writes "from any source" in classic protection


def get_branch(call: Call) -> Answer:
    """GET /branches/{branch}: with what classic protection asks for, as whoever may read contents sees it."""
    repository, branch = call.repository, call.parameters["branch"]
    tip = git.tip(repository.path, branch)
    if tip is None:
        raise RefusedError(404, "Branch not found")
    asked = _asked(repository, branch, classic=True)
    base = f"{api(call.hub.url, repository)}/branches/{quote(branch, safe='')}"
    checks = [{"context": one.name, "app_id": _ANYONE if one.app_id is None else one.app_id} for one in asked]
    level = "non_admins" if asked else "off"
    return Answer(
        {
            "name": branch,
            "commit": show_any_commit(call, git.read_commit(repository.path, tip)),
            "_links": {"self": base, "html": f"{call.hub.url}/{repository.full_name}/tree/{quote(branch)}"},
            "protected": bool(asked),
            "protection": {
                "enabled": bool(asked),
                "required_status_checks": {
                    "enforcement_level": level,
                    "contexts": [one.name for one in asked],
                    "checks": checks,
                },
            },
            "protection_url": f"{base}/protection",
        }
    )


def list_rules(call: Call) -> Answer:
    """GET /rules/branches/{branch}: the rules of active rulesets, for a branch that is not there as well."""
    asked = _asked(call.repository, call.parameters["branch"], classic=False)
    return call.page(asked, lambda one: _show_rule(call.repository, one))


def _asked(repository: Repository, branch: str, *, classic: bool) -> list[RequiredCheck]:
    return [one for one in repository.required_checks if one.branch == branch and one.classic == classic]


def _show_rule(repository: Repository, asked: RequiredCheck) -> Json:
    check: Json = {"context": asked.name}
    if asked.app_id is not None:
        check["integration_id"] = asked.app_id
    return {
        "type": "required_status_checks",
        "parameters": {
            "strict_required_status_checks_policy": False,
            "do_not_enforce_on_create": False,
            "required_status_checks": [check],
        },
        "ruleset_source_type": "Repository",
        "ruleset_source": repository.full_name,
        "ruleset_id": repository.id,
    }


_REPO = "/repos/{owner}/{repo}"
ENDPOINTS = (
    Endpoint("GET", f"{_REPO}/branches/{{branch:path}}", ("contents", "read"), get_branch),
    Endpoint("GET", f"{_REPO}/rules/branches/{{branch:path}}", ("metadata", "read"), list_rules),
)
