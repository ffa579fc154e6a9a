"""The architect over a local range: what it is asked, what becomes of its answer, and of one that never comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.claude_answers import (
    EVIL_WORDS,
    FAKE_SECRETS,
    Answer,
    End,
    Script,
    ends,
    error_event,
    findings,
    lens_of,
    malformed,
    prompt_texts,
    refusal,
    rejected,
    schema_breaking,
    spend_limit,
    text,
    truncated,
    unauthorized,
)
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import asks_for_verdicts, confirm, refute, seconded
from tests.claude_weighing import DIMENSIONS, asks_for_fit, blocks_of, evidence, opinion, weighed, weighing
from tests.cli.command import Ended, Shell
from tests.repo.world import Repository, make_repository

FINE, GATE = 0, 1
POLICY = """\
architecture:
  layers:
    - {name: web, paths: ["shop/web/**"]}
    - {name: core, paths: ["shop/core/**"]}
"""
IMPORT = "from shop.core.tax import tax"
FILES = {
    "shop/__init__.py": "",
    "shop/web/__init__.py": "",
    "shop/core/__init__.py": "",
    "shop/web/page.py": "def show(total):\n    return str(total)\n",
    "shop/core/tax.py": "def tax(price):\n    return price // 5\n",
    "shop/core/total.py": "def total(prices):\n    return sum(prices)\n",
    ".github/lintel.yml": POLICY,
}
LEGAL = {"shop/core/total.py": f"{IMPORT}\n\n\ndef total(prices):\n    return sum(prices) + tax(sum(prices))\n"}
ILLEGAL = {
    "shop/core/total.py": "from shop.web.page import show\n\n\ndef total(prices):\n    return show(sum(prices))\n"
}


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with two layers, on a branch where nothing has changed yet."""
    repository = make_repository(tmp_path_factory.mktemp("house"))
    repository.commit({**FILES})
    repository.git("switch", "--quiet", "--create", "work")
    return repository


def review(
    shell: Shell,
    house: Repository,
    answer: Answer | Callable[[dict[str, Any]], Answer],
    *,
    script: Script | None = None,
) -> tuple[Ended, dict[str, Any], ScriptedClaude]:
    with ScriptedClaude(script or (lambda _: findings()), aside=weighing(answer)) as claude:
        command = ["review", "--repo", str(house.path), "--base", "main", "--format", "json"]
        ended = shell.lintel(*command, out=None, ANTHROPIC_BASE_URL=claude.base_url)
    return ended, json.loads(ended.out), claude


def asked(claude: ScriptedClaude) -> list[dict[str, Any]]:
    return [seen.body for seen in claude.asides if asks_for_fit(seen.body)]


def scores(report: Mapping[str, Any]) -> dict[str, int | None]:
    return {item["name"]: item["score"] for item in report["architecture"]["dimensions"]}


def against(name: str = "placement", note: str = "Tax belongs to the till.") -> Answer:
    item = weighed(name, 1, evidence("", "shop/core/total.py", 1, IMPORT), note=note)
    return opinion(item, verdict="fits_with_concerns")


def test_what_the_architect_argues_with_evidence_is_the_assessment(shell: Shell, house: Repository) -> None:
    house.commit({**LEGAL})
    ended, report, claude = review(
        shell,
        house,
        opinion(
            weighed("layering", 4, evidence("E1"), note="It stays within the core."),
            weighed("conventions", 3, evidence("", "shop/core/total.py", 44, IMPORT)),
            weighed("contracts", 0, evidence("E7"), evidence("R-900"), evidence("", "shop/core/total.py", 1, "x = 1")),
        ),
    )
    (body,) = asked(claude)
    fit = report["architecture"]
    assert (ended.code, report["conclusion"]) == (FINE, "success")
    assert (fit["verdict"], fit["confidence"], fit["model"], fit["missing"]) == ("fits", 80, "claude-opus-5-5", [])
    assert {name: score for name, score in scores(report).items() if score is not None} == {
        "layering": 4,
        "conventions": 3,
    }
    assert [item["name"] for item in fit["dimensions"]] == list(DIMENSIONS)
    assert fit["dimensions"][6]["evidence"] == [
        {"fact": None, "path": "shop/core/total.py", "line": 1, "quote": IMPORT}
    ]
    told = blocks_of(body)
    assert "E1 | new import at shop/core/total.py:1 of shop/core/tax.py" in told["FACTS"]
    assert "L2 | layer 2 from the top, core: shop/core/**" in told["FACTS"]
    assert f"R 1     |+{IMPORT}" in told["CHANGE"]
    assert report["usage"]["calls"] == len(claude.requests) + 1


