"""Evidence, then note, then score: what of a model's opinion counts, and the verdict that code makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.assessing import Argued, Proof, assess
from app.core.fit.assessment import Dimension, Fit, FitEvidence, Weighed
from app.core.fit.delta import Break, Cycle, Delta, Edge

EDGE = Edge("core/a.py", "web/b.py", "core/a.py", 3)
BROKEN = Delta(new_edges=(EDGE,), breaks=(Break("core is below web", "", EDGE),))
CYCLIC = Delta(new_edges=(EDGE,), cycles=(Cycle(("core/a.py", "web/b.py"), (EDGE,), hard=True),))
SOFT = Delta(new_edges=(EDGE,), cycles=(Cycle(("core/a.py", "web/b.py"), (EDGE,), hard=False),))
LEGAL = Delta(new_edges=(EDGE,))
SHOWN = {("core/a.py", "import web"): 3}
PROOF = Proof(
    facts=frozenset({"B1", "E1", "A1", "T1"}),
    graph=frozenset({"B1", "E1"}),
    rules=frozenset({"R-001"}),
    stands=lambda path, _line, quote: SHOWN.get((path, quote)),
)
QUOTED = FitEvidence("core/a.py", 99, "import web")
FACT, GRAPH, RULE = FitEvidence(fact="A1"), FitEvidence(fact="E1"), FitEvidence(fact="R-001")
INVENTED = [
    FitEvidence(),
    FitEvidence(fact="E99"),
    FitEvidence(fact="R-999"),
    FitEvidence(fact="e1"),
    FitEvidence(path="core/a.py", line=3),
    FitEvidence("core/a.py", 3, "import nothing"),
    FitEvidence("core/b.py", 3, "import web"),
    FitEvidence("core/a.py", 3, "   "),
]


def argue(*items: Weighed, verdict: Fit = Fit.FITS, confidence: int = 80) -> Argued:
    return Argued(items, verdict, confidence, "some-model")


def weigh(score: int | None, *evidence: FitEvidence, dimension: Dimension = Dimension.LAYERING) -> Weighed:
    return Weighed(dimension, score, "A note.", evidence)


@pytest.mark.parametrize("invented", INVENTED)
@pytest.mark.parametrize("score", [0, 4])
def test_a_score_without_evidence_that_is_there_does_not_count(invented: FitEvidence, score: int) -> None:
    found = assess(LEGAL, argue(weigh(score, invented), verdict=Fit.CONFLICTS), PROOF)
    assert (found.verdict, found.confidence) == (Fit.INSUFFICIENT_EVIDENCE, 0)
    (item,) = found.dimensions
    assert (item.score, item.evidence, item.note) == (None, (), "A note.")


@pytest.mark.parametrize("invented", INVENTED)
def test_what_is_invented_is_taken_away_and_the_rest_stands(invented: FitEvidence) -> None:
    (item,) = assess(LEGAL, argue(weigh(3, invented, FACT)), PROOF).dimensions
    assert (item.score, item.evidence) == (3, (FACT,))


def test_a_quote_has_the_line_on_which_it_stands_whatever_line_was_claimed() -> None:
    (item,) = assess(LEGAL, argue(weigh(3, QUOTED)), PROOF).dimensions
    assert item.evidence == (FitEvidence("core/a.py", 3, "import web"),)


def test_of_evidence_that_is_half_there_that_half_counts() -> None:
    half = FitEvidence("core/a.py", 3, "import nothing", "A1")
    other = FitEvidence("core/a.py", 3, "import web", "A99")
    (item,) = assess(LEGAL, argue(weigh(3, half, other)), PROOF).dimensions
    assert item.evidence == (FACT, FitEvidence("core/a.py", 3, "import web"))


@pytest.mark.parametrize(
    ("low", "expected"),
    [
        (weigh(0, GRAPH), Fit.CONFLICTS),
        (weigh(1, RULE), Fit.CONFLICTS),
        (weigh(1, QUOTED, RULE), Fit.CONFLICTS),
        (weigh(2, GRAPH), Fit.FITS_WITH_CONCERNS),
        (weigh(0, FACT), Fit.FITS_WITH_CONCERNS),
        (weigh(0, QUOTED), Fit.FITS_WITH_CONCERNS),
        (weigh(None, GRAPH), Fit.FITS),
    ],
)
def test_a_conflict_takes_a_low_score_on_a_rule_or_a_fact_of_the_graph(low: Weighed, expected: Fit) -> None:
    best = weigh(4, FACT, dimension=Dimension.TESTABILITY)
    assert assess(LEGAL, argue(low, best), PROOF).verdict is expected


@pytest.mark.parametrize("word", list(Fit))
@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (0, {Fit.FITS_WITH_CONCERNS}),
        (2, {Fit.FITS_WITH_CONCERNS}),
        (3, {Fit.FITS, Fit.FITS_WITH_CONCERNS}),
        (4, {Fit.FITS}),
    ],
)
def test_the_models_own_word_only_breaks_a_tie(word: Fit, score: int, expected: set[Fit]) -> None:
    found = assess(LEGAL, argue(weigh(score, FACT), verdict=word), PROOF).verdict
    assert found in expected
    assert score != 3 or found is (Fit.FITS if word is Fit.FITS else Fit.FITS_WITH_CONCERNS)


@pytest.mark.parametrize(
    ("delta", "because"),
    [(BROKEN, "1 new import breaks a rule."), (CYCLIC, "1 import cycle is new or grown.")],
)
@pytest.mark.parametrize("argued", [None, argue(), argue(weigh(4, FACT)), argue(weigh(0, GRAPH))])
def test_what_a_program_found_stands_whatever_a_model_says_and_when_it_says_nothing(
    delta: Delta, because: str, argued: Argued | None
) -> None:
    found = assess(delta, argued, PROOF, "the model was overloaded")
    assert (found.verdict, found.confidence, found.because) == (Fit.CONFLICTS, 100, (because,))
    assert found.missing == ("" if argued else "the model was overloaded")


def test_a_cycle_that_loads_or_that_the_policy_allows_decides_nothing() -> None:
    assert assess(SOFT, argue(weigh(4, FACT)), PROOF).verdict is Fit.FITS
    assert assess(CYCLIC, argue(weigh(4, FACT)), PROOF, cycles=False).verdict is Fit.FITS


@pytest.mark.parametrize("delta", [None, Delta(), LEGAL])
def test_where_nobody_argued_nobody_can_tell_and_it_says_why(delta: Delta | None) -> None:
    found = assess(delta, None, missing="no model is configured")
    assert (found.verdict, found.confidence, found.model) == (Fit.INSUFFICIENT_EVIDENCE, 0, "")
    assert found.missing == "no model is configured"


_EVIDENCE = st.sampled_from([*INVENTED, QUOTED, FACT, GRAPH, RULE])
_WEIGHED = st.builds(
    Weighed,
    st.sampled_from(Dimension),
    st.none() | st.integers(0, 4),
    st.just(""),
    st.lists(_EVIDENCE, max_size=4).map(tuple),
)
_ARGUED = st.builds(
    Argued,
    st.lists(_WEIGHED, max_size=8).map(tuple),
    st.sampled_from(Fit),
    st.integers(0, 100),
    st.just("m"),
)


@given(st.sampled_from([None, Delta(), LEGAL, SOFT, CYCLIC, BROKEN]), st.none() | _ARGUED)
def test_praise_and_blame_always_rest_on_something_that_is_there(delta: Delta | None, argued: Argued | None) -> None:
    found = assess(delta, argued, PROOF, "it failed")
    scored = [item for item in found.dimensions if item.score is not None]
    assert all(item.evidence for item in scored)
    assert (delta in (BROKEN, CYCLIC)) == bool(found.because)
    if found.verdict is Fit.CONFLICTS:
        grave = [one.fact for item in scored if (item.score or 0) <= 1 for one in item.evidence]
        assert found.because or {"E1", "B1", "R-001"} & set(grave)
    elif found.verdict is Fit.INSUFFICIENT_EVIDENCE:
        assert not scored
    else:
        assert scored


@given(_ARGUED, _WEIGHED)
def test_further_blame_never_betters_a_verdict(argued: Argued, further: Weighed) -> None:
    order = [Fit.FITS, Fit.FITS_WITH_CONCERNS, Fit.CONFLICTS]
    before = assess(LEGAL, argued, PROOF).verdict
    more = Argued((*argued.dimensions, further), argued.verdict, argued.confidence, argued.model)
    after = assess(LEGAL, more, PROOF).verdict
    if before is not Fit.INSUFFICIENT_EVIDENCE:
        assert order.index(after) >= order.index(before)
