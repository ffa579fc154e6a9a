"""The JSON GitHub shows of accounts, repositories, Apps and commits."""

from datetime import UTC, datetime

from app.hub.accounts import App, Installation, Json, Repository, Role, User
from app.hub.git import Commit

_USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def stamp(moment: datetime) -> str:
    """A time as GitHub writes it: UTC, whole seconds, `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_if(moment: datetime | None) -> str | None:
    """The same, or null."""
    return None if moment is None else stamp(moment)


def node_id(kind: str, number: int) -> str:
    """GraphQL's name of a thing: opaque, and never equal to its number."""
    return f"{kind}_kwHB{number:x}"


def api(url: str, repository: Repository) -> str:
    """REST address of a repository; `url` is the hub's own."""
    return f"{url}/api/v3/repos/{repository.full_name}"


def show_user(url: str, user: User) -> Json:
    """A `simple-user`."""
    base = f"{url}/api/v3/users/{user.login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": node_id("U", user.id),
        "avatar_url": f"{url}/avatars/{user.id}",
        "gravatar_id": "",
        "url": base,
        "html_url": f"{url}/{user.login}",
        **{name: base + tail for name, tail in _USER_LINKS.items()},
        "type": user.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def show_organization(url: str, account: User) -> Json:
    """An `organization-simple`, as payloads carry it."""
    base = f"{url}/api/v3/orgs/{account.login}"
    links = ("repos", "events", "hooks", "issues")
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("O", account.id),
        "url": base,
        **{f"{link}_url": f"{base}/{link}" for link in links},
        "members_url": f"{base}/members{{/member}}",
        "public_members_url": f"{base}/public_members{{/member}}",
        "avatar_url": f"{url}/avatars/{account.id}",
        "description": None,
    }


def show_repository(url: str, repository: Repository) -> Json:
    """A `repository` in full."""
    base, html, host = api(url, repository), f"{url}/{repository.full_name}", url.partition("://")[2]
    zeroes = ("forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "size")
    counts = ("open_issues", "open_issues_count", "subscribers_count", "network_count")
    features = ("has_issues", "has_projects", "has_wiki", "has_downloads")
    absent = ("has_pages", "has_discussions", "archived", "disabled", "is_template")
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "owner": show_user(url, repository.owner),
        "private": repository.private,
        "visibility": "private" if repository.private else "public",
        "html_url": html,
        "description": None,
        "fork": repository.fork_of is not None,
        "url": base,
        **{name: base + tail for name, tail in _REPOSITORY_LINKS.items()},
        "clone_url": f"{html}.git",
        "git_url": f"git://{host}/{repository.full_name}.git",
        "ssh_url": f"git@{host}:{repository.full_name}.git",
        "svn_url": html,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "topics": [],
        **dict.fromkeys(zeroes + counts, 0),
        **dict.fromkeys(features, True),
        **dict.fromkeys(absent, False),
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "default_branch": repository.default_branch,
        "created_at": stamp(repository.created_at),
        "updated_at": stamp(repository.pushed_at),
        "pushed_at": stamp(repository.pushed_at),
    }


def show_app(url: str, app: App) -> Json:
    """An `integration`."""
    return {
        "id": app.id,
        "slug": app.slug,
        "node_id": node_id("A", app.id),
        "client_id": app.client_id,
        "owner": show_user(url, app.owner),
        "name": app.name,
        "description": None,
        "external_url": f"{url}/apps/{app.slug}",
        "html_url": f"{url}/apps/{app.slug}",
        "created_at": stamp(app.created_at),
        "updated_at": stamp(app.created_at),
        "permissions": dict(app.permissions),
        "events": sorted(app.events),
    }


def show_installation(url: str, installation: Installation) -> Json:
    """An `installation`."""
    app, account = installation.app, installation.account
    base = f"{url}/api/v3/app/installations/{installation.id}"
    return {
        "id": installation.id,
        "client_id": app.client_id,
        "account": show_user(url, account),
        "repository_selection": "all" if installation.repository_ids is None else "selected",
        "access_tokens_url": f"{base}/access_tokens",
        "repositories_url": f"{url}/api/v3/installation/repositories",
        "html_url": f"{url}/settings/installations/{installation.id}",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": account.id,
        "target_type": account.type,
        "permissions": dict(installation.permissions),
        "events": sorted(app.events),
        "created_at": stamp(installation.created_at),
        "updated_at": stamp(installation.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": stamp_if(installation.suspended_at),
    }


def associate(repository: Repository, user: User, *, seen_by_members: bool) -> str:
    """The `author_association`. A payload has no viewer: there an organization's member looks like anybody.

    Privately listed members are CONTRIBUTOR in webhooks and MEMBER over REST, as reported of GitHub.
    """
    if user is repository.owner:
        return "OWNER"
    if not repository.roles.get(user.login, Role.NONE).reaches(Role.TRIAGE):
        return "NONE"
    if repository.owner.type != "Organization":
        return "COLLABORATOR"
    return "MEMBER" if seen_by_members else "CONTRIBUTOR"


def show_git_commit(url: str, repository: Repository, commit: Commit) -> Json:
    """A `git-commit`."""
    base = api(url, repository)
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{base}/git/commits/{commit.sha}",
        "html_url": f"{url}/{repository.full_name}/commit/{commit.sha}",
        **_show_commit_core(url, repository, commit),
        "parents": _show_parents(url, repository, commit),
    }


def show_commit(url: str, repository: Repository, commit: Commit, author: User | None) -> Json:
    """A `commit`. `author` is the account its e-mail address belongs to."""
    base = api(url, repository)
    person = None if author is None else show_user(url, author)
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{base}/commits/{commit.sha}",
        "html_url": f"{url}/{repository.full_name}/commit/{commit.sha}",
        "comments_url": f"{base}/commits/{commit.sha}/comments",
        "commit": {
            "url": f"{base}/git/commits/{commit.sha}",
            "comment_count": 0,
            **_show_commit_core(url, repository, commit),
        },
        "author": person,
        "committer": person,
        "parents": _show_parents(url, repository, commit),
    }


def _show_commit_core(url: str, repository: Repository, commit: Commit) -> Json:
    return {
        "author": _show_signature(commit.author.name, commit.author.email, commit.author.date),
        "committer": _show_signature(commit.committer.name, commit.committer.email, commit.committer.date),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{api(url, repository)}/git/trees/{commit.tree}"},
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }


def _show_signature(name: str, email: str, date: str) -> Json:
    return {"name": name, "email": email, "date": stamp(datetime.fromisoformat(date).astimezone(UTC))}


def _show_parents(url: str, repository: Repository, commit: Commit) -> list[Json]:
    base, html = api(url, repository), f"{url}/{repository.full_name}"
    return [{"sha": sha, "url": f"{base}/commits/{sha}", "html_url": f"{html}/commit/{sha}"} for sha in commit.parents]
