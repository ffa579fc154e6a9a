"""Guidance as repositories have it becomes numbered rules, and what is no rule does not."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gate.policy import Policy, read_policy
from app.core.rules.compiling import MAX_RULES, compile_rules
from app.core.rules.guidance import find_guidance
from app.core.rules.rule import Scope, Unread
from tests.core.written import CLAUDE, CURSOR, DECISION, compiled

TENANT = (("app/api/**",), "Every handler checks the caller's tenant.")


def test_items_of_lists_and_demands_are_rules_and_examples_notes_and_tables_are_not() -> None:
    rules = compiled({"CLAUDE.md": CLAUDE}).rules
    assert [(rule.line, rule.text) for rule in rules] == [
        (12, "Use 2 spaces for indentation"),
        (13, "Tests live next to the code they test"),
        (14, "No default exports. They make renames harder."),
        (16, "Every handler checks the caller's tenant"),
        (25, "The web layer must never import from `db`."),
        (25, "Always go through `services/`, e.g. `services.orders`."),
        (26, "Handlers should stay thin."),
        (30, "log card numbers"),
        (31, "trust client input"),
    ]


def test_headings_and_the_line_that_leads_in_a_list_are_the_context_of_a_rule() -> None:
    rules = {rule.text: rule.heading for rule in compiled({"CLAUDE.md": CLAUDE}).rules}
    assert rules["Handlers should stay thin."] == "CLAUDE.md › Architecture"
    assert rules["log card numbers"] == "CLAUDE.md › Architecture › Never do the following:"


def test_rules_of_the_policy_come_first_and_numbers_follow_the_files_from_the_root_down() -> None:
    book = compiled({"pkg/AGENTS.md": "- Use tabs for all of it", "CLAUDE.md": "- Use spaces for all of it"}, TENANT)
    assert [(rule.id, str(rule.scope), rule.name) for rule in book.rules] == [
        ("R-001", "app/api/**", "R-001 · .github/lintel.yml"),
        ("R-002", "**", "R-002 · CLAUDE.md:1"),
        ("R-003", "pkg/**", "R-003 · pkg/AGENTS.md:1"),
    ]


POLICY = """\
version: 1
review:
  rules:
    - paths: ['a/**']
      text: Never do that.
    - {paths: [], text: Always do it.}
