"""Claims that something is missing: refuted by what the tree has, on proof alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Side
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Evidence, Severity
from app.core.findings.merging import PlacedClaim
from app.core.findings.verification.absence import Lack, TreeFacts, disprove, name_definers, read_absence
from app.core.findings.verification.python_names import read_names
from app.core.findings.verification.refuting import Ground, refute
from tests.core.changes import change, change_file, claim

DEFINES = "the module that it is imported from defines the name"
DEFINITION = "def helper():\n    return 1\n"
USER = "def run():\n    return helper()\n"
UNDEFINED = "`helper` is not defined"


def facts(files: Mapping[str, str], **more: object) -> TreeFacts:
    return TreeFacts(frozenset(files), {path: text.split("\n") for path, text in files.items()}, **more)  # type: ignore[arg-type]  # the one field left


def outcome(files: Mapping[str, str], title: str, path: str, quote: str) -> str | None:
    """What becomes of a claim that quotes the last line of a file which is that."""
    lines = files[path].split("\n")
    number = next(at for at in range(len(lines), 0, -1) if lines[at - 1].strip() == quote.strip())
    absence = read_absence(claim(path, number, lines[number - 1], title=title))
    return None if absence is None else disprove(absence, facts(files))


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a.py": f"from util import helper\n{USER}", "util.py": DEFINITION}, DEFINES),
        ({"app/a.py": f"from .util import helper\n{USER}", "app/util.py": DEFINITION}, DEFINES),
        ({"app/x/a.py": f"from ..util import helper\n{USER}", "app/util.py": "helper = 1\n"}, DEFINES),
        ({"src/app/a.py": f"from app.util import helper\n{USER}", "src/app/util.py": DEFINITION}, DEFINES),
        ({"tests/a.py": f"from app.util import helper\n{USER}", "src/app/util.py": DEFINITION}, DEFINES),
        ({"a.py": f"from lib import (\n    other,\n    helper,\n)\n{USER}", "lib/__init__.py": DEFINITION}, DEFINES),
        (
            {
                "a.py": f"from lib import helper\n{USER}",
                "lib/__init__.py": "from .deep import helper\n",
                "lib/deep.py": DEFINITION,
            },
            DEFINES,
        ),
        ({"a.py": f"from util import *\n{USER}", "util.py": DEFINITION}, DEFINES),
        ({"a.py": f"from elsewhere import helper\n{USER}"}, "line 1 of the file defines the name"),
        ({"a.py": f"import helper\n{USER}"}, "line 1 of the file defines the name"),
        ({"a.py": f"{USER}\n\n{DEFINITION}"}, "line 5 of the file defines the name"),
        ({"a.py": f"@cached\nclass helper:\n    pass\n{USER}"}, "line 2 of the file defines the name"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value.values())).partition("\n")[0],
)
def test_a_name_that_is_defined_where_it_is_looked_for_is_not_undefined(files: dict[str, str], reason: str) -> None:
    assert outcome(files, UNDEFINED, next(iter(files)), "return helper()") == reason


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": f"from util import helper\n{USER}", "util.py": "def helper_two():\n    pass\n"},
        {"a.py": f"from util import helper\n{USER}", "util.py": "if DEBUG:\n    def helper():\n        pass\n"},
        {"a.py": f"from util import helper\n{USER}", "util.py": "class Util:\n    def helper(self):\n        pass\n"},
        {"a.py": f"from util import helper\n{USER}", "util.py": f"{DEFINITION}\ndel helper\n"},
        {"a.py": f"from util import helper\n{USER}", "util.py": "def helper(:\n"},
        {"a.py": f"from util import helper\n{USER}", "util.js": "export function helper() {}\n", "util/x.js": ""},
        {"a.py": f"from util import helper\n{USER}", "util.py": DEFINITION, "src/util.py": "other = 1\n"},
        {"a.py": f"from util import helper\n{USER}", "util.py": "from .more import helper\n", "more.py": "other = 1\n"},
        {"a.py": f"from util import *\n{USER}", "util.py": f"__all__ = ['other']\n{DEFINITION}"},
        {"a.py": f"try:\n    from util import helper\nexcept ImportError:\n    pass\n{USER}", "util.py": DEFINITION},
        {"a.py": f"if TYPE_CHECKING:\n    from util import helper\n{USER}", "util.py": DEFINITION},
        {"a.py": f"{DEFINITION}\ndef run():\n    if ready():\n        helper = other\n    return helper()\n"},
        {"a.py": f"def one():\n    from util import helper\n\n{USER}", "util.py": DEFINITION},
        {"a.py": f"x = 1\nreturn_helper = 0\n{USER}"},
        {"a.py": f"import lib.helper\n{USER}", "lib/helper.py": ""},
        {"a.py": f"print('from util import helper')\n{USER}", "util.py": DEFINITION},
        {"a.py": f'"""\nfrom util import helper\n"""\n{USER}', "util.py": DEFINITION},
    ],
    ids=[
        "another name", "conditional definition", "a method", "taken away", "cannot be parsed", "another language",
        "two files may be meant", "handed on from nowhere", "not exported", "conditional import", "for types only",
        "shadowed", "another scope", "part of a name", "part of a package", "in a string", "in a docstring",
    ],
)  # fmt: skip
def test_what_does_not_certainly_define_a_name_refutes_nothing(files: dict[str, str]) -> None:
    assert outcome(files, UNDEFINED, "a.py", "return helper()") is None


def test_at_the_outermost_level_a_name_must_be_defined_before_it_is_used() -> None:
    early, late = f"x = helper()\n\n{DEFINITION}", f"{DEFINITION}\nx = helper()\n"
    assert outcome({"a.py": early}, UNDEFINED, "a.py", "x = helper()") is None
    assert outcome({"a.py": f"class A:\n    x = helper()\n\n{DEFINITION}"}, UNDEFINED, "a.py", "x = helper()") is None
    assert outcome({"a.py": late}, UNDEFINED, "a.py", "x = helper()") == "line 1 of the file defines the name"


@pytest.mark.parametrize(
    "title",
    [
        "`helper` is not defined when the cart is empty",
        "`helper` is undefined if nothing was read",
        "Behaviour of `helper` is undefined for negative numbers",
        "`self.helper` is not defined",
        "`util.helper` is undefined",
        "`helper` and `other_one` are not defined",
        "`helper` returns a value that is not defined",
        "`helper` does not exist in the database",
        "helper",
    ],
)
def test_another_claim_about_the_name_is_not_refuted(title: str) -> None:
    files = {"a.py": f"{DEFINITION}\ndef run(other_one):\n    return helper()\n"}
    assert outcome(files, title, "a.py", "return helper()") is None


def test_that_a_name_comes_from_outside_the_tree_says_nothing_about_what_stands_there() -> None:
    files = {"a.py": f"from elsewhere import helper\n{USER}"}
    assert outcome(files, "`helper` cannot be imported", "a.py", "return helper()") is None
    assert outcome(files, UNDEFINED, "a.py", "from elsewhere import helper") is None
    here = {**files, "elsewhere.py": DEFINITION}
    assert outcome(here, "`helper` cannot be imported", "a.py", "from elsewhere import helper") == DEFINES


GO = "package shop\n\nfunc run() int {\n\treturn helper()\n}\n"


@pytest.mark.parametrize(
    ("beside", "found"),
    [
        ({"shop/util.go": "package shop\n\nfunc helper() int {\n\treturn 1\n}\n"}, True),
        ({"shop/util.go": "package shop\n\nvar helper = 1\n"}, True),
        ({"shop/util.go": "package other\n\nfunc helper() int { return 1 }\n"}, False),
        ({"shop/deep/util.go": "package shop\n\nfunc helper() int { return 1 }\n"}, False),
        ({"shop/util.go": "package shop\n\nfunc (s Shop) helper() int { return 1 }\n"}, False),
        ({"shop/util_test.go": "package shop\n\nfunc helper() int { return 1 }\n"}, False),
        ({"shop/util_linux.go": "package shop\n\nfunc helper() int { return 1 }\n"}, False),
        ({"shop/util.go": "//go:build linux\n\npackage shop\n\nfunc helper() int { return 1 }\n"}, False),
        ({"shop/util.go": "package shop\n\n/*\nfunc helper() int { return 1 }\n*/\n"}, False),
        ({"shop/util.py": "def helper():\n    return 1\n"}, False),
    ],
)
def test_a_name_of_a_go_package_is_defined_for_all_its_files(beside: dict[str, str], *, found: bool) -> None:
    files = {"shop/run.go": GO, **beside}
    definers = name_definers("helper", "shop/run.go", (), frozenset(files))
    read = {path: text for path, text in files.items() if path in definers or path == "shop/run.go"}
    reason = outcome(read, "helper is undefined", "shop/run.go", "return helper()")
    assert (reason == "another file of its package defines the name") is found


def test_a_go_name_that_the_file_itself_has_otherwise_is_left_to_the_reader() -> None:
    files = {
        "shop/run.go": GO.replace("\treturn", "\tif helper := 1; helper > 0 {\n\t}\n\treturn"),
        "shop/util.go": "package shop\n\nfunc helper() int { return 1 }\n",
    }
    assert outcome(files, "helper is undefined", "shop/run.go", "return helper()") is None


IMPORTS = "from util import helper\n"


@pytest.mark.parametrize(
    ("files", "title", "reason"),
    [
        ({"b.py": f"{IMPORTS}{USER}"}, "`helper` is never called", "another file uses the name"),
        ({"b.py": f"{IMPORTS}{USER}"}, "`helper` is never used", "another file uses the name"),
        ({"b.py": f"{IMPORTS}{USER}"}, "Unused function `helper`", "another file uses the name"),
        (
            {"b.py": "from util import helper as other\nother()\n"},
            "`helper` is never called",
            "another file uses the name",
        ),
        ({"b.py": f"{IMPORTS}run(helper)\n"}, "`helper` is never called", None),
        ({"b.py": IMPORTS}, "`helper` is never used", None),
        ({"b.py": f"from other import helper\n{USER}"}, "`helper` is never used", None),
        ({"b.py": f"{IMPORTS}def run(helper):\n    helper()\n"}, "`helper` is never called", None),
        ({"b.py": "# helper() is called\nx.helper()\n"}, "`helper` is never called", None),
        ({"b.js": "import { helper } from 'util';\nhelper();\n"}, "`helper` is never called", None),
        ({"b.py": f"{IMPORTS}{USER}", "src/util.py": DEFINITION}, "`helper` is never called", None),
        ({"b.py": f"{IMPORTS}{USER}"}, "`helper` is never called when the user logs out", None),
    ],
)
def test_what_is_said_to_be_unused_is_used_where_it_is_imported(
    files: dict[str, str], title: str, reason: str | None
) -> None:
    assert outcome({"util.py": DEFINITION, **files}, title, "util.py", "def helper():") == reason


def test_that_a_name_is_used_refutes_nothing_of_a_line_that_does_not_define_it() -> None:
    files = {"util.py": f"{DEFINITION}\nHOOKS = [helper]\n", "b.py": f"{IMPORTS}{USER}"}
    assert outcome(files, "`helper` is never called", "util.py", "HOOKS = [helper]") is None


def test_a_function_that_calls_itself_alone_is_unused() -> None:
    recursive = "def helper(n):\n    return helper(n - 1)\n"
    assert outcome({"util.py": recursive}, "`helper` is never called", "util.py", "def helper(n):") is None
    called = f"{recursive}\n\ndef run():\n    return helper(3)\n"
    assert (
        outcome({"util.py": called}, "`helper` is never called", "util.py", "def helper(n):")
        == "the file uses the name"
    )


@pytest.mark.parametrize(
    ("mentions", "title", "refuted"),
    [
        ({"helper": frozenset[str]()}, "`helper` was removed but is still called", True),
        ({"helper": frozenset({"docs/old.md"})}, "`helper` was removed but is still called", False),
        ({}, "`helper` was removed but is still called", False),
        ({"helper": frozenset[str]()}, "`helper` was removed but is still called by external clients", False),
        ({"helper": frozenset[str]()}, "`helper` was removed, which changes the total", False),
    ],
)
def test_what_is_said_to_be_called_though_it_is_gone_must_stand_somewhere(
    mentions: dict[str, frozenset[str]], title: str, *, refuted: bool
) -> None:
    absence = read_absence(claim("a.py", 1, "def helper():", side=Side.LEFT, title=title))
    found = absence is not None and disprove(absence, TreeFacts(mentions=mentions)) is not None
    assert found is refuted


def test_of_a_fault_that_shows_elsewhere_that_place_is_looked_at() -> None:
    far = claim("util.py", 1, "def assist():", title=UNDEFINED, shows_at=Evidence("b.py", 3, "    return helper()"))
    absence = read_absence(far)
    assert absence is not None
    assert (absence.lack, absence.path, absence.line) == (Lack.BINDING, "b.py", 3)


def placed(title: str, *, side: Side = Side.RIGHT, **more: object) -> PlacedClaim:
    patch = change(change_file("a.py", ["old = 1"], ["new = 1"]))
    quote = "new = 1" if side is Side.RIGHT else "old = 1"
    (found,) = anchor_claims([claim("a.py", 1, quote, side=side, title=title, **more)], patch).placed  # type: ignore[arg-type]  # the fields a test wants to vary
    return found


@pytest.mark.parametrize(
    ("title", "fields", "refuted"),
    [
        ("No test covers the new branch", {}, True),
        ("Missing unit tests for the retry", {}, True),
        ("The new branch is not covered by tests", {}, True),
        ("No test covers the new branch", {"rule": "R-001"}, False),
        ("No test covers the new branch", {"category": "logic"}, False),
        ("No test covers the login any more", {"side": Side.LEFT}, False),
        ("No test runs because the file is not collected", {}, False),
        ("The test passes whatever the function returns", {}, False),
        ("Missing test for null before it is used, so it crashes", {}, False),
    ],
)
def test_a_missing_test_is_no_fault_by_itself(title: str, fields: dict[str, object], *, refuted: bool) -> None:
    item = placed(title, **({"category": "test", "severity": Severity.MEDIUM} | fields))  # type: ignore[arg-type]  # the fields a test wants to vary
    ground = Ground(patch=change(change_file("a.py", ["old = 1"], ["new = 1"])))
    assert (refute(item, ground) == "a missing test is no fault by itself") is refuted


@given(
    st.lists(
        st.sampled_from(["def f():", "    return f()", "x = (", ")", "'''", "del x", "\x00", "é = 1", "", "match x:"])
    )
)
def test_whatever_a_file_holds_it_is_read_or_not_and_nothing_is_raised(lines: list[str]) -> None:
    names = read_names(lines)
    assert names is None or all(1 <= line <= len(lines) for line in names.bound.values())
