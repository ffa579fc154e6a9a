"""What of a change resembles something that was there: for whoever judges, no verdict.

It is looked for once the rest of the survey is known, which does not wait for it: up to two hundred files are read that
the change leaves alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from app.analyzers.apart.parsers import Parsers
from app.architecture.analogues import wants_outline
from app.architecture.twins import find_twins
from app.core.change.classes.classify import is_test
from app.core.fit.source_facts import Symbol
from app.flows.architecture.outlines import read_outlines
from app.flows.architecture.survey import Surveyed
from app.repo.objects import GitStore
from app.repo.source_cache import SourceCache


async def find_resemblances(store: GitStore, survey: Surveyed, cache: SourceCache, parsers: Parsers) -> Surveyed:
    """The survey with twins, and with what files `around` the change define.

    Raises GitError, and ToolFailed where no parser can be started.
    """
    near = await asyncio.to_thread(_find_near, survey)
    around = await read_outlines(store, survey.listed[0], near, cache, parsers)
    return await asyncio.to_thread(_compare, replace(survey, around=around.read))


def _find_near(survey: Surveyed) -> Sequence[str]:
    """Files that are the same in both trees and worth reading."""
    old, new = survey.listed
    same = [path for path, blob in old.files.items() if new.files.get(path) == blob and not is_test(path)]
    return wants_outline(survey.fresh, same)


def _compare(survey: Surveyed) -> Surveyed:
    fresh = [(path, symbol) for path, symbols in survey.fresh.items() for symbol in symbols]
    return replace(survey, delta=replace(survey.delta, twins=find_twins(fresh, _name_standing(survey))))


def _name_standing(survey: Surveyed) -> dict[str, Sequence[Symbol]]:
    """What stands at base and at head, by file: around the change, and in the changed files themselves."""
    standing: dict[str, Sequence[Symbol]] = {path: outline.symbols for path, outline in survey.around.items()}
    for path, outline in survey.outlines.items():
        if path in survey.had:
            known = {symbol.path for symbol in survey.had[path].symbols}
            standing[path] = [symbol for symbol in outline.symbols if symbol.path in known]
    return standing
