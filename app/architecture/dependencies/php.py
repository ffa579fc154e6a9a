"""What PHP projects ask for: composer.json (https://getcomposer.org/doc/04-schema.md)."""

from __future__ import annotations

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest
from app.architecture.dependencies.json_text import read_texts


def read_composer(text: str) -> Manifest:
    """Packages; what the platform has (`php`, `ext-json`) is none."""
    texts = read_texts(text)
    own = texts.values.get(("name",), "")
    declared = tuple(
        Declared(Ecosystem.PACKAGIST, name, line, version)
        for section in ("require", "require-dev")
        for name, version, line in texts.under(section)
        if "/" in name
    )
    return Manifest(declared, ((Ecosystem.PACKAGIST, own),) if own else ())
