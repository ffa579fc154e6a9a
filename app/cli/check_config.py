"""`lintel check-config`: whether a policy can be used, what is in force, and where each value comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.exits import Exit, Refusal
from app.core.gate.effective import Effective, Policies, read_organisation
from app.core.gate.floor import list_values
from app.core.gate.policy import POLICY_PATH, CheckNaming, PolicyFault, read_policy_bytes
from app.core.gate.sharing import SHARED_IS_WEAKER
from app.core.report.status import show_value
from app.core.text.unicode import reveal
from app.core.text.yaml import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Files:
    """The files to check. `own` is None: the one of this directory, if it has any."""

    own: Path | None
    organisation: Path | None


def run_check_config(files: Files) -> Exit:
    """Print the policy in force. Raises Refusal with the first fault, its line and column."""
    own = files.own or Path(POLICY_PATH)
    # A name that somebody typed must be there; the usual place may be empty.
    content = _read(own, may_lack=files.own is None)
    above = None if files.organisation is None else _read(files.organisation, may_lack=False)
    organisation = None if files.organisation is None else read_organisation(above, str(files.organisation))
    policies = Policies(read_policy_bytes(content, str(own)), organisation)
    effective = _usable(policies)
    if content is None:
        Console(stderr=True, highlight=False).print(f"There is no {POLICY_PATH} here: nothing is set.", markup=False)
    _show(effective)
    if effective.policy.check is CheckNaming.SHARED:
        Console(stderr=True, highlight=False).print(SHARED_IS_WEAKER, markup=False)
    return Exit.FINE


def _usable(policies: Policies) -> Effective:
    """Of two faults the organisation's is told: it is the one that counts."""
    for fault in (policies.organisation, policies.repository):
        if isinstance(fault, PolicyFault):
            raise Refusal(str(fault))
    effective = policies.effective
    if isinstance(effective, PolicyFault):
        raise Refusal(str(effective))
    return effective


def _read(path: Path, *, may_lack: bool) -> bytes | None:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        if may_lack:
            return None
        raise Refusal(f"{path}: there is no such file") from error
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise Refusal(f"{path}:1:1: the file is larger than {MAX_BYTES // 1024} KiB")
    return content


def _show(effective: Effective) -> None:
    table = Table.grid(padding=(0, 2))
    values = dict(list_values(effective.policy))
    for key, origin in effective.origins.items():
        table.add_row(key, Text(reveal(show_value(values[key]))), origin.value)
    console = Console(highlight=False)
    console.print(table)
