from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import FilePatch, FileStatus, Patch, Side
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Claim, Finding, Placed, Severity, Source
from app.core.findings.identity import Circumstances, Identified, identify
from app.core.findings.known import FindingState, KnownFinding
from app.core.gate.policy import BlockOn, Policy
from app.core.gate.verdict import blocks
from app.core.secrecy.redaction import redact_patch
from tests.core.changes import change, change_file, claim, patches, patient


def always(_source: Source, _path: str) -> bool:
    return True


def never(_source: Source, _path: str) -> bool:
    return False


def review(
    patch: Patch,
    claims: Iterable[Claim],
    known: Sequence[KnownFinding] = (),
    *,
    next_number: int = 1,
    completed: Callable[[Source, str], bool] = always,
    block_on: BlockOn = BlockOn.NEVER,
) -> Identified:
    placed = anchor_claims(list(claims), patch).placed
    policy = Policy(block_on=block_on)
    now = Circumstances(completed=completed, blocks=lambda claim: blocks(claim, policy))
    return identify(placed, patch, known, next_number=next_number, now=now)


def remember(identified: Identified, **states: FindingState) -> list[KnownFinding]:
    """What the store keeps of a review; `F3=…` overrules a state."""
    kept = [known(finding, states.get(finding.id, FindingState.OPEN)) for finding in identified.findings]
    kept += [replace(item, state=FindingState.FIXED) for item in identified.fixed]
    return kept + list(identified.dismissed)


def known(finding: Finding, state: FindingState = FindingState.OPEN) -> KnownFinding:
    return KnownFinding(
        finding.number, finding.fingerprint, state, finding.claim, finding.placement.placed, symbol=finding.symbol
    )


def numbers(identified: Identified) -> list[int]:
    return [finding.number for finding in identified.findings]


def patch_of(
    *new: str, path: str = "a.py", section: str = "def run():", old: Sequence[str] = ("start", "end")
) -> Patch:
    return change(change_file(path, [*old], [old[0], *new, *old[1:]], section=section))


BUG = claim(quote="total = price * 2", line=2, severity=Severity.HIGH)


def test_new_findings_are_numbered_by_place_from_the_next_number() -> None:
    patch = patch_of("b = first()", *["x"] * 9, "c = second()")
    claims = [claim(quote="c = second()", line=12), claim(quote="b = first()", line=2)]
    identified = review(patch, claims, next_number=7)
    assert [(f.id, f.claim.quote) for f in identified.findings] == [("F7", "b = first()"), ("F8", "c = second()")]
    assert identified.raised == {7, 8}
    assert identified.next_number == 9


def test_a_finding_keeps_its_number_when_lines_move_and_hunks_begin_elsewhere() -> None:
    first = review(patch_of("total = price * 2"), [BUG])
    moved = patch_of("import os", "import re", "total =  price * 2", section="def other():")
    again = review(moved, [replace(BUG, line=4)], remember(first), next_number=2)
    assert numbers(again) == [1]
    assert again.findings[0].fingerprint == first.findings[0].fingerprint
    assert again.findings[0].claim.line == 4
    assert again.raised == again.carried == frozenset()


def test_a_finding_keeps_its_number_when_its_file_is_renamed() -> None:
    first = review(patch_of("total = price * 2"), [BUG])
    renamed = change(change_file("b.py", ["start", "end"], ["start", "total = price * 2", "end"], old_path="a.py"))
    assert numbers(review(renamed, [replace(BUG, path="b.py")], remember(first), next_number=2)) == [1]
    carried = review(renamed, [], remember(first), next_number=2)
    assert carried.findings[0].claim.path == "b.py"


def test_what_a_model_does_not_repeat_stays_while_its_quote_stands() -> None:
    first = review(patch_of("total = price * 2"), [BUG])
    moved = patch_of("import os", "total = price * 2")
    again = review(moved, [], remember(first), next_number=2)
    assert numbers(again) == [1]
    assert again.carried == {1}
    assert again.findings[0].placement.anchor is not None
    assert again.findings[0].placement.anchor.line == 3
    assert again.findings[0].severity is Severity.HIGH


