"""The files that a second reader quotes from, wherever it found them: what it says of them is checked in the code."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.findings.finding import Evidence
from app.core.findings.verification.proof import name_file
from app.flows.review.change.change import Change
from app.flows.review.tree.texts import read_tree_texts
from app.flows.review.verification.versions import Versions, read_versions


async def read_quoted(change: Change, versions: Versions, quotes: Iterable[Evidence]) -> Versions:
    """`versions`, and what else is quoted: both versions of changed files, and any file of the tree at the head.

    A path is a model's word. What is no file there is left out, so that nothing quoted from it stands.
    """
    patch = change.redacted.patch
    known = {path for _, path in versions.texts}
    named = {name_file(quote.path, patch) for quote in quotes} - known
    changed = sorted(named & set(patch.by_path))
    more = await read_versions(change, changed) if changed else Versions()
    tree = await read_tree_texts(change, sorted(path for path in named - set(changed) if _is_proper(path)))
    return Versions({**more.beside(tree).texts, **versions.texts})


def _is_proper(path: str) -> bool:
    """Whether git could have a file of this name: whatever else a model writes is not asked for."""
    return bool(path) and not path.startswith("/") and not {"", ".", ".."} & set(path.split("/"))
