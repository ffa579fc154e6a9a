"""Guidance is read at the base's tip alone, and what of it cannot be read is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.gate.policy import Lenses, ReviewPolicy, WrittenRule
from app.core.rules.guidance import MAX_FILE_BYTES, MAX_FILES
from app.core.rules.rule import Rulebook
from app.flows.review.change.guidance import ALL_GUIDANCE, read_rulebook
from app.repo.objects import GitStore
from tests.repo.losing import lose_blob
from tests.repo.world import Repository, Tree, file, make_repository

RULE = b"- Never log card numbers\n"
OWN = WrittenRule(paths=("**",), text="Every handler checks the caller's tenant.")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "shop")


async def read(repository: Repository, tree: Tree, policy: ReviewPolicy | None = None) -> Rulebook:
    base = repository.commit_tree(tree)
    return await read_rulebook(GitStore(repository.git_dir), base, policy or ReviewPolicy())


async def test_the_usual_names_are_found_by_themselves_and_others_by_the_policy(repository: Repository) -> None:
    tree = {b"CLAUDE.md": file(RULE), b"rules/x.md": file(b"- Use tabs for this\n"), b"a.md": file(RULE)}
    book = await read(repository, tree, ReviewPolicy(guidance=("rules/*.md",), rules=(OWN,)))
    assert [rule.place for rule in book.rules] == [".github/lintel.yml", "CLAUDE.md:1", "rules/x.md:1"]
    assert book.unread == ()


async def test_a_policy_without_the_lens_reads_nothing(repository: Repository) -> None:
    policy = ReviewPolicy(rules=(OWN,), lenses=Lenses(rules=False))
    assert await read(repository, {b"CLAUDE.md": file(RULE)}, policy) == Rulebook()


async def test_a_link_to_other_guidance_is_silent_and_any_other_is_named_and_not_followed(
    repository: Repository,
) -> None:
    tree = {
        b"AGENTS.md": file(RULE),
        b"CLAUDE.md": ("120000", b"AGENTS.md"),
        b"a/AGENTS.md": ("120000", b"../AGENTS.md"),
        b"b/AGENTS.md": ("120000", b"../secret.md"),
        b"secret.md": file(b"- Never say who we are\n"),
    }
    book = await read(repository, tree)
    assert [rule.place for rule in book.rules] == ["AGENTS.md:1"]
    assert [one.path for one in book.unread] == ["b/AGENTS.md"]


async def test_what_is_too_large_or_too_much_is_named_and_the_rest_is_read(repository: Repository) -> None:
    many = {b"d%03d/AGENTS.md" % number: file(RULE) for number in range(MAX_FILES)}
    book = await read(repository, {b"CLAUDE.md": file(RULE * (MAX_FILE_BYTES // len(RULE) + 1)), **many})
    assert len(book.rules) == MAX_FILES - 1
    assert [one.path for one in book.unread] == ["CLAUDE.md", f"d{MAX_FILES - 1}/AGENTS.md"]


async def test_content_that_was_not_fetched_is_named(repository: Repository) -> None:
    base = repository.commit_tree({b"CLAUDE.md": file(RULE), b"AGENTS.md": file(b"- Use tabs for this\n")})
    lose_blob(repository, base, b"CLAUDE.md")
    book = await read_rulebook(GitStore(repository.git_dir), base, ReviewPolicy())
    assert [rule.place for rule in book.rules] == ["AGENTS.md:1"]
    assert [(one.path, one.reason) for one in book.unread] == [("CLAUDE.md", "its content was not fetched")]


async def test_where_the_base_cannot_be_listed_that_is_named_and_the_policys_own_rules_stand(
    repository: Repository,
) -> None:
    base = repository.commit_tree({b"a/CLAUDE.md": file(RULE)})
    lose_blob(repository, base, b"a")
    book = await read_rulebook(GitStore(repository.git_dir), base, ReviewPolicy(rules=(OWN,)))
    assert [rule.text for rule in book.rules] == [OWN.text]
    assert [one.path for one in book.unread] == [ALL_GUIDANCE]
