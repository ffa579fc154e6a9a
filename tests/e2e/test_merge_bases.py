"""A head that merged with its base crosswise can take back what the base brought, and no diff of theirs shows it."""

from __future__ import annotations

from app.hub import git, pulls
from tests.e2e.conftest import BASE
from tests.e2e.town import Town, told

FIXED = BASE["app/pay.py"].replace("item.price", "check(item).price")
CARD = "card = 1\n"


async def commit_merge(town: Town, branch: str, tree_of: str, *parents: str) -> str:
    """Push a merge commit that holds the tree of `tree_of`, whatever its parents hold."""
    path = town.repository.path
    names = [part for parent in parents for part in ("-p", parent)]
    user = town.people.user("hubert")
    person = ("-c", f"user.name={user.login}", "-c", f"user.email={pulls.address(user)}")
    merged = git.run(path, *person, "commit-tree", f"{tree_of}^{{tree}}", *names, "-m", "Merge").decode().strip()
    await town.do(town.people.push, town.repository, branch, merged, by="hubert")
    return merged


def tip(town: Town, branch: str) -> str:
    found = git.tip(town.repository.path, branch)
    assert found
    return found


async def test_what_such_a_head_takes_back_never_passes_unseen(town: Town) -> None:
    start = tip(town, "main")
    first = await town.commit("first", {"card.py": CARD}, onto=start)
    fix = await town.commit("main", {"app/pay.py": FIXED}, by="mona")
    both = await town.commit("both", {"card.py": CARD}, onto=fix)
    main = await commit_merge(town, "main", both, fix, first)
    await commit_merge(town, "change", first, first, fix)
    await town.commit("change", {"note.md": "A note.\n"})

    pull = await town.open_pull("change")
    check = await town.judged(pull)
    assert check.conclusion == "action_required"
    assert "merged with each other crosswise" in told(check)

    await commit_merge(town, "change", pull.head_sha, pull.head_sha, main)
    check = await town.judged(pull)
    assert check.conclusion == "success"
    assert "3 of 3 changed lines" in told(check), "both lines of what it takes back, and one of its own"


async def test_a_head_that_merges_its_base_again_and_again_is_reviewed_like_any_other(town: Town) -> None:
    head = await town.commit("change", {"note.md": "A note.\n"})
    for number in range(3):
        base = await town.commit("main", {f"base_{number}.md": "More.\n"}, by="mona")
        names = {f"base_{earlier}.md": "More.\n" for earlier in range(number + 1)}
        content = await town.commit(f"content-{number}", {**names, "note.md": "A note.\n"}, onto=tip(town, "main"))
        head = await commit_merge(town, "change", content, head, base)
    await town.commit("main", {"last.md": "More.\n"}, by="mona")

    check = await town.judged(await town.open_pull("change"))
    assert check.conclusion == "success"
