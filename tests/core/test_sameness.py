"""When two patches are the same change: everything but the place counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.core.change.diff import FilePatch, FileStatus, Hunk, Patch
from app.core.change.sameness import change_alike

BODY = " before\n-old\n+new\n after"


def patch(start: int = 1, body: str = BODY, section: str = "", **changes: Any) -> Patch:
    hunk = Hunk(start, 3, start, 3, section, body)
    file = FilePatch(path="a.py", old_path="a.py", status=FileStatus.MODIFIED, hunks=(hunk,), additions=1, deletions=1)
    return Patch("base", "head", (replace(file, **changes),))


def test_the_same_hunk_elsewhere_is_the_same_change() -> None:
    assert change_alike(patch(), patch(40, section="def f():"))


@pytest.mark.parametrize(
    "other",
    [
        patch(body=BODY.replace("new", "newer")),
        patch(body=BODY.replace("+new", "+ new")),
        patch(body=BODY.replace("before", "another")),
        patch(path="b.py"),
        patch(new_mode="100755"),
        patch(status=FileStatus.ADDED),
        patch(hunks=()),
        Patch("base", "head", ()),
    ],
)
def test_whatever_else_differs_makes_another_change(other: Patch) -> None:
    assert not change_alike(patch(), other)
    assert not change_alike(other, patch())


@pytest.mark.parametrize("changes", [{"binary": True, "hunks": ()}, {"fault": "too large", "hunks": ()}])
def test_what_cannot_be_compared_is_never_the_same(changes: dict[str, Any]) -> None:
    assert not change_alike(patch(**changes), patch(**changes))
