"""What trees prove of a hunk, and what they do not: formatting, edits, moves and growth."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.fit.compared import Block
from app.syntax.comparison import DISAGREE, NO_LANGUAGE, compare
from app.syntax.parsing import Unparsed
from tests.syntax.comparing import compared, edits, only, told
from tests.syntax.moments import NEVER, after_looks
from tests.syntax.samples import PYTHON, SAMPLES

FORMATTED = {
    "a wrapped call": ("a.py", "total(one, two)\n", "total(\n    one,\n    two)\n"),
    "a file further in": ("a.py", "if a:\n  b()\n  if c:\n    d()\ne()\n", "if a:\n\tb()\n\tif c:\n\t\td()\ne()\n"),
    "a blank line": ("a.py", "a = 1\nb = 2\n", "a = 1\n\nb = 2\n"),
    "a body on a line of its own": ("a.py", "if a: b()\n", "if a:\n    b()\n"),
    "the end of a remark": ("a.py", "a = 1  # one  \n", "a = 1  # one\n"),
    "a block in one line": ("a.js", "function f() { return 1 }\n", "function f() {\n  return 1\n}\n"),
    "markup further in": ("a.tsx", "x = <a>\n<b>\nhi you\n</b>\n</a>\n", "x = <a>\n  <b>\n    hi you\n  </b>\n</a>\n"),
    "aligned fields": ("a.go", "package a\n\ntype T struct {\n\ta int\n\tbc int\n}\n",
                       "package a\n\ntype T struct {\n\ta  int\n\tbc int\n}\n"),
    "a function of Go opened": ("a.go", "package a\n\nfunc f() int { return 1 }\n",
                                "package a\n\nfunc f() int {\n\treturn 1\n}\n"),
    "a Javadoc further in": ("A.java", "class A {\n/**\n * Says it.\n */\nint a;\n}\n",
                             "class A {\n\t/**\n\t * Says it.\n\t */\n\tint a;\n}\n"),
    "carriage returns": ("A.java", "class A {\n  int a; // one\n}\n", "class A {\r\n  int a; // one\r\n}\r\n"),
    "a body of Rust opened": ("a.rs", "fn f() -> u8 { 1 }\n", "fn f() -> u8 {\n    1\n}\n"),
    "a body of Ruby further in": ("a.rb", "def f\n return 1\nend\n", "def f\n  return 1\nend\n"),
    "a body of Kotlin further in": ("a.kt", "fun f() {\n g()\n}\n", "fun f() {\n    g()\n}\n"),
    "a parameter list of C": ("a.c", "int f(int a, int b);\n", "int f(int a,\n      int b);\n"),
    "a brace of C#": ("A.cs", "class A {\n  int b;\n}\n", "class A\n{\n    int b;\n}\n"),
    "a brace of PHP": ("a.php", "<?php\nfunction f() { g(); }\n", "<?php\nfunction f()\n{\n    g();\n}\n"),
}  # fmt: skip

MEANT = {
    "a line that leaves its block": ("a.py", "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"),
    "a space within a text": ("a.py", "a = 'b c'\n", "a = 'b  c'\n"),
    "a long text further in": ("a.py", 'a = """\nb\n"""\n', 'a = """\n  b\n"""\n'),
    "a space in a format": ("a.py", "a = f'{b:>3}'\n", "a = f'{b: >3}'\n"),
    "another remark": ("a.py", "a = 1  # one\n", "a = 1  # o ne\n"),
    "a remark about another line": ("a.py", "a = b()  # noqa\nc()\n", "a = b()\n# noqa\nc()\n"),
    "an encoding that nobody finds": ("a.py", "# coding: latin-1\na = 1\n", "\n\n# coding: latin-1\na = 1\n"),
    "a program that nobody finds": ("a.js", "#!/usr/bin/env node\na()\n", "\n#!/usr/bin/env node\na()\n"),
    "a margin of two kinds": ("a.py", "if a:\n    if b:\n        c()\n", "if a:\n    if b:\n\tc()\n"),
    "a first line further in": ("a.py", "a = 1\n", "  a = 1\n"),
    "a return of nothing": ("a.js", "function f() { return {a} }\n", "function f() { return\n {a} }\n"),
    "a return of nothing in a block": ("a.ts", "function f() {\n  return g()\n}\n",
                                       "function f() {\n  return\n  g()\n}\n"),
    "a field called async": ("a.js", "class A {\n  async b() {}\n}\n", "class A {\n  async\n  b() {}\n}\n"),
    "a type that is none": ("a.ts", "type A = B\n", "type\nA = B\n"),
    "two minus signs": ("a.js", "x = a - -b\n", "x = a --b\n"),
    "two plus signs": ("a.c", "int x = a + +b;\n", "int x = a ++b;\n"),
    "a sign on the next line": ("a.js", "a ++\nb\n", "a\n++ b\n"),
    "a space of markup": ("a.tsx", "x = <a>{b} {c}</a>\n", "x = <a>{b}{c}</a>\n"),
    "a space before markup": ("a.tsx", "x = <a>hi <b/></a>\n", "x = <a>hi<b/></a>\n"),
    "words of markup that meet": ("a.tsx", "x = <a>hi\n  &amp;</a>\n", "x = <a>hi&amp;</a>\n"),
    "a return of Go": ("a.go", "package a\n\nfunc f() { return g() }\n", "package a\n\nfunc f() { return\n g() }\n"),
    "a sum of Go": ("a.go", "package a\n\nfunc f() { a := b - c }\n", "package a\n\nfunc f() { a := b\n- c }\n"),
    "an import that ends too soon": ("a.py", "import a\n", "import\na\n"),
    "a sum that ends too soon": ("a.py", "a = b + c\n", "a = b +\nc\n"),
    "a body that begins twice": ("a.py", "if a:\n    b()\n    c()\n", "if a:\n    b()\n     c()\n"),
    "an order to Go's compiler": ("a.go", "package a\n\n//go:noinline\nfunc f() {}\n",
                                  "package a\n\n//go:noinline\n\nfunc f() {}\n"),
    "an argument of Ruby": ("a.rb", "puts a -1\n", "puts a - 1\n"),
    "an index of Ruby": ("a.rb", "f [1]\n", "f[1]\n"),
    "a sum of Kotlin": ("a.kt", "fun f(): Int {\n  return a - b\n}\n", "fun f(): Int {\n  return a\n  - b\n}\n"),
    "a heredoc's end": ("a.php", "<?php\n$a = <<<X\n  b\n  X;\n", "<?php\n$a = <<<X\n  b\nX;\n"),
    "what stands around PHP": ("a.php", "<?php f() ?>\n<p>\n", "<?php f() ?>\n\n<p>\n"),
    "a text block": ("A.java", 'class A { String a = """\n  b\n  """; }\n', 'class A { String a = """\n  b\n""" ; }\n'),
    "a macro with arguments": ("a.c", "#define F (a)\n", "#define F(a)\n"),
    "a condition of a compiler": ("a.c", "#if A\n(b);\n#endif\n", "#if A (b);\n#endif\n"),
    "a longer macro": ("a.c", "#define F a\nb;\n", "#define F a b;\n"),
    "signs of a macro": ("a.rs", "fn f() { m!(a = = b); }\n", "fn f() { m!(a == b); }\n"),
    "joint signs of a macro": ("a.rs", "fn f() { m!(a - - b); }\n", "fn f() { m!(a -- b); }\n"),
    "a comma more": ("a.py", "f(a)\n", "f(a,)\n"),
    "other quotes": ("a.py", "f('a')\n", 'f("a")\n'),
    "a semicolon less": ("a.js", "a();\n", "a()\n"),
    "a lone carriage return": ("a.js", "// a b()\n", "// a\rb()\n"),
    "an unusual space": ("a.js", "f(a, b)\n", "f(a,\u00a0b)\n"),
    "a form feed": ("a.py", "if a:\n    b()\n", "if a:\n    \x0cb()\n"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "old", "new"), FORMATTED.values(), ids=FORMATTED)
def test_what_has_the_same_tree_is_formatting(path: str, old: str, new: str) -> None:
    assert only(path, old, new).formatting
    assert only(path, new, old).formatting


@pytest.mark.parametrize(("path", "old", "new"), MEANT.values(), ids=MEANT)
def test_what_may_mean_something_is_no_formatting(path: str, old: str, new: str) -> None:
    assert not only(path, old, new).formatting
    assert not only(path, new, old).formatting


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.yml", "a:\n  b: 1\n", "a:\nb: 1\n"),
        ("Makefile", "a:\n\tb\n", "a:\n    b\n"),
        ("a.md", "a\n", "a \n"),
        ("a.sql", "SELECT 1\n", "SELECT  1\n"),
    ],
)
def test_nothing_is_said_of_a_file_that_nobody_reads(path: str, old: str, new: str) -> None:
    assert told(path, old, new) == NO_LANGUAGE


def test_one_hunk_is_formatting_beside_one_that_is_not() -> None:
    old = "def f(a):\n    return g(a,b)\n" + "\n\n# far\n" * 5 + "x = 1\n"
    new = old.replace("g(a,b)", "g(a, b)").replace("x = 1", "x = 2")
    assert [hunk.formatting for hunk in compared("a.py", old, new).hunks] == [True, False]


def test_white_space_that_another_hunk_puts_into_a_text_is_no_formatting() -> None:
    far = "a = 1\n" * 8
    old = f"b = 1\n{far}c = [1,\n2]\n{far}d = 1\n"
    new = f'b = """1\n{far}c = [1,\n  2]\n{far}d = """\n'
    assert [hunk.formatting for hunk in compared("a.py", old, new).hunks] == [False, False, False]


def test_a_file_with_a_fault_has_no_formatting() -> None:
    far = "\n" * 9
    old = f"f(a,b)\n{far}def (:\n"
    assert not only("a.py", old, old.replace("f(a,b)", "f(a, b)")).formatting


GAPS = ["", " ", "\n", "    ", "\n    ", "  # b\n", "\n\n", "\t"]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_what_python_itself_reads_otherwise_is_never_called_formatting(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from([PYTHON, "if a:\n    b()\n    c(1, 2)\nelse:\n    d = 'e f'\n"]))
    places = [index for index, character in enumerate(source) if character in " \n(),:"]
    at = data.draw(st.sampled_from(places))
    width = data.draw(st.sampled_from([0, 1, 4]))
    gone = source[at : at + width]
    new = source[:at] + data.draw(st.sampled_from(GAPS)) + source[at + (width if not gone.strip() else 0) :]
    if not new.endswith("\n") or new == source:
        return
    hunks = compared("a.py", source, new).hunks
    if all(hunk.formatting for hunk in hunks):
        assert ast.dump(ast.parse(source)) == ast.dump(ast.parse(new))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_formatting_leaves_all_but_white_space_in_every_language(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(sorted(SAMPLES)))
    path = f"a.{ENDINGS[language]}"
    source = SAMPLES[language]
    at = data.draw(st.integers(0, len(source) - 2))
    new = source[:at] + data.draw(st.sampled_from([" ", "\n", "\t", ";", "x"])) + source[at:]
    for hunk in compared(path, source, new).hunks:
        if hunk.formatting:
            assert "".join(new.split()) == "".join(source.split())


RENAMED = "total = {0}(1)\nprint({0}(total))\n"


def test_a_renaming_is_the_same_edit_wherever_it_is_made() -> None:
    old = "a = old(1)\nsame()\nb = old(1)\nsame()\nc = old(1)\n"
    first, *others = edits("a.py", old, old.replace("old", "new"))
    assert first
    assert others == [first, first]


def test_a_renaming_is_told_by_its_names() -> None:
    hunk = only("a.py", RENAMED.format("first"), RENAMED.format("last"))
    assert (hunk.old_name, hunk.new_name) == ("first", "last")


def test_a_place_in_which_another_thing_is_renamed_is_another_edit() -> None:
    old = "".join(f"a{number} = old()\nsame()\n" for number in range(20))
    new = old.replace("old", "new").replace("a7 = new", "a7 = now")
    found = edits("a.py", old, new)
    assert len(found) == 20
    assert len(set(found)) == 2
    assert found.count(found[7]) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("f(old)\n", "f(new)\n"), ("f(old, old)\n", "f(new, old)\n")),
        (("f(a, b)\n", "f(b, a)\n"), ("f(b, a)\n", "f(a, b)\n")),
        (("x = old\n", "x = new\n"), ("x = y.old\n", "x = y.new\n")),
        (("f(a=1)\n", "f(a=2)\n"), ("f(b=1)\n", "f(b=2)\n")),
        (("f(1)\n", "f(2)\n"), ("g(1)\n", "g(2)\n")),
        (("f(True)\n", "f(False)\n"), ("g(True)\n", "g(False)\n")),
        (("f(a)\n", "f(a, None)\n"), ("g(a)\n", "g(a, None)\n")),
        (("x = a\n", "x = not a\n"), ("return_ = a\n", "return_ = not b\n")),
        (("a = 'x'\n", "a = 'y'\n"), ("b = 'x'\n", "b = 'y'\n")),
        (("if a:\n    old()\n", "if a:\n    new()\n"), ("if a:\n    old()\n", "if a:\n    pass\nnew()\n")),
    ],
)
def test_edits_that_only_look_alike_are_two(one: tuple[str, str], other: tuple[str, str]) -> None:
    (first,), (second,) = ({only("a.py", *versions).edit} for versions in (one, other))
    assert first
    assert second
    assert first != second


def test_the_same_argument_more_is_the_same_edit_whatever_stands_before_it() -> None:
    assert only("a.py", "x = f(a)\n", "x = f(a, None)\n").edit == only("a.py", "f(b)\n", "f(b, None)\n").edit


def test_a_line_that_only_moves_in_or_out_is_no_edit() -> None:
    assert only("a.py", "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n").edit == ""


def test_nothing_is_said_of_an_edit_near_a_fault_and_something_of_one_far_from_it() -> None:
    old = "def f(:\n    a = old()\n"
    assert only("a.py", old, old.replace("old", "new")).edit == ""
    far = "def f():\n    a = old()\n\n\ndef g():\n    b = 1 1\n"
    assert edits("a.py", far, far.replace("old", "new")) != [""]


def test_hunks_of_other_versions_are_refused() -> None:
    for block in (Block(1, 1, 1, 1), Block(7, 1, 1, 1), Block(0, 1, 1, 1), Block(1, -1, 1, 1), Block(1, 1, 9, 9)):
        assert compare("a.py", (b"a = 1\n", b"b = 2\nc = 3\n"), [[block]], NEVER) == DISAGREE


def test_a_file_for_which_there_is_no_time_is_one_of_which_nothing_is_known() -> None:
    answers = {
        str(compare("a.py", (b"f(a,b)\n", b"f(a, b)\n"), [[Block(1, 1, 1, 1)]], after_looks(looks)))
        for looks in range(12)
    }
    assert Unparsed.TOO_SLOW.value in answers
    assert len(answers) == 2


@pytest.mark.parametrize("text", [b"\xff\xfe\n", b"(" * 5_000 + b"\n", b"\x00" * 100 + b"\n", b"'''" * 501 + b"\n"])
@pytest.mark.parametrize("path", ["a.py", "a.tsx", "a.go"])
def test_whatever_a_file_holds_there_is_an_answer(path: str, text: bytes) -> None:
    answer = compare(path, (b"a = 1\n", text), [[Block(1, 1, 1, 1)]], NEVER)
    assert isinstance(answer, str) or not answer.hunks[0].formatting


ENDINGS = {
    "python": "py", "javascript": "js", "typescript": "ts", "tsx": "tsx", "go": "go", "java": "java", "rust": "rs",
    "c_sharp": "cs", "kotlin": "kt", "ruby": "rb", "php": "php", "c": "c", "cpp": "cpp",
}  # fmt: skip
