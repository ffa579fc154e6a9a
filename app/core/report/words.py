"""What the bot says of a finished review, as pure functions from its report. Short, kind, precise; nobody is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.change.plan import LeftOut
from app.core.findings.finding import Finding, Placed, Source
from app.core.gate.verdict import Conclusion, Situation, Verdict
from app.core.report.comment import SIGNS
from app.core.report.report import AnalyzerOutcome, AnalyzerState, Report
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
    rich,
)

MAX_BYTES = 60_000
"""Longest comment or summary in bytes. GitHub takes 65,535; the rest is room for what its own renderer counts."""

MAX_LISTED = 40
"""Rows of a table or list in a comment; what is left is counted, not dropped."""

_VERDICT_SIGNS = {
    Conclusion.SUCCESS: "✅",
    Conclusion.FAILURE: "⛔",
    Conclusion.ACTION_REQUIRED: "⏸️",
    Conclusion.NEUTRAL: "💬",
    Conclusion.CANCELLED: "⏹️",
}
_NEVER_LOOKED = {Situation.POLICY_FAULT, Situation.NOT_DONE}


@dataclass(frozen=True, slots=True)
class Links:
    """Where links may lead: GitHub's pages of this repository, and the operator's dashboard if it has an address."""

    github_url: str
    dashboard_url: str | None = None


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`: a regular noun with its number."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def title(verdict: Verdict, blocking: int) -> str:
    """The check's one-line title."""
    match verdict.situation:
        case Situation.BLOCKING:
            return count(blocking, "blocking finding")
        case Situation.ELSEWHERE:
            return "Blocked in another pull request"
        case Situation.POLICY_FAULT:
            return "The policy cannot be used"
        case Situation.NOT_DONE:
            return "The review could not be made"
        case Situation.UNREAD:
            return "Not everything was reviewed"
        case Situation.NO_MODEL:
            return "No model read this"
        case Situation.SUPERSEDED:
            return "Superseded by a newer head"
        case Situation.CLOSED:
            return "The pull request was closed"
        case Situation.CLEAN:
            return "Nothing blocking"


def review_body(report: Report, lines: int, head_marker: Markdown) -> Markdown:
    """The body of the review that carries the line comments."""
    many = f"{lines} finding{'' if lines == 1 else 's'} on the line{'' if lines == 1 else 's'}"
    rest = len([finding for finding in report.findings if finding.placement.placed is not Placed.LINE])
    also = f"; {rest} more in the summary" if rest else ""
    return paragraphs(Markdown(f"{many}{also}. The summary comment has the verdict and its reasons."), head_marker)


def summary(report: Report, links: Links, marker: Markdown) -> Markdown:
    """The one comment of the pull request, edited in place."""
    verdict = report.verdict
    name = title(verdict, len(report.blocking))
    head = Markdown(f"### {_VERDICT_SIGNS[verdict.conclusion]} Lintel: {name}")
    parts = [
        head,
        bullets([plain(reason) for reason in verdict.reasons]),
        mend(report),
        _table(report.findings, report, links),
        _beyond_lines(report.findings),
        _fixed(report.fixed),
        _coverage(report),
        _who_looked(report),
        _footer(report, links),
        marker,
    ]
    return fit(parts)


def check_summary(report: Report, links: Links) -> Markdown:
    """The check run's summary: the verdict, the findings, the coverage."""
    return fit(
        [
            bullets([plain(reason) for reason in report.verdict.reasons]),
            mend(report),
            _table(report.findings, report, links),
            _coverage(report),
            _who_looked(report),
            _footer(report, links),
        ]
    )


def fit(parts: Sequence[Markdown]) -> Markdown:
    """The parts as blocks, leaving out the longest middle ones (and saying so) where GitHub would refuse the size."""
    kept = list(parts)
    note = Markdown("")
    while paragraphs(*kept, note).size > MAX_BYTES and len(kept) > 2:
        longest = max(range(1, len(kept) - 1), key=lambda index: kept[index].size)
        kept[longest] = Markdown("")
        note = Markdown("*A part was left out here because GitHub limits the size of a text.*")
        if all(not part for part in kept[1:-1]):
            break
    return paragraphs(*kept[:-1], note, kept[-1]) if note else paragraphs(*kept)


def mend(report: Report) -> Markdown:
    """What a person can do about a verdict that is not green."""
    match report.verdict.situation:
        case Situation.BLOCKING:
            unread = f" {_mend_unread(report)}" if not report.coverage.complete else ""
            return Markdown(f"Push a fix; the next push is reviewed by itself.{unread}")
        case Situation.ELSEWHERE:
            return Markdown("Deal with it there, or push a commit of its own: a check belongs to the commit.")
        case Situation.POLICY_FAULT:
            return Markdown("Mend `.github/lintel.yml` on the base branch: policy is read from there alone.")
        case Situation.NOT_DONE:
            return Markdown("Comment `/lintel review` to try again.")
        case Situation.UNREAD:
            return Markdown(_mend_unread(report))
        case _:
            return Markdown("")


