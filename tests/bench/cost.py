"""`python -m tests.bench.cost`: what reviews of 100, 1,000 and 10,000 changed lines take with the default models.

`lintel review` itself asks, through the real SDK, a Claude that is scripted and keeps a prompt cache as the API does;
it counts a token for 2.7 bytes. Prompts, calls, the cached share and the dollars are those of the program. What a real
model would look up, find and write nobody can know without one: these are assumptions, named in `Habits`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.grounds import Ground, scatter_edits
from tests.claude_answers import Answer, Plant, Script, lens_of, planted, prompt_texts
from tests.claude_rules import count_prompt
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, call, turns_of
from tests.claude_verdicts import Told, asks_for_fixes, asks_for_verdicts, confirm, read_claims, refute, seconded
from tests.claude_weighing import DIMENSIONS, asks_for_fit, evidence, opinion, weighed

SIZES = (100, 1_000, 10_000)
ROOT = Path(__file__).parents[2]
BYTES_A_TOKEN = 2.7
ODD = r"return .*_1[0-4]\b"
"""What looks wrong to the model: a tenth of the lines return, and a twentieth of those name a thing so."""

UNLIMITED = "version: 1\nbudget: {review_usd: 1000, pull_request_usd: 1000}\n"
_PATH = re.compile(r"^=== FILE (.*) \([^()]*\) ===$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Habits:
    """How the scripted model behaves: assumptions, all of them.

    A lens looks things up in so many `rounds` of two calls, a verifier in `verifying_rounds` of one. It writes
    `thought` tokens and one for each `share` that it reads before it answers, `verifying` ones for a verdict,
    `weighing` ones for the architecture, and `asking` ones for a round. About one changed line in two hundred looks
    wrong to it; every second claim is refuted.
    """

    rounds: int = 2
    verifying_rounds: int = 1
    asking: int = 400
    thought: int = 4_000
    share: int = 20
    verifying: int = 2_000
    weighing: int = 3_000


@dataclass(frozen=True, slots=True)
class Row:
    """What one review took."""

    lines: int
    chunks: int
    findings: int
    usage: dict[str, Any]

    @property
    def cached(self) -> float:
        """The share of all input tokens that was read from the cache."""
        read: int = self.usage["cache_read_tokens"]
        fresh: int = self.usage["input_tokens"]
        return read / (read + fresh)


def measure(lines: int, habits: Habits, scratch: Path) -> Row:
    """A review of a change of about so many lines, scattered over files."""
    ground = _connect(scatter_edits(scratch / str(lines), lines))
    with ScriptedClaude(behave(habits), aside=partial(_write_aside, habits)) as claude:
        policy = scratch / "lintel.yml"
        policy.write_text(UNLIMITED, encoding="utf-8")
        plan = json.loads(_run("plan", ground, policy, claude.base_url))
        report = json.loads(_run("review", ground, policy, claude.base_url))
    left_out = report["coverage"]["left_out"]
    if left_out or report["coverage"]["reviewed_lines"] != report["coverage"]["changed_lines"]:
        raise RuntimeError(f"what is measured went wrong: {report['reasons']}")
    if sum(asks_for_fit(seen.body) for seen in claude.asides) != 1:
        raise RuntimeError(f"the architect was not asked once: {report['architecture']['missing']}")
    found = [finding for finding in report["findings"] if finding["source"] == "model"]
    return Row(report["coverage"]["changed_lines"], len(plan["chunks"]), len(found), report["usage"])


def behave(habits: Habits) -> Script:
    """A model with these habits."""
    reads = planted({ODD: Plant("medium", "It is wrong in some case")})
    answers = seconded(reads, _judge)

    def answer(body: dict[str, Any]) -> Answer:
        told = answers(body)
        if asks_for_fixes(body):
            return told
        if asks_for_verdicts(body):
            rounds, written = habits.verifying_rounds, habits.verifying * max(1, len(read_claims(body)))
        else:
            rounds, written = habits.rounds, habits.thought + count_prompt(body) // habits.share
        if body.get("tools") and turns_of(body) < rounds:
            return asks(*_look_up(body, turns_of(body)), thinking=_think(habits.asking))
        return Answer(text=told.text, thinking=_think(written))

    return answer


def _look_up(body: dict[str, Any], turn: int) -> Sequence[dict[str, Any]]:
    """What it wants to see: a stretch of the first file, and who uses a name."""
    path = next(iter(_PATH.findall("\n".join(prompt_texts(body)))), "README.md")
    reading = call("read_file", path=path, start=1 + 100 * turn, end=100 + 100 * turn)
    return [reading, call("find_callers", symbol="limit")] if lens_of(body) else [reading]


def _judge(told: Told) -> dict[str, Any]:
    """Every second claim is right."""
    return confirm(told, severity="medium") if told.line % 2 else refute(told, severity="medium")


def _think(tokens: int) -> str:
    return "so " * round(tokens * BYTES_A_TOKEN / 3)


def _write_aside(habits: Habits, body: dict[str, Any]) -> Answer:
    """What the architect thinks, or a map of some five hundred words."""
    if asks_for_fit(body):
        told = opinion(*(weighed(name, 3, evidence("E1"), note="word " * 30) for name in DIMENSIONS))
        return Answer(text=told.text, thinking=_think(habits.weighing))
    words = " ".join(["word"] * 400)
    whole = {"files": [], "whole": words}
    return Answer(text=json.dumps(whole if "overview" in str(body["system"]) else {"what": words[:400]}))


def _connect(ground: Ground) -> Ground:
    """The same change, and a new file in it that imports some of the others: without that nobody weighs anything."""
    repository = ground.repository
    listed = repository.git("ls-tree", "-r", "--name-only", ground.head).decode().splitlines()
    modules = [path.removesuffix(".py").replace("/", ".") for path in listed if path.endswith(".py")]
    imports = "".join(f"import {module}\n" for module in modules[:12])
    author = "committer Ada <ada@example.com> 1767225600 +0000\ndata 1\nx\n"
    commit = f"commit refs/heads/main\n{author}from refs/heads/main^0\n"
    script = f"{commit}M 100644 inline src/start.py\ndata {len(imports)}\n{imports}\n"
    repository.git("fast-import", "--quiet", stdin=script.encode())
    return replace(ground, head=repository.git("rev-parse", "main").decode().strip())


def _run(command: str, ground: Ground, policy: Path, base_url: str) -> bytes:
    environment = {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.defpath)), "HOME": str(policy.parent)}
    environment |= {"LC_ALL": "C.UTF-8", "ANTHROPIC_BASE_URL": base_url, "LINTEL_REVIEW_BUDGET_USD": "1000"}
    arguments = ["--repo", str(ground.repository.path), "--base", ground.base, "--head", ground.head]
    done = subprocess.run(
        [sys.executable, "-m", "app", command, *arguments, "--policy", str(policy), "--format", "json"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        check=False,
        timeout=600,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"lintel {command} ended with {done.returncode}")
    return done.stdout


def main() -> int:
    """Measure and print."""
    habits = Habits()
    with tempfile.TemporaryDirectory(prefix="lintel-cost-") as folder:
        rows = [measure(lines, habits, Path(folder)) for lines in SIZES]
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("changed lines", "chunks", "findings", "calls", "input tokens", "cached", "output tokens", "dollars"):
        table.add_column(name, justify="right")
    for row in rows:
        usage = row.usage
        whole = usage["input_tokens"] + usage["cache_read_tokens"]
        figures = (row.lines, row.chunks, row.findings, usage["calls"], whole)
        told = [f"{figure:,}" for figure in figures]
        table.add_row(*told, f"{row.cached:.0%}", f"{usage['output_tokens']:,}", f"${usage['usd']:.2f}")
    console.print(table)
    console.print(f"\nassumed of the model: {habits}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
