from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.core.report.statistics import Count, sum_up

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def made(what: str, many: int, month: date = MAY, repository: str = "octo/shop") -> Count:
    return Count(len(repository), repository, month, what, Decimal(many))


def test_what_the_gate_did_and_would_have_done_is_told_apart() -> None:
    (month,) = sum_up(
        [
            made("verdict success", 7),
            made("verdict failure", 2),
            made("verdict action_required", 1),
            made("verdict neutral", 4),
            made("situation unread", 1),
            made("situation overridden", 1),
            made("situation reverted", 2),
        ]
    )

    assert (month.verdicts, month.passed, month.held, month.would_hold) == (14, 7, 3, 4)
    assert (month.unread, month.overridden, month.reverts) == (1, 1, 2)


def test_findings_are_counted_with_what_became_of_them() -> None:
    (month,) = sum_up(
        [
            made("finding open", 5),
            made("finding fixed", 3),
            made("finding dismissed", 2),
            made("blocking fixed", 4),
            made("blocking dismissed", 1),
            made("blocking lapsed", 1),
        ]
    )

    assert (month.findings, month.blocking, month.fixed) == (16, 6, 7)
    assert (month.dismissed, month.dismissed_blocking) == (3, 1)


def test_merges_past_the_gate_are_counted_beside_overrides() -> None:
    (month,) = sum_up([made("bypassed", 2), made("overrides", 3)])

    assert (month.bypassed, month.export()["bypassed"], month.overrides) == (2, 2, 3)


def test_each_month_of_each_repository_stands_alone() -> None:
    months = sum_up(
        [made("usd", 3), made("usd", 4, JUNE), made("overrides", 1, JUNE, "octo/other"), made("usd", 1, MAY, "")]
    )

    assert [(one.repository, one.month, int(one.usd), one.overrides) for one in months] == [
        ("octo/shop", MAY, 3, 0),
        ("octo/shop", JUNE, 4, 0),
        ("octo/other", JUNE, 0, 1),
        ("#0", MAY, 1, 0),
    ]
    assert months[0].export()["month"] == "2026-05"


def test_reactions_and_reasons_are_told_with_their_counts() -> None:
    (month,) = sum_up(
        [
            made("comments", 9),
            made("liked", 2),
            made("disliked", 3),
            made("because it is free", 1),
            made("because not ours", 4),
            made("because because", 1),
            made("finding dismissed", 6),
        ]
    )

    assert (month.comments, month.liked, month.disliked, month.findings) == (9, 2, 3, 6)
    assert month.reasons == (("not ours", 4), ("because", 1), ("it is free", 1))
    assert month.export()["reactions"] == {"up": 2, "down": 3, "comments": 9}
