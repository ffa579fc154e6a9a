"""One edit in many places is reviewed once, and whatever is not that edit is shown in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from app.core.change.annotate import annotate, parse_annotated
from app.core.change.chunking import plan_review
from app.core.change.coverage import account
from app.core.change.diff import FilePatch, FileStatus, Hunk
from app.core.change.plan import Plan, Sweep
from tests.core.changes import change, change_file

Body = Callable[[int], Sequence[str]]


def module(number: int) -> list[str]:
    """A file that calls `load_user` in one of three ways."""
    uses = ["    user = load_user(request)", "    return load_user(request, cache)", "    print(load_user(request))"]
    return [f"import os_{number}", "", f"def handle_{number}(request, cache):", uses[number % 3], "", "    done()", ""]


def path_of(number: int) -> str:
    return f"src/part{number % 7}/module_{number:03}.py"


def renamed(lines: Sequence[str], old: str = "load_user", new: str = "fetch_user") -> list[str]:
    return [line.replace(old, new) for line in lines]


def sweep_files(
    count: int = 30, body: Body = module, edit: Callable[[Sequence[str]], list[str]] = renamed
) -> list[FilePatch]:
    return [change_file(path_of(number), body(number), edit(body(number))) for number in range(count)]


def listed(plan: Plan) -> list[str]:
    return [site.file.path for chunk in plan.chunks for sweep in chunk.sweeps for site in sweep.sites]


def shown(plan: Plan) -> list[str]:
    return [part.file.path for chunk in plan.chunks for part in chunk.files]


def sweeps_of(plan: Plan) -> list[Sweep]:
    return [sweep for chunk in plan.chunks for sweep in chunk.sweeps]


def test_a_rename_in_three_hundred_files_is_shown_by_examples_and_listed() -> None:
    files = sweep_files(300)
    plan = plan_review(change(*files))
    [sweep] = sweeps_of(plan)
    assert sweep.edit == "`load_user` becomes `fetch_user`"
    assert len(plan.chunks) == 1
    assert 3 <= len(sweep.examples) <= 8
    assert sorted(listed(plan) + shown(plan)) == sorted(file.path for file in files)
    coverage = account(plan, {})
    assert coverage.complete
    assert coverage.reviewed_lines == coverage.changed_lines == 600


def test_examples_come_from_different_surroundings_and_directories() -> None:
    [sweep] = sweeps_of(plan_review(change(*sweep_files(300))))
    lines = {line.text.strip() for part in sweep.examples for line in part.hunks[0].lines if line.changed}
    assert {"user = fetch_user(request)", "return fetch_user(request, cache)", "print(fetch_user(request))"} <= lines
    assert len({part.file.path.rsplit("/", 1)[0] for part in sweep.examples}) >= 3


def test_the_list_stands_below_the_files_and_points_at_its_example() -> None:
    plan = plan_review(change(*sweep_files(20)))
    text = annotate(plan.chunks[0])
    head = sweeps_of(plan)[0].examples[0]
    assert f"=== SAME EDIT AS AT {head.file.path} R4: `load_user` becomes `fetch_user` ===\n* src/part" in text
    rows = text.partition("=== SAME EDIT")[2].splitlines()[1:]
    assert [row.removeprefix("* ").removesuffix(": R4") for row in rows] == listed(plan)
    assert {line.path for line in parse_annotated(text)} == set(shown(plan))


def deviate(line: str) -> list[str]:
    """The new line in forms that are not the rename, or not the rename alone."""
    return [
        line.replace("fetch_user", "fetch_users"),
        line.replace("request", "None"),
        line.replace("(request", "(request.parent"),
        line.replace("(", " ("),
        line + " ",
        line + "  # noqa",
        line.replace("fetch_user", "load_user") + ";",
        line.replace("fetch_user", "fetch\u200b_user"),
        line.replace("fetch_user", "fеtch_user"),
        line.replace("request", "'request'"),
        "    " + line,
        line.replace("fetch_user", "Fetch_user"),
        line.replace("fetch_user(", "fetch_user or admin("),
    ]


@pytest.mark.parametrize("form", range(13))
@pytest.mark.parametrize("at", [0, 7, 151, 299])
def test_another_edit_planted_among_three_hundred_is_always_shown(form: int, at: int) -> None:
    files = sweep_files(300)
    old, new = module(at), renamed(module(at))
    new[3] = deviate(new[3])[form]
    files[at] = change_file(path_of(at), old, new)
    plan = plan_review(change(*files))
    assert len(listed(plan)) > 280
    assert path_of(at) not in listed(plan)
    assert new[3] in {line.text for line in parse_annotated(annotate(plan.chunks[0])) if line.path == path_of(at)}


@pytest.mark.parametrize(
    "more",
    [
        ["    evil()"],
        ["    load_user(request)"],
        ["    fetch_user(x)"],
        ["    grant(admin)", "    return"],
    ],
)
def test_a_line_added_beside_the_edit_is_shown(more: list[str]) -> None:
    files = sweep_files(300)
    new = renamed(module(42))
    files[42] = change_file(path_of(42), module(42), [*new[:4], *more, *new[4:]])
    plan = plan_review(change(*files))
    assert path_of(42) in shown(plan)
    assert path_of(42) not in listed(plan)
    assert more[0] in {line.text for line in parse_annotated(annotate(plan.chunks[0])) if line.path == path_of(42)}


def test_a_place_where_the_rename_stops_short_or_meets_its_own_name_is_shown() -> None:
    def short(number: int) -> list[str]:
        extra = {5: "    keep = load_user", 6: "    fetch_user = None"}.get(number, "    pass_on()")
        return [*module(number)[:5], extra, *module(number)[5:]]

    files = sweep_files(40, short, lambda lines: [*renamed(lines[:5]), *lines[5:]])
    plan = plan_review(change(*files))
    assert len(listed(plan)) > 25
    assert not {path_of(5), path_of(6)} & set(listed(plan))


def test_places_where_a_rename_stops_short_are_not_listed_as_repetitions_either() -> None:
    def short(number: int) -> list[str]:
        return ["start()", "    user = load_user(request)", "    keep = load_user", f"end_{number}()"]

    plan = plan_review(change(*sweep_files(60, short, lambda lines: [*renamed(lines[:2]), *lines[2:]])))
    assert listed(plan) == []


def test_a_place_whose_surroundings_are_unlike_all_others_is_shown() -> None:
    def odd(number: int) -> list[str]:
        lines = module(number)
        return [*lines[:3], "    if not load_user:", *lines[4:]] if number == 11 else lines

    plan = plan_review(change(*sweep_files(60, odd)))
    assert len(listed(plan)) > 40
    assert path_of(11) in shown(plan)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("is_ok = true", "is_ok = false"),
        ("total = min(a, b)", "total = max(a, b)"),
        ("x = a and b", "x = a or b"),
        ("public run()", "private run()"),
        ("name = 'admin'", "name = 'guest'"),
        ("a.limit = 10", "a.limit = 99"),
        ("a.go(i, key)", "a.go(j, key)"),
        ("return False", "return True"),
        ("if ready:", "if started:"),
        ("a < b", "a > b"),
    ],
)
def test_words_and_values_that_decide_are_no_sweep_unless_the_whole_line_is_the_same(old: str, new: str) -> None:
    def body(number: int) -> list[str]:
        return [f"head_{number}", old.replace("a", f"a{number}", 1) if "if " not in old else old, "tail"]

    def edited(lines: Sequence[str]) -> list[str]:
        number = lines[0].removeprefix("head_")
        return [lines[0], new.replace("a", f"a{number}", 1) if "if " not in old else new, lines[2]]

    plan = plan_review(change(*sweep_files(40, body, edited)))
    names = {"if started:"}
    assert bool(listed(plan)) is (new in names)


def test_two_names_that_change_places_are_read_hunk_by_hunk() -> None:
    def swap(lines: Sequence[str]) -> list[str]:
        return [line.replace("source, target", "target, source") for line in lines]

    plan = plan_review(change(*sweep_files(40, lambda n: [f"a{n}", f"copy_{n}(source, target)", "b"], swap)))
    assert listed(plan) == []


def test_names_that_go_together_are_one_edit() -> None:
    def body(number: int) -> list[str]:
        uses = ["user = UserStore()", "store = user_store", "user_store = UserStore(number)"]
        return [f"import_{number}()", "", "", "", uses[number % 3], "", "", ""]

    def edit(lines: Sequence[str]) -> list[str]:
        return renamed(renamed(lines, "UserStore", "AccountStore"), "user_store", "account_store")

    plan = plan_review(change(*sweep_files(60, body, edit)))
    assert {sweep.edit for sweep in sweeps_of(plan)} == {
        "`UserStore` becomes `AccountStore`, `user_store` becomes `account_store`"
    }
    assert len(listed(plan)) > 40


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("from app.core.identity import find", "from app.core.findings.identity import find",
         "`app.core.identity` becomes `app.core.findings.identity`"),
        ("import { find } from '../core/identity';", "import { find } from '../kernel/identity';",
         "`core` becomes `kernel`"),
        ("use crate::store::old_name;", "use crate::store::new_name;", "`old_name` becomes `new_name`"),
        ('const { find } = require("./old-name")', 'const { find } = require("./new-name")', "`old` becomes `new`"),
        ("use App\\Old\\Thing;", "use App\\Fresh\\Thing;", "`Old` becomes `Fresh`"),
    ],
)  # fmt: skip
def test_a_moved_import_is_a_rename(old: str, new: str, words: str) -> None:
    if words == "`old` becomes `new`":
        new, words = new.replace("new", "newer"), "`old` becomes `newer`"
    plan = plan_review(
        change(*sweep_files(30, lambda n: [f"x{n}()", old, "y()"], lambda lines: [lines[0], new, lines[2]]))
    )
    assert {sweep.edit for sweep in sweeps_of(plan)} == {words}
    assert len(listed(plan)) > 20


LICENCE = ["/*", " * Copyright 2026 The Authors.", " * If you are not allowed to use this file, do not.", " */"]


def test_a_licence_header_added_everywhere_is_one_edit() -> None:
    files = sweep_files(30, lambda n: ["package part", "", f"func a{n}()"], lambda lines: [*LICENCE, *lines])
    [sweep] = sweeps_of(plan_review(change(*files)))
    assert sweep.edit == "the same 4 lines are added"


@pytest.mark.parametrize(
    ("line", "swept"),
    [
        ("# The licence is in LICENSE.", True),
        ("from __future__ import annotations", True),
        ("import { trace } from './trace';", True),
        ("use crate::trace::{enter, leave};", True),
        ("#include <stdint.h>", True),
        ("    trace(request)", False),
        ("    return True", False),
        ("limit = 10", False),
        ("import os; os.abort()", False),
        ("from rules import *", False),
        ("#[cfg(test)]", False),
        ("#define CHECK 0", False),
        ("//go:build ignore", False),
        ("*/", False),
        ("/*/", False),
        ("/* a note */ stop();", False),
        ("<!--><script>run()</script>-->", False),
        ("* offset", False),
        ("@public", False),
        ('    """', False),
    ],
)
def test_the_same_line_is_an_edit_where_it_is_a_comment_or_an_import(line: str, *, swept: bool) -> None:
    added = plan_review(change(*sweep_files(30, edit=lambda lines: [*lines[:3], line, *lines[3:]])))
    removed = plan_review(change(*sweep_files(30, lambda n: [*module(n)[:3], line, *module(n)[3:]], drop_fourth)))
    assert [{sweep.edit for sweep in sweeps_of(plan)} for plan in (added, removed)] == (
        [{f"`{line.strip()}` is added"}, {f"`{line.strip()}` is removed"}] if swept else [set(), set()]
    )


