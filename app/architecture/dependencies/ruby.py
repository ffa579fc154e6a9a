"""What Ruby projects ask for: Gemfile and *.gemspec (https://bundler.io/man/gemfile.5.html)."""

from __future__ import annotations

import re

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest, origin_of

_LONGEST_LINE = 2_000
_ASKS = re.compile(
    r"\s*(?:gem|\w+\.add_(?:runtime_|development_)?dependency)[\s(]+[\"']([\w.-]+)[\"'](?:\s*,\s*[\"']([^\"']*)[\"'])?"
)
_SOURCE = re.compile(r"\b(?:git|github):\s*[\"']([^\"']+)[\"']")
_PATH = re.compile(r"\bpath:\s*[\"']")
_OWN = re.compile(r"\s*\w+\.name\s*=\s*[\"']([\w.-]+)[\"']")


def read_gems(text: str) -> Manifest:
    """Gems that stand on a line of their own; what a program works out is not seen."""
    declared: list[Declared] = []
    own: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        bare = line[:_LONGEST_LINE]
        if named := _OWN.match(bare):
            own.append(named[1])
        found = _ASKS.match(bare)
        if found is None or _PATH.search(bare):
            continue
        source = _SOURCE.search(bare)
        origin = "" if source is None else origin_of(source[1])
        declared.append(Declared(Ecosystem.RUBYGEMS, found[1], number, found[2] or "", origin))
    return Manifest(tuple(declared), tuple((Ecosystem.RUBYGEMS, name) for name in own))
