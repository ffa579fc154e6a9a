"""What names and signatures say of the purpose of a definition: words, verbs, parameters. Pure, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from app.core.fit.source_facts import Symbol
from app.syntax.languages import Language, language_of

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_LONGEST: Final = 200
"""Characters of a name or of a parameter that are looked at."""

_MOST_PARAMETERS: Final = 20


class Verb(Enum):
    """What a definition does with what it is named for. Of one thing there is one definition for each."""

    READ = "find get fetch load lookup query retrieve select search read"
    CREATE = "create make new build insert construct"
    UPDATE = "update set put save write store change modify patch"
    DELETE = "delete remove drop destroy clear erase unset"
    TURN = "parse to from convert as into"
    SHOW = "format render print show dump encode serialize marshal stringify"
    ASK = "is has can should are was contains exists supports"
    CHECK = "check validate verify assert ensure must require"
    LIST = "list all each iterate every"
    COUNT = "count sum total length len size num"
    BEGIN = "start begin open connect enable register subscribe lock acquire push enter setup show"
    END = "stop end close disconnect disable unregister unsubscribe unlock release pop exit teardown hide"
    GIVE = "send emit publish dispatch upload export notify"
    TAKE = "receive consume download import handle on accept"


_VERBS: Final = {word: verb for verb in reversed(Verb) for word in verb.value.split()}
_SAYING_NOTHING: Final = (
    "a an the of by with for in at and or do run test init value values with string str text int it its this self data "
    "info object item items impl default internal base helper helpers util utils common func function method class "
    "type types main call process handler manager service args options opts config"
)
_EMPTY: Final = frozenset(_SAYING_NOTHING.split())
"""Words that say nothing of what a definition is for."""

_TYPES: Final = {
    "string": "text",
    "str": "text",
    "charsequence": "text",
    "number": "number",
    "int": "number",
    "integer": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "int64": "number",
    "int32": "number",
    "float64": "number",
    "usize": "number",
    "u64": "number",
    "i64": "number",
    "bool": "truth",
    "boolean": "truth",
}
_RECEIVERS: Final = frozenset({"self", "cls", "this"})
_NAME_FIRST: Final = frozenset(
    {Language.PYTHON, Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.RUST, Language.KOTLIN}
)
_FAMILIES: Final = {
    Language.TYPESCRIPT: Language.JAVASCRIPT,
    Language.TSX: Language.JAVASCRIPT,
    Language.C: Language.CPP,
}
_PAIRS: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}
_DECLARED: Final = re.compile(r"[^\W\d]\w*")


class Parameter(NamedTuple):
    """One parameter: its name in words, and its type in a form that languages share; empty where it has none."""

    words: tuple[str, ...]
    type: str


class Purpose(NamedTuple):
    """What a definition is for by its name: the telling words, and what it does; and in which language."""

    words: tuple[str, ...]
    verbs: frozenset[Verb]
    family: Language | None


@lru_cache(maxsize=65_536)
def split_words(name: str) -> tuple[str, ...]:
    """The words of a name in any custom of writing, in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name[:_LONGEST]))


def purpose_of(path: str, symbol: Symbol) -> Purpose:
    """What a definition in the file at `path` is for, as far as its name tells."""
    words = split_words(symbol.name)
    language = language_of(path)
    return Purpose(
        tuple(dict.fromkeys(word for word in words if word not in _EMPTY and word not in _VERBS and len(word) > 1)),
        frozenset(_VERBS[word] for word in words if word in _VERBS),
        _FAMILIES.get(language, language) if language else None,
    )


@lru_cache(maxsize=4_096)
def read_parameters(signature: str, name: str, language: Language | None) -> tuple[Parameter, ...]:
    """What a definition takes, as far as its signature tells: at most twenty, and no receiver."""
    parts = _split_parameters(_cut_parameters(signature, name))
    read = [_read_parameter(part[:_LONGEST], language) for part in parts[:_MOST_PARAMETERS]]
    return tuple(each for each in read if each is not None)


def is_alike(one: str, other: str) -> bool:
    """Whether two words are forms of one: `slug` and `slugify`, `user` and `users`."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= 4 and long.startswith(short))


def pair_words(one: Iterable[str], other: Iterable[str]) -> list[tuple[str, str]]:
    """The words that both have, each once, in both forms."""
    left = list(other)
    pairs = []
    for word in one:
        match = next((each for each in left if is_alike(word, each)), None)
        if match is not None:
            left.remove(match)
            pairs.append((word, match))
    return pairs


def compare_parameters(one: tuple[Parameter, ...], other: tuple[Parameter, ...]) -> float:
    """How alike two lists of parameters are, 0..1. An empty one tells nothing: 0; of two more than one longer: 0."""
    if abs(len(one) - len(other)) > 1 or not one or not other:
        return 0.0
    return sum(map(_compare_parameter, one, other)) / max(len(one), len(other))


def _compare_parameter(one: Parameter, other: Parameter) -> float:
    shared = len(pair_words(one.words, other.words))
    named = shared / max(len(one.words), len(other.words), 1)
    if one.type and other.type:
        return 0.8 + 0.2 * named if one.type == other.type else 0.2 * named
    return 0.5 + 0.5 * named


def _cut_parameters(signature: str, name: str) -> str:
    """What stands between the brackets behind the name."""
    at = signature.find(f"{name}(")
    begin = signature.find("(", at if at >= 0 else max(signature.find(name), 0))
    depth = 0
    for index in range(begin, len(signature) if begin >= 0 else begin):
        depth += (signature[index] == "(") - (signature[index] == ")")
        if depth == 0:
            return signature[begin + 1 : index]
    return ""


def _split_parameters(text: str) -> list[str]:
    parts, depth, last = [], 0, 0
    for index, letter in enumerate(text):
        if letter in _PAIRS:
            depth += 1
        elif letter in _PAIRS.values() and text[max(index - 1, 0)] not in "-=":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[last:index])
            last = index + 1
    return [part.strip() for part in (*parts, text[last:]) if part.strip() not in ("", "/", "*")]


def _read_parameter(text: str, language: Language | None) -> Parameter | None:
    """One parameter as it is written; None for the receiver."""
    plain = text.partition("=")[0].strip().lstrip("*&.@")
    if language in _NAME_FIRST:
        name, _, kind = plain.partition(":")
    elif language is Language.GO:
        name, _, kind = plain.partition(" ")
    elif language is Language.PHP:
        kind, _, name = plain.rpartition("$")
    else:
        found = _DECLARED.findall(plain)
        name = found[-1] if found else ""
        kind = plain[: plain.rfind(name)] if name else ""
    names = _DECLARED.findall(name)
    if names and names[-1] in _RECEIVERS:
        return None
    return Parameter(split_words(names[-1]) if names else (), _plain_type(kind))


def _plain_type(written: str) -> str:
    """A type without what languages write around it; the types that all have under one name."""
    words = [
        word for word in re.findall(r"\w+", written.lower()) if word not in ("final", "const", "mut", "ref", "none")
    ]
    plain = "".join(words[-1:] if "<" not in written and "[" not in written else words)
    return _TYPES.get(plain, plain)