def test_running_again_cannot_make_a_finding_milder() -> None:
    patch = patch_of("total = price * 2")
    first = review(patch, [BUG])
    again = review(patch, [replace(BUG, severity=Severity.NIT, confidence=1)], remember(first), next_number=2)
    assert [(f.severity, f.claim.confidence) for f in again.findings] == [(Severity.HIGH, 80)]


@pytest.mark.parametrize("side", [Side.RIGHT, Side.LEFT])
def test_a_finding_of_a_model_is_fixed_when_its_quote_leaves_its_side(side: Side) -> None:
    bad, good = (
        (["start", "x = check()"], ["start", "x = 1"]) if side is Side.LEFT else (["start"], ["start", "x = check()"])
    )
    first = review(change(change_file("a.py", bad, good)), [claim(quote="x = check()", line=2, side=side)])
    assert first.findings[0].claim.side is side
    if side is Side.LEFT:
        mended = change(change_file("a.py", ["start", "x = check()"], ["more", "x = check()"]))
    else:
        mended = change(change_file("a.py", ["start"], ["start", "y = check(1)"]))
    again = review(mended, [], remember(first), next_number=2)
    assert [item.number for item in again.fixed] == [1]
    assert again.findings == ()


def test_a_quoted_context_line_that_is_then_removed_is_fixed() -> None:
    old = ["start", "x = unsafe()", "end"]
    first = review(change(change_file("a.py", old, ["begin", *old[1:]])), [claim(quote="x = unsafe()", line=2)])
    again = review(change(change_file("a.py", old, ["begin", "end"])), [], remember(first), next_number=2)
    assert [item.number for item in again.fixed] == [1]


def test_a_finding_leaves_with_its_file_unless_it_never_stood_in_the_change() -> None:
    patch = patch_of("total = price * 2")
    first = review(patch, [BUG, claim("elsewhere.py", None, title="callers break", source=Source.ARCHITECTURE)])
    assert [f.placement.placed for f in first.findings] == [Placed.LINE, Placed.SUMMARY]
    again = review(patch_of("x", path="z.py"), [], remember(first), next_number=3, completed=never)
    assert [item.number for item in again.fixed] == [1]
    assert numbers(again) == [2]


def test_a_file_that_can_no_longer_be_read_hides_nothing() -> None:
    first = review(
        patch_of("total = price * 2"), [BUG, claim(quote="start", line=1, source=Source.SECRETS, category="secret")]
    )
    broken = replace(change_file("a.py", [], []), status=FileStatus.MODIFIED, fault="not parsed")
    for file in (broken, replace(broken, fault=None, binary=True)):
        again = review(change(file), [], remember(first), next_number=3)
        assert numbers(again) == [1, 2]
        assert {f.placement.placed for f in again.findings} == {Placed.FILE}


def test_the_silence_of_a_program_counts_only_if_it_ran_to_its_end() -> None:
    patch = patch_of("token = get()")
    hit = claim(quote="token = get()", line=2, source=Source.ANALYZER, rule="S105")
    first = review(patch, [hit])
    assert numbers(review(patch, [], remember(first), next_number=2, completed=never)) == [1]
    assert [item.number for item in review(patch, [], remember(first), next_number=2).fixed] == [1]


def test_what_was_dismissed_is_never_raised_again_and_covers_nothing_else() -> None:
    patch = patch_of("total = price * 2")
    kept = remember(review(patch, [BUG]), F1=FindingState.DISMISSED)
    again = review(patch, [replace(BUG, severity=Severity.CRITICAL)], kept, next_number=2)
    assert again.findings == ()
    assert [item.number for item in again.dismissed] == [1]
    twice = patch_of("total = price * 2", *["x"] * 9, "total = price * 2")
    other = review(twice, [replace(BUG, line=12)], kept, next_number=2)
    assert numbers(other) == [2]
    beside = review(
        patch_of("total = price * 2", "drop(table)"), [claim(quote="drop(table)", line=3)], kept, next_number=2
    )
    assert numbers(beside) == [2]


