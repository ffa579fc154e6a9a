from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.findings.finding import Severity
from app.core.gate.effective import Effective, Origin, for_reading, merge, read_organisation
from app.core.gate.floor import NO_MATTER, TIGHTER, list_values
from app.core.gate.policy import BlockOn, Mode, Policy, PolicyFault, read_policy
from app.core.gate.policy_change import compare_policies
from app.core.gate.verdict import Conclusion, GateFacts, decide

HERE = "octo/.github/lintel.yml"
GLOBS = st.lists(st.sampled_from(["a/**", "b/**", "*.md", "c/d.py"]), unique=True, max_size=3)
RULES = st.lists(st.sampled_from(["be kind", "be short", "be sure"]), unique=True, max_size=3)
LAYERS = st.lists(st.sampled_from(["web", "core", "store"]), unique=True, max_size=3)
SWITCHES = st.booleans()


def section(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


KEYS = {
    "mode": st.sampled_from([item.value for item in Mode]),
    "block_on": st.sampled_from([item.value for item in BlockOn]),
    "model": st.sampled_from(["required", "optional"]),
    "review": section(
        branches=GLOBS,
        drafts=SWITCHES,
        bots=SWITCHES,
        exclude=GLOBS,
        guidance=GLOBS,
        rules=RULES.map(lambda texts: [{"paths": ["**"], "text": text} for text in texts]),
        lenses=section(correctness=SWITCHES, contracts=SWITCHES, security=SWITCHES, rules=SWITCHES),
    ),
    "architecture": section(
        layers=LAYERS.map(lambda names: [{"name": name, "paths": [f"{name}/**"]} for name in names]),
        forbid=GLOBS.map(lambda globs: [{"from": glob, "to": "z/**"} for glob in globs]),
        cycles=st.sampled_from(["new", "allow"]),
        severity=st.sampled_from([item.value for item in Severity]),
    ),
    "analyzers": section(ruff=SWITCHES, zizmor=SWITCHES, secrets=SWITCHES),
    "people": section(
        ai_authored=section(human_approvals=st.integers(0, 10)),
        sensitive=GLOBS.map(lambda globs: [{"paths": [glob], "owners": ["@ann"]} for glob in globs]),
        override=st.sampled_from(["maintain", "admin"]),
    ),
}
LOOSE = {
    "check": st.sampled_from(["per_base", "shared"]),
    "budget": section(review_usd=st.floats(0, 9), pull_request_usd=st.floats(0, 9)),
}
FLOORS = section(**KEYS)
OWN = section(**KEYS, **LOOSE).map(Policy.model_validate)
ORGANISATIONS = st.tuples(section(**KEYS, **LOOSE), FLOORS).map(
    lambda both: Policy.model_validate({**both[0], "floor": both[1]})
)


def holds(key: str, floor: Any, value: Any) -> bool:
    """Whether a value is at least as strict as the floor's, told apart from how they are merged."""
    ladders: dict[str, Sequence[object]] = {
        "mode": ["gate", "advisory"],
        "block_on": ["low", "medium", "high", "critical", "never"],
        "model": ["required", "optional"],
        "architecture.cycles": ["new", "allow"],
        "architecture.severity": ["critical", "high", "medium", "low", "nit"],
        "people.override": ["admin", "maintain"],
    }
    if key in ladders:
        return ladders[key].index(value) <= ladders[key].index(floor)
    if key == "review.exclude":
        return set(value) <= set(floor)
    if isinstance(floor, tuple):
        return all(item in value for item in floor)
    return bool(value >= floor)


def merged(organisation: Policy | PolicyFault | None, repository: Policy | PolicyFault) -> Effective:
    found = merge(organisation, repository)
    assert isinstance(found, Effective)
    return found


def test_every_key_either_has_a_tighter_value_or_is_no_matter_of_strictness() -> None:
    assert {key for key, _ in list_values(Policy())} == set(TIGHTER) | NO_MATTER
    assert not set(TIGHTER) & NO_MATTER


@given(ORGANISATIONS, OWN)
def test_no_repository_falls_below_the_floor(organisation: Policy, own: Policy) -> None:
    values = dict(list_values(merged(organisation, own).policy))
    floor = list_values(Policy.model_validate(organisation.floor), written=True)
    assert [key for key, value in floor if not holds(key, value, values[key])] == []


@given(ORGANISATIONS, OWN)
def test_merging_again_changes_nothing(organisation: Policy, own: Policy) -> None:
    once = merged(organisation, own).policy
    assert merged(organisation, once).policy == once
    assert merged(organisation, once).policy.digest == once.digest


@given(ORGANISATIONS, OWN)
def test_each_value_is_where_it_is_said_to_come_from(organisation: Policy, own: Policy) -> None:
    found = merged(organisation, own)
    written, inherited = dict(list_values(own, written=True)), dict(list_values(organisation, written=True))
    defaults, values = dict(list_values(Policy())), dict(list_values(found.policy))
    for key, origin in found.origins.items():
        if origin is Origin.FLOOR:
            assert key in dict(list_values(Policy.model_validate(organisation.floor), written=True))
            continue
        source = {Origin.REPOSITORY: written, Origin.ORGANISATION: inherited, Origin.DEFAULT: defaults}[origin]
        assert values[key] == source[key]
        assert origin is Origin.REPOSITORY or key not in written


@given(OWN)
def test_without_an_organisation_a_policy_is_itself(own: Policy) -> None:
    assert merged(None, own).policy == merged(Policy(), own).policy == own


@given(FLOORS)
def test_every_floor_can_be_written(floor: dict[str, Any]) -> None:
    text = str({"floor": floor}).replace("True", "true").replace("False", "false")
    assert isinstance(read_organisation(text.encode(), HERE), Policy)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("floor: {mode: gat}\n", "1:9: `floor.mode`: input should be 'gate' or 'advisory'"),
        ("floor:\n  modes: gate\n", "2:3: unknown key `floor.modes`"),
        ("floor: {floor: {mode: gate}}\n", "1:9: `floor.floor` is no matter of strictness"),
        ("floor:\n  review:\n    max_comments: 3\n", "3:5: `floor.review.max_comments` is no matter of strictness"),
        ("floor: {budget: {review_usd: 1}}\n", "1:18: `floor.budget.review_usd` is no matter of strictness"),
        ("floor: [mode]\n", "1:1: `floor`: input should be an object"),
        ("\xff", "1:1: "),
    ],
)
def test_a_fault_in_a_floor_is_told_with_its_place(text: str, said: str) -> None:
    fault = read_organisation(text.encode("latin-1"), HERE)
    assert isinstance(fault, PolicyFault)
    assert str(fault).startswith(f"{HERE}:{said}")


