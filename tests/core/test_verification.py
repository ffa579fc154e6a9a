"""What becomes of a claim at a second look: laws first, then the words that decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Patch, Side
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Claim, Evidence, Finding, Placed, Severity, Source, Standing
from app.core.findings.merging import PlacedClaim
from app.core.findings.verification.clusters import MOST_TOGETHER, cluster
from app.core.findings.verification.excerpt import show_code
from app.core.findings.verification.opinion import Answer, Decision, Judged, Opinion, Unheard, Void
from app.core.findings.verification.proof import Proof, is_code
from app.core.findings.verification.refuting import Ground, is_unchanged, refute
from app.core.findings.verification.weighing import LEAST_CONFIDENCE, Refuted, is_void, weigh
from app.core.gate.policy import BlockOn, Policy
from app.core.gate.verdict import blocks
from tests.core.changes import change, change_file, claim, patches

OLD = ["import os", "", "def pay(order):", "    total = order.total", "    return total", "", "# fine as it is"]
NEW = ["import os", "", "def pay(order):", "    total = order.total * 0", "    return total", "", "# fine as it is"]
PATCH = change(change_file("app/pay.py", OLD, NEW))
PROOF = Proof(PATCH, {"app/pay.py": NEW}, {"app/pay.py": OLD})
MODEL = "claude-sonnet-5-5"


def says(quote: str, path: str = "app/pay.py", line: int | None = 4) -> Evidence:
    return Evidence(path, line, quote)


REAL, MADE_UP, COMMENT = says("total = order.total * 0"), says("if total is None:"), says("# fine as it is")


def opinion(decision: Decision, *quotes: Evidence, **more: Any) -> Opinion:
    against = decision is Decision.REFUTED
    fields: dict[str, Any] = {
        "evidence": () if against else quotes,
        "counter_evidence": quotes if against else (),
        "trigger": "any order",
        "pre_existing": False,
        "severity": Severity.HIGH,
        "confidence": 90,
    }
    return Opinion(decision=decision, **(fields | more))


def look(said: Claim, answer: Answer, *, unchanged: bool = False, block_on: BlockOn = BlockOn.HIGH) -> Claim | Refuted:
    return weigh(said, answer, PROOF, unchanged=unchanged, blocks=block_on.blocks(said.severity))


def standing(kept: Claim | Refuted) -> Standing | None:
    return kept.verification.standing if isinstance(kept, Claim) and kept.verification else None


def place(said: Claim, patch: Patch = PATCH) -> PlacedClaim:
    ((settled, placement),) = anchor_claims([said], patch).placed
    return settled, placement


severities = st.sampled_from(list(Severity))
evidences = st.lists(st.sampled_from([REAL, MADE_UP, COMMENT, says("}"), says("")]), max_size=3).map(tuple)
opinions = st.builds(
    Opinion,
    decision=st.sampled_from(list(Decision)),
    evidence=evidences,
    counter_evidence=evidences,
    trigger=st.just(""),
    pre_existing=st.booleans(),
    severity=severities,
    confidence=st.integers(0, 100),
)
claims = st.builds(
    claim, severity=severities, confidence=st.integers(0, 100), lenses=st.sampled_from([("a",), ("a", "b")])
)


def hear(said: Opinion) -> Answer:
    """As a reader of replies would take it the second time."""
    return Void(MODEL) if is_void(said, PROOF, claim("app/pay.py", 4)) else Judged(said, MODEL)


@given(claims, opinions, st.sampled_from([BlockOn.CRITICAL, BlockOn.HIGH, BlockOn.MEDIUM, BlockOn.LOW]), st.booleans())
def test_what_would_block_is_dropped_only_for_quoted_code(
    said: Claim, answer: Opinion, block_on: BlockOn, unchanged: bool
) -> None:
    kept = look(said, hear(answer), unchanged=unchanged, block_on=block_on)
    if isinstance(kept, Refuted) and block_on.blocks(said.severity):
        quotes = answer.counter_evidence if answer.decision is Decision.REFUTED else answer.evidence
        assert REAL in quotes
        assert MADE_UP not in (*answer.evidence, *answer.counter_evidence)


@given(claims, st.sampled_from(list(BlockOn)))
def test_a_reader_that_fails_drops_nothing_and_makes_nothing_milder(said: Claim, block_on: BlockOn) -> None:
    kept = look(said, Unheard("the model was overloaded"), block_on=block_on)
    assert isinstance(kept, Claim)
    assert (kept.severity, standing(kept)) == (said.severity, Standing.UNVERIFIED)
    assert kept.confidence >= said.confidence


@given(claims, opinions)
def test_a_confirmation_is_sure_enough_and_no_more_than_one_step_milder_or_graver(said: Claim, answer: Opinion) -> None:
    kept = look(said, hear(answer))
    if isinstance(kept, Claim) and standing(kept) is Standing.CONFIRMED:
        assert kept.confidence >= LEAST_CONFIDENCE[kept.severity]
        assert abs(kept.severity.rank - said.severity.rank) <= 1
        assert min(said.severity.rank, answer.severity.rank) <= kept.severity.rank
        assert kept.severity.rank <= max(said.severity.rank, answer.severity.rank)
        assert kept.verification is not None
        assert REAL.quote in {one.quote for one in kept.verification.evidence}


@pytest.mark.parametrize(
    ("decision", "quotes", "void"),
    [
        (Decision.REFUTED, [REAL], False),
        (Decision.REFUTED, [], True),
        (Decision.REFUTED, [MADE_UP], True),
        (Decision.REFUTED, [REAL, MADE_UP], True),
        (Decision.REFUTED, [COMMENT], True),
        (Decision.CONFIRMED, [REAL], False),
        (Decision.CONFIRMED, [], True),
        (Decision.CONFIRMED, [says("total = order.total", line=4)], False),
        (Decision.UNCERTAIN, [], False),
        (Decision.UNCERTAIN, [MADE_UP], True),
    ],
)
def test_a_verdict_stands_on_code_that_is_there(decision: Decision, quotes: list[Evidence], *, void: bool) -> None:
    assert is_void(opinion(decision, *quotes), PROOF, claim("app/pay.py", 4)) is void


PROSE = says("Every request is checked by the gateway.", "docs/security.md", 1)


@pytest.mark.parametrize(
    ("decision", "quotes", "about", "void"),
    [
        (Decision.REFUTED, [PROSE], "app/pay.py", True),
        (Decision.REFUTED, [PROSE, REAL], "app/pay.py", False),
        (Decision.REFUTED, [PROSE], "docs/security.md", False),
        (Decision.CONFIRMED, [PROSE], "app/pay.py", False),
    ],
)
def test_what_a_document_says_of_code_refutes_nothing(
    decision: Decision, quotes: list[Evidence], about: str, *, void: bool
) -> None:
    proof = Proof(PATCH, {"docs/security.md": [PROSE.quote]}, {})

    assert is_void(opinion(decision, *quotes), proof, claim(about, 1)) is void


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("    total = order.total * 0", True),
        ("R 4     |+    total = order.total * 0", True),
        ("total = order.total * 0\n    return total", True),
        ("total = order.total * 0\n    return none", False),
        ("order.total *", True),
        ("total", False),
        ("", False),
    ],
)
def test_a_quote_stands_whole_or_as_a_longer_part_of_a_line(quote: str, *, stands: bool) -> None:
    assert PROOF.holds(says(quote)) is stands


def test_a_quote_of_a_file_outside_the_change_stands_nowhere() -> None:
    assert not PROOF.holds(says("total = order.total * 0", path="app/other.py"))


@pytest.mark.parametrize("words", ["# safe", "// checked", "/* ok */", " * reviewed by two", "<!-- fine -->", "})", ""])
def test_words_about_code_are_no_code(words: str) -> None:
    assert not is_code(says(words))


@pytest.mark.parametrize("row", ["#include <stdio.h>", "#[derive(Debug)]", "*pointer = value;", "--count;", "x = 1"])
def test_code_that_looks_like_a_comment_is_code(row: str) -> None:
    assert is_code(says(row))


def test_uncertain_is_a_question_if_it_is_grave_and_dropped_if_not() -> None:
    unsure = Judged(opinion(Decision.UNCERTAIN), MODEL)
    assert standing(look(claim(severity=Severity.HIGH), unsure)) is Standing.UNCERTAIN
    assert isinstance(look(claim(severity=Severity.MEDIUM), unsure), Refuted)
    assert standing(look(claim(severity=Severity.MEDIUM), unsure, block_on=BlockOn.MEDIUM)) is Standing.UNCERTAIN


def test_what_was_there_before_is_dropped_only_if_the_change_left_the_lines_alone() -> None:
    old = Judged(opinion(Decision.CONFIRMED, REAL, pre_existing=True), MODEL)
    assert isinstance(look(claim(severity=Severity.HIGH), old, unchanged=True), Refuted)
    assert standing(look(claim(severity=Severity.HIGH), old)) is Standing.CONFIRMED


def test_what_the_budget_does_not_pay_for_is_kept_if_it_is_grave_and_not_said_otherwise() -> None:
    unpaid = Unheard("over the review budget of $5.00", unpaid=True)
    assert standing(look(claim(severity=Severity.HIGH), unpaid)) is Standing.UNVERIFIED
    assert isinstance(look(claim(severity=Severity.LOW), unpaid), Refuted)


@pytest.mark.parametrize("lenses", [("a",), ("a", "b")])
def test_a_verifier_that_calls_everything_critical_shuts_no_gate_on_a_trifle(lenses: tuple[str, ...]) -> None:
    said = claim(severity=Severity.LOW, lenses=lenses)
    alarmed = Judged(opinion(Decision.CONFIRMED, REAL, severity=Severity.CRITICAL, confidence=100), MODEL)
    kept = [look(replace(said, severity=severity), alarmed) for severity in (Severity.LOW, Severity.HIGH)]
    assert [one.severity for one in kept if isinstance(one, Claim)] == [Severity.MEDIUM, Severity.CRITICAL]


def test_two_lenses_make_a_claim_surer() -> None:
    said = claim(severity=Severity.HIGH, lenses=("correctness", "security"))
    kept = look(said, Judged(opinion(Decision.CONFIRMED, REAL, confidence=60), MODEL))
    assert isinstance(kept, Claim)
    assert (kept.confidence, standing(kept)) == (70, Standing.CONFIRMED)


def test_kept_evidence_is_as_the_code_has_it() -> None:
    kept = look(
        claim(severity=Severity.HIGH),
        Judged(opinion(Decision.CONFIRMED, says("R 4 |+    total = order.total * 0", "b/app/pay.py", 99)), MODEL),
    )
    assert isinstance(kept, Claim)
    assert kept.verification is not None
    assert kept.verification.evidence == (Evidence("app/pay.py", None, "total = order.total * 0"),)


CHANGED = place(claim("app/pay.py", 4, "    total = order.total * 0", severity=Severity.HIGH))
LEFT_ALONE = place(claim("app/pay.py", 5, "    return total", severity=Severity.HIGH))


def test_its_finders_doubt_refutes_a_claim_about_unchanged_lines_alone() -> None:
    def doubted(item: PlacedClaim) -> str | None:
        return refute((replace(item[0], introduced=False), item[1]), Ground(patch=PATCH))

    assert doubted(CHANGED) is None
    assert doubted(LEFT_ALONE) == "its lines are not changed, and its finder thinks that it was there before"
    assert refute(LEFT_ALONE, Ground(patch=PATCH)) is None
    assert (is_unchanged(*CHANGED, PATCH), is_unchanged(*LEFT_ALONE, PATCH)) == (False, True)


@pytest.mark.parametrize(
    ("title", "severity", "reason"),
    [
        ("Unused import of os", Severity.LOW, "linters and formatters own this"),
        ("Unused import of os", Severity.HIGH, None),
        ("The total is wrong", Severity.LOW, None),
        ("The name could be better", Severity.NIT, "it is a nit, and no written rule asks for it"),
    ],
)
def test_what_a_linter_owns_and_nits_without_a_rule_are_not_asked_about(
    title: str, severity: Severity, reason: str | None
) -> None:
    said, placement = CHANGED
    assert refute((replace(said, title=title, severity=severity), placement), Ground(patch=PATCH)) == reason


def test_a_nit_with_a_rule_is_for_the_first_review() -> None:
    nit = replace(CHANGED[0], severity=Severity.NIT, rule="R-001"), CHANGED[1]
    assert refute(nit, Ground(patch=PATCH)) is None
    assert "first review" in (refute(nit, Ground(patch=PATCH, repeated=True)) or "")


def test_what_the_base_excuses_is_not_claimed() -> None:
    assert refute(CHANGED, Ground(patch=PATCH, excused=frozenset({"app/pay.py"}))) is not None


@pytest.mark.parametrize(
    ("lines", "title", "defined"),
    [
        (["def helper():", "    return 1"], "`helper` is not defined", True),
        (["from app import helper"], "helper is undefined", True),
        (["helper = 1"], "helper is never defined", True),
        (["    helper = 1"], "helper is not defined", False),
        (["helper == 1"], "helper is not defined", False),
        (["# def helper"], "helper is not defined", False),
        (["def helper_two():"], "helper is not defined", False),
        (["def helper():"], "self.helper is not defined", False),
        (["def helper():"], "helper returns the wrong sum", False),
    ],
)
def test_a_name_that_the_file_defines_is_not_undefined(lines: list[str], title: str, *, defined: bool) -> None:
    whole = [*lines, "x = helper()"]
    patch = change(change_file("a.py", [], whole))
    said = place(claim("a.py", len(whole), "x = helper()", title=title, severity=Severity.HIGH), patch)
    found = refute(said, Ground(patch=patch, texts={"a.py": whole}))
    assert (found == "line 1 of the file defines the name") is defined


@pytest.mark.parametrize(
    ("path", "lines", "defined"),
    [
        ("a.ts", ["export function helper() {", "}"], True),
        ("a.ts", ["/* what", " * it does */", "const helper = 1"], True),
        ("a.ts", ["/*", "function helper() {", "*/"], False),
        ("a.ts", ["const text = `", "function helper() {", "`"], False),
        ("a.js", ["const text = 'a\\", "function helper() {", "'"], False),
        ("a.js", ["<!--", "const glob = '/*'", "/*", "function helper() {", "*/"], False),
        ("a.rs", ['let text = "', "fn helper() {", '";'], False),
        ("a.php", ["$text = <<<END", "function helper() {", "END;"], False),
    ],
)
def test_a_definition_that_is_only_written_in_a_comment_or_a_text_proves_nothing(
    path: str, lines: list[str], *, defined: bool
) -> None:
    whole = [*lines, "  x = helper()"]
    patch = change(change_file(path, [], whole))
    said = place(claim(path, len(whole), whole[-1], title="helper is not defined", severity=Severity.HIGH), patch)

    assert (refute(said, Ground(patch=patch, texts={path: whole})) is not None) is defined


GUARD = ["def check_owner(request):", "    deny()", "", "", "def dead():", "    check_owner(None)"]


@pytest.mark.parametrize(
    ("severity", "block_on", "asked"),
    [
        (Severity.CRITICAL, BlockOn.HIGH, True),
        (Severity.HIGH, BlockOn.NEVER, True),
        (Severity.MEDIUM, BlockOn.MEDIUM, True),
        (Severity.MEDIUM, BlockOn.HIGH, False),
    ],
)
def test_a_call_that_may_be_dead_itself_does_not_refute_what_is_grave(
    severity: Severity, block_on: BlockOn, *, asked: bool
) -> None:
    patch = change(change_file("a.py", [], GUARD))
    said = place(claim("a.py", 1, GUARD[0], title="`check_owner` is never called", severity=severity), patch)

    assert (refute(said, Ground(patch=patch, texts={"a.py": GUARD}, blocks=block_on.blocks)) is None) is asked


@given(claims, claims)
def test_a_duplicate_gives_way_only_to_what_holds_the_gate_as_firmly(said: Claim, other: Claim) -> None:
    mine = replace(CHANGED[0], severity=said.severity, confidence=said.confidence, rule="R-001"), CHANGED[1]
    held = replace(CHANGED[0], severity=other.severity, confidence=other.confidence, source=Source.ANALYZER)
    finding = Finding(claim=held, placement=CHANGED[1], fingerprint="f" * 32, number=1)
    if refute(mine, Ground(patch=PATCH, standing=[finding])) is not None:
        for block_on in BlockOn:
            own = Finding(claim=mine[0], placement=mine[1], fingerprint="e" * 32, number=2)
            policy = Policy(block_on=block_on)
            assert blocks(finding.claim, policy) or not blocks(own.claim, policy)


@given(st.lists(st.sampled_from([CHANGED, LEFT_ALONE]), max_size=12))
def test_each_claim_is_in_one_question_and_no_question_has_too_many(items: list[PlacedClaim]) -> None:
    groups = cluster(items)
    assert sorted(index for group in groups for index in group) == list(range(len(items)))
    assert all(len(group) <= MOST_TOGETHER for group in groups)


def test_claims_on_neighbouring_lines_of_one_kind_are_asked_about_together() -> None:
    assert cluster([CHANGED, LEFT_ALONE]) == [[0, 1]]
    other = replace(LEFT_ALONE[0], category="state", quote="x", title="Something else"), LEFT_ALONE[1]
    assert cluster([CHANGED, other]) == [[0], [1]]


def test_the_code_shown_has_the_hunk_and_both_versions_around_it() -> None:
    shown = show_code([CHANGED], PATCH, {(Side.RIGHT, "app/pay.py"): NEW, (Side.LEFT, "app/pay.py"): OLD})
    assert "=== FILE app/pay.py (modified) ===\n@@ @@\n" in shown
    assert "L 4     |-    total = order.total\nR 4     |+    total = order.total * 0\n" in shown
    assert "=== NEW VERSION OF app/pay.py ===\nR 1     | import os\n" in shown
    assert "L 4     |     total = order.total\n" in shown.partition("=== OLD VERSION OF app/pay.py ===")[2]


@given(patches(), st.data())
def test_the_claimed_line_is_always_shown(patch: Patch, data: st.DataObject) -> None:
    lines = [
        (file.path, line.number, line.side, line.text)
        for file in patch.files
        for hunk in file.hunks
        for line in hunk.lines
        if line.changed and line.text.strip()
    ]
    if not lines:
        return
    path, number, side, text = data.draw(st.sampled_from(lines))
    for said, placement in anchor_claims([claim(path, number, text, side=side)], patch).placed:
        if placement.placed is Placed.LINE:
            letter = "R" if side is Side.RIGHT else "L"
            assert f"{letter} {number:<5} |" in show_code([(said, placement)], patch, {})