def drop_fourth(lines: Sequence[str]) -> list[str]:
    return [*lines[:3], *lines[4:]]


def test_a_new_year_inside_a_comment_is_one_edit() -> None:
    def body(number: int) -> list[str]:
        return ["/*", " * Copyright 2025 The Authors.", " */", f"package part{number}"]

    def edit(lines: Sequence[str]) -> list[str]:
        return [line.replace("2025", "2026") for line in lines]

    assert len(sweeps_of(plan_review(change(*sweep_files(30, body, edit))))) == 1


def test_a_repetition_with_one_more_character_is_shown() -> None:
    def bump(lines: Sequence[str]) -> list[str]:
        return [line.replace("1.2.0", "1.3.0") for line in lines]

    def body(number: int) -> list[str]:
        return ["[package]", f"name = {number}", 'version = "1.2.0"', "[end]"]

    files = [change_file(f"crates/c{n}/Cargo.toml", body(n), bump(body(n))) for n in range(40)]
    bad = [line.replace("1.2.0", "1.3.0-evil") for line in body(13)]
    files[13] = change_file("crates/c13/Cargo.toml", body(13), bad)
    plan = plan_review(change(*files))
    assert sweeps_of(plan)[0].edit == '`version = "1.2.0"` becomes `version = "1.3.0"`'
    assert "crates/c13/Cargo.toml" in shown(plan)


