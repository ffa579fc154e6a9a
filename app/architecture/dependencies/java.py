"""What Java and Kotlin projects ask for: pom.xml, Gradle's build files and its version catalogue.

The forms: https://maven.apache.org/pom.html, https://docs.gradle.org/current/userguide/declaring_dependencies.html,
https://docs.gradle.org/current/userguide/version_catalogs.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest
from app.architecture.dependencies.toml_text import read_toml, table_at
from app.architecture.dependencies.xml_text import Element, read_xml

_LONGEST_LINE = 2_000
_PLUGINS_OF = "org.apache.maven.plugins"
_OWN_GROUP = frozenset({"${project.groupId}", "${pom.groupId}", "${groupId}", "${project.parent.groupId}"})
_ASKS = re.compile(
    r"(?:^|[\s({;])(?:[a-z]\w*)?(?:[iI]mplementation|[aA]pi|[cC]ompile(?:Only(?:Api)?)?|[rR]untime(?:Only)?|[cC]lasspath"
    r"|[aA]nnotationProcessor|[kK]apt|[kK]sp|[dD]evelopmentOnly|[pP]rovided(?:Compile|Runtime)?|[pP]latform|[oO]ptional"
    r"|mavenBom|dependency)[\s(]"
)
_ASKS_BY_SHAPE = re.compile(
    r"(?!exclude|force|project|because)\w+\s*\(?\s*[\"'][\w-]+\.[\w.-]+:[\w.${}-]+(?::[^\"':]*)?[\"']"
)
"""A configuration of a project's own, given what is surely coordinates: the group has a dot."""

_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_COORDINATES = re.compile(r"([\w.-]+):([\w.${}-]+)(?::([^:@]*))?(?::[^:@]*)?(?:@\w+)?")
_NAMED = re.compile(r"\b(group|name|version)\s*[:=]\s*[\"']([^\"']*)[\"']")
_PLUGIN = re.compile(r"\bid\s*\(?\s*[\"']([\w.-]+)[\"']\s*\)?\s*(?:version\s*\(?\s*[\"']([^\"']*)[\"'])?")


def read_pom(text: str) -> Manifest:
    """Dependencies, plugins, a parent and imported bills of materials; versions that are only managed are marked."""
    elements = read_xml(text)
    project = next((each for each in elements if not each.within), None)
    parent = next((each for each in elements if each.name == "parent" and each.within == ("project",)), None)
    group = (project.child("groupId") if project else "") or (parent.child("groupId") if parent else "")
    own = f"{group}:{project.child('artifactId')}" if project else ""
    asked = [each for each in elements if each.name in ("dependency", "plugin", "extension") or each is parent]
    declared = tuple(_read_element(each, group) for each in asked if each.child("artifactId"))
    return Manifest(declared, ((Ecosystem.MAVEN, own),))


def read_gradle(text: str) -> Manifest:
    """Coordinates that a known configuration is given, and plugins, by line; what is worked out is not seen."""
    declared: list[Declared] = []
    for number, line in enumerate(text.split("\n"), 1):
        bare = line[:_LONGEST_LINE].strip()
        if not bare or bare.startswith(("//", "*", "/*")):
            continue
        if _ASKS.search(bare) or _ASKS_BY_SHAPE.match(bare):
            declared += _read_coordinates(bare, number)
        if plugin := _PLUGIN.search(bare):
            declared.append(Declared(Ecosystem.MAVEN, plugin[1], number, plugin[2] or ""))
    return Manifest(tuple(each for each in declared if "." in each.name or ":" in each.name))


def read_catalogue(text: str) -> Manifest:
    """The libraries and plugins of a version catalogue (libs.versions.toml)."""
    toml = read_toml(text)
    versions = table_at(toml.values, "versions")
    declared: list[Declared] = []
    for section in ("libraries", "plugins"):
        for alias, value in table_at(toml.values, section).items():
            written = value if isinstance(value, dict) else {"module": value}
            name, version = _read_entry(written)
            if not isinstance(version, str):
                version = versions.get(str(table_at(written, "version").get("ref")))
            shown = version if isinstance(version, str) else ""
            declared.append(Declared(Ecosystem.MAVEN, name, toml.line_of(section, alias), shown))
    return Manifest(tuple(declared))


def _read_element(element: Element, own_group: str) -> Declared:
    fallback = _PLUGINS_OF if element.name == "plugin" else ""
    group = element.child("groupId") or fallback
    name = f"{own_group if group in _OWN_GROUP else group}:{element.child('artifactId')}"
    managed = any(each in ("dependencyManagement", "pluginManagement") for each in element.within)
    line = next((child.line for child in element.children if child.name == "artifactId"), element.line)
    imported = element.child("scope") == "import"
    return Declared(Ecosystem.MAVEN, name, line, element.child("version"), managed=managed and not imported)


def _read_coordinates(line: str, number: int) -> Iterator[Declared]:
    named = dict(_NAMED.findall(line))
    if "group" in named and "name" in named:
        name = f"{named['group']}:{named['name']}"
        yield Declared(Ecosystem.MAVEN, name, number, named.get("version", ""))
        return
    for one, other in _QUOTED.findall(line):
        if found := _COORDINATES.fullmatch(one or other):
            yield Declared(Ecosystem.MAVEN, f"{found[1]}:{found[2]}", number, found[3] or "")


def _read_entry(written: dict[str, object]) -> tuple[str, object]:
    """Name and version of an entry in any of its forms."""
    module = written.get("module") or written.get("id")
    if not isinstance(module, str):
        group, name = written.get("group"), written.get("name")
        return (f"{group}:{name}" if isinstance(group, str) and isinstance(name, str) else ""), written.get("version")
    parts = module.split(":")
    name = ":".join(parts[:2])
    return name, parts[2] if len(parts) > 2 else written.get("version")
