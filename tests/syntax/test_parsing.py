"""Any text has a tree or a named reason why not; nothing that is parsed can hold the process or end it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.syntax import parsing
from app.syntax.faults import MOST_FAULTS, Fault, find_faults
from app.syntax.languages import Language
from app.syntax.parsing import MAX_BYTES, Deadline, Parsed, Unparsed, parse
from app.syntax.tokens import walk_tokens
from tests.syntax.moments import NEVER, after_looks
from tests.syntax.samples import SAMPLES

ROOT = Path(__file__).parents[2]


def parsed(language: Language, text: str | bytes) -> Parsed:
    tree = parse(language, text.encode() if isinstance(text, str) else text, deadline=NEVER)
    assert isinstance(tree, Parsed)
    return tree


@pytest.mark.parametrize("language", Language)
def test_a_right_program_has_no_fault(language: Language) -> None:
    assert find_faults(parsed(language, SAMPLES[language])) == ()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_endings_and_a_missing_last_one_are_no_fault(language: Language, ending: str) -> None:
    text = SAMPLES[language].replace("\n", ending)
    assert find_faults(parsed(language, text)) == ()
    assert find_faults(parsed(language, text.removesuffix(ending))) == ()


def test_faults_have_their_place_in_bytes_and_lines() -> None:
    faults = find_faults(parsed(Language.GO, 'package é\n\nfunc f() {\n\tg("é", 1\n}\n'))
    assert faults == (Fault(start=33, end=33, missing=")", first_line=4, last_line=4),)


def test_a_stretch_that_fits_nowhere_is_one_fault_on_its_lines() -> None:
    (fault,) = find_faults(parsed(Language.JAVASCRIPT, "a()\n) ) )\nb()\n"))
    assert (fault.first_line, fault.last_line, fault.missing) == (2, 2, "")


def test_faults_are_counted_up_to_a_limit() -> None:
    assert len(find_faults(parsed(Language.JAVA, "class A { int f( }\n" * 5_000))) == MOST_FAULTS


def test_what_is_too_large_is_not_parsed() -> None:
    assert parse(Language.PYTHON, b"#" * (MAX_BYTES + 1), deadline=NEVER) is Unparsed.TOO_LARGE
    assert isinstance(parse(Language.PYTHON, b"#" * MAX_BYTES, deadline=NEVER), Parsed)


@pytest.mark.parametrize("looks", [0, 1, 2, 50])
def test_parsing_stops_at_its_deadline_and_the_next_text_is_parsed_from_its_beginning(looks: int) -> None:
    text = b"f(1)\n" * 20_000
    assert parse(Language.PYTHON, text, deadline=after_looks(looks)) is Unparsed.TOO_SLOW
    after = parsed(Language.PYTHON, text)
    assert (find_faults(after), after.tree.root_node.end_byte) == ((), len(text))


def test_a_large_file_is_parsed_within_a_bounded_number_of_looks_at_the_clock() -> None:
    looks: list[float] = []

    def clock() -> float:
        looks.append(0.0)
        return 0.0

    text = b"def f(a):\n    return (a, [1, 2], 'x')\n" * 10_000
    assert isinstance(parse(Language.PYTHON, text, deadline=Deadline(1.0, clock)), Parsed)
    assert 100 < len(looks) < len(text) // 10, "often enough to stop soon, seldom enough to cost nothing"


@pytest.mark.parametrize("fault", [ImportError, AttributeError, ValueError])
def test_a_grammar_that_cannot_be_loaded_is_said_by_name(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def fail(_: str) -> ModuleType:
        raise fault

    parsing.load_grammar.cache_clear()
    monkeypatch.setattr(parsing, "import_module", fail)
    try:
        assert parse(Language.RUST, b"fn f() {}", deadline=NEVER) is Unparsed.NO_GRAMMAR
    finally:
        parsing.load_grammar.cache_clear()


HOSTILE = """
import sys
from app.syntax.definitions import find_definitions
from app.syntax.faults import find_faults
from app.syntax.languages import Language
from app.syntax.parsing import Deadline, Parsed, parse
from app.syntax.tokens import walk_tokens

UNITS = ["(", "{", "[", "<", '"', "`${", '"${', 'f"{', "<<A\\n", "<<<A {$x[\\"", "r##", 'R"a', "-", "a.", "x=>", "/*",
         "#if A\\n", "class A {", "\\0", "\\ufeff", "if x:\\n ", "%w(", "<a>"]
NEVER = Deadline(1.0, lambda: 0.0)
for language in Language:
    for unit in UNITS:
        tree = parse(language, (unit * 600).encode(), deadline=NEVER)
        assert isinstance(tree, Parsed), (language, unit)
        find_faults(tree)
        find_definitions(tree, deadline=NEVER)
        for _ in walk_tokens(tree, 0, len(tree.source)):
            pass
print("alive")
"""


def test_hostile_texts_leave_the_process_alive() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "alive", "")


@given(st.sampled_from(Language), st.binary(max_size=200), st.integers(0, 400), st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_any_text_has_a_tree_and_its_tokens_cover_it(language: Language, noise: bytes, at: int, gone: int) -> None:
    whole = SAMPLES[language].encode()
    source = whole[:at] + noise + whole[at + gone :]
    tree = parsed(language, source)
    faults = find_faults(tree)
    tokens = list(walk_tokens(tree, 0, len(source)))

    assert faults == find_faults(parsed(language, source))
    lines = source.count(b"\n") + 1
    assert all(0 <= fault.start <= fault.end <= len(source) for fault in faults)
    assert all(1 <= fault.first_line <= fault.last_line <= lines for fault in faults)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
    covered = bytearray(source)
    for token in tokens:
        covered[token.start : token.end] = b" " * (token.end - token.start)
    assert not covered.strip()