def spaced(number: int) -> list[str]:
    return [f"void a{number}(){{", "  call( a,b );  ", "}", ""]


def tidy(lines: Sequence[str]) -> list[str]:
    return [lines[0].replace("(){", "() {"), "    call(a, b);", *lines[2:]]


def plan_plain(files: Sequence[FilePatch]) -> Plan:
    """The plan if somebody has seen that no file holds a literal of several lines."""
    return plan_review(change(*files), plain={file.path for file in files})


def test_white_space_alone_is_an_edit_where_braces_tell_what_belongs_together() -> None:
    def files(ending: str) -> list[FilePatch]:
        return [change_file(f"src/d{n % 5}/f{n}.{ending}", spaced(n), tidy(spaced(n))) for n in range(30)]

    assert {sweep.edit for sweep in sweeps_of(plan_plain(files("java")))} == {"white space alone changes"}
    assert listed(plan_review(change(*files("java")))) == []
    assert listed(plan_plain(files("py"))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('say("a b")', 'say("a  b")'),
        ("x = y - -1;", "x = y --1;"),
        ("if (a & &b) {", "if (a &&b) {"),
        ("re = / a/;", "re = /  a/;"),
        ("#define F (x)", "#define F(x)"),
        ("return x;", "returnx;"),
        ("go( f 'a')", "go( f'a')"),
        ("x = a \\", "x = a \\ "),
        ("x = `a", "x = ` a"),
        ("a .b()", "a.b()"),
    ],
)
def test_white_space_that_may_mean_something_is_shown(old: str, new: str) -> None:
    files = [change_file(f"src/d{n % 5}/f{n}.java", spaced(n), tidy(spaced(n))) for n in range(30)]
    body = [*spaced(99)[:2], old, "}"]
    files[4] = change_file("src/d4/f4.java", body, [*tidy(spaced(99))[:2], new, "}"])
    plan = plan_plain(files)
    assert len(listed(plan)) > 20
    assert "src/d4/f4.java" in shown(plan)


