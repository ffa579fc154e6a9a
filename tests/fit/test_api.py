from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.api import compare_api
from app.architecture.signatures import simplify
from app.core.fit.delta import ApiChange, ApiChangeKind
from app.core.fit.source_facts import Import, Outline, Symbol
from app.syntax.languages import Language
from tests.fit.outlined import outlines

ADDED, REMOVED, RENAMED, SIGNATURE = (
    ApiChangeKind.ADDED,
    ApiChangeKind.REMOVED,
    ApiChangeKind.RENAMED,
    ApiChangeKind.SIGNATURE,
)


def _compare(
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    moved: Mapping[str, str] | None = None,
    imports: Mapping[str, tuple[Import, ...]] | None = None,
    module_of: Callable[[str], str] = str,
) -> tuple[ApiChange, ...]:
    return compare_api(
        outlines(before),
        outlines(after),
        moved=moved or {},
        users=len,
        module_of=module_of,
        imports=lambda path: (imports or {}).get(path, ()),
    )


def _names(changes: tuple[ApiChange, ...]) -> list[tuple[ApiChangeKind, str]]:
    return [(change.kind, change.name) for change in changes]


def _directory(path: str) -> str:
    return str(PurePosixPath(path).parent)


def test_a_new_parameter_is_a_changed_signature_on_its_line_at_head() -> None:
    before = {"shop/cart.py": "def total(items: list[int]) -> int:\n    return sum(items)\n"}
    after = {
        "shop/cart.py": "RATE = 2\n\n\ndef total(items: list[int], rate: int) -> int:\n    return sum(items) * rate\n"
    }
    [change] = _compare(before, after)
    assert (change.kind, change.path, change.line, change.name) == (SIGNATURE, "shop/cart.py", 4, "total")
    assert "rate" not in change.before
    assert "rate: int" in change.after
    assert change.users == len("shop/cart.py")


def test_another_body_another_place_and_another_comment_change_nothing() -> None:
    before = {"a.py": "def one(x):\n    return x\n\n\ndef two(y):\n    return y\n"}
    after = {"a.py": "# new\ndef two(y):\n    return y + 1\n\n\ndef one(x):\n    # why\n    return x * 2\n"}
    assert _compare(before, after) == ()


def test_what_is_private_is_no_api() -> None:
    before = {"a.py": "def _one(x):\n    return x\n\n\nclass _Two:\n    def three(self):\n        return 1\n"}
    after = {"a.py": "def open_it():\n    def inner():\n        return 1\n    return inner\n"}
    assert _names(_compare(before, after)) == [(ADDED, "open_it")]


def test_a_removed_class_is_told_once_not_with_each_of_its_methods() -> None:
    before = {"a.py": "class Gone:\n    def one(self):\n        return 1\n\n    def two(self):\n        return 2\n"}
    [change] = _compare(before, {"a.py": "x = 1\n"})
    assert (change.kind, change.name, change.line, change.after) == (REMOVED, "Gone", 1, "")


def test_a_deleted_file_takes_its_definitions_along_and_a_new_one_brings_its_own() -> None:
    before = {"old.py": "def parse_header(text):\n    return text\n"}
    after = {"new.py": "class Visitor:\n    def visit(self, node):\n        return node\n"}
    assert _names(_compare(before, after)) == [(ADDED, "Visitor"), (REMOVED, "parse_header")]


def test_a_function_under_a_like_name_with_the_same_parameters_is_renamed() -> None:
    before = {"a.ts": "export function parseDate(text: string, zone: Zone): Date {\n  return read(text, zone);\n}\n"}
    after = {"a.ts": "export function parseDateTime(text: string, zone: Zone): Date {\n  return read(text, zone);\n}\n"}
    [change] = _compare(before, after)
    assert (change.kind, change.name, change.line) == (RENAMED, "parseDateTime", 1)
    assert "parseDate(" in change.before


def test_two_likely_new_names_are_no_rename() -> None:
    before = {"a.py": "def load_user(key: str) -> str:\n    return key\n"}
    after = {
        "a.py": "def load_users(key: str) -> str:\n    return key\n\n\ndef load_usr(key: str) -> str:\n    return key\n"
    }
    assert sorted(_names(_compare(before, after))) == [
        (ADDED, "load_users"),
        (ADDED, "load_usr"),
        (REMOVED, "load_user"),
    ]


def test_another_function_that_takes_the_same_little_is_no_rename() -> None:
    before = {"a.py": "def flush():\n    return 1\n"}
    after = {"a.py": "def connect():\n    return 1\n"}
    assert sorted(_names(_compare(before, after))) == [(ADDED, "connect"), (REMOVED, "flush")]


def test_in_a_renamed_class_the_methods_are_compared_and_not_told_as_new() -> None:
    before = {
        "a.py": "class Parser:\n    def feed(self, text):\n        return 1\n\n    def close(self):\n        return 2\n"
    }
    after = {
        "a.py": "class Parsers:\n    def feed(self, text, n):\n        pass\n\n    def close(self):\n        pass\n"
    }
    assert _names(_compare(before, after)) == [(RENAMED, "Parsers"), (SIGNATURE, "Parsers.feed")]


