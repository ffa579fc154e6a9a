"""An operator's own prices, as strict YAML: every key known, every mistake with its line.

```
as_of: 2026-11-21
models:
  claude-sonnet-5-5: {input: 2, cache_write: 2.50, cache_read: 0.10, output: 10}
  some-local-model: {input: 0, cache_write: 0, cache_read: 0, output: 0, window: 131072}
  dear-above: {input: 1, cache_write: 1.25, cache_read: 0.1, output: 5, above_tokens: 100000, above_factor: 5}
```
Dollars for a million tokens. A prompt above `above_tokens` multiplies every price of the request by `above_factor`.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.core.prices import Price, PriceTable
from app.core.text.yaml import Document, YamlFault, read_yaml

MAX_MODELS = 200


class PriceFileFault(Exception):
    """The file cannot be used. The message begins with line and column, which count from 1."""


Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Tokens = Annotated[int, Field(gt=0, le=1_000_000_000)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Dollars
    cache_write: Dollars
    cache_read: Dollars
    output: Dollars
    above_tokens: Tokens | None = None
    above_factor: Annotated[Decimal, Field(ge=1, le=1_000, allow_inf_nan=False)] | None = None
    window: Tokens | None = None

    @model_validator(mode="after")
    def _step_is_whole(self) -> Self:
        if (self.above_tokens is None) is not (self.above_factor is None):
            raise ValueError("above_tokens and above_factor stand together")
        return self

    @property
    def price(self) -> Price:
        return Price(
            fresh=self.input,
            cache_write=self.cache_write,
            cache_read=self.cache_read,
            output=self.output,
            step_tokens=self.above_tokens,
            step_factor=self.above_factor or Decimal(1),
            window=self.window,
        )


class _PriceFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date
    models: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=200)], _Entry], Field(min_length=1, max_length=MAX_MODELS)
    ]


def read_prices(text: str, table: PriceTable, *, source: str) -> PriceTable:
    """`table` as the file's text overrides it, entry by entry. Raises PriceFileFault."""
    try:
        document = read_yaml(text, dates=True)
    except YamlFault as fault:
        raise PriceFileFault(str(fault)) from fault
    if not isinstance(document.value, dict):
        raise PriceFileFault("1:1: the file must be a mapping of keys to values")
    try:
        # As JSON text: numbers keep their digits, and nothing is taken loosely.
        found = _PriceFile.model_validate_json(json.dumps(document.value), strict=True)
    except ValidationError as error:
        raise PriceFileFault(_tell(document, error)) from error
    return table.override(
        {model: entry.price for model, entry in found.models.items()}, as_of=found.as_of, source=source
    )


def _tell(document: Document, error: ValidationError) -> str:
    """The first mistake in the order of the file."""
    first = min(error.errors(), key=lambda item: document.place(_path(item["loc"])))
    line, column = document.place(_path(first["loc"]))
    name = ".".join(str(part) for part in _path(first["loc"])) or "the file"
    if first["type"] == "extra_forbidden":
        return f"{line}:{column}: unknown key `{name}`"
    said = first["msg"].removeprefix("Value error, ")
    return f"{line}:{column}: `{name}`: {said[:1].lower()}{said[1:]}"


def _path(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Where it stands in the file: pydantic marks keys of its own accord."""
    return tuple(part for part in location if part != "[key]")
