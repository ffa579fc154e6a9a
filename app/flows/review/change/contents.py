"""What files hold in one version of the code."""

from __future__ import annotations

from collections.abc import Sequence

from app.repo.objects import GitStore

MAX_FILE_BYTES = 1 << 20
MAX_TOTAL_BYTES = 256 << 20


async def read_files(
    store: GitStore, revision: str, paths: Sequence[str], *, max_total_bytes: int = MAX_TOTAL_BYTES
) -> dict[str, bytes]:
    """The regular files among `paths` that are at hand and small enough, by path. Raises GitError."""
    if not paths:
        return {}
    wanted = frozenset(paths)
    entries = [entry for entry in await store.list_tree(revision, paths) if entry.regular and entry.path in wanted]
    object_ids = [entry.object_id for entry in entries]
    blobs = await store.read_blobs(object_ids, max_bytes=MAX_FILE_BYTES, max_total_bytes=max_total_bytes)
    contents = {entry.path: blobs[entry.object_id] for entry in entries}
    return {path: content for path, content in contents.items() if isinstance(content, bytes)}