def test_a_fixed_finding_that_comes_back_gets_its_old_number() -> None:
    patch = patch_of("total = price * 2")
    kept = [replace(item, state=FindingState.FIXED) for item in remember(review(patch, [BUG]))]
    assert review(patch_of("total = price"), [], kept, next_number=2).findings == ()
    for claims in ([BUG], []):
        again = review(patch, claims, kept, next_number=2)
        assert numbers(again) == [1]
        assert again.reopened == {1}


def test_what_models_say_twice_of_one_line_is_one_finding_and_the_strongest_is_kept() -> None:
    patch = patch_of("a = one()", "b = two()", *["x"] * 9, "a = one()")
    claims = [
        claim(quote="a = one()", line=2, severity=Severity.LOW),
        claim(quote="b = two()", line=3, severity=Severity.HIGH),
        claim(quote="R 3     |+b = two()", line=3, category="security", severity=Severity.NIT),
        claim(quote="a = one()", line=13, severity=Severity.LOW),
    ]
    identified = review(patch, claims)
    assert [(f.claim.line, f.severity) for f in identified.findings] == [
        (2, Severity.LOW),
        (3, Severity.HIGH),
        (13, Severity.LOW),
    ]
    assert len(identified.duplicates) == 1


def test_a_model_that_says_a_known_thing_in_other_words_raises_nothing() -> None:
    patch = patch_of("a = one()", "b = two()")
    first = review(patch, [claim(quote="a = one()", line=2)])
    same_line = claim(quote="a = one()", line=2, title="other words", category="security")
    assert numbers(review(patch, [same_line], remember(first), next_number=2)) == [1]
    mended = patch_of("a = one(1)", "b = two()")
    beside = claim(quote="b = two()", line=3, title="other words")
    assert numbers(review(mended, [beside], remember(first), next_number=2)) == [1]


def test_two_faults_near_each_other_stay_two_while_both_lines_stand() -> None:
    patch = patch_of("a = one()", "b = two()")
    faults = [claim(quote="a = one()", line=2), claim(quote="b = two()", line=3)]
    first = review(patch, faults)
    assert numbers(first) == [1, 2]
    second = review(patch, faults[1:], remember(review(patch, faults[:1])), next_number=2)
    assert [(f.number, f.claim.quote) for f in second.findings] == [(1, "a = one()"), (2, "b = two()")]
    third = review(patch_of("a = one()", "c = 3"), [], remember(second), next_number=3)
    assert [(f.number, f.claim.quote) for f in third.findings] == [(1, "a = one()")]
    assert [item.number for item in third.fixed] == [2]


@pytest.mark.parametrize("rule", [None, "ruff:S1"])
def test_promise_6_a_program_never_takes_over_what_a_model_found(rule: str | None) -> None:
    patch = patch_of("total = price * 2")
    found = review(patch, [replace(BUG, severity=Severity.CRITICAL)])
    hit = claim(quote="total = price * 2", line=2, source=Source.ANALYZER, rule=rule)
    before = remember(found)
    for _ in range(3):
        again = review(patch, [hit], before, next_number=2)
        assert [(f.number, f.severity, f.claim.source) for f in again.findings] == [
            (1, Severity.CRITICAL, Source.MODEL),
            (2, Severity.MEDIUM, Source.ANALYZER),
        ]
        before = remember(again)
    both = review(patch, [hit, BUG])
    left = review(patch, [], remember(both), next_number=both.next_number)
    assert [f.claim.source for f in left.findings] == [Source.MODEL]


def test_a_dismissed_hit_of_a_program_covers_nothing_that_a_model_finds() -> None:
    patch = patch_of("total = price * 2")
    hit = claim(quote="total = price * 2", line=2, source=Source.ANALYZER)
    kept = remember(review(patch, [hit]), F1=FindingState.DISMISSED)
    assert numbers(review(patch, [hit, BUG], kept, next_number=2)) == [2]


