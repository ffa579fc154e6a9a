"""Names that are spelled out are found by a quick look that misses none of them."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from app.syntax.extraction import spelled
from app.syntax.extraction.spelled import find_in_java

PIECES = (
    "/*",
    "*/",
    "//",
    "\n",
    "import ",
    "import static ",
    "package ",
    "a.b.C",
    "x.y.z.Deep",
    "this.a.B",
    "List",
    ";",
    '"',
    '"""',
    "'",
    " ",
    "\\",
    ".*",
    "{",
)


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
@example("/*\nimport x */ a.b.C c;")
@example('"""\nimport """ + a.b.C.d();')
@example("import a.b.C; x.y.z.Deep d;")
@example("import a.b.C\n;a.b.C c")
def test_a_quick_look_changes_nothing(text: str) -> None:
    source = text.encode()
    assert list(find_in_java(source)) == list(spelled._find(spelled._OF_JAVA, source))
