"""What the model is shown around a change, what it may say of that, and what is done where a chunk is too much."""

from __future__ import annotations

import json
import re

import pytest

from tests.claude_answers import Answer, finding, findings, prompt_texts, rejected, truncated
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import seconded
from tests.e2e.town import Town, told

TOKEN = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"
PASSWORD = "Xk29vQ7pLm41Zt8W"
STEPS = [f"        self.step_{number}(item)" for number in range(40)]
SHOP = "\n".join(
    ["class Shop:", "    def __init__(self):", "        self.open = True", "", "    def pay(self, item):", *STEPS]
)
OUTSIDE = "        self.step_20(item)"


def with_step(number: int, text: str, shop: str = SHOP) -> str:
    assert shop.count(f"        self.step_{number}(item)") == 1
    return shop.replace(f"        self.step_{number}(item)", text) + "\n"


def asked(claude: ScriptedClaude) -> list[str]:
    return ["\n".join(prompt_texts(seen.body)) for seen in claude.readings]


async def test_a_model_is_shown_what_the_change_stands_in_and_ten_lines_around_it(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/shop.py": SHOP + "\n"}, by="mona")
    await town.judged(await town.propose({"app/shop.py": with_step(30, "        self.halt(item)")}))

    (prompt,) = asked(claude)
    assert "R 1     | class Shop:\n" in prompt
    assert "R 5     |     def pay(self, item):\n" in prompt
    assert f"R 26    | {OUTSIDE}\n" in prompt
    assert "self.step_19" not in prompt
    assert "R 45    |         self.step_39(item)\n" in prompt


async def test_a_secret_around_the_change_does_not_leave(town: Town, claude: ScriptedClaude) -> None:
    shop = with_step(25, f'        self.token = "{TOKEN}"').replace("self.step_26(item)", f'self.log("{PASSWORD}")')
    await town.commit("main", {"app/shop.py": shop}, by="mona")
    changed = {
        "app/shop.py": with_step(30, "        self.halt(item)", shop),
        "app/keys.py": f'password = "{PASSWORD}"\n',
    }
    await town.judged(await town.propose(changed))

    sent = json.dumps([seen.body for seen in claude.requests], ensure_ascii=False)
    assert 'self.token = \\"‹secret:' in sent
    assert 'self.log(\\"‹secret:assigned-secret›\\")' in sent
    assert TOKEN not in sent
    assert PASSWORD not in sent


async def test_what_a_model_says_of_a_line_around_the_change_stands_at_the_changed_line_until_that_line_goes(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/shop.py": SHOP + "\n"}, by="mona")
    enabling = {"path": "app/shop.py", "side": "R", "line": 36, "quote": "self.halt(item)"}
    said = finding(
        path="app/shop.py",
        start_line=26,
        end_line=26,
        quote=OUTSIDE.strip(),
        title="It goes wrong",
        enabled_by=enabling,
    )
    claude.script = seconded(lambda _: findings(said))
    first = with_step(30, "        self.halt(item)")
    pull = await town.propose({"app/shop.py": first})
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    (comment,) = town.comments(pull)
    assert (comment.path, comment.line) == ("app/shop.py", 36)
    assert f"It shows at `app/shop.py:26`: `{OUTSIDE.strip()}`" in comment.body

    claude.script = lambda _: findings()
    await town.commit("change", {"app/shop.py": with_step(31, "        self.sell(item)", first)})
    assert (await town.judged(pull)).conclusion == "failure", "nobody has touched the line"

    second = with_step(31, "        self.sell(item)", first).replace(OUTSIDE, "        self.mend(item)")
    await town.commit("change", {"app/shop.py": second})
    check = await town.judged(pull)
    assert check.conclusion == "success"
    assert "F1" in town.summary(pull)

    await town.commit("change", {"app/shop.py": first})
    assert (await town.judged(pull)).conclusion == "failure", "the line is back"


async def test_what_a_model_says_of_a_line_around_the_change_and_blames_on_no_changed_line_is_dropped_and_counted(
    town: Town, claude: ScriptedClaude
) -> None:
    await town.commit("main", {"app/shop.py": SHOP + "\n"}, by="mona")
    said = finding(path="app/shop.py", start_line=26, end_line=26, quote=OUTSIDE.strip(), title="It goes wrong")
    claude.script = seconded(lambda _: findings(said))
    pull = await town.propose({"app/shop.py": with_step(30, "        self.halt(item)")})
    check = await town.judged(pull)

    assert (check.conclusion, town.comments(pull)) == ("success", [])
    assert "It goes wrong" not in town.summary(pull)
    assert "claims dropped: off the diff, and no changed line enables the fault" in told(check)


async def test_a_quote_of_a_line_that_the_file_does_not_have_is_fabricated(town: Town, claude: ScriptedClaude) -> None:
    await town.commit("main", {"app/shop.py": SHOP + "\n"}, by="mona")
    claude.script = lambda _: findings(finding(path="app/shop.py", quote="    def __init__(self, owner):"))
    check = await town.judged(await town.propose({"app/shop.py": with_step(30, "        self.halt(item)")}))
    assert check.conclusion == "success"


@pytest.mark.parametrize("too_much", [rejected(413, "request_too_large"), truncated()])
async def test_a_chunk_that_is_too_much_is_read_in_parts(town: Town, claude: ScriptedClaude, too_much: Answer) -> None:
    def answer(body: dict[str, object]) -> Answer:
        files = re.findall(r"=== FILE app/(\w+)\.py", "\n".join(prompt_texts(body)))
        if len(files) > 1:
            return too_much
        return findings(finding(path=f"app/{files[0]}.py", quote=f"{files[0]} = 0", severity="low"))

    claude.script = answer
    pull = await town.propose({f"app/{name}.py": f"{name} = 0\n" for name in "abcd"})
    check = await town.judged(pull)

    assert check.conclusion == "success"
    assert [(item.path, item.line) for item in town.comments(pull)] == [(f"app/{name}.py", 1) for name in "abcd"]
    assert len(claude.readings) == 7


async def test_a_chunk_of_which_a_part_stays_too_much_is_not_read(town: Town, claude: ScriptedClaude) -> None:
    claude.script = lambda body: truncated() if "app/a.py" in "\n".join(prompt_texts(body)) else findings()
    check = await town.judged(await town.propose({f"app/{name}.py": f"{name} = 0\n" for name in "ab"}))

    assert check.conclusion == "action_required"
    assert "the model's reply was cut at its length limit" in told(check)
