"""What Rust projects ask for: Cargo.toml (https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html)."""

from __future__ import annotations

from collections.abc import Iterator

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest, origin_of
from app.architecture.dependencies.toml_text import Table, Toml, read_toml, table_at

_KINDS = ("dependencies", "dev-dependencies", "build-dependencies")


def read_cargo(text: str) -> Manifest:
    """Dependencies of all kinds and targets; those of the workspace are only managed."""
    toml = read_toml(text)
    declared = [each for kind in _KINDS for each in _read_table(toml, kind, table_at(toml.values, kind))]
    for target in table_at(toml.values, "target"):
        for kind in _KINDS:
            table = table_at(toml.values, "target", target, kind)
            declared += _read_table(toml, f"target.{target}.{kind}", table)
    shared = table_at(toml.values, "workspace", "dependencies")
    declared += [each._replace(managed=True) for each in _read_table(toml, "workspace.dependencies", shared)]
    name = table_at(toml.values, "package").get("name")
    return Manifest(tuple(declared), ((Ecosystem.CRATES, name),) if isinstance(name, str) else ())


def _read_table(toml: Toml, section: str, table: Table) -> Iterator[Declared]:
    for key, value in table.items():
        given = value if isinstance(value, dict) else {"version": value}
        texts = {name: each for name, each in given.items() if isinstance(each, str)}
        if "path" in texts:
            continue
        source = origin_of(texts["git"]) if "git" in texts else ""
        line = toml.line_of(section, key)
        name = texts.get("package", key)
        yield Declared(Ecosystem.CRATES, name, line, texts.get("version", ""), source, key if name != key else "")
