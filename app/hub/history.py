"""Questions about the ancestors of commits, answered from loose commits alone. Whoever finds None here asks git."""

from pathlib import Path

from app.hub.objects import Commit, NotLooseError, read_commit

_MOST = 256


class UnrelatedError(Exception):
    """Two commits have no ancestor in common."""


def read_ancestry(path: Path, sha: str) -> dict[str, Commit] | None:
    """A commit and all its ancestors, or None where they are many or not all loose."""
    found: dict[str, Commit] = {}
    waiting = [sha]
    try:
        while waiting:
            one = waiting.pop()
            if one in found:
                continue
            if len(found) == _MOST:
                return None
            found[one] = read_commit(path, one)
            waiting.extend(found[one].parents)
    except NotLooseError:
        return None
    return found


def find_merge_base(path: Path, one: str, other: str) -> str | None:
    """Their merge base, or None where it is not known here or there are several. Raises UnrelatedError."""
    mine, theirs = read_ancestry(path, one), read_ancestry(path, other)
    if mine is None or theirs is None:
        return None
    shared = mine.keys() & theirs.keys()
    if not shared:
        raise UnrelatedError(f"{one} and {other}")
    best = shared - {parent for sha in shared for parent in mine[sha].parents}
    return best.pop() if len(best) == 1 else None


def read_range(path: Path, base: str, head: str) -> dict[str, Commit] | None:
    """The commits of `base..head` in no order, or None where they are not known here."""
    without, within = read_ancestry(path, base), read_ancestry(path, head)
    if without is None or within is None:
        return None
    return {sha: commit for sha, commit in within.items() if sha not in without}


def list_chain(path: Path, base: str, head: str) -> list[Commit] | None:
    """The same, newest first, where each has one successor: in any other shape the order is git's to say."""
    commits = read_range(path, base, head)
    if commits is None:
        return None
    chain: list[Commit] = []
    following = [head] if commits else []
    while len(following) == 1:
        chain.append(commits[following[0]])
        following = [parent for parent in chain[-1].parents if parent in commits]
    return chain if len(chain) == len(commits) else None
