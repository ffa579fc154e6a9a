"""Toolboxes over real repositories, asked as a model asks them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.core.model import ToolCall, ToolResult
from app.repo.head_tree import Bounds, HeadTree, open_toolbox
from app.repo.objects import GitStore
from app.tools.toolbox import Limits, Toolbox
from tests.repo.world import Repository, Tree, file, make_repository

NOTHING: Mapping[str, str] = {}


def files(**texts: str) -> Tree:
    """Files by name; `__` stands for a slash and `_dot_` for a dot."""
    return {name.replace("__", "/").replace("_dot_", ".").encode(): file(text.encode()) for name, text in texts.items()}


def open_box(
    place: Path | Repository,
    tree: Tree,
    known: Mapping[str, str] = NOTHING,
    *,
    limits: Limits | None = None,
    bounds: Bounds | None = None,
    head: str = "",
) -> Toolbox:
    """The tools over a commit that holds exactly `tree`, or over `head`."""
    repository = place if isinstance(place, Repository) else make_repository(place / "repository", "--bare")
    revision = head or repository.commit_tree(tree)
    return open_toolbox(HeadTree(GitStore(repository.git_dir), revision, known, bounds), limits)


async def ask(box: Toolbox, name: str, **arguments: Any) -> ToolResult:
    return await box.answer(ToolCall("toolu_1", name, arguments))


async def rows(box: Toolbox, name: str, **arguments: Any) -> list[str]:
    """What stands in the fence of an answer that is no error."""
    result = await ask(box, name, **arguments)
    assert not result.error, result.text
    return fenced(result)


async def refusal(box: Toolbox, name: str, **arguments: Any) -> str:
    result = await ask(box, name, **arguments)
    assert result.error, result.text
    return result.text


def fenced(result: ToolResult) -> list[str]:
    _, begin, rest = result.text.partition("\n<<<BEGIN REPOSITORY TEXT ")
    return rest.split("\n")[1:-1] if begin else []
