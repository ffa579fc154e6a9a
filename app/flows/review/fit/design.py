"""What the base says of its own architecture, for the architect alone: documents, and declarations for other tools.

Read at the tip of the base like all guidance, so that no change edits its own judge.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.architecture.declared.documents import NAME as DOCUMENT
from app.architecture.declared.reading import read_declarations, wants_declaration
from app.core.rules.compiling import compile_rules
from app.core.rules.guidance import recognise_design
from app.core.rules.rule import Rule, Scope
from app.core.secrecy.redaction import redact
from app.core.text.unicode import reveal
from app.repo.git import GitError
from app.repo.objects import BlobFault, GitStore

MAX_FILES: Final = 60
MAX_FILE_BYTES: Final = 128 * 1024
MAX_TOTAL_BYTES: Final = 1 << 20
_FAULTS: Final = {
    BlobFault.MISSING: "its content is not at hand",
    BlobFault.TOO_LARGE: "it is too large",
    BlobFault.NOT_A_BLOB: "it is no file",
}
_NAMED: Final = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Design:
    """Each statement as a written rule with its place. `unread` are sentences on what could not be read."""

    rules: tuple[Rule, ...] = ()
    unread: tuple[str, ...] = ()


async def read_design(store: GitStore, base_sha: str, first: int) -> Design:
    """The statements at `base_sha`, numbered from `first` on."""
    try:
        entries = {entry.path: entry for entry in await store.list_tree(base_sha) if entry.regular}
        wanted = [path for path in sorted(entries, key=_order) if _is_wanted(path)]
        names = {path: entries[path].object_id for path in wanted[:MAX_FILES]}
        blobs = await store.read_blobs(
            sorted(set(names.values())), max_bytes=MAX_FILE_BYTES, max_total_bytes=MAX_TOTAL_BYTES
        )
    except GitError as error:
        _log.warning("what %s says of its architecture is not read: %s", base_sha[:12], error)
        return Design(unread=("What the base says of its architecture could not be read.",))
    contents = {path: blobs[name] for path, name in names.items()}
    faults = {path: _FAULTS[content] for path, content in contents.items() if isinstance(content, BlobFault)}
    faults |= dict.fromkeys(wanted[MAX_FILES:], f"there are more than {MAX_FILES} such files")
    texts = {path: body.decode("utf-8", "replace") for path, body in contents.items() if isinstance(body, bytes)}
    rules = await asyncio.to_thread(_compile, texts, frozenset(entries), first)
    return Design(rules, tuple(_tell(faults)))


def _tell(faults: Mapping[str, str]) -> Iterator[str]:
    for why in dict.fromkeys(faults.values()):
        paths = [_show(path) for path, reason in faults.items() if reason == why]
        more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
        yield f"What the base says of its architecture in {', '.join(paths[:_NAMED])}{more} was not read: {why}."


def _is_wanted(path: str) -> bool:
    return recognise_design(path) is not None or wants_declaration(path)


def _order(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _compile(texts: Mapping[str, str], paths: frozenset[str], first: int) -> tuple[Rule, ...]:
    documents = [(found, text) for path, text in texts.items() if (found := recognise_design(path)) is not None]
    stated = compile_rules((), documents).rules
    declared = [
        Rule(
            id="",
            scope=Scope(),
            text=_show(f"declared for {one.tool}: {one.text}"),
            path=_show(one.path),
            line=one.line,
            declared=True,
        )
        for one in read_declarations(texts, paths).declarations
        if one.tool != DOCUMENT
    ]
    return tuple(_number([*declared, *stated], first))


def _number(rules: Sequence[Rule], first: int) -> list[Rule]:
    return [replace(rule, id=f"R-{number:03d}") for number, rule in enumerate(rules, start=first)]


def _show(text: str) -> str:
    return reveal(redact(" ".join(text.split())).text)
