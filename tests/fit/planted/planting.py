"""Changes of small repositories with a declared shape: what each case is, and all of them as commits of one repository.

What has to be reported is written where it has to be reported: a comment `breaks RULE` (or `breaks RULE; RULE`) on the
line, `broke RULE` where the base breaks it already. `Case.also` has the rest: `path:line RULE`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from app.analyzers.apart.parsers import open_parsers
from app.architecture.claims import make_claims
from app.core.fit.delta import Break, Delta
from app.core.gate.policy import POLICY_PATH, Policy, read_policy_bytes
from app.flows.architecture.outlines import read_outlines
from app.flows.architecture.sources import read_sources
from app.flows.architecture.survey import survey_range
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from app.repo.source_cache import SourceCache
from tests.repo.world import Repository, Tree, make_repository

LAYERS: Final = """\
version: 1
architecture:
  layers:
    - {name: web, paths: ["shop/web/**"]}
    - {name: core, paths: ["shop/core/**"]}
    - {name: store, paths: ["shop/store/**"]}
  forbid:
    - {from: "shop/web/**", to: "shop/store/**", because: "docs/adr/3.md"}
"""
"""The policy of most cases, wherever their language keeps its sources: below this beginning of a path."""

CORE_WEB: Final = "layers: core may not import web"
CYCLE: Final = "cycles: new"

_MARK: Final = re.compile(r"\b(breaks|broke) ((?:layers|forbid|cycles): .+?)(?: \*/)?\s*$")


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True, slots=True)
class Submodule:
    """Somebody else's repository, at some commit."""


Content = str | bytes | Link | Submodule | None
"""Of one path; None where the change removes it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A change from the language's base, with `base` laid over it, to that with `head` laid over it."""

    name: str
    head: Mapping[str, Content]
    base: Mapping[str, Content] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """The cases of one language, and the tree they begin with. `breaks` are reported, `legal` ones are not."""

    name: str
    tree: Mapping[str, Content]
    breaks: tuple[Case, ...]
    legal: tuple[Case, ...]

    def before(self, case: Case) -> dict[str, Content]:
        """The tree of the base."""
        return _lay({POLICY_PATH: LAYERS, **self.tree}, case.base)

    def after(self, case: Case) -> dict[str, Content]:
        """The tree of the head."""
        return _lay(self.before(case), case.head)


def _lay(tree: Mapping[str, Content], over: Mapping[str, Content]) -> dict[str, Content]:
    return {path: content for path, content in {**tree, **over}.items() if content is not None}


@dataclass(frozen=True, slots=True)
class Marks:
    """What the comments of a tree ask for, as `path:line RULE`, in order."""

    breaks: list[str]
    broke: list[str]


def read_marks(tree: Mapping[str, Content]) -> Marks:
    """The comments of all files that are text."""
    found: dict[str, list[str]] = {"breaks": [], "broke": []}
    for path, content in tree.items():
        text = content.decode("latin-1") if isinstance(content, bytes) else content
        for number, line in enumerate(text.split("\n") if isinstance(text, str) else (), start=1):
            if mark := _MARK.search(line):
                found[mark[1]] += [f"{path}:{number} {rule}" for rule in mark[2].split("; ")]
    return Marks(sorted(found["breaks"]), sorted(found["broke"]))


@dataclass(frozen=True, slots=True)
class Told:
    """What the program says of a change: claims, and breaks that the base had and that it had alone."""

    claims: list[str]
    old: list[str]
    mended: list[str]
    delta: Delta


@dataclass(frozen=True, slots=True)
class Planted:
    """The commits of all cases, by ground and name. All their sources were read by one child, and are remembered.

    So are the policies, by the commit that they are of.
    """

    store: GitStore
    cache: SourceCache
    commits: Mapping[tuple[str, str], tuple[str, str]]
    policies: dict[str, Policy] = field(default_factory=dict)

    async def look(self, ground: Ground, case: Case) -> Told:
        """The whole way from two commits to claims, under the policy of the base."""
        base, head = self.commits[ground.name, case.name]
        policy = await self._policy(base)
        patch = await read_patch(self.store, base, head)
        async with open_parsers() as parsers:
            surveyed = await survey_range(self.store, (base, head), patch, policy.architecture, self.cache, parsers)
        delta = surveyed.delta
        claims = make_claims(delta, policy.architecture, {file.path for file in patch.files})
        return Told(
            claims=sorted(f"{claim.path}:{claim.line} {claim.rule}" for claim in claims),
            old=_tell(delta.old_breaks),
            mended=_tell(delta.mended),
            delta=delta,
        )

    async def _policy(self, base: str) -> Policy:
        if base not in self.policies:
            policy = read_policy_bytes(await self.store.read_file(base, POLICY_PATH))
            assert isinstance(policy, Policy), policy
            self.policies[base] = policy
        return self.policies[base]


def _tell(breaks: Sequence[Break]) -> list[str]:
    return sorted(f"{item.edge.path}:{item.edge.line} {item.rule}" for item in breaks)


async def plant(directory: Path, ground: Ground) -> Planted:
    """All cases of a language as commits."""
    repository = await asyncio.to_thread(make_repository, directory / "repository", "--bare")
    cases = {(ground.name, case.name): case for case in (*ground.breaks, *ground.legal)}
    assert len(cases) == len(ground.breaks) + len(ground.legal), "two cases have the same name"
    commits = await asyncio.to_thread(_commit_all, repository, ground, cases)
    planted = Planted(GitStore(repository.git_dir), SourceCache(directory / "cache" / "facts.sqlite"), commits)
    await _read_all(planted)
    return planted


def _commit_all(
    repository: Repository, ground: Ground, cases: Mapping[tuple[str, str], Case]
) -> dict[tuple[str, str], tuple[str, str]]:
    """The base and the head of each case. What several begin with is one commit."""
    trees: list[tuple[Tree, int | None]] = []
    bases: dict[frozenset[tuple[bytes, tuple[str, bytes]]], int] = {}
    numbers: dict[tuple[str, str], tuple[int, int]] = {}
    for name, case in cases.items():
        before = _pack(ground.before(case))
        base = bases.setdefault(frozenset(before.items()), len(trees))
        if base == len(trees):
            trees.append((before, None))
        numbers[name] = base, len(trees)
        trees.append((_pack(ground.after(case)), base))
    ids = repository.commit_trees(trees)
    return {name: (ids[base], ids[head]) for name, (base, head) in numbers.items()}


def _pack(tree: Mapping[str, Content]) -> Tree:
    return {path.encode(): _pack_one(content) for path, content in tree.items()}


def _pack_one(content: Content) -> tuple[str, bytes]:
    match content:
        case Link(target):
            return "120000", target.encode()
        case bytes():
            return "100644", content
        case str():
            return "100644", content.encode()
        case _:
            return "160000", b"5" * 40


async def _read_all(planted: Planted) -> None:
    """Remember what all sources say: starting a child for each case would take ten times as long as the cases."""
    revisions = list(dict.fromkeys(commit for pair in planted.commits.values() for commit in pair))
    async with open_parsers() as parsers:
        trees = await read_sources(planted.store, revisions, planted.cache, parsers)
        files = {f"{blob.object_id}.{blob.language}": blob for tree in trees for blob in tree.files.values()}
        await read_outlines(planted.store, replace(trees[0].listed, files=files), files, planted.cache, parsers)
