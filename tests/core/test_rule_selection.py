"""A chunk is held to the rules about its files, the narrowest first, and no question has more than twenty."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.rules.rule import Rule, Scope
from app.core.rules.selection import MAX_FOUND, PER_QUESTION, choose
from tests.core.written import a_rule

DIRECTORIES = ("", "a", "a/b", "c")
PATTERNS = ((), ("**",), ("*.py",), ("a/**/*.py", "b/*.ts"), ("x/y/z.py",))
scopes = st.builds(Scope, st.sampled_from(DIRECTORIES), st.sampled_from(PATTERNS))
books = st.lists(st.tuples(scopes, st.booleans()), max_size=150).map(
    lambda found: [a_rule(number, scope=scope, declared=own) for number, (scope, own) in enumerate(found, start=1)]
)
paths = st.lists(st.sampled_from(["x.py", "a/x.py", "a/b/b/y.ts", "c/x/y/z.py", "d"]), min_size=1, max_size=3)


@given(books, paths)
def test_every_rule_about_one_of_the_files_is_asked_about_once_or_named_and_no_other(
    book: list[Rule], names: list[str]
) -> None:
    chosen = choose(book, names)
    asked = [rule for batch in chosen.batches for rule in batch]
    meant = {rule.id for rule in book if any(rule.scope.covers(name) for name in names)}
    assert tuple(asked) == chosen.rules
    assert len(asked) + len(chosen.passed_over) == len(meant)
    assert {rule.id for rule in (*asked, *chosen.passed_over)} == meant
    assert all(len(batch) <= PER_QUESTION for batch in chosen.batches)
    assert len({len(batch) // 2 for batch in chosen.batches}) <= 2


@given(books, paths)
def test_what_the_policy_declares_is_never_passed_over_and_the_narrowest_stand_first(
    book: list[Rule], names: list[str]
) -> None:
    chosen = choose(list(reversed(book)), names)
    assert chosen == choose(book, names)
    assert not any(rule.declared for rule in chosen.passed_over)
    assert sum(not rule.declared for rule in chosen.rules) <= MAX_FOUND
    depths = [rule.scope.narrowness[0] for rule in chosen.rules]
    assert depths == sorted(depths, reverse=True)


def test_a_rule_of_a_directory_stands_before_one_of_all_files_whatever_their_numbers() -> None:
    book = [a_rule(1), a_rule(2, scope=Scope("", ("*.py",))), a_rule(3, scope=Scope("", ("app/api/*.py",)))]
    assert [rule.id for rule in choose(book, ["x.py", "app/api/x.py"]).rules] == ["R-003", "R-002", "R-001"]


def test_twenty_one_rules_are_two_questions_of_about_ten() -> None:
    book = [a_rule(number) for number in range(1, 22)]
    assert [len(batch) for batch in choose(book, ["x"]).batches] == [10, 11]
    assert choose(book, []).batches == choose([], ["x"]).batches == ()
