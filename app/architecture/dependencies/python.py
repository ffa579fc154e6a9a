"""What Python projects ask for: pyproject.toml, Pipfile, requirements files, setup.cfg and setup.py.

The forms: https://peps.python.org/pep-0508/, https://peps.python.org/pep-0621/, https://peps.python.org/pep-0735/,
https://python-poetry.org/docs/pyproject/, https://setuptools.pypa.io/en/latest/userguide/declarative_config.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest, origin_of
from app.architecture.dependencies.toml_text import Toml, read_toml, table_at, texts_in

_LONGEST_LINE = 4_000
_REQUIREMENT = re.compile(r"[ \t]*([A-Za-z0-9][\w.-]*)[ \t]*(?:\[[^\]]*\])?[ \t]*([^;#]*)")
_EGG = re.compile(r"#(?:[^#]*&)?egg=([A-Za-z0-9][\w.-]*)")
_ASKS = re.compile(r"\b(?:install_requires|extras_require|tests_require|setup_requires)\s*=")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_CFG_LISTS = frozenset({("options", "install_requires"), ("options", "setup_requires"), ("options", "tests_require")})
_VIA = re.compile(r"(?:^|\s)#?\s*via\b")
_ASKED_IN = re.compile(r"-r\s|\.(?:in|toml|txt|cfg|py)\b")
"""How a compiled file names what asked: `-r dev.in`, `shop (pyproject.toml)`."""
_NO_PACKAGE = frozenset({"python"})


def read_pyproject(text: str) -> Manifest:
    """PEP 621 with optional dependencies and groups, build requirements, and Poetry's tables."""
    toml = read_toml(text)
    declared = [
        declared
        for section, requirement in _list_requirements(toml)
        for declared in _read_requirement(requirement, toml.line_of(section, requirement))
    ]
    for section, table in _list_tables(toml):
        declared += _read_table(toml, section, table)
    own = (table_at(toml.values, "project").get("name"), table_at(toml.values, "tool", "poetry").get("name"))
    return Manifest(tuple(declared), tuple((Ecosystem.PYPI, name) for name in own if isinstance(name, str)))


def read_pipfile(text: str) -> Manifest:
    """Packages and development packages of a Pipfile."""
    toml = read_toml(text)
    tables = [(section, table_at(toml.values, section)) for section in ("packages", "dev-packages")]
    return Manifest(tuple(each for section, table in tables for each in _read_table(toml, section, table)))


def read_requirements(text: str) -> Manifest:
    """A requirements file; what it includes is read as a file of its own.

    Where a compiled one says behind `# via` that only other packages need something, that is indirect
    (https://docs.astral.sh/uv/reference/settings/#pip_annotation-style).
    """
    declared: list[Declared] = []
    reasons: dict[int, str] = {}
    continued = False
    for number, line in enumerate(text.split("\n"), 1):
        bare = line[:_LONGEST_LINE].strip()
        if declared and line.startswith((" ", "\t")) and bare.startswith("#"):
            reasons[len(declared)] = f"{reasons.get(len(declared), '')} {bare}"[:_LONGEST_LINE]
        before = len(declared)
        if not continued and bare and not bare.startswith(("#", "-", ".", "/")):
            declared += _read_requirement(bare.rstrip("\\").partition(" --")[0].partition(" #")[0], number)
        elif not continued and bare.startswith(("-e ", "--editable")) and "://" in bare:
            declared += _read_requirement(bare.partition(" ")[2], number)
        if len(declared) > before and " #" in bare:
            reasons[len(declared)] = bare.partition(" #")[2]
        continued = bare.endswith("\\")
    marked = (each._replace(indirect=_is_brought(reasons.get(at, ""))) for at, each in enumerate(declared, 1))
    return Manifest(tuple(marked))


def _is_brought(reason: str) -> bool:
    """Whether a comment says that other packages need something, and no file asks for it."""
    return _VIA.search(reason) is not None and _ASKED_IN.search(reason) is None


