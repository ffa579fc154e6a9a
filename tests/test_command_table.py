"""Who may give which command: each by each role, as author or not, in prose or not, against what is promised."""

from __future__ import annotations

from itertools import product

import pytest

from app.commands.action import Reply, ReplyKind
from app.commands.prose import parse
from app.commands.table import act, commands
from app.core.people.role import Role

PROMISED = {
    # from none over read, triage, write, maintain to admin: others, and whoever opened the pull request
    "review": ("---wma", "nrtwma"),
    "review full": ("---wma", "---wma"),
    "explain F1": ("--twma", "nrtwma"),
    "ask why is that?": ("--twma", "nrtwma"),
    "fix F1": ("---wma", "nrtwma"),
    "dismiss F1 it is fine": ("---wma", "---wma"),
    "override 0123456789ab it must go out": ("----ma", "----ma"),
    "pause": ("---wma", "---wma"),
    "resume": ("---wma", "---wma"),
    "config": ("--twma", "nrtwma"),
    "cost": ("--twma", "nrtwma"),
    "status": ("--twma", "nrtwma"),
    "help": ("nrtwma", "nrtwma"),
}
IN_PROSE = (
    *("{}", "Thanks!\n{}\nBye.", "- {}", "1. {}", "{}\n\n> what was said before"),
    *("<q>so</q>, then\n{}", "<blockquote>\n\nso\n\n</blockquote>\n\n{}"),
)
IN_NO_PROSE = (
    "> {}",
    "> She said:\n{}",
    "- > {}",
    "```\n{}\n```",
    "~~~text\n{}\n~~~",
    "    {}",
    "`{}`",
    "`code\n{}`",
    "# {}",
    "<div>\n{}\n</div>",
    "<!--\n{}\n-->",
    "<blockquote>\n\n{}\n\n</blockquote>\nI do not think so.",
    "<details><summary>of old</summary>\n\n{}\n\n</details>",
    "she wrote <q>\n{}\n</q>",
    "<del>\n\n{}",
    "$$\n{}\n$$",
    "a | b\n--- | ---\n{} | c",
    "[link\n{}](https://example.com)",
    "please {}",
    "\\{}",
)


def is_denied(words: str, role: Role, *, is_author: bool) -> bool:
    """Whether all that follows is the answer that the role does not allow it."""
    (action,) = act(parse(words), role, is_author=is_author)
    return isinstance(action, Reply) and action.kind is ReplyKind.DENIED


def test_every_command_is_in_the_table() -> None:
    assert {words.split(" ")[0] for words in PROMISED} == {row.name.split(" ")[0] for row in commands()}
    assert len(PROMISED) == len(commands())


@pytest.mark.parametrize("words", PROMISED)
@pytest.mark.parametrize("is_author", [False, True])
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_is_promised_wherever_it_stands_in_prose(words: str, role: Role, is_author: bool) -> None:
    may = PROMISED[words][is_author][role.rank] != "-"
    for place in IN_PROSE:
        assert is_denied(place.format(f"/lintel {words}"), role, is_author=is_author) is not may


@pytest.mark.parametrize(("words", "place"), list(product(PROMISED, IN_NO_PROSE)))
def test_in_quotes_code_and_the_like_no_command_is_one_even_for_an_admin(words: str, place: str) -> None:
    assert act(parse(place.format(f"/lintel {words}")), Role.ADMIN, is_author=True) == []