def test_a_finding_that_comes_back_is_no_milder_than_it_was() -> None:
    patch = patch_of("total = price * 2")
    kept = [replace(item, state=FindingState.FIXED) for item in remember(review(patch, [BUG]))]
    again = review(patch, [replace(BUG, severity=Severity.NIT)], kept, next_number=2)
    assert [f.severity for f in again.findings] == [Severity.HIGH]


def added(path: str, *lines: str) -> FilePatch:
    return change_file(path, [], ["import os", *lines, "end"])


CODE = ("def run():", "    total = price * 2", "    return total")


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param([added("lib/b.py", *CODE)], id="renamed"),
        pytest.param([added("z.py", *CODE), added("x.py", "y = 1")], id="among others"),
        pytest.param([change_file("c.py", ["start"], ["start", *CODE])], id="into a file that was there"),
        pytest.param([change_file("a.py", ["old", "code"], []), added("b.py", *CODE)], id="so much rewritten"),
    ],
)
@pytest.mark.parametrize("said_again", [True, False])
def test_promise_6_moving_code_to_another_file_sheds_no_finding(moved: list[FilePatch], said_again: bool) -> None:
    moved = [replace(file, status=FileStatus.REMOVED) if file.path == "a.py" else file for file in moved]
    patch = change(*moved)
    [home] = [file.path for file in moved if any("price * 2" in line.text for line in file.hunks[0].lines)]
    first = review(change(added("a.py", *CODE)), [replace(BUG, quote=CODE[1], line=3)])
    claims = [replace(BUG, path=home, quote=CODE[1], line=3)] if said_again else []
    again = review(patch, claims, remember(first), next_number=2)
    assert [(f.number, f.claim.path, f.claim.quote) for f in again.findings] == [(1, home, CODE[1])]
    assert again.findings[0].placement.placed is Placed.LINE
    assert again.findings[0].fingerprint == first.findings[0].fingerprint
    gone = review(change(added(home, "total = price")), [], remember(again), next_number=2)
    assert [item.number for item in gone.fixed] == [1]


@pytest.mark.parametrize("homes", [("new/a.py", "new/src/a.py"), ("new/src/a.py", "old/a.py"), ("x.py", "y.py")])
def test_findings_of_equal_lines_move_each_with_one_of_them(homes: tuple[str, str]) -> None:
    bug = replace(BUG, quote=CODE[1], line=3)
    before = change(added("a.py", *CODE), added("src/a.py", *CODE))
    first = review(before, [bug, replace(bug, path="src/a.py")])
    again = review(change(*(added(home, *CODE) for home in homes)), [], remember(first), next_number=3)

    assert numbers(again) == [1, 2]
    assert sorted(f.claim.path for f in again.findings) == sorted(homes)
    assert [f.claim.path for f in again.findings if "src" in f.claim.path] == [home for home in homes if "src" in home]
    for mended, left in (homes, homes[::-1]):
        patch = change(added(mended, "total = price"), added(left, *CODE))
        once_more = review(patch, [], remember(again), next_number=3)
        assert [f.claim.path for f in once_more.findings] == [left]
        assert len(once_more.fixed) == 1


@pytest.mark.parametrize("graver", ["a.py", "src/a.py"])
def test_findings_that_move_to_one_line_are_one_and_no_milder_than_the_gravest(graver: str) -> None:
    before = change(added("a.py", *CODE), added("src/a.py", *CODE))
    claims = [
        replace(BUG, path=path, quote=CODE[1], line=3, severity=Severity.CRITICAL if path == graver else Severity.LOW)
        for path in ("a.py", "src/a.py")
    ]
    again = review(change(added("new/a.py", *CODE)), [], remember(review(before, claims)), next_number=3)

    assert [(f.claim.path, f.severity) for f in again.findings] == [("new/a.py", Severity.CRITICAL)]
    assert len(again.fixed) == 1


