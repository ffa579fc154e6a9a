"""The table of keys in docs/gate.md is that of the code."""

from __future__ import annotations

from app.core.gate.floor import NO_MATTER, TIGHTER, list_values
from app.core.gate.policy import Policy
from app.core.report.status import show_value
from tests.architecture.house import ROOT

TEXT = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")


def table() -> list[str]:
    _, found, rest = TEXT.partition("\n## Policy\n")
    assert found, "docs/gate.md has no section on policy"
    return [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("| `")]


def test_the_table_of_keys_is_that_of_the_code() -> None:
    words = {key: said for key, (_, said) in TIGHTER.items()}
    words |= dict.fromkeys(NO_MATTER, "no matter of strictness: not in a floor")
    keys = [(key, value) for key, value in list_values(Policy()) if key not in {"version", "floor"}]
    assert table() == [f"| `{key}` | `{show_value(value)}` | {words[key]} |" for key, value in keys]