def _mend_unread(report: Report) -> str:
    if report.verdict.passing:
        return "What stood in the way may pass: comment `/lintel review` to try again."
    if not report.model_configured:
        return (
            "To let Claude read changes, set `ANTHROPIC_API_KEY` where Lintel runs; to accept reviews that no model "
            "made, set `model: optional` in `.github/lintel.yml` on the base branch."
        )
    return (
        "Split the change, or list paths that need no review under `review: exclude:` in `.github/lintel.yml` on the "
        "base branch."
    )


def _table(findings: Sequence[Finding], report: Report, links: Links) -> Markdown:
    if not findings:
        return Markdown("")
    rows = [_row(finding, report, links) for finding in findings[:MAX_LISTED]]
    more = len(findings) - MAX_LISTED
    tail = [Markdown(f"\n…and {more} more on the lines and in the check.")] if more > 0 else []
    return join([Markdown("| | finding | where | severity |\n| --- | --- | --- | --- |"), *rows, *tail], "\n")


def _row(finding: Finding, report: Report, links: Links) -> Markdown:
    claim = finding.claim
    anchor = finding.placement.anchor
    path = report.show_path(claim.path)
    where = code(f"{path}:{anchor.line}" if anchor else path)
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
    shut = " · blocks" if finding.blocking else ""
    text = plain(claim.title)
    return Markdown(f"| {finding.id} | {cell(text)} | {cell(where)} | {SIGNS[claim.severity]} {claim.severity}{shut} |")


def _beyond_lines(findings: Sequence[Finding]) -> Markdown:
    rest = [finding for finding in findings if finding.placement.placed is not Placed.LINE]
    if not rest:
        return Markdown("")
    told = [
        paragraphs(
            Markdown(f"**{finding.id}** · ") + plain(finding.claim.title),
            rich(finding.claim.body),
            Markdown("<sub>not on a line: ") + plain(finding.placement.reason) + Markdown("</sub>"),
        )
        for finding in rest[:MAX_LISTED]
    ]
    return details(Markdown(f"{len(rest)} not on a line of the diff"), paragraphs(*told))


def _fixed(fixed: Sequence[Finding]) -> Markdown:
    if not fixed:
        return Markdown("")
    names = ", ".join(finding.id for finding in fixed)
    secrets = ", ".join(finding.id for finding in fixed if finding.claim.source is Source.SECRETS)
    still = f" The history may still hold what is secret: revoke {secrets} all the same." if secrets else ""
    return Markdown(f"Gone since earlier heads: {names}.{still}")


def _coverage(report: Report) -> Markdown:
    if report.verdict.situation in _NEVER_LOOKED:
        return Markdown("")
    coverage = report.coverage
    words = f"{coverage.reviewed_lines} of {coverage.changed_lines} changed lines read by a model"
    if not coverage.left_out:
        return Markdown(f"{words}.")
    rows = [_left_out(item, report) for item in coverage.left_out[:MAX_LISTED]]
    more = len(coverage.left_out) - MAX_LISTED
    if more > 0:
        rows.append(Markdown(f"…and {more} more files."))
    return details(
        Markdown(f"{words}; {count(len({item.path for item in coverage.left_out}), 'file')} not reviewed"),
        bullets(rows),
    )


def _left_out(item: LeftOut, report: Report) -> Markdown:
    lines = count(item.lines, "line") if item.lines else "no lines"
    excuse = "" if item.excused else " **(keeps the gate shut)**"
    return code(report.show_path(item.path)) + Markdown(f", {lines}: ") + plain(item.reason) + Markdown(excuse)


def _who_looked(report: Report) -> Markdown:
    if report.verdict.situation in _NEVER_LOOKED:
        return Markdown("")
    model = (
        Markdown("Models: ") + join([code(name) for name in report.models], ", ")
        if report.models
        else Markdown("No model read this change")
    )
    ran = [_analyzer(outcome) for outcome in report.analyzers]
    claims = count(report.fabricated, "claim")
    dropped = Markdown(f" · {claims} dropped: the quoted code does not exist" if report.fabricated else "")
    return model + Markdown(" · analyzers: ") + (join(ran, ", ") if ran else Markdown("none")) + dropped


def _analyzer(outcome: AnalyzerOutcome) -> Markdown:
    if outcome.state is AnalyzerState.OK:
        return plain(outcome.name)
    return plain(outcome.name) + Markdown(f" ({outcome.state}: ") + plain(outcome.note) + Markdown(")")


def _footer(report: Report, links: Links) -> Markdown:
    usage = report.spending.usage
    tokens = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    cost = "price unknown" if report.spending.usd is None else f"${report.spending.usd:.2f}"
    calls = count(usage.calls, "call")
    revisions = f"head `{report.snapshot.head_sha[:12]}` against `{report.snapshot.merge_base[:12]}`"
    words = f"<sub>{revisions} · {calls}, {tokens:,} tokens in, {usage.output_tokens:,} out, {cost}"
    page = Markdown(" · ") + link(Markdown("details"), links.dashboard_url) if links.dashboard_url else Markdown("")
    return Markdown(words) + page + Markdown(" · `/lintel help`</sub>")
