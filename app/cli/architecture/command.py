"""`lintel architecture`: the module graph of a repository, its rules and what breaks them; with a range, the delta."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from app.analyzers.apart.parsers import open_parsers
from app.analyzers.sandbox import ToolFailed
from app.architecture.picture.drawing import Limits
from app.architecture.picture.mermaid import draw_mermaid
from app.architecture.picture.svg import draw_svg
from app.architecture.proposal import propose, render
from app.cli.architecture.export import export_graph, export_range
from app.cli.architecture.text import print_graph, print_range
from app.cli.cache import open_cache
from app.cli.exits import Broke, Exit, Refusal
from app.cli.files import open_report, read_policy_file
from app.cli.wishes import Shape
from app.core.fit.delta import Delta
from app.core.gate.policy import POLICY_PATH, ArchitecturePolicy, PolicyFault, read_policy, read_policy_bytes
from app.flows.architecture.inventory import Inventory, take_inventory
from app.flows.architecture.listing import TooManyFilesError
from app.flows.architecture.picture import draw
from app.flows.architecture.resemblance import find_resemblances
from app.flows.architecture.survey import Surveyed, survey_range
from app.repo.checkout import LocalRangeError
from app.repo.git import GitError
from app.repo.local import EmptyRangeError, open_commit, open_range
from app.repo.objects import FileTooLargeError, GitStore, ObjectMissingError
from app.repo.patch import read_patch

MAX_POLICY_BYTES = 64 * 1024
PICTURE = Limits(nodes=60, context=60, links=160)
"""Of a whole repository. A picture of a change stays with what the change touches."""

NO_PICTURE = "flowchart TD"
"""A diagram of nothing, where there is nothing to draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of `lintel architecture`. Without a base it is one tree, with one it is a change."""

    directory: Path
    base: str | None
    head: str | None
    form: Shape
    propose: bool
    output: Path | None
    policy: Path | None


def run_architecture(wanted: Wanted) -> Exit:
    """Look, print, and say by exit code whether rules are broken. Raises Refusal for wrong usage, Broke for damage."""
    if wanted.propose and wanted.base is not None:
        raise Refusal("--propose reads one tree: leave out --base, and name the tree with --head")
    if wanted.propose and wanted.form is not Shape.TEXT:
        raise Refusal("--propose writes text for lintel.yml: leave out --format")
    try:
        return asyncio.run(_look(wanted))
    except EmptyRangeError as error:
        against = wanted.base or "the base"
        raise Refusal(f"nothing differs from {against}: name another --base or --head, or look at one tree") from error
    except (LocalRangeError, GitError) as error:
        raise Refusal(str(error)) from error
    except TooManyFilesError as error:
        raise Refusal(f"this repository is not analysed: {error}") from error
    except (ToolFailed, ObjectMissingError) as error:
        raise Broke(str(error)) from error


async def _look(wanted: Wanted) -> Exit:
    if wanted.base is not None:
        return await _look_at_range(wanted)
    async with open_commit(wanted.directory, wanted.head or "HEAD") as (store, head), open_parsers() as parsers:
        policy = await _read_rules(store, head, wanted)
        found = await take_inventory(store, head, policy, open_cache(), parsers)
    _print_graph(found, policy, wanted)
    return Exit.GATE if found.breaks and not wanted.propose else Exit.FINE


async def _look_at_range(wanted: Wanted) -> Exit:
    async with open_range(wanted.directory, base=wanted.base, head=wanted.head) as found, open_parsers() as parsers:
        policy = await _read_rules(found.store, found.base_sha, wanted)
        revisions = (found.merge_base, found.head_sha)
        patch = await read_patch(found.store, *revisions)
        cache = open_cache()
        surveyed = await survey_range(found.store, revisions, patch, policy, cache, parsers)
        surveyed = await find_resemblances(found.store, surveyed, cache, parsers)
    _print_range(surveyed, policy, wanted)
    delta = surveyed.delta
    cyclic = policy.cycles == "new" and any(cycle.hard for cycle in delta.cycles)
    return Exit.GATE if delta.breaks or cyclic else Exit.FINE


async def _read_rules(store: GitStore, revision: str, wanted: Wanted) -> ArchitecturePolicy:
    text = read_policy_file(wanted.policy)
    if text is not None:
        policy = read_policy(text, str(wanted.policy))
    else:
        try:
            policy = read_policy_bytes(await store.read_file(revision, POLICY_PATH, max_bytes=MAX_POLICY_BYTES))
        except FileTooLargeError as error:
            raise Refusal(f"{POLICY_PATH} is larger than {MAX_POLICY_BYTES // 1024} KiB") from error
    if isinstance(policy, PolicyFault):
        raise Refusal(f"the policy cannot be used: {policy}")
    return policy.architecture


def _print_graph(found: Inventory, policy: ArchitecturePolicy, wanted: Wanted) -> None:
    with open_report(wanted.output) as console:
        if wanted.propose:
            _write(console, render(propose(found.graph)))
            return
        match wanted.form:
            case Shape.TEXT:
                print_graph(found, policy, console)
            case Shape.JSON:
                _write(console, json.dumps(export_graph(found), indent=2, ensure_ascii=True))
            case Shape.MERMAID:
                _write(console, draw_mermaid(draw(found.graph, Delta(old_breaks=found.breaks), policy)) or NO_PICTURE)
            case Shape.SVG:
                _write(console, draw_svg(draw(found.graph, Delta(old_breaks=found.breaks), policy, PICTURE)))


def _print_range(surveyed: Surveyed, policy: ArchitecturePolicy, wanted: Wanted) -> None:
    with open_report(wanted.output) as console:
        match wanted.form:
            case Shape.TEXT:
                print_range(surveyed, policy, console)
            case Shape.JSON:
                _write(console, json.dumps(export_range(surveyed), indent=2, ensure_ascii=True))
            case Shape.MERMAID:
                _write(console, draw_mermaid(draw(surveyed.after, surveyed.delta, policy)) or NO_PICTURE)
            case Shape.SVG:
                _write(console, draw_svg(draw(surveyed.after, surveyed.delta, policy)))


def _write(console: Console, text: str) -> None:
    """As it is: no wrapping, no markup."""
    console.file.write(text if text.endswith("\n") else f"{text}\n")