def test_a_repository_has_no_floor() -> None:
    fault = read_policy("mode: gate\nfloor: {mode: advisory}\n")
    assert str(fault) == ".github/lintel.yml:2:1: `floor` is a key of the organisation's file alone"
    assert read_policy("floor: {}\n") == Policy()


FAULT = PolicyFault(".github/lintel.yml", 3, 1, "unknown key `mod`")


@pytest.mark.parametrize(
    ("organisation", "conclusion"),
    [
        (None, Conclusion.FAILURE),
        ({}, Conclusion.FAILURE),
        ({"mode": "advisory"}, Conclusion.NEUTRAL),
        ({"mode": "advisory", "floor": {"mode": "gate"}}, Conclusion.FAILURE),
    ],
)
def test_a_fault_of_the_repository_leaves_the_organisations_mode(
    organisation: dict[str, Any] | None, conclusion: Conclusion
) -> None:
    found = merge(None if organisation is None else Policy.model_validate(organisation), FAULT)
    assert isinstance(found, PolicyFault)
    assert decide(GateFacts(policy=found)).conclusion is conclusion


def test_a_fault_of_the_organisation_shuts_every_gate() -> None:
    fault = PolicyFault(HERE, 1, 1, "unknown key `mod`")
    assert merge(fault, Policy(mode=Mode.ADVISORY)) == merge(fault, FAULT) == fault
    assert decide(GateFacts(policy=fault)).conclusion is Conclusion.FAILURE


def test_another_mode_makes_another_verdict_of_the_same_fault() -> None:
    advisory = merge(Policy(mode=Mode.ADVISORY), FAULT)
    assert isinstance(advisory, PolicyFault)
    assert advisory.digest != FAULT.digest


def test_a_change_is_told_in_what_is_in_force_below_the_floor() -> None:
    organisation = Policy.model_validate({"floor": {"block_on": "high"}})
    old, new = Policy(), Policy.model_validate({"block_on": "never", "review": {"drafts": True}})
    change = compare_policies(organisation, old, new, old)
    assert [(item.key, item.old, item.new) for item in change.keys] == [("review.drafts", False, True)]
    assert compare_policies(organisation, old, FAULT, old).fault is not None


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"block_on": "critical"}, True),
        ({"block_on": "never", "mode": "advisory", "people": {"override": "admin"}}, True),
        ({"review": {"max_comments": 3, "drafts": True}}, True),
        ({"block_on": "medium"}, False),
        ({"review": {"lenses": {"security": False}}}, False),
        ({"review": {"exclude": ["vendor/**"]}, "budget": {"review_usd": 1}}, True),
        ({"architecture": {"cycles": "allow"}, "analyzers": {"ruff": False}}, True),
    ],
)
def test_what_only_judges_or_chooses_files_does_not_make_another_reading(other: dict[str, Any], same: bool) -> None:
    assert (for_reading(Policy.model_validate(other)) == for_reading(Policy())) is same


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"review": {"lenses": {"security": False}}}, {}),
        ({"review": {"lenses": {"correctness": False, "contracts": False}}}, {}),
        ({}, {"block_on": "medium"}),
        ({"block_on": "medium"}, {"block_on": "low"}),
    ],
)
def test_who_asks_for_more_asks_for_all_that_less_is_asked_for(less: dict[str, Any], more: dict[str, Any]) -> None:
    assert for_reading(Policy.model_validate(less)) < for_reading(Policy.model_validate(more))


def test_who_asks_no_lens_asks_for_what_no_other_reading_has() -> None:
    off = dict.fromkeys(("correctness", "contracts", "security"), False)
    nobody = Policy.model_validate({"review": {"lenses": off}})
    assert not for_reading(nobody) & for_reading(Policy())
