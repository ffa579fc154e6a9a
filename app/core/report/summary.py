"""The summary comment and the check's texts, as pure functions from a report. Nobody is played."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from app.core.budget.limits import find_overdrawn
from app.core.findings.concession import Conceded
from app.core.findings.finding import Finding, Placed, Source
from app.core.gate.policy import Mode, Policy
from app.core.gate.verdict import Conclusion, Situation
from app.core.report.account import write_account
from app.core.report.architecture import tell_architecture
from app.core.report.comment import SIGNS
from app.core.report.conversation import list_withdrawn
from app.core.report.cost import tell_spending
from app.core.report.coverage import MAX_LISTED, tell_coverage, tell_files
from app.core.report.enforcement import tell_enforcement
from app.core.report.feedback import tell_suppressed
from app.core.report.fitting import DROPPED, Graded, clip, clip_path, fit, name_some
from app.core.report.policy_change import tell_policy_change
from app.core.report.provenance import tell_provenance
from app.core.report.reading_guide import tell_guide
from app.core.report.report import AnalyzerOutcome, AnalyzerState, Dismissed, Report
from app.core.report.rules import tell_rules
from app.core.report.sensitive import tell_sensitive
from app.core.report.sparing import name_spared
from app.core.report.words import Links, mend, title
from app.core.text.markdown import (
    Markdown,
    bullets,
    cell,
    code,
    details,
    join,
    link,
    paragraphs,
    permalink,
    plain,
)
from app.core.text.plural import count

MAX_REASONS = 30
MAX_REASON = 600
MAX_NOTES = 20
LEAST_GUIDED = 20
"""Changed lines from which on people are told where to begin."""

_VERDICT_SIGNS = {
    Conclusion.SUCCESS: "✅",
    Conclusion.FAILURE: "⛔",
    Conclusion.ACTION_REQUIRED: "⏸️",
    Conclusion.NEUTRAL: "💬",
    Conclusion.CANCELLED: "⏹️",
}
_NEVER_LOOKED = {Situation.POLICY_FAULT, Situation.NOT_DONE, Situation.PAUSED, Situation.REVERTED}
_NONE = Markdown("")
_NOTHING = Graded((_NONE,))


def summary(report: Report, links: Links, marker: Markdown) -> Markdown:
    """The one comment of the pull request, edited in place."""
    verdict = report.verdict
    name = title(verdict, len(report.blocking))
    head = Markdown(f"### {_VERDICT_SIGNS[verdict.conclusion]} Lintel: ") + plain(name)
    return fit(
        [
            paragraphs(head, _reasons(report), mend(report), _hold(report)),
            _about(report),
            tell_policy_change(report.policy_change),
            tell_architecture(report),
            tell_sensitive(report.shape, report.show_path),
            tell_provenance(report.provenance),
            _table(report, links),
            _beyond_lines(report.findings),
            _fixed(report.fixed),
            _dismissed(report.dismissed),
            _withdrawn(report.withdrawn),
            tell_suppressed(report.suppressed, report.snapshot.repository, links),
            tell_rules(report),
            _guide(report, links),
            _coverage(report, by_file=True),
            paragraphs(_who_looked(report), _notes(report), _given_up(report), _footer(report, links), marker),
        ]
    )


def check_summary(report: Report, links: Links) -> Markdown:
    """The check run's summary: the verdict, the findings, the coverage."""
    return fit(
        [
            paragraphs(_reasons(report), mend(report), _hold(report)),
            tell_provenance(report.provenance),
            tell_architecture(report),
            _table(report, links),
            tell_suppressed(report.suppressed, report.snapshot.repository, links),
            tell_rules(report),
            _coverage(report, by_file=False),
            paragraphs(_who_looked(report), _notes(report), _given_up(report), _footer(report, links)),
        ]
    )


def check_text(report: Report) -> Markdown:
    """The check run's second text: file by file. Empty where nothing was looked at."""
    return Markdown("") if report.verdict.situation in _NEVER_LOOKED else tell_files(report)


