"""A file's language is told by its name, for the languages that have a grammar."""

from __future__ import annotations

import pytest

from app.syntax.definition_kinds import DEFINERS
from app.syntax.languages import LANGUAGES, Language, ending_of, language_of
from app.syntax.parsing import load_grammar
from tests.syntax.samples import SAMPLES


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("app/pay.py", Language.PYTHON),
        ("app/pay.PYI", Language.PYTHON),
        ("a/b.c/d.rs", Language.RUST),
        ("src/index.mjs", Language.JAVASCRIPT),
        ("src/Panel.jsx", Language.JAVASCRIPT),
        ("src/types.d.ts", Language.TYPESCRIPT),
        ("src/Panel.tsx", Language.TSX),
        ("include/order.h", Language.CPP),
        ("src/order.c", Language.C),
        ("build.gradle.kts", Language.KOTLIN),
        ("Rakefile", Language.RUBY),
        ("docs/Gemfile", Language.RUBY),
        ("docs/gemfile", None),
        ("Makefile", None),
        ("a.py/notes", None),
        (".py", None),
        ("py", None),
        ("a.", None),
        ("", None),
    ],
)
def test_a_name_tells_the_language(path: str, language: Language | None) -> None:
    assert language_of(path) is language


def test_no_ending_and_no_name_is_claimed_by_two_languages() -> None:
    claimed = [*(one for row in LANGUAGES.values() for one in (*row.endings, *row.names))]
    assert len(claimed) == len(set(claimed))
    assert all(ending == ending_of(f"a.{ending}") for row in LANGUAGES.values() for ending in row.endings)


def test_every_language_has_its_grammar_its_definers_and_a_sample() -> None:
    assert set(LANGUAGES) == set(DEFINERS) == set(SAMPLES) == set(Language)
    assert None not in {load_grammar(language) for language in Language}
