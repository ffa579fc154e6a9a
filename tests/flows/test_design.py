"""What the base says of its own architecture is read for the architect alone, each statement with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.gate.policy import ReviewPolicy
from app.core.rules.guidance import recognise, recognise_design
from app.core.rules.rule import Scope
from app.flows.review.change.guidance import read_rulebook
from app.flows.review.fit.design import MAX_FILE_BYTES, MAX_FILES, Design, read_design
from app.repo.objects import GitStore
from tests.repo.world import Repository, Tree, file, make_repository

RULE = b"- The core must not know the web\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "shop")


async def read(repository: Repository, tree: Tree, first: int = 1) -> Design:
    return await read_design(GitStore(repository.git_dir), repository.commit_tree(tree), first)


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("ARCHITECTURE.md", ""),
        ("architecture.md", ""),
        ("docs/ARCHITECTURE.md", ""),
        (".github/Architecture.markdown", ""),
        ("packages/pay/ARCHITECTURE.md", "packages/pay"),
        ("packages/pay/docs/architecture.md", "packages/pay"),
        ("doc/adr/0001-layers.md", ""),
        ("docs/decisions/0001-layers.md", ""),
        ("docs/architecture/decisions/0001-layers.md", ""),
        ("packages/pay/adr/1.md", "packages/pay"),
    ],
)
async def test_documents_on_the_architecture_are_known_by_name_and_are_no_rules_of_a_lens(
    repository: Repository, path: str, about: str
) -> None:
    found = recognise_design(path)
    assert found is not None
    assert found.scope == Scope(about)
    base = repository.commit_tree({path.encode(): file(RULE)})
    book = await read_rulebook(GitStore(repository.git_dir), base, ReviewPolicy())
    assert (book.rules, book.unread) == ((), ())
    (rule,) = (await read_design(GitStore(repository.git_dir), base, 7)).rules
    assert (rule.id, rule.place, rule.text) == ("R-007", f"{path}:1", "The core must not know the web")


@pytest.mark.parametrize(
    "path",
    [
        "docs/adr/0001.md",
        "docs/adr/README.md",
        "doc/adr/README.md",
        "src/architecture.py",
        "docs/architecture/overview.md",
        "docs/my-architecture.md",
        "README.md",
    ],
)
def test_other_files_are_no_such_documents(path: str) -> None:
    assert recognise_design(path) is None


async def test_a_policy_that_names_such_a_document_makes_rules_of_it(repository: Repository) -> None:
    base = repository.commit_tree({b"ARCHITECTURE.md": file(RULE)})
    policy = ReviewPolicy(guidance=("ARCHITECTURE.md",))
    book = await read_rulebook(GitStore(repository.git_dir), base, policy)
    assert [rule.place for rule in book.rules] == ["ARCHITECTURE.md:1"]
    assert recognise("ARCHITECTURE.md", ()) is None


async def test_decisions_that_do_not_stand_are_not_told(repository: Repository) -> None:
    tree = {
        b"doc/adr/1.md": file(
            b"# One\n\nStatus: accepted\n\n## Decision\n\nWe must use layers.\n\n## Consequences\n\n"
            b"- Everybody must learn them\n"
        ),
        b"doc/adr/2.md": file(b"# Two\n\nStatus: superseded by 1\n\n## Decision\n\nWe must not use layers.\n"),
    }
    assert [rule.text for rule in (await read(repository, tree)).rules] == ["We must use layers."]


async def test_what_is_declared_for_other_tools_is_told_with_its_line(repository: Repository) -> None:
    contract = b"[importlinter:contract:1]\nname = L\ntype = layers\nlayers =\n    shop.web\n"
    linter = b"[importlinter]\nroot_package = shop\n\n" + contract
    tree = {b".importlinter": file(linter), b"shop/__init__.py": file(b""), b"ARCHITECTURE.md": file(RULE)}
    first, second = (await read(repository, tree)).rules
    assert (first.place, first.declared, second.place) == (".importlinter:4", True, "ARCHITECTURE.md:1")
    assert first.text.startswith("declared for import-linter: ")


async def test_what_cannot_be_read_is_named(repository: Repository) -> None:
    many = {b"p%02d/ARCHITECTURE.md" % number: file(RULE) for number in range(MAX_FILES)}
    large = RULE * (MAX_FILE_BYTES // len(RULE) + 1)
    found = await read(repository, {b"ARCHITECTURE.md": file(large), **many})
    told = " ".join(found.unread)
    assert "in ARCHITECTURE.md was not read: it is too large." in told
    assert f"in p59/ARCHITECTURE.md was not read: there are more than {MAX_FILES} such files." in told
    assert len(found.rules) == MAX_FILES - 1


async def test_a_link_is_not_followed_and_a_base_that_is_gone_is_said(repository: Repository) -> None:
    tree = {b"ARCHITECTURE.md": ("120000", b"secret.md"), b"secret.md": file(RULE)}
    assert await read(repository, tree) == Design()
    gone = await read_design(GitStore(repository.git_dir), "1" * 40, 1)
    assert (gone.rules, gone.unread) == ((), ("What the base says of its architecture could not be read.",))


async def test_secrets_and_unseen_characters_do_not_come_through(repository: Repository) -> None:
    secret = b"ghp_" + b"A1b2C3d4E5" * 3 + b"f6G7h8"
    hostile = b"- The core must not use \xe2\x80\xae" + secret + b" \xff\n"
    (rule,) = (await read(repository, {b"ARCHITECTURE.md": file(hostile)})).rules
    assert secret.decode() not in rule.text
    assert "\u202e" not in rule.text
