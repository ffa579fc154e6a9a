from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Side
from app.core.findings.finding import Placed, Severity
from app.core.gate.policy import BlockOn, CheckNaming, Policy
from app.core.gate.sharing import check_name
from app.core.report.publication import (
    MAX_REVIEW_COMMENTS,
    StandingComment,
    compose,
    difference,
    is_summary,
    marked_finding,
)
from app.core.report.report import Report
from app.core.report.words import Links
from tests.build import a_finding, a_report

LINKS = Links("https://github.com")


def many(count: int, *, blocking: bool = False) -> Report:
    findings = [
        a_finding(number, line=number, severity=Severity.MEDIUM, blocking=blocking) for number in range(1, count + 1)
    ]
    return a_report(*findings)


def test_the_check_carries_the_base_branch() -> None:
    """A shared name would let a throw-away base turn it green, until it is the worst over all pull requests."""
    assert check_name("main") == "lintel: main"
    assert compose(a_report(policy=Policy(check=CheckNaming.SHARED)), LINKS).check.name == "lintel: main"


def test_comments_are_capped_and_the_rest_is_annotated() -> None:
    publication = compose(many(14), LINKS)

    assert [comment.finding_id for comment in publication.comments] == [f"F{number}" for number in range(1, 11)]
    assert [note.start_line for note in publication.check.annotations] == [11, 12, 13, 14]


def test_blocking_findings_are_never_capped() -> None:
    assert len(compose(many(40, blocking=True), LINKS).comments) == 40


def test_a_removed_line_is_never_annotated() -> None:
    policy = Policy(block_on=BlockOn.NEVER).model_copy(
        update={"review": Policy().review.model_copy(update={"max_comments": 0})}
    )
    report = a_report(a_finding(1, side=Side.LEFT), a_finding(2), policy=policy)

    assert [note.title[:2] for note in compose(report, LINKS).check.annotations] == ["F2"]


def test_what_is_not_on_a_line_stands_in_the_summary_alone() -> None:
    publication = compose(a_report(a_finding(1, placed=Placed.FILE)), LINKS)

    assert not publication.comments
    assert "F1" in publication.summary.text


@given(count=st.integers(0, 60), standing=st.sets(st.integers(1, 60)))
def test_writing_the_difference_and_looking_again_leaves_nothing_to_write(count: int, standing: set[int]) -> None:
    publication = compose(many(count, blocking=True), LINKS)
    bodies = {comment.finding_id: comment.body.text for comment in publication.comments}
    there = [StandingComment(number, f"F{number}", bodies.get(f"F{number}", "gone")) for number in standing]
    wanted = difference(publication, there)
    written = [*wanted.review, *wanted.single]

    assert len(wanted.review) <= MAX_REVIEW_COMMENTS
    assert {comment.finding_id for comment in written} == bodies.keys() - {f"F{number}" for number in standing}
    again = [*there, *(StandingComment(1000 + i, c.finding_id, c.body.text) for i, c in enumerate(written))]
    after = difference(publication, again)
    assert (after.review, after.single, after.edits) == ((), (), ())


def test_a_fixed_finding_s_comment_is_edited_once() -> None:
    report = a_report(fixed=(a_finding(2),))
    publication = compose(report, LINKS)
    before = difference(publication, [StandingComment(70, "F2", "as it was raised")])

    assert [comment_id for comment_id, _ in before.edits] == [70]
    assert not difference(publication, [StandingComment(70, "F2", before.edits[0][1].text + "\r\n")]).edits


def test_our_own_comments_are_known_by_their_markers() -> None:
    publication = compose(a_report(a_finding(7)), LINKS)

    assert marked_finding(publication.comments[0].body.text) == "F7"
    assert marked_finding("<!-- lintel:finding id=F7 -->") is None
    assert is_summary(publication.summary.text)
    assert not is_summary(publication.comments[0].body.text)
