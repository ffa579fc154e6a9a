"""One survey in a process of its own: `python -m tests.bench.surveyed GIT_DIR CACHE BASE HEAD`, or with `-` as BASE.

Prints as JSON the seconds that the delta took, and those until what resembles the change was found as well, the longest
time in which the event loop did nothing else, and how many modules and edges there are. Without a base it is the
inventory of one tree: what it reads is in the cache afterwards.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from app.analyzers.apart.parsers import open_parsers
from app.core.gate.policy import ArchitecturePolicy
from app.flows.architecture.inventory import take_inventory
from app.flows.architecture.resemblance import find_resemblances
from app.flows.architecture.survey import survey_range
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from app.repo.source_cache import SourceCache

TICK_S = 0.005


async def _survey(store: GitStore, cache: SourceCache, base: str, head: str) -> dict[str, float]:
    patch = None if base == "-" else await read_patch(store, base, head)
    gaps = [0.0]
    ticking = asyncio.create_task(_tick(gaps))
    began = time.perf_counter()
    async with open_parsers() as parsers:
        if patch is None:
            graph = (await take_inventory(store, head, ArchitecturePolicy(), cache, parsers)).graph
            seconds = time.perf_counter() - began
        else:
            surveyed = await survey_range(store, (base, head), patch, ArchitecturePolicy(), cache, parsers)
            graph = surveyed.after
            seconds = time.perf_counter() - began
            await find_resemblances(store, surveyed, cache, parsers)
        whole = time.perf_counter() - began
    ticking.cancel()
    return {
        "seconds": seconds,
        "whole": whole,
        "gap": max(gaps) - TICK_S,
        "files": len(graph.facts),
        "modules": len(graph.modules),
        "edges": sum(map(len, graph.edges.values())),
        "unresolved": graph.counts.unresolved,
    }


async def _tick(gaps: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(TICK_S)
        gaps.append(time.perf_counter() - before)


def main(git_dir: str, cache: str, base: str, head: str) -> int:
    """Look, and print the figures."""
    told = asyncio.run(_survey(GitStore(Path(git_dir)), SourceCache(Path(cache)), base, head))
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
