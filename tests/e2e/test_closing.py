from __future__ import annotations

import pytest

from tests.e2e.closing import ask_every_gate
from tests.e2e.town import Town

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}


async def test_a_story_in_which_a_red_gate_turned_green_by_itself_would_not_end_well(town: Town) -> None:
    check = await town.judged(await town.propose(BAD))
    check.conclusion = "success"
    with pytest.raises(AssertionError, match="the ledger says failure"):
        await ask_every_gate(town)

    check.conclusion = "failure"
    await ask_every_gate(town)


@pytest.mark.parametrize(
    ("external_id", "complaint"),
    [
        ("lintel1:{review}:{seq}:0000000000000000", "the ledger knows nothing"),
        ("lintel1:{review}:{seq}:", "the ledger knows nothing"),
        ("lintel1:{review}:999:{digest}", "the ledger knows nothing"),
    ],
)
async def test_nor_one_whose_green_check_names_no_verdict(town: Town, external_id: str, complaint: str) -> None:
    check = await town.judged(await town.propose(GOOD))
    own = check.external_id
    _, review, seq, digest = own.split(":")
    check.external_id = external_id.format(review=review, seq=seq, digest=digest)
    with pytest.raises(AssertionError, match=complaint):
        await ask_every_gate(town)

    check.external_id = own


async def test_nor_one_whose_green_check_is_of_a_head_before(town: Town) -> None:
    pull = await town.propose(GOOD)
    check = await town.judged(pull)
    own, pull.head_sha = pull.head_sha, "0" * 40
    check.head_sha = pull.head_sha
    with pytest.raises(AssertionError, match="of another head"):
        await ask_every_gate(town)

    pull.head_sha = check.head_sha = own
