"""The module graph of a tree: as it was kept when it was made first, or made now and kept.

It is found again by all that it was made of: files, manifests and links by their contents, and the program itself.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cache as once
from pathlib import Path
from typing import Final

import app.architecture as engine
from app.architecture.graph import Graph, build_graph
from app.architecture.packed_graph import pack_graph, unpack_graph
from app.core.fit.packed import PackedUnreadableError
from app.core.fit.source_facts import EXTRACTOR
from app.flows.architecture.sources import SourceTree
from app.repo.source_cache import SourceCache

MOST_KEPT: Final = 40
"""Graphs in the cache. One of 10,000 files takes 1 MB, and another merge base needs another one."""

WORTH_KEEPING: Final = 500
"""Source files from which on it takes longer to make a graph than to look whether it was made before."""

_log = logging.getLogger(__name__)


def find_graph(tree: SourceTree, cache: SourceCache) -> Graph:
    """The graph of a tree. Blocks: it is for a thread."""
    if len(tree.files) < WORTH_KEEPING:
        return build_graph(tree.facts, tree.ground)
    name, kind = _name(tree), f"{EXTRACTOR} {_digest_engine()} graph"
    packed = cache.find(kind, [name]).get(name)
    if packed is not None:
        try:
            return unpack_graph(packed, tree.facts, tree.ground)
        except PackedUnreadableError:
            _log.warning("a graph that was kept cannot be read: it is made again")
    graph = build_graph(tree.facts, tree.ground)
    cache.keep(kind, {name: pack_graph(graph)}, most=MOST_KEPT)
    return graph


def _name(tree: SourceTree) -> str:
    """SHA-256 in hex of all that the graph is made of. What could not be read today may be read tomorrow."""
    listed = tree.listed
    contents = [f"{path}\n{blob.object_id}" for path, blob in listed.files.items()]
    named = (*listed.texts.items(), *listed.late.items(), *listed.links.items())
    parts = (contents, map("\n".join, named), tree.failures)
    told = "\0\0".join("\0".join(part) for part in parts)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


@once
def _digest_engine() -> str:
    """What the program would make of the same facts: another version of it may make something else."""
    folder = Path(str(engine.__file__)).parent
    digest = hashlib.sha256()
    for source in sorted(folder.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
