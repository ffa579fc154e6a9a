"""What is written for people is true of the code: tables, paths, links, examples."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer.main

from app.cli.commands import cli
from app.commands.prose import PREFIX
from app.commands.table import commands, help_text
from app.core.change.coverage import Coverage, FileCoverage
from app.core.change.plan import LeftOut
from app.core.gate.acts import Acts, Overridden
from app.core.gate.policy import ModelUse, Policy, PolicyFault, read_policy
from app.core.gate.reverts import Reverted
from app.core.gate.sharing import Offer
from app.core.gate.verdict import NO_MODEL_REASON, Conclusion, GateFacts, Situation, decide
from app.core.people.approvals import Provenance
from app.core.people.markers import Mark, MarkKind
from app.core.report.words import title
from app.settings import Settings
from tests.architecture.house import ROOT, list_rooms, read_modules, walk_files, walk_names

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
REVIEWING = ROOT / "docs" / "reviewing.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "deploy" / "README.md", REVIEWING]
MAX_LINES = 250

# A tree of somebody's own machine, and the servers packages come from: neither belongs in a file of ours.
MACHINE = re.compile(
    r"(?<![\w.:/{}$-])/(?:work|builds|mnt|private|workspace|home/(?!lintel\b)\w+|root/\w+|tmp/\w+)/[\w./-]*\w"
)
REGISTRY = re.compile(
    r"https?://[^\s/]*(?:pypi|pythonhosted|npmjs|artifactory|nexus|registry)[^\s/]*/|--(?:extra-)?index-url\s+\S",
    re.IGNORECASE,
)
# Rules and examples of others, kept as they are.
VENDORED = (ROOT / "tests" / "data",)
VENDORED_NAMES = ("gitleaks.toml",)


def section(heading: str) -> str:
    """The text under a heading, up to the next one of its kind or above."""
    level, _, _ = heading.partition(" ")
    _, found, rest = TEXT.partition(f"\n{heading}\n")
    assert found, f"the README has no {heading!r}"
    return re.split(rf"\n#{{1,{len(level)}}} ", rest)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the table in `text`, its heading left out."""
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| --- ")]
    return [[cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[1:]]


def code(cell: str) -> str:
    """What stands between the first two backticks."""
    return cell.split("`")[1]


def test_the_readme_is_short() -> None:
    assert len(TEXT.splitlines()) < MAX_LINES


def settings_in_code() -> dict[str, object]:
    return {
        str(field.validation_alias or f"LINTEL_{name.upper()}"): field.default
        for name, field in Settings.model_fields.items()
    }


def test_the_settings_table_is_the_settings() -> None:
    table = {code(name): default for name, _, default in rows(section("## Settings"))}
    assert list(table) == list(settings_in_code())
    for name, default in settings_in_code().items():
        if default in (None, ()):
            assert table[name].startswith("none"), name
        else:
            assert code(table[name]) == str(default.value if isinstance(default, Enum) else default), name


@functools.cache
def read_names() -> set[str]:
    """Every dotted name in `app/`, and it without its first words: `policy.review.bots` gives `review.bots` too."""
    names = {name for module in read_modules() for name in walk_names(module.tree)}
    return names | {".".join(name.split(".")[start:]) for name in names for start in range(1, name.count("."))}


def test_a_setting_that_nobody_reads_is_said_to_have_no_effect() -> None:
    told = {code(name) for name, meaning, _ in rows(section("## Settings")) if "no effect yet" in meaning}
    read = {name for name in Settings.model_fields if read_names() & {f"settings.{name}", f"self.{name}"}}
    assert told == {
        setting for setting, name in zip(settings_in_code(), Settings.model_fields, strict=True) if name not in read
    }


def options() -> dict[str, set[str]]:
    """The options and arguments of each command of the console script; a group has those of all its commands."""
    group = typer.main.get_command(cli)
    assert isinstance(group, typer.core.TyperGroup)
    return {
        name: {"--help", *(option for parameter in parameters_of(command) for option in parameter.opts)}
        for name, command in group.commands.items()
    }


def parameters_of(command: Any) -> Iterator[Any]:
    """Those of a command, and where it is a group of commands, of all of them."""
    yield from command.params
    for below in command.commands.values() if isinstance(command, typer.core.TyperGroup) else ():
        yield from below.params


def test_the_commands_table_is_the_commands() -> None:
    shell, slash = section("## Commands").split("On a pull request")
    table = {code(name).split()[1]: " ".join(cells) for name, *cells in rows(shell)}
    names = {code(name).split()[1]: name for name, *_ in rows(shell)}
    assert set(table) == set(options())
    for name, known in options().items():
        told = set(re.findall(r"--[a-z-]+", names[name] + table[name]))
        assert told == {option for option in known if option.startswith("--")} - {"--help"}, name
    assert help_text() in slash
    assert [code(row[0]) for row in rows(slash)] == [f"{PREFIX} {row.usage}" for row in commands()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_line_that_is_shown_exists(page: Path) -> None:
    for name, rest in re.findall(r"\blintel ([a-z]+)\b([^`\n|]*)", page.read_text(encoding="utf-8")):
        if name not in options():
            continue
        for option in re.findall(r"(?<=\s)--[a-z-]+", rest):
            assert option in options()[name], f"lintel {name} {option}"


def test_the_rooms_of_the_house_are_those_of_the_code() -> None:
    assert sorted(code(room) for room, _ in rows(section("## The house").split("\n### ")[0])) == sorted(list_rooms())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_paths_and_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:app|tests|docs|deploy)/[\w./-]*|app\.yml|Makefile|requirements\.lock)`", text)
    missing = [path for path in named if not (ROOT / path).exists()]
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    missing += [link for link in links if not (page.parent / link).exists()]
    assert missing == []


def example() -> str:
    return section("## `lintel.yml`").partition("```yaml\n")[2].partition("```")[0]


def test_the_example_policy_is_valid_and_names_every_key() -> None:
    policy = read_policy(example())
    assert isinstance(policy, Policy), policy
    assert policy.model_fields_set == set(Policy.model_fields)
    for part in (policy.review, policy.analyzers, policy.architecture, policy.people, policy.budget):
        assert part.model_fields_set == set(type(part).model_fields)


def test_the_example_policy_shows_the_defaults() -> None:
    shown, defaults = read_policy(example()), Policy()
    assert isinstance(shown, Policy)
    without = shown.review.model_copy(update={"exclude": ()})
    assert shown.model_copy(update={"review": without}) == defaults


def test_a_key_that_nobody_reads_is_marked() -> None:
    marked = {line.split(":")[0].strip() for line in example().splitlines() if "# later" in line}
    unread = {key for key in Policy.model_fields if f"policy.{key}" not in read_names()} - {"version"}
    unread |= {key for key in type(Policy().review).model_fields if f"review.{key}" not in read_names()}
    assert unread <= marked


def facts_of(situation: Situation, policy: Policy) -> GateFacts:
    """Facts that bring about a situation."""
    unread = Coverage((FileCoverage("a.py", 3, 0),), (LeftOut("a.py", 3, NO_MODEL_REASON, excused=False),))
    mark = Mark("Claude", MarkKind.TRAILER, "a" * 40, "Co-authored-by: Claude <noreply@anthropic.com>")
    override = Overridden(login="octocat", role="maintain", reason="it must go out")
    optional = policy.with_model(ModelUse.OPTIONAL)
    brought_about: dict[Situation, GateFacts] = {
        Situation.SUPERSEDED: GateFacts(policy=policy, ended=situation),
        Situation.CLOSED: GateFacts(policy=policy, ended=situation),
        Situation.OVERRIDDEN: GateFacts(policy=policy, acts=Acts(overridden=override)),
        Situation.PAUSED: GateFacts(policy=policy, acts=Acts(paused_by="octocat")),
        Situation.REVERTED: GateFacts(policy=policy, reverted=Reverted(7, "0" * 40)),
        Situation.POLICY_FAULT: GateFacts(policy=PolicyFault("lintel.yml", 1, 1, "unknown key", mode=policy.mode)),
        Situation.ELSEWHERE: GateFacts(policy=policy, elsewhere={4: (1,)}),
        Situation.NOT_DONE: GateFacts(policy=policy, obstacle="It could not be fetched."),
        Situation.APPROVALS: GateFacts(policy=policy, provenance=Provenance(marks=(mark,), asked=2)),
        Situation.SHARED: GateFacts(policy=policy, offers=[Offer(number=4, base_ref="release", conclusion=None)]),
        Situation.UNREAD: GateFacts(policy=policy, coverage=unread),
        Situation.NO_MODEL: GateFacts(policy=optional, coverage=unread, model_configured=False),
    }
    return brought_about.get(situation, GateFacts(policy=policy))


def verdict_rows() -> Iterator[tuple[str, str, str]]:
    for _, name, gate, advisory in rows(section("## How a verdict comes about")):
        yield name, code(gate), code(advisory)


@pytest.mark.parametrize("situation", [item for item in Situation if item is not Situation.BLOCKING])
def test_the_table_of_verdicts_is_what_is_decided(situation: Situation) -> None:
    gate = decide(facts_of(situation, Policy.model_validate({"mode": "gate"})))
    advisory = decide(facts_of(situation, Policy.model_validate({"mode": "advisory"})))
    assert gate.situation is advisory.situation is situation
    assert (title(gate, 1), gate.conclusion, advisory.conclusion) in list(verdict_rows())


def test_the_table_of_verdicts_has_a_row_for_each_situation() -> None:
    assert len(list(verdict_rows())) == len(Situation)
    assert ("1 blocking finding", Conclusion.FAILURE, Conclusion.NEUTRAL) in list(verdict_rows())


def written_files() -> list[Path]:
    return [
        path
        for path in walk_files()
        if path.name not in VENDORED_NAMES and not any(path.is_relative_to(folder) for folder in VENDORED)
    ]


def test_no_file_knows_a_machine_or_a_registry() -> None:
    told = []
    for path in written_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        hits = [*MACHINE.finditer(text), *REGISTRY.finditer(text)]
        told += [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in hits]
    assert told == []


@pytest.mark.parametrize("line", ["cd /" + "work/main/app", "https://" + "pypi.example.org/simple", "/ho" + "me/ann/x"])
def test_the_rule_knows_a_machine_when_it_sees_one(line: str) -> None:
    assert MACHINE.search(line) or REGISTRY.search(line)


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs" / "pull-request.png").stat().st_size < 300_000
