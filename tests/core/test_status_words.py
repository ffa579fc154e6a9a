"""What `/lintel status` says of a check that stands for several pull requests."""

from __future__ import annotations

from app.core.gate.attendance import Attendance
from app.core.gate.sharing import Offer, Shared
from app.core.report.status import MOST_NAMED, Status, tell_status


def status(shared: Shared | None) -> str:
    return tell_status(
        Status(offered="a" * 40, head_sha="a" * 40, conclusion="success", findings={}, shared=shared)
    ).text


def offers(*conclusions: str | None) -> tuple[Offer, ...]:
    return tuple(
        Offer(number=number, base_ref="re`lease", conclusion=conclusion)
        for number, conclusion in enumerate(conclusions, 1)
    )


def test_both_are_said_where_others_share_the_check() -> None:
    told = status(Shared(name="lintel", conclusion="failure", offers=offers("failure", None)))
    assert "**success** by itself on `aaaaaaaaaaaa`" in told
    assert "The check `lintel` stands for all open pull requests of this commit" in told
    assert "says the worst of them: **failure**." in told
    assert "Pull request 1 into ``re`lease``: failure." in told
    assert "Pull request 2 into ``re`lease``: not judged yet." in told


def test_the_check_of_one_base_is_told_by_its_name_and_who_is_left_out_with_the_reason() -> None:
    draft = Offer(number=3, base_ref="main", attendance=Attendance.DRAFT)
    told = status(Shared(name="lintel: main", conclusion="action_required", offers=(draft,)))
    assert "The check `lintel: main` stands for all open pull requests of this commit into the same base" in told
    assert "Pull request 3 into `main`: a draft, which is not reviewed." in told


def test_where_nobody_shares_it_one_word_is_enough() -> None:
    alone = status(Shared(name="lintel", conclusion="success", offers=()))
    assert alone == status(None)
    assert "by itself" not in alone
    assert "**success** on" in alone


def test_many_are_counted() -> None:
    told = status(Shared(name="lintel", conclusion="success", offers=offers(*["success"] * (MOST_NAMED + 3))))
    assert told.count("Pull request ") == MOST_NAMED
    assert "…and 3 more." in told
