"""The redaction of a change does what a plain one does that makes every line and seeks every secret in each."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.change.diff import FilePatch, FileStatus, Hunk, Line, LineKind, Patch, Side
from app.core.secrecy.cuts import TOKEN, by_line, cover_spans, cut_by_rule, secrets_of
from app.core.secrecy.echo import LENGTH, Echoes, is_sought
from app.core.secrecy.redaction import redact, redact_patch
from app.core.secrecy.scan import scan

Place = tuple[int, int, int]


def make(seed: int, length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    digest = b"".join(hashlib.sha256(f"{seed}:{block}".encode()).digest() for block in range(length // 32 + 1))
    return "".join(alphabet[byte % len(alphabet)] for byte in digest[:length])


def redact_plainly(patch: Patch) -> list[list[tuple[str, list[str]]]]:
    """Of each file, each hunk: its section, and the texts of its lines, all without secrets."""
    lines = {
        (f, h, i): line
        for f, file in enumerate(patch.files)
        for h, hunk in enumerate(file.hunks)
        for i, line in enumerate(hunk.lines)
    }
    sections = {(f, h): hunk.section for f, file in enumerate(patch.files) for h, hunk in enumerate(file.hunks)}
    known: dict[str, str] = {}
    before = None
    while before != (lines, sections):
        before = dict(lines), dict(sections)
        sections = {place: redact(section).text for place, section in sections.items()}
        for f in range(len(patch.files)):
            _by_rule({place: line for place, line in lines.items() if place[0] == f}, lines, known)
        lines = {place: line._replace(text=seek(line.text, known)) for place, line in lines.items()}
        sections = {place: seek(section, known) for place, section in sections.items()}
    return [
        [(sections[f, h], [lines[f, h, i].text for i in range(len(hunk.lines))]) for h, hunk in enumerate(file.hunks)]
        for f, file in enumerate(patch.files)
    ]


def _by_rule(mine: Mapping[Place, Line], lines: dict[Place, Line], known: dict[str, str]) -> None:
    held = dict(mine)
    while True:
        spans: dict[Place, list[tuple[int, int, str]]] = {}
        for unseen in (LineKind.REMOVED, LineKind.ADDED):
            view = [place for place, line in held.items() if line.kind is not unseen]
            text = "\n".join(held[place].text for place in view)
            cuts = cut_by_rule(text)
            known |= secrets_of(text, cuts)
            for row, span in by_line(text, cuts):
                spans.setdefault(view[row], []).append(span)
        if not spans:
            break
        for place, found in spans.items():
            held[place] = held[place]._replace(text=cover_spans(held[place].text, found))
    lines.update(held)


def seek(text: str, known: Mapping[str, str]) -> str:
    """The text with each known secret covered, sought at every character."""
    tokens = {at for match in TOKEN.finditer(text) for at in range(*match.span())}
    pieces: list[str] = []
    at = 0
    for start, end, rule in find_plainly(text, known):
        run = ""
        pieces.append(text[at:start])
        for place in [*range(start, end), -1]:
            if place < 0 or place in tokens:
                pieces += [f"‹secret:{rule}›" if run.strip() else run, text[place] if place >= 0 else ""]
                run = ""
            else:
                run += text[place]
        at = end
    return "".join([*pieces, text[at:]])


def find_plainly(text: str, known: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    sought = sorted(filter(is_sought, known), key=len, reverse=True)
    at = 0
    while at < len(text):
        found = next((secret for secret in sought if text.startswith(secret, at)), None)
        if found is None:
            at += 1
        else:
            yield at, at + len(found), known[found]
            at += len(found)


TOKENS = [f"ghp_{make(seed, 36)}" for seed in range(3)]
PASSWORDS = [f"{make(seed, 12)}!q{seed}" for seed in range(3)]
KEY = [
    "-----BEGIN RSA PRIVATE KEY-----",
    *(make(row, 64, string.ascii_letters + string.digits + "+/") for row in range(4)),
    "-----END RSA PRIVATE KEY-----",
]
texts = st.one_of(
    st.sampled_from(TOKENS),
    st.sampled_from(PASSWORDS),
    st.sampled_from([f"password: '{password}'" for password in PASSWORDS]),
    st.sampled_from(KEY),
    st.builds("{}{}".format, st.sampled_from(PASSWORDS), st.sampled_from([*TOKENS, "x", " # why", "‹secret:x›"])),
    st.builds("{} {}".format, st.sampled_from(["é‹›😀", "\udc80", "-", "+"]), st.sampled_from([*PASSWORDS, *TOKENS])),
    st.sampled_from(["", "x = 1", "def f():", "\r", "\\ No newline at end of file", "password:"]),
    st.text(st.characters(exclude_characters="\n"), max_size=20),
)
kinds = st.sampled_from(list(LineKind))


@st.composite
def hunks(draw: st.DrawFn, start: int) -> Hunk:
    lines: list[Line] = []
    old = new = start
    rows = draw(st.lists(st.tuples(kinds, texts, st.booleans()), min_size=1, max_size=8))
    if draw(st.integers(0, 3)) == 0:
        rows[1:1] = [(draw(kinds), row, False) for row in KEY]
    for kind, text, last in rows:
        lines.append(
            Line(
                kind,
                None if kind is LineKind.ADDED else old,
                None if kind is LineKind.REMOVED else new,
                text,
                no_newline=last and len(lines) == len(rows) - 1,
            )
        )
        old += kind is not LineKind.ADDED
        new += kind is not LineKind.REMOVED
    return Hunk.of((start, start), draw(texts), lines)


@st.composite
def patches(draw: st.DrawFn) -> Patch:
    files = []
    for number in range(draw(st.integers(1, 3))):
        held = tuple(draw(hunks(start)) for start in (1, 100, 200)[: draw(st.integers(1, 3))])
        files.append(FilePatch(f"f{number}", f"f{number}", FileStatus.MODIFIED, hunks=held))
    return Patch("a" * 40, "b" * 40, tuple(files))


@settings(max_examples=150, deadline=None)  # the first scan compiles the rules
@given(patches())
def test_a_change_is_redacted_as_if_every_line_were_looked_at_alone(patch: Patch) -> None:
    redacted = redact_patch(patch).patch

    shown = [[(hunk.section, [line.text for line in hunk.lines]) for hunk in file.hunks] for file in redacted.files]
    assert shown == redact_plainly(patch)
    for file, before in zip(redacted.files, patch.files, strict=True):
        assert replace(file, hunks=()) == replace(before, hunks=())
        for hunk, old in zip(file.hunks, before.hunks, strict=True):
            assert [line._replace(text="") for line in hunk.lines] == [line._replace(text="") for line in old.lines]
            assert (hunk.additions, hunk.deletions) == (old.additions, old.deletions)


@settings(deadline=None)  # the first scan compiles the rules
@given(st.lists(st.lists(texts.filter(lambda text: not scan(text) and "-----" not in text), max_size=4), max_size=3))
def test_a_file_without_secrets_is_the_same_object_and_none_of_its_lines_is_made(rows: list[list[str]]) -> None:
    files = tuple(
        FilePatch(
            f"f{number}",
            f"f{number}",
            FileStatus.ADDED,
            hunks=(Hunk(0, 0, 1, len(texts), "", "\n".join(f"+{text}" for text in texts)),),
        )
        for number, texts in enumerate(rows)
        if texts and not scan("\n".join(texts))
    )
    redacted = redact_patch(Patch("a" * 40, "b" * 40, files))

    assert redacted.secrets == ()
    assert all(file is before for file, before in zip(redacted.patch.files, files, strict=True))
    assert all("lines" not in vars(hunk) for file in files for hunk in file.hunks)


LONG = make(0, 30)
secrets = st.builds(lambda start, length: LONG[start : start + length], st.integers(0, 18), st.integers(LENGTH, 16))
"""Many overlap, so that one begins in the beginning of another."""


@given(
    st.dictionaries(st.one_of(secrets, st.text(min_size=LENGTH, max_size=LENGTH + 3)), st.just("rule"), max_size=6),
    st.lists(st.one_of(secrets, secrets.map(lambda secret: secret[1:]), st.text(max_size=9)), max_size=6),
)
def test_repetitions_are_found_as_if_sought_at_every_character(known: dict[str, str], parts: list[str]) -> None:
    text = "".join([*parts, *known, *parts])
    echoes = Echoes(known)
    assert list(echoes.find(text)) == list(find_plainly(text, known))
    assert echoes.may_stand_in(text) or not list(find_plainly(text, known))


def test_thousands_of_secrets_are_sought_at_once() -> None:
    known = {make(seed, 40): f"rule-{seed}" for seed in range(5_000)}
    text = "\n".join(f"é = {secret}" for secret in known)
    assert [text[start:end] for start, end, _ in Echoes(known).find(text)] == list(known)


def test_a_secret_on_a_side_that_other_hunks_do_not_have_is_placed_on_its_own_line() -> None:
    secret = TOKENS[0]
    first = Hunk.of((3, 2), "", [Line(LineKind.REMOVED, 3, None, "gone"), Line(LineKind.REMOVED, 4, None, "gone")])
    second = Hunk.of(
        (40, 39), "", [Line(LineKind.CONTEXT, 40, 39, "x"), Line(LineKind.ADDED, None, 40, f"t = {secret}")]
    )
    third = Hunk.of((50, 50), "", [Line(LineKind.REMOVED, 50, None, f"t = {TOKENS[1]}")])
    file = FilePatch("f", "f", FileStatus.MODIFIED, hunks=(first, second, third))

    found = redact_patch(Patch("a" * 40, "b" * 40, (file,))).secrets

    assert [(item.side, item.line, item.kind) for item in found] == [
        (Side.RIGHT, 40, LineKind.ADDED),
        (Side.LEFT, 50, LineKind.REMOVED),
    ]
