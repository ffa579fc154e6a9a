"""Why lines of a file cannot take the place of others, as far as the file's language says so."""

from __future__ import annotations

from typing import Final

from app.core.findings.fixes import Replacement
from app.syntax.exact import TextUnreadableError, read_exactly, tell_meaning
from app.syntax.languages import Language, language_of
from app.syntax.parsing import Deadline, Unparsed, parse
from app.syntax.surroundings import Cut, Versions, has_new_faults, keeps_surroundings, says_the_same
from app.syntax.weighable import is_exact, is_prose

UNREAD: Final = "nothing here reads such a file"
BROKEN: Final = "the file would not parse"
SHIFTED: Final = "what stands around it would become something else"
IDLE: Final = "it changes nothing but white space or comments"


def weigh_replacement(replacement: Replacement, *, deadline: Deadline) -> str | None:
    """Why it may not be offered, in words for people; None if it may.

    Where the language is either right or wrong, the file must be right before and after; elsewhere no fault may be
    new, and what stands around the lines must remain what it is.
    """
    if is_prose(replacement.path):
        return None
    language = language_of(replacement.path)
    if language is None and not is_exact(replacement.path):
        return UNREAD
    same: bool | None = None
    if is_exact(replacement.path):
        try:
            same = _means_the_same(replacement, deadline)
        except TextUnreadableError:
            return BROKEN
    if language is None:
        return IDLE if same else None
    return _weigh_trees(replacement, language, deadline, same_meaning=same)


def _means_the_same(replacement: Replacement, deadline: Deadline) -> bool:
    """Whether both texts say the same. Raises TextUnreadableError if one of them cannot be read."""
    texts = (replacement.before, replacement.after)
    before, after = (read_exactly(replacement.path, text, deadline=deadline) for text in texts)
    return replacement.behaviour and tell_meaning(before) == tell_meaning(after)


def _weigh_trees(
    replacement: Replacement, language: Language, deadline: Deadline, *, same_meaning: bool | None
) -> str | None:
    texts = (replacement.before.encode(), replacement.after.encode())
    before, after = (parse(language, text, deadline=deadline) for text in texts)
    if isinstance(before, Unparsed):
        return before.value
    if isinstance(after, Unparsed):
        return after.value
    versions = Versions(before, after, _find_cut(replacement))
    if has_new_faults(versions):
        return BROKEN
    kept = keeps_surroundings(versions, deadline=deadline)
    if isinstance(kept, Unparsed):
        return kept.value
    if not kept:
        return SHIFTED
    same = says_the_same(versions) if same_meaning is None else same_meaning
    return IDLE if same and replacement.behaviour else None


def _find_cut(replacement: Replacement) -> Cut:
    start = len(replacement.before[: replacement.start].encode())
    old = len(replacement.before[replacement.start : replacement.end].encode())
    return Cut(start, start + old, start + len(replacement.text.encode()))
