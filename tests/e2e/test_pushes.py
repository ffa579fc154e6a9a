"""A push is read as far as it is new: what was read stays read while nothing that bears on it has changed."""

from __future__ import annotations

import re

import pytest

from tests.analyzers.poison import HOLDS
from tests.claude_answers import Plant, findings, malformed, overloaded, planted, prompt_texts
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import asks_for_verdicts, seconded
from tests.e2e.conftest import BASE, PLANTS, confirm_as_planted
from tests.e2e.town import Town, told

FIRST = {"app/mail.py": "def send(address):\n    return address.strip()\n"}
SECOND = {"app/stock.py": "def count_items(shelf):\n    return len(shelf.items)\n"}
FILES = re.compile(r"^=== FILE (\S+) \(", re.MULTILINE)


def read_files(claude: ScriptedClaude, since: int = 0) -> set[str]:
    """The files whose lines lenses were shown, in requests from that one on."""
    asked = [seen.body for seen in claude.requests[since:] if not asks_for_verdicts(seen.body)]
    return {path for body in asked for text in prompt_texts(body) for path in FILES.findall(text)}


def calls(claude: ScriptedClaude) -> int:
    return len(claude.requests) + len(claude.asides)


async def test_of_a_push_only_what_is_new_is_read(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(FIRST)
    first = (await town.judged(pull)).head_sha
    before = len(claude.requests)
    await town.commit("change", SECOND)
    check = await town.judged(pull)
    entry = (await town.ledger(pull))[-1]

    assert check.conclusion == "success"
    assert read_files(claude, before) == {"app/stock.py"}
    assert entry["reviewed_lines"] == entry["changed_lines"] == 4
    assert entry["read_before"] == {first: 2}
    assert f"4 of 4 changed lines read by a model. 2 of them were read at `{first[:12]}`, unchanged since." in told(
        check
    )


async def test_another_machine_fetches_the_head_that_was_read_before(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(FIRST)
    await town.judged(pull)
    before = len(claude.requests)
    await town.bot.services.mirrors.discard(town.repository.id)
    await town.commit("change", SECOND)
    await town.judged(pull)

    assert read_files(claude, before) == {"app/stock.py"}


async def test_what_was_read_long_ago_is_told_with_the_head_where_it_was(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(FIRST)
    first = (await town.judged(pull)).head_sha
    for name in ("one", "two"):
        await town.commit("change", {f"app/{name}.py": f"{name.upper()} = 1\n"})
        await town.judged(pull)
    before = len(claude.requests)
    await town.commit("change", {"app/three.py": "THREE = 3\n"})
    check = await town.judged(pull)

    assert read_files(claude, before) == {"app/three.py"}
    assert f"`{first[:12]}`" in told(check)
    assert "4 of them were read at" in told(check)


async def test_a_rebase_that_brings_nothing_of_concern_asks_nobody_and_keeps_the_verdict(
    town: Town, claude: ScriptedClaude
) -> None:
    files = {**FIRST, "app/pay.py": f"{BASE['app/pay.py']}\n\ndef bad(price):\n    return price * 0\n"}
    pull = await town.propose(files)
    blocked = await town.judged(pull)
    said = [(item.path, item.body) for item in town.comments(pull)]
    summary = town.summary(pull)
    asked = calls(claude)
    tip = await town.commit("main", {"README.md": "# Shop\n\nOpen on Sundays.\n"}, by="mona")
    await town.commit("change", files, onto=tip)
    check = await town.judged(pull)

    assert calls(claude) == asked
    assert (check.conclusion, check.title) == (blocked.conclusion, blocked.title) == ("failure", "1 blocking finding")
    assert f"All of them were read at `{blocked.head_sha[:12]}`, unchanged since: no model was asked about" in told(
        check
    )
    assert [(item.path, item.body) for item in town.comments(pull)] == said
    assert "It does what it does." in summary
    assert "It does what it does." in town.summary(pull)


async def test_a_force_push_is_read_as_far_as_its_files_differ(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose({**FIRST, **SECOND})
    await town.judged(pull)
    before = len(claude.requests)
    other = {**FIRST, "app/stock.py": "def count_items(shelf):\n    return 7\n"}
    await town.commit("change", other, onto=pull.base_sha)
    await town.judged(pull)

    assert read_files(claude, before) == {"app/stock.py"}


CALLS_CLEAN = {"app/page.py": "def show(text):\n    return clean(text)\n"}
CLEAN = "\n\ndef clean(text):\n    return escape(text)\n"


async def test_what_names_a_definition_that_a_push_takes_back_is_read_again(town: Town, claude: ScriptedClaude) -> None:
    pay = BASE["app/pay.py"]
    pull = await town.propose({**CALLS_CLEAN, **FIRST, "app/pay.py": f"{pay}{CLEAN}"})
    await town.judged(pull)
    before = len(claude.requests)
    await town.commit("change", {"app/pay.py": pay})
    await town.judged(pull)

    assert read_files(claude, before) == {"app/page.py"}


GUARDED = {
    "app/admin.py": "def drop_user(request):\n    audit(request)\n    request.user.drop()\n",
    "app/chain.py": "def run_chain(request, step):\n    return step(request)\n",
}
UNGUARDED = {**GUARDED, "app/admin.py": GUARDED["app/admin.py"].replace("    audit(request)\n", "")}
MOVED = {**UNGUARDED, "app/chain.py": GUARDED["app/chain.py"].replace("    return", "    audit(request)\n    return")}


@pytest.mark.parametrize("instead", ["", "    print(step)\n"], ids=["taken back", "replaced"])
async def test_a_guard_cannot_be_moved_by_one_push_and_lost_by_the_next(
    town: Town, claude: ScriptedClaude, instead: str
) -> None:
    await town.commit("main", GUARDED, by="mona")
    pull = await town.propose({**MOVED, **FIRST})
    assert (await town.judged(pull)).conclusion == "success"
    before = len(claude.requests)
    await town.commit("change", {"app/chain.py": MOVED["app/chain.py"].replace("    audit(request)\n", instead)})
    await town.judged(pull)

    assert "app/admin.py" in read_files(claude, before)
    assert "app/mail.py" not in read_files(claude, before)


async def test_a_guard_cannot_be_lost_inside_its_own_file_either(town: Town, claude: ScriptedClaude) -> None:
    between = "\n\ndef wait():\n" + "    tick()\n" * 12 + "\n\n"
    drop, chain = GUARDED["app/admin.py"], GUARDED["app/chain.py"]
    moved = UNGUARDED["app/admin.py"], MOVED["app/chain.py"]
    await town.commit("main", {"app/admin.py": f"{drop}{between}{chain}"}, by="mona")
    pull = await town.propose({"app/admin.py": f"{moved[0]}{between}{moved[1]}", **FIRST})
    assert (await town.judged(pull)).conclusion == "success"
    before = len(claude.requests)
    await town.commit("change", {"app/admin.py": f"{moved[0]}{between}{chain}"})
    await town.judged(pull)

    assert read_files(claude, before) == {"app/admin.py"}


async def test_two_files_that_swap_their_names_make_what_calls_them_new(town: Town, claude: ScriptedClaude) -> None:
    strict, loose = (f"def allowed(user):\n    return user.{word}\n" for word in ("admin", "name"))
    await town.commit("main", {"auth/strict.py": strict, "auth/loose.py": loose}, by="mona")
    pull = await town.propose({"app/door.py": "def enter(user):\n    return allowed(user)\n", **FIRST})
    await town.judged(pull)
    before = len(claude.requests)
    await town.commit("change", {"auth/strict.py": loose, "auth/loose.py": strict})
    await town.judged(pull)

    assert "app/door.py" in read_files(claude, before)
    assert "app/mail.py" not in read_files(claude, before)


async def test_what_names_a_definition_that_a_push_changes_is_read_again(town: Town, claude: ScriptedClaude) -> None:
    pay = BASE["app/pay.py"]
    pull = await town.propose({**CALLS_CLEAN, **FIRST, "app/pay.py": f"{pay}{CLEAN}"})
    await town.judged(pull)
    before = len(claude.requests)
    await town.commit("change", {"app/pay.py": f"{pay}{CLEAN}".replace("escape(text)", "text")})
    await town.judged(pull)

    assert read_files(claude, before) == {"app/page.py", "app/pay.py"}


async def test_a_base_that_moves_under_a_definition_makes_it_new(town: Town, claude: ScriptedClaude) -> None:
    changed = {"app/pay.py": BASE["app/pay.py"].replace("item.price", "item.net")}
    pull = await town.propose({**changed, **FIRST})
    await town.judged(pull)
    before = len(claude.requests)
    tip = await town.commit("main", {"app/till.py": "def close(till):\n    return total(till.items)\n"}, by="mona")
    await town.commit("change", {**changed, **FIRST}, onto=tip)
    await town.judged(pull)

    assert read_files(claude, before) == {"app/pay.py"}


async def test_a_hunk_in_a_file_that_the_base_changed_elsewhere_is_new(town: Town, claude: ScriptedClaude) -> None:
    rows = [f"value_{number} = {number}" for number in range(60)]
    await town.commit("main", {"app/table.py": "\n".join([*rows, ""])}, by="mona")
    edited = "\n".join([*rows[:50], "value_50 = 5", *rows[51:], ""])
    pull = await town.propose({"app/table.py": edited})
    await town.judged(pull)
    before = len(claude.requests)
    moved = [*rows[:44], "value_44 = 4", *rows[45:]]
    tip = await town.commit("main", {"app/table.py": "\n".join([*moved, ""])}, by="mona")
    await town.commit("change", {"app/table.py": "\n".join([*moved[:50], "value_50 = 5", *moved[51:], ""])}, onto=tip)
    await town.judged(pull)

    assert read_files(claude, before) == {"app/table.py"}


def till(*, opening: str = "open_drawer()", closing: str = "lock_drawer()", between: str = "sell()") -> str:
    steps = "\n".join(f"    {between}  # customer {number}" for number in range(12))
    return f"def open_till():\n{steps}\n    {opening}\n\n\ndef close_till():\n{steps}\n    {closing}\n"


async def test_of_a_file_only_the_function_that_a_push_changes_is_new_and_the_rest_is_shown_as_read(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/till.py": till()}, by="mona")
    pull = await town.propose({"app/till.py": till(opening="ring()", closing="leave()")})
    first = (await town.judged(pull)).head_sha
    before = len(claude.requests)
    await town.commit("change", {"app/till.py": till(opening="ring()", closing="go_home()")})
    check = await town.judged(pull)
    (asked, *_) = ["\n".join(prompt_texts(seen.body)) for seen in claude.requests[before:]]
    read, _, new = asked.partition("\n@@ ")

    assert "(read before) @@" in read
    assert "ring()" in read
    assert "go_home()" not in read
    assert "go_home()" in new
    assert "(read before)" not in new.partition("END DIFF")[0]
    assert f"4 of 4 changed lines read by a model. 2 of them were read at `{first[:12]}`, unchanged since." in told(
        check
    )


async def test_a_file_that_no_parser_survives_makes_no_other_one_new(town: Town, claude: ScriptedClaude) -> None:
    held = HOLDS.decode()
    await town.commit("main", {"A.java": f"{held}\n", "app/till.py": till()}, by="mona")
    pull = await town.propose({"A.java": f"{held}\nint b;\n", "app/till.py": till(opening="ring()", closing="leave()")})
    await town.judged(pull)
    before = len(claude.requests)
    await town.commit(
        "change", {"A.java": f"{held}\nint c;\n", "app/till.py": till(opening="ring()", closing="go_home()")}
    )
    await town.judged(pull)
    asked = "\n".join(text for seen in claude.requests[before:] for text in prompt_texts(seen.body))

    shown = asked.partition("=== FILE app/till.py")[2]
    read, _, new = shown.partition("\n@@ ")

    assert "|+int c;" in asked
    assert "(read before) @@" in read
    assert "ring()" in read
    assert "go_home()" in new


async def test_a_push_that_changes_what_a_file_imports_makes_all_of_it_new(town: Town, claude: ScriptedClaude) -> None:
    imported = "from drawers import ring\n\n\n"
    await town.commit("main", {"app/till.py": imported + till()}, by="mona")
    pull = await town.propose({"app/till.py": imported + till(opening="ring()", closing="leave()")})
    await town.judged(pull)
    before = len(claude.requests)
    await town.commit(
        "change", {"app/till.py": "from bells import ring\n\n\n" + till(opening="ring()", closing="leave()")}
    )
    await town.judged(pull)
    asked = "\n".join(text for seen in claude.requests[before:] for text in prompt_texts(seen.body))

    assert "(read before)" not in asked
    assert "leave()" in asked


@pytest.mark.parametrize("path", ["app/post.py", "lib/mail.py"])
async def test_the_same_lines_under_another_name_are_new(town: Town, claude: ScriptedClaude, path: str) -> None:
    pull = await town.propose({**FIRST, **SECOND})
    await town.judged(pull)
    before = len(claude.requests)
    await town.commit("change", {"app/mail.py": None, path: FIRST["app/mail.py"]})
    await town.judged(pull)

    assert read_files(claude, before) == {path}


@pytest.mark.parametrize(
    ("policy", "anew"),
    [
        ("block_on: medium\n", {"app/mail.py", "app/stock.py"}),
        ("review: {rules: [{paths: [app/mail.py], text: Ring before you enter.}]}\n", {"app/mail.py"}),
        ("review: {lenses: {security: false}, exclude: [docs/**]}\nbudget: {review_usd: 4}\n", set()),
    ],
)
async def test_who_is_asked_for_more_reads_what_that_is_about_anew(
    town: Town, claude: ScriptedClaude, policy: str, anew: set[str]
) -> None:
    pull = await town.propose({**FIRST, **SECOND})
    await town.judged(pull)
    before = len(claude.requests)
    await town.commit("main", {".github/lintel.yml": policy}, by="mona")
    await town.commit("change", {"app/three.py": "THREE = 3\n"})
    await town.judged(pull)

    assert read_files(claude, before) == {*anew, "app/three.py"}


async def test_asked_for_in_full_everything_is_read_anew(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose({**FIRST, **SECOND})
    await town.judged(pull)
    before = len(claude.requests)
    await town.tell(pull, "/lintel review full", by="mona")

    assert read_files(claude, before) == {"app/mail.py", "app/stock.py"}
    assert "unchanged since" not in told(await town.judged(pull))


async def test_another_base_branch_makes_everything_new(town: Town, claude: ScriptedClaude) -> None:
    tip = await town.commit("main", {"docs/a.md": "A\n"}, by="mona")
    await town.do(town.people.push, town.repository, "next", tip, by="mona")
    pull = await town.propose(FIRST)
    await town.judged(pull)
    before = len(claude.requests)
    await town.do(town.people.retarget, pull, "next", by="hubert")
    await town.commit("change", SECOND)
    await town.judged(pull)

    assert read_files(claude, before) == {"app/mail.py", "app/stock.py"}


async def test_what_an_outage_left_unread_is_new_at_the_next_push(town: Town, claude: ScriptedClaude) -> None:
    working = claude.script
    claude.script = lambda _: overloaded()
    pull = await town.propose(FIRST)
    assert (await town.judged(pull)).conclusion == "action_required"
    claude.script = working
    before = len(claude.requests)
    await town.commit("change", SECOND)
    check = await town.judged(pull)

    assert read_files(claude, before) == {"app/mail.py", "app/stock.py"}
    assert check.conclusion == "success"


async def test_a_hunk_about_which_a_claim_could_not_be_verified_is_not_read(town: Town, claude: ScriptedClaude) -> None:
    lens = planted(PLANTS)
    claude.script = lambda body: malformed() if asks_for_verdicts(body) else lens(body)
    pull = await town.propose({**FIRST, "app/pay.py": f"{BASE['app/pay.py']}\n\ndef low(price):\n    print(price)\n"})
    await town.judged(pull)
    claude.script = seconded(lens, confirm_as_planted)
    before = len(claude.requests)
    await town.commit("change", SECOND)
    await town.judged(pull)

    assert "app/pay.py" in read_files(claude, before)
    assert any(asks_for_verdicts(seen.body) for seen in claude.requests[before:])


async def test_what_was_found_stands_though_nobody_says_it_again(town: Town, claude: ScriptedClaude) -> None:
    two = {"app/two.py": "def low():\n    print(1)\n\n\ndef bad(price):\n    return price * 0\n"}
    pull = await town.propose(two)
    await town.judged(pull)
    said = [(item.line, item.body) for item in town.comments(pull)]
    claude.script = lambda _: findings()
    await town.commit("change", SECOND)
    check = await town.judged(pull)

    assert len(said) == 2
    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert [(item.line, item.body) for item in town.comments(pull)] == said
    assert "A left-over print" in town.summary(pull)


async def test_a_finding_in_a_hunk_read_before_is_fixed_when_its_line_goes(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose({**FIRST, "app/two.py": "def bad(price):\n    return price * 0\n"})
    assert (await town.judged(pull)).conclusion == "failure"
    before = len(claude.requests)
    await town.commit("change", {"app/two.py": "def bad(price):\n    return price\n"})

    assert (await town.judged(pull)).conclusion == "success"
    assert read_files(claude, before) == {"app/two.py"}
    assert "Gone since earlier heads: F1." in town.summary(pull)


async def test_what_was_dismissed_stays_dismissed_over_pushes_that_nobody_reads_it_in(
    town: Town, claude: ScriptedClaude
) -> None:
    pull = await town.propose({"app/two.py": "def bad(price):\n    return price * 0\n"})
    assert (await town.judged(pull)).conclusion == "failure"
    await town.tell(pull, "/lintel dismiss F1 it is free", by="mona")
    await town.commit("change", SECOND)
    assert (await town.judged(pull)).conclusion == "success"
    await town.commit("change", {"app/two.py": "def bad(price):\n    return price * 0\n\n\nLAST = 1\n"})

    assert (await town.judged(pull)).conclusion == "success"
    assert len(town.comments(pull)) == 1
    assert claude.requests


async def test_a_fault_that_a_model_finds_late_in_what_is_new_blocks(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(FIRST)
    assert (await town.judged(pull)).conclusion == "success"
    claude.script = seconded(planted({r"len\(": Plant("critical", "It counts what is gone")}))
    await town.commit("change", SECOND)

    assert (await town.judged(pull)).conclusion == "failure"
    assert [item.path for item in town.comments(pull)] == ["app/stock.py"]
