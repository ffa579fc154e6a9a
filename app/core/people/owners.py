r"""Who owns a path by the CODEOWNERS file of the *base* branch.

GitHub's rules: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners.
The last line that fits decides; one without owners leaves the path to nobody. Patterns are those of gitignore, but that
`!`, `[…]` and `\#` do not work and `docs/*` means the files of that directory alone. A line that is not understood is
skipped, as GitHub skips it, and named.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.change.classes.expression import compile_expression
from app.core.change.classes.wildmatch import FitsNothing, translate_pattern

MEMORY = 1 << 24
"""Room for a batch of long lines; what does not fit in the automaton is matched more slowly, never wrongly."""

CODEOWNERS_PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where the file may stand. The first that is there counts, and no other."""

MAX_BYTES = 3 * 1024 * 1024
"""A larger file is not loaded: by GitHub's rule nobody owns anything then."""

MAX_WILDCARDS = 10_000
"""A file with more stars is not loaded: together they could make one path cost seconds."""

MAX_PATH = 1024
"""A longer path, in bytes, is held against patterns without wildcards alone."""

MAX_PATTERN = 1024
"""Characters of a pattern with wildcards. A longer line is skipped."""

_WRITTEN = re.compile(r"(?:\\.|[^ \t\r\f\v\\])+|\\")
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9_.-]+)?|[^@\s]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WILD = re.compile(r"[*?\\]")
_SHOWN = 100
_TOGETHER = 64
"""Lines that are asked about at once."""


@dataclass(frozen=True, slots=True)
class OwnersFault:
    """What of the file does not count, and why. `line` is 1-based; 0 says that all of it does not."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One line: its pattern as written and whom it names, none for nobody."""

    line: int
    pattern: str
    owners: tuple[str, ...]


@dataclass(slots=True)
class _Batch:
    """Neighbouring rules with wildcards, by number; compiled when first asked."""

    numbers: Sequence[int]
    expressions: Sequence[bytes]
    _all: Any = None
    _each: list[Any] = field(default_factory=list)

    def last_fitting(self, path: bytes) -> int:
        """The number of the last rule that fits, or -1."""
        self._all = self._all or compile_expression(b"|".join(self.expressions), MEMORY)
        if not self._all.fullmatch(path):
            return -1
        self._each = self._each or [compile_expression(expression, MEMORY) for expression in self.expressions]
        both = zip(reversed(self.numbers), reversed(self._each), strict=True)
        return next((number for number, one in both if one.fullmatch(path)), -1)


