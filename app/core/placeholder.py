"""Tells a secret from what stands in its place: an example, a variable, a word."""

from __future__ import annotations

import re

_STANDS_FOR_SOMETHING = re.compile(
    r"""
      <[^<>]*> | \$\{[^{}]*\} | \$\([^()]*\) | \{\{.*\}\} | \{\w*\} | %\(\w+\)s   # a template's hole
    | x{4,} | \*{3,} | \.{3} | … | _{4,}                                           # somebody drew a blank
    | example | change[_-]?me | placeholder | redacted | your[_-] | dummy | replace[_-]?(?:me|with) | insert[_-]
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FEW_CHARACTERS = 3
_WORDS = re.compile(
    r"passw(?:or)?d|passphrase|password|secret|token|api|key|access|test|testing|fake|mock|sample|default|none|null"
    r"|user(?:name)?|admin|root|guest|postgres|mysql|redis|rabbitmq|minio|local(?:host)?|dev|foo|bar|baz|qwerty"
    r"|abc|my|the|some|super|value|string|here|auth|credential|s3cr3t|letmein|true|false",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Za-z]")
_NAME = re.compile(r"_*[A-Za-z]+\d{0,2}(?:[._/:@+-]{1,2}[A-Za-z]+\d{0,2})*[._/:=-]?")
_LEADS_ELSEWHERE = re.compile(
    r"[A-Za-z_]\w{0,30}(?:(?:\.|->|::)[A-Za-z_]\w{0,30})+|https?://.*|\.{0,2}/[\w./-]*|~/.*|[$%&]\w+|arn:.*"
)
_PATTERN = re.compile(r"\\[wdsbWDSB]|\(\?|\[\^?[^\]]{1,20}-")
_ENOUGH_LEFT = 4
_READ = 1_000  # of a longer value: these patterns run backtracking, and a value may be as long as its file


def is_placeholder(secret: str) -> bool:
    """Whether the text openly stands for a secret: `<token>`, `${VAR}`, `changeme`, `xxxx…`, one repeated character."""
    return len(set(secret)) <= _FEW_CHARACTERS or _STANDS_FOR_SOMETHING.search(secret[:_READ]) is not None


def reads_as_words(value: str) -> bool:
    """Whether a value without a provider's shape is no secret after all: a name, a path, a reference, a pattern."""
    value = value[:_READ]
    if _NAME.fullmatch(value) or _LEADS_ELSEWHERE.fullmatch(value) or _PATTERN.search(value):
        return True
    left = _WORDS.sub("", value)
    return len(_LETTERS.findall(left)) < _ENOUGH_LEFT and len(set(left)) < 2 * _ENOUGH_LEFT