@pytest.mark.parametrize("gone_between", [False, True])
def test_a_line_that_moves_beside_a_milder_claim_of_it_is_no_milder(gone_between: bool) -> None:
    grave = replace(BUG, quote=CODE[1], line=3, severity=Severity.CRITICAL)
    before = review(change(added("a.py", *CODE)), [grave])
    if gone_between:
        before = review(change(added("a.py", "y = 1")), [], remember(before), next_number=2)
    patch = change(added("a.py", "y = 1"), change_file("c.py", ["start"], ["start", *CODE]))
    again = review(patch, [replace(grave, path="c.py", severity=Severity.NIT)], remember(before), next_number=2)

    assert [f.severity for f in again.findings] == [Severity.CRITICAL]


def test_two_findings_of_equal_lines_follow_their_file_under_another_name() -> None:
    lines = ["    f(x)", *["    y"] * 40, "    f(x)"]
    bugs = [claim(quote="f(x)", line=number, severity=Severity.CRITICAL) for number in (2, 43)]
    first = review(change(change_file("a.py", ["s"], ["s", *lines])), bugs)
    renamed = change(change_file("b.py", ["s"], ["s", *["    z"] * 100, *lines], old_path="a.py"))
    again = review(renamed, [], remember(first), next_number=3)
    later = review(renamed, [], remember(again, F1=FindingState.DISMISSED), next_number=3)

    assert numbers(again) == [1, 2]
    assert numbers(later) == [2]


def test_what_blocks_is_not_shed_by_copies_of_its_line_that_go_again() -> None:
    def modified(path: str, *code: str) -> FilePatch:
        return change_file(path, ["start"], ["start", *code, "more"])

    first = review(change(added("x/pay.py", *CODE)), [replace(BUG, path="x/pay.py", quote=CODE[1], line=3)])
    copies = [modified(path, *CODE) for path in ("app/charge.py", "docs/other.md", "docs/pay.py")]
    second = review(change(*copies), [], remember(first), next_number=2)
    third = review(change(*copies[:2], modified("docs/pay.py", "fine")), [], remember(second), next_number=2)

    assert [f.claim.path for f in second.findings] == ["docs/pay.py"]
    assert [f.claim.path for f in third.findings] == ["app/charge.py"]


def test_a_moved_finding_keeps_its_number_when_its_old_place_has_the_fault_again() -> None:
    bug = replace(BUG, quote=CODE[1], line=3)
    first = review(change(added("a.py", *CODE)), [bug])
    moved = review(change(added("b.py", *CODE)), [], remember(first), next_number=2)
    twice = change(added("a.py", *CODE), added("b.py", *CODE))
    before = remember(moved)
    for _ in range(2):
        again = review(twice, [bug], before, next_number=2)
        assert [(f.number, f.claim.path) for f in again.findings] == [(1, "b.py"), (2, "a.py")]
        assert len({f.fingerprint for f in again.findings}) == 2
        before = remember(again)
    mended = change(added("a.py", "total = price"), added("b.py", *CODE))
    assert numbers(review(mended, [], before, next_number=3)) == [1]


def test_a_program_s_finding_moves_with_its_line_and_its_silence_there_counts() -> None:
    hit = claim(quote=CODE[1], line=3, source=Source.ANALYZER, rule="ruff:S1")
    first = review(change(added("a.py", *CODE)), [hit])
    patch = change(added("b.py", *CODE))
    assert numbers(review(patch, [replace(hit, path="b.py")], remember(first), next_number=2)) == [1]
    assert numbers(review(patch, [], remember(first), next_number=2, completed=never)) == [1]
    assert [item.number for item in review(patch, [], remember(first), next_number=2).fixed] == [1]


