"""Claims that something is missing, which the tree at the head can prove wrong: what to look for, and what it shows.

A claim is refuted on proof alone, never because nothing was found that bears it out, with one exception: a name that
no file of the whole tree has, nobody uses any more. Everything that could make a name mean another thing (a scope, a
condition, an attribute, two files that the import may mean, another language) leaves the claim to the second reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from app.core.change.diff import Side
from app.core.findings.finding import Claim
from app.core.findings.identifiers import identifiers
from app.core.findings.verification.go_names import defines_in_package, is_of_package
from app.core.findings.verification.python_names import Imported, PythonNames, read_names
from app.core.findings.verification.resolving import resolve_module, stands_in_tree

_NAME = r"[`'\"]?{name}[`'\"]?(?:\(\))?"
_END = r"(?:\s+(?:anywhere|at all|here|in (?:this|the) (?:file|module|package)))?\s*(?:[.;,:)\u2013\u2014-]|\Z)"
"""After it nothing says when: what is undefined or not called under a condition is another claim."""

_UNDEFINED = (
    rf"{_NAME} (?:is|are) (?:undefined|undeclared|(?:not|never) (?:defined|declared|imported)){_END}",
    rf"{_NAME} (?:has no definition|is used without (?:an )?import|is missing an import){_END}",
    rf"\b(?:undefined|undeclared|unresolved) (?:name|symbol|function|class|variable|reference(?: to)?):? {_NAME}{_END}",
    rf"\bmissing import (?:of|for) {_NAME}{_END}",
)
_INEXISTENT = (
    rf"\b(?:function|class|method|name|symbol|constant|type) {_NAME} does(?:n't| not) exist{_END}",
    rf"{_NAME} cannot be imported{_END}",
)
_UNUSED = (
    rf"{_NAME} (?:is|are) (?:unused|(?:not|never) (?:used|read|referenced)){_END}",
    rf"\bunused (?:function|class|constant|method|import|name):? {_NAME}{_END}",
)
_UNCALLED = (rf"{_NAME} (?:is|are) (?:not|never) (?:called|invoked){_END}",)
_STILL = (rf"\b(?:removed|deleted)\b.*\bstill (?:called|imported|invoked){_END}",)
_OUTSIDE = re.compile(
    r"extern|client|consumer|plug-?in|public|stored|database|persist|another repositor", re.IGNORECASE
)

DEPTH = 4
"""Files through which a name may be handed on before it counts as not found."""


class Lack(Enum):
    """What a claim says is missing."""

    BINDING = "anything that binds it where it is read"
    DEFINITION = "a definition, whatever binds it"
    USE = "a use"
    CALL = "a call"
    NOTHING = "it is said to be called though it is gone"


@dataclass(frozen=True, slots=True)
class Absence:
    """A claim that `name` has none of what it lacks, by line `line` of the file at `path`. `quote` is that line."""

    lack: Lack
    name: str
    path: str
    line: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """What of the head's tree was looked at.

    `paths` are all files. `texts` are lines of those that may define or use a name. `mentions` says for a name in which
    files it stands; it is there only for names that were sought through every file.
    """

    paths: frozenset[str] = frozenset()
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mentions: Mapping[str, frozenset[str]] = field(default_factory=dict)


NO_FACTS = TreeFacts()


def read_absence(claim: Claim) -> Absence | None:
    """What a claim says is missing, if it says so of one name, on no condition, and of no attribute.

    Of lines that were removed it can only say that their name is called still.
    """
    far = claim.shows_at
    shown = claim if far is None else replace(claim, path=far.path, line=far.line, quote=far.quote, side=Side.RIGHT)
    both = replace(shown, quote=f"{claim.quote}\n{shown.quote}")
    named = [name for name in identifiers(both) if re.search(rf"(?<![\w.]){re.escape(name)}\b", claim.title)]
    if len(named) != 1 or f".{named[0]}" in f"{shown.quote} {claim.title}":
        return None
    lack = _read_lack(claim.title, named[0])
    if lack is None or (shown.side is Side.LEFT) is not (lack is Lack.NOTHING):
        return None
    return Absence(lack, named[0], shown.path, shown.start_line or shown.line, shown.quote)


def _read_lack(title: str, name: str) -> Lack | None:
    patterns = {
        Lack.NOTHING: () if _OUTSIDE.search(title) else _STILL,
        Lack.BINDING: _UNDEFINED,
        Lack.DEFINITION: _INEXISTENT,
        Lack.CALL: _UNCALLED,
        Lack.USE: _UNUSED,
    }
    found = (lack for lack, forms in patterns.items() if any(_says(form, name, title) for form in forms))
    return next(found, None)


def _says(form: str, name: str, title: str) -> bool:
    return re.search(form.replace("{name}", re.escape(name)), title, re.IGNORECASE) is not None


def name_definers(name: str, path: str, lines: Sequence[str], paths: frozenset[str]) -> frozenset[str]:
    """The files that may define a name for the one at `path`: it imports from them, or shares a package with them."""
    if path.endswith(".go"):
        return frozenset(one for one in paths if is_of_package(one, path))
    names = read_names(lines) if path.endswith(".py") else None
    if names is None:
        return frozenset()
    return frozenset(file for source in _sources(names, name) for file in resolve_module(source, path, paths))


def disprove(absence: Absence, facts: TreeFacts) -> str | None:
    """Why what is said to be missing is not, as a sentence of ours; None if nothing proves that."""
    lines = facts.texts.get(absence.path, ())
    match absence.lack:
        case Lack.NOTHING:
            gone = absence.name in facts.mentions and not facts.mentions[absence.name]
            return "no file at the head has the name that is said to be called still" if gone else None
        case Lack.BINDING | Lack.DEFINITION:
            return _find_definition(absence, lines, facts)
        case Lack.USE | Lack.CALL:
            return _find_use(absence, lines, facts)


def _find_definition(absence: Absence, lines: Sequence[str], facts: TreeFacts) -> str | None:
    if absence.path.endswith(".go"):
        beside = {path: facts.texts[path] for path in facts.texts if is_of_package(path, absence.path)}
        found = defines_in_package(absence.name, lines, beside)
        return "another file of its package defines the name" if found else None
    names = read_names(lines) if absence.path.endswith(".py") else None
    if names is None or absence.name in names.elsewhere:
        return None
    line = names.bound.get(absence.name)
    if line is not None:
        return f"line {line} of the file defines the name" if _runs_after(absence, line + 1, names) else None
    one = names.imported.get(absence.name)
    line = one.line if one is not None else names.modules.get(absence.name)
    if line is not None and not _runs_after(absence, line, names):
        return None
    sources = _sources(names, absence.name)
    if any(stands_in_tree(source, absence.path, facts.paths) for source in sources):
        found = any(_defines(source, absence.path, facts, DEPTH) for source in sources)
        return "the module that it is imported from defines the name" if found else None
    # That a name is imported from outside the tree binds it here, and says nothing about what stands there.
    told = line is not None and absence.lack is Lack.BINDING and "import" not in absence.quote
    return f"line {line} of the file defines the name" if told else None


def _runs_after(absence: Absence, line: int, names: PythonNames) -> bool:
    """Whether the claimed line runs later than what stands before `line` at the outermost level."""
    own = absence.line
    return own is not None and (own >= line or any(own in lines for lines in names.deferred))


def _sources(names: PythonNames, name: str) -> list[Imported]:
    """Where a name that the file does not define itself may come from."""
    one = names.imported.get(name)
    if one is not None:
        return [one]
    hidden = name.startswith("_")
    return [] if hidden else [Imported(level, module, name, 0, star=True) for level, module in sorted(names.stars)]


def _defines(source: Imported, importer: str, facts: TreeFacts, depth: int) -> bool:
    """Whether every file that the import may mean certainly has the name, itself or by handing it on."""
    files = resolve_module(source, importer, facts.paths)
    return bool(files) and all(_has(path, source, facts, depth) for path in files)


def _has(path: str, source: Imported, facts: TreeFacts, depth: int) -> bool:
    name, lines = source.original, facts.texts.get(path, ())
    names = read_names(lines) if any(name in line for line in lines) else None
    if names is None or name in names.elsewhere or (source.star and "__all__" in names.bound):
        return False
    if name in names.bound:
        return True
    one = names.imported.get(name)
    return one is not None and depth > 0 and _defines(one, path, facts, depth - 1)


def _find_use(absence: Absence, lines: Sequence[str], facts: TreeFacts) -> str | None:
    """A use of what the claimed line defines: in its own file, or in one that certainly imports it from there."""
    names = read_names(lines) if absence.path.endswith(".py") else None
    if names is None or absence.name in names.elsewhere:
        return None
    own = names.bound.get(absence.name)
    if own is None or own != absence.line:
        return None
    if _reads(names, absence):
        return "the file uses the name"
    return "another file uses the name" if any(_is_used_in(path, absence, facts) for path in _others(facts)) else None


def _others(facts: TreeFacts) -> Iterable[str]:
    return (path for path in facts.texts if path.endswith(".py"))


def _is_used_in(path: str, absence: Absence, facts: TreeFacts) -> bool:
    if path == absence.path:
        return False
    names = read_names(facts.texts[path])
    if names is None:
        return False
    local = [
        local
        for local, one in names.imported.items()
        if one.original == absence.name and resolve_module(one, path, facts.paths) == {absence.path}
    ]
    return any(
        one not in names.elsewhere and one not in names.bound and _reads(names, replace(absence, name=one))
        for one in local
    )


def _reads(names: PythonNames, absence: Absence) -> bool:
    found = names.calls if absence.lack is Lack.CALL else names.uses
    return bool(found.get(absence.name))
