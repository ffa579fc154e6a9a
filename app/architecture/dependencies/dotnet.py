"""What .NET projects ask for: project files, Directory.Packages.props, packages.config.

The forms: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files,
https://learn.microsoft.com/nuget/consume-packages/central-package-management.
"""

from __future__ import annotations

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest
from app.architecture.dependencies.xml_text import Element, read_xml

_ASKS = frozenset({"PackageReference", "GlobalPackageReference", "PackageVersion", "package", "DotNetCliToolReference"})


def read_project(text: str) -> Manifest:
    """Package references; a central version alone is only managed."""
    asked = [each for each in read_xml(text) if each.name in _ASKS]
    return Manifest(tuple(each for element in asked for each in _read_element(element)))


def _read_element(element: Element) -> list[Declared]:
    names = element.attribute("id") if element.name == "package" else element.attribute("Include")
    version = element.attribute("Version") or element.attribute("VersionOverride") or element.child("Version")
    managed = element.name == "PackageVersion"
    return [
        Declared(Ecosystem.NUGET, name.strip(), element.line, version, managed=managed)
        for name in names.split(";")
        if name.strip()
    ]
