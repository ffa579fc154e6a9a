from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.action import Action, Ask, Fix, Pause, Reply, ReplyKind, Review, Show, Topic
from app.commands.needs import Needs, allowed
from app.commands.prose import Call, parse
from app.commands.table import act, command, commands, help_text
from app.core.people.role import Role

INVISIBLE = "\u200b"
PAUSE, RESUME = Pause(paused=True), Pause(paused=False)


def said(body: str, role: str = "admin", *, is_author: bool = False) -> list[Action]:
    return act(parse(body), Role.of(role), is_author=is_author)


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("/lintel review", ["review"]),
        ("   /lintel   review\tfull  ", ["review\tfull"]),
        ("Thanks!\n/lintel review\nand\n/lintel help", ["review", "help"]),
        ("Thanks!\r\n\r\n/lintel review\r\n", ["review"]),
        ("hard  \n/lintel review", ["review"]),
        ("- /lintel review", ["review"]),
        ("1. text\n\n   /lintel review", ["review"]),
        ("/lintel", [""]),
        ("/lintel ask why `a_b` and __init__?", ["ask why `a_b` and __init__?"]),
    ],
)
def test_a_line_of_prose_can_command(body: str, texts: list[str]) -> None:
    assert parse(body) == [Call(text) for text in texts]


@pytest.mark.parametrize(
    "body",
    [
        "> /lintel review",
        "> quoted\n/lintel review",
        "- > /lintel review",
        "    /lintel review",
        "```\n/lintel review\n```",
        "```\n/lintel review",
        "~~~ text\n/lintel review\n~~~",
        "`code\n/lintel review`",
        "# /lintel review",
        "/lintel review\n---",
        "<div>\n/lintel review\n</div>",
        "<!--\n\n/lintel review\n\n-->",
        "text <!--\n/lintel review\n-->",
        "<b>/lintel review</b>",
        "[link\n/lintel review](https://example.com)",
        "**bold\n/lintel review**",
        "![\n/lintel review](x)",
        "a | b\n--- | ---\n/lintel review | c",
        "see /lintel review",
        "\\/lintel review",
        "&#47;lintel review",
        "&sol;lintel review",
        "/lintelreview",
        "/Lintel review",
        "/l\u0456ntel review",
        "\uff0flintel review",
        f"{INVISIBLE}/lintel review",
        f"/lintel{INVISIBLE} review",
        "/lintel\u00a0review",
        "/lintel\u2003review",
        "",
    ],
)
def test_what_is_no_prose_or_only_looks_alike_commands_nothing(body: str) -> None:
    assert parse(body) == []


@pytest.mark.parametrize("text", ["rev\u0456ew", f"review{INVISIBLE}", "ｒｅｖｉｅｗ", "REVIEW", "\u202ereview"])
def test_a_look_alike_name_is_no_command(text: str) -> None:
    (action,) = said(f"/lintel {text}")
    assert isinstance(action, Reply)
    assert action.kind is ReplyKind.UNKNOWN


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_parses_and_answers_come_from_our_table_alone(body: str) -> None:
    names = {None, *(row.name for row in commands())}
    for prefix in ("", "/lintel ", "/lintel review "):
        for action in said(prefix + body):
            assert not isinstance(action, Reply) or action.command in names


@settings(deadline=None)
@given(st.text(alphabet="/lintel rvw>`-#*[]()<!\n\\ ", max_size=120))
def test_every_call_stands_on_a_line_that_begins_with_the_prefix(body: str) -> None:
    lines = [line.lstrip(" -*>#+0123456789.)") for line in body.split("\n")]
    assert len(parse(body)) <= sum(line.startswith("/lintel") for line in lines)


def test_the_words_choose_the_action() -> None:
    assert said("/lintel review") == [Review(full=False)]
    assert said("/lintel  review \t full") == [Review(full=True)]
    assert said("/lintel help") == [Reply(ReplyKind.HELP)]
    assert said("/lintel") == [Reply(ReplyKind.HELP)]


def test_a_question_is_all_that_follows_and_a_fix_has_one_finding_or_that_of_its_thread() -> None:
    assert said("/lintel ask why `a_b`, F1?") == [Ask("why `a_b`, F1?")]
    assert said("/lintel ask") == [Reply(ReplyKind.USAGE, "ask")]
    assert said("/lintel fix F7") == said("/lintel fix 7") == [Fix(7)]
    assert said("/lintel fix") == [Fix(None)]
    assert said("/lintel fix F7 by deleting it") == [Reply(ReplyKind.USAGE, "fix")]


