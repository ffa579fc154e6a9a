"""Follows the imports of source texts through a tree: reads them as the program does and says where each one leads."""

from __future__ import annotations

import time
from collections.abc import Mapping

from app.architecture.resolution import Ground, Resolution, Resolver
from app.architecture.resolve import BUILDERS, wants_text
from app.core.fit.source_facts import FileFacts, Import
from app.syntax.extraction.extract import extract_facts
from app.syntax.languages import language_of
from app.syntax.parsing import Deadline

STANDARD = "standard library"


def lead(files: Mapping[str, str], path: str) -> list[str]:
    """Where the imports of a file lead, in their order: modules with a comma between, or what else became of them."""
    return [tell(resolution) for resolution in resolve_all(files, path)]


def lead_files(files: Mapping[str, str], path: str) -> list[list[str]]:
    """The files that each import of a file takes in."""
    return [[file for target in one.targets for file in target.files] for one in resolve_all(files, path)]


def resolve_all(files: Mapping[str, str], path: str) -> list[Resolution]:
    """What became of each import of a file, in the order of its lines."""
    resolver = make_resolver(files, path)
    return [resolver.resolve(path, imported) for imported in read(path, files[path]).imports]


def make_resolver(files: Mapping[str, str], path: str) -> Resolver:
    """The resolver of a file's language for a tree."""
    language = language_of(path)
    assert language is not None
    return BUILDERS[language](make_ground(files))


def make_ground(files: Mapping[str, str]) -> Ground:
    """What resolvers know of a tree."""
    return Ground(
        paths=frozenset(files),
        texts={path: text for path, text in files.items() if wants_text(path)},
        packages={path: read(path, text).packages for path, text in files.items() if language_of(path)},
    )


def read(path: str, text: str) -> FileFacts:
    """The facts of a file."""
    language = language_of(path)
    assert language is not None
    facts = extract_facts(language, text.encode(), deadline=Deadline(time.monotonic() + 30, time.monotonic))
    assert isinstance(facts, FileFacts), facts
    return facts


def tell(resolution: Resolution) -> str:
    """A resolution on one line."""
    told = [target.module for target in resolution.targets]
    told += [f"package {resolution.external}"] if resolution.external else []
    told += [f"missing {name}" for name in resolution.missing]
    return ", ".join(told) or STANDARD


def check_soundness(ground: Ground, resolver: Resolver, path: str, imported: Import) -> None:
    """What holds of any import: only files of the tree are targets, and asking again changes nothing."""
    found = resolver.resolve(path, imported)
    for target in found.targets:
        assert target.files
        assert set(target.files) <= set(ground.paths)
        assert target.module == resolver.module_of(target.files[0])
        assert set(target.names) <= set(imported.names)
    assert not (found.external and (found.targets or found.missing))
    assert resolver.resolve(path, imported) == found
