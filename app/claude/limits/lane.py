"""The calls of one model: which of them run, and when the next may. Nothing here waits."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.claude.limits.allowance import Allowance, Meter
from app.core.model import Usage

FIRST_OUTPUT = 4
"""An answer is expected to fill so large a part (one in so many) of its room, until some were seen."""

MEMORY = 8
"""Each call weighs one in so many against all before it."""

UNTOLD_PAUSE_S = 1.0
"""How long nothing is sent after a refusal that does not say."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a call asks for at most: `prompt` is the estimate of its tokens, `room` what its answer may have."""

    prompt: int
    room: int


@dataclass(slots=True)
class Lane:
    """`at_once` calls run side by side at most.

    Of a model that was never heard of, and after each refusal, one call goes ahead alone until its response begins:
    many reviews that start together find out about a limit by one call, not by all of them. How much of a prompt is
    charged, and how long answers are (mean and spread), is learned from what calls took.
    """

    at_once: int
    waiting: list[int] = field(default_factory=list)
    _running: dict[int, Mapping[Meter, int]] = field(default_factory=dict)
    _unheard: set[int] = field(default_factory=set)
    _early: set[int] = field(default_factory=set)
    _allowances: dict[Meter, Allowance] = field(default_factory=dict)
    _closed_until: float = 0.0
    _known: bool = False
    _fresh: float = 1.0
    _output: tuple[float, float] | None = None

    def queue(self, ticket: int) -> None:
        """Have a call wait, behind all with a lower number."""
        insort(self.waiting, ticket)

    def wait(self, ticket: int, load: Load, now: float) -> float | None:
        """Seconds until the call may go, as far as is known now; 0: at once; None: something has to happen before."""
        if self.waiting[0] != ticket or len(self._running) >= self.at_once or (self._running and not self._known):
            return None
        longest = max(0.0, self._closed_until - now)
        for meter, amount in self._expect(load).items():
            allowance = self._allowances.get(meter)
            if allowance is None:
                continue
            # What asks for more than there ever is goes when all there is is there.
            needed = min(amount, allowance.limit)
            if allowance.left(now) < needed:
                longest = max(longest, allowance.full_at - now)
            elif allowance.left(now) - self._reserved(meter) < needed:
                return None
        return longest

    def start(self, ticket: int, load: Load) -> None:
        """A call that waited is sent."""
        self.waiting.remove(ticket)
        self._running[ticket] = self._expect(load)
        self._unheard.add(ticket)
        self._early.discard(ticket)

    def hear(self, ticket: int, told: Mapping[Meter, Allowance], *, welcome: bool) -> None:
        """The response to a call begins; `welcome`: it is no refusal. What it tells has the call charged already."""
        self._unheard.discard(ticket)
        for meter, allowance in told.items():
            self._allowances[meter] = allowance.after(self._allowances.get(meter))
        self._known = self._known or (welcome and ticket not in self._early)

    def shut(self, seconds: float | None, now: float) -> None:
        """A call was refused for a limit: nothing is sent for so long, and then one alone.

        What calls that were sent before it are told from now on was decided earlier: it opens nothing again.
        """
        self._known = False
        self._early.update(self._running)
        self._closed_until = max(self._closed_until, now + (UNTOLD_PAUSE_S if seconds is None else seconds))

    def end(self, ticket: int, load: Load, usage: Usage | None, now: float) -> None:
        """A call is over; `usage` is None if it was refused or given up, which says nothing of others."""
        del self._running[ticket]
        self._unheard.discard(ticket)
        early = ticket in self._early
        self._early.discard(ticket)
        if usage is None:
            return
        self._known = self._known or not early
        if not usage.calls:
            return
        output = self._allowances.get(Meter.OUTPUT)
        if output is not None:
            self._allowances[Meter.OUTPUT] = output.less(usage.output_tokens, now)
        # A prompt that is read from the cache is not charged.
        fresh = (usage.input_tokens + usage.cache_write_tokens) / max(1, load.prompt)
        self._fresh += (fresh - self._fresh) / MEMORY
        written = usage.output_tokens
        mean, spread = self._output or (written, written / 2)
        self._output = mean + (written - mean) / MEMORY, spread + (abs(written - mean) - spread) / MEMORY

    def _expect(self, load: Load) -> Mapping[Meter, int]:
        """What a call will probably be charged."""
        mean, spread = self._output or (load.room / FIRST_OUTPUT, 0.0)
        output = min(mean + 2 * spread, load.room)
        return {Meter.REQUESTS: 1, Meter.INPUT: int(load.prompt * self._fresh), Meter.OUTPUT: int(output)}

    def _reserved(self, meter: Meter) -> int:
        """What running calls will be charged that no response has told yet."""
        untold: Iterable[int] = self._running if meter is Meter.OUTPUT else self._unheard
        return sum(self._running[ticket][meter] for ticket in untold)
