"""What was read a moment ago: a review asks for the same files at each of its stages, and each asking is a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Recall(Generic[K, V]):
    """The newest of what was kept, by key; together no larger than `most`. For what never changes under its key."""

    most: int
    _kept: dict[K, tuple[V, int]] = field(default_factory=dict)
    _size: int = 0

    def find(self, key: K) -> V | None:
        """What was kept under the key, if it still is."""
        found = self._kept.get(key)
        return found[0] if found else None

    def keep(self, key: K, value: V, size: int) -> None:
        """Keep this, unless it is larger than all may be together; the oldest make room for it."""
        if key in self._kept or size > self.most:
            return
        self._kept[key] = (value, size)
        self._size += size
        while self._size > self.most:
            _, gone = self._kept.pop(next(iter(self._kept)))
            self._size -= gone
