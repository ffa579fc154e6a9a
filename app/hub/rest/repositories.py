"""Endpoints that read a repository: itself, contents, trees, commits, comparisons."""

import base64
from pathlib import PurePosixPath
from urllib.parse import quote

from app.hub import git
from app.hub.accounts import Json
from app.hub.diff import read_diff
from app.hub.pull_views import show_file, show_pull
from app.hub.refusals import RefusedError, not_found
from app.hub.rest.call import Answer, Call, Endpoint
from app.hub.state import PullRequest
from app.hub.views import api, show_commit, show_git_commit, show_repository

MAX_INLINE_BYTES = 1024 * 1024  # above it contents are empty without the raw media type
MAX_RAW_BYTES = 100 * 1024 * 1024
MAX_ENTRIES = 1_000
MAX_TREE_ENTRIES = 100_000
MAX_FILES = 3_000
MAX_COMPARED_FILES = 300
MAX_COMPARED_COMMITS = 250
_LINK, _SUBMODULE = "120000", "160000"


def get_repository(call: Call) -> Answer:
    """GET /repos/{owner}/{repo} and /repositories/{id}."""
    return Answer(show_repository(call.hub.url, call.repository))


def resolve(call: Call, ref: str) -> str:
    """A commit's SHA by `heads/BRANCH`, `tags/TAG`, tag, branch or SHA. Raises RefusedError 422 as GitHub does.

    A tag goes before a branch of the same name, as it does in git.
    """
    path = call.repository.path
    qualified = f"refs/{ref}" if ref.startswith(("heads/", "tags/")) else None
    for name in (qualified, f"refs/tags/{ref}", f"refs/heads/{ref}", ref if _is_sha(ref) else None):
        sha = None if name is None else git.resolve(path, name)
        if sha is not None:
            return sha
    raise RefusedError(422, f"No commit found for SHA: {ref}")


def _is_sha(ref: str) -> bool:
    return 7 <= len(ref) <= 40 and all(character in "0123456789abcdef" for character in ref)


def show_any_commit(call: Call, commit: git.Commit) -> Json:
    """A commit with the account its author's address belongs to."""
    login = commit.author.email.partition("@")[0].partition("+")[2]
    return show_commit(call.hub.url, call.repository, commit, call.hub.state.user(login))


