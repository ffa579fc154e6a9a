"""Nothing ambient: environment, clock, files and the terminal come in at the places that own them, and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.house import APP, Module, name_of, read_modules, walk_names


def walk_calls(tree: ast.Module) -> Iterator[str]:
    yield from (name_of(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


def owners(names: set[str]) -> set[str]:
    return {module.room for module in read_modules() if names & set(walk_names(module.tree))}


def callers(names: set[str]) -> list[str]:
    return [module.name for module in read_modules() if names & set(walk_calls(module.tree))]


def test_only_the_settings_read_the_environment() -> None:
    assert owners({"os.environ", "os.environb", "os.getenv", "os.getenvb"}) <= {"settings"}


def test_only_the_composition_root_reads_the_clock() -> None:
    now = {"datetime.now", "datetime.utcnow", "datetime.today", "datetime.datetime.now", "date.today", "time.time"}
    assert owners(now) == {"wiring"}


def test_only_the_composition_root_draws_chance() -> None:
    drawn = {"random.random", "random.choice", "random.randint", "random.uniform", "random.shuffle"}
    assert owners(drawn | {"random.SystemRandom"}) == {"wiring"}


def test_files_are_opened_by_paths_and_people_are_told_through_a_console() -> None:
    assert callers({"open", "print", "input", "breakpoint", "eval", "exec"}) == []


def test_no_module_keeps_state_by_global() -> None:
    kept = [module.name for module in read_modules() if any(isinstance(n, ast.Global) for n in ast.walk(module.tree))]
    assert kept == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import os\nx = os.environ['A']", "os.environ"),
        ("from os import getenv", "os.getenv"),
        ("when = datetime.now(UTC)", "datetime.now"),
    ],
)
def test_the_rule_sees_a_name_however_it_is_reached(code: str, name: str) -> None:
    assert name in set(walk_names(Module(APP, code, ast.parse(code)).tree))
