"""Whoever reads what is built, shipped and run is told what goes wrong there; all that lenses share stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.change.classes.delivery import Delivery
from app.core.gate.policy import Lenses
from app.flows.review.prompts import prompt_digests
from app.lenses.choice import choose_lenses
from app.lenses.correctness import CORRECTNESS
from app.lenses.delivery import NOTES, OPENING, add_notes
from app.lenses.lens import Look
from app.lenses.security import SECURITY
from tests.claude_rules import count_tokens

MOST_LINES = 12
MOST_TOKENS = 500


def told(look: Look) -> set[Delivery]:
    """The kinds whose notes a lens gives its model."""
    task = look.ask("x", change_map="", model="m", salt="").blocks[-1].text
    return {kind for kind, note in NOTES.items() if note in task}


def test_the_question_with_all_notes_is_as_agreed(check_golden: Callable[[str, str], None]) -> None:
    question = add_notes(SECURITY, tuple(Delivery)).ask("x", change_map="", model="m", salt="")
    check_golden("delivery.md", question.blocks[-1].text + "\n")


def test_only_the_last_block_of_the_question_is_another() -> None:
    noted, other = (
        look.ask("x", change_map="y", model="m", salt="") for look in (add_notes(SECURITY, NOTES), SECURITY)
    )
    assert noted.blocks[-1] != other.blocks[-1]
    assert replace(noted, blocks=()) == replace(other, blocks=())
    assert noted.blocks[:-1] == other.blocks[:-1]
    assert add_notes(SECURITY, ()) is SECURITY


@pytest.mark.parametrize("kind", Delivery)
def test_each_kind_has_notes_that_are_short(kind: Delivery) -> None:
    note = NOTES[kind]
    assert note.count("\n") < MOST_LINES
    assert count_tokens(note) < MOST_TOKENS
    assert told(add_notes(SECURITY, [kind])) == {kind}


def test_notes_come_in_one_order_and_once_however_the_kinds_are_found() -> None:
    some = [Delivery.TERRAFORM, Delivery.WORKFLOW, Delivery.TERRAFORM]
    assert add_notes(SECURITY, some) == add_notes(SECURITY, [*reversed(some)])
    assert add_notes(SECURITY, some).task.count(OPENING) == 1


@pytest.mark.parametrize(
    ("wanted", "lines", "together", "carrier"),
    [
        (Lenses(), 500, False, "security"),
        (Lenses(), 5, False, "security"),
        (Lenses(), 500, True, "correctness, contracts and security"),
        (Lenses(correctness=False, contracts=False), 5, True, "security"),
        (Lenses(security=False), 5, False, None),
    ],
)
def test_one_lens_carries_them_the_one_for_security(
    wanted: Lenses, lines: int, together: bool, carrier: str | None
) -> None:
    looks = choose_lenses(wanted, changed_lines=lines, together=together, deliveries=[Delivery.COMPOSE])
    assert [look.name for look in looks if told(look)] == ([carrier] if carrier else [])
    plain = choose_lenses(wanted, changed_lines=lines, together=together)
    assert [look.name for look in looks] == [look.name for look in plain]
    assert not any(told(look) for look in plain)
    assert CORRECTNESS not in looks or not told(CORRECTNESS)


def test_the_notes_have_a_digest_of_their_own() -> None:
    digests = prompt_digests()
    assert digests["delivery"] not in {digest for name, digest in digests.items() if name != "delivery"}