def read_setup_cfg(text: str) -> Manifest:
    """The declarative lists of setuptools."""
    declared: list[Declared] = []
    section = key = name = ""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line[:_LONGEST_LINE].split("#", 1)[0]
        asked = bare
        if bare.startswith("["):
            section, key, asked = bare.strip("[] \t\r"), "", ""
        elif bare[:1].strip() and "=" in bare:
            key, _, asked = (part.strip() for part in bare.partition("="))
            name = asked if (section, key) == ("metadata", "name") else name
        if (section, key) in _CFG_LISTS or (section == "options.extras_require" and key):
            declared += _read_requirement(asked, number)
    return Manifest(tuple(declared), ((Ecosystem.PYPI, name),) if name else ())


def read_setup_py(text: str) -> Manifest:
    """The texts in the lists of setuptools' own arguments, as far as they are written out; nothing is run."""
    declared: list[Declared] = []
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = line[:_LONGEST_LINE].split("#", 1)[0]
        if depth == 0:
            asks = _ASKS.search(bare)
            if asks is None:
                continue
            bare = bare[asks.end() :]
        outside = _QUOTED.sub("", bare)
        listed = depth > 0 or outside.strip().startswith(("[", "{"))
        for quoted in _QUOTED.finditer(bare) if listed else ():
            if not bare[quoted.end() :].lstrip().startswith(":"):
                declared += _read_requirement(quoted[1] or quoted[2] or "", number)
        depth = max(0, depth + sum(outside.count(mark) for mark in "[{") - sum(outside.count(mark) for mark in "]}"))
    return Manifest(tuple(declared))


def _list_requirements(toml: Toml) -> Iterator[tuple[str, str]]:
    """Requirements written as texts, each with the header it stands below."""
    values = toml.values
    lists: list[tuple[str, object]] = [
        ("project", table_at(values, "project").get("dependencies")),
        ("build-system", table_at(values, "build-system").get("requires")),
    ]
    for section in ("project.optional-dependencies", "dependency-groups", "tool.pdm.dev-dependencies"):
        lists += [(section, each) for each in table_at(values, *section.split(".")).values()]
    lists.append(("tool.uv", table_at(values, "tool", "uv").get("dev-dependencies")))
    for section, requirements in lists:
        yield from ((section, requirement) for requirement in texts_in(requirements))


def _list_tables(toml: Toml) -> Iterator[tuple[str, Mapping[str, object]]]:
    poetry = "tool.poetry"
    for name in ("dependencies", "dev-dependencies"):
        yield f"{poetry}.{name}", table_at(toml.values, "tool", "poetry", name)
    for group in table_at(toml.values, "tool", "poetry", "group"):
        where = ("tool", "poetry", "group", group, "dependencies")
        yield ".".join(where), table_at(toml.values, *where)


def _read_table(toml: Toml, section: str, table: Mapping[str, object]) -> Iterator[Declared]:
    for name, value in table.items():
        choices = value if isinstance(value, list) else [value]
        given = next((choice for choice in choices if isinstance(choice, str | dict)), "")
        if name.lower() in _NO_PACKAGE or (isinstance(given, dict) and ("path" in given or "file" in given)):
            continue
        asked = given.get("version", "") if isinstance(given, dict) else given
        url = (given.get("git") or given.get("url") or "") if isinstance(given, dict) else ""
        line = toml.line_of(section, name)
        source = origin_of(url) if isinstance(url, str) and url else ""
        yield Declared(Ecosystem.PYPI, name, line, asked if isinstance(asked, str) else "", source)


def _read_requirement(written: str, line: int) -> Iterator[Declared]:
    """One requirement of PEP 508, or a URL that names its egg; nothing for what is neither."""
    written = written.strip()[:_LONGEST_LINE]
    if egg := _EGG.search(written):
        yield Declared(Ecosystem.PYPI, egg[1], line, written.partition("#")[0], origin_of(written))
    elif found := _REQUIREMENT.match(written):
        rest = found[2].strip()
        if "://" in rest and rest.startswith("@"):
            yield Declared(Ecosystem.PYPI, found[1], line, rest, origin_of(rest.removeprefix("@")))
        elif not rest or rest[0] in "<>=!~(@":
            yield Declared(Ecosystem.PYPI, found[1], line, rest.strip("()"))
