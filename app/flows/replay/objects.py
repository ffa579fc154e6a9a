"""Where a replay finds the code: in the mirror of this machine, and where that has forgotten it, at GitHub again."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from app.flows.pull_request.source import fetch_objects
from app.flows.replay.forge import ObjectsGone
from app.flows.review.forge import ChangeUnreadable
from app.flows.review.inputs import Inputs
from app.github.application import GitHubApp
from app.github.errors import GitHubError
from app.repo.fetch_faults import CannotFetchError
from app.repo.git import GitError
from app.repo.mirror import Mirrors, Origin
from app.repo.objects import GitStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """The mirrors of this machine, and the App to fetch with, if one is configured."""

    mirrors: Mirrors
    app: GitHubApp | None
    github_url: str

    async def fetch(self, inputs: Inputs, anew: bool) -> GitStore:  # noqa: FBT001 - as `FetchObjects` is called
        """A store with both versions and the base's tip. Raises ObjectsGone."""
        snapshot = inputs.snapshot
        commits = (snapshot.merge_base, snapshot.head_sha, snapshot.base_sha)
        if not anew:
            try:
                store = await self.mirrors.find(snapshot.repository_id, commits)
            except GitError as error:
                _log.warning("the mirror of %s cannot be read: %s", snapshot.repository, error)
                store = None
            if store is not None:
                return store
        what = "cannot be read any more" if anew else "are not on this machine any more"
        gone = f"the commits of {snapshot.repository} {what}"
        if self.app is None:
            raise ObjectsGone(f"{gone}, and no App is configured to fetch them again")
        try:
            return await self._fetch_again(self.app, inputs, anew=anew)
        except (ChangeUnreadable, GitHubError) as error:
            raise ObjectsGone(f"{gone}, and GitHub does not give them again: {error}") from error

    async def _fetch_again(self, app: GitHubApp, inputs: Inputs, *, anew: bool) -> GitStore:
        snapshot = inputs.snapshot
        if anew:
            await self.mirrors.discard(snapshot.repository_id)
        token = await app.get_git_token(snapshot.installation_id, snapshot.repository_id)
        origin = Origin(
            repository_id=snapshot.repository_id,
            clone_url=f"{self.github_url}/{snapshot.repository}.git",
            token=token.get_secret_value(),
        )
        client = app.repository(snapshot.installation_id, snapshot.repository_id, snapshot.repository)
        store = await fetch_objects(self.mirrors, client, origin, snapshot)
        if not inputs.history.memory.hunks:
            return store
        try:
            # What was read before is known by what has changed since that head.
            return await self.mirrors.fetch(
                origin,
                merge_base=snapshot.merge_base,
                head=snapshot.head_sha,
                others=[snapshot.base_sha, inputs.history.memory.head],
            )
        except CannotFetchError as error:
            _log.warning("the head that was read before is not to be had: %s", error)
            return store