# What is asked again waits in between, so these stand side by side; tests/claude has all ways to be lost.
LOST = {
    "overloaded within the stream": (error_event(), "the model was overloaded"),
    "connection": (ends(End.HANG_UP), "the model's server could not be reached"),
    "incomplete": (ends(End.CLEAN_EOF), "the model's reply broke off"),
}
FAILURES = {
    "spend_limit": (spend_limit(), "the spend limit of the model's account was reached"),
    "unauthorized": (unauthorized(), "the model's server refused the key"),
    "rejected": (rejected(), "the model's server refused the request"),
    "too_long": (rejected(413, "request_too_large"), "the request was longer than the model takes"),
    "truncated": (truncated(), "the model's reply was cut at its length limit"),
    "refused": (refusal(), "the model declined to answer"),
    "malformed": (malformed(), "the model's reply was not in the agreed form"),
    "another form": (schema_breaking(), "the model's reply was not in the agreed form"),
    "prose": (text("It fits very well. Approved."), "the model's reply was not in the agreed form"),
    "a stream that breaks the protocol": (ends(End.GARBAGE), "the model's reply was not in the agreed form"),
    "unexpected": (Answer(stop_reason="stop_sequence"), "the model's reply could not be used"),
}
WHOLLY_LOST = ("unauthorized", "refused", "malformed", "truncated")


@pytest.mark.parametrize(
    ("name", "files"), [*((name, LEGAL) for name in FAILURES), *((name, ILLEGAL) for name in WHOLLY_LOST)]
)
def test_however_the_architect_fails_the_facts_stand_and_the_gate_is_as_without_it(
    shell: Shell, house: Repository, name: str, files: dict[str, str]
) -> None:
    answer, why = FAILURES[name]
    house.commit({**files})
    ended, report, claude = review(shell, house, answer)
    fit = report["architecture"]
    assert asked(claude)
    assert (fit["missing"], fit["model"], fit["dimensions"]) == ([why], None, [])
    if files is LEGAL:
        assert_nobody_weighed_it(ended, report)
    else:
        assert (ended.code, report["conclusion"], fit["verdict"]) == (GATE, "failure", "conflicts")
        assert fit["because"][0] == "1 new import breaks a rule."
        (finding,) = report["findings"]
        assert (finding["source"], finding["path"], finding["line"]) == ("architecture", "shop/core/total.py", 1)


def assert_nobody_weighed_it(ended: Ended, report: Mapping[str, Any]) -> None:
    assert (ended.code, report["conclusion"]) == (FINE, "success")
    assert report["architecture"]["verdict"] == "insufficient_evidence"
    assert report["findings"] == []


def test_an_architect_who_is_asked_again_and_again_and_never_heard_is_missing(shell: Shell, house: Repository) -> None:
    house.commit({**LEGAL})
    with ThreadPoolExecutor(len(LOST)) as pool:
        reviews = list(pool.map(lambda lost: review(shell, house, lost[0]), LOST.values()))
    for (_, why), (ended, report, claude) in zip(LOST.values(), reviews, strict=True):
        assert len(asked(claude)) > 1
        fit = report["architecture"]
        assert (fit["missing"], fit["model"], fit["dimensions"]) == ([why], None, [])
        assert_nobody_weighed_it(ended, report)


def test_praise_does_not_outweigh_a_broken_rule(shell: Shell, house: Repository) -> None:
    house.commit({**ILLEGAL})
    praise = opinion(*[weighed(name, 4, evidence("B1")) for name in DIMENSIONS], confidence=100)
    ended, report, _ = review(shell, house, praise)
    assert (ended.code, report["conclusion"], report["architecture"]["verdict"]) == (GATE, "failure", "conflicts")


def test_an_answer_in_another_form_is_asked_for_once_more(shell: Shell, house: Repository) -> None:
    house.commit({**LEGAL})
    answers = iter([malformed(), opinion(weighed("layering", 4, evidence("E1")))])
    _, report, claude = review(shell, house, lambda _: next(answers))
    assert report["architecture"]["verdict"] == "fits"
    assert len(asked(claude)) == 2
    assert report["usage"]["calls"] == len(claude.requests) + 2


def test_a_change_that_leaves_the_modules_as_they_are_costs_no_question(shell: Shell, house: Repository) -> None:
    house.commit({"shop/core/total.py": "def total(prices, off=0):\n    return sum(prices) - off\n"})
    _, report, claude = review(shell, house, opinion(weighed("layering", 4, evidence("E1"))))
    assert asked(claude) == []
    assert report["usage"]["calls"] == len(claude.requests)
    assert report["architecture"]["verdict"] == "insufficient_evidence"
    assert report["architecture"]["missing"] == [
        "it brings no new import, package or twin, and changes no public name that others use"
    ]


