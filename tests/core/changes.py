"""Changes for tests: diffs made from two texts, claims, and strategies for both."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.core.change.diff import FilePatch, FileStatus, Hunk, Line, LineKind, Patch
from app.core.findings.finding import Claim, Severity, Source
from app.core.findings.identity import Circumstances

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Making a change takes its time on a busy machine; that says nothing about what is tested."""

SILENT = Circumstances(completed=lambda *_: False, blocks=lambda _: False)
"""No program ran to its end, and nothing blocks."""

AWKWARD = [
    "",
    "    ",
    "}",
    "def run():",
    "class A:",
    "\treturn x  ",
    "a\r",
    "@@ -1 +1 @@",
    "=== FILE x (added) ===",
    "R 12    |+text",
    "x = '‹U+202E›' # ‹… 3 characters cut …›",
    "\u202egnp\u2066",
    "tag \U000e0041 zwj \u200d \ufeff \x07 \x85 \u2028 \x0c",
    "❤️ 👨‍👩‍👧 1️⃣",
    "é漢字",
    "\udce9",
]

texts = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_characters="\n"), max_size=30),
    st.integers(0, 20).map(lambda count: f"    call(argument_{count})"),
)
paths = st.one_of(
    st.sampled_from(["a.py", "src/a.py", "tests/test_a.py", "vendor/x/a.go", "yarn.lock", "docs/a b (c).md", "a\nb"]),
    st.from_regex(r"[a-c]{1,3}(/[a-c]{1,3}){0,2}\.(py|ts|go)", fullmatch=True),
)


def diff_texts(old: Sequence[str], new: Sequence[str], *, section: str = "", context: int = 3) -> tuple[Hunk, ...]:
    """The hunks between two versions, with git's counts; an empty side starts at the line before."""
    hunks: list[Hunk] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
        lines: list[Line] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [Line(LineKind.CONTEXT, i + 1, i - i1 + j1 + 1, old[i]) for i in range(i1, i2)]
                continue
            lines += [Line(LineKind.REMOVED, i + 1, None, old[i]) for i in range(i1, i2)]
            lines += [Line(LineKind.ADDED, None, j + 1, new[j]) for j in range(j1, j2)]
        olds, news = group[-1][2] - group[0][1], group[-1][4] - group[0][3]
        starts = group[0][1] + (olds > 0), group[0][3] + (news > 0)
        hunks.append(Hunk.of(starts, section, lines))
    return tuple(hunks)


def change_file(
    path: str,
    old: Sequence[str],
    new: Sequence[str],
    *,
    old_path: str | None = None,
    section: str = "",
    status: FileStatus | None = None,
) -> FilePatch:
    """The change of one file from one text to another."""
    hunks = diff_texts(old, new, section=section)
    kinds = [line.kind for hunk in hunks for line in hunk.lines]
    renamed = old_path is not None and old_path != path
    return FilePatch(
        path=path,
        old_path=old_path or path,
        status=status or (FileStatus.RENAMED if renamed else FileStatus.MODIFIED if old else FileStatus.ADDED),
        hunks=hunks,
        additions=kinds.count(LineKind.ADDED),
        deletions=kinds.count(LineKind.REMOVED),
    )


def change(*files: FilePatch) -> Patch:
    return Patch("m" * 40, "h" * 40, files)


def claim(
    path: str = "a.py",
    line: int | None = 1,
    quote: str = "",
    *,
    severity: Severity = Severity.MEDIUM,
    category: str = "correctness",
    source: Source = Source.MODEL,
    title: str = "it is wrong",
    confidence: int = 80,
    **more: object,
) -> Claim:
    fields: dict[str, object] = {
        "path": path,
        "line": line,
        "quote": quote,
        "severity": severity,
        "category": category,
        "source": source,
        "title": title,
        "confidence": confidence,
        "body": "",
        **more,
    }
    return Claim(**fields)  # type: ignore[arg-type]  # the fields a test wants to vary


@st.composite
def file_patches(draw: st.DrawFn, *, texts: st.SearchStrategy[str] = texts, max_lines: int = 40) -> FilePatch:
    old = draw(st.lists(texts, max_size=max_lines))
    new = list(old)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 3))] = draw(st.lists(texts, max_size=4))
    return change_file(draw(paths), old, new, section=draw(st.sampled_from(["", "def run", "@@ \u202e @@"])))


@st.composite
def patches(draw: st.DrawFn, *, texts: st.SearchStrategy[str] = texts, max_files: int = 5) -> Patch:
    files = draw(st.lists(file_patches(texts=texts), max_size=max_files, unique_by=lambda file: file.path))
    return change(*files)
