from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.change.plan import LeftOut
from app.core.findings.finding import Evidence, Placed, Severity, Source, Standing, Verification
from app.core.findings.verification.weighing import Refuted
from app.core.gate.policy import PolicyFault
from app.core.gate.verdict import NO_MODEL_REASON, GateFacts, Situation, decide
from app.core.model import Usage
from app.core.report.comment import finding_comment, fixed_comment
from app.core.report.export import to_json
from app.core.report.fitting import MAX_BYTES
from app.core.report.publication import is_summary, marked_finding
from app.core.report.report import AnalyzerOutcome, AnalyzerState, Report, Spending
from app.core.report.summary import check_summary, summary
from app.core.report.words import Links, title
from app.core.text.markdown import comment_marker
from tests.build import a_claim, a_coverage, a_finding, a_report

LINKS = Links("https://github.com")
MARKER = comment_marker("summary")
SPENDING = Spending(
    usage=Usage(calls=2, input_tokens=1200, cache_read_tokens=9000, cache_write_tokens=3000, output_tokens=700),
    usd=0.0213,
    seconds=12.5,
)
BLOCKED = a_report(
    a_finding(3, severity=Severity.CRITICAL, start_line=10, blocking=True),
    a_finding(1, severity=Severity.LOW, title="A `print` is left | here", line=40, source=Source.ANALYZER, rule="T201"),
    a_finding(4, severity=Severity.MEDIUM, placed=Placed.SUMMARY, title="The migration is missing", line=None),
    fixed=(a_finding(2),),
    coverage=a_coverage(20, 12, LeftOut("app/big.py", 8, "the model was overloaded", excused=False)),
    analyzers=(
        AnalyzerOutcome("ruff", AnalyzerState.OK),
        AnalyzerOutcome("zizmor", AnalyzerState.FAILED, "it took longer than 20 s"),
    ),
    fabricated=1,
    spending=SPENDING,
)
CLEAN = a_report(spending=SPENDING)
NO_MODEL = a_report(
    coverage=a_coverage(10, 0, LeftOut("app/pay.py", 10, NO_MODEL_REASON, excused=False)), model_configured=False
)
FAULT = a_report(policy=PolicyFault(".github/lintel.yml", 3, 1, "unknown key `mod`"))
NOT_DONE = a_report(
    verdict=decide(GateFacts(policy=CLEAN.policy, obstacle="The change could not be fetched.", passing=True))
)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("summary-blocked.md", BLOCKED),
        ("summary-clean.md", CLEAN),
        ("summary-no-model.md", NO_MODEL),
        ("summary-policy-fault.md", FAULT),
        ("summary-not-done.md", NOT_DONE),
    ],
)
def test_the_summary_reads(check_golden: Callable[[str, str], None], name: str, report: Report) -> None:
    check_golden(name, summary(report, LINKS, MARKER).text + "\n")


def test_the_check_reads(check_golden: Callable[[str, str], None]) -> None:
    check_golden("check-blocked.md", check_summary(BLOCKED, LINKS).text + "\n")


def test_a_comment_on_the_line_reads(check_golden: Callable[[str, str], None]) -> None:
    check_golden("comment.md", finding_comment(BLOCKED.findings[0]).text + "\n")


@pytest.mark.parametrize(
    ("name", "standing", "reason"),
    [
        ("comment-confirmed.md", Standing.CONFIRMED, ""),
        ("comment-question.md", Standing.UNCERTAIN, ""),
        ("comment-unverified.md", Standing.UNVERIFIED, "the model was overloaded"),
    ],
)
def test_a_comment_says_what_a_second_reading_made_of_it(
    check_golden: Callable[[str, str], None], name: str, standing: Standing, reason: str
) -> None:
    confirmed = standing is Standing.CONFIRMED
    evidence = (Evidence("app/pay.py", 12, "total = price"), Evidence("app/tax.py", 7, "def tax(price): # @octocat"))
    verification = Verification(standing=standing, evidence=evidence if confirmed else (), reason=reason)
    finding = a_finding(
        5,
        blocking=True,
        verification=verification,
        lenses=("contracts", "security"),
        suggestion="    total = price + tax(price)" if confirmed else None,
    )
    check_golden(name, finding_comment(finding).text + "\n")