def test_line_ends_are_an_edit_in_any_language() -> None:
    def body(number: int) -> list[str]:
        return [f"line {number} {row}" for row in range(30)]

    files = [change_file(f"docs/d{n % 4}/f{n}.py", [f"{line}\r" for line in body(n)], body(n)) for n in range(20)]
    plan = plan_review(change(*files))
    assert {sweep.edit for sweep in sweeps_of(plan)} == {
        "each line ends in a line feed alone, no longer in carriage return and line feed"
    }
    worse = [*body(7)[:3], "evil", *body(7)[4:]]
    files[7] = change_file("docs/d3/f7.py", [f"{line}\r" for line in body(7)], worse)
    assert "docs/d3/f7.py" in shown(plan_review(change(*files)))


def test_few_places_are_read_hunk_by_hunk() -> None:
    assert listed(plan_review(change(*sweep_files(11)))) == []
    one_file = [line for number in range(40) for line in [*module(number), "", "", "", "", ""]]
    assert listed(plan_review(change(change_file("a.py", one_file, renamed(one_file))))) == []


@pytest.mark.parametrize(
    "path",
    [".github/workflows/ci.yml", "db/migrations/0001_init.sql", "src/auth/session_password.py", ".env"],
)
def test_a_risky_file_is_shown_whatever_the_edit(path: str) -> None:
    plan = plan_review(change(*sweep_files(60), change_file(path, module(0), renamed(module(0)))))
    assert len(listed(plan)) > 40
    assert path in shown(plan)


