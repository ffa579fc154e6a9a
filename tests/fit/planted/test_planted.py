"""Every planted break is reported on its line; what nobody forbids is not.

The cases of a language are one test: what they begin with is read once for all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fit.planted.grounds import GROUNDS
from tests.fit.planted.planting import Ground, plant, read_marks

BREAKS = [(ground, case) for ground in GROUNDS for case in ground.breaks]
LEGAL = [(ground, case) for ground in GROUNDS for case in ground.legal]


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda ground: ground.name)
async def test_what_is_planted_is_reported_on_its_line_and_nothing_else_is(tmp_path: Path, ground: Ground) -> None:
    planted = await plant(tmp_path, ground)
    wrong: dict[str, object] = {}
    for case in ground.breaks:
        told = await planted.look(ground, case)
        marks = read_marks(ground.after(case))
        expected = sorted((*marks.breaks, *case.also)), marks.broke, list(case.mended)
        assert expected[0], f"{case.name} plants nothing"
        if (told.claims, told.old, told.mended) != expected:
            wrong[case.name] = told.claims, told.old, told.mended, expected
    for case in ground.legal:
        told = await planted.look(ground, case)
        quiet = told.delta.cycles == () or case.name == "a cycle where cycles are allowed"
        known = read_marks(ground.after(case)).broke
        if (told.claims, quiet, told.old, told.mended) != ([], True, known, list(case.mended)):
            wrong[case.name] = told.claims, told.delta.cycles, told.old, told.mended
    assert wrong == {}


def test_there_are_sixty_of_each_in_seven_languages() -> None:
    assert len(BREAKS) >= 60
    assert len(LEGAL) >= 60
    assert {ground.name for ground in GROUNDS} == {"python", "typescript", "javascript", "go", "java", "rust", "c#"}
