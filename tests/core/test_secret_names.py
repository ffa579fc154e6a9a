"""A secret in a path is shown nowhere, and the path still means its file."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.change.annotate import annotate
from app.core.change.chunking import plan_review
from app.core.change.diff import FilePatch, FileStatus, Patch
from app.core.change.plan import LeftOut
from app.core.findings.anchor import find_file
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Placed
from app.core.report.export import to_json
from app.core.report.publication import compose
from app.core.report.report import Report
from app.core.report.summary import check_summary, summary
from app.core.report.words import Links
from app.core.secrecy.redaction import redact_patch
from app.core.text.markdown import comment_marker
from tests.build import a_coverage, a_finding, a_report
from tests.core.changes import change, change_file, claim
from tests.core.test_redaction import PLANTS, planted, survivors

KEY = "AKIAQ3EGRXK7PLM5VZTN"
OTHER = "AKIAZ5OYWQ2LMN7RT4XB"
PATH = f"keys/{KEY}.py"
SHOWN = "keys/‹secret:aws-access-token›.py"


def added(path: str, *lines: str) -> FilePatch:
    return change_file(path, [], lines or ("x = 1",))


def prompt_of(patch: Patch) -> str:
    return "".join(annotate(chunk) for chunk in plan_review(patch).chunks)


def test_a_path_is_asked_about_without_its_secret_and_keeps_it_for_those_who_open_it() -> None:
    redacted = redact_patch(change(added(PATH), change_file("b.py", ["a"], ["b"], old_path=f"old/{OTHER}")))

    assert [file.path for file in redacted.patch.files] == [PATH, "b.py"]
    text = prompt_of(redacted.patch)
    assert f"=== FILE {SHOWN} (added) ===" in text
    assert "=== WAS old/‹secret:aws-access-token› ===" in text
    assert survivors(KEY, text) == survivors(OTHER, text) == []


def test_what_a_path_gives_away_goes_from_the_contents_and_what_contents_give_away_from_paths() -> None:
    password, line = planted("assigned", "path")
    in_url = PATH.replace("keys/", "https:/")
    patch = change(added(PATH, f"see {in_url}"), added(f"backup/{password}/dump.sql"), added("conf.ini", line))

    redacted = redact_patch(patch)

    text = prompt_of(redacted.patch)
    assert survivors(KEY, text) == survivors(password, text) == []


def test_the_path_shown_means_the_file_even_where_two_are_shown_alike() -> None:
    literal = SHOWN
    patch = redact_patch(
        change(added(literal, "literal"), added(PATH, "first"), added(f"keys/{OTHER}.py", "second"))
    ).patch

    shown = [file.shown_path for file in patch.files]
    assert shown[0] == literal
    assert len(set(shown)) == 3
    for file in patch.files:
        assert find_file(file.shown_path, patch) is file
        assert find_file(file.path, patch) is file
        quote = file.hunks[0].lines[0].text
        ((meant, placement),) = anchor_claims([claim(file.shown_path, 1, quote)], patch).placed
        assert (meant.path, placement.placed) == (file.path, Placed.LINE)


def test_a_renamed_file_is_meant_by_the_old_path_shown() -> None:
    patch = redact_patch(change(change_file("b.py", ["a"], ["b"], old_path=f"old/{KEY}"))).patch
    assert find_file("old/‹secret:aws-access-token›", patch) is patch.files[0]


def test_a_secret_in_a_new_name_is_one_the_change_brings_in() -> None:
    pure = FilePatch(f"b/{KEY}", "b/x", FileStatus.RENAMED)
    stays = FilePatch(f"c/{KEY}", f"d/{KEY}", FileStatus.RENAMED)
    edited = change_file(f"e/{KEY}", ["a"], ["b"])
    gone = change_file(f"f/{KEY}", ["a"], [], status=FileStatus.REMOVED)

    redacted = redact_patch(change(added(PATH), pure, stays, edited, gone))

    assert [(name.path, name.rule) for name in redacted.names] == [
        (f"b/{KEY}", "aws-access-token"),
        (PATH, "aws-access-token"),
    ]


def test_paths_without_secrets_are_shown_as_they_are() -> None:
    paths = ["src/pay.py", "a‹b›.py", "secrets/token.py", "a b (added).py", "config/password=example.ini"]
    redacted = redact_patch(change(*map(added, paths)))
    assert [file.shown_path for file in redacted.patch.files] == paths
    assert redacted.names == ()


@settings(deadline=None)  # the first scan compiles the rules
@given(st.sampled_from(sorted(set(PLANTS) - {"url", "jwt"})), st.integers(0, 10**6).map(str))
def test_redacting_names_twice_is_redacting_once(kind: str, seed: str) -> None:
    secret, line = planted(kind, seed)
    once = redact_patch(change(added(f"a/{secret}/b.py", line), added(f"c/{secret}.py")))

    assert survivors(secret, prompt_of(once.patch)) == []
    again = redact_patch(once.patch)
    assert (again.patch, again.secrets, again.names) == (once.patch, (), ())


def report_on(patch: Patch) -> Report:
    left_out = LeftOut(PATH, 0, "binary: nobody reads it", excused=False)
    return a_report(
        a_finding(1, path=PATH, line=1, blocking=True),
        a_finding(2, path=PATH, line=None, placed=Placed.FILE),
        a_finding(3, path=f"gone/{KEY}", line=None, placed=Placed.SUMMARY),
        a_finding(4, path="app/pay.py", line=3),
        coverage=a_coverage(10, 8, left_out),
        plan=plan_review(patch),
    )


def test_what_is_said_has_the_path_shown_and_what_is_posted_the_path_meant() -> None:
    redacted = redact_patch(change(replace(added(PATH), binary=True), added("app/pay.py")))
    report = report_on(redacted.patch)
    publication = compose(report, Links("https://github.com"))

    said = [
        summary(report, Links("https://github.com"), comment_marker("summary")).text,
        check_summary(report, Links("https://github.com")).text,
        publication.review_body.text,
        *(comment.body.text for comment in publication.comments),
        str(to_json(report)),
    ]
    assert [text for text in said if survivors(KEY, text)] == []
    assert f"`{SHOWN}:1`" in said[0]
    assert f"`{SHOWN}`, no lines" in said[0]
    assert "/blob/" in said[0]
    assert "keys/" not in "".join(part.split(")")[0] for part in said[0].split("/blob/")[1:])
    assert [comment.path for comment in publication.comments] == [PATH, "app/pay.py"]
