"""`lintel architecture`: what a newcomer sees of a tree, of a change, and of what cannot be looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from app.hub.sample import read_sample
from tests.cli.command import Shell, everything_in
from tests.repo.world import Repository, make_repository

LAYERS = (
    "version: 1\narchitecture:\n  layers:\n    - {name: web, paths: [web/**]}\n    - {name: core, paths: [core/**]}\n"
)
BROKEN = {
    "core/stock.py": "from web.page import show\n",
    "web/page.py": "def show() -> None:\n    print()\n",
    ".github/lintel.yml": LAYERS,
}


@pytest.fixture(scope="module")
def parcel(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The bundled pull request as a repository: `main`, and `change`, which breaks a layer."""
    sample = read_sample()
    repository = make_repository(tmp_path_factory.mktemp("parcel"))
    repository.commit(dict(sample.base))
    repository.git("switch", "--quiet", "--create", "change")
    repository.commit(dict(sample.head))
    return repository


@pytest.fixture
def empty(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "empty")


def test_a_change_that_breaks_a_layer_is_told_from_the_weightiest_down(
    shell: Shell, parcel: Repository, check_golden: Callable[[str, str], None]
) -> None:
    before = everything_in(parcel.path)
    ended = shell.lintel("architecture", "--repo", parcel.path, "--base", "main")
    assert (ended.code, ended.err) == (1, "")
    check_golden("architecture-change.txt", ended.out)
    assert everything_in(parcel.path) == before


def test_a_tree_that_keeps_its_rules_is_fine(
    shell: Shell, parcel: Repository, check_golden: Callable[[str, str], None]
) -> None:
    ended = shell.lintel("architecture", "--repo", parcel.path, "--head", "main")
    assert (ended.code, ended.err) == (0, "")
    check_golden("architecture-tree.txt", ended.out)


def test_a_tree_that_breaks_its_rules_is_not(shell: Shell, parcel: Repository) -> None:
    ended = shell.lintel("architecture", "--repo", parcel.path)
    assert ended.code == 1
    assert "2 rules checked, broken in 1 place" in ended.out
    assert "parcel/labels.py:7  imports parcel/api.py: layers: shipping may not import requests" in ended.out


def test_a_change_is_judged_by_the_rules_of_its_base(shell: Shell, empty: Repository) -> None:
    empty.commit({**BROKEN, "core/stock.py": "x = 1\n"})
    empty.git("switch", "--quiet", "--create", "change")
    empty.commit({**BROKEN, ".github/lintel.yml": "version: 1\n"})
    ended = shell.lintel("architecture", "--repo", empty.path, "--base", "main")
    assert (ended.code, "layers: core may not import web" in ended.out) == (1, True)


def test_the_json_of_a_change_is_that_of_a_review(shell: Shell, parcel: Repository) -> None:
    ended = shell.lintel("architecture", "--repo", parcel.path, "--base", "main", "--format", "json")
    told = json.loads(ended.out)
    assert (ended.code, set(told), told["schema_version"]) == (1, {"schema_version", "architecture"}, 1)
    rule = "layers: shipping may not import requests"
    edges = [(edge["from"], edge["to"], edge["line"], edge["rule"]) for edge in told["architecture"]["new_edges"]]
    assert edges == [
        ("parcel/api.py", "parcel/carrier.py", 7, None),
        ("parcel/labels.py", "parcel/api.py", 7, rule),
    ]
    assert (told["architecture"]["rules_checked"], told["architecture"]["new_cycles"]) == (2, [])


def test_the_json_of_a_tree_is_the_whole_graph(shell: Shell, parcel: Repository) -> None:
    ended = shell.lintel("architecture", "--repo", parcel.path, "--head", "main", "--format", "json")
    told = json.loads(ended.out)
    assert ended.code == 0
    assert {"name": "parcel/api.py", "files": 1} in told["modules"]
    edge = {"from": "parcel/api.py", "to": "parcel/shipments.py", "path": "parcel/api.py", "line": 7, "when": "loading"}
    assert edge in told["edges"]
    assert told["imports"] == {"internal": 9, "external": 1, "unresolved": 0}
    assert (told["breaks"], told["cycles"], told["not_analysed"]) == ([], [], [])


@pytest.mark.parametrize("range_", [(), ("--base", "main")])
def test_pictures_are_nothing_but_pictures(shell: Shell, parcel: Repository, range_: tuple[str, ...]) -> None:
    mermaid = shell.lintel("architecture", "--repo", parcel.path, *range_, "--format", "mermaid")
    assert (mermaid.code, mermaid.out.splitlines()[0]) == (1, "flowchart TD")
    svg = shell.lintel("architecture", "--repo", parcel.path, *range_, "--format", "svg")
    assert svg.code == 1
    names = {"".join(text.itertext()) for text in ET.fromstring(svg.out).iter("{http://www.w3.org/2000/svg}text")}
    assert {"labels.py", "api.py", "shipping"} <= names


