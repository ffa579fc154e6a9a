"""Where a comment on a change may stand, and what GitHub says where it may not."""

from dataclasses import dataclass

from app.hub.accounts import Json
from app.hub.diff import Diff
from app.hub.refusals import RefusedError
from app.hub.state import Side

_THREAD = "Pull request review thread "
NO_HUNK = _THREAD + "diff hunk can't be blank"
NO_PATH = f"{_THREAD}path is invalid and {NO_HUNK}"
NO_POSITION = f"{_THREAD}position is invalid and {NO_HUNK}"
NO_LINE = f"{_THREAD}line must be part of the diff and {NO_HUNK}"
OTHER_HUNK = f"{_THREAD}start line must be part of the same hunk as the line."
NO_RANGE = f"{_THREAD}line must be part of the diff, {OTHER_HUNK}, and {NO_HUNK}"
NOT_BEFORE = f"{_THREAD}start line must precede the end line."


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment somebody wants on the diff; `whole_file`: on no line. `position`, long deprecated, is refused."""

    path: str
    body: str
    line: int | None = None
    side: Side = "RIGHT"
    start_line: int | None = None
    start_side: Side | None = None
    whole_file: bool = False


def find_fault(diff: Diff, draft: Draft) -> str | None:
    """Why GitHub does not take the comment, in its words, or None.

    https://docs.github.com/rest/pulls/reviews and reports of what it really answers.
    """
    file = diff.file(draft.path)
    if file is None:
        return NO_PATH
    if draft.whole_file:
        return None
    if draft.line is None:
        return NO_POSITION
    hunk = file.hunk_at(draft.side, draft.line)
    if draft.start_line is None:
        return None if hunk is not None else NO_LINE
    start_side = draft.start_side or draft.side
    if start_side == draft.side and draft.start_line >= draft.line:
        return NOT_BEFORE
    if hunk is None:
        return NO_RANGE
    return None if file.hunk_at(start_side, draft.start_line) is hunk else OTHER_HUNK


def refuse_single(fault: str) -> RefusedError:
    """The single-comment endpoint names fields where the reviews endpoint writes sentences."""
    resource = "PullRequestReviewComment"
    field = "path" if fault == NO_PATH else "position" if fault == NO_POSITION else "line"
    field = "start_line" if fault in (OTHER_HUNK, NOT_BEFORE) else field
    name = f"pull_request_review_thread.{field}"
    first: Json = {"resource": resource, "code": "invalid", "field": name}
    if field in ("line", "start_line"):
        words = {NOT_BEFORE: "must precede the end line.", OTHER_HUNK: "must be part of the same hunk as the line."}
        reason = words.get(fault, "must be part of the diff")
        first |= {"code": "custom", "message": f"{name} {reason}"}
    missing = {"resource": resource, "code": "missing_field", "field": "pull_request_review_thread.diff_hunk"}
    return RefusedError(422, "Validation Failed", [first, missing])
