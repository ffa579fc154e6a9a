"""What compiles and imports cannot be hidden: it is found on the line that git counts, or the file says so."""

from __future__ import annotations

from itertools import product

import pytest

from app.syntax.extraction.extract import extract_facts
from app.syntax.languages import Language
from app.syntax.parsing import Unparsed
from tests.syntax.extracting import facts_of, imports_of, outline_of
from tests.syntax.moments import NEVER

PYTHON, JAVASCRIPT, TYPESCRIPT = Language.PYTHON, Language.JAVASCRIPT, Language.TYPESCRIPT
GO, JAVA, RUST, C_SHARP, KOTLIN = Language.GO, Language.JAVA, Language.RUST, Language.C_SHARP, Language.KOTLIN

ENDINGS = [
    (PYTHON, "\r", "# a{}import x{}y = 1\nimport z\n", ["x:1", "z:2"]),
    (JAVASCRIPT, "\r", "// a{}import './x'{}y = 1\nimport './z'\n", ["./x:1", "./z:2"]),
    (TYPESCRIPT, "\u2028", "// a{}import './x'{}y = 1\nimport './z'\n", ["./x:1", "./z:2"]),
    (JAVASCRIPT, "\u2029", "// a{}require('./x'){}y = 1\nimport './z'\n", ["./x:1", "./z:2"]),
    (JAVA, "\r", "// a{}import x.Y;{}\nimport z.Z;\nclass A {{}}\n", ["x.Y:1", "z.Z:2"]),
    (JAVA, "\\u000a", "// a{}import x.Y;{}\nimport z.Z;\nclass A {{}}\n", ["x.Y:1", "z.Z:2"]),
    (KOTLIN, "\r", "// a{}import x.Y{}\nimport z.Z\nclass A\n", ["x.Y:1", "z.Z:2"]),
    *(
        (C_SHARP, ending, "// a{}using X.Y;{}\nusing Z;\nclass A {{}}\n", ["X.Y:1", "Z:2"])
        for ending in ("\r", "\u0085", "\u2028", "\u2029")
    ),
]


@pytest.mark.parametrize(("language", "ending", "text", "imports"), ENDINGS)
def test_a_line_ends_where_its_language_says_and_is_counted_where_git_does(
    language: Language, ending: str, text: str, imports: list[str]
) -> None:
    assert imports_of(language, text.format(ending, ending)) == imports
    assert imports_of(language, text.format("\r\n", "\r\n"))[0].endswith(":2")


@pytest.mark.parametrize("text", ["//\rimport a::b;", "//\u2028use a::b;"])
def test_in_rust_nothing_but_a_line_feed_ends_a_comment(text: str) -> None:
    assert imports_of(RUST, text) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("language", "text"), [(C_SHARP, "\nusing A.B;\n"), (TYPESCRIPT, "\nimport 'A.B'\n"), (JAVA, "\nimport A.B;\n")]
)
def test_a_text_in_two_bytes_a_letter_is_read_if_it_says_so_and_else_refused(
    language: Language, text: str, encoding: str
) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    assert imports_of(language, (mark + text).encode(encoding)) == ["A.B:2"]
    bare = text.encode("utf-16-le" if encoding == "utf-16" else encoding)
    assert extract_facts(language, bare, deadline=NEVER) is Unparsed.UNREADABLE


@pytest.mark.parametrize("language", [C_SHARP, JAVA, JAVASCRIPT])
def test_a_text_that_is_not_all_in_utf8_says_that_something_may_be_missing(language: Language) -> None:
    assert facts_of(language, b"// caf\xe9\n").partial
    assert not facts_of(language, "// café\n").partial


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        (b"# coding: latin-1\nimport caf\xe9\n", ["café:2"]),
        (b"# vim: set fileencoding=cp1252 :\nimport a # \x80\n", ["a:2"]),
        (b"#!/bin/x\n# -*- coding: utf-8 -*-\nimport a\n", ["a:3"]),
        (b"\xef\xbb\xbfimport a\n", ["a:1"]),
        (b"x = 1\ny = 2\n# coding: utf-7\nimport a\n", ["a:4"]),
    ],
)
def test_python_may_say_that_a_file_is_in_an_encoding_that_hides_nothing(text: bytes, imports: list[str]) -> None:
    facts = facts_of(PYTHON, text)
    assert (imports_of(PYTHON, text), facts.partial) == (imports, False)


@pytest.mark.parametrize(
    "text",
    [
        b"# coding: utf-7\n# +AAo-import a\n",
        b"# coding: utf-7\n# coding: utf-8\n",
        b"#\n# coding=unicode_escape\n# \\x0aimport a\n",
        b"#\r# coding: utf-7\rx = 1\n",
        b"# coding: gbk\nx = '\x81\\'; import a #'\n",
        b"# coding: shift_jis\n",
        b"# coding: latin-99\nx = '\xe9'\n",
        b"import a\0\n",
    ],
)
def test_python_in_an_encoding_that_may_hide_anything_is_not_read(text: bytes) -> None:
    assert extract_facts(PYTHON, text, deadline=NEVER) is Unparsed.UNREADABLE


