"""Secrets leave no text, and a redacted change is the same change."""

import hashlib
import itertools
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.change.diff import FilePatch, FileStatus, Hunk, Line, LineKind, Patch, Side
from app.core.secrecy.redaction import redact, redact_patch
from app.core.secrecy.scan import scan

ALPHANUMERIC = string.ascii_letters + string.digits
BASE64 = ALPHANUMERIC + "+/"


def make(seed: str, length: int, alphabet: str = ALPHANUMERIC) -> str:
    """Text that looks random and is the same in every run."""
    digest = b"".join(hashlib.sha256(f"{seed}:{block}".encode()).digest() for block in range(length // 32 + 1))
    return "".join(alphabet[byte % len(alphabet)] for byte in digest[:length])


def fragments(secret: str, length: int = 8) -> set[str]:
    return {secret[at : at + length] for at in range(len(secret) - length + 1)}


def survivors(secret: str, text: str) -> list[str]:
    return sorted(fragment for fragment in fragments(secret) if fragment in text)


def key_lines(seed: str) -> list[str]:
    body = [make(f"{seed}{row}", 64, BASE64) for row in range(6)] + [make(f"{seed}last", 30, BASE64) + "=="]
    return ["-----BEGIN RSA PRIVATE KEY-----", *body, "-----END RSA PRIVATE KEY-----"]


PLANTS = {
    "github": ("ghp_{}", 36, 'TOKEN = "{}"'),
    "aws": ("AKIA{}", 0, "aws_access_key_id = {}"),
    "anthropic": ("sk-ant-api03-{}AA", 93, "{}"),
    "assigned": ("{}!q9", 12, "password: '{}'"),
    "url": ("{}", 16, "redis://svc:{}@cache:6379/0"),
    "jwt": ("", 0, "Authorization: Bearer {}"),
}


def planted(kind: str, seed: str) -> tuple[str, str]:
    """A secret and a line that holds it."""
    shape, length, line = PLANTS[kind]
    if kind == "jwt":
        secret = f"eyJ{make(seed, 30)}.eyJ{make(seed + 'b', 40)}.{make(seed + 'c', 43)}"
    elif kind == "aws":
        # The rule leaves out what looks made by hand: a key that chance gave few characters is not drawn.
        keys = (make(seed + "." * again, 16, string.ascii_uppercase + "234567") for again in itertools.count())
        secret = shape.format(next(key for key in keys if len(set(key)) > 9))
    else:
        secret = shape.format(make(seed, length))
    return secret, line.format(secret)


seeds = st.integers(0, 10**6).map(str)
surroundings = st.lists(st.text(st.characters(exclude_characters="\n"), max_size=40), max_size=6)


@settings(deadline=None)  # the first scan compiles the rules
@given(st.sampled_from(sorted(PLANTS)), seeds, surroundings, surroundings)
def test_no_fragment_of_a_secret_survives_and_no_line_is_lost(
    kind: str, seed: str, before: list[str], after: list[str]
) -> None:
    secret, line = planted(kind, seed)
    text = "\n".join([*before, line, *after])

    redacted = redact(text)

    assert survivors(secret, redacted.text) == []
    assert redacted.text.count("\n") == text.count("\n")
    assert len(before) + 1 in {hit.line for hit in redacted.hits}


@settings(deadline=None)  # the first scan compiles the rules
@given(seeds, surroundings, st.sampled_from(["\n", "\r\n"]))
def test_a_key_over_many_lines_keeps_its_number_of_lines(seed: str, before: list[str], newline: str) -> None:
    key = key_lines(seed)
    text = newline.join([*before, *key, "after"])

    redacted = redact(text)

    assert [line for line in key[1:-1] if survivors(line, redacted.text)] == []
    assert redacted.text.count(newline) == text.count(newline)
    assert redacted.text.endswith(f"-----END RSA PRIVATE KEY-----{newline}after")


@settings(deadline=None)  # the first scan compiles the rules
@given(st.lists(st.sampled_from(sorted(PLANTS)), max_size=4), seeds, st.text(max_size=200))
def test_redacting_twice_is_redacting_once(kinds: list[str], seed: str, noise: str) -> None:
    lines = [planted(kind, f"{seed}{at}")[1] for at, kind in enumerate(kinds)]
    once = redact("\n".join([*lines, noise, *lines])).text

    again = redact(once)

    assert again.text == once
    assert again.hits == ()


@settings(deadline=None)  # the first scan compiles the rules
@given(st.text("‹›secrt:pawod-=\"'KEY 19xZ/+@\n", max_size=200))
def test_text_that_imitates_a_redaction_comes_to_rest_too(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@settings(deadline=None)  # the first scan compiles the rules
@given(st.text(max_size=300))
def test_text_without_secrets_is_left_alone(text: str) -> None:
    if not scan(text):
        assert redact(text).text == text


def test_a_key_that_holds_a_run_of_x_by_chance_is_no_blank() -> None:
    key = key_lines("484")
    assert "xxxx" in "".join(key).lower()
    redacted = redact("\n".join(key))
    assert [line for line in key[1:-1] if survivors(line, redacted.text)] == []


def test_only_the_secret_is_replaced_and_named() -> None:
    _, line = planted("assigned", "x")
    assert redact(f"a\r\n  {line}  # why\r\n").text == "a\r\n  password: '‹secret:assigned-secret›'  # why\r\n"


def test_a_secret_repeated_where_no_rule_sees_it_goes_too() -> None:
    secret, line = planted("assigned", "echo")

    redacted = redact(f"{line}\n# it used to be {secret} on staging\n")

    assert survivors(secret, redacted.text) == []
    assert [hit.line for hit in redacted.hits] == [1, 2]


def file_of(path: str, *rows: str, section: str = "") -> FilePatch:
    """A file of one hunk from rows that begin with their sign."""
    lines, old, new = [], 1, 1
    for row in rows:
        kind = LineKind(row[0])
        lines.append(
            Line(
                kind,
                None if kind is LineKind.ADDED else old,
                None if kind is LineKind.REMOVED else new,
                row[1:],
            )
        )
        old += kind is not LineKind.ADDED
        new += kind is not LineKind.REMOVED
    hunk = Hunk.of((1, 1), section, lines)
    return FilePatch(path, path, FileStatus.MODIFIED, hunks=(hunk,))


def patch_of(*files: FilePatch) -> Patch:
    return Patch(merge_base="a" * 40, head="b" * 40, files=files)


def text_of(patch: Patch) -> str:
    return "\n".join(
        text
        for file in patch.files
        for hunk in file.hunks
        for text in (hunk.section, *(line.text for line in hunk.lines))
    )


def test_a_change_keeps_its_lines_and_numbers_and_loses_the_secret_on_every_kind_of_line() -> None:
    gone, gone_line = planted("github", "old")
    here, here_line = planted("github", "new")
    stays, stays_line = planted("url", "context")
    patch = patch_of(
        file_of("a.py", f" {stays_line}", f"-{gone_line}", f"+{here_line}", " x = 1", section=f"def f({gone!r}):")
    )

    redacted = redact_patch(patch)

    for secret in (gone, here, stays):
        assert survivors(secret, text_of(redacted.patch)) == []
    before, after = patch.files[0].hunks[0].lines, redacted.patch.files[0].hunks[0].lines
    assert [(line.kind, line.old, line.new) for line in after] == [(line.kind, line.old, line.new) for line in before]
    assert after[-1] == before[-1]
    assert [(secret.kind, secret.side, secret.line) for secret in redacted.secrets] == [
        (LineKind.CONTEXT, Side.RIGHT, 1),
        (LineKind.REMOVED, Side.LEFT, 2),
        (LineKind.ADDED, Side.RIGHT, 2),
    ]


@pytest.mark.parametrize("interleaved", [True, False])
def test_a_key_rotated_between_context_markers_is_taken_out_on_both_sides(*, interleaved: bool) -> None:
    old, new = key_lines("old"), key_lines("new")
    pairs = zip(old[1:-1], new[1:-1], strict=True)
    if interleaved:
        body = [row for was, now in pairs for row in (f"-{was}", f"+{now}")]
    else:
        body = [*(f"-{row}" for row in old[1:-1]), *(f"+{row}" for row in new[1:-1])]
    patch = patch_of(file_of("key.pem", f" {old[0]}", *body, f" {old[-1]}"))

    redacted = redact_patch(patch)

    text = text_of(redacted.patch)
    assert [row for row in (*old[1:-1], *new[1:-1]) if survivors(row, text)] == []
    (added,) = [secret for secret in redacted.secrets if secret.kind is LineKind.ADDED]
    assert (added.start_line, added.line) == (2, 8)


def test_one_new_line_inside_an_old_key_is_a_secret_the_change_brings_in() -> None:
    key = key_lines("k")
    rows = [f" {row}" for row in key]
    rows[3:4] = [f"-{key[3]}", f"+{make('fresh', 64, BASE64)}"]
    redacted = redact_patch(patch_of(file_of("key.pem", *rows)))

    assert survivors(make("fresh", 64, BASE64), text_of(redacted.patch)) == []
    (added,) = [secret for secret in redacted.secrets if secret.kind is LineKind.ADDED]
    assert (added.start_line, added.line, added.side) == (4, 4, Side.RIGHT)


def test_a_secret_found_in_one_file_goes_from_the_others_and_is_reported_there() -> None:
    secret, line = planted("github", "shared")
    head = secret[4:]
    bare, bare_line = planted("assigned", "shared")
    patch = patch_of(
        file_of("docs.md", f"+we log in with {bare} for now", section=f"# {bare}"),
        file_of("conf.env", f"+{line}", f"+{bare_line}"),
    )

    redacted = redact_patch(patch)

    assert survivors(head, text_of(redacted.patch)) == []
    assert survivors(bare, text_of(redacted.patch)) == []
    assert [(item.path, item.line) for item in redacted.secrets] == [("conf.env", 1), ("conf.env", 2), ("docs.md", 1)]


@settings(deadline=None)  # the first scan compiles the rules
@given(
    st.lists(
        st.tuples(st.sampled_from("+- "), st.sampled_from([*sorted(PLANTS), "key", "text"]), seeds),
        min_size=1,
        max_size=12,
    )
)
def test_redacting_a_change_is_idempotent_and_complete(rows: list[tuple[str, str, str]]) -> None:
    lines: list[str] = []
    secrets: list[str] = []
    for sign, kind, seed in rows:
        if kind == "text":
            lines.append(f"{sign}value_{seed} = {seed}")
        elif kind == "key":
            lines += [sign + row for row in key_lines(seed)]
            secrets += key_lines(seed)[1:-1]
        else:
            secret, line = planted(kind, seed)
            lines.append(sign + line)
            secrets.append(secret)
    once = redact_patch(patch_of(file_of("f", *lines)))

    text = text_of(once.patch)
    assert [secret for secret in secrets if survivors(secret, text)] == []
    again = redact_patch(once.patch)
    assert (again.patch, again.secrets) == (once.patch, ())