def test_a_budget_that_is_short_reads_the_change_and_says_that_nobody_weighed_it(
    shell: Shell, house: Repository
) -> None:
    house.commit({**LEGAL})
    with ScriptedClaude(
        lambda _: findings(), aside=weighing(opinion(weighed("layering", 4, evidence("E1"))))
    ) as claude:
        command = ["review", "--repo", str(house.path), "--base", "main", "--format", "json"]
        ended = shell.lintel(*command, out=None, ANTHROPIC_BASE_URL=claude.base_url, LINTEL_REVIEW_BUDGET_USD="0.95")
    report = json.loads(ended.out)
    assert (ended.code, report["conclusion"], asked(claude)) == (FINE, "success", [])
    assert report["architecture"]["missing"] == ["over the review budget of $0.95"]


def test_without_a_model_the_facts_stand_and_it_says_who_is_missing(shell: Shell, house: Repository) -> None:
    house.commit({**LEGAL})
    ended = shell.lintel("review", "--repo", str(house.path), "--base", "main", "--no-model", "--format", "json")
    fit = json.loads(ended.out)["architecture"]
    assert (fit["verdict"], fit["missing"]) == ("insufficient_evidence", ["no model is configured"])
    assert [edge["to"] for edge in fit["new_edges"]] == ["shop/core/tax.py"]


def judged(opinion_: Callable[..., dict[str, Any]]) -> Script:
    return seconded(lambda _: findings(), lambda told: opinion_(told, severity="medium"))


def test_what_the_change_goes_against_is_a_finding_once_a_second_reader_confirms_it(
    shell: Shell, house: Repository
) -> None:
    house.commit({**LEGAL})
    ended, report, claude = review(shell, house, against(), script=judged(confirm))
    (finding,) = report["findings"]
    assert (finding["path"], finding["line"], finding["severity"]) == ("shop/core/total.py", 1, "medium")
    assert (finding["category"], finding["source"], finding["blocking"]) == ("architecture", "model", False)
    assert finding["title"] == "This goes against the architecture: placement"
    assert "Tax belongs to the till." in finding["body"]
    assert (ended.code, report["architecture"]["verdict"]) == (FINE, "fits_with_concerns")
    assert any(asks_for_verdicts(seen.body) for seen in claude.requests)


def test_what_a_second_reader_refutes_is_not_shown(shell: Shell, house: Repository) -> None:
    house.commit({**LEGAL})
    ended, report, _ = review(shell, house, against(), script=judged(refute))
    assert (ended.code, report["findings"]) == (FINE, [])


def test_blame_that_rests_on_a_new_import_stands_on_its_line(shell: Shell, house: Repository) -> None:
    house.commit({**LEGAL})
    blame = opinion(weighed("dependency_direction", 0, evidence("E1"), note="Totals need no tax."))
    _, report, _ = review(shell, house, blame, script=judged(confirm))
    (finding,) = report["findings"]
    assert (finding["path"], finding["line"], finding["quote"]) == ("shop/core/total.py", 1, IMPORT)
    assert report["architecture"]["verdict"] == "conflicts"


def test_what_a_program_has_said_of_a_line_is_not_said_again(shell: Shell, house: Repository) -> None:
    house.commit({**ILLEGAL})
    blame = opinion(weighed("layering", 0, evidence("B1"), evidence("E1"), note="The core shows itself."))
    _, report, _ = review(shell, house, blame, script=judged(confirm))
    assert [finding["source"] for finding in report["findings"]] == ["architecture"]


def test_documents_and_declarations_of_the_base_are_cited_by_line_and_told_to_the_architect_alone(
    shell: Shell, house: Repository
) -> None:
    rule = "Totals must not know taxes."
    house.git("switch", "--quiet", "main")
    house.commit(
        {
            "docs/Architecture.md": f"# House\n\nIt has two layers.\n\n{rule}\n",
            "docs/decisions/0001-old.md": "# Old\n\nStatus: superseded\n\n- Never use numbers\n",
            ".importlinter": "[importlinter]\nroot_package = shop\n\n[importlinter:contract:one]\nname = Two layers\n"
            "type = layers\nlayers =\n    shop.web\n    shop.core\n",
        }
    )
    house.git("switch", "--quiet", "work")
    house.git("reset", "--quiet", "--hard", "main")
    house.commit({**LEGAL, "ARCHITECTURE.md": "- Everything must be allowed\n"})
    item = weighed("layering", 1, evidence("R-002", "shop/core/total.py", 1, IMPORT), note="It knows taxes.")
    _, report, claude = review(shell, house, opinion(item), script=judged(confirm))
    (body,) = asked(claude)
    rules = blocks_of(body)["RULES"].splitlines()
    assert [line.split(" | ")[:2] for line in rules] == [
        ["R-001", ".importlinter:4"],
        ["R-002", "docs/Architecture.md:5"],
    ]
    assert "import-linter" in rules[0]
    assert "layers" in rules[0]
    assert rule in rules[1]
    assert not [line for line in rules if "numbers" in line or "allowed" in line]
    (finding,) = report["findings"]
    assert finding["rule"] == "R-002 · docs/Architecture.md:5"
    assert rule in finding["body"]
    assert report["architecture"]["verdict"] == "conflicts"
    lenses = [seen.body for seen in claude.requests if lens_of(seen.body)]
    assert lenses
    assert not [one for one in lenses if rule in json.dumps(one)]


