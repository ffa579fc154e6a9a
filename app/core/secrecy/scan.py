"""Finds secrets in text by rule. The rules are data (`rules/`, with origin and licence); nothing is verified.

Linear in the length of the text for every rule (RE2), so hostile text costs time in proportion to its size only.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import re2

from app.core.secrecy.placeholder import is_name, is_placeholder, is_stock

RULE_FILES = ("gitleaks.toml", "lintel.toml")
DROPPED_RULES = frozenset({"generic-api-key"})
HINT_CHARACTERS = 4
HINT_FROM_LENGTH = 24
MEMORY = 32 << 20
"""Bytes RE2 may use for one pattern. With its own 8 MiB it leaves its fast engine for patterns of long bounded runs."""


@dataclass(frozen=True, slots=True)
class SecretHit:
    """A secret in a text: `text[start:end]` is the secret alone. Lines count from 1, by line feeds only.

    `hint` is what may be shown of it: at most four characters, and none of a short secret.
    """

    rule: str
    start: int
    end: int
    line: int
    end_line: int
    hint: str

    @property
    def kind(self) -> str:
        """What kind of secret it is, in words."""
        return self.rule.replace("-", " ")


@dataclass(frozen=True, slots=True)
class _Excuse:
    """One allowlist of a rule. `target` is what its patterns are searched in: `secret` or `match`."""

    target: str
    patterns: tuple[Any, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    pattern: bytes
    group: int
    entropy: float
    keywords: tuple[bytes, ...]
    stock_words: bool
    names: bool
    excuses: tuple[_Excuse, ...]


@dataclass(frozen=True, slots=True)
class _RuleSet:
    rules: tuple[_Rule, ...]
    keywords: tuple[bytes, ...]
    by_keyword: Mapping[bytes, Sequence[int]]
    keyword_set: Any
    harmless: tuple[Any, ...]
    stopwords: tuple[str, ...]

    def find_keywords(self, lowered: bytes) -> AbstractSet[bytes]:
        """The keywords in a text, in one pass: each alone would take longer than all patterns together.

        RE2 says "none" where it ran out of memory too; the empty keyword, which every text has, tells the two apart.
        """
        found = {self.keywords[index] for index in self.keyword_set.Match(lowered) or ()}
        return found if b"" in found else set(self.keywords)


def scan(text: str) -> list[SecretHit]:
    """The secrets in `text`, in order and not overlapping; the rule named first wins where two overlap."""
    data = text.encode("utf-8", "surrogatepass")
    spans = _merge(sorted(_find(data)))
    if not spans:
        return []
    return list(_hits(data, spans))


def entropy(text: str) -> float:
    """Shannon entropy of the characters, in bits a character; 0 for an empty text."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


_Span = tuple[int, int, int]  # start, end, index of the rule


def _find(data: bytes) -> Iterator[_Span]:
    rule_set = _rules()
    present = rule_set.find_keywords(data.lower())
    for index in sorted({index for keyword in present for index in rule_set.by_keyword[keyword]}):
        rule = rule_set.rules[index]
        for match in _compiled(rule.pattern).finditer(data):
            group = rule.group or next((number for number, got in enumerate(match.groups(), 1) if got), 0)
            start, end = match.span(group)
            end = _to_end_of_word(data, start, end)
            if not _excused(rule, data, match.span(), (start, end)):
                yield start, end, index


def _to_end_of_word(data: bytes, start: int, end: int) -> int:
    """A pattern of fixed length may stop inside a longer token: no tail of it may survive."""
    while end > start and data[end - 1 : end].isspace():
        end -= 1
    limit = min(len(data), end + 1000)
    while end < limit and (data[end : end + 1].isalnum() or data[end : end + 1] in b"_-"):
        end += 1
    return end


