"""Who may let something pass, as tables: what a role, authorship and ownership come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gate.acts import find_lowest, suffices
from app.core.gate.policy import PeoplePolicy, Policy, PolicyFault
from app.core.people.entitlement import (
    Asker,
    Ownership,
    Refusal,
    judge_ownership,
    refuse_dismissal,
    refuse_override,
)
from app.core.people.role import Role
from app.core.people.sensitivity import Sensitive, SensitiveKind

ROLES = tuple(Role)


def asker(
    role: Role, ownership: Ownership = Ownership.NOT_ASKED, *, author: bool = False, wrote: bool | None = False
) -> Asker:
    return Asker(login="ada", user_id=1, role=role, is_author=author, wrote=wrote, ownership=ownership)


def declared(*owners: str) -> Sensitive:
    return Sensitive("app/pay.py", SensitiveKind.DECLARED, "the policy names it", owners)


@pytest.mark.parametrize("lowest", [Role.MAINTAIN, Role.ADMIN])
@pytest.mark.parametrize("role", ROLES)
def test_an_override_needs_the_role_that_the_policy_asks_for(role: Role, lowest: Role) -> None:
    refused = refuse_override(asker(role), lowest)
    assert refused is (None if role.rank >= lowest.rank else Refusal.ROLE)


@pytest.mark.parametrize("role", ROLES)
def test_while_the_policy_cannot_be_used_an_admin_alone_lets_a_head_pass_and_no_owner_is_asked_for(role: Role) -> None:
    fault = PolicyFault(".github/lintel.yml", 1, 1, "unknown key")
    assert refuse_override(asker(role), find_lowest(fault)) is (None if role is Role.ADMIN else Refusal.ROLE)
    strict, plain = Policy(people=PeoplePolicy(override="admin")), Policy()
    assert (find_lowest(strict), find_lowest(plain)) == (Role.ADMIN, Role.MAINTAIN)


@pytest.mark.parametrize(
    ("role", "policy", "counts"),
    [
        ("maintain", Policy(), True),
        ("admin", Policy(), True),
        ("maintain", Policy(people=PeoplePolicy(override="admin")), False),
        ("admin", Policy(people=PeoplePolicy(override="admin")), True),
        ("maintain", PolicyFault(".github/lintel.yml", 1, 1, "unknown key"), False),
        ("admin", PolicyFault(".github/lintel.yml", 1, 1, "unknown key"), True),
        ("owner of all", Policy(), False),
    ],
)
def test_an_override_counts_while_its_role_is_what_the_policy_asks_for(
    role: str, policy: Policy | PolicyFault, *, counts: bool
) -> None:
    assert suffices(role, policy) is counts


@given(role=st.sampled_from(ROLES), lowest=st.sampled_from(ROLES), author=st.booleans())
def test_no_policy_lets_anybody_below_maintain_override(role: Role, lowest: Role, author: bool) -> None:
    if refuse_override(asker(role, author=author), lowest) is None:
        assert role in (Role.MAINTAIN, Role.ADMIN)


@pytest.mark.parametrize(
    ("ownership", "refused"),
    [
        (Ownership.NOT_ASKED, None),
        (Ownership.OWNER, None),
        (Ownership.OTHER, Refusal.NOT_OWNER),
        (Ownership.UNKNOWN, Refusal.OWNERS_UNKNOWN),
        (Ownership.NO_POLICY, Refusal.NO_POLICY),
    ],
)
def test_on_sensitive_paths_even_an_admin_must_own_them(ownership: Ownership, refused: Refusal | None) -> None:
    assert refuse_override(asker(Role.ADMIN, ownership), Role.MAINTAIN) is refused
    assert refuse_dismissal(asker(Role.ADMIN, ownership), blocking=True) is refused
    assert refuse_dismissal(asker(Role.ADMIN, ownership), blocking=False) is None


@pytest.mark.parametrize(
    ("role", "author", "wrote", "refused"),
    [
        (Role.READ, False, False, Refusal.ROLE),
        (Role.TRIAGE, False, False, Refusal.ROLE),
        (Role.READ, True, True, Refusal.ROLE),
        (Role.WRITE, False, False, None),
        (Role.WRITE, True, False, Refusal.OWN_CHANGE),
        (Role.WRITE, False, True, Refusal.OWN_CHANGE),
        (Role.WRITE, False, None, Refusal.WRITERS_UNKNOWN),
        (Role.MAINTAIN, True, True, None),
        (Role.ADMIN, True, True, None),
    ],
)
def test_what_blocks_is_dismissed_by_somebody_else_or_a_maintainer(
    role: Role, author: bool, wrote: bool | None, refused: Refusal | None
) -> None:
    assert refuse_dismissal(asker(role, author=author, wrote=wrote), blocking=True) is refused


@pytest.mark.parametrize("role", ROLES)
def test_what_does_not_block_is_dismissed_by_anybody_who_can_write(role: Role) -> None:
    refused = refuse_dismissal(asker(role, author=True, wrote=None), blocking=False)
    assert refused is (None if role.rank >= Role.WRITE.rank else Refusal.ROLE)


@pytest.mark.parametrize(
    ("sensitive", "ownership"),
    [
        ([], Ownership.NOT_ASKED),
        ([Sensitive("a", SensitiveKind.AUTH, "by its name", ("@bob",))], Ownership.NOT_ASKED),
        ([declared("@Ada")], Ownership.OWNER),
        ([declared("ada", "@bob")], Ownership.OWNER),
        ([declared("@bob")], Ownership.OTHER),
        ([declared("@ada"), declared("@bob")], Ownership.OTHER),
        ([declared("@org/payments")], Ownership.UNKNOWN),
        ([declared("ada@example.com")], Ownership.UNKNOWN),
        ([declared()], Ownership.UNKNOWN),
        ([declared("@org/payments"), declared("@bob")], Ownership.OTHER),
        ([declared("@org/payments", "@ada")], Ownership.OWNER),
    ],
)
def test_owning_is_being_named_for_every_path(sensitive: list[Sensitive], ownership: Ownership) -> None:
    assert judge_ownership("ada", sensitive) is ownership
