"""Contracts of import-linter (https://import-linter.readthedocs.io), in any of the files that it reads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, islice, permutations, product
from typing import Final

from app.architecture.declared.declaration import (
    MOST_OF_A_FILE,
    Declaration,
    DeclarationUnreadable,
    Declared,
    DeclaredRule,
    Tool,
    declare,
    show,
    take_members,
    take_words,
)
from app.architecture.declared.python_modules import Packages
from app.core.gate.policy import Forbidden, Layer

NAME: Final = "import-linter"
_NAMES: Final = frozenset({"pyproject.toml", ".importlinter", "setup.cfg"})
_SECTION: Final = "importlinter"
_TABLE: Final = re.compile(r"^[ \t]*\[\[[ \t]*tool[ \t]*\.[ \t]*importlinter[ \t]*\.[ \t]*contracts[ \t]*\]\]")
_MOST_PAIRS: Final = 200
_MOST_WORDS: Final = 1_000
_CUT: Final = 100


@dataclass(slots=True)
class _Contract:
    line: int
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        return next(iter(self.fields.get(name, ())), "")

    def many(self, name: str) -> tuple[str, ...]:
        return self.fields.get(name, ())


@dataclass(slots=True)
class _Settings:
    roots: tuple[str, ...] = ()
    contracts: list[_Contract] = field(default_factory=list)


def _read(path: str, text: str, paths: Collection[str]) -> Declared:
    settings = _read_toml(text) if path.endswith(".toml") else _read_ini(text)
    packages = Packages(settings.roots, path.rpartition("/")[0], paths)
    declarations: list[Declaration] = []
    rules: list[DeclaredRule] = []
    for contract in settings.contracts[:MOST_OF_A_FILE]:
        declaration = declare(NAME, path, contract.line, _tell(contract))
        declarations.append(declaration)
        rules.extend(_translate(contract, declaration, packages))
    return Declared(tuple(declarations), tuple(rules))


TOOL: Final = Tool(lambda path: path.rpartition("/")[2] in _NAMES, _read)


def _read_toml(text: str) -> _Settings:
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise DeclarationUnreadable("it is nested too deeply") from None
    except ValueError:  # a number of too many digits is no TOMLDecodeError
        raise DeclarationUnreadable("it is no TOML") from None
    section = take_members(take_members(content.get("tool")).get(_SECTION))
    contracts = section.get("contracts")
    # tomllib tells no lines; tables of an array stand in the order of their headings.
    lines = [number for number, line in enumerate(text.split("\n"), start=1) if _TABLE.match(line)]
    found = [
        _Contract(lines[at] if at < len(lines) else 1, {key: take_words(value) for key, value in members.items()})
        for at, members in enumerate(map(take_members, contracts if isinstance(contracts, list) else ()))
    ]
    return _Settings((*take_words(section.get("root_package")), *take_words(section.get("root_packages"))), found)


def _read_ini(text: str) -> _Settings:
    """What configparser would read; that tells no lines, and a line of blanks costs it their square."""
    settings = _Settings()
    top = _Contract(1)
    into: _Contract | None = None
    key = ""
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.strip()
        if not words or words[0] in "#;":
            continue
        if line[0] not in " \t" and words[0] == "[" and words[-1] == "]":
            into, key = _open_section(words[1:-1].strip(), number, top, settings), ""
        elif line[0] in " \t" and key and into is not None:
            if len(into.fields[key]) == _MOST_WORDS:
                raise DeclarationUnreadable(f"it has a list of more than {_MOST_WORDS} entries")
            into.fields[key] = (*into.fields[key], words)
        elif into is not None:
            name, sign, value = words.partition(min(("=", ":"), key=lambda sign: words.find(sign) % (len(words) + 1)))
            key = name.strip().lower() if sign else ""
            if key:
                into.fields[key] = (value.strip(),) if value.strip() else ()
    settings.roots = (*top.many("root_package"), *top.many("root_packages"))
    return settings


def _open_section(name: str, line: int, top: _Contract, settings: _Settings) -> _Contract | None:
    if name == _SECTION:
        return top
    if name.startswith(f"{_SECTION}:"):
        contract = _Contract(line)
        settings.contracts.append(contract)
        return contract
    return None


def _tell(contract: _Contract) -> str:
    """Its name and kind, then what it is about, as it is written."""
    told = [f"{contract.one('name')} ({contract.one('type')})"]
    told.extend(f"{key}: {', '.join(values)}" for key, values in contract.fields.items() if key not in ("name", "type"))
    return "; ".join(told)


def _translate(contract: _Contract, declaration: Declaration, packages: Packages) -> Iterator[DeclaredRule]:
    match contract.one("type"):
        case "layers":
            for container in contract.many("containers") or ("",):
                yield from _translate_layers(contract, container, declaration, packages)
        case "forbidden":
            pairs = _take(product(contract.many("source_modules"), contract.many("forbidden_modules")))
            yield from _translate_pairs(contract, pairs, declaration, packages)
        case "independence":
            pairs = _take(permutations(contract.many("modules"), 2))
            yield from _translate_pairs(contract, pairs, declaration, packages)


def _take(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """One more than there may be, so that it is seen when there are too many."""
    return list(islice(pairs, _MOST_PAIRS + 1))


def _translate_layers(
    contract: _Contract, container: str, declaration: Declaration, packages: Packages
) -> Iterator[DeclaredRule]:
    layers: list[Layer] = []
    apart: list[tuple[str, str]] = []
    whole = not contract.many("ignore_imports") and len(contract.many("layers")) <= _CUT
    for written in contract.many("layers")[:_CUT]:
        names = [name.strip().strip("()").strip() for name in re.split(r"[|:]", written)][:_CUT]
        globs = [packages.find_glob(f"{container}.{name}" if container else name) for name in names]
        known = [glob for glob in globs if glob is not None]
        whole = whole and len(known) == len(names)
        if known:
            layers.append(Layer(name=show(", ".join(names), _CUT) or "?", paths=tuple(known)))
        if "|" in written:
            apart.extend(islice(combinations(known, 2), _MOST_PAIRS + 1))
    forbid = [pair for one, other in apart for pair in ((one, other), (other, one))]
    if len(layers) > 1 or forbid:
        kept = tuple(_forbid(*pair, contract) for pair in forbid[:_MOST_PAIRS])
        yield DeclaredRule(declaration, tuple(layers), kept, whole and len(kept) == len(forbid))


def _translate_pairs(
    contract: _Contract, pairs: Collection[tuple[str, str]], declaration: Declaration, packages: Packages
) -> Iterator[DeclaredRule]:
    found: Mapping[tuple[str, str], None] = {
        (source, target): None
        for one, other in pairs
        if (source := packages.find_glob(one)) is not None and (target := packages.find_glob(other)) is not None
    }
    if found:
        whole = len(found) == len(pairs) <= _MOST_PAIRS and not contract.many("ignore_imports")
        forbid = tuple(_forbid(*pair, contract) for pair in list(found)[:_MOST_PAIRS])
        yield DeclaredRule(declaration, (), forbid, whole)


def _forbid(source: str, target: str, contract: _Contract) -> Forbidden:
    return Forbidden.model_validate({"from": source, "to": target, "because": show(contract.one("name"))})
