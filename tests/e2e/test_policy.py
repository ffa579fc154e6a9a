"""Who decides what a gate asks for: the organisation and its floor, a change of the policy, a push to the base."""

from __future__ import annotations

from app.hub.accounts import Repository
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town, told

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}
UGLY = {"app/pay.py": "def total(items):\n    print(items)\n    return sum(item.price for item in items)\n"}
POLICY = ".github/lintel.yml"


async def rule(town: Town, policy: str) -> None:
    """Somebody of the repository pushes its policy to `main`."""
    await town.commit("main", {POLICY: policy}, by="mona")


async def found_organisation(town: Town, policy: str | None) -> Repository:
    """The organisation gets a `.github` repository with this policy (None: an empty one), which the App may read."""
    people = town.people
    shared = await town.do(people.create_repository, "octo", ".github", default_branch="main")
    (installation,) = people.state.installations.values()
    await town.do(people.cover, installation, shared)
    if policy is not None:
        await town.do(people.commit, shared, "main", {"lintel.yml": policy.encode()}, by="mona")
    assert isinstance(shared, Repository)
    return shared


async def test_a_repository_cannot_fall_below_the_floor(guarded: Town) -> None:
    await found_organisation(guarded, "floor: {mode: gate, block_on: high}\n")
    await rule(guarded, "mode: advisory\nblock_on: never\n")
    pull = await guarded.propose(BAD)

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_what_the_organisation_only_suggests_a_repository_sets_otherwise(guarded: Town) -> None:
    await found_organisation(guarded, "mode: advisory\nblock_on: low\n")
    pull = await guarded.propose(UGLY)
    assert (await guarded.judged(pull)).conclusion == "neutral"
    await rule(guarded, "mode: gate\n")

    check = await guarded.judged(pull)
    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert not mergeable(guarded, pull)


async def test_a_fault_of_the_organisation_shuts_every_gate_and_names_its_place(guarded: Town) -> None:
    await found_organisation(guarded, "floor: {mod: gate}\n")
    pull = await guarded.propose(GOOD)

    check = await guarded.judged(pull)
    assert check.conclusion == "failure"
    assert "octo/.github/lintel.yml:1:9: unknown key" in told(check)
    assert not mergeable(guarded, pull)


async def test_a_fault_of_a_repository_leaves_the_organisations_mode(guarded: Town) -> None:
    await found_organisation(guarded, "mode: advisory\n")
    await rule(guarded, "mod: gate\n")
    pull = await guarded.propose(BAD)

    assert (await guarded.judged(pull)).conclusion == "neutral"
    assert mergeable(guarded, pull)


async def test_a_repository_with_a_floor_of_its_own_is_told_so(guarded: Town) -> None:
    await rule(guarded, "mode: gate\nfloor: {mode: advisory}\n")
    pull = await guarded.propose(GOOD)

    check = await guarded.judged(pull)
    assert ".github/lintel.yml:2:1: `floor` is a key of the organisation's file alone" in told(check).replace("\\", "")
    assert not mergeable(guarded, pull)


async def test_an_organisation_where_the_app_is_not_installed_has_no_policy(guarded: Town) -> None:
    people = guarded.people
    hidden = await guarded.do(people.create_repository, "octo", ".github", default_branch="main")
    await guarded.do(people.commit, hidden, "main", {"lintel.yml": b"block_on: low\n"}, by="mona")
    pull = await guarded.propose(UGLY)
    await guarded.tell(pull, "/lintel config", by="writer")

    (config,) = guarded.answers(pull)
    assert "| `block_on` | `high` | default |" in config
    assert "I am not installed on a repository `.github`" in config
    assert mergeable(guarded, pull)


async def test_an_organisation_s_repository_that_holds_no_commit_asks_for_nothing(guarded: Town) -> None:
    await found_organisation(guarded, None)
    pull = await guarded.propose(GOOD)

    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_each_value_says_where_it_comes_from(guarded: Town) -> None:
    await found_organisation(guarded, "model: required\nfloor: {people: {override: admin}}\n")
    await rule(guarded, "block_on: critical\n")
    pull = await guarded.propose(GOOD)
    await guarded.tell(pull, "/lintel config", by="writer")

    (config,) = guarded.answers(pull)
    assert "| `block_on` | `critical` | repository |" in config
    assert "| `model` | `required` | organisation |" in config
    assert "| `people.override` | `admin` | the organisation's floor |" in config
    assert "| `mode` | `gate` | default |" in config
    assert mergeable(guarded, pull)