@pytest.mark.parametrize(
    ("quote", "elsewhere"),
    [
        pytest.param("    else:", change_file("c.py", ["start"], ["start", "    else:"]), id="it says too little"),
        pytest.param(CODE[1], change_file("c.py", [CODE[1], "x"], [CODE[1], "y"]), id="nobody added it there"),
    ],
)
def test_a_like_line_elsewhere_is_not_always_the_same_one(quote: str, elsewhere: FilePatch) -> None:
    first = review(change(added("a.py", quote)), [replace(BUG, quote=quote)])
    assert [item.number for item in review(change(elsewhere), [], remember(first), next_number=2).fixed] == [1]


def test_what_never_stood_in_the_change_is_not_drawn_to_a_like_line_in_it() -> None:
    first = review(patch_of("x"), [claim("elsewhere.py", 4, "total = price * 2", source=Source.ARCHITECTURE)])
    again = review(patch_of("total = price * 2"), [], remember(first), next_number=2, completed=never)
    assert [(f.number, f.claim.path) for f in again.findings] == [(1, "elsewhere.py")]
    entered = change(change_file("elsewhere.py", ["a"], ["b"]))
    for _ in range(2):
        again = review(entered, [], remember(again), next_number=2, completed=never)
        assert [f.placement.placed for f in again.findings] == [Placed.FILE]


def test_a_dismissal_does_not_move_to_another_file() -> None:
    first = review(change(added("tests/a.py", *CODE)), [replace(BUG, path="tests/a.py", quote=CODE[1], line=3)])
    kept = remember(first, F1=FindingState.DISMISSED)
    again = review(
        change(added("app/b.py", *CODE)), [replace(BUG, path="app/b.py", quote=CODE[1])], kept, next_number=2
    )
    assert numbers(again) == [2]


def test_what_could_not_be_read_for_a_while_is_fixed_once_it_can_be_read_and_is_gone() -> None:
    first = review(patch_of("total = price * 2"), [BUG])
    broken = replace(change_file("a.py", [], []), status=FileStatus.MODIFIED, fault="not parsed")
    carried = review(change(broken), [], remember(first), next_number=2)
    assert numbers(carried) == [1]
    assert numbers(review(patch_of("total = price * 2"), [], remember(carried), next_number=2)) == [1]
    assert [item.number for item in review(patch_of("x"), [], remember(carried), next_number=2).fixed] == [1]


RAW = "url = connect('hub:Wq7hZk29LmPx4Rt@db', total)"
COVERED = "url = connect('hub:‹secret:url-password›@db', total)"


@pytest.mark.parametrize(("before", "after"), [(RAW, COVERED), (COVERED, RAW), (COVERED, COVERED.replace("url-", ""))])
@pytest.mark.parametrize("said_again", [True, False])
def test_a_line_of_which_redaction_covers_another_part_is_the_same_line(
    before: str, after: str, said_again: bool
) -> None:
    first = review(patch_of(before), [replace(BUG, quote=before)])
    claims = [replace(BUG, quote=after, line=3)] if said_again else []
    again = review(patch_of("import os", after), claims, remember(first), next_number=2)
    assert [(f.number, f.claim.quote, f.claim.line) for f in again.findings] == [(1, after, 3)]
    assert (again.fixed, again.raised) == ((), frozenset())
    back = review(patch_of(before), [], remember(again), next_number=2)
    assert [(f.number, f.claim.quote) for f in back.findings] == [(1, before)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("password = '‹secret:password›'", "password = os.environ['DATABASE_PASSWORD']"),
        ("password = ‹secret:password›", "password = os.environ['DATABASE_PASSWORD']"),
        ("password = ‹secret:password›", "password = settings.database.password"),
        ("password = ‹secret:password›", "password = ${DATABASE_PASSWORD_9x7}"),
        ("password = ‹secret:password›", "password ="),
        ("break", "‹secret:private-key-block›"),
        ("log('‹secret:password›')", "log('‹secret:password›', level)"),
    ],
)
def test_a_line_whose_secret_was_taken_out_is_another_line(before: str, after: str) -> None:
    first = review(patch_of(before), [replace(BUG, quote=before)])
    assert [item.number for item in review(patch_of(after), [], remember(first), next_number=2).fixed] == [1]


