"""The tool that searches for a pattern, line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import re2

from app.core.text.globs import BadGlob, Glob
from app.core.text.plural import count
from app.core.text.unicode import conceal
from app.tools.reader import Reader, Told, ToolRefused
from app.tools.search import MAX_HITS, Found, search, show_hits, tell_count, tell_shown
from app.tools.tree import Entry

MAX_PATTERN = 1000
_MEMORY = 8 << 20
"""Bytes RE2 may use for one pattern."""
MAX_PROGRAM = 4000
"""Steps of a compiled pattern. RE2 may take each of them for every byte: 300,000 hold a thread for many minutes."""
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OTHER_LINES = re.compile(r"\(\?[A-Za-z]*-[A-Za-z]*m")

NAME = "grep"
DESCRIPTION = (
    "Searches the files of the repository as they are at the head of the pull request for a regular expression (RE2 "
    "syntax: no look-around, no back-references; (?i) at its start ignores case), each line by itself. A glob such as "
    f"src/**/*.py or *.go limits which files; null means all. Shows at most {MAX_HITS} lines as path:line: text."
)
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "pattern": {"type": "string", "description": "RE2 regular expression"},
        "glob": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "Which files, or null for all"},
    },
    "required": ["pattern", "glob"],
    "additionalProperties": False,
}


async def run(reader: Reader, arguments: Mapping[str, Any]) -> Told:
    """The lines that match. Raises ToolRefused and TreeUnreadable."""
    compiled = await reader.offload(lambda: compile_pattern(conceal(arguments["pattern"])))
    entries = await reader.tree.entries()
    chosen = await reader.offload(lambda: choose_files(entries, arguments["glob"]))
    if not chosen:
        raise ToolRefused("The glob fits no file of the repository.")
    searched = await search(reader, chosen, lambda _path, text, most: _look(compiled, text, most))
    looked = f"{count(searched.files, 'file')} searched.{searched.caveat}"
    if not searched.hits:
        return Told(f"No line matches. {looked}")
    matching = tell_count(searched, len(searched.hits), "line")
    verb = "matches" if searched.whole and len(searched.hits) == 1 else "match"
    looked = looked if searched.whole else f"Counting stopped there: ask for less.{searched.caveat}"
    return Told(
        f"{matching[0].upper()}{matching[1:]} {verb}.{tell_shown(searched.hits)} {looked}", show_hits(searched.hits)
    )


def compile_pattern(pattern: str) -> Any:  # noqa: ANN401 - google-re2 ships no types
    """The pattern for bytes of many lines, in which no match crosses a line. Raises ToolRefused."""
    if not pattern:
        raise ToolRefused("The pattern is empty.")
    if len(pattern) > MAX_PATTERN:
        raise ToolRefused(f"The pattern is longer than {MAX_PATTERN:,} characters.")
    bare = _CLASS.sub("", pattern)
    if {"A", "z", "n"} & set(_ESCAPE.findall(bare)) or "\n" in bare or _OTHER_LINES.search(bare):
        raise ToolRefused("Each line is searched by itself: write ^ and $ for its ends, and no line feed.")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.never_nl = True
    try:
        compiled = re2.compile(b"(?m)" + pattern.encode("utf-8", "replace"), options)
        re2.purge()  # what a model wrote does not stay in the memory that RE2's wrapper keeps for the process
    except re2.error as error:
        raise ToolRefused(f"RE2 does not take the pattern: {_name_fault(error)}.") from None
    if compiled.programsize > MAX_PROGRAM:
        raise ToolRefused("The pattern counts too far: repeat less, as in .{0,100} or .*.")
    return compiled


def _name_fault(error: Exception) -> str:
    """What RE2 has against a pattern, without the piece of the pattern that it quotes."""
    [fault] = error.args
    text = fault.decode("utf-8", "replace") if isinstance(fault, bytes) else str(fault)
    return text.partition(":")[0]


def choose_files(entries: Sequence[Entry], glob: str | None) -> Sequence[Entry]:
    """The entries that fit; a glob without a slash is one for names, in any directory. Raises ToolRefused."""
    if glob is None:
        return entries
    written = conceal(glob).removeprefix("./")
    try:
        meant = Glob.parse(written if "/" in written else f"**/{written}")
    except BadGlob as error:
        fault = str(error).removeprefix(f"glob {error.pattern[:500]!r}: ")
        raise ToolRefused(f"The glob is not understood: {fault}.") from None
    # A secret in a path cannot be guessed at letter by letter: it is not there.
    return [entry for entry in entries if meant.matches(conceal(entry.shown))]


def _look(compiled: Any, text: str, most: int) -> list[Found]:  # noqa: ANN401 - google-re2 ships no types
    data = text.replace("\r\n", "\n").encode("utf-8", "replace")
    found: list[Found] = []
    at, number, counted = 0, 1, 0
    while len(found) < most and at < len(data) and (match := compiled.search(data, at)) is not None:
        start = data.rfind(b"\n", 0, match.start()) + 1
        if start == len(data):
            break  # an empty match behind the last line feed is in no line
        end = data.find(b"\n", match.start())
        end = len(data) if end < 0 else end
        number += data.count(b"\n", counted, start)
        column = len(data[start : match.start()].decode("utf-8", "replace"))
        found.append(Found(number, data[start:end].decode("utf-8", "replace"), column))
        counted, at = start, end + 1
    return found