SPELLED = [
    (JAVA, "\\u0069mport a.\\uuu0042;", ["a.B:1"]),
    (JAVA, 'import a.B; // "\\\\u000aimport c.D;"\nclass A {}', ["a.B:1"]),
    (C_SHARP, "using \\u0041.@B;\nclass A {}", ["A.B:1"]),
    (KOTLIN, "import `a`.`b c`.D", ["a.b c.D:1"]),
    (GO, 'package a\nimport "x\\x2fy\\u002fz"', ["x/y/z:2"]),
    (GO, "package a\nimport `x\\x2fy`", ["x\\x2fy:2"]),
    (JAVASCRIPT, "import './\\x61\\u0062\\u{63}'", ["./abc:1"]),
    (JAVASCRIPT, "import './a\\\nb'", ["./ab:1"]),
    (PYTHON, "import ｓｅｃｒｅｔ.ｄb", ["secret.db:1"]),
    (RUST, "use crate::r#mod::x;", ["crate::mod:1 (x)"]),
]


@pytest.mark.parametrize(("language", "text", "imports"), SPELLED)
def test_a_name_is_what_the_compiler_takes_it_for(language: Language, text: str, imports: list[str]) -> None:
    assert imports_of(language, text) == imports


FIRST = {
    JAVA: ("import a.A;\n", "import b.B;", "class C {}\n", "b.B"),
    KOTLIN: ("import a.A\n", "import b.B", "class C\n", "b.B"),
    C_SHARP: ("using A;\n", "using B;", "class C {}\n", "B"),
    GO: ('package p\nimport "a"\n', 'import "b"', "func f() {}\n", "b"),
}
BEFORE = ["", "\f", "\t", "/**/", "/* x */ ", "/*\nclass func type */", "/*\nx\n*/ ", "//\n"]
INSIDE = [" ", "\t", "/**/ ", " /* x */ ", "\t/*\t*/"]


@pytest.mark.parametrize("language", FIRST)
def test_no_white_space_and_no_comment_puts_an_import_behind_the_header(language: Language) -> None:
    first, second, rest, target = FIRST[language]
    word, name = second.split(" ", 1)
    for before, gap, after in product(BEFORE, INSIDE, ["\n", " // x\n", "/*\n*/\n"]):
        text = f"{first}{before}{word}{gap}{name}{after}{rest}"
        facts = facts_of(language, text)
        assert facts.partial or target in [item.target for item in facts.imports], text


@pytest.mark.parametrize(
    "text",
    [
        "using A;\nusing B/**/;\nclass C {}\n",
        "using A;\nusing\u00a0B;\nclass C {}\n",
        "using A;\nglobal/**/using B;\nclass C {}\n",
        "using A;\nusing static/**/B;\nclass C {}\n",
        "using A;\nclass C {}\nnamespace D { using B; }\n",
        "using A;\nclass C { void F() { using var x = y; } } namespace\nD { using B; }\n",
        "using A;\n[assembly: X]\nnamespace Y;\nusing B;\n",
        "using A\n.X;\n#if X\nusing B;\n#endif\nclass C {}\n",
    ],
)
def test_a_directive_of_c_sharp_is_found_wherever_it_may_stand(text: str) -> None:
    assert "B" in [item.target for item in facts_of(C_SHARP, text).imports]


@pytest.mark.parametrize(
    "text",
    [
        "#if false\n/*\n#endif\nusing A;\n#if false\n*/\n#endif\nclass C {}\n",
        "#region /*\nusing A;\n#endregion */\nclass C {}\n",
        "#pragma warning disable /*\nusing A;\n// */\nclass C {}\n",
        '#if X\nclass C { string s = @"\n#endif\nnamespace N { using A; }"; }\n',
    ],
)
def test_c_sharp_whose_directives_tear_a_comment_says_that_something_may_be_missing(text: str) -> None:
    assert facts_of(C_SHARP, text).partial


def test_a_directive_beside_a_comment_hides_nothing() -> None:
    assert not facts_of(C_SHARP, "#region a /* b */\nusing A;\n#endregion\n/*\n # b\n*/\nclass C {}\n").partial


DEEP = [
    (JAVASCRIPT, "{", "require('./a')", "}", ["./a:1"]),
    (JAVASCRIPT, "{", "import('./a')", "}", ["./a:1 lazy"]),
    (PYTHON, "[", "__import__('a')", "]", ["a:1 lazy"]),
    (RUST, "mod m{", "use crate::a::b;", "}", ["crate::a:1 (b)"]),
    (C_SHARP, "namespace N{", "using A;", "}", ["A:1"]),
]


@pytest.mark.parametrize(("language", "opening", "text", "closing", "imports"), DEEP)
@pytest.mark.parametrize("depth", [100, 240, 300, 450, 1_500, 9_000])
def test_no_depth_hides_an_import(
    language: Language, opening: str, text: str, closing: str, imports: list[str], depth: int
) -> None:
    text = opening * depth + text + closing * depth
    facts = facts_of(language, text)
    assert facts.partial or imports_of(language, text) == imports
    assert depth > 100 or not facts.partial or language is RUST


def test_definitions_and_calls_stand_on_the_lines_that_git_counts() -> None:
    outline = outline_of(PYTHON, "# a\rdef f():\r    g()\n\ndef h(): pass\n")
    assert [(it.name, it.first_line, it.last_line) for it in outline.symbols] == [("f", 1, 1), ("h", 3, 3)]
    assert [(it.name, it.line) for it in outline.calls] == [("g", 1)]


def test_more_parts_at_a_great_depth_than_are_looked_into_are_said_to_be_there() -> None:
    wide = "[" + "[a]," * 3_000 + "require('./x')]"
    assert facts_of(JAVASCRIPT, "{" * 497 + wide + "}" * 497).partial
    assert not facts_of(JAVASCRIPT, wide).partial
