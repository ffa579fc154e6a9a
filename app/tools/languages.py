"""What the text of a program tells about a name in it, language by language: rules of thumb, not a compiler's.

A definition is told by what stands before the name on its line and what after it. Comments and strings are tokens; so
that nothing is quadratic in hostile text, one that is never closed goes on to the end of its line or of the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import re2


@dataclass(frozen=True, slots=True)
class Definition:
    """A form of definition: `before` takes the whole line up to the name, `after` how it goes on.

    `weak` ones (assignments) may as well be no definition at all.
    """

    kind: str
    before: Any = field(repr=False)
    after: Any = field(repr=False)
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Language:
    """How to read one family of languages. `quiet` finds comments and strings, `live` tells strings that hold code."""

    quiet: Any = field(repr=False)
    live: Any = field(repr=False)
    imports: Any = field(repr=False)
    definitions: Sequence[Definition] = field(repr=False)


def find_language(path: str) -> Language | None:
    """The language of a file by the end of its name; None where nothing is known of it."""
    name = path.rpartition("/")[2]
    family = _FAMILIES.get(name.rpartition(".")[2].casefold()) if "." in name else None
    return _language(family) if family else None


_SUFFIXES: Mapping[str, str] = {
    "python": "py pyi",
    "javascript": "js jsx mjs cjs ts tsx mts cts vue svelte",
    "go": "go",
    "rust": "rs",
    "jvm": "java kt kts scala groovy cs dart",
    "c": "c h cc cpp cxx hh hpp hxx m mm",
    "ruby": "rb rake gemspec",
    "php": "php",
    "shell": "sh bash zsh ksh",
    "swift": "swift",
    "sql": "sql",
}
_FAMILIES = {suffix: family for family, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}

_SLASHED = r"//[^\n]*|/\*(?s:.*?)(?:\*/|\z)"
_DOUBLE = r'"(?:[^"\\\n]|\\[^\n])*"?'
_SINGLE = r"'(?:[^'\\\n]|\\[^\n])*'?"
_LETTER = r"'(?:[^'\\\n]|\\[^\n']{1,10}|\\')'"
_TRIPLE = r'"""(?s:.*?)(?:"""|\z)'
_RAW = r"`[^`]*(?:`|\z)"
_PYTHON = rf"#[^\n]*|(?i:[rbuf]{{0,2}})(?:{_TRIPLE}|'''(?s:.*?)(?:'''|\z))|(?i:[rbuf]{{0,2}})(?:{_DOUBLE}|{_SINGLE})"
_NEVER = r"[^\x00-\x{10FFFF}]"

_QUIET = {
    "python": _PYTHON,
    "javascript": rf"{_SLASHED}|{_DOUBLE}|{_SINGLE}|`(?s:[^`\\]|\\.)*`?",
    "go": rf"{_SLASHED}|{_DOUBLE}|{_LETTER}|{_RAW}",
    "rust": rf"{_SLASHED}|{_DOUBLE}|{_LETTER}",
    "jvm": rf"{_SLASHED}|{_TRIPLE}|\$?{_DOUBLE}|{_LETTER}",
    "c": rf"{_SLASHED}|{_DOUBLE}|{_LETTER}",
    "ruby": rf"#[^\n]*|^=begin(?s:.*?)(?:^=end|\z)|{_DOUBLE}|{_SINGLE}",
    "php": rf"#(?:[^\[\n][^\n]*)?|{_SLASHED}|{_DOUBLE}|{_SINGLE}",
    "shell": rf"(?:^|[ \t;])#[^\n]*|{_DOUBLE}|'[^']*(?:'|\z)",
    "swift": rf"{_SLASHED}|{_TRIPLE}|{_DOUBLE}",
    "sql": r"--[^\n]*|/\*(?s:.*?)(?:\*/|\z)|'[^'\n]*'?",
}
# Strings that may hold code: f"{name}", `${name}`, "#{name}", "$name", "\(name)".
_LIVE = {
    "python": r"""^(?i:[rb]?f[rb]?)["'][^{]*\{""",
    "javascript": r"^`[^$]*\$",
    "rust": r'^"[^{]*\{',
    "jvm": r'^"[^$]*\$|^\$',
    "ruby": r'^"[^#]*#',
    "php": r'^"[^$]*\$',
    "shell": r'^"[^$]*\$',
    "swift": r'^"[^\\]*\\',
}
_IMPORTS = {
    "python": r"^[ \t]*from[ \t]+\S+[ \t]+import[ \t]*(?:\([^)]*\)?|[^\n]*)|^[ \t]*import[ \t][^\n]*",
    "javascript": r"^[ \t]*(?:import|export)\b[^;'\"=()]*?\bfrom\b[^\n]*|^[^\n]*\b(?:require|import)\([^\n]*"
    r"|^[ \t]*import[ \t]*['\"][^\n]*",
    "go": r"^import[ \t]*\([^)]*\)?|^import[ \t][^\n]*",
    "rust": r"^[ \t]*(?:pub(?:\([^)\n]*\))?[ \t]+)?(?:use|extern[ \t]+crate)[ \t][^;]*;?",
    "jvm": r"^[ \t]*import[ \t][^\n]*|^[ \t]*(?:global[ \t]+)?using[ \t][\w.=<> \t]+;",
    "c": r"^[ \t]*#[ \t]*(?:include|import)[^\n]*|^[ \t]*using[ \t][\w:= \t]+;",
    "ruby": r"^[ \t]*(?:require|require_relative|load|autoload|include|extend|prepend)\b[^\n]*",
    "php": r"^use[ \t][^;]*;?|^[ \t]*(?:require|include)(?:_once)?\b[^\n]*",
    "shell": r"^[ \t]*(?:source|\.)[ \t][^\n]*",
    "swift": r"^[ \t]*(?:@\w+[ \t]+)?import[ \t][^\n]*",
}

_SET = r"[ \t]*(?::[^=\n]+)?=(?:[^=>~]|$)"
_ANY = r""
_JS = r"[ \t]*(?:export[ \t]+)?(?:default[ \t]+)?(?:declare[ \t]+)?"
_MEMBER = r"(?:(?:public|private|protected|static|async|override|readonly|abstract|get|set)[ \t]+)*"
_ARROW = r"(?:async[ \t]*)?(?:function\b|\([^)\n]*\)[^=\n]*=>|[\w$]+[ \t]*=>)"
_RUST = r'[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?(?:(?:default|async|unsafe|const|extern(?:[ \t]+"[^"]*")?)[ \t]+)*'
_JVM = r"[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:[a-z]+[ \t]+)*"
# What is before the name of a method is a type; words that cannot be one go with a call.
_TYPED = r"[ \t]*(?:[\w.:<>,?\[\]&*~@ \t]*[\w>\]?&*:~][ \t]+[*&]*(?:\w+::)*|[\w<>, ]+::)"
_BODY = r"[ \t]*(?:<[^>\n]*>[ \t]*)?\([^;]*$"
_NO_TYPE = frozenset(
    b"return new throw else await yield case in not and or is as if while for do goto delete typeof sizeof".split()
)

_Row = tuple[str, str, str] | tuple[str, str, str, bool]
_DEFINITIONS: Mapping[str, Sequence[_Row]] = {
    "python": (
        ("function", r"[ \t]*(?:async[ \t]+)?def[ \t]+", r"[ \t]*[(\[]"),
        ("class", r"[ \t]*class[ \t]+", r"[ \t]*[:(\[]"),
        ("type", r"[ \t]*type[ \t]+", r"[ \t]*[=\[]"),
        ("variable", _ANY, _SET),
        ("assignment", r"[ \t]+(?:self\.|cls\.)?", _SET, True),
    ),
    "javascript": (
        ("function", rf"{_JS}(?:async[ \t]+)?function[ \t]*\*?[ \t]*", r"[ \t]*[(<]"),
        ("class", rf"{_JS}(?:abstract[ \t]+)?class[ \t]+", _ANY),
        ("type", rf"{_JS}(?:const[ \t]+)?(?:interface|type|enum|namespace|module)[ \t]+", _ANY),
        ("variable", rf"{_JS}(?:const|let|var)[ \t]+", r"[ \t]*(?:[:=;,!]|$)"),
        ("method", rf"[ \t]+{_MEMBER}\*?[ \t]*#?", r"\??(?:<[^>\n]*>)?\([^;]*\)[^;]*\{[ \t]*$"),
        ("method", rf"[ \t]+{_MEMBER}#?", r"\??(?:<[^>\n]*>)?\([^;]*\)[ \t]*:[^;]*;"),
        ("method", rf"[ \t]+{_MEMBER}#?", rf"[ \t]*[:=][ \t]*{_ARROW}"),
        ("assignment", r"[ \t]*(?:[\w$]+\.)+", r"[ \t]*=(?:[^=]|$)", True),
    ),
    "go": (
        ("function", r"func[ \t]+", r"[ \t]*[(\[]"),
        ("method", r"func[ \t]*\([^)]*\)[ \t]*", r"[ \t]*[(\[]"),
        ("type", r"[ \t]*type[ \t]+", _ANY),
        ("type", r"[ \t]+", r"[ \t]+(?:struct|interface)\b"),
        ("variable", r"[ \t]*(?:const|var)[ \t]+", _ANY),
        ("assignment", r"[ \t]+", r"(?:[ \t]+[\w.\[\]*]+)?[ \t]*:?=(?:[^=]|$)", True),
    ),
    "rust": (
        ("function", rf"{_RUST}fn[ \t]+", r"[ \t]*[(<]"),
        ("type", rf"{_RUST}(?:struct|enum|trait|union|type)[ \t]+", _ANY),
        ("module", rf"{_RUST}mod[ \t]+", _ANY),
        ("constant", rf"{_RUST}(?:const|static(?:[ \t]+mut)?)[ \t]+", r"[ \t]*:"),
        ("macro", r"[ \t]*macro_rules![ \t]*", _ANY),
        ("assignment", r"[ \t]*let[ \t]+(?:mut[ \t]+)?", r"[ \t]*[:=]", True),
    ),
    "jvm": (
        ("type", rf"{_JVM}(?:class|interface|@interface|enum|record|struct|object|trait|typealias)[ \t]+", _ANY),
        ("function", rf"{_JVM}(?:fun|def)[ \t]+(?:<[^>]*>[ \t]*)?(?:[\w.<>?]+\.)?", r"[ \t]*[(<\[:=]"),
        ("variable", rf"{_JVM}(?:val|var)[ \t]+", r"[ \t]*(?:[:=]|by\b|$)"),
        ("method", _TYPED, _BODY),
        ("method", _TYPED, r"[ \t]*(?:<[^>\n]*>[ \t]*)?\([^;{]*\)[ \t]*(?:throws[^;{]*)?(?:\{|=>|;)"),
        ("assignment", _TYPED, r"[ \t]*(?:=(?:[^=]|$)|;|\{[ \t]*get\b)", True),
    ),
    "c": (
        ("macro", r"[ \t]*#[ \t]*define[ \t]+", _ANY),
        ("type", r"[ \t]*(?:typedef[ \t]+)?(?:struct|class|enum(?:[ \t]+class)?|union|namespace)[ \t]+", r"[^;]*$"),
        ("type", r"[ \t]*using[ \t]+", r"[ \t]*="),
        ("type", r"[ \t]*(?:typedef\b[^;]*[ \t*]|\}[ \t]*)", r"[ \t]*;"),
        ("function", _TYPED, _BODY),
        ("function", _TYPED, r"[ \t]*\([^;{]*\)[^;]*\{"),
        ("declaration", r"[A-Za-z_]" + _TYPED[len(r"[ \t]*") :], r"[ \t]*\([^;{]*\)[^;{]*;"),
        ("assignment", _TYPED, r"[ \t]*(?:\[[^\]]*\])*[ \t]*(?:=(?:[^=]|$)|;)", True),
    ),
    "ruby": (
        ("method", r"[ \t]*(?:\w+[ \t]+)?def[ \t]+(?:\w+\.)?", _ANY),
        ("class", r"[ \t]*class[ \t]+(?:\w+::)*", _ANY),
        ("module", r"[ \t]*module[ \t]+(?:\w+::)*", _ANY),
        ("attribute", r"[ \t]*(?:attr_\w+|define_method|scope|belongs_to|has_\w+)\b[^\n]*:", _ANY),
        ("assignment", r"[ \t]*@{0,2}", r"[ \t]*(?:\|\|)?=(?:[^=~>]|$)", True),
    ),
    "php": (
        ("function", r"[ \t]*(?:[a-z]+[ \t]+)*function[ \t]+&?", r"[ \t]*\("),
        ("type", r"[ \t]*(?:[a-z]+[ \t]+)*(?:class|interface|trait|enum)[ \t]+", _ANY),
        ("constant", r"[ \t]*(?:[a-z]+[ \t]+)*const[ \t]+(?:[\w?]+[ \t]+)?", r"[ \t]*="),
        ("variable", r"[ \t]*(?:(?:public|private|protected|static|readonly|var)[ \t]+)+(?:[\w?\\|]+[ \t]+)?\$", _ANY),
        ("assignment", r"[ \t]*(?:\$|\$this->)", r"[ \t]*=(?:[^=>]|$)", True),
    ),
    "shell": (
        ("function", r"[ \t]*function[ \t]+", _ANY),
        ("function", r"[ \t]*", r"[ \t]*\([ \t]*\)"),
        ("assignment", r"[ \t]*(?:(?:export|local|readonly|declare(?:[ \t]+-\w+)?)[ \t]+)?", r"=", True),
    ),
    "swift": (
        ("function", r"[ \t]*(?:[@\w()]+[ \t]+)*func[ \t]+", r"[ \t]*[(<]"),
        ("type", r"[ \t]*(?:[@\w()]+[ \t]+)*(?:class|struct|enum|protocol|extension|actor|typealias)[ \t]+", _ANY),
        ("variable", r"[ \t]*(?:[@\w()]+[ \t]+)*(?:let|var|case)[ \t]+", _ANY),
    ),
    "sql": (
        (
            "object",
            r"(?i)[ \t]*create[ \t]+(?:[a-z]+[ \t]+){1,5}(?:[\w\"]+\.)?\"?",
            _ANY,
        ),
    ),
}


def is_typed(before: bytes) -> bool:
    """Whether the words before a name may be a type: not where one of them makes it a call."""
    return not _NO_TYPE & set(before.replace(b"\t", b" ").split(b" "))


@cache
def _language(family: str) -> Language:
    rows = [(*row, False)[:4] for row in _DEFINITIONS[family]]
    return Language(
        quiet=_compile(_QUIET[family]),
        live=_compile(_LIVE.get(family, _NEVER)),
        imports=_compile(_IMPORTS.get(family, _NEVER)),
        definitions=tuple(
            Definition(kind, _compile(before), _compile(after), weak) for kind, before, after, weak in rows
        ),
    )


def _compile(pattern: str) -> Any:  # noqa: ANN401 - google-re2 ships no types
    options = re2.Options()
    options.log_errors = False
    return re2.compile(b"(?m)" + pattern.encode(), options)
