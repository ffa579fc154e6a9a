"""What was read a moment ago: a review asks for the same files at each of its stages, and each asking is a process."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Recall(Generic[K, V]):
    """What was used last of all that was kept, by key; together no larger than `most`.

    For what never changes under its key. `size` is what all of it takes now.
    """

    most: int
    size: int = 0
    _kept: OrderedDict[K, tuple[V, int]] = field(default_factory=OrderedDict)

    def find(self, key: K) -> V | None:
        """What was kept under the key, if it still is."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def keep(self, key: K, value: V, size: int) -> None:
        """Keep this, unless it is larger than all may be together; what was not used for longest makes room for it."""
        if key in self._kept or size > self.most:
            return
        self._kept[key] = (value, size)
        self.size += size
        while self.size > self.most:
            _, (_, gone) = self._kept.popitem(last=False)
            self.size -= gone