def add_notes(text: Markdown, notes: Sequence[str]) -> Markdown:
    """A check's summary with what went wrong while it was published, within what GitHub takes."""
    told = [plain(clip(note, MAX_REASON // 4)) for note in notes[:MAX_NOTES]]
    more = len(notes) - MAX_NOTES
    tail = [Markdown(f"…and {more:,} more such")] if more > 0 else []
    return paragraphs(text, bullets([*told, *tail]))


def _reasons(report: Report) -> Markdown:
    reasons = report.verdict.reasons
    more = len(reasons) - MAX_REASONS
    tail = [Markdown(f"…and {count(more, 'more reason')}.")] if more > 0 else []
    return bullets([*(plain(clip(reason, MAX_REASON)) for reason in reasons[:MAX_REASONS]), *tail])


def _hold(report: Report) -> Markdown:
    """Whether all this can hold a merge up."""
    if report.enforcement is None:
        return _NONE
    gates = not (isinstance(report.policy, Policy) and report.policy.mode is Mode.ADVISORY)
    return tell_enforcement(report.enforcement, report.snapshot.base_ref, gates=gates)


def _about(report: Report) -> Graded:
    if not report.about:
        return _NOTHING
    told = Markdown("**What this change does**, as a model sums it up: ") + plain(report.about)
    return Graded((told, Markdown("")))


def _notes(report: Report) -> Markdown:
    return join([plain(note) for note in report.notes if find_overdrawn(note) is None], " ")


def _coverage(report: Report, *, by_file: bool) -> Graded:
    return _NOTHING if report.verdict.situation in _NEVER_LOOKED else tell_coverage(report, by_file=by_file)


def _table(report: Report, links: Links) -> Graded:
    findings = report.findings
    if not findings:
        return _NOTHING
    rows = [_row(finding, report, links) for finding in findings[:MAX_LISTED]]
    return Graded(tuple(_headed(rows[:most], len(findings)) for most in (MAX_LISTED, MAX_LISTED // 4, 0)))


def _headed(rows: Sequence[Markdown], found: int) -> Markdown:
    more = found - len(rows)
    if not rows:
        return Markdown(f"{count(found, 'finding')}, on the lines and in the check.")
    heading = Markdown("| | finding | where | severity |\n| --- | --- | --- | --- |")
    tail = [Markdown(f"\n…and {more:,} more on the lines and in the check.")] if more > 0 else []
    return join([heading, *rows, *tail], "\n")


def _row(finding: Finding, report: Report, links: Links) -> Markdown:
    claim = finding.claim
    anchor = finding.placement.anchor
    path = report.show_path(claim.path)
    shown = clip_path(path)
    where = code(f"{shown}:{anchor.line}" if anchor else shown)
    # A path that is not in the change was made up by a model: with `..` in it, a link would lead anywhere. One that is
    # not shown as it is holds a secret.
    real = finding.placement.placed is not Placed.SUMMARY and path == claim.path
    if real and (anchor is None or anchor.side == "RIGHT"):
        where = permalink(
            where,
            links.github_url,
            report.snapshot.repository,
            report.snapshot.head_sha,
            claim.path,
            anchor.line if anchor else None,
        )
    given_up = any(one.finding.number == finding.number for one in report.conceded)
    shut = " · blocks" + (" · conceded" if given_up else "") if finding.blocking else ""
    text = plain(claim.title)
    return Markdown(f"| {finding.id} | {cell(text)} | {cell(where)} | {SIGNS[claim.severity]} {claim.severity}{shut} |")


def _beyond_lines(findings: Sequence[Finding]) -> Graded:
    rest = [finding for finding in findings if finding.placement.placed is not Placed.LINE]
    if not rest:
        return _NOTHING
    heading = Markdown(f"{len(rest):,} not on a line of the diff")
    names = [Markdown(f"**{finding.id}** · ") + plain(finding.claim.title) for finding in rest[:MAX_LISTED]]
    told = [
        paragraphs(
            name,
            write_account(finding.claim),
            Markdown("<sub>not on a line: ") + plain(finding.placement.reason) + Markdown("</sub>"),
        )
        for name, finding in zip(names, rest, strict=False)
    ]
    more = Markdown(f"…and {len(rest) - MAX_LISTED:,} more." if len(rest) > MAX_LISTED else "")
    return Graded(
        (
            details(heading, paragraphs(*told, more)),
            details(heading, paragraphs(bullets(names), more, DROPPED)),
            paragraphs(heading + Markdown("."), DROPPED),
        )
    )


def _dismissed(dismissed: Sequence[Dismissed]) -> Graded:
    if not dismissed:
        return _NOTHING
    rows = [
        Markdown(f"{item.finding.id}: ")
        + plain(item.finding.claim.title)
        + Markdown(", by ")
        + code(item.login)
        + Markdown(": ")
        + plain(clip(item.reason, MAX_REASON // 4))
        for item in dismissed[:MAX_LISTED]
    ]
    heading = Markdown(f"{len(dismissed):,} dismissed")
    return Graded((details(heading, bullets(rows)), paragraphs(heading + Markdown("."))))


def _withdrawn(withdrawn: tuple[Conceded, ...]) -> Graded:
    return Graded(list_withdrawn(withdrawn)) if withdrawn else _NOTHING


def _guide(report: Report, links: Links) -> Graded:
    """Where to begin; a change that is read in a minute needs no guide."""
    if report.shape is None or report.shape.guide.lines < LEAST_GUIDED:
        return _NOTHING
    return tell_guide(report.shape.guide, report, links)


def _fixed(fixed: Sequence[Finding]) -> Markdown:
    if not fixed:
        return Markdown("")
    secrets = [finding.id for finding in fixed if finding.claim.source is Source.SECRETS]
    still = f" The history may still hold what is secret: revoke {name_some(secrets)} all the same." if secrets else ""
    return Markdown(f"Gone since earlier heads: {name_some([finding.id for finding in fixed])}.{still}")


def _who_looked(report: Report) -> Markdown:
    if report.verdict.situation in _NEVER_LOOKED:
        return Markdown("")
    model = (
        Markdown("Models: ") + join([code(name) for name in report.models], ", ")
        if report.models
        else Markdown("No model was asked about this head" if report.coverage.before else "No model read this change")
    )
    ran = [_analyzer(outcome) for outcome in report.analyzers]
    dropped = Markdown("".join(_tell_dropped(report)))
    looked = model + Markdown(" · analyzers: ") + (join(ran, ", ") if ran else Markdown("none")) + dropped
    return paragraphs(looked, _second_look(report))


def _tell_dropped(report: Report) -> Iterator[str]:
    """The models' claims that stand nowhere."""
    if report.fabricated:
        yield f" · {count(report.fabricated, 'claim')} dropped: the quoted code or rule does not exist"
    if report.off_diff:
        yield f" · {count(report.off_diff, 'claim')} dropped: off the diff, and no changed line enables the fault"


def _second_look(report: Report) -> Markdown:
    """What became of the models' claims that are not shown, by reason. Their words are nobody's business any more."""
    reasons = Counter(item.reason for item in report.refuted)
    if not reasons:
        return Markdown("")
    told = "; ".join(f"{many} because {reason}" for reason, many in sorted(reasons.items()))
    return Markdown(f"{count(len(report.refuted), 'claim')} dropped at a second look: ") + plain(told)


def _analyzer(outcome: AnalyzerOutcome) -> Markdown:
    if outcome.state is AnalyzerState.OK:
        return plain(outcome.name)
    return plain(outcome.name) + Markdown(f" ({outcome.state}: ") + plain(outcome.note) + Markdown(")")


def _footer(report: Report, links: Links) -> Markdown:
    revisions = f"<sub>head `{report.snapshot.head_sha[:12]}` against `{report.snapshot.merge_base[:12]}` · "
    page = Markdown(" · ") + link(Markdown("details"), links.dashboard_url) if links.dashboard_url else Markdown("")
    return Markdown(revisions) + tell_spending(report.spending) + page + Markdown(" · `/lintel help`</sub>")


def _given_up(report: Report) -> Markdown:
    told = name_spared(report)
    return paragraphs(Markdown("Given up for want of money:"), bullets([plain(one) for one in told])) if told else _NONE
