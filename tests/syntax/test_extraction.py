"""What holds for the extraction of every language: any text has an answer, and that stays in its bounds."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.fit.packed import MOST, check_facts, check_outline, is_sound
from app.core.fit.source_facts import FileFacts, Import, Outline
from app.syntax.definitions import find_definitions
from app.syntax.extraction import extract
from app.syntax.extraction.extract import FILES, extract_facts, extract_outline, load_extractor
from app.syntax.extraction.language import cut_header, find_matches, line_of, text_of
from app.syntax.languages import Language
from app.syntax.parsing import MAX_BYTES, Deadline, Parsed, Unparsed, parse
from tests.syntax.extracting import facts_of, outline_of
from tests.syntax.moments import NEVER, after_looks
from tests.syntax.samples import SAMPLES

OURS = [Language.PYTHON, Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX]


def test_every_language_with_a_grammar_has_a_file_that_reads_it() -> None:
    assert set(FILES) == set(Language)
    assert all(language in load_extractor(language).languages for language in Language)


@pytest.mark.parametrize("language", Language)
def test_the_smallest_node_of_a_definitions_span_is_the_definition(language: Language) -> None:
    parsed = parse(language, SAMPLES[language].encode(), deadline=NEVER)
    assert isinstance(parsed, Parsed)
    definitions = find_definitions(parsed, deadline=NEVER)
    assert not isinstance(definitions, Unparsed)
    assert definitions
    for definition in definitions:
        node = parsed.tree.root_node.descendant_for_byte_range(definition.start, definition.end)
        assert node is not None
        assert node.byte_range == (definition.start, definition.end)
        assert node.child_count > 1


@pytest.mark.parametrize("language", Language)
def test_symbols_are_the_definitions_in_their_order(language: Language) -> None:
    symbols = outline_of(language, SAMPLES[language]).symbols
    parsed = parse(language, SAMPLES[language].encode(), deadline=NEVER)
    assert isinstance(parsed, Parsed)
    definitions = find_definitions(parsed, deadline=NEVER)
    assert not isinstance(definitions, Unparsed)
    assert [(it.name, it.kind, it.first_line) for it in symbols] == [
        (it.name, it.kind.value, it.first_line) for it in definitions
    ]


def check(language: Language, text: bytes) -> None:
    """That what there is of a text would be taken from the process that read it."""
    lines = text.count(b"\n") + 1
    facts = extract_facts(language, text, deadline=NEVER)
    if isinstance(facts, FileFacts):
        check_facts(facts, language=language.value, lines=lines)
    outline = extract_outline(language, text, deadline=NEVER)
    if isinstance(outline, Outline):
        check_outline(outline, lines=lines)


@pytest.mark.parametrize("language", OURS)
def test_a_text_that_ends_anywhere_is_read_as_far_as_it_goes(language: Language) -> None:
    whole = SAMPLES[language].encode()
    for end in range(len(whole)):
        check(language, whole[:end])


TOKENS = (
    b"import from as export default type require( ( ) { } [ ] , ; : * . .. = => 'a' './b' \" ` ${ \\ \n\n \xff \0 # //"
    b" x def class function async if TYPE_CHECKING: __all__ lambda @ return import_module('x') \xe2\x80\xae \r \xc2\x85"
)
WORDS = st.sampled_from(TOKENS.split(b" "))


@pytest.mark.parametrize("language", OURS)
@settings(max_examples=150, deadline=None)
@given(words=st.lists(st.tuples(WORDS, st.sampled_from([b" ", b"\n", b"\n    ", b""])), max_size=40))
def test_no_order_of_words_stops_the_reader(language: Language, words: list[tuple[bytes, bytes]]) -> None:
    check(language, b"".join(word + gap for word, gap in words))


@pytest.mark.parametrize("language", OURS)
@pytest.mark.parametrize(
    "text",
    [
        b"(" * 20_000,
        b"[" * 50_000,
        b"{" * 20_000,
        b"class A:\n" * 2_000,
        b"\n".join(b" " * depth + b"if x:" for depth in range(700)) + b"\n" + b" " * 700 + b"import a",
        b"function f(){" * 2_000 + b"require('a')",
        b"\xff\xfe" + "import a\n".encode("utf-16-le"),
        b"import a\n\xff\xff\nimport b\n",
        b"import " + b"a." * 100_000 + b"a\n",
        b"from " + b"." * 2_000 + b" import a\n",
        b"import {" + b"a," * 30_000 + b"} from 'x'\n",
        b"\0" * 10_000,
        b"",
    ],
    ids=range(13),
)
def test_hostile_texts_have_an_answer(language: Language, text: bytes) -> None:
    check(language, text)


def test_a_text_with_faults_says_that_something_may_be_missing() -> None:
    facts = facts_of(Language.PYTHON, "import a\ndef f(:\nimport b\n")
    assert facts.partial
    assert Import("a", 1) in facts.imports
    assert outline_of(Language.PYTHON, "def f(:\n").partial
    assert not facts_of(Language.PYTHON, "import a\n").partial


def test_a_text_in_another_language_is_not_read_at_all() -> None:
    prose = b"a<" * 30_000
    assert extract_facts(Language.PYTHON, prose, deadline=NEVER) is Unparsed.TOO_BROKEN
    assert extract_outline(Language.PYTHON, prose, deadline=NEVER) is Unparsed.TOO_BROKEN


@pytest.mark.parametrize("language", OURS)
def test_a_file_that_is_too_large_says_so(language: Language) -> None:
    text = b"\n" * (MAX_BYTES + 1)
    assert extract_facts(language, text, deadline=NEVER) is Unparsed.TOO_LARGE
    assert extract_outline(language, text, deadline=NEVER) is Unparsed.TOO_LARGE


@pytest.mark.parametrize("extracting", [extract_facts, extract_outline])
def test_the_deadline_ends_it_at_any_step(extracting: object) -> None:
    assert callable(extracting)
    text = b"import a\nimport b\ndef f(): pass\ndef g(): pass\n"
    looks = next(looks for looks in count() if not _is_slow(extracting(Language.PYTHON, text, deadline=_at(looks))))
    assert looks > 2
    assert all(_is_slow(extracting(Language.PYTHON, text, deadline=_at(fewer))) for fewer in range(looks))


def _at(looks: int) -> Deadline:
    return after_looks(looks)


def _is_slow(answer: object) -> bool:
    return answer is Unparsed.TOO_SLOW


def test_a_file_with_more_imports_than_any_is_not_read_since_the_last_may_be_the_one() -> None:
    text = b"import a\n" * (MOST + 1)
    assert extract_facts(Language.PYTHON, text, deadline=NEVER) is Unparsed.TOO_MANY


@pytest.mark.parametrize("target", ["./" * 300 + "b", "a" * 600])
def test_nor_is_one_with_a_path_that_is_longer_than_any(target: str) -> None:
    text = f"import './a'\nimport '{target}'\n".encode()
    assert extract_facts(Language.TYPESCRIPT, text, deadline=NEVER) is Unparsed.TOO_MANY


def test_a_name_that_is_longer_than_any_stands_for_everything() -> None:
    facts = facts_of(Language.PYTHON, f"from a import b, {'c' * 600}\n")
    assert (facts.imports, facts.partial) == ((Import("a", 1, ("*",), passed_on=True),), True)


def test_a_file_with_more_definitions_than_any_is_too_large() -> None:
    text = b"def f(): pass\n" * (MOST + 1)
    assert extract_outline(Language.PYTHON, text, deadline=NEVER) is Unparsed.TOO_LARGE


def test_names_that_would_leave_their_line_are_not_taken_and_that_is_said() -> None:
    facts = facts_of(Language.TYPESCRIPT, "import './a\u202e'\nimport './b'\n")
    assert [item.target for item in facts.imports] == ["./b"]
    assert facts.partial


def test_a_signature_stays_on_its_line_and_within_its_length() -> None:
    (symbol,) = outline_of(Language.PYTHON, f"def f(a='''x\ny''', b='{'z' * 2_000}'): pass").symbols
    assert symbol.signature.startswith("def f(a='''x\ufffdy'''")
    assert len(symbol.signature) == 1_000


def test_matches_come_in_the_order_of_the_text() -> None:
    text = "\n".join(f"import a{number}\nfrom b{number} import c" for number in range(300))
    parsed = parse(Language.PYTHON, text.encode(), deadline=NEVER)
    assert isinstance(parsed, Parsed)
    found = find_matches(parsed, "(import_statement) @b (import_from_statement) @a")
    assert [line_of(node) for match in found for nodes in match.values() for node in nodes] == list(range(1, 601))


class TestHeader:
    """A language with a header, made of Python: imports come before the first class."""

    @pytest.fixture(autouse=True)
    def _with_header(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import re  # noqa: PLC0415 - for this stand-in alone

        imports, declaration = re.compile(rb"^import\b", re.MULTILINE), re.compile(rb"^class\b", re.MULTILINE)
        again = re.compile(rb"\bimporting\b")
        with_header = replace(
            load_extractor(Language.PYTHON),
            header=lambda source: cut_header(source, imports=imports, declaration=declaration, again=again),
        )
        monkeypatch.setattr(extract, "load_extractor", lambda _: with_header)

    def test_what_is_behind_it_is_not_read(self) -> None:
        facts = facts_of(Language.PYTHON, "import a\nclass A:\n    def broken(:\n")
        assert facts == FileFacts("python", imports=(Import("a", 1),))

    def test_a_word_that_looks_like_a_declaration_hides_no_import(self) -> None:
        facts = facts_of(Language.PYTHON, "'''\nclass of things\n'''\nimport a\nimport b")
        assert facts.imports == (Import("a", 4), Import("b", 5))

    def test_a_header_with_a_fault_is_not_trusted(self) -> None:
        facts = facts_of(Language.PYTHON, "import a\n'''\nclass of things\n'''\nx = 1\nif x:\n    import b\n")
        assert facts == FileFacts("python", imports=(Import("a", 1), Import("b", 7)))


@given(names=st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=30))
def test_every_import_that_is_written_is_found_on_its_line(names: list[str]) -> None:
    text = "\n\n".join(f"import m_{name}" for name in names)
    found = facts_of(Language.PYTHON, text).imports
    assert [(item.target, item.line) for item in found] == [(f"m_{name}", 2 * at + 1) for at, name in enumerate(names)]
    assert all(map(is_sound, found))


def test_the_text_of_a_node_that_is_no_utf8_is_shown_as_far_as_it_is() -> None:
    parsed = parse(Language.PYTHON, b"'\xff'", deadline=NEVER)
    assert isinstance(parsed, Parsed)
    assert text_of(parsed.tree.root_node) == "'\ufffd'"
    assert text_of(None) == ""
