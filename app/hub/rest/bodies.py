"""What requests may bring. Unknown keys are ignored, wrong types refused, as GitHub does."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.hub.checks import MAX_ANNOTATIONS, MAX_BYTES, Output, Report
from app.hub.placing import Draft
from app.hub.reviews import Event
from app.hub.state import Side

MAX_MESSAGE = 64 * 1024
MAX_TITLE = 255
MAX_ACTIONS = 3


class Body(BaseModel):
    """A request's body, read from JSON without coercion."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class TokenBody(Body):
    """POST /app/installations/{id}/access_tokens."""

    permissions: dict[str, str] | None = None
    repositories: list[str] | None = None
    repository_ids: list[int] | None = None


class TextBody(Body):
    """A comment or an answer."""

    body: str


class OptionalTextBody(Body):
    """Nothing, or a body: GitHub asks for it in its own words."""

    body: str = ""


class ReactionBody(Body):
    """A reaction's content."""

    content: str


class DraftBody(Body):
    """An entry of a review's `comments`; `subject_type` and `in_reply_to` are not among its keys."""

    path: str
    body: str
    line: int | None = None
    side: Side | None = None
    start_line: int | None = None
    start_side: Side | None = None

    def draft(self, *, whole_file: bool = False) -> Draft:
        """The comment asked for."""
        return Draft(
            path=self.path,
            body=self.body,
            line=self.line,
            side=self.side or "RIGHT",
            start_line=self.start_line,
            start_side=self.start_side,
            whole_file=whole_file,
        )


class ReviewBody(Body):
    """POST /pulls/{n}/reviews."""

    body: str | None = None
    event: Event | None = None
    commit_id: str | None = None
    comments: list[DraftBody] = []


class SubmitBody(Body):
    """POST /pulls/{n}/reviews/{id}/events."""

    body: str | None = None
    event: Event


class DiffCommentBody(DraftBody):
    """POST /pulls/{n}/comments."""

    path: str = ""
    commit_id: str = ""
    subject_type: Literal["line", "file"] = "line"
    in_reply_to: int | None = None


class Annotation(Body):
    """An annotation of a check run."""

    path: str
    start_line: int
    end_line: int
    start_column: int | None = None
    end_column: int | None = None
    annotation_level: Literal["notice", "warning", "failure"]
    message: str
    title: Annotated[str, Field(max_length=MAX_TITLE)] | None = None
    raw_details: str | None = None

    @model_validator(mode="after")
    def check(self) -> "Annotation":
        """Columns only within one line; texts no longer than 64 KB."""
        if self.start_line != self.end_line and (self.start_column or self.end_column):
            raise ValueError("start_column and end_column are only for annotations on one line")
        for name, text in (("message", self.message), ("raw_details", self.raw_details or "")):
            if len(text.encode()) > MAX_MESSAGE:
                raise ValueError(f"{name} exceeds a maximum bytesize of {MAX_MESSAGE}")
        return self


class OutputBody(Body):
    """A check run's output: never without title and summary."""

    title: str
    summary: Annotated[str, Field(max_length=MAX_BYTES)]
    text: Annotated[str, Field(max_length=MAX_BYTES)] | None = None
    annotations: Annotated[list[Annotation], Field(max_length=MAX_ANNOTATIONS)] = []

    def output(self) -> Output:
        """The output asked for."""
        annotations = [annotation.model_dump() for annotation in self.annotations]
        return Output(self.title, self.summary, self.text, annotations)


class Action(Body):
    """A button."""

    label: Annotated[str, Field(max_length=20)]
    description: Annotated[str, Field(max_length=40)]
    identifier: Annotated[str, Field(max_length=20)]


class CheckRunPatch(Body):
    """PATCH /check-runs/{id}. `stale` and the states of Actions are GitHub's own."""

    name: str | None = None
    status: Literal["queued", "in_progress", "completed"] | None = None
    conclusion: (
        Literal["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"] | None
    ) = None
    details_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    external_id: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    output: OutputBody | None = None
    actions: Annotated[list[Action], Field(max_length=MAX_ACTIONS)] | None = None

    def report(self) -> Report:
        """The changes asked for."""
        return Report(
            name=self.name,
            status=self.status,
            conclusion=self.conclusion,
            details_url=self.details_url,
            external_id=self.external_id,
            started_at=self.started_at,
            completed_at=self.completed_at,
            output=None if self.output is None else self.output.output(),
            actions=None if self.actions is None else [action.model_dump() for action in self.actions],
        )


class CheckRunBody(CheckRunPatch):
    """POST /check-runs."""

    name: str
    head_sha: str