def _excused(rule: _Rule, data: bytes, match: tuple[int, int], secret_span: tuple[int, int]) -> bool:
    secret = _text(data, *secret_span)
    if not secret or (rule.entropy and entropy(secret) <= rule.entropy):
        return True
    rule_set = _rules()
    if any(pattern.fullmatch(secret) for pattern in rule_set.harmless):
        return True
    if any(word in secret.lower() for word in rule_set.stopwords):
        return True
    if is_placeholder(secret) or (rule.stock_words and is_stock(secret)) or (rule.names and is_name(secret)):
        return True
    return any(_excuses(excuse, data, match, secret) for excuse in rule.excuses)


def _excuses(excuse: _Excuse, data: bytes, match: tuple[int, int], secret: str) -> bool:
    if any(word in secret.lower() for word in excuse.words):
        return True
    target = secret if excuse.target == "secret" else _text(data, *match)
    return any(pattern.search(target) for pattern in excuse.patterns)


def _merge(spans: Sequence[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for start, end, rule in spans:
        if merged and start < merged[-1][1]:
            first_start, first_end, first_rule = merged[-1]
            merged[-1] = (first_start, max(first_end, end), min(first_rule, rule))
        else:
            merged.append((start, end, rule))
    return merged


def _hits(data: bytes, spans: Sequence[_Span]) -> Iterator[SecretHit]:
    done, characters, line = 0, 0, 1
    for start, end, rule in spans:
        before, secret = _text(data, done, start), _text(data, start, end)
        shown = HINT_CHARACTERS if len(secret) >= HINT_FROM_LENGTH and "\n" not in secret else 0
        begin = characters + len(before)
        line += before.count("\n")
        yield SecretHit(
            rule=_rules().rules[rule].id,
            start=begin,
            end=begin + len(secret),
            line=line,
            end_line=line + secret.count("\n"),
            hint=secret[:shown],
        )
        line += secret.count("\n")
        done, characters = end, begin + len(secret)


def _text(data: bytes, start: int, end: int) -> str:
    # Patterns see code points, so a span never cuts one, except where a surrogate made the bytes invalid.
    return data[start:end].decode("utf-8", "surrogatepass")


@cache
def _rules() -> _RuleSet:
    folder = files("app.core.secrecy") / "rules"
    tables = [tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in RULE_FILES]
    rows = [row for table in tables for row in table["rules"] if "regex" in row]
    dropped = DROPPED_RULES.union(*(row.get("replaces", ()) for row in rows))
    shared = [table["allowlist"] for table in tables if "allowlist" in table]
    rules = tuple(_rule(row) for row in rows if row["id"] not in dropped)
    by_keyword: dict[bytes, list[int]] = {b"": []}
    for index, rule in enumerate(rules):
        for keyword in rule.keywords or (b"",):
            by_keyword.setdefault(keyword, []).append(index)
    keywords = tuple(sorted(by_keyword))
    return _RuleSet(
        rules=rules,
        keywords=keywords,
        by_keyword=by_keyword,
        keyword_set=_set_of(keywords),
        harmless=tuple(_compiled(regex.encode()) for item in shared for regex in item.get("regexes", ())),
        stopwords=tuple(word.lower() for item in shared for word in item.get("stopwords", ())),
    )


def _rule(row: dict[str, Any]) -> _Rule:
    excuses = tuple(
        _Excuse(
            target=item.get("regexTarget", "secret"),
            patterns=tuple(_compiled(regex.encode()) for regex in item.get("regexes", ())),
            words=tuple(word.lower() for word in item.get("stopwords", ())),
        )
        for item in row.get("allowlists", ())
    )
    return _Rule(
        id=row["id"],
        pattern=row["regex"].encode(),
        group=row.get("secretGroup", 0),
        entropy=row.get("entropy", 0.0),
        keywords=tuple(keyword.lower().encode() for keyword in row.get("keywords", ())),
        stock_words=row.get("stock_words", False),
        names=row.get("names", False),
        excuses=excuses,
    )


def _set_of(words: Sequence[bytes]) -> Any:  # noqa: ANN401 - google-re2 ships no types
    found = re2.Set.SearchSet()
    for word in words:
        found.Add(re2.escape(word))
    found.Compile()
    return found


@cache
def _compiled(pattern: bytes) -> Any:  # noqa: ANN401 - google-re2 ships no types
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    return re2.compile(pattern, options=options)
