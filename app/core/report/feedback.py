"""What is said about people's reactions: how comments were taken, what is proposed, what is left out by whom. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from app.core.feedback.kind import Kind
from app.core.feedback.opinion import Reception, tell_share
from app.core.feedback.proposing import REST, Proposal
from app.core.feedback.suppression import Suppressed, Suppression, SuppressionState
from app.core.findings.finding import Source
from app.core.report.fitting import Graded
from app.core.report.words import Links
from app.core.text.markdown import (
    Markdown,
    bullets,
    code,
    comment_link,
    comment_marker,
    details,
    join,
    paragraphs,
    plain,
)
from app.core.text.plural import count

MOST_NAMED: Final = 20
_MARKER: Final = "suppression"
_MARKED: Final = re.compile(r"(?:\A|\n)<!-- lintel:suppression id=([1-9][0-9]{0,17}) -->\s*\Z")
_BY: Final = {Source.MODEL: "read by a model", Source.ANALYZER: "found by an analyzer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A proposal as its comment tells it. `login` and `on` are who decided last and when (UTC)."""

    id: int
    proposal: Proposal
    state: SuppressionState
    login: str = ""
    on: date | None = None


def tell_reception(reception: Reception) -> Markdown:
    """One line of `/lintel status`: how the comments were taken, and what of that could not be read."""
    share = tell_share(reception.up, reception.down)
    told = f"Reactions of people with write: 👍 {reception.up:,}, 👎 {reception.down:,}"
    of = f"{f' ({share} 👎)' if share else ''}, of {count(reception.comments, 'comment')}."
    unread = f" Not looked at: {count(reception.unread, 'comment')} with reactions." if reception.unread else ""
    unread += f" Not asked after: the roles of {reception.unasked:,} more people." if reception.unasked else ""
    if not reception.fault:
        return Markdown(told + of + unread)
    fault = Markdown(" **They could not be read the last time**, so the counts may be old: ") + plain(reception.fault)
    return Markdown(told + of + unread) + fault


def tell_proposal(told: Told, repository: str, links: Links) -> Markdown:
    """The comment that proposes to leave a kind out, and says what has become of that."""
    proposal = told.proposal
    findings = proposal.findings
    rows = [
        comment_link(
            Markdown(f"F{vote.finding} in pull request {vote.pull:,}"),
            links.github_url,
            repository,
            vote.pull,
            f"discussion_r{vote.comment_id}",
        )
        for vote in findings[:MOST_NAMED]
    ]
    rows += [Markdown(f"…and {len(findings) - MOST_NAMED:,} more")] if len(findings) > MOST_NAMED else []
    pulls = len({vote.pull for vote in findings})
    kind = Markdown("Of the kind ") + _tell_kind(proposal.kind)
    heard = Markdown(
        f", {count(len(findings), 'finding')} in {count(pulls, 'pull request')} got {len(proposal.against):,} 👎 from "
        f"people with write, and {proposal.likes:,} 👍:"
    )
    return paragraphs(
        Markdown("### Shall I no longer show this kind of finding?"),
        kind + heard,
        bullets(rows),
        Markdown(
            "If so, findings of this kind **that do not block** get no comment any more in this repository. They are "
            "counted in the summary, with who accepted this. What blocks is always shown, whatever its kind."
        ),
        _tell_standing(told),
        comment_marker(_MARKER, id=told.id),
    )


def marked_suppression(body: str) -> int | None:
    """Whose proposal a comment is, by its marker. Trust it only in a comment that our own App wrote."""
    found = _MARKED.search(body)
    return int(found[1]) if found else None


def tell_suppressed(suppressed: Sequence[Suppressed], repository: str, links: Links) -> Graded:
    """The summary's part on what is not shown: never silently, and always with who chose that."""
    if not suppressed:
        return Graded((Markdown(""),))
    groups = [
        (by, [one.finding for one in group])
        for by, group in groupby(sorted(suppressed, key=lambda one: one.by.comment_id), key=lambda one: one.by)
    ]
    told = [_tell_group(by, len(found), repository, links) for by, found in groups]
    rows = [
        Markdown(f"{finding.id}: ") + plain(finding.claim.title)
        for finding in [finding for _, found in groups for finding in found][:MOST_NAMED]
    ]
    rest = len(suppressed) - len(rows)
    more = Markdown(f"…and {rest:,} more." if rest else "")
    short = paragraphs(*told)
    return Graded((paragraphs(short, details(Markdown("What is not shown"), paragraphs(bullets(rows), more))), short))


def tell_not_shown(by: Suppression) -> Markdown:
    """Who chose that a finding is not shown, as a sentence."""
    return (
        Markdown("Not shown any more: findings of the kind ")
        + _tell_kind(by.kind)
        + Markdown(" are suppressed by ")
        + code(by.login)
        + Markdown(f" since {by.since:%Y-%m-%d}.")
    )


def _tell_group(by: Suppression, many: int, repository: str, links: Links) -> Markdown:
    """`2 findings not shown: …, suppressed by X on DATE, see the proposal`."""
    where = comment_link(
        Markdown("the proposal"), links.github_url, repository, by.number, f"issuecomment-{by.comment_id}"
    )
    return join(
        [
            Markdown(f"{count(many, 'finding')} not shown: the kind "),
            _tell_kind(by.kind),
            Markdown(" is suppressed by "),
            code(by.login),
            Markdown(f" on {by.since:%Y-%m-%d}, see "),
            where,
            Markdown("."),
        ]
    )


def _tell_kind(kind: Kind) -> Markdown:
    rule = Markdown(", ") + code(kind.rule) if kind.rule else Markdown("")
    return code(kind.category) + rule + Markdown(f" ({_BY.get(kind.source, kind.source.value)})")


def _tell_standing(told: Told) -> Markdown:
    on = f" on {told.on:%Y-%m-%d}" if told.on else ""
    by = code(told.login) if told.login else Markdown("nobody")
    match told.state:
        case SuppressionState.PROPOSED:
            return Markdown(
                "👍 by somebody with write accepts it, 👎 refuses it. Reactions are read when a review begins in this "
                "repository, and when this pull request is closed."
            )
        case SuppressionState.ACCEPTED:
            return Markdown("**Accepted** by ") + by + Markdown(f"{on}. A 👎 here by somebody with write ends it.")
        case SuppressionState.REFUSED:
            return Markdown("**Refused** by ") + by + Markdown(f"{on}. I do not ask again for {REST.days} days.")
        case SuppressionState.ENDED:
            return Markdown("**Ended** by ") + by + Markdown(f"{on}. Findings of this kind are shown again.")