@dataclass(frozen=True, slots=True)
class Owners:
    """All that the file says. `faults` are the lines that say nothing."""

    rules: tuple[OwnerRule, ...] = ()
    faults: tuple[OwnersFault, ...] = ()
    _literal: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _batches: tuple[_Batch, ...] = field(default=(), repr=False, compare=False)
    _known: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of a path as they are written; none where no line fits it, or the last one names nobody."""
        rule = self.rule_of(path)
        return rule.owners if rule else ()

    def rule_of(self, path: str) -> OwnerRule | None:
        """The line that decides over a path."""
        if path not in self._known:
            self._known[path] = self._find(path)
        number = self._known[path]
        return self.rules[number] if number >= 0 else None

    def _find(self, path: str) -> int:
        best = max((self._literal.get(above, -1) for above in _above(path)), default=-1)
        written = path.encode("utf-8", "replace")
        if len(written) > MAX_PATH:
            return best
        for batch in reversed(self._batches):
            if batch.numbers[-1] < best:
                break
            if (found := batch.last_fitting(written)) >= 0:
                return max(best, found)
        return best


def find_codeowners(paths: Container[str]) -> str | None:
    """Which file counts, of those that a tree has."""
    return next((path for path in CODEOWNERS_PATHS if path in paths), None)


def read_owners(text: str) -> Owners:
    """The file in `text`, at the base. One that is too large owns nothing, and says so as a fault."""
    if len(text.encode("utf-8", "replace")) >= MAX_BYTES:
        return Owners(faults=(OwnersFault(0, f"it has {MAX_BYTES // 1024**2} MB or more: GitHub does not load it"),))
    if text.count("*") + text.count("?") > MAX_WILDCARDS:
        return Owners(faults=(OwnersFault(0, f"it has more than {MAX_WILDCARDS:,} wildcards: it is not loaded"),))
    rules: list[OwnerRule] = []
    faults: list[OwnersFault] = []
    literal: dict[str, int] = {}
    wild: list[tuple[int, bytes]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        try:
            rule = _read(number, line)
            if rule is None:
                continue
            if _anchored(rule.pattern):
                # Below a directory fits as the directory itself does: no file has the name of a directory.
                literal[rule.pattern.removeprefix("/")] = len(rules)
            else:
                wild.append((len(rules), _translate(rule.pattern)))
            rules.append(rule)
        except ValueError as fault:
            faults.append(OwnersFault(number, f"{fault!s}: {line.strip()[:_SHOWN]!r}"))
    batches = tuple(_batch(wild[at : at + _TOGETHER]) for at in range(0, len(wild), _TOGETHER))
    return Owners(tuple(rules), tuple(faults), literal, batches)


def _batch(wild: Sequence[tuple[int, bytes]]) -> _Batch:
    return _Batch([number for number, _ in wild], [expression for _, expression in wild])


def _read(number: int, line: str) -> OwnerRule | None:
    """The rule of one line; None for a comment or a blank one. Raises ValueError for what GitHub does not take."""
    line = line.strip(" \t\r\f\v")
    written = _WRITTEN.match(line)
    if written is None or line.startswith("#"):
        return None
    pattern = written[0]
    owners: list[str] = []
    for word in line[written.end() :].split():
        if word.startswith("#"):
            break
        if _OWNER.fullmatch(word) is None:
            raise ValueError(f"{word[:_SHOWN]!r} is no @user, @organisation/team or e-mail address")
        owners.append(word)
    _check(pattern)
    return OwnerRule(number, pattern, tuple(dict.fromkeys(owners)))


def _check(pattern: str) -> None:
    """Raises ValueError for what works in gitignore and not here, and for what fits no path."""
    if pattern.startswith("!"):
        raise ValueError("a pattern cannot be negated with '!'")
    if pattern.startswith("\\#"):
        raise ValueError("a pattern cannot begin with an escaped '#'")
    if "[" in pattern.replace("\\[", ""):
        raise ValueError("ranges in '[ ]' do not work")
    if "***" in pattern:
        raise ValueError("three stars in a row mean nothing")
    if not pattern.strip("/"):
        raise ValueError("it fits no path")
    if len(pattern) > MAX_PATTERN and _WILD.search(pattern):
        raise ValueError(f"a pattern has at most {MAX_PATTERN:,} characters")


def _anchored(pattern: str) -> bool:
    """Whether it names one path from the root on."""
    return "/" in pattern.rstrip("/") and _WILD.search(pattern) is None


def _translate(pattern: str) -> bytes:
    """The expression that whole paths fit. Raises ValueError."""
    below = pattern.endswith("/")
    body = pattern.rstrip("/")
    anywhere = "/" not in body
    try:
        expression = translate_pattern(body.removeprefix("/").encode("utf-8", "replace"))
    except FitsNothing as fault:
        raise ValueError(str(fault)) from fault
    if below:
        expression += b"/.*"
    elif body.rpartition("/")[2] not in ("*", "**"):
        expression += b"(?:/.*)?"
    return (b"(?:.*/)?" if anywhere else b"") + expression


def _above(path: str) -> Iterator[str]:
    """The path, and each directory above it, both as a name and, with a slash, as a directory."""
    yield path
    while path := path.rpartition("/")[0]:
        yield path
        yield f"{path}/"
