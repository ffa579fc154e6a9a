"""What is read of the tree at the head, whatever paths are asked for; and what that says of findings and claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.change.chunking import plan_review
from app.core.change.diff import Side
from app.core.findings.finding import Evidence, Placed
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.verification.absence import NO_FACTS, disprove, read_absence
from app.core.secrecy.redaction import redact_patch
from app.flows.review.change.change import Change
from app.flows.review.tree.facts import gather_facts
from app.flows.review.tree.mended import find_mended
from app.flows.review.tree.texts import read_tree_texts
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.build import a_claim, a_snapshot
from tests.repo.world import Repository, make_repository

SECRET = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"
FAR = Evidence("app/sell.py", 2, "    return total(items)")
TREE: dict[str, str | bytes] = {
    "app/pay.py": "def total(items):\n    return 1\n",
    "app/sell.py": f"def sell(items):\n    return total(items)\n\nKEY = '{SECRET}'\n",
    "app/huge.py": "x" * (1 << 20) + "\n\n",
    "app/odd.bin": b"\xff\xfe\x00",
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "shop")


async def change_to(repository: Repository, changed: dict[str, str | bytes]) -> Change:
    base = repository.commit(TREE)
    head = repository.commit(changed)
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, base, head)
    redacted = redact_patch(patch)
    snapshot = a_snapshot(merge_base=base, head_sha=head)
    return Change(snapshot=snapshot, store=store, patch=patch, redacted=redacted, plan=plan_review(redacted.patch))


BROKEN: dict[str, str | bytes] = {"app/pay.py": "def total(items, tax):\n    return 1\n"}


async def test_files_are_read_whole_and_without_secrets_part_of_the_change_or_not(repository: Repository) -> None:
    tree = await read_tree_texts(await change_to(repository, BROKEN), ["app/pay.py", "app/sell.py"])
    assert tree.lines["app/pay.py"][0] == "def total(items, tax):"
    assert tree.lines["app/sell.py"][1] == FAR.quote
    assert SECRET not in "\n".join(tree.lines["app/sell.py"])
    assert len(tree.lines["app/sell.py"]) == 5


async def test_what_cannot_be_read_is_named_and_what_is_no_file_is_not(repository: Repository) -> None:
    (repository.path / "link.py").symlink_to("/etc/passwd")
    change = await change_to(repository, BROKEN)
    odd = [
        "",
        "/",
        "..",
        "../x",
        "/etc/passwd",
        "app",
        "app/",
        "link.py",
        "*",
        ":(top)app/pay.py",
        "-r",
        "\0",
        "\udcff",
    ]
    tree = await read_tree_texts(change, [*odd, "app/huge.py", "app/pay.py"])
    assert set(tree.lines) == {"app/pay.py"}
    assert tree.unread == {"app/huge.py"}
    assert await read_tree_texts(change, []) == await read_tree_texts(change, ["nowhere.py"])


def known(state: FindingState = FindingState.OPEN, far: Evidence = FAR) -> KnownFinding:
    claim = a_claim(path="app/pay.py", side=Side.RIGHT, line=1, quote="def total(items, tax):", shows_at=far)
    return KnownFinding(1, "f" * 32, state, claim, Placed.LINE)


@pytest.mark.parametrize(
    ("changed", "mended"),
    [
        ({}, False),
        ({"app/sell.py": "\n\ndef sell(items):\n    return  total(items)\n"}, False),
        ({"app/sell.py": "def sell(items):\n    return total(items, 0)\n"}, True),
        ({"app/sell.py": "KEY = 1\n", "app/shop.py": "def sell(items):\n    return total(items)\n"}, False),
    ],
    ids=["untouched", "moved", "mended", "moved to another file"],
)
@pytest.mark.parametrize("state", [FindingState.OPEN, FindingState.FIXED])
async def test_a_finding_is_mended_when_the_line_where_it_showed_is_gone(
    repository: Repository, changed: dict[str, str | bytes], state: FindingState, *, mended: bool
) -> None:
    change = await change_to(repository, {**BROKEN, **changed})
    assert await find_mended(change, [known(state)]) == (frozenset({1}) if mended else frozenset())


async def test_a_file_that_is_gone_or_renamed_is_followed(repository: Repository) -> None:
    change = await change_to(repository, BROKEN)
    assert await find_mended(change, [known(far=Evidence("app/gone.py", 1, "return total(items)"))]) == {1}
    repository.git("mv", "app/sell.py", "app/sold.py")
    renamed = await read_patch(change.store, change.snapshot.merge_base, repository.commit())
    moved = Change(
        snapshot=a_snapshot(merge_base=renamed.merge_base, head_sha=renamed.head),
        store=change.store,
        patch=renamed,
        redacted=redact_patch(renamed),
        plan=change.plan,
    )
    assert await find_mended(moved, [known()]) == frozenset()


async def test_where_the_file_cannot_be_read_each_finding_stays_what_it_was(repository: Repository) -> None:
    change = await change_to(repository, BROKEN)
    far = Evidence("app/huge.py", 1, "return total(items)")
    assert await find_mended(change, [known(far=far)]) == frozenset()
    assert await find_mended(change, [known(FindingState.FIXED, far)]) == {1}
    assert await find_mended(change, [known(FindingState.DISMISSED)]) == frozenset()


STILL = "`total_of` was removed but is still called"


async def test_that_nobody_uses_a_name_takes_every_file(repository: Repository) -> None:
    claim = a_claim(path="app/pay.py", side=Side.LEFT, line=1, quote="def total_of(items):", title=STILL)
    absence = read_absence(claim)
    assert absence is not None
    unseen = await gather_facts(await change_to(repository, BROKEN), [claim], {})
    assert disprove(absence, unseen) is None, "one file is too large to be looked into"
    repository.git("rm", "-q", "app/huge.py")
    seen = await gather_facts(await change_to_head(repository), [claim], {})
    assert disprove(absence, seen) is not None
    repository.write({"docs/old.txt": "call total_of(items)\n"})
    used = await gather_facts(await change_to_head(repository), [claim], {})
    assert disprove(absence, used) is None


async def change_to_head(repository: Repository) -> Change:
    head = repository.commit()
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, head, head)
    return Change(
        snapshot=a_snapshot(merge_base=head, head_sha=head),
        store=store,
        patch=patch,
        redacted=redact_patch(patch),
        plan=plan_review(patch),
    )


async def test_in_a_tree_of_more_files_than_are_sought_through_nothing_is_proved(repository: Repository) -> None:
    claim = a_claim(path="app/pay.py", side=Side.LEFT, line=1, quote="def total_of(items):", title=STILL)
    change = await change_to_head(repository)
    assert (await gather_facts(change, [claim], {}, sought=0)).mentions == {"total_of": frozenset()}
    repository.write(TREE)
    assert (await gather_facts(await change_to_head(repository), [claim], {}, sought=2)).mentions == {}


async def test_a_name_is_followed_through_the_files_that_hand_it_on(repository: Repository) -> None:
    files: dict[str, str | bytes] = {
        "app/__init__.py": "from .first import price\n",
        "app/first.py": "from .second import price\n",
        "app/second.py": "def price():\n    return 1\n",
        "app/till.py": "from app import price\n\n\ndef run():\n    return price()\n",
    }
    change = await change_to(repository, {**BROKEN, **files})
    claim = a_claim(path="app/till.py", line=5, quote="    return price()", title="`price` is not defined")
    absence = read_absence(claim)
    assert absence is not None
    assert disprove(absence, await gather_facts(change, [claim], {})) is not None
    assert await gather_facts(change, [a_claim()], {}) == NO_FACTS