@pytest.mark.parametrize(
    ("role", "is_author", "may"),
    [
        ("none", False, (False, False)),
        ("read", False, (False, False)),
        ("read", True, (True, True)),
        ("triage", False, (True, False)),
        ("write", False, (True, True)),
        ("admin", False, (True, True)),
    ],
)
def test_who_may_have_a_model_asked(role: str, is_author: bool, may: tuple[bool, bool]) -> None:
    asked = said("/lintel ask why?\n/lintel fix 1", role, is_author=is_author)
    assert tuple(not isinstance(action, Reply) for action in asked) == may


def test_words_too_many_are_answered_with_the_usage() -> None:
    assert said("/lintel review now") == [Reply(ReplyKind.USAGE, "review")]
    assert said("/lintel review full now") == [Reply(ReplyKind.USAGE, "review full")]


@pytest.mark.parametrize(
    ("text", "meant"), [("reveiw", "review"), ("reviwe ful", "review full"), ("halp", "help"), ("deploy", None)]
)
def test_an_unknown_command_is_answered_with_the_nearest(text: str, meant: str | None) -> None:
    assert said(f"/lintel {text}") == [Reply(ReplyKind.UNKNOWN, meant)]


def test_one_action_is_done_once_however_often_it_is_asked_for() -> None:
    assert said("/lintel review\n" * 500) == [Review()]
    assert said("/lintel help\n/lintel nothing\n" * 500, "none") == [Reply(ReplyKind.HELP), Reply(ReplyKind.UNKNOWN)]


def test_of_pause_and_resume_in_one_comment_the_last_one_holds() -> None:
    assert said("/lintel pause\n/lintel resume\n/lintel pause") == [PAUSE, RESUME, PAUSE]
    assert said("/lintel resume\n/lintel pause\n/lintel cost\n/lintel resume") == [
        *(RESUME, PAUSE, Show(Topic.COST), RESUME)
    ]
    assert said("/lintel pause\n/lintel resume\n" * 500) == [PAUSE, RESUME]
    assert said("/lintel pause\n" * 500) == [PAUSE]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["pause", "resume", "status", "help", "review"]), max_size=30))
def test_few_of_many_commands_are_done_in_order_and_the_last_pause_is_the_last_one_said(names: list[str]) -> None:
    one_by_one = [action for name in names for action in said(f"/lintel {name}")]
    done = said("\n".join(f"/lintel {name}" for name in names))
    rest = iter(one_by_one)
    assert all(action in rest for action in done)
    assert set(done) == set(one_by_one)
    assert len(done) <= len(set(one_by_one)) + 1
    assert [one for one in done if isinstance(one, Pause)][-1:] == [
        one for one in one_by_one if isinstance(one, Pause)
    ][-1:]


@pytest.mark.parametrize(
    ("needs", "role", "is_author", "may"),
    [
        (Needs.WRITE_OR_AUTHOR, "write", False, True),
        (Needs.WRITE_OR_AUTHOR, "maintain", False, True),
        (Needs.WRITE_OR_AUTHOR, "triage", False, False),
        (Needs.WRITE_OR_AUTHOR, "read", True, True),
        (Needs.WRITE_OR_AUTHOR, "none", True, True),
        (Needs.WRITE, "read", True, False),
        (Needs.WRITE, "write", False, True),
        (Needs.TRIAGE_OR_AUTHOR, "triage", False, True),
        (Needs.TRIAGE_OR_AUTHOR, "read", False, False),
        (Needs.MAINTAIN, "write", True, False),
        (Needs.MAINTAIN, "maintain", False, True),
        (Needs.MAINTAIN, "admin", False, True),
        (Needs.ANYONE, "none", False, True),
    ],
)
def test_roles_decide_who_may(needs: Needs, role: str, is_author: bool, may: bool) -> None:
    assert allowed(needs, Role.of(role), is_author=is_author) is may


@settings(deadline=None)
@given(role=st.text(max_size=10).filter(lambda text: text not in set(Role)), needs=st.sampled_from(Needs))
def test_a_role_nobody_knows_gives_nothing(role: str, needs: Needs) -> None:
    assert allowed(needs, Role.of(role), is_author=False) is (needs is Needs.ANYONE)


def test_who_may_not_is_told_which_command_and_nothing_happens() -> None:
    assert said("/lintel review full", "read", is_author=True) == [Reply(ReplyKind.DENIED, "review full")]
    assert said("/lintel review", "read", is_author=True) == [Review()]


def test_the_help_is_the_table() -> None:
    for row in commands():
        assert f"| `/lintel {row.usage}` | {row.needs.words} | {row.does} |" in help_text().splitlines()
    assert parse(help_text()) == []


def test_two_commands_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="two commands are called help"):
        command("help", needs=Needs.ANYONE, usage="help")(lambda _rest: [])