def test_the_report_goes_where_output_says(shell: Shell, parcel: Repository) -> None:
    place = shell.directory / "graph.svg"
    ended = shell.lintel("architecture", "--repo", parcel.path, "--format", "svg", "--output", place)
    assert (ended.code, ended.out, ended.err) == (1, "", "")
    assert place.read_text(encoding="utf-8").startswith("<svg ")
    refused = shell.lintel("architecture", "--repo", parcel.path, "--output", shell.directory / "no/such/place")
    assert (refused.code, "cannot be written" in refused.complaint) == (2, True)


def test_another_policy_can_be_tried(shell: Shell, parcel: Repository) -> None:
    policy = shell.directory / "other.yml"
    policy.write_text('architecture: {forbid: [{from: "web/src/list.ts", to: "web/src/api.ts", because: taste}]}\n')
    ended = shell.lintel("architecture", "--repo", parcel.path, "--policy", policy)
    assert ended.code == 1
    assert "web/src/list.ts:1  imports web/src/api.ts" in ended.out
    assert "(taste)" in ended.out
    assert "parcel/labels.py:7" not in ended.out


@pytest.mark.parametrize("text", ["architecture: {layers: 7}\n", "archtecture: {}\n", "a: [\n", "\0"])
def test_a_policy_that_cannot_be_used_is_refused_with_its_place(shell: Shell, empty: Repository, text: str) -> None:
    empty.commit({**BROKEN, ".github/lintel.yml": text})
    ended = shell.lintel("architecture", "--repo", empty.path)
    assert (ended.code, "the policy cannot be used" in ended.complaint) == (2, True)
    policy = shell.directory / "own.yml"
    policy.write_text(text, encoding="utf-8")
    ended = shell.lintel("architecture", "--repo", empty.path, "--policy", policy)
    assert (ended.code, "own.yml" in ended.complaint) == (2, True)


def test_layers_that_are_proposed_can_be_used_as_they_are(shell: Shell, empty: Repository) -> None:
    empty.write({f"app/{room}/{name}.py": "" for room in ("web", "flows", "core") for name in ("one", "two")})
    empty.commit(
        {
            "app/web/page.py": "from app.flows import run\n",
            "app/flows/run.py": "from app.core import model\n",
            "app/core/model.py": "",
        }
    )
    proposed = shell.lintel("architecture", "--repo", empty.path, "--propose")
    assert (proposed.code, proposed.err) == (0, "")
    names = [layer["name"] for layer in yaml.safe_load(proposed.out)["architecture"]["layers"]]
    assert names == ["web", "flows", "core"]
    policy = shell.directory / "proposed.yml"
    policy.write_text(proposed.out, encoding="utf-8")
    kept = shell.lintel("architecture", "--repo", empty.path, "--policy", policy)
    assert (kept.code, "layers web → flows → core; 2 rules checked, broken in 0 places" in kept.out) == (0, True)


@pytest.mark.parametrize(("form", "has"), [("text", "no source file"), ("mermaid", "flowchart TD"), ("svg", "0 nodes")])
def test_a_repository_without_source_files_has_no_graph_and_no_fault(
    shell: Shell, empty: Repository, form: str, has: str
) -> None:
    empty.commit({"README.md": "Words.\n"})
    ended = shell.lintel("architecture", "--repo", empty.path, "--format", form)
    assert (ended.code, ended.err) == (0, "")
    assert has in ended.out
    assert "No layers are proposed" in shell.lintel("architecture", "--repo", empty.path, "--propose").out


def test_a_file_that_cannot_be_read_is_named(shell: Shell, empty: Repository) -> None:
    empty.commit({"big.py": "x = 1\n" * 400_000, "small.py": "import big\n"})
    ended = shell.lintel("architecture", "--repo", empty.path)
    assert ended.code == 0
    assert "Not analysed\n  big.py: the file is too large" in ended.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--base", "nowhere"], "'nowhere' names no commit here"),
        (["--head", "nowhere"], "'nowhere' names no commit here"),
        (["--head", "--output=pwned"], "'--output=pwned' names no commit here"),
        (["--base", "change"], "nothing differs from change: name another --base or --head"),
        (["--policy", "gone.yml"], "gone.yml cannot be read"),
        (["--propose", "--base", "main"], "leave out --base"),
        (["--propose", "--format", "json"], "leave out --format"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    shell: Shell, parcel: Repository, arguments: list[str], complaint: str
) -> None:
    ended = shell.lintel("architecture", "--repo", parcel.path, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert complaint in ended.complaint


def test_where_there_is_no_repository_or_no_commit_it_is_said(shell: Shell, empty: Repository, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    nowhere = shell.lintel("architecture", "--repo", tmp_path / "bare")
    assert (nowhere.code, "is in no git repository" in nowhere.complaint) == (2, True)
    unborn = shell.lintel("architecture", "--repo", empty.path)
    assert (unborn.code, "HEAD has no commit yet" in unborn.complaint) == (2, True)