"""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (POLICY, [5, 6]),
        (f"# Ours\n{POLICY}", [6, 7]),
        (POLICY.replace("Never", "Do not"), [None, None]),
        ("", [None] * 2),
    ],
)
def test_rules_of_the_policy_have_the_lines_of_the_file_they_were_read_from(text: str, lines: list[int | None]) -> None:
    policy = read_policy(POLICY)
    assert isinstance(policy, Policy)
    rules = compile_rules(policy.review.rules, [], policy_text=text).rules
    assert [rule.line for rule in rules] == lines
    assert [str(rule.scope) for rule in rules] == ["a/**", "**"]


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("CLAUDE.md", "**"),
        (".claude/CLAUDE.md", "**"),
        (".github/AGENTS.md", "**"),
        ("a/b/AGENTS.md", "a/b/**"),
        (".cursor/rules/api.mdc", "src/api/**/*.ts, **/*.{tsx,jsx}"),
        ("web/.cursor/rules/deep/api.mdc", "web/src/api/**/*.ts, web/**/*.{tsx,jsx}"),
        (".github/copilot-instructions.md", "**"),
        (".github/instructions/ts/x.instructions.md", "**"),
        ("CONTRIBUTING.md", "**"),
        ("docs/adr/0001-x.md", "**"),
        ("guides/style.md", "**"),
    ],
)
def test_each_kind_of_guidance_is_found_by_its_name_and_is_about_its_own_files(path: str, scope: str) -> None:
    (rule,) = compiled({path: CURSOR}, guidance=("guides/*.md",)).rules
    assert str(rule.scope) == scope


@pytest.mark.parametrize(
    "path", ["docs/CLAUDE.md.bak", "claude.md", "x.mdc", "docs/adr/old/1.md", "README.md", "a/b.md"]
)
def test_other_files_are_no_guidance(path: str) -> None:
    assert find_guidance([path], ["guides/*.md"]) == []


@pytest.mark.parametrize(
    ("front", "scope"),
    [
        ('applyTo: "**/*.py,web/*.ts"', "**/*.py, web/*.ts"),
        ("applyTo: '**'", "**"),
        ("applyTo: [a/*.py, b/]", "a/*.py, b/**"),
        ("applyTo:\n  - a/*.py\n  - /b/*.py", "a/*.py, b/*.py"),
        ("applyTo: '[a'", "**"),
        ("description: none", "**"),
    ],
)
def test_instructions_say_what_they_apply_to_and_what_cannot_be_read_applies_to_all(front: str, scope: str) -> None:
    (rule,) = compiled({".github/instructions/x.instructions.md": f"---\n{front}\n---\n- Use one space here"}).rules
    assert str(rule.scope) == scope
    assert rule.line == front.count("\n") + 4


@pytest.mark.parametrize("status", ["Accepted", "Accepted, supersedes nothing", ""])
def test_of_a_decision_that_stands_what_was_decided_is_the_rule(status: str) -> None:
    rules = compiled({"docs/adr/003.md": DECISION.format(status=status)}).rules
    assert [rule.text for rule in rules] == ["We will use PostgreSQL for all state.", "SQLite is not allowed."]


@pytest.mark.parametrize("status", ["Superseded by 7", "Proposed", "rejected", "[Deprecated](7.md)"])
def test_a_decision_that_does_not_stand_binds_nobody(status: str) -> None:
    assert compiled({"docs/adr/003.md": DECISION.format(status=status)}).rules == ()
    madr = f"---\nstatus: {status}\n---\n# X\n\n## Decision Outcome\n\nWe will use X for this.\n"
    assert compiled({"docs/adr/004.md": madr}).rules == ()


@pytest.mark.parametrize(
    "prose",
    [
        "Welcome! We are happy that you are here.",
        "- Node 20\n- npm 10",
        "## Rules\n\n- short one",
        f"## Rules\n\n- Never {'ever ' * 100}",
        "## Licence\n\nYou must keep this notice in all copies.",
        "Must it always be so?",
        "    You must never indent\n",
        "<p>You must never write HTML.</p>",
        "- See [the rules](rules.md) that must be kept",
        "# Contribution guidelines\n\n1. Fork this repository\n2. The tests run by themselves here",
        "## Adding new rules\n\n- The file has a list of all of them",
        "## Releasing\n\n- Update the version in all files",
        "You can always use a debugger. If you want to, you should.",
        "- A long item that speaks of the rules and of what all of them have in common\n  - the part that is below it",
    ],
)
def test_prose_code_and_what_is_too_short_or_long_is_no_rule(prose: str) -> None:
    assert compiled({"CONTRIBUTING.md": prose}).rules == ()


@pytest.mark.parametrize(
    ("prose", "rule"),
    [
        ("Never log:\n\n- the numbers of cards", "the numbers of cards"),
        ("## Do not\n\n- swallow errors in handlers", "swallow errors in handlers"),
        ("> [!IMPORTANT]\n> Keys must be rotated.", "Keys must be rotated."),
        ("* [x] Files have tests beside them, always", "Files have tests beside them, always"),
        ("1. a\n   - Use `x` and nothing else", "Use `x` and nothing else"),
        ("Please don’t use globals.", "Please don’t use globals."),
        ("- Please use locals here", "Please use locals here"),
    ],
)
def test_a_demand_is_found_however_it_is_set(prose: str, rule: str) -> None:
    assert [one.text for one in compiled({"CLAUDE.md": prose}).rules] == [rule]


def test_equal_rules_about_the_same_files_are_one_and_about_others_are_two() -> None:
    book = compiled(dict.fromkeys(("AGENTS.md", "CLAUDE.md", "a/CLAUDE.md"), "- Use tabs for indentation."))
    assert [rule.place for rule in book.rules] == ["AGENTS.md:1", "a/CLAUDE.md:1"]


def test_rules_hold_no_secret_and_nothing_unseen_and_stand_on_one_line() -> None:
    token = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"
    (rule,) = compiled({"CLAUDE.md": f"- Never log\n  {token}\u202e in any file"}).rules
    assert token not in rule.text
    assert "‹secret:" in rule.text
    assert "‹U+202E›" in rule.text
    assert "\n" not in rule.text


def test_the_names_of_files_that_were_not_read_hold_nothing_unseen_either() -> None:
    book = compile_rules((), (), [Unread("a\u202e\n/CLAUDE.md", "why")])
    assert book.unread == (Unread("a‹U+202E› /CLAUDE.md", "why"),)


def test_more_rules_than_anybody_can_answer_are_cut_by_name() -> None:
    many = "\n".join(f"- Never use feature {number}" for number in range(MAX_RULES + 5))
    book = compiled({"AGENTS.md": many, "a/AGENTS.md": "- Use tabs for this"}, TENANT)
    assert len(book.rules) == MAX_RULES + 1
    assert [one.path for one in book.unread] == ["AGENTS.md", "a/AGENTS.md"]


def test_a_scope_covers_what_stands_below_its_directory_and_fits_a_pattern() -> None:
    scope = Scope("web [x]", ("*.ts",))
    assert scope.covers("web [x]/a.ts")
    assert not any(map(scope.covers, ("a.ts", "web [x]/b/a.ts", "web x/a.ts", "web [x]/a.py", "web [x]")))


words = st.lists(st.sampled_from(["never", "use", "the", "cache", "Always", "check", "`x`", "tenant"]), min_size=3)
lines = st.builds(lambda mark, body: mark + " ".join(body) + ".", st.sampled_from(["- ", "", "## ", "  - "]), words)
trees = st.dictionaries(
    st.sampled_from(["CLAUDE.md", "AGENTS.md", "a/CLAUDE.md", "b/c/AGENTS.md", "docs/adr/1.md", ".cursor/rules/x.mdc"]),
    st.lists(lines, max_size=8).map("\n\n".join) | st.text(max_size=200),
)


@given(trees, st.randoms(use_true_random=False))
def test_numbers_are_unique_and_do_not_depend_on_the_order_of_the_files(files: dict[str, str], chance: Random) -> None:
    shuffled = list(files.items())
    chance.shuffle(shuffled)
    book = compiled(files, TENANT)
    assert compiled(dict(shuffled), TENANT) == book
    assert len({rule.id for rule in book.rules}) == len(book.rules)
    for rule in book.rules[1:]:
        assert rule.line is not None
        assert 1 <= rule.line <= files[rule.path].count("\n") + files[rule.path].count("\r") + 1


@given(trees)
def test_a_new_file_further_down_changes_no_number(files: dict[str, str]) -> None:
    before = compiled(files, TENANT).rules
    after = compiled({**files, "z/y/x/w/CLAUDE.md": "- Never do that again here"}, TENANT).rules
    assert after[: len(before)] == before
