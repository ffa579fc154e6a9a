"""Every planted break is reported on its line; what nobody forbids is not."""

from __future__ import annotations

import pytest

from tests.fit.planted.grounds import GROUNDS
from tests.fit.planted.planting import Case, Ground, Planted, read_marks

BREAKS = [pytest.param(ground, case, id=f"{ground.name}: {case.name}") for ground in GROUNDS for case in ground.breaks]
LEGAL = [pytest.param(ground, case, id=f"{ground.name}: {case.name}") for ground in GROUNDS for case in ground.legal]


@pytest.mark.parametrize(("ground", "case"), BREAKS)
async def test_a_planted_break_is_reported_on_its_line(planted: Planted, ground: Ground, case: Case) -> None:
    told = await planted.look(ground, case)
    marks = read_marks(ground.after(case))
    assert told.claims == sorted((*marks.breaks, *case.also))
    assert told.claims
    assert told.old == marks.broke
    assert told.mended == list(case.mended)


@pytest.mark.parametrize(("ground", "case"), LEGAL)
async def test_a_legal_change_is_not_reported(planted: Planted, ground: Ground, case: Case) -> None:
    told = await planted.look(ground, case)
    assert told.claims == []
    assert told.delta.cycles == () or case.name == "a cycle where cycles are allowed"
    assert told.old == read_marks(ground.after(case)).broke
    assert told.mended == list(case.mended)


def test_there_are_sixty_of_each_in_seven_languages() -> None:
    assert len(BREAKS) >= 60
    assert len(LEGAL) >= 60
    assert {ground.name for ground in GROUNDS} == {"python", "typescript", "javascript", "go", "java", "rust", "c#"}