def get_contents(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/contents/{path}."""
    path = call.parameters.get("path", "").strip("/")
    try:
        commit = resolve(call, call.query.get("ref") or f"heads/{call.repository.default_branch}")
    except RefusedError as error:
        raise RefusedError(404, f"No commit found for the ref {call.query.get('ref')}") from error
    if not path:
        return _show_directory(call, commit, f"{commit}^{{tree}}", "")
    entry = _find(call, commit, path)
    if entry.type == "tree":
        return _show_directory(call, commit, entry.sha, path)
    if entry.mode == _LINK:
        target = _follow(call, commit, entry)
        if target is None:
            return Answer(_show_entry(call, commit, entry) | {"target": _target(call, entry)})
        entry = target
    return _show_submodule(call, commit, entry) if entry.mode == _SUBMODULE else _show_blob(call, commit, entry)


def _find(call: Call, commit: str, path: str) -> git.TreeEntry:
    parts = PurePosixPath(path)
    found = None if ".." in parts.parts else git.find_entry(call.repository.path, commit, str(parts))
    if found is None:
        raise not_found()
    return found


def _target(call: Call, entry: git.TreeEntry) -> str:
    return git.read_blob(call.repository.path, entry.sha).decode(errors="replace")


def _follow(call: Call, commit: str, entry: git.TreeEntry) -> git.TreeEntry | None:
    """The file a symbolic link names inside the repository, one step, or None."""
    place: list[str] = list(PurePosixPath(entry.path).parent.parts)
    target = _target(call, entry)
    if target.startswith("/"):
        return None
    for part in target.split("/"):
        if part == ".." and not place:
            return None
        if part == "..":
            place.pop()
        elif part not in ("", "."):
            place.append(part)
    try:
        found = _find(call, commit, "/".join(place))
    except RefusedError:
        return None
    return found if found.type == "blob" and found.mode != _LINK else None


def _show_entry(call: Call, commit: str, entry: git.TreeEntry) -> Json:
    path, url = quote(entry.path), f"{call.hub.url}/{call.repository.full_name}"
    directory = entry.type == "tree"
    kind = {"tree": "dir", "commit": "submodule"}.get(entry.type, "file")
    self_url = f"{api(call.hub.url, call.repository)}/contents/{path}?ref={commit}"
    git_url = f"{api(call.hub.url, call.repository)}/git/{'trees' if directory else 'blobs'}/{entry.sha}"
    html_url = f"{url}/{'tree' if directory else 'blob'}/{commit}/{path}"
    return {
        "type": "symlink" if entry.mode == _LINK else kind,
        "size": entry.size or 0,
        "name": PurePosixPath(entry.path).name,
        "path": entry.path,
        "sha": entry.sha,
        "url": self_url,
        "git_url": git_url,
        "html_url": html_url,
        "download_url": None if directory else f"{url}/raw/{commit}/{path}",
        "_links": {"self": self_url, "git": git_url, "html": html_url},
    }


def _show_directory(call: Call, commit: str, tree: str, path: str) -> Answer:
    entries = git.list_tree(call.repository.path, tree)[:MAX_ENTRIES]
    prefix = f"{path}/" if path else ""
    within = [git.TreeEntry(e.mode, e.type, e.sha, e.size, prefix + e.path) for e in entries]
    return Answer([_show_entry(call, commit, entry) for entry in within])


def _show_submodule(call: Call, commit: str, entry: git.TreeEntry) -> Answer:
    return Answer(_show_entry(call, commit, entry) | {"submodule_git_url": None})


def _show_blob(call: Call, commit: str, entry: git.TreeEntry) -> Answer:
    size = entry.size or 0
    _check_size(size)
    if call.wants("raw"):
        content = git.read_blob(call.repository.path, entry.sha)
        return Answer(content, media_type="application/vnd.github.raw+json; charset=utf-8")
    inline = size <= MAX_INLINE_BYTES
    content = git.read_blob(call.repository.path, entry.sha) if inline else b""
    encoded = base64.encodebytes(content).decode()
    coded = {"content": encoded, "encoding": "base64" if inline else "none"}
    return Answer(_show_entry(call, commit, entry) | coded)


def _check_size(size: int) -> None:
    if size > MAX_RAW_BYTES:
        error = {"resource": "Blob", "field": "data", "code": "too_large"}
        raise RefusedError(403, "This API returns blobs up to 100 MB in size.", [error])


def get_tree(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/git/trees/{tree_sha}."""
    given, path = call.parameters["tree_sha"], call.repository.path
    tree = git.resolve(path, given, "tree") if _is_sha(given) else None
    tree = tree or git.resolve(path, f"refs/heads/{given}", "tree")
    if tree is None:
        raise not_found()
    entries = git.list_tree(path, tree, recursive="recursive" in call.query)
    base = f"{api(call.hub.url, call.repository)}/git"
    shown = [
        {"path": e.path, "mode": e.mode, "type": e.type, "sha": e.sha}
        | ({} if e.size is None else {"size": e.size})
        | ({} if e.type == "commit" else {"url": f"{base}/{e.type}s/{e.sha}"})
        for e in entries[:MAX_TREE_ENTRIES]
    ]
    truncated = len(entries) > MAX_TREE_ENTRIES
    return Answer({"sha": tree, "url": f"{base}/trees/{tree}", "tree": shown, "truncated": truncated})


def get_blob(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/git/blobs/{sha}."""
    given, path = call.parameters["sha"], call.repository.path
    sha = git.resolve(path, given, "blob") if _is_sha(given) else None
    if sha is None:
        raise not_found()
    content = git.read_blob(path, sha)
    _check_size(len(content))
    url = f"{api(call.hub.url, call.repository)}/git/blobs/{sha}"
    coded = {"content": base64.encodebytes(content).decode(), "encoding": "base64", "size": len(content)}
    return Answer({"sha": sha, "node_id": f"B_{sha}", "url": url} | coded)


def get_commit(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/commits/{ref}: its files in pages, never more than 3,000."""
    path, sha = call.repository.path, resolve(call, call.parameters["ref"])
    commit = git.read_commit(path, sha)
    before = commit.parents[0] if commit.parents else git.EMPTY_TREE
    files = read_diff(path, before, sha).files
    window, links = call.window(min(len(files), MAX_FILES), default=MAX_COMPARED_FILES, most=MAX_COMPARED_FILES)
    additions, deletions = sum(f.additions for f in files), sum(f.deletions for f in files)
    stats = {"additions": additions, "deletions": deletions, "total": additions + deletions}
    shown = [show_file(call.hub.url, call.repository, file, sha) for file in files[:MAX_FILES][window]]
    return Answer(show_any_commit(call, commit) | {"stats": stats, "files": shown}, headers=links)


def get_git_commit(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/git/commits/{sha}."""
    sha = git.resolve(call.repository.path, call.parameters["sha"]) if _is_sha(call.parameters["sha"]) else None
    if sha is None:
        raise not_found()
    return Answer(show_git_commit(call.hub.url, call.repository, git.read_commit(call.repository.path, sha)))


def list_commit_pulls(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/commits/{sha}/pulls: open ones that have it, the merged one it came with."""
    sha, path = resolve(call, call.parameters["ref"]), call.repository.path

    def has_it(pull: PullRequest) -> bool:
        end = pull.head_sha if pull.state == "open" else pull.merge_commit_sha
        return end is not None and git.is_ancestor(path, sha, end) and not git.is_ancestor(path, sha, pull.base_sha)

    with_it = [pull for pull in call.hub.state.pulls_of(call.repository) if has_it(pull)]
    return call.page(with_it, lambda pull: show_pull(call.hub.url, pull, seen_by_members=True, measures=None))


def compare(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/compare/{base}...{head}: from the merge base, files on the first page alone."""
    base_name, dots, head_name = call.parameters["basehead"].partition("...")
    if not dots:
        raise not_found()
    path = call.repository.path
    try:
        base, head = (resolve(call, name.partition(":")[2] or name) for name in (base_name, head_name))
        fork_point = git.merge_base(path, base, head)
    except RefusedError as error:
        raise not_found() from error
    except git.NoCommonHistoryError as error:
        words = f"No common ancestor between {base_name} and {head_name}."
        raise RefusedError(404, words) from error
    ahead, behind = git.count(path, f"{base}..{head}"), git.count(path, f"{head}..{base}")
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    diff = read_diff(path, fork_point, head)
    if call.wants("diff"):
        return Answer(diff.text, media_type="application/vnd.github.diff; charset=utf-8")
    commits, links = _list_compared(call, f"{base}..{head}", ahead)
    files = diff.files[:MAX_COMPARED_FILES] if call.query.get("page", "1") == "1" else ()
    html = f"{call.hub.url}/{call.repository.full_name}/compare/{base}...{head}"
    base_commit, merge_base_commit = (git.read_commit(path, sha) for sha in (base, fork_point))
    return Answer(
        {
            "url": f"{api(call.hub.url, call.repository)}/compare/{base_name}...{head_name}",
            "html_url": html,
            "permalink_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "base_commit": show_any_commit(call, base_commit),
            "merge_base_commit": show_any_commit(call, merge_base_commit),
            "status": status.get((ahead > 0, behind > 0), "diverged"),
            "ahead_by": ahead,
            "behind_by": behind,
            "total_commits": ahead,
            "commits": [show_any_commit(call, commit) for commit in commits],
            "files": [show_file(call.hub.url, call.repository, file, head) for file in files],
        },
        headers=links,
    )


def _list_compared(call: Call, revisions: str, total: int) -> tuple[list[git.Commit], dict[str, str]]:
    """The commits of a range, oldest first: the newest 250, or the page asked for with its `Link` header."""
    window, links = slice(-MAX_COMPARED_COMMITS, None), dict[str, str]()
    if call.query.keys() & {"page", "per_page"}:
        window, links = call.window(total)
    return git.log(call.repository.path, revisions, limit=total)[::-1][window], links


_REPO = "/repos/{owner}/{repo}"
ENDPOINTS = (
    Endpoint("GET", _REPO, ("metadata", "read"), get_repository),
    Endpoint("GET", f"{_REPO}/contents", ("contents", "read"), get_contents),
    Endpoint("GET", f"{_REPO}/contents/{{path:path}}", ("contents", "read"), get_contents),
    Endpoint("GET", f"{_REPO}/git/trees/{{tree_sha:path}}", ("contents", "read"), get_tree),
    Endpoint("GET", f"{_REPO}/git/blobs/{{sha}}", ("contents", "read"), get_blob),
    Endpoint("GET", f"{_REPO}/git/commits/{{sha}}", ("contents", "read"), get_git_commit),
    Endpoint("GET", f"{_REPO}/commits/{{ref:path}}/pulls", ("pull_requests", "read"), list_commit_pulls),
    Endpoint("GET", f"{_REPO}/compare/{{basehead:path}}", ("contents", "read"), compare),
)
LAST_ENDPOINTS = (Endpoint("GET", f"{_REPO}/commits/{{ref:path}}", ("contents", "read"), get_commit),)
