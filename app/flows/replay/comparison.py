"""What a replayed verdict has in common with the recorded one: field by field of the ledger's entry. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

_OF_THE_PROGRAM = frozenset({"prompts", "program", "shared"})
"""Fields that say by what a verdict was made, or what others are worth, and not what it is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same; None where one of both does not have it."""

    name: str
    recorded: JsonValue
    replayed: JsonValue


def compare(recorded: Mapping[str, JsonValue], replayed: Mapping[str, JsonValue]) -> tuple[Difference, ...]:
    """Every difference between two bodies of a verdict, findings by their ids; none: they are the same.

    In the order of the replayed one: a database keeps no order of fields.
    """
    names = dict.fromkeys((*replayed, *recorded))
    found: list[Difference] = []
    for name in names:
        if name in _OF_THE_PROGRAM:
            continue
        if name == "findings":
            found += _compare_findings(recorded.get(name), replayed.get(name))
        elif _differs(name, recorded, replayed):
            found.append(Difference(name, recorded.get(name), replayed.get(name)))
    return tuple(found)


def _compare_findings(recorded: Any, replayed: Any) -> Iterator[Difference]:  # noqa: ANN401 - JSON of any version
    before, after = _by_id(recorded), _by_id(replayed)
    if (numbers := _count(recorded)) != (again := _count(replayed)) and set(before) == set(after):
        yield Difference("number of findings", numbers.total(), again.total())
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield Difference(f"finding {name}", _tell(one), _tell(other))
            continue
        for field in dict.fromkeys((*other, *one)):
            if _differs(field, one, other):
                yield Difference(f"finding {name}: {field}", one.get(field), other.get(field))
    if list(before) != list(after) and set(before) == set(after):
        yield Difference("order of findings", list(before), list(after))


def _by_id(findings: Sequence[Mapping[str, Any]] | None) -> dict[str, Mapping[str, Any]]:
    return {str(finding["id"]): finding for finding in findings or ()}


def _count(findings: Sequence[Mapping[str, Any]] | None) -> Counter[str]:
    return Counter(str(finding["id"]) for finding in findings or ())


def _differs(name: str, one: Mapping[str, JsonValue], other: Mapping[str, JsonValue]) -> bool:
    """Whether both have another value there, as JSON has it: 1 is not true, and null is not nothing."""
    texts = [json.dumps(body[name], sort_keys=True) if name in body else None for body in (one, other)]
    return texts[0] != texts[1]


def _tell(finding: Mapping[str, Any] | None) -> JsonValue:
    return None if finding is None else str(finding["fingerprint"])
