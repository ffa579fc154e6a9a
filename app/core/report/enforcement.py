"""What the summary and the check say about whether they can hold a merge up. Nothing where they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.core.gate.enforcement import Enforcement, Hold
from app.core.text.markdown import Markdown, code, join, plain

MOST_OTHERS: Final = 5


def tell_enforcement(enforcement: Enforcement, branch: str, *, gates: bool) -> Markdown:
    """One line, empty where the check is enforced and no other App set one of its name.

    Without `gates` (the policy only advises) nobody needs to hear that nothing is held up.
    """
    return join([*(_tell_hold(enforcement, branch) if gates else ()), *_tell_others(enforcement)], " ")


def _tell_hold(enforcement: Enforcement, branch: str) -> Iterator[Markdown]:
    name = code(branch)
    match enforcement.hold:
        case Hold.NOT_REQUIRED:
            yield Markdown("This check is not required for ") + name + Markdown(": it cannot block a merge.")
        case Hold.UNPINNED:
            yield (
                Markdown("This check is required for ")
                + name
                + Markdown(
                    " from any source: whoever has write access can set it green. Choose this App as its source."
                )
            )
        case Hold.OTHER_APP:
            yield (
                Markdown("The check of this name that ")
                + name
                + Markdown(" requires is another App's: this one cannot block a merge. Choose this App as its source.")
            )
        case Hold.UNKNOWN:
            yield (
                Markdown("Whether this check is required for ")
                + name
                + Markdown(" cannot be told: ")
                + plain(f"{'; '.join(enforcement.unread)}.")
            )
        case Hold.ENFORCED:
            return


def _tell_others(enforcement: Enforcement) -> Iterator[Markdown]:
    others = enforcement.others
    if not others:
        return
    more = f" and {len(others) - MOST_OTHERS:,} more" if len(others) > MOST_OTHERS else ""
    named = join([code(slug or "?") for slug in others[:MOST_OTHERS]], ", ") + Markdown(more)
    counts = (
        "the branch asks for this App's, so it counts for nothing."
        if enforcement.hold is Hold.ENFORCED
        else "it may count in this one's place. Require the check from this App alone."
    )
    yield Markdown("⚠️ Another App set a check of the same name on this head (") + named + Markdown(f"): {counts}")
