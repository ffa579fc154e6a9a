"""Check suites: one per App and commit, made by whoever comes first."""

from app.hub import git
from app.hub.accounts import App, Repository, User
from app.hub.check_views import show_check_suite
from app.hub.events import Hub, announce
from app.hub.state import CheckSuite, PullRequest
from app.hub.views import show_commit


def pulls_at(hub: Hub, repository: Repository, head_sha: str) -> list[PullRequest]:
    """Open pull requests a check names: of this repository's own branches, never of forks."""
    return [
        pull
        for pull in hub.state.pulls_of(repository)
        if pull.state == "open" and pull.head_sha == head_sha and not pull.from_fork
    ]


def find_suite(hub: Hub, app: App, repository: Repository, head_sha: str) -> CheckSuite | None:
    """The suite of an App on a commit, or None."""
    wanted = (app, repository, head_sha)
    suites = hub.state.check_suites.values()
    return next((s for s in suites if (s.app, s.repository, s.head_sha) == wanted), None)


def ensure_suite(hub: Hub, app: App, repository: Repository, head_sha: str, branch: str | None = None) -> CheckSuite:
    """The suite of an App on a commit, made where there is none, of `branch` or one that has it: null for none."""
    found = find_suite(hub, app, repository, head_sha)
    if found is not None:
        return found
    if branch is None:
        tips = git.branches(repository.path)
        branch = next((name for name, sha in tips.items() if sha == head_sha), None)
    now = hub.clock()
    suite = CheckSuite(hub.state.next_id(), app, repository, head_sha, branch, now, now)
    hub.state.check_suites[suite.id] = suite
    return suite


def tell_suite(hub: Hub, suite: CheckSuite, action: str, sender: User) -> None:
    """Send a `check_suite` event."""
    repository = suite.repository
    runs = [run for run in hub.state.check_runs_of(repository, suite.head_sha) if run.suite is suite]
    commit = git.read_commit(repository.path, suite.head_sha)
    shown = show_check_suite(
        hub.url,
        suite,
        runs[-1] if runs else None,
        pulls_at(hub, repository, suite.head_sha),
        _brief(show_commit(hub.url, repository, commit, None)),
    )
    announce(hub, "check_suite", action, repository, sender, {"check_suite": shown}, owner=suite.app)


def _brief(commit: dict[str, object]) -> dict[str, object]:
    core = commit["commit"]
    if not isinstance(core, dict):
        raise TypeError("a commit's core is an object")
    author = core["author"]
    return {
        "id": commit["sha"],
        "tree_id": core["tree"]["sha"],
        "message": core["message"],
        "timestamp": author["date"],
        "author": {"name": author["name"], "email": author["email"]},
        "committer": {"name": core["committer"]["name"], "email": core["committer"]["email"]},
    }


def request_suites(hub: Hub, repository: Repository, branch: str, head_sha: str, sender: User) -> None:
    """A push makes a suite for every App with `checks: write`, and asks it to begin."""
    for installation in list(hub.state.installations_on(repository)):
        if installation.permissions.get("checks") != "write":
            continue
        if find_suite(hub, installation.app, repository, head_sha) is None:
            suite = ensure_suite(hub, installation.app, repository, head_sha, branch)
            tell_suite(hub, suite, "requested", sender)
