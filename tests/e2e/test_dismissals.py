"""What a dismissal does not cover. Each story ends with whether the change can be merged now."""

from __future__ import annotations

from tests.e2e.conftest import mergeable
from tests.e2e.test_decisions import BAD, block
from tests.e2e.town import Town, told

FREE = "def free_total(items):\n    return sum(item.price * 0 for item in items)\n"
FULL = "def total(items):\n    return sum(item.price for item in items)\n"
PARTS = "".join(f"\n\ndef part_{n}(item):\n    return item.part_{n}\n" for n in range(12))
SENSITIVE = "people: {sensitive: [{paths: ['app/pay.py'], owners: ['@boss']}]}\n"


async def test_what_was_dismissed_in_one_function_is_not_dismissed_in_another(guarded: Town) -> None:
    pull = await guarded.propose({"app/pay.py": f"{FULL}\n\n{FREE}"})
    assert (await guarded.judged(pull)).conclusion == "failure"
    await guarded.tell(pull, "/lintel dismiss F1 the free plan costs nothing", by="writer")
    assert mergeable(guarded, pull)

    await guarded.commit("change", BAD)
    assert "1 finding must be dealt with: F2." in told(await guarded.judged(pull))
    assert not mergeable(guarded, pull)


async def test_a_dismissal_for_another_base_does_not_go_past_the_owners_of_this_one(guarded: Town) -> None:
    await guarded.commit("side", {"SIDE.md": "1\n"}, by="hubert")
    await guarded.commit("main", {".github/lintel.yml": SENSITIVE}, by="mona")
    pull = await block(guarded)
    await guarded.do(guarded.people.retarget, pull, "side", by="hubert")
    await guarded.at_rest()
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="writer")
    assert "F1 no longer counts" in guarded.answers(pull)[0]

    await guarded.do(guarded.people.retarget, pull, "main", by="hubert")
    check = await guarded.judged(pull)
    assert "F1 counts again: writer dismissed it, until it was offered into another branch." in told(check)
    assert not mergeable(guarded, pull)
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="boss")
    assert mergeable(guarded, pull)


async def test_renamed_away_from_its_owners_it_is_theirs_to_dismiss(guarded: Town) -> None:
    await guarded.commit("main", {".github/lintel.yml": SENSITIVE, "app/pay.py": FULL + PARTS}, by="mona")
    pull = await guarded.propose({"app/pay.py": None, "app/charge.py": BAD["app/pay.py"] + PARTS})
    assert (await guarded.judged(pull)).conclusion == "failure"
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="writer")
    assert "only their owners" in guarded.answers(pull)[0]
    assert not mergeable(guarded, pull)
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="boss")
    assert mergeable(guarded, pull)
