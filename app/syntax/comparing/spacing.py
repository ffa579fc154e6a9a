"""Where white space between two tokens counts although the tree does not show it.

A grammar takes some white space more lightly than its language does: it has no node for the end of a line that ends a
statement, and none for what stands around markup. In doubt it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from app.syntax.comparing.leaves import Leaf
from app.syntax.languages import Language


class Gap(NamedTuple):
    """The white space between two leaves in both versions; the leaves are equal there. None is an end of the text.

    `nested`: a bracket is open there.
    """

    left: Leaf | None
    right: Leaf | None
    old: bytes
    new: bytes
    nested: bool = False

    @property
    def moves_a_line(self) -> bool:
        """Whether a line ends here in one version alone."""
        return (b"\n" in self.old) != (b"\n" in self.new)

    @property
    def joins(self) -> bool:
        """Whether the two touch in one version alone."""
        return bool(self.old) != bool(self.new)


_MARKUP: Final = frozenset({"php_tag", "php_end_tag", "text", "text_interpolation", "jsx_text", "", "ERROR"})

_ASI_BEFORE: Final = frozenset(
    b"return throw break continue yield async type declare abstract interface namespace module get set static accessor"
    b" await let of using public private protected readonly override export enum global unique asserts is keyof infer"
    b" new function class".split()
)
"""No line may end after these: https://tc39.es/ecma262/#sec-automatic-semicolon-insertion, and what TypeScript adds."""

_ASI_AFTER: Final = frozenset(b"++ -- => ! as satisfies".split())
"""No line may end before these."""

_GO_ENDS: Final = frozenset(b"break continue fallthrough return ++ -- ) ] }".split())
"""After these, names and literals, the end of a line is a semicolon: https://go.dev/ref/spec#Semicolons"""


def counts(language: Language, gap: Gap) -> bool:
    """Whether what differs in a gap may mean something."""
    if gap.old == gap.new:
        return False
    ends = [leaf for leaf in (gap.left, gap.right) if leaf is not None]
    if any(leaf.kind in _MARKUP for leaf in ends):
        return True
    if gap.moves_a_line and any("preproc" in leaf.above for leaf in ends):
        return True
    if not any("comment" in leaf.kind or "bang" in leaf.kind for leaf in ends):
        rule = _RULES.get(language)
        return len(ends) > 1 and rule is not None and rule(gap)
    # A first comment may name the encoding, or the program that runs the file. What another one is about is told by
    # where it stands: above a line, behind it, or apart.
    return gap.left is None or (gap.right is not None and _count_rows(gap.old) != _count_rows(gap.new))


def read_levels(language: Language, starts: Iterable[tuple[int, bytes]]) -> dict[int, int] | None:
    """How deep each line of Python stands, by the number that it comes with; None where it fits no line above.

    `starts` are the white space before the lines' first tokens. Other languages have no such levels.
    """
    open_ = [b""]
    levels: dict[int, int] = {}
    for number, white in starts if language is Language.PYTHON else ():
        margin = white.rpartition(b"\n")[2]
        deepest = len(open_)
        while len(margin) < len(open_[-1]):
            open_.pop()
        if margin != open_[-1]:
            if len(open_) < deepest or not margin.startswith(open_[-1]):
                return None
            open_.append(margin)
        levels[number] = len(open_)
    return levels


def _count_rows(white: bytes) -> int:
    return min(white.count(b"\n"), 2)


def _is_otherwise(gap: Gap) -> bool:
    """For languages in which a space before a sign, or the end of a line, decides what is meant."""
    return gap.moves_a_line or gap.joins


def _may_end_python(gap: Gap) -> bool:
    """The grammar takes the end of a line anywhere: https://docs.python.org/3/reference/lexical_analysis.html."""
    if gap.nested or gap.left is None or gap.right is None or not gap.moves_a_line:
        return False
    return not (gap.left.text == b":" and gap.left.above.endswith(("_statement", "_definition", "_clause")))


def _may_end_go(gap: Gap) -> bool:
    if not gap.moves_a_line or gap.left is None or gap.right is None or gap.right.text in (b")", b"}"):
        return False
    word = gap.left.text[:1]
    names = word.isalnum() or word in (b"_", b'"', b"`", b"'") or word >= b"\x80"
    keyword = gap.left.kind.encode() == gap.left.text and gap.left.text.isalpha()
    return gap.left.text in _GO_ENDS or (names and not keyword)


def _may_end_script(gap: Gap) -> bool:
    if not gap.moves_a_line or gap.left is None or gap.right is None:
        return False
    return gap.left.text in _ASI_BEFORE or gap.right.text in _ASI_AFTER


def _may_join_signs(gap: Gap) -> bool:
    """In a macro two signs that touch may be another one than two apart.

    https://doc.rust-lang.org/proc_macro/enum.Spacing.html
    """
    left, right = gap.left, gap.right
    if left is None or right is None or "token_tree" not in (left.above, right.above):
        return False
    return gap.joins and not left.text[-1:].isalnum() and not right.text[:1].isalnum()


_RULES: Final[Mapping[Language, Callable[[Gap], bool]]] = MappingProxyType(
    {
        Language.PYTHON: _may_end_python,
        Language.RUBY: _is_otherwise,
        Language.KOTLIN: _is_otherwise,
        Language.GO: _may_end_go,
        Language.JAVASCRIPT: _may_end_script,
        Language.TYPESCRIPT: _may_end_script,
        Language.TSX: _may_end_script,
        Language.RUST: _may_join_signs,
    }
)
