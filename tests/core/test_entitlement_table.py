"""Who may let something pass: every role by what the asker is to the change and to its paths, against the promise."""

from __future__ import annotations

from itertools import product

import pytest

from app.core.people.entitlement import Asker, Ownership, Refusal, refuse_dismissal, refuse_override
from app.core.people.role import Role

OTHERS, UNKNOWN = False, None
"""Whether the asker wrote the change."""

BLOCKING = {
    # is the author, wrote it: what keeps somebody with write, and not more, from dismissing what blocks
    (False, OTHERS): None,
    (False, True): Refusal.OWN_CHANGE,
    (False, UNKNOWN): Refusal.WRITERS_UNKNOWN,
    (True, OTHERS): Refusal.OWN_CHANGE,
    (True, True): Refusal.OWN_CHANGE,
    (True, UNKNOWN): Refusal.OWN_CHANGE,
}
OWNERS = {
    # what keeps the asker from it whatever the role, if the role is enough for anything
    Ownership.NOT_ASKED: None,
    Ownership.OWNER: None,
    Ownership.OTHER: Refusal.NOT_OWNER,
    Ownership.UNKNOWN: Refusal.OWNERS_UNKNOWN,
    Ownership.NO_POLICY: Refusal.NO_POLICY,
}
LOWEST = {Role.MAINTAIN: "----ma", Role.ADMIN: "-----a"}
WRITERS = "---wma"
"""From none over read, triage, write, maintain to admin."""


def asker(role: Role, ownership: Ownership, hand: tuple[bool, bool | None] = (False, OTHERS)) -> Asker:
    author, wrote = hand
    return Asker(login="ada", user_id=1, role=role, is_author=author, wrote=wrote, ownership=ownership)


@pytest.mark.parametrize(("role", "ownership", "hand"), list(product(Role, Ownership, BLOCKING)))
def test_what_blocks_is_dismissed_by_an_entitled_owner_alone(
    role: Role, ownership: Ownership, hand: tuple[bool, bool | None]
) -> None:
    refused = refuse_dismissal(asker(role, ownership, hand), blocking=True)
    if WRITERS[role.rank] == "-":
        assert refused is Refusal.ROLE
    elif OWNERS[ownership] is not None:
        assert refused is OWNERS[ownership]
    else:
        assert refused is (BLOCKING[hand] if role is Role.WRITE else None)


@pytest.mark.parametrize(("role", "ownership", "hand"), list(product(Role, Ownership, BLOCKING)))
def test_what_does_not_block_is_dismissed_by_whoever_can_write(
    role: Role, ownership: Ownership, hand: tuple[bool, bool | None]
) -> None:
    refused = refuse_dismissal(asker(role, ownership, hand), blocking=False)
    assert refused is (Refusal.ROLE if WRITERS[role.rank] == "-" else None)


@pytest.mark.parametrize(("role", "ownership", "hand", "lowest"), list(product(Role, Ownership, BLOCKING, LOWEST)))
def test_a_head_is_let_pass_by_an_owner_with_the_role_that_the_policy_names(
    role: Role, ownership: Ownership, hand: tuple[bool, bool | None], lowest: Role
) -> None:
    refused = refuse_override(asker(role, ownership, hand), lowest)
    assert refused is (Refusal.ROLE if LOWEST[lowest][role.rank] == "-" else OWNERS[ownership])
