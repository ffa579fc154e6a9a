"""What JavaScript projects ask for: package.json (https://nodejs.org/api/packages.html)."""

from __future__ import annotations

import re

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest, origin_of
from app.architecture.dependencies.json_text import read_texts

_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_LOCAL = ("workspace:", "file:", "link:", "portal:", "./", "../", "/", "~/")
_ELSEWHERE = re.compile(r"[\w+.-]+://|git@|(?:github|gitlab|bitbucket|gist):|[\w.-]+/[\w.-]+(?:#|$)")


def read_package(text: str) -> Manifest:
    """All kinds of dependencies; an alias (`npm:name@range`) counts as what it stands for."""
    texts = read_texts(text)
    own = texts.values.get(("name",), "")
    found = [_read(name, value, line) for section in _SECTIONS for name, value, line in texts.under(section)]
    return Manifest(tuple(each for each in found if each is not None), ((Ecosystem.NPM, own),) if own else ())


def _read(name: str, version: str, line: int) -> Declared | None:
    if version.startswith(_LOCAL):
        return None
    if version.startswith("npm:"):
        real = version.removeprefix("npm:")
        meant = real if "@" not in real[1:] else real[: real.rindex("@")]
        return Declared(Ecosystem.NPM, meant, line, version, imported_as=name)
    return Declared(Ecosystem.NPM, name, line, version, origin_of(version) if _ELSEWHERE.match(version) else "")
