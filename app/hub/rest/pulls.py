"""Endpoints that read pull requests."""

from app.hub import git
from app.hub.accounts import Json
from app.hub.diff import MAX_LINES
from app.hub.pull_views import show_file, show_pull
from app.hub.pulls import MAX_COMMITS, ask_mergeable, base_tip, change_of, measure
from app.hub.refusals import RefusedError
from app.hub.rest.call import Answer, Call, Endpoint
from app.hub.rest.repositories import show_any_commit
from app.hub.state import PullRequest

MAX_FILES = 3_000
MAX_DIFF_FILES = 300
PULL = "/repos/{owner}/{repo}/pulls/{number}"
_INSTEAD = "Consider using 'List pull requests files' API or locally cloning the repository instead."


def list_pulls(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/pulls: newest first, open ones unless asked otherwise."""
    state, base, head = call.query.get("state", "open"), call.query.get("base"), call.query.get("head")

    def wanted(pull: PullRequest) -> bool:
        label = f"{pull.head_repository.owner.login}:{pull.head_ref}"
        return state in ("all", pull.state) and base in (None, pull.base_ref) and head in (None, label)

    pulls = [pull for pull in reversed(call.hub.state.pulls_of(call.repository)) if wanted(pull)]
    if call.query.get("sort") == "updated":
        pulls.sort(key=lambda pull: pull.updated_at, reverse=call.query.get("direction") == "desc")
    elif call.query.get("direction") == "asc":
        pulls.reverse()
    return call.page(pulls, lambda pull: show_pull(call.hub.url, pull, seen_by_members=True, measures=None))


def get_pull(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/pulls/{number}, as JSON or as a diff."""
    pull = call.pull()
    if call.wants("diff"):
        return _show_diff(pull)
    measures = measure(call.hub, pull, mergeable=ask_mergeable(pull))
    return Answer(show_pull(call.hub.url, pull, seen_by_members=True, measures=measures))


def _show_diff(pull: PullRequest) -> Answer:
    diff = change_of(pull)
    over = None
    if len(diff.files) > MAX_DIFF_FILES:
        over = f"files ({MAX_DIFF_FILES})"
    elif diff.lines > MAX_LINES:
        over = f"lines ({MAX_LINES})"
    if over is not None:
        words = f"Sorry, the diff exceeded the maximum number of {over}. {_INSTEAD}"
        raise RefusedError(406, words, [{"resource": "PullRequest", "field": "diff", "code": "too_large"}])
    return Answer(diff.text, media_type="application/vnd.github.diff; charset=utf-8")


def list_files(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/pulls/{number}/files: never more than 3,000."""
    pull = call.pull()
    files = change_of(pull).files[:MAX_FILES]
    return call.page(files, lambda file: show_file(call.hub.url, call.repository, file, pull.head_sha))


def list_commits(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/pulls/{number}/commits: oldest first, never more than 250."""
    pull = call.pull()
    commits = git.log(pull.repository.path, f"{base_tip(pull)}..{pull.head_sha}", limit=MAX_COMMITS)

    def show(commit: git.Commit) -> Json:
        return show_any_commit(call, commit)

    return call.page(commits[::-1], show)


ENDPOINTS = (
    Endpoint("GET", "/repos/{owner}/{repo}/pulls", ("pull_requests", "read"), list_pulls),
    Endpoint("GET", PULL, ("pull_requests", "read"), get_pull),
    Endpoint("GET", f"{PULL}/files", ("pull_requests", "read"), list_files),
    Endpoint("GET", f"{PULL}/commits", ("pull_requests", "read"), list_commits),
)
