"""What one manifest asks for, as plain values, and the bounds that every reader of manifests keeps to."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

MAX_BYTES = 512 * 1024
MAX_DECLARED = 5_000
_LONGEST_NAME = 214
_LONGEST_VERSION = 100
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}


class Ecosystem(StrEnum):
    """Where packages of a kind come from."""

    PYPI = "pypi"
    NPM = "npm"
    GO = "go"
    MAVEN = "maven"
    CRATES = "crates"
    NUGET = "nuget"
    RUBYGEMS = "rubygems"
    PACKAGIST = "packagist"
    ACTIONS = "actions"
    DOCKER = "docker"


class ManifestUnreadable(ValueError):
    """A manifest is not what its name says, or past a bound; the message is the reason, in words of ours."""


class Declared(NamedTuple):
    """One package that a manifest asks for, as it is written. `line` is 1-based; 0 where the text does not show it.

    `source` is where it is fetched, if not from the registry. `imported_as` is the name that code knows it by, where
    the manifest gives it one. `managed`: only its version is set here, others ask for it. `indirect`: another package
    needs it.
    """

    ecosystem: Ecosystem
    name: str
    line: int
    version: str = ""
    source: str = ""
    imported_as: str = ""
    managed: bool = False
    indirect: bool = False


class Manifest(NamedTuple):
    """What a manifest asks for, and the names under which it offers its own package, which is no third party's."""

    declared: tuple[Declared, ...] = ()
    own: tuple[tuple[Ecosystem, str], ...] = ()


Reader = Callable[[str], Manifest]
"""Reads the text of a manifest. Raises ManifestUnreadable, and nothing else."""


def read_bounded(reader: Reader, text: str) -> Manifest:
    """What a manifest asks for, in text of bounded length. Raises ManifestUnreadable."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ManifestUnreadable(f"the manifest is larger than {MAX_BYTES // 1024} kB")
    manifest = reader(text.removeprefix("\ufeff"))
    if len(manifest.declared) > MAX_DECLARED:
        raise ManifestUnreadable(f"the manifest asks for more than {MAX_DECLARED:,} packages")
    return Manifest(tuple(_shorten(each) for each in manifest.declared if each.name), manifest.own)


def origin_of(url: str) -> str:
    """Host and owner of what a URL or a shorthand (`github:owner/name`, `git@host:owner/name`) fetches.

    What follows differs from version to version.
    """
    plain = re.split(r"[#?]", url.strip().removeprefix("git+"), maxsplit=1)[0]
    _, separator, rest = plain.partition("://")
    if not separator:
        head, colon, tail = plain.partition(":")
        rest = f"{head}/{tail}" if colon else head
    host, *parts = rest.split("/")
    host = host.rpartition("@")[2].lower()
    path = [part.partition("@")[0] for part in parts[:2]]
    return "/".join([_HOSTS.get(host, host), *path]).removesuffix(".git")


def _shorten(declared: Declared) -> Declared:
    """Whoever writes a manifest does not decide how much of it stands in reports."""
    return declared._replace(
        name=_cut(declared.name, _LONGEST_NAME),
        version=_cut(declared.version, _LONGEST_VERSION),
        source=_cut(declared.source, _LONGEST_NAME),
    )


def _cut(text: str, most: int) -> str:
    plain = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text[: 2 * most].split()))
    return plain if len(plain) <= most else plain[: most - 1] + "…"