async def test_a_change_of_the_policy_is_judged_by_the_old_one_and_told_in_what_it_does(guarded: Town) -> None:
    await found_organisation(guarded, "floor: {model: required}\n")
    await rule(guarded, "block_on: high\n")
    pull = await guarded.propose({**BAD, POLICY: "block_on: never\nmodel: optional\n"})

    assert (await guarded.judged(pull)).conclusion == "failure"
    summary = guarded.summary(pull)
    assert "Merged, it would change 1 value in force:" in summary
    assert "| `block_on` | `high` | `never` |" in summary
    assert "**Sensitive:** `.github/lintel.yml` (rules of review)" in summary
    assert not mergeable(guarded, pull)


async def test_a_new_policy_that_cannot_be_used_is_said_with_its_place(guarded: Town) -> None:
    pull = await guarded.propose({POLICY: "mode: gate\nblock_on: always\n"})

    await guarded.judged(pull)
    assert "cannot be used, and merged it would shut every gate: ``.github/lintel.yml:2:1:" in guarded.summary(pull)
    assert mergeable(guarded, pull)


async def test_a_push_of_the_policy_decides_open_pull_requests_again_and_asks_no_model(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull, other = await guarded.propose(BAD), await guarded.propose(GOOD, branch="other")
    await guarded.commit("change", {"app/more.py": "MORE = 1\n"})
    assert (await guarded.judged(pull)).conclusion == "failure"
    asked = len(claude.requests) + len(claude.asides)
    await rule(guarded, "block_on: never\n")

    assert (await guarded.judged(pull)).conclusion == (await guarded.judged(other)).conclusion == "success"
    assert len(claude.requests) + len(claude.asides) == asked
    assert mergeable(guarded, pull)
    await rule(guarded, "block_on: high\n")
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert len(claude.requests) + len(claude.asides) == asked
    assert not mergeable(guarded, pull)


async def test_a_push_that_leaves_policy_and_owners_alone_decides_nothing_again(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    before = len(await guarded.ledger(pull))
    await guarded.commit("main", {".github/workflows/ci.yml": "on: push\n", "docs/more.md": "More.\n"}, by="mona")

    await guarded.judged(pull)
    assert len(await guarded.ledger(pull)) == before
    assert mergeable(guarded, pull)


async def test_a_push_of_owners_tells_open_pull_requests_whose_they_are(guarded: Town) -> None:
    pull = await guarded.propose({"app/auth/login.py": "LIMIT = 3\n"})
    await guarded.judged(pull)
    assert "owned by" not in guarded.summary(pull)
    await guarded.commit("main", {".github/CODEOWNERS": "/app/auth/ @boss\n"}, by="mona")

    await guarded.judged(pull)
    assert "owned by `@boss`" in guarded.summary(pull)
    assert mergeable(guarded, pull)


async def test_a_push_of_the_organisations_policy_decides_its_repositories_again(guarded: Town) -> None:
    shared = await found_organisation(guarded, "mode: gate\n")
    pull = await guarded.propose(UGLY)
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.do(guarded.people.commit, shared, "main", {"lintel.yml": b"floor: {block_on: low}\n"}, by="mona")

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_an_organisation_s_policy_that_the_app_comes_to_see_judges_what_is_open(guarded: Town) -> None:
    people = guarded.people
    shared = await guarded.do(people.create_repository, "octo", ".github", default_branch="main")
    await guarded.do(people.commit, shared, "main", {"lintel.yml": b"floor: {block_on: low}\n"}, by="mona")
    pull = await guarded.propose(UGLY)
    assert (await guarded.judged(pull)).conclusion == "success"
    (installation,) = people.state.installations.values()
    await guarded.do(people.cover, installation, shared)

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_a_repository_that_is_renamed_to_hold_the_organisation_s_policy_judges_what_is_open(
    guarded: Town,
) -> None:
    people = guarded.people
    other = await guarded.do(people.create_repository, "octo", "conf", default_branch="main")
    (installation,) = people.state.installations.values()
    await guarded.do(people.cover, installation, other)
    await guarded.do(people.commit, other, "main", {"lintel.yml": b"floor: {block_on: low}\n"}, by="mona")
    pull = await guarded.propose(UGLY)
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.do(people.rename, other, ".github", by="mona")

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)
