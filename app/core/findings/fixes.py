"""Whether a suggested fix may be offered: it must apply to the claimed lines, keep their shape, and parse.

Nothing of it is run. GitHub puts what stands in a `suggestion` in the place of the commented lines
(https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests), so a
suggestion is the whole text of exactly these lines.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import yaml

from app.core.change.diff import Side
from app.core.findings.finding import Finding, Placed, Source, Standing
from app.core.secrecy.redaction import redact
from app.core.text.unicode import reveal

MOST_LINES = 6
"""Lines that a fix may take the place of, and have."""

LINE_CHARACTERS = 400
PARSED_CHARACTERS = 400_000
"""Longer lines are nothing that people judge at a glance, longer files nothing to parse on the way."""

_COVERED = re.compile(r"‹(?:secret:|U\+|… )")
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`""")
_OPENERS = {"(": ")", "[": "]", "{": "}"}


def is_fixable(finding: Finding) -> bool:
    """Whether a fix may be asked for: confirmed by a second reader, on a few lines of the new version."""
    claim, anchor = finding.claim, finding.placement.anchor
    confirmed = claim.verification is not None and claim.verification.standing is Standing.CONFIRMED
    if claim.source is not Source.MODEL or not confirmed or finding.placement.placed is not Placed.LINE:
        return False
    return anchor is not None and anchor.side is Side.RIGHT and len(claimed_lines(finding)) <= MOST_LINES


def claimed_lines(finding: Finding) -> range:
    """The numbers of the lines that a finding stands on; none for one that stands on no line."""
    anchor = finding.placement.anchor
    return range(0) if anchor is None else range(anchor.start_line or anchor.line, anchor.line + 1)


def find_flaw(path: str, text: str, lines: range, suggestion: str) -> str | None:
    """Why `suggestion` cannot take the place of these lines of the new version `text`; None if it can."""
    rows = text.split("\n")
    new = suggestion.removesuffix("\n").split("\n")
    if not lines or lines.start < 1 or lines.stop - 1 > len(rows):
        return "the lines are not there"
    old = [row.removesuffix("\r") for row in rows[lines.start - 1 : lines.stop - 1]]
    if len(new) > MOST_LINES or len(old) > MOST_LINES or any(len(row) > LINE_CHARACTERS for row in (*old, *new)):
        return "it is too long"
    if old == new:
        return "it changes nothing"
    if not _is_bare(suggestion) or _COVERED.search("\n".join(old)):
        return "it holds what was covered, or what nobody sees"
    if not _keeps_indentation(old, new):
        return "its indentation is another"
    ending = "\r" if rows[lines.start - 1].endswith("\r") else ""
    whole = "\n".join([*rows[: lines.start - 1], *(f"{row}{ending}" for row in new), *rows[lines.stop - 1 :]])
    return None if _parses(path, whole, old, new) else "the file would not parse"


def _is_bare(suggestion: str) -> bool:
    """Whether it can be shown as it is: no secret, no placeholder of ours, no unseen character."""
    return (
        bool(suggestion.strip())
        and not _COVERED.search(suggestion)
        and reveal(suggestion) == suggestion
        and redact(suggestion).text == suggestion
    )


def _keeps_indentation(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the first line begins where the old one did, and no line left of all old ones."""
    margins = [_margin(row) for row in old if row.strip()]
    others = [_margin(row) for row in new if row.strip()]
    if not margins or not others or margins[0] != others[0]:
        return False
    least = min(margins, key=len)
    return all(margin.startswith(least) for margin in others)


def _margin(row: str) -> str:
    return row[: len(row) - len(row.lstrip(" \t"))]


def _parses(path: str, whole: str, old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the new file is one its language's parser takes.

    Of a language without a parser here: whether brackets and strings of the new lines end as those of the old did.
    """
    parse = _PARSERS.get(path.rpartition(".")[2].lower() if "." in path else "")
    if parse is None:
        balance = _balance(old)
        return balance is not None and balance == _balance(new)
    if len(whole) > PARSED_CHARACTERS:
        return False
    try:
        parse(whole)
    except (SyntaxError, ValueError, yaml.YAMLError, RecursionError, MemoryError):
        return False
    return True


def _read_yaml(text: str) -> None:
    """Every event of the stream; nothing is built from it."""
    for _ in yaml.parse(text, Loader=yaml.SafeLoader):
        pass


_PARSERS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "py": ast.parse,
        "pyi": ast.parse,
        "json": json.loads,
        "toml": tomllib.loads,
        "yml": _read_yaml,
        "yaml": _read_yaml,
    }
)


def _balance(rows: Sequence[str]) -> tuple[str, str] | None:
    """The brackets that lines close of others, and those they leave open.

    None where brackets cross, or a string does not end in its line.
    """
    bare = [_cut_strings(row) for row in rows]
    closed: list[str] = []
    opened: list[str] = []
    for character in "".join(row or "" for row in bare):
        if character in _OPENERS:
            opened.append(_OPENERS[character])
        elif character not in _OPENERS.values():
            continue
        elif not opened:
            closed.append(character)
        elif opened.pop() != character:
            return None
    return None if None in bare else ("".join(closed), "".join(opened))


def _cut_strings(row: str) -> str | None:
    """The row without its strings; None if one does not end in it."""
    bare = _STRING.sub("", row)
    return None if re.search(r"['\"`]", bare) else bare
