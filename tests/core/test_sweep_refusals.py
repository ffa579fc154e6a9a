"""What looks like one edit in many places and is not: each place is shown, so that nothing hides among the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from app.core.change.annotate import annotate, parse_annotated
from app.core.change.chunking import plan_review
from app.core.change.diff import FilePatch
from app.core.change.plan import Plan
from app.core.change.sweep.spacing import find_spaced, may_hold_long_literal
from app.core.change.tokens import estimate
from tests.core.changes import change, change_file

GAP = [f"    step_{number}()" for number in range(8)]
ODD = "src/d2/odd"


def listed(plan: Plan) -> set[str]:
    return {site.file.path for chunk in plan.chunks for sweep in chunk.sweeps for site in sweep.sites}


def shown(plan: Plan) -> set[str]:
    return {part.file.path for chunk in plan.chunks for part in chunk.files}


def make(ending: str, old: Callable[[int], list[str]], new: Callable[[int], list[str]]) -> list[FilePatch]:
    return [change_file(f"src/d{n % 5}/f{n}{ending}", old(n), new(n)) for n in range(40)]


def two_uses(first: str, second: str) -> Callable[[int], list[str]]:
    return lambda number: [f"head_{number}()", f"one = {first}(key)", *GAP, f"two = {second}(key)", "end()"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(("source", "target"), ("target", "source"), id="names that change places"),
        pytest.param(("alpha", "beta"), ("common", "common"), id="two names that become one"),
        pytest.param(("alpha", "alpha"), ("beta", "gamma"), id="a name that becomes two"),
        pytest.param(("alpha", "beta"), ("beta", "gamma"), id="names that follow each other"),
    ],
)
def test_renames_that_cross_each_other_in_hunks_of_their_own_are_no_sweeps(
    old: tuple[str, str], new: tuple[str, str]
) -> None:
    assert listed(plan_review(change(*make(".py", two_uses(*old), two_uses(*new))))) == set()


@pytest.mark.parametrize("beside", ["from elsewhere import fetch_user", "fetch_user = None", "keep = load_user"])
def test_where_another_hunk_of_the_file_has_a_name_of_the_rename_its_places_are_shown(beside: str) -> None:
    files = make(".py", lambda n: [*GAP, f"x{n} = load_user()"], lambda n: [*GAP, f"x{n} = fetch_user()"])
    odd = change_file(f"{ODD}.py", [*GAP, "x = load_user()"], [beside, *GAP, "x = fetch_user()"])
    plan = plan_review(change(*files, odd))
    assert len(listed(plan)) > 30
    assert odd.path not in listed(plan)
    assert odd.path in shown(plan)


def test_a_line_that_is_moved_past_others_is_no_sweep() -> None:
    def old(number: int) -> list[str]:
        return [f"def f_{number}(user):", "    check(user)", "    begin()", "    run(user)", "    end()"]

    def new(number: int) -> list[str]:
        lines = old(number)
        return [lines[0], *lines[2:4], lines[1], lines[4]]

    assert listed(plan_review(change(*make(".py", old, new)))) == set()


def in_the_middle_of(opening: str, line: str, closing: str) -> list[str]:
    return [opening, *GAP, line, *GAP, closing]


@pytest.mark.parametrize("ending", [".java", ".ts", ".go", ".rs", ".kt", ".cs", ".dart", ".cpp", ".c", ".h"])
def test_white_space_in_the_middle_of_a_long_literal_is_shown(ending: str) -> None:
    files = make(
        ending,
        lambda n: [f"void a{n}(){{", "  call( a,b );", "}"],
        lambda n: [f"void a{n}() {{", "  call(a, b);", "}"],
    )
    odd = change_file(
        f"{ODD}{ending}",
        in_the_middle_of('run("""', "rm -r $SCRATCH*", '""");'),
        in_the_middle_of('run("""', "rm -r $SCRATCH *", '""");'),
    )
    plan = plan_review(change(*files, odd), plain={file.path for file in files})
    assert odd.path in shown(plan) - listed(plan)


@pytest.mark.parametrize(
    ("ending", "before", "after"),
    [
        (".mk", "PREFIX = /usr", "PREFIX = /usr "),
        (".mk", "PREFIX = /usr ", "PREFIX = /usr"),
        (".rb", "EOS", "EOS "),
        (".php", "EOS ", "EOS"),
        (".properties", "root=/srv ", "root=/srv"),
        (".md", "a line  ", "a line"),
        (".py", "x = 1", "x = 1 "),
    ],
)
def test_white_space_at_the_end_of_a_line_is_shown_where_it_can_mean_something(
    ending: str, before: str, after: str
) -> None:
    files = make(ending, lambda n: [f"a{n}  ", *GAP], lambda n: [f"a{n}", *GAP])
    odd = change_file(f"{ODD}{ending}", [*GAP, before, *GAP], [*GAP, after, *GAP])
    plan = plan_review(change(*files, odd))
    assert odd.path in shown(plan) - listed(plan)


def test_white_space_taken_from_the_ends_of_lines_is_one_edit_in_languages_that_do_not_look_at_it() -> None:
    files = make(".py", lambda n: [f"a{n} = 1  ", *GAP], lambda n: [f"a{n} = 1", *GAP])
    assert len(listed(plan_review(change(*files)))) > 30


@pytest.mark.parametrize(("before", "after"), [("EOS", "EOS\r"), ("EOS\r", "EOS"), ("run \\", "run \\\r")])
def test_one_line_that_comes_to_end_otherwise_than_those_around_it_is_shown(before: str, after: str) -> None:
    def lines(end: str) -> Callable[[int], list[str]]:
        return lambda number: [f"line {number} {row}{end}" for row in range(9)]

    def around(line: str, other: str) -> Sequence[str]:
        end = "" if "\r" in other else "\r"
        return [*(f"{step}{end}" for step in GAP), line, *(f"{step}{end}" for step in GAP)]

    ends = ("", "\r") if "\r" in after else ("\r", "")
    odd = change_file(f"{ODD}.rb", around(before, after), around(after, after))
    plan = plan_review(change(*make(".rb", lines(ends[0]), lines(ends[1])), odd))
    assert len(listed(plan)) > 30
    assert odd.path in shown(plan) - listed(plan)


def test_a_listed_file_that_was_renamed_is_listed_with_its_old_name() -> None:
    files = make(".py", lambda n: [*GAP, f"x{n} = load_user()"], lambda n: [*GAP, f"x{n} = fetch_user()"])
    files += [
        change_file(f"new/f{n}.py", [*GAP, "x = load_user()"], [*GAP, "x = fetch_user()"], old_path=f"old/g{n}\n{n}.py")
        for n in range(12)
    ]
    plan = plan_review(change(*files))
    text = "".join(map(annotate, plan.chunks))
    renamed = [path for path in listed(plan) if path.startswith("new/")]
    assert renamed
    assert all(f"* {path} (was old/g" in text for path in renamed)
    assert all(chunk.tokens == estimate(annotate(chunk)) for chunk in plan.chunks)
    assert {line.path for line in parse_annotated(text)} == shown(plan)


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ('String s = """\n  rm\n  """;\n', True),
        ("const s = `a\nb`;\n", True),
        ('char *s = R"(a\nb)";\n', True),
        ('var s = @$"a\nb";\n', True),
        ("var s = '''a\nb''';\n", True),
        ('char *s = "a \\\n b";\n', True),
        ('char *s = "a";\nint c = 1 / 2;\n', False),
    ],
)
def test_a_literal_of_several_lines_is_told_by_how_it_begins(text: str, *, may: bool) -> None:
    assert may_hold_long_literal(text) is may


def test_files_are_asked_about_only_where_white_space_alone_changes() -> None:
    spaced = change_file("a.java", ["call( a );"], ["call(a);"])
    others = [change_file("b.java", ["call(a);"], ["call(b);"]), change_file("c.py", ["call( a )"], ["call(a)"])]
    assert find_spaced([spaced, *others]) == ["a.java"]
