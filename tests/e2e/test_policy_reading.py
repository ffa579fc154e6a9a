"""A policy that would have more read: a push of it decides at once, asks no model, and says what waits to be read."""

from __future__ import annotations

from app.hub.state import PullRequest
from tests.claude_answers import Plant, overloaded, planted, prompt_texts
from tests.claude_rulings import by_pattern, ruled
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import confirm, refute, seconded
from tests.e2e.auditor import Auditor, reviews_of
from tests.e2e.conftest import BASE, PLANTS, mergeable
from tests.e2e.town import Town, told

POLICY = ".github/lintel.yml"
PAY = BASE["app/pay.py"]
GOOD = {"app/pay.py": PAY.replace("price", "net")}
UGLY = {"app/pay.py": PAY.replace("    return", "    print(items)\n    return")}
MORE = {"app/more.py": "MORE = 1\n"}
NOTES = {"docs/notes.md": "Notes.\n"}
RULE = "review: {rules: [{paths: [app/pay.py], text: Never print what a customer bought.}]}\n"
WAITS = "not reviewed: the policy asks for more than was read; /lintel review or the next push has it read."


async def rule(town: Town, policy: str) -> None:
    """Somebody of the repository pushes its policy to `main`."""
    await town.commit("main", {POLICY: policy}, by="mona")


def asked(claude: ScriptedClaude) -> int:
    return len(claude.requests) + len(claude.asides) + len(claude.counted)


async def read(town: Town, *heads: dict[str, str], branch: str = "change") -> PullRequest:
    """A pull request that was read push by push: no stored reply is about all of it."""
    pull = await town.propose(heads[0], branch=branch)
    await town.judged(pull)
    for head in heads[1:]:
        await town.commit(branch, head)
        await town.judged(pull)
    return pull


async def test_a_push_that_adds_a_rule_shuts_the_gate_until_somebody_has_it_read(
    guarded: Town, claude: ScriptedClaude, audit: Auditor
) -> None:
    pull = await read(guarded, {**GOOD, **MORE})
    assert mergeable(guarded, pull)
    before = asked(claude)
    await rule(guarded, RULE)

    check = await guarded.judged(pull)
    assert (check.conclusion, asked(claude)) == ("action_required", before)
    assert f"2 changed lines in 1 file {WAITS}" in told(check)
    assert "Comment `/lintel review` to have it read" in told(check)
    assert (await audit.replay((await reviews_of(guarded, pull))[-1])).told["result"] == "same"
    assert not mergeable(guarded, pull)
    claude.script = ruled(claude.script, by_pattern({"Never print": r"print\("}))
    await guarded.tell(pull, "/lintel review", by="writer")
    questions = "".join(text for seen in claude.requests[-3:] for text in prompt_texts(seen.body))
    assert (await guarded.judged(pull)).conclusion == "success"
    assert "app/pay.py" in questions
    assert "MORE = 1" not in questions
    assert mergeable(guarded, pull)


async def test_what_people_decide_meanwhile_asks_no_model_either(guarded: Town, claude: ScriptedClaude) -> None:
    pull = await read(guarded, UGLY, MORE)
    await rule(guarded, RULE)
    await guarded.judged(pull)
    before = asked(claude)
    await guarded.tell(pull, "/lintel dismiss F1 it goes with the next change", by="writer")
    await guarded.do(guarded.people.close_pull, pull, by="hubert")
    await guarded.do(guarded.people.reopen, pull, by="hubert")

    check = await guarded.judged(pull)
    assert WAITS in told(check)
    assert asked(claude) == before
    assert not mergeable(guarded, pull)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
    assert asked(claude) == before
    assert mergeable(guarded, pull)


async def test_a_lower_block_on_blocks_by_what_is_known_and_opens_nothing_unread(
    guarded: Town, claude: ScriptedClaude
) -> None:
    ugly, good = await read(guarded, UGLY, MORE), await read(guarded, GOOD, MORE, branch="good")
    assert mergeable(guarded, ugly)
    assert mergeable(guarded, good)
    before = asked(claude)
    await rule(guarded, "block_on: low\n")

    assert (await guarded.judged(ugly)).conclusion == "failure"
    assert (await guarded.judged(good)).conclusion == "action_required"
    assert asked(claude) == before
    assert not mergeable(guarded, ugly)
    assert not mergeable(guarded, good)