def test_of_overloads_only_the_one_that_changed_is_told() -> None:
    text = "public class A {\n  public void put(int a) { x(); }\n  public void put(String b) { x(); }\n}\n"
    [changed] = _compare({"A.java": text}, {"A.java": text.replace("String b", "String b, int c")})
    assert (changed.kind, changed.line) == (SIGNATURE, 3)
    [removed] = _compare({"A.java": text}, {"A.java": text.replace("  public void put(int a) { x(); }\n", "")})
    assert (removed.kind, removed.line) == (REMOVED, 2)
    assert "int a" in removed.before


def test_a_renamed_file_is_compared_as_if_it_had_stayed() -> None:
    before = {"old.py": "def keep(a):\n    return a\n\n\ndef change(a):\n    return a\n"}
    after = {"new.py": "def keep(a):\n    return a\n\n\ndef change(a, b):\n    return a\n"}
    [change] = _compare(before, after, moved={"old.py": "new.py"})
    assert (change.kind, change.path, change.name) == (SIGNATURE, "new.py", "change")


def test_what_moved_to_another_file_is_removed_where_it_was_and_says_where_it_is() -> None:
    text = "class Mail:\n    def send(self, to):\n        return to\n"
    before = {"a.py": f"{text}\n\ndef stay():\n    return 1\n", "b.py": "y = 1\n"}
    after = {"a.py": "def stay():\n    return 1\n", "b.py": text}
    [change] = _compare(before, after)
    assert (change.kind, change.path, change.name, change.moved_to) == (REMOVED, "a.py", "Mail", "b.py")


def test_what_moved_and_is_still_handed_on_by_its_old_file_breaks_nobody() -> None:
    text = "export function send(to: string): void {\n  go(to);\n}\n"
    for imported in (Import("./b", 1, ("send",), passed_on=True), Import("./b", 1, ("*",), passed_on=True)):
        assert _compare({"a.ts": text}, {"a.ts": "\n", "b.ts": text}, imports={"a.ts": (imported,)}) == ()
    other = Import("./b", 1, ("send",), passed_on=True, as_names=("post",))
    [change] = _compare({"a.ts": text}, {"a.ts": "\n", "b.ts": text}, imports={"a.ts": (other,)})
    assert change.kind is REMOVED


def test_a_star_that_hands_on_something_hides_no_removal() -> None:
    text = "export function send(to: string): void {\n  go(to);\n}\n"
    star = Import("./other", 1, ("*",), passed_on=True)
    assert _names(_compare({"a.ts": text}, {"a.ts": "\n"}, imports={"a.ts": (star,)})) == [(REMOVED, "send")]


def test_a_class_that_lost_a_method_on_its_way_has_not_just_moved() -> None:
    text = "class Mail:\n    def send(self, to):\n        return to\n\n    def read(self):\n        return 1\n"
    changes = _compare({"a.py": text, "b.py": ""}, {"a.py": "", "b.py": text.partition("\n\n")[0]})
    assert [(change.kind, change.path, change.moved_to) for change in changes] == [
        (REMOVED, "a.py", ""),
        (ADDED, "b.py", ""),
    ]


def test_within_a_package_of_go_files_share_their_names() -> None:
    send = "package mail\n\nfunc Send(to string) error {\n\treturn nil\n}\n"
    before = {"mail/a.go": send, "mail/b.go": "package mail\n"}
    after = {"mail/a.go": "package mail\n", "mail/b.go": send}
    assert _compare(before, after, module_of=_directory) == ()
    assert _names(_compare(before, {"mail/a.go": "package mail\n"}, module_of=_directory)) == [(REMOVED, "Send")]


def test_methods_of_a_type_that_is_not_public_are_no_api() -> None:
    text = "package mail\n\ntype box struct {\n\tx int\n}\n\nfunc (b *box) Open() error {\n\treturn nil\n}\n"
    assert _compare({"a.go": "package mail\n"}, {"a.go": text}) == ()


def test_a_namespace_of_c_sharp_in_braces_is_the_same_above_in_a_line() -> None:
    inner = "public class A\n{\n    public int Read(string x)\n    {\n        return 1;\n    }\n}\n"
    before = {"A.cs": f"namespace Our.App\n{{\n{inner}}}\n"}
    assert _compare(before, {"A.cs": f"namespace Our.App;\n\n{inner}"}) == ()
    changed = _compare(before, {"A.cs": f"namespace Our.App;\n\n{inner.replace('string x', 'int x')}"})
    assert _names(changed) == [(SIGNATURE, "A.Read")]


def test_of_a_file_with_faults_of_syntax_nothing_is_said_to_be_missing() -> None:
    before = {"a.py": "def one():\n    return 1\n\n\ndef two(x):\n    return x\n"}
    after = {"a.py": "def two(x, y):\n    return x\n\n\ndef ((( :\n"}
    assert _names(_compare(before, after)) == [(SIGNATURE, "two")]