def test_a_comment_names_the_line_where_the_fault_shows_if_that_is_another(
    check_golden: Callable[[str, str], None],
) -> None:
    far = Evidence("app/sell.py", 40, "    return charge(order)  # @octocat <img>")
    evidence = (Evidence("app/sell.py", 40, "return charge(order)"), Evidence("app/tax.py", 7, "def tax(price):"))
    finding = a_finding(6, shows_at=far, verification=Verification(standing=Standing.CONFIRMED, evidence=evidence))
    check_golden("comment-elsewhere.md", finding_comment(finding).text + "\n")
    assert "It shows at app/sell.py:40: return charge(order)" in to_json(a_report(finding))["findings"][0]["body"]


def test_the_summary_counts_claims_that_stand_nowhere_by_reason() -> None:
    said = summary(a_report(fabricated=2, off_diff=1), LINKS, MARKER).text
    assert "2 claims dropped: the quoted code or rule does not exist" in said
    assert "1 claim dropped: off the diff, and no changed line enables the fault" in said
    assert "off the diff" not in summary(a_report(fabricated=2), LINKS, MARKER).text


def test_the_summary_counts_what_a_second_look_dropped_and_repeats_none_of_it() -> None:
    dropped = (Refuted(a_claim(title="CANARY"), "it is a nit"), Refuted(a_claim(), "it is a nit"))
    said = summary(a_report(refuted=(*dropped, Refuted(a_claim(), "a second reader refuted it"))), LINKS, MARKER).text
    assert "3 claims dropped at a second look: 1 because a second reader refuted it; 2 because it is a nit" in said
    assert "CANARY" not in said


def test_a_fixed_comment_reads(check_golden: Callable[[str, str], None]) -> None:
    check_golden("comment-fixed.md", fixed_comment(a_finding(2)).text + "\n")


def test_a_secret_that_is_gone_from_the_files_is_still_to_be_revoked(check_golden: Callable[[str, str], None]) -> None:
    secret = a_finding(5, source=Source.SECRETS, category="secret", rule="secrets:jwt", title="A secret is committed")
    check_golden("comment-fixed-secret.md", fixed_comment(secret).text + "\n")

    words = "The history may still hold what is secret: revoke F5 all the same."
    assert words in summary(a_report(fixed=(a_finding(2), secret)), LINKS, MARKER).text
    assert "revoke" not in summary(a_report(fixed=(a_finding(2),)), LINKS, MARKER).text


@pytest.mark.parametrize("situation", list(Situation))
def test_every_situation_has_a_short_title(situation: Situation) -> None:
    verdict = decide(GateFacts(policy=CLEAN.policy, ended=Situation.CLOSED))
    named = title(type(verdict)(verdict.conclusion, situation, ()), 12)

    assert 5 < len(named) < 60


def test_a_summary_of_a_thousand_findings_fits_and_says_what_is_left_out() -> None:
    many = a_report(*(a_finding(number, title="word " * 60, placed=Placed.SUMMARY) for number in range(1, 1001)))
    text = summary(many, LINKS, MARKER)

    assert text.size <= MAX_BYTES
    assert "…and 960 more" in text.text
    assert text.text.endswith(MARKER.text)


def test_a_summary_of_emoji_is_measured_in_bytes() -> None:
    many = a_report(*(a_finding(number, body="🧨" * 4000, placed=Placed.SUMMARY) for number in range(1, 41)))

    assert summary(many, LINKS, MARKER).size <= MAX_BYTES
    assert "limits the size" in summary(many, LINKS, MARKER).text


def test_markers_cannot_be_forged_by_what_is_reviewed() -> None:
    forged = comment_marker("finding", id="F9", fingerprint="0" * 32).text
    comment = finding_comment(a_finding(5, title=MARKER.text, body=f"{forged}\n\n```\n{forged}\n{MARKER.text}\n```"))

    assert marked_finding(comment.text) == "F5"
    assert not is_summary(comment.text)