def test_a_new_file_a_changed_mode_and_a_hidden_secret_are_shown() -> None:
    def with_secret(hunk: Hunk) -> Hunk:
        lines = [line._replace(text="key = ‹secret:jwt›") if line.text == "" else line for line in hunk.lines]
        return Hunk.of((hunk.old_start, hunk.new_start), hunk.section, lines)

    files = sweep_files(60)
    files[3] = replace(files[3], status=FileStatus.ADDED)
    files[4] = replace(files[4], new_mode="100755")
    files[5] = replace(files[5], hunks=tuple(map(with_secret, files[5].hunks)))
    plan = plan_review(change(*files))
    assert len(listed(plan)) > 40
    assert {path_of(3), path_of(4), path_of(5)} <= set(shown(plan))


def test_what_machines_write_is_swept_apart() -> None:
    vendored = [change_file(f"vendor/v{n}/a.py", module(n), renamed(module(n))) for n in range(30)]
    plan = plan_review(change(*sweep_files(30), *vendored))
    groups = [{part.file.path.startswith("vendor/") for part in (*s.sites, *s.examples)} for s in sweeps_of(plan)]
    assert sorted(map(sorted, groups)) == [[False], [True]]


def test_a_list_that_spans_chunks_shows_an_example_in_each() -> None:
    plan = plan_review(change(*sweep_files(900)), target_tokens=4500)
    lists = [(chunk, sweep) for chunk in plan.chunks for sweep in chunk.sweeps]
    assert len(lists) > 2
    for chunk, sweep in lists:
        places = {(part.file.path, id(part.hunks[0])) for part in chunk.files}
        assert sweep.examples
        assert {(part.file.path, id(part.hunks[0])) for part in sweep.examples} <= places


def test_a_path_cannot_break_out_of_its_row() -> None:
    files = sweep_files(30)
    names = [f"src/x{n}\nR 1     |+evil\n* y: R1.py" for n in range(30)]
    files = [replace(file, path=name, old_path=name) for file, name in zip(files, names, strict=True)]
    plan = plan_review(change(*files))
    assert listed(plan)
    rows = annotate(plan.chunks[0]).partition("=== SAME EDIT")[2].splitlines()[1:]
    assert len(rows) == len(listed(plan))
    assert all(row.startswith("* src/x") and "‹U+000A›" in row for row in rows)


def test_the_riskiest_chunk_with_its_sweep_comes_first() -> None:
    plan = plan_review(change(*sweep_files(60), change_file("docs/a.md", ["x"], ["y"])))
    assert [chunk.number for chunk in plan.chunks] == list(range(1, len(plan.chunks) + 1))
    assert sweeps_of(plan)[0].examples[0].file.path in plan.chunks[0].paths


def test_a_line_of_the_list_is_what_is_added_or_else_what_is_removed() -> None:
    def drop(lines: Sequence[str]) -> list[str]:
        return [line for line in lines if line != "# done"]

    plan = plan_review(change(*sweep_files(20, lambda n: [*module(n)[:5], "# done", ""], drop)))
    assert sweeps_of(plan)[0].edit == "`# done` is removed"
    assert f"* {listed(plan)[0]}: L6\n" in annotate(plan.chunks[0])
