"""The front matter of a file of guidance: what it says about the files that the guidance is for.

Cursor writes `globs: *.ts,src/**/*.tsx` without quotes, which is no YAML (an asterisk opens an alias there), so only
what is needed is read, line by line: `key: value`, and the items of a list below a key.
"""

from __future__ import annotations

import re

from app.core.text.globs import BadGlob, Glob

_FENCE = "---"
_PAIR = re.compile(r"([A-Za-z_-]+):[ \t]*(.*)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)")
_BRACED = re.compile(r"\{[^{}]*\}|,")


def part(text: str) -> tuple[dict[str, list[str]], str]:
    """The values by key, and the text with blank lines in place of the front matter: lines keep their numbers."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return {}, text
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE), None)
    if end is None:
        return {}, text
    values: dict[str, list[str]] = {}
    key = ""
    for line in lines[1:end]:
        if found := _PAIR.fullmatch(line.rstrip()):
            key = found[1]
            values[key] = _split(found[2])
        elif key and (found := _ITEM.fullmatch(line.rstrip())):
            values[key] += _split(found[1])
    return values, "\n".join(["" for _ in lines[: end + 1]] + lines[end + 1 :])


def read_patterns(values: list[str]) -> tuple[str, ...]:
    """The globs among the values, in the form of `lintel.yml`: a pattern without a slash fits at any depth.

    What is no glob is left out: then the rules are about more files, never about fewer.
    """
    patterns = []
    for value in values:
        bare = value.removeprefix("./").removeprefix("/")
        pattern = f"{bare}**" if bare.endswith("/") else bare
        pattern = pattern if "/" in pattern or pattern == "**" else f"**/{pattern}"
        try:
            patterns.append(Glob.parse(pattern).pattern)
        except BadGlob:
            return ()
    return () if "**" in patterns else tuple(patterns)


def _split(value: str) -> list[str]:
    """The parts of a list on one line: commas part them, but not those inside braces."""
    inner = value.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    marked = _BRACED.sub(lambda found: "\n" if found[0] == "," else found[0], inner.strip("\"'"))
    return [bare for one in marked.split("\n") if (bare := one.strip().strip("\"'").strip())]
