"""Whatever is swept, no line is lost, chunks keep their bounds, and no place is listed that is not the edit."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.annotate import annotate, parse_annotated
from app.core.change.chunking import plan_review
from app.core.change.diff import FilePatch, Hunk, LineKind, Patch
from app.core.change.plan import Plan
from app.core.change.tokens import estimate
from tests.core.changes import change, change_file, patient

USES = [
    "    item = {}(request)",
    "    return {}(request, 12)",
    "    log({}, 'text {} text')",
    "    if {}.ready: go({}.next)",
    "    self.{} = {}",
    "    {} += [x for x in {}]",
]
OTHERS = ["", "    call()", "    # the {} of old", "    other_name = 1", "    s = 'load_user'", "}"]
SPOILED = [
    ("request", "requests"),
    ("fetch_user", "fetch_users"),
    ("fetch_user", "load_user"),
    (" ", "  "),
    ("(", "(not "),
    ("12", "13"),
    ("text", "test"),
    ("ready", "gone"),
    ("item", "\u0456tem"),
    ("=", "=="),
    ("fetch_user", "fetch_user\u2060"),
]


@dataclass(frozen=True)
class Swept:
    """A change with a rename in it, and the lines that were spoiled: (path, new text)."""

    patch: Patch
    spoiled: frozenset[tuple[str, str]]


@st.composite
def swept(draw: st.DrawFn) -> Swept:
    """Forty to a hundred files in which `load_user` becomes `fetch_user`, but for what is spoiled in some."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    files: list[FilePatch] = []
    spoiled: set[tuple[str, str]] = set()
    for number in range(draw(st.integers(40, 100))):
        path = f"src/d{number % 9}/f{number}.py"
        old = [f"head_{number}()"]
        new = list(old)
        for _ in range(chance.randrange(1, 4)):
            use = chance.choice(USES[: draw(st.sampled_from([2, 6]))])
            before, after = use.replace("{}", "load_user", 1), use.replace("{}", "fetch_user", 1)
            rest = chance.choice(["load_user", "fetch_user"]) if chance.random() < 0.05 else None
            before, after = before.replace("{}", rest or "load_user"), after.replace("{}", rest or "fetch_user")
            if chance.random() < 0.1:
                wrong = after.replace(*chance.choice(SPOILED))
                spoiled |= {(path, wrong)} if wrong != after else set()
                after = wrong
            gap = [chance.choice(OTHERS).replace("{}", "thing") for _ in range(chance.randrange(1, 9))]
            old += [before, *gap]
            new += [after, *gap]
        files.append(change_file(path, old, new))
    return Swept(change(*files), frozenset(spoiled))


def count_changed(hunks: tuple[Hunk, ...], path: str) -> Counter[tuple[str, str, int, str]]:
    return Counter((path, line.side.value, line.number, line.text) for h in hunks for line in h.lines if line.changed)


def apply_edit(pairs: dict[str, str], text: str) -> str:
    return re.sub(r"\w+", lambda word: pairs.get(word[0], word[0]), text)


def changed_in(plan: Plan) -> Counter[tuple[str, str, int, str]]:
    counts = (count_changed(part.hunks, part.file.path) for chunk in plan.chunks for part in chunk.parts)
    return sum(counts, Counter())


@patient
@given(swept(), st.integers(1500, 60_000))
def test_every_changed_line_is_in_one_chunk_shown_or_listed(made: Swept, target: int) -> None:
    plan = plan_review(made.patch, target_tokens=target)
    everything = sum((count_changed(file.hunks, file.path) for file in made.patch.files), Counter())
    assert changed_in(plan) == everything


@patient
@given(swept(), st.integers(1500, 30_000), st.integers(1000, 20_000))
def test_chunks_with_sweeps_keep_their_bounds_and_sizes(made: Swept, target: int, more: int) -> None:
    plan = plan_review(made.patch, target_tokens=target, limit_tokens=target + more)
    assert len(plan.chunks) <= 1.25 * math.ceil(plan.tokens / target) + 1
    for chunk in plan.chunks:
        text = annotate(chunk)
        assert chunk.tokens == estimate(text) <= target + more
        shown = {(part.file.path, line.number) for part in chunk.files for h in part.hunks for line in h.lines}
        assert {(line.path, line.number) for line in parse_annotated(text)} == shown
        for sweep in chunk.sweeps:
            assert sweep.examples
            assert set(map(id, sweep.examples)) <= set(map(id, chunk.files))


@patient
@given(swept(), st.randoms(use_true_random=False))
def test_sweeps_do_not_depend_on_the_order_of_files(made: Swept, chance: random.Random) -> None:
    shuffled = list(made.patch.files)
    chance.shuffle(shuffled)
    assert plan_review(change(*shuffled)).chunks == plan_review(made.patch).chunks


@patient
@given(swept())
def test_the_edit_applied_to_the_old_lines_of_a_listed_place_gives_its_new_ones(made: Swept) -> None:
    for chunk in plan_review(made.patch).chunks:
        for sweep in chunk.sweeps:
            pairs = dict(re.findall(r"`([^`]+)` becomes `([^`]+)`", sweep.edit))
            for site in sweep.sites:
                for hunk in site.hunks:
                    old = [line.text for line in hunk.lines if line.kind is LineKind.REMOVED]
                    new = [line.text for line in hunk.lines if line.kind is LineKind.ADDED]
                    assert [apply_edit(pairs, text) for text in old] == new
                    assert not made.spoiled & {(site.file.path, text) for text in new}
                    kept = " ".join(line.text for line in hunk.lines if line.new is not None)
                    assert not set(pairs) & set(re.findall(r"\w+", kept))