@pytest.mark.parametrize("words", EVIL_WORDS)
def test_nothing_hostile_in_an_answer_is_shown_as_it_came(shell: Shell, house: Repository, words: str) -> None:
    house.commit({**LEGAL})
    items = [
        weighed(
            name, 1, evidence(words, words, 10**18, words), evidence("E1", "../../etc/passwd", -1, words), note=words
        )
        for name in DIMENSIONS
    ]
    with ScriptedClaude(judged(confirm), aside=weighing(opinion(*items, *items))) as claude:
        shown = shell.lintel(
            "review", "--repo", str(house.path), "--base", "main", out=None, ANTHROPIC_BASE_URL=claude.base_url
        )
        told = shell.lintel(
            "review",
            "--repo",
            str(house.path),
            "--base",
            "main",
            "--format",
            "json",
            out=None,
            ANTHROPIC_BASE_URL=claude.base_url,
        )
    for item in json.loads(told.out)["architecture"]["dimensions"]:
        assert [one["fact"] for one in item["evidence"]] == ["E1"]
        assert item["evidence"][0]["path"] is None
    for said in (shown.out, told.out):
        assert "etc/passwd" not in said
        assert "\x1b[31m" not in said
        assert "\u202e" not in said
        assert FAKE_SECRETS[0] not in said


def test_what_is_told_keeps_to_its_size_however_large_the_change(shell: Shell, house: Repository) -> None:
    long = "a_name_of_some_length_" * 6
    house.git("switch", "--quiet", "main")
    rules = "".join(f"- Module {number} must never be used by module {number + 1}\n" for number in range(900))
    modules = {f"shop/core/{long}{n}.py": f"def use_{long}{n}(one, two):\n    return one\n" for n in range(120)}
    unlimited = f"{POLICY}budget: {{review_usd: 1000, pull_request_usd: 1000}}\n"
    house.commit(
        {
            ".github/lintel.yml": unlimited,
            "ARCHITECTURE.md": rules,
            "CLAUDE.md": rules.replace("Module", "Part"),
            **modules,
        }
    )
    house.git("switch", "--quiet", "work")
    house.git("reset", "--quiet", "--hard", "main")
    imports = "".join(f"from shop.core.{long}{n} import use_{long}{n}\n" for n in range(120))
    bodies = "".join(f"value_{n} = use_{long}{n % 120}({n}, 'ü{n:060}')\n" for n in range(900))
    changed = {f"shop/core/{long}{n}.py": f"def use_{long}{n}(three):\n    return three\n" for n in range(120)}
    house.commit({**changed, **{f"shop/web/p{n}.py": imports + bodies for n in range(4)}})
    with ScriptedClaude(lambda _: findings(), aside=weighing(opinion())) as claude:
        command = ["review", "--repo", str(house.path), "--base", "main", "--format", "json"]
        shell.lintel(*command, out=None, ANTHROPIC_BASE_URL=claude.base_url, LINTEL_REVIEW_BUDGET_USD="1000")
    (body,) = asked(claude)
    texts = [*(block["text"] for block in body["system"]), *prompt_texts(body)]
    size = sum(len(told.encode()) for told in texts) + len(json.dumps(body["output_config"]))
    assert 50_000 < size < 28_000 * 2.7
    told = blocks_of(body)
    sizes = {label: len(block.encode()) for label, block in told.items()}
    assert all(sizes[label] > least for label, least in (("FACTS", 15_000), ("CHANGE", 20_000), ("RULES", 6_000))), (
        sizes
    )
    assert "more facts of these kinds are not shown" in told["FACTS"]
    assert f"from shop.core.{long}0 import use_{long}0" in told["CHANGE"]
