"""Which package an import belongs to, as far as names tell.

What is installed and what is imported have names of their own. Where a registry keeps them alike the rule is written
here, and where well-known packages break it there is a row for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from app.architecture.dependencies.declared import Declared, Ecosystem
from app.syntax.languages import Language, language_of

_ECOSYSTEMS: Final[Mapping[Language, Ecosystem]] = MappingProxyType(
    {
        Language.PYTHON: Ecosystem.PYPI,
        Language.JAVASCRIPT: Ecosystem.NPM,
        Language.TYPESCRIPT: Ecosystem.NPM,
        Language.TSX: Ecosystem.NPM,
        Language.GO: Ecosystem.GO,
        Language.JAVA: Ecosystem.MAVEN,
        Language.KOTLIN: Ecosystem.MAVEN,
        Language.RUST: Ecosystem.CRATES,
        Language.C_SHARP: Ecosystem.NUGET,
    }
)
"""Those whose imports can be told from their packages; what Ruby and PHP import has no rule."""

_MAJOR = re.compile(r"(?:/v\d+|\.v\d+)$")
_IMPORTED: Final[Mapping[tuple[Ecosystem, str], tuple[str, ...]]] = MappingProxyType(
    {
        (Ecosystem.PYPI, distribution): tuple(names.split())
        for distribution, names in {
            "apache-airflow": "airflow",
            "attrs": "attr attrs",
            "beautifulsoup4": "bs4",
            "biopython": "bio",
            "discord-py": "discord",
            "djangorestframework": "rest_framework",
            "dnspython": "dns",
            "faiss-cpu": "faiss",
            "gitpython": "git",
            "google-re2": "re2",
            "grpcio": "grpc",
            "markdown-it-py": "markdown_it",
            "mysqlclient": "mysqldb",
            "opencv-contrib-python": "cv2",
            "opencv-python": "cv2",
            "opencv-python-headless": "cv2",
            "pillow": "pil",
            "protobuf": "google_protobuf",
            "psycopg-binary": "psycopg",
            "psycopg2-binary": "psycopg2",
            "pycryptodome": "crypto",
            "pyjwt": "jwt",
            "pymupdf": "fitz",
            "pynacl": "nacl",
            "pyopenssl": "openssl",
            "pyserial": "serial",
            "pytest": "pytest _pytest",
            "python-dateutil": "dateutil",
            "python-docx": "docx",
            "python-dotenv": "dotenv",
            "python-gitlab": "gitlab",
            "python-jose": "jose",
            "python-json-logger": "pythonjsonlogger",
            "python-magic": "magic",
            "python-multipart": "multipart python_multipart",
            "python-pptx": "pptx",
            "python-slugify": "slugify",
            "pyyaml": "yaml",
            "pyzmq": "zmq",
            "scikit-image": "skimage",
            "scikit-learn": "sklearn",
            "sentry-sdk": "sentry_sdk",
            "setuptools": "setuptools pkg_resources",
            "umap-learn": "umap",
            "websocket-client": "websocket",
        }.items()
    }
    | {
        (Ecosystem.MAVEN, coordinates): tuple(names.split())
        for coordinates, names in {
            "ch.qos.logback:logback-classic": "ch.qos.logback",
            "com.fasterxml.jackson.core:jackson-databind": "com.fasterxml.jackson.databind",
            "com.google.code.gson:gson": "com.google.gson",
            "com.google.guava:guava": "com.google.common",
            "commons-io:commons-io": "org.apache.commons.io",
            "commons-codec:commons-codec": "org.apache.commons.codec",
            "junit:junit": "org.junit",
            "org.junit.jupiter:junit-jupiter": "org.junit.jupiter",
            "org.projectlombok:lombok": "lombok",
            "org.yaml:snakeyaml": "org.yaml.snakeyaml",
            "mysql:mysql-connector-java": "com.mysql",
        }.items()
    }
)


class Belonging(NamedTuple):
    """What an import belongs to: the one package, if a single one fits best; `known`: one that fits is declared."""

    package: Declared | None
    known: bool


class Catalogue:
    """The packages that are declared, by the names that imports may have for them."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        self._by_key: dict[tuple[Ecosystem, str], dict[str, Declared]] = {}
        self._families: set[tuple[Ecosystem, str]] = set()
        for each in declared:
            for key in _keys_of(each):
                self._by_key.setdefault((each.ecosystem, key), {}).setdefault(identify(each.ecosystem, each.name), each)
                self._families.add((each.ecosystem, _family_of(each.ecosystem, key)))

    def place(self, ecosystem: Ecosystem, imported: str) -> Belonging:
        """The package that an import belongs to."""
        for probe in _probes_of(ecosystem, imported):
            if found := self._by_key.get((ecosystem, probe)):
                return Belonging(next(iter(found.values())) if len(found) == 1 else None, known=True)
        family = _family_of(ecosystem, _plain(ecosystem, imported))
        return Belonging(None, known=bool(family) and (ecosystem, family) in self._families)


def ecosystem_of(path: str) -> Ecosystem | None:
    """Where the packages come from that a source file imports; None where imports do not tell."""
    language = language_of(path)
    return None if language is None else _ECOSYSTEMS.get(language)


def identify(ecosystem: Ecosystem, name: str) -> str:
    """The name by which a registry tells packages apart; a new major version of a Go module is no other package."""
    if ecosystem is Ecosystem.PYPI:
        return re.sub(r"[-_.]+", "-", name).lower()
    if ecosystem is Ecosystem.CRATES:
        return name.replace("_", "-").lower()
    if ecosystem is Ecosystem.GO:
        return _MAJOR.sub("", name)
    return name if ecosystem in (Ecosystem.NPM, Ecosystem.MAVEN) else name.lower()


def _keys_of(declared: Declared) -> Iterator[str]:
    ecosystem, name = declared.ecosystem, identify(declared.ecosystem, declared.name)
    known = _IMPORTED.get((ecosystem, name))
    if declared.imported_as:
        yield _plain(ecosystem, declared.imported_as)
    elif known is not None:
        yield from known
    elif ecosystem is Ecosystem.MAVEN:
        group, _, artifact = name.partition(":")
        yield from (group, f"{group}.{artifact.replace('-', '.')}")
    elif ecosystem is Ecosystem.NPM and name.startswith("@types/"):
        scope, separator, rest = name.removeprefix("@types/").partition("__")
        yield from (name, f"@{scope}/{rest}" if separator else scope)
    else:
        yield _plain(ecosystem, name)


def _plain(ecosystem: Ecosystem, name: str) -> str:
    if ecosystem in (Ecosystem.PYPI, Ecosystem.CRATES):
        return re.sub(r"[-.]+", "_", name).lower()
    return name.lower() if ecosystem is Ecosystem.NUGET else name


def _probes_of(ecosystem: Ecosystem, imported: str) -> Iterator[str]:
    """The names to look for, the longest first."""
    separator = {Ecosystem.PYPI: "_", Ecosystem.CRATES: "::", Ecosystem.NPM: "", Ecosystem.GO: "/"}.get(ecosystem, ".")
    left = _plain(ecosystem, imported)
    while left:
        yield left
        left = left.rpartition(separator)[0] if separator else ""


def _family_of(ecosystem: Ecosystem, name: str) -> str:
    """Whose packages these are, where parts of one product come under many names; else empty."""
    if ecosystem is Ecosystem.PYPI:
        return name.partition("_")[0]
    if ecosystem is Ecosystem.MAVEN:
        return ".".join(name.split(".")[:2])
    return name.partition(".")[0] if ecosystem is Ecosystem.NUGET else ""
