"""One pull request with known faults, as INTERFACE's *Eval data sets* writes it down."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.core.change.diff import Side
from app.core.findings.finding import Severity

MAX_LINE = 10_000_000

_Text = Annotated[str, Field(min_length=1)]
_Line = Annotated[int, Field(ge=1, le=MAX_LINE)]


class BadCase(Exception):
    """A case cannot be used. The message names the field and what is wrong with it."""


class Fault(BaseModel):
    """A fault that a review should find, on `line`..`end_line` of one side. `category` is the data set's own word."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    path: _Text
    line: _Line
    end_line: _Line
    side: Annotated[Side, Field(strict=False)]
    severity: Annotated[Severity, Field(strict=False)] | None = None
    category: str | None = None
    text: _Text

    @model_validator(mode="after")
    def _in_order(self) -> Fault:
        if self.end_line < self.line:
            raise ValueError("end_line is smaller than line")
        return self


class _Written(BaseModel):
    """The keys of `case.json` that count; others (where it came from, what was rejected) are the data set's own."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    repo: _Text | None
    base: _Text | None
    head: _Text | None
    area: str | None = None
    expect: tuple[Fault, ...] = Field(strict=False)

    @model_validator(mode="after")
    def _names_a_change(self) -> _Written:
        if self.repo is not None and (self.base is None or self.head is None):
            raise ValueError("base and head are revisions where repo is given")
        if self.repo is not None and ("\0" in self.repo or ".." in self.repo.split("/")):
            raise ValueError("repo is a path without .. or the name of a repository")
        return self


class Case(BaseModel):
    """A change and its known faults. `repo` is None where a patch on an empty tree is the whole change.

    `area` is what the data set tells of the kind of faults that the case is about.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    repo: str | None
    base: str
    head: str
    area: str | None
    faults: tuple[Fault, ...]


def read_case(text: str, name: str) -> Case:
    """The case written in the JSON `text`. Raises BadCase."""
    try:
        written = _Written.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise BadCase(f"{field}: {message}" if field else message) from None
    return Case(
        name=name,
        repo=written.repo,
        base=written.base or "",
        head=written.head or "",
        area=written.area,
        faults=written.expect,
    )
