"""What tests ask of extraction, as short texts: an import or a symbol a line."""

from __future__ import annotations

from app.core.fit.source_facts import FileFacts, Import, Outline, Symbol
from app.syntax.extraction.extract import extract_facts, extract_outline
from app.syntax.languages import Language
from tests.syntax.moments import NEVER


def facts_of(language: Language, text: str | bytes) -> FileFacts:
    facts = extract_facts(language, text.encode() if isinstance(text, str) else text, deadline=NEVER)
    assert isinstance(facts, FileFacts)
    return facts


def outline_of(language: Language, text: str | bytes) -> Outline:
    outline = extract_outline(language, text.encode() if isinstance(text, str) else text, deadline=NEVER)
    assert isinstance(outline, Outline)
    return outline


def imports_of(language: Language, text: str | bytes) -> list[str]:
    """Each as `target:line`, then what differs from an import at once of the whole: `(names)`, `lazy`, `as (names)`."""
    return [tell_import(item) for item in facts_of(language, text).imports]


def tell_import(item: Import) -> str:
    parts = [f"{'.' * item.level}{item.target}:{item.line}"]
    parts += [f"({' '.join(item.names)})"] if item.names else []
    parts += [item.when.value] if item.when != "loading" else []
    parts += [" ".join(["passed on", *([f"as ({' '.join(item.as_names)})"] if item.as_names else [])])] * item.passed_on
    return " ".join(parts)


def symbols_of(language: Language, text: str | bytes) -> list[str]:
    """Each as `path: signature`, with `-` before it where it is not public."""
    return [tell_symbol(item) for item in outline_of(language, text).symbols]


def tell_symbol(item: Symbol) -> str:
    return f"{'' if item.public else '- '}{item.path}: {item.signature}"
