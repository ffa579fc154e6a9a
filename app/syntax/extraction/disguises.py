"""Texts that a compiler reads otherwise than a grammar does, though the tree has no fault.

Where one is found, nobody can tell from the tree what the text takes in; that is all that is said.
"""

from __future__ import annotations

import re
from typing import Final

from app.syntax.extraction.language import find_matches
from app.syntax.parsing import Parsed

_HTML: Final = re.compile(rb"<!--")
_QUOTED: Final = frozenset(
    {
        *("string", "string_fragment", "template_string", "comment", "regex", "regex_pattern", "jsx_text"),
        *("jsx_attribute", "hash_bang_line"),
    }
)
_DIRECTIVE: Final = re.compile(rb"^[^\S\n]*#", re.MULTILINE)
_BRANCH: Final = re.compile(rb"\n[^\S\n]*#[^\S\n]*(?:if|elif|else|endif)\b")
_OF_LINES: Final = """
[(comment) (string_literal) (verbatim_string_literal) (raw_string_literal) (interpolated_string_expression)] @long
"""


def has_html_comments(parsed: Parsed) -> bool:
    """Whether a text of JavaScript has what is a comment in a script, and not in a module.

    https://tc39.es/ecma262/#sec-html-like-comments: the grammar takes the one for the other.
    """
    if b"-->" in parsed.source and find_matches(parsed, "(html_comment) @comment"):
        return True
    root = parsed.tree.root_node
    for found in _HTML.finditer(parsed.source):
        node = root.descendant_for_byte_range(found.start(), found.end())
        if node is not None and node.type not in _QUOTED:
            return True
    return False


def has_torn_directives(parsed: Parsed) -> bool:
    """Whether directives of C# and what is longer than a line are within one another.

    What stands behind a false `#if` is no code, nor is what a `#region` is called: a comment that seems to begin there
    does not. https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/lexical-structure#65-pre-processing-directives
    """
    source = parsed.source
    if not _DIRECTIVE.search(source):
        return False
    for captures in find_matches(parsed, _OF_LINES):
        (node,) = captures["long"]
        if node.start_point.row == node.end_point.row:
            continue
        line = source.rfind(b"\n", 0, node.start_byte) + 1
        if _DIRECTIVE.match(source, line) or _BRANCH.search(source, node.start_byte, node.end_byte):
            return True
    return False
