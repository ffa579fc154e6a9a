"""Who wrote a change: by the accounts of its commits, its co-authors' addresses, and who pushed it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from app.core.people.markers import ChangeFacts, CoAuthor, CommitFacts, Signature, list_co_authors, name_agent

_GITHUBS_OWN: Final = frozenset({"noreply@github.com"})
"""Under this address GitHub commits what people press buttons for."""


def had_a_hand(user_id: int, login: str, commits: Iterable[CommitFacts]) -> bool:
    """Whether somebody is author, committer or co-author of one of the commits."""
    return any(_is(user_id, login, one) for commit in commits for one in _list_named(commit))


def _list_named(commit: CommitFacts) -> Sequence[Signature | CoAuthor]:
    return (commit.author, commit.committer, *list_co_authors(commit.message))


def _is(user_id: int, login: str, named: Signature | CoAuthor) -> bool:
    return named.user_id == user_id or (bool(login) and named.login.lower() == login.lower())


def knows_writers(facts: ChangeFacts) -> bool:
    """Whether everybody who had a part in a commit has a known account, or is an agent."""
    return facts.complete and all(
        _is_known(commit.author) and _is_known(commit.committer) and knows_co_authors(commit)
        for commit in facts.commits
    )


def knows_co_authors(commit: CommitFacts) -> bool:
    """Whether an account is told of everybody besides author and committer, who may stand in a trailer as well."""
    signed = {commit.author.email.lower(), commit.committer.email.lower()}
    return all(one.login for one in _list_others(commit, signed))


def _list_others(commit: CommitFacts, signed: set[str]) -> Sequence[CoAuthor]:
    return [one for one in list_co_authors(commit.message) if one.email not in signed]


def _is_known(signature: Signature) -> bool:
    return bool(signature.login) or signature.email.lower() in _GITHUBS_OWN or name_agent(signature) is not None
