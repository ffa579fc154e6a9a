"""What hides from the diff, or hides a secret in a name: the gate stays shut, and nothing is shown that must not be."""

from __future__ import annotations

import json

from tests.claude_server import ScriptedClaude
from tests.e2e.town import Town, told

KEY = "AKIAQ3EGRXK7PLM5VZTN"
LINES = "".join(f"line_{number} = {number}\n" for number in range(30))


async def test_unread_code_does_not_enter_by_a_rename_out_of_what_the_base_excludes(
    town: Town, claude: ScriptedClaude
) -> None:
    policy = {".github/lintel.yml": "review:\n  exclude: ['vendor/**']\n"}
    await town.commit("main", {**policy, "vendor/evil.py": LINES}, by="mona")
    pull = await town.propose({"vendor/evil.py": None, "app/evil.py": LINES})
    check = await town.judged(pull)

    assert (check.conclusion, claude.requests) == ("action_required", [])
    assert "`app/evil.py`, no lines: it was renamed out of a path that needs no review" in told(check)


async def test_a_mode_and_a_workflow_s_name_are_named(town: Town) -> None:
    await town.commit("main", {"run.sh": LINES, "docs/x.yml": LINES.upper()}, by="mona")
    changed = {"run.sh": ("100755", LINES.encode()), "docs/x.yml": None, ".github/workflows/x.yml": LINES.upper()}
    check = await town.judged(await town.propose(changed))

    assert check.conclusion == "action_required"
    assert "`run.sh`, no lines: it turns from a file into an executable file" in told(check)
    assert "`.github/workflows/x.yml`, no lines: its new name makes it a workflow" in told(check)


async def test_a_pointer_is_not_taken_for_what_it_points_at(town: Town) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    check = await town.judged(await town.propose({"art.psd": pointer}))

    assert check.conclusion == "action_required"
    assert "`art.psd`, 3 lines: a Git LFS pointer" in told(check)


async def test_a_secret_in_a_path_is_shown_nowhere_and_its_line_has_its_comment(
    town: Town, claude: ScriptedClaude
) -> None:
    path, binary = f"keys/{KEY}.py", f"keys/{KEY}.bin"
    pull = await town.propose({path: "RATE = 5 * 0\n", binary: b"\0\0"})
    check = await town.judged(pull)

    assert check.conclusion == "failure"
    assert [(item.path, item.line) for item in town.comments(pull)] == [(path, 1)]
    assert "The total is always zero" in town.comments(pull)[0].body
    asked = "".join(json.dumps(seen.body, ensure_ascii=False) for seen in claude.requests)
    assert "keys/‹secret:aws-access-token›.py" in asked
    said = [told(check), town.summary(pull), check.title or "", *(item.body for item in town.comments(pull))]
    said += [item.body for item in town.reviews(pull)]
    assert "The name of a file holds a secret: aws access token" in told(check)
    for text in (asked, *said):
        assert [KEY[at : at + 8] for at in range(len(KEY) - 7) if KEY[at : at + 8] in text] == []
