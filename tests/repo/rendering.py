"""A hunk as git writes it, and the hunks in what git wrote."""

from __future__ import annotations

from app.core.change.diff import NO_NEWLINE, Hunk


def render(hunk: Hunk) -> str:
    """The hunk from its lines, without its last line feed."""
    old = _range(hunk.old_start, hunk.old_count)
    new = _range(hunk.new_start, hunk.new_count)
    rows = [f"@@ -{old} +{new} @@ {hunk.section}".rstrip(" ")]
    for line in hunk.lines:
        rows.append(f"{line.kind}{line.text}")
        rows += [NO_NEWLINE] if line.no_newline else []
    return "\n".join(rows)


def _range(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"


def hunk_texts(text: bytes) -> list[bytes]:
    """Of each part of git's text that has hunks: these, without the last line feed."""
    parts = (b"\n" + text.removesuffix(b"\n")).split(b"\ndiff --git ")[1:]
    return [b"@@ " + part.split(b"\n@@ ", 1)[1] for part in parts if b"\n@@ " in part]