def test_promise_6_a_secret_in_another_file_sheds_no_finding() -> None:
    """The redaction is the real one: what it finds in one file it takes out of the others too."""
    value = "Wq7hZk29LmPx4RtV"
    bug = replace(BUG, quote=f"run(db, '{value}', request.args)")
    ours = change_file("a.py", ["start"], ["start", bug.quote])
    first = review(redact_patch(change(ours)).patch, [bug])
    other = change_file("b.env", ["x"], ["x", f"URL=postgres://hub:{value}@db.internal/shop"])
    patch = redact_patch(change(ours, other)).patch
    assert value not in patch.files[0].hunks[0].lines[-1].text
    again = review(patch, [], remember(first), next_number=2)
    assert [(f.number, f.placement.placed) for f in again.findings] == [(1, Placed.LINE)]


@pytest.mark.parametrize("quote", ["x = '‹… 12 characters cut …›' + tail()", "x = '‹U+202E›'", "+ value: 1", "- a: b"])
def test_a_line_that_looks_like_the_marks_of_the_annotated_diff_is_found_again(quote: str) -> None:
    patch = patch_of(quote)
    hit = claim(quote="", line=2, source=Source.ANALYZER)
    kept = [replace(item, claim=replace(item.claim, source=Source.MODEL)) for item in remember(review(patch, [hit]))]
    again = review(patch_of("import os", quote), [], kept, next_number=2)
    assert [(f.number, f.placement.anchor and f.placement.anchor.line) for f in again.findings] == [(1, 3)]


def test_two_hits_of_programs_are_two_findings_even_side_by_side() -> None:
    patch = patch_of("key = ‹secret›", "pin = ‹secret›")
    hits = [
        claim(quote=quote, line=line, source=Source.SECRETS, category="secret", rule=rule)
        for quote, line, rule in [
            ("key = ‹secret›", 2, "aws"),
            ("pin = ‹secret›", 3, "aws"),
            ("pin = ‹secret›", 3, "jwt"),
        ]
    ]
    identified = review(patch, [*hits, hits[0]])
    assert len(identified.findings) == 3
    assert len({finding.fingerprint for finding in identified.findings}) == 3
    assert len(identified.duplicates) == 1


severities = st.sampled_from(list(Severity))
sources = st.sampled_from([Source.MODEL, Source.MODEL, Source.ANALYZER])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Patch, list[Claim]]:
    patch = draw(patches(max_files=2))
    lines = [(file.path, line) for file in patch.files for hunk in file.hunks for line in hunk.lines]
    claims: list[Claim] = []
    for path, line in draw(st.lists(st.sampled_from(lines), max_size=8)) if lines else []:
        claims.append(
            claim(
                path,
                line.number,
                line.text,
                side=line.side,
                severity=draw(severities),
                category=draw(st.sampled_from(["correctness", "security"])),
                source=draw(sources),
                rule=draw(st.sampled_from([None, "S1"])),
                title=draw(st.sampled_from(["one", "two"])),
                confidence=draw(st.sampled_from([30, 95])),
            )
        )
    return patch, claims


@patient
@given(worlds(), st.integers(0, 1 << 30))
def test_the_order_of_claims_and_of_known_findings_does_not_matter(world: tuple[Patch, list[Claim]], seed: int) -> None:
    patch, claims = world
    shuffle = random.Random(seed).shuffle
    first = review(patch, claims[::2])
    kept, mixed = remember(first), list(claims)
    straight = review(patch, claims, kept, next_number=first.next_number)
    shuffle(kept)
    shuffle(mixed)
    assert review(patch, mixed, kept, next_number=first.next_number).findings == straight.findings