async def test_a_claim_that_a_second_reader_refuted_is_not_raised_because_nobody_asks_it_again(
    guarded: Town, claude: ScriptedClaude
) -> None:
    plants = {**PLANTS, r"print\(": Plant("medium", "A left-over print")}
    claude.script = seconded(planted(plants), lambda told: (refute if "print" in told.title else confirm)(told))
    pull = await read(guarded, {"app/pay.py": UGLY["app/pay.py"].replace("item.price", "item.price * 0")})
    before = asked(claude)
    await rule(guarded, "block_on: medium\n")

    check = await guarded.judged(pull)
    assert (check.title, asked(claude)) == ("1 blocking finding", before)
    assert WAITS in told(check)
    assert len(guarded.comments(pull)) == 1
    await guarded.tell(pull, "/lintel dismiss F1 the free plan costs nothing", by="writer")
    assert (await guarded.judged(pull)).conclusion == "action_required"
    assert not mergeable(guarded, pull)
    await guarded.tell(pull, "/lintel review", by="writer")
    assert mergeable(guarded, pull)


async def test_who_is_asked_for_less_or_otherwise_has_read_it_all(guarded: Town, claude: ScriptedClaude) -> None:
    await guarded.commit("main", {POLICY: RULE, "CLAUDE.md": "# Rules\n\n- Use integers for money\n"}, by="mona")
    claude.script = ruled(claude.script, lambda *_: [])
    pull = await read(guarded, GOOD, {**MORE, **NOTES})
    before = asked(claude)
    await guarded.commit("main", {"CLAUDE.md": "# Rules\n\n- Never use floats for money\n"}, by="mona")
    less = "review: {lenses: {security: false}, exclude: [docs/**]}\nbudget: {review_usd: 4}\n"
    await rule(guarded, f"{less}architecture: {{forbid: [{{from: app/**, to: web/**}}]}}\n")

    assert (await guarded.judged(pull)).conclusion == "success"
    assert asked(claude) == before
    assert mergeable(guarded, pull)


async def test_what_is_no_longer_left_out_waits_for_the_next_push(guarded: Town, claude: ScriptedClaude) -> None:
    await rule(guarded, "review: {exclude: [docs/**]}\n")
    pull = await read(guarded, {**GOOD, **NOTES})
    before = asked(claude)
    await rule(guarded, "review: {exclude: []}\n")
    check = await guarded.judged(pull)
    assert f"1 changed line in 1 file {WAITS}" in told(check)
    assert asked(claude) == before
    assert not mergeable(guarded, pull)
    await guarded.commit("change", MORE)

    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_a_head_that_a_push_of_the_policy_came_upon_first_is_read_when_its_own_delivery_arrives(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await read(guarded, GOOD)
    before = asked(claude)
    async with guarded.unheard():
        await guarded.commit("change", MORE)
    await rule(guarded, "block_on: critical\n")
    assert f"1 changed line in 1 file {WAITS}" in told(await guarded.judged(pull))
    assert asked(claude) == before
    assert not mergeable(guarded, pull)
    await guarded.redeliver(guarded.deliveries("pull_request", "synchronize")[-1])

    assert (await guarded.judged(pull)).conclusion == "success"
    assert asked(claude) > before
    assert mergeable(guarded, pull)


async def test_drafts_that_a_policy_begins_to_ask_for_wait_and_are_read_when_they_are_ready(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await guarded.propose(GOOD, draft=True)
    await guarded.at_rest()
    await rule(guarded, "review: {drafts: true}\n")
    assert WAITS in told(await guarded.judged(pull))
    assert asked(claude) == 0
    assert not mergeable(guarded, pull)
    await guarded.do(guarded.people.ready_for_review, pull, by="hubert")

    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)


async def test_what_an_outage_kept_from_being_read_stays_owed_through_a_push_of_the_policy(
    guarded: Town, claude: ScriptedClaude
) -> None:
    script, claude.script = claude.script, lambda _: overloaded()
    pull = await guarded.propose(GOOD)
    assert (await guarded.judged(pull)).conclusion == "action_required"
    assert not mergeable(guarded, pull)
    claude.script = script
    await rule(guarded, "block_on: critical\n")

    assert (await guarded.judged(pull)).conclusion == "success"
    assert mergeable(guarded, pull)
