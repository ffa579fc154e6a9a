"""Which third-party packages a change brings: what manifests ask for at head and not at base, and first imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.architecture.dependencies.declared import (
    Declared,
    Ecosystem,
    Manifest,
    ManifestUnreadable,
    read_bounded,
)
from app.architecture.dependencies.manifests import reader_of
from app.architecture.dependencies.usage import Catalogue, ecosystem_of, identify
from app.core.fit.delta import NewDependency, NotAnalysed

_MOST_TEXT = 16 * 1024 * 1024
"""Characters of changed manifests that are read; no change that people make has a hundredth of it."""

Imports = Mapping[str, tuple[str, int]]


class Found(NamedTuple):
    """New packages, those that others only bring along behind; and the manifests that could not be read."""

    dependencies: tuple[NewDependency, ...] = ()
    not_analysed: tuple[NotAnalysed, ...] = ()


@dataclass(slots=True)
class _Tree:
    """What all manifests of a tree ask for, each with its path, and why some could not be read."""

    declared: list[tuple[str, Declared]] = field(default_factory=list)
    own: set[tuple[Ecosystem, str]] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)


def find_new(before: Mapping[str, str], after: Mapping[str, str], imports: Imports) -> Found:
    """The packages that head has and base has not.

    `before` and `after` are the texts of the manifests (what `wants` wants) by path, whole trees. `imports` are
    external packages, by the names that imports have for them, that files at head import and no file at base does,
    each with its first place. A package of which no readable manifest says anything has an empty path. Two packages
    of one name are different ones if they are fetched elsewhere than before. What a manifest of base that cannot be
    read may have asked for is not called new in that manifest. Raises nothing.
    """
    if before == after and not imports:
        return Found()
    read: dict[tuple[str, str], Manifest | str] = {}
    base = _read_tree(before, after, read)
    head = _read_tree(after, before, read)
    own = base.own | head.own
    new = [
        (path, each)
        for path, each in _pick_new(base.declared, head.declared)
        if (each.ecosystem, identify(each.ecosystem, each.name)) not in own and path not in base.faults
    ]
    declared = [[each for _, each in tree.declared] for tree in (base, head)]
    used, undeclared = _place_imports(imports, declared, own)
    dependencies = [
        _tell(path, each, used.get((each.ecosystem, identify(each.ecosystem, each.name)))) for path, each in new
    ]
    dependencies.sort(key=lambda found: (found.indirect, found.path, found.line, found.name))
    return Found((*dependencies, *undeclared), _list_faults(before, after, base, head))


def _read_tree(
    texts: Mapping[str, str], others: Mapping[str, str], read: dict[tuple[str, str], Manifest | str]
) -> _Tree:
    tree = _Tree()
    left = _MOST_TEXT
    for path in sorted(texts):
        text = texts[path]
        left -= len(text) if others.get(path) != text else 0
        manifest = _read(path, text, read) if left >= 0 else "the manifests are more text than is read"
        if isinstance(manifest, str):
            tree.faults[path] = manifest
            continue
        tree.declared += [(path, each) for each in manifest.declared]
        tree.own.update((ecosystem, identify(ecosystem, name)) for ecosystem, name in manifest.own)
    return tree


def _read(path: str, text: str, read: dict[tuple[str, str], Manifest | str]) -> Manifest | str:
    """What a manifest says, or why nobody can tell. The same text is read once for both trees."""
    reader = reader_of(path)
    if reader is None:
        return Manifest()
    if (path, text) not in read:
        try:
            read[path, text] = read_bounded(reader, text)
        except ManifestUnreadable as fault:
            read[path, text] = str(fault)
    return read[path, text]


def _pick_new(
    before: Iterable[tuple[str, Declared]], after: Iterable[tuple[str, Declared]]
) -> Iterable[tuple[str, Declared]]:
    """The first place of each package that is new. A version that is set for all is a place only if nobody asks."""
    known = {_identity(each) for _, each in before if not each.managed}
    managed = {_identity(each) for _, each in before if each.managed}
    found: dict[tuple[str, ...], tuple[str, Declared]] = {}
    versions: dict[tuple[str, ...], str] = {}
    ranked = sorted(after, key=lambda place: (place[1].managed, place[1].indirect, place[0], place[1].line))
    for path, each in ranked:
        identity = _identity(each)
        if identity in known or (each.managed and identity in managed and identity not in found):
            continue
        found.setdefault(identity, (path, each))
        if each.version:
            versions.setdefault(identity, each.version)
    return [
        (path, each._replace(version=each.version or versions.get(identity, "")))
        for identity, (path, each) in found.items()
    ]


def _identity(declared: Declared) -> tuple[str, ...]:
    return (declared.ecosystem, identify(declared.ecosystem, declared.name), declared.source)


def _place_imports(
    imports: Imports, declared: Iterable[Iterable[Declared]], own: set[tuple[Ecosystem, str]]
) -> tuple[dict[tuple[Ecosystem, str], tuple[str, int]], list[NewDependency]]:
    """The first import of each package, and the imports of what no manifest declares, at base or at head."""
    before, catalogue = map(Catalogue, declared)
    used: dict[tuple[Ecosystem, str], tuple[str, int]] = {}
    undeclared: list[NewDependency] = []
    for name, place in sorted(imports.items(), key=lambda item: (item[1], item[0])):
        ecosystem = ecosystem_of(place[0])
        if ecosystem is None or (ecosystem, identify(ecosystem, name)) in own:
            continue
        belonging = catalogue.place(ecosystem, name)
        if belonging.package is not None:
            used.setdefault((ecosystem, identify(ecosystem, belonging.package.name)), place)
        elif not belonging.known and not before.place(ecosystem, name).known:
            undeclared.append(NewDependency(name, ecosystem, used_at=place))
    return used, undeclared


def _tell(path: str, declared: Declared, used_at: tuple[str, int] | None) -> NewDependency:
    return NewDependency(
        declared.name,
        declared.ecosystem,
        path,
        declared.line,
        declared.version,
        used_at,
        indirect=declared.indirect,
    )


def _list_faults(
    before: Mapping[str, str], after: Mapping[str, str], base: _Tree, head: _Tree
) -> tuple[NotAnalysed, ...]:
    faults = base.faults | head.faults
    return tuple(NotAnalysed(path, faults[path], before.get(path) != after.get(path)) for path in sorted(faults))
