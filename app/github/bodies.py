"""What we ask GitHub to show, as the JSON of its requests."""

from __future__ import annotations

from pydantic import JsonValue

from app.github.drafts import CheckAction, CheckOutput, DraftComment

Body = dict[str, JsonValue]


def comment_body(comment: DraftComment) -> Body:
    """A comment on the change."""
    body: Body = {"path": comment.path, "body": comment.body}
    if comment.line is not None:
        body |= {"line": comment.line, "side": comment.side.value}
    if comment.start_line is not None:
        body |= {"start_line": comment.start_line, "start_side": comment.side.value}
    return body


def output_body(output: CheckOutput) -> Body:
    """What a check run shows."""
    body: Body = {"title": output.title, "summary": output.summary}
    if output.text is not None:
        body["text"] = output.text
    if output.annotations:
        notes = []
        for note in output.annotations:
            shown: Body = {
                "path": note.path,
                "start_line": note.start_line,
                "end_line": note.end_line,
                "annotation_level": note.annotation_level,
                "message": note.message,
            }
            notes.append(shown if note.title is None else shown | {"title": note.title})
        body["annotations"] = list(notes)
    return body


def action_body(action: CheckAction) -> Body:
    """A button on a check run."""
    return {"label": action.label, "description": action.description, "identifier": action.identifier}
