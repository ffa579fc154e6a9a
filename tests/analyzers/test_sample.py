"""The bundled pull request shows what Lintel finds without a model."""

from app.core.findings.finding import Source
from app.core.report.report import AnalyzerState
from app.hub.sample import read_sample
from tests.analyzers.change import analyze_change


async def test_the_bundled_change_has_findings_of_many_kinds_and_every_analyzer_reads_it() -> None:
    sample = read_sample()

    analysis = await analyze_change(dict(sample.base), dict(sample.head))

    assert {outcome.state for outcome in analysis.outcomes} == {AnalyzerState.OK}
    assert {(claim.path, claim.rule) for claim in analysis.claims} == {
        (".github/workflows/ci.yml", "zizmor:template-injection"),
        (".github/workflows/ci.yml", "zizmor:unpinned-uses"),
        ("parcel/api.py", "invisible:bidi"),
        ("parcel/carrier.py", "ruff:S501"),
        ("parcel/carrier.py", "secrets:assigned-secret"),
        ("parcel/labels.py", "ruff:F821"),
        ("parcel/labels.py", "ruff:S110"),
        ("parcel/labels.py", "ruff:S602"),
        ("parcel/shipments.py", "ruff:B006"),
        ("parcel/shipments.py", "ruff:S608"),
    }
    assert any(claim.start_line for claim in analysis.claims)
    assert {claim.source for claim in analysis.claims} == {Source.ANALYZER, Source.SECRETS}


def test_the_sample_is_a_whole_repository_in_both_versions() -> None:
    sample = read_sample()
    assert len(sample.base) >= 12
    assert sample.base.keys() == sample.head.keys()
    assert all(content.endswith(b"\n") for content in [*sample.base.values(), *sample.head.values()])
