"""The timeline of a pull request, as far as it tells when that became another change otherwise than by a push on top.

https://docs.github.com/en/graphql/reference/unions#pullrequesttimelineitems
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """Something that happened to a pull request."""

    created_at: datetime


@dataclass(frozen=True, slots=True)
class BaseRefChanged(TimelineItem):
    """Somebody chose another base branch."""


@dataclass(frozen=True, slots=True)
class AutomaticBaseChange(TimelineItem):
    """Its base branch was merged and deleted, so that it moved on to the next one."""


@dataclass(frozen=True, slots=True)
class HeadRefForcePushed(TimelineItem):
    """Its head was exchanged for one that does not continue it."""


TYPES: dict[str, type[TimelineItem]] = {
    "BaseRefChangedEvent": BaseRefChanged,
    "AutomaticBaseChangeSucceededEvent": AutomaticBaseChange,
    "HeadRefForcePushedEvent": HeadRefForcePushed,
}
"""The types of GraphQL's schema."""

_KINDS: dict[str, type[TimelineItem]] = {
    "BASE_REF_CHANGED_EVENT": BaseRefChanged,
    "AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT": AutomaticBaseChange,
    "HEAD_REF_FORCE_PUSHED_EVENT": HeadRefForcePushed,
}


def choose(items: Collection[TimelineItem], kinds: Collection[str], last: int) -> tuple[TimelineItem, ...]:
    """The last items of these kinds, oldest first. Raises KeyError for a kind that nobody knows."""
    wanted = {_KINDS[kind] for kind in kinds}
    return tuple(item for item in items if type(item) in wanted)[-last:]
