"""Grammars of foreign languages are loaded by a process of their own, and by no other that lives on."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib

import pytest

from app.syntax.exact import TextUnreadableError, read_exactly
from app.syntax.languages import LANGUAGES
from app.syntax.parsing import Deadline
from app.syntax.weighable import EXACT
from tests.architecture.house import APP, ROOT, read_modules

CONTRACT = "No grammar runs in the bot's own process"
FREE = {"app.syntax", "app.syntax.languages", "app.syntax.weighable"}
EVERYTHING = """
import json, pkgutil, sys
from importlib import import_module
import app
for info in pkgutil.walk_packages(app.__path__, "app."):
    if not info.name.startswith(("app.syntax.", "app.analyzers.apart.child", "app.__main__")):
        import_module(info.name)
from app.analyzers import analyzers
analyzers()
print(json.dumps(sorted(sys.modules)))
"""


def load_everything() -> set[str]:
    """The modules that are there once all of the app is loaded but the child and what it alone needs."""
    done = subprocess.run([sys.executable, "-c", EVERYTHING], capture_output=True, cwd=ROOT, timeout=60, check=True)
    return set(json.loads(done.stdout))


def test_all_of_the_bot_loads_without_one_grammar() -> None:
    grammars = {"tree_sitter", "_binding", *(row.module for row in LANGUAGES.values())}
    assert {name for name in load_everything() if name.partition(".")[0] in grammars} == set()


def test_the_contract_names_all_of_syntax_that_is_not_free() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = (one for one in contracts["contracts"] if one["name"] == CONTRACT)
    rooms = [path.parent for path in (APP / "syntax").glob("*/__init__.py")]
    files = [*(APP / "syntax").glob("*.py"), *rooms]
    modules = {f"app.syntax.{path.stem}" for path in files} - {"app.syntax.__init__"} - FREE
    assert set(contract["protected_modules"]) == modules | {"app.analyzers.apart.child", "tree_sitter"}


def test_no_grammar_is_named_outside_of_the_table_of_languages() -> None:
    named = {module.name for module in read_modules() if "tree_sitter_" in module.text}
    assert named == {"app/syntax/languages.py"}


@pytest.mark.parametrize("ending", sorted(EXACT))
def test_what_is_said_to_be_read_exactly_has_a_reader(ending: str) -> None:
    never = Deadline(1.0, lambda: 0.0)
    assert read_exactly(f"a.{ending}", "{}" if ending == "json" else "", deadline=never) is not None
    with pytest.raises(TextUnreadableError):
        read_exactly("a.txt", "", deadline=never)
