"""Whether a check can hold a merge up, and what is said about it."""

from __future__ import annotations

import pytest

from app.core.gate.enforcement import Enforcement, Hold, Requirement, Requirements, judge_enforcement
from app.core.report.enforcement import MOST_OTHERS, tell_enforcement

NAME, OURS, OTHER = "lintel: main", 42, 43
PINNED, OPEN, FOREIGN = Requirement(NAME, OURS), Requirement(NAME, None), Requirement(NAME, OTHER)
BESIDE = Requirement("build", OURS)


@pytest.mark.parametrize(
    ("required", "hold"),
    [
        ((), Hold.NOT_REQUIRED),
        ((BESIDE,), Hold.NOT_REQUIRED),
        ((Requirement("lintel: release", OURS),), Hold.NOT_REQUIRED),
        ((PINNED,), Hold.ENFORCED),
        ((OPEN, PINNED), Hold.ENFORCED),
        ((FOREIGN, PINNED), Hold.ENFORCED),
        ((OPEN,), Hold.UNPINNED),
        ((FOREIGN, OPEN), Hold.UNPINNED),
        ((FOREIGN, BESIDE), Hold.OTHER_APP),
    ],
)
def test_a_check_is_enforced_where_the_branch_asks_for_this_apps(required: tuple[Requirement, ...], hold: Hold) -> None:
    assert judge_enforcement(Requirements(required), NAME, OURS).hold is hold


@pytest.mark.parametrize("required", [(), (OPEN,), (FOREIGN,), (BESIDE,)])
def test_what_could_not_be_read_might_enforce_it(required: tuple[Requirement, ...]) -> None:
    found = judge_enforcement(Requirements(required, ("the rulesets cannot be read",)), NAME, OURS)
    assert found == Enforcement(Hold.UNKNOWN, ("the rulesets cannot be read",))


def test_what_could_not_be_read_cannot_undo_what_was() -> None:
    assert judge_enforcement(Requirements((PINNED,), ("something",)), NAME, OURS).hold is Hold.ENFORCED


@pytest.mark.parametrize("hold", Hold)
@pytest.mark.parametrize("gates", [True, False])
def test_one_line_is_said_unless_all_is_well_or_nothing_gates(hold: Hold, *, gates: bool) -> None:
    told = tell_enforcement(Enforcement(hold, ("it is dark",)), "main", gates=gates).text
    assert bool(told) == (gates and hold is not Hold.ENFORCED)
    assert "\n" not in told


def test_words_of_others_stay_words() -> None:
    enforcement = Enforcement(Hold.NOT_REQUIRED, others=("`@octo` <img src=x>",) * (MOST_OTHERS + 2))
    told = tell_enforcement(enforcement, "a`b @octo", gates=True).text
    assert "and 2 more" in told
    assert "``" in told
    assert "\n" not in told