@patient
@given(worlds())
def test_the_same_review_again_changes_nothing(world: tuple[Patch, list[Claim]]) -> None:
    patch, claims = world
    first = review(patch, claims)
    again = review(patch, claims, remember(first), next_number=first.next_number)
    assert again.findings == first.findings
    assert (again.raised, again.fixed, again.next_number) == (frozenset(), (), first.next_number)


@patient
@given(worlds(), st.integers(0, 8))
def test_a_silent_second_run_on_the_same_diff_removes_nothing(world: tuple[Patch, list[Claim]], heard: int) -> None:
    patch, claims = world
    first = review(patch, claims)
    again = review(patch, claims[:heard], remember(first), next_number=first.next_number, completed=never)
    before = {finding.number: finding.severity for finding in first.findings}
    after = {finding.number: finding.severity for finding in again.findings}
    assert all(after[number].at_least(severity) for number, severity in before.items())


@patient
@given(st.lists(worlds(), max_size=4))
def test_numbers_and_fingerprints_are_never_given_twice(rounds: list[tuple[Patch, list[Claim]]]) -> None:
    kept: list[KnownFinding] = []
    given_numbers: set[int] = set()
    for patch, claims in rounds:
        identified = review(patch, claims, kept, next_number=1)
        assert not given_numbers & identified.raised
        given_numbers |= identified.raised
        settled = {item.number for item in (*identified.fixed, *identified.dismissed)}
        open_now = set(numbers(identified))
        kept = [item for item in kept if item.number not in open_now | settled] + remember(identified)
        assert {item.number for item in kept} == given_numbers
        assert len({item.fingerprint for item in kept}) == len(kept)
        assert all(number < identified.next_number for number in given_numbers)


def gate(findings: Iterable[Finding]) -> dict[BlockOn, bool]:
    """Under which policies one of the findings holds the gate shut."""
    held = list(findings)
    return {on: any(blocks(finding.claim, Policy(block_on=on)) for finding in held) for on in BlockOn}


@patient
@given(worlds(), st.lists(worlds(), max_size=1), st.randoms(use_true_random=False))
def test_promise_6_no_number_of_runs_over_one_diff_opens_the_gate(
    world: tuple[Patch, list[Claim]], earlier: list[tuple[Patch, list[Claim]]], chance: random.Random
) -> None:
    """A model may say less, other things, or nothing; programs that end say the same each time."""
    patch, claims = world
    kept: list[KnownFinding] = []
    for old_patch, old_claims in earlier:
        kept = remember(review(old_patch, old_claims))
    programs = [item for item in claims if item.source is not Source.MODEL]
    models = [item for item in claims if item.source is Source.MODEL]
    before: dict[BlockOn, bool] | None = None
    for _ in range(3):
        said = chance.sample(models, chance.randint(0, len(models)))
        identified = review(patch, [*programs, *said], kept, next_number=1)
        after = gate(identified.findings)
        assert before is None or all(after[on] for on, shut in before.items() if shut)
        before = after
        settled = {finding.number for finding in identified.findings} | {item.number for item in identified.fixed}
        kept = [item for item in kept if item.number not in settled] + remember(identified)


@patient
@given(worlds())
def test_a_finding_is_fixed_only_if_its_line_is_gone(world: tuple[Patch, list[Claim]]) -> None:
    patch, claims = world
    models = [item for item in claims if item.source is Source.MODEL]
    first = review(patch, models)
    moved = [replace(file, path=f"new/{file.path}", old_path=f"new/{file.path}") for file in patch.files]
    added_or_removed = [finding for finding in first.findings if len(finding.claim.quote.split()) > 1]
    again = review(change(*moved), [], remember(first), next_number=first.next_number)
    lines = {
        (file.path, line.side, " ".join(line.text.split()))
        for file in patch.files
        for hunk in file.hunks
        for line in hunk.lines
        if line.changed
    }
    for finding in added_or_removed:
        quote = " ".join(finding.claim.quote.split())
        if (finding.claim.path, finding.claim.side, quote) in lines and len(quote) >= 8:
            assert finding.number in numbers(again)
