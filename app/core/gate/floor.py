"""What "tighter" means for each key of `lintel.yml`, and the floor that nobody's policy falls below. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from app.core.findings.finding import Severity
from app.core.gate.policy import BlockOn, Mode, ModelUse, Policy

Tighten = Callable[[Any, Any], Any]
"""From the floor's value of a key and another one to the one that holds."""


def list_values(section: BaseModel, above: str = "", *, written: bool = False) -> Iterator[tuple[str, Any]]:
    """Each key with its dots and its value; `written`: only those that the file itself has."""
    for name in type(section).model_fields:
        if written and name not in section.model_fields_set:
            continue
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from list_values(value, f"{above}{name}.", written=written)
        else:
            yield f"{above}{name}", value


def _prefer(*strictest_first: object) -> Tighten:
    return lambda floor, value: min(floor, value, key=strictest_first.index)


def _unite(floor: Sequence[object], value: Sequence[object]) -> tuple[object, ...]:
    """All of the floor's, which come first, and what else there is."""
    return (*floor, *(item for item in value if item not in floor))


def _share(floor: Sequence[str], value: Sequence[str]) -> tuple[str, ...]:
    """What both have. Whether one glob covers another is not asked: a narrower one is left out too."""
    return tuple(item for item in value if item in floor)


def _stack(floor: Sequence[Any], value: Sequence[Any]) -> tuple[Any, ...]:
    """The floor's layers on top, as a path belongs to the first that has it; others of the same name are void."""
    names = {layer.name for layer in floor}
    return (*floor, *(layer for layer in value if layer.name not in names))


def _either(floor: bool, value: bool) -> bool:  # noqa: FBT001 - two values of one key
    return floor or value


TIGHTER: Final[Mapping[str, tuple[Tighten, str]]] = MappingProxyType(
    {
        "mode": (_prefer(Mode.GATE, Mode.ADVISORY), "`gate` over `advisory`"),
        "block_on": (
            _prefer(BlockOn.LOW, BlockOn.MEDIUM, BlockOn.HIGH, BlockOn.CRITICAL, BlockOn.NEVER),
            "the lower severity; `never` last",
        ),
        "model": (_prefer(ModelUse.REQUIRED, ModelUse.OPTIONAL), "`required` over `optional`"),
        "review.branches": (_unite, "the floor's are reviewed too"),
        "review.drafts": (_either, "`true` over `false`"),
        "review.bots": (_either, "`true` over `false`"),
        "review.exclude": (_share, "only patterns that the floor has, word for word"),
        "review.guidance": (_unite, "the floor's are read too"),
        "review.rules": (_unite, "the floor's are always in"),
        "review.lenses.correctness": (_either, "`true` over `false`"),
        "review.lenses.contracts": (_either, "`true` over `false`"),
        "review.lenses.security": (_either, "`true` over `false`"),
        "review.lenses.rules": (_either, "`true` over `false`"),
        "architecture.layers": (_stack, "the floor's on top, the repository's of other names below"),
        "architecture.forbid": (_unite, "the floor's are always in"),
        "architecture.cycles": (_prefer("new", "allow"), "`new` over `allow`"),
        "architecture.severity": (_prefer(*Severity), "the higher severity"),
        "analyzers.ruff": (_either, "`true` over `false`"),
        "analyzers.zizmor": (_either, "`true` over `false`"),
        "analyzers.secrets": (_either, "`true` over `false`"),
        "people.ai_authored.human_approvals": (max, "the higher number"),
        "people.sensitive": (_unite, "the floor's are always in: whoever decides must own by all of them"),
        "people.override": (_prefer("admin", "maintain"), "`admin` over `maintain`"),
    }
)
"""By key: the value that holds where the floor and another policy have one each, and that in words."""

NO_MATTER: Final = frozenset(
    {"version", "check", "review.max_comments", "budget.review_usd", "budget.pull_request_usd", "floor"}
)
"""Keys that are no matter of strictness: a floor has none of them."""


def read_floor(organisation: Policy) -> Mapping[str, Any]:
    """What the floor of a valid organisation's policy asks for, by key."""
    floor = Policy.model_validate(organisation.floor)
    return {key: value for key, value in list_values(floor, written=True) if key in TIGHTER}


def tighten(floor: Mapping[str, Any], key: str, value: object) -> object:
    """The value of a key that holds under a floor."""
    return TIGHTER[key][0](floor[key], value) if key in floor else value