def test_a_thousand_deleted_definitions_with_one_name_and_with_many_take_no_time() -> None:
    same = tuple(Symbol("f", "function", (), line, line, True, f"def f(a{line})") for line in range(1, 5_001))
    many = tuple(Symbol(f"f{line}", "function", (), line, line, True, "def f()") for line in range(1, 5_001))
    begun = time.monotonic()
    changes = compare_api(
        {"a.py": Outline(same), "b.py": Outline(many)},
        {"a.py": Outline(same[::-2]), "c.py": Outline(many[1:])},
        moved={},
        users=len,
    )
    assert len(changes) == 2_500 + 5_000
    assert time.monotonic() - begun < 5


_names_of = st.sampled_from(["load", "store", "read_all", "Parser", "close"])
_symbols = st.lists(
    st.builds(
        Symbol,
        name=_names_of,
        kind=st.sampled_from(["function", "class"]),
        within=st.sampled_from([(), ("Parser",)]),
        first_line=st.integers(1, 9),
        last_line=st.integers(9, 20),
        public=st.booleans(),
        signature=st.sampled_from(["", "def f()", "def f(a)", "def f(a, b)"]),
    ),
    max_size=6,
)
_outlines = st.dictionaries(st.sampled_from(["a.py", "b.py", "c.py"]), st.builds(Outline, _symbols.map(tuple)))


@given(_outlines)
def test_a_version_differs_in_nothing_from_itself(files: dict[str, Outline]) -> None:
    assert compare_api(files, files, moved={}, users=len) == ()


@given(_outlines, _outlines)
def test_what_is_told_stands_in_the_version_it_is_told_of(
    before: dict[str, Outline], after: dict[str, Outline]
) -> None:
    for change in compare_api(before, after, moved={}, users=len):
        version = before if change.kind is REMOVED else after
        places = [(symbol.path, symbol.first_line, symbol.public) for symbol in version[change.path].symbols]
        assert (change.name, change.line, True) in places
        assert change.before != change.after or change.kind is RENAMED


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (
            "a.py",
            "def f(mode='r', *, sep=''):\n    pass\n",
            'def f(\n    mode="r",\n    *,\n    sep="",\n):\n    pass\n',
        ),
        ("a.py", "def f(a: Optional[str] = None): ...\n", "def f(a: str | None = None): ...\n"),
        ("a.py", "def f(a: t.Union[int, t.List['X']]): ...\n", "def f(a: int | list[X]): ...\n"),
        ("a.py", "def f() -> 'Reply': ...\n", "def f() -> Reply: ...\n"),
        ("a.py", "def f() -> typing.Dict[str, Union[A, B]]: ...\n", "def f() -> dict[str, A | B]: ...\n"),
        ("a.py", "class A(object):\n    x = 1\n", "class A:\n    x = 1\n"),
        ("a.ts", "export function f(a: 'x' = 'x') {}\n", 'export function f(a: "x" = "x",) {}\n'),
        ("a.go", "package a\nfunc (a *T) F(b int) {}\n", "package a\nfunc (c *T) F(b int) {}\n"),
        ("a.ts", "export const g = (a: string,) => a\n", "export const g = (a: string) => a\n"),
    ],
)
def test_a_signature_in_other_words_is_no_other_signature(path: str, before: str, after: str) -> None:
    assert _compare({path: before}, {path: after}) == ()


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", "def f(mode='r'): ...\n", "def f(mode='w'): ...\n"),
        ("a.py", "def f(mode='r'): ...\n", "def f(mode=r): ...\n"),
        ("a.py", "def f(a: Optional[str]): ...\n", "def f(a: str): ...\n"),
        ("a.py", "def f(a: Literal['x']): ...\n", "def f(a: Literal['y']): ...\n"),
        ("a.py", "def f(a: Union[int, str]): ...\n", "def f(a: Tuple[int, str]): ...\n"),
        ("a.py", "def f(a: list[int], b): ...\n", "def f(a: list[int]): ...\n"),
        ("a.go", "package a\nfunc (a T) F(b int) {}\n", "package a\nfunc (a *T) F(b int) {}\n"),
        ("A.java", "public class A { public void f(char a) {} }\n", "public class A { public void f(String a) {} }\n"),
    ],
)
def test_a_signature_that_says_something_else_is_told(path: str, before: str, after: str) -> None:
    assert [change.kind for change in _compare({path: before}, {path: after})] == [SIGNATURE]


def test_a_name_that_was_defined_for_each_platform_is_removed_once() -> None:
    before = "if WIN:\n    def open_it(path): ...\nelse:\n    def open_it(path): ...\n"
    [change] = _compare({"a.py": before}, {"a.py": "import os\n"})
    assert (change.kind, change.name, change.line) == (REMOVED, "open_it", 2)


@given(text=st.text("def f(a:Optional[Union]'\"\\|,)->tx.= ", max_size=60))
def test_any_text_has_a_simple_form_without_space_of_its_own(text: str) -> None:
    for language in Language:
        assert simplify(text, language) == simplify(f"  {text} ", language)
