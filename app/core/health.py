"""What `lintel doctor` makes of what it sees: whether each part is well, and how to mend what is not. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.core.gate.enforcement import Enforcement, Hold
from app.core.gate.sharing import SHARED_IS_WEAKER, SHARED_NAME
from app.core.text.plural import count

_LEVELS: Final = ("none", "read", "write", "admin")


class State(StrEnum):
    """How a part is. UNKNOWN: it could not be looked at."""

    WELL = "well"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Examined:
    """One part that was looked at. `mend` says what to do where it is not well. Both may hold untrusted names."""

    part: str
    state: State
    told: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How GitHub's last deliveries ended: how many there were, how many were not answered with 2xx."""

    total: int
    failed: int


def summarize(examined: Sequence[Examined]) -> State:
    """WRONG if anything is; else UNKNOWN if anything could not be looked at."""
    states = {one.state for one in examined}
    return next((state for state in (State.WRONG, State.UNKNOWN) if state in states), State.WELL)


def examine_permissions(part: str, granted: Mapping[str, str], needed: Mapping[str, str], where: str) -> Examined:
    """Whether what is granted reaches what is needed; `where` is how to grant more."""
    missing = [f"{name}: {level}" for name, level in sorted(needed.items()) if not _reaches(granted.get(name), level)]
    if missing:
        return Examined(part, State.WRONG, f"missing: {', '.join(missing)}", where)
    return Examined(part, State.WELL, f"all {len(needed)} granted")


def _reaches(granted: str | None, level: str) -> bool:
    return granted in _LEVELS and _LEVELS.index(granted) >= _LEVELS.index(level)


def examine_events(subscribed: Collection[str], needed: Collection[str]) -> Examined:
    """Whether GitHub tells the App all that it acts on."""
    missing = sorted(set(needed) - set(subscribed))
    if missing:
        mend = "subscribe the App to them in its settings, under Permissions & events"
        return Examined("events", State.WRONG, f"not subscribed: {', '.join(missing)}", mend)
    return Examined("events", State.WELL, f"all {len(needed)} subscribed")


def examine_hook(url: str, *, insecure: bool, public_url: str | None) -> Examined:
    """Whether GitHub delivers to this server, and looks at its certificate."""
    mend = "set the webhook address in the App's settings to this server's public address and /webhooks/github"
    if not url:
        return Examined("webhook", State.WRONG, "the App has no webhook address", mend)
    if insecure:
        return Examined("webhook", State.WRONG, f"{url}: certificates are not looked at", "enable SSL verification")
    if public_url is not None and not url.startswith(f"{public_url.rstrip('/')}/"):
        return Examined("webhook", State.WRONG, f"{url} is not below LINTEL_PUBLIC_URL {public_url}", mend)
    return Examined("webhook", State.WELL, url)


def examine_deliveries(delivered: Delivered) -> Examined:
    """Whether what GitHub sent lately was answered."""
    told = f"{delivered.failed:,} of the last {delivered.total:,} failed"
    if delivered.failed:
        mend = "see that the server runs and can be reached; GitHub sends nothing again unless asked"
        return Examined("deliveries", State.WRONG, told, mend)
    return Examined("deliveries", State.WELL, told if delivered.total else "none yet")


def examine_queue(workers: int, waiting: Mapping[str, int]) -> Examined:
    """Whether somebody works on what waits."""
    total = sum(waiting.values())
    told = f"{count(workers, 'live worker')}, {count(total, 'job')} waiting"
    if workers == 0:
        return Examined("queue", State.WRONG, told, "start `lintel serve` or `lintel worker`")
    return Examined("queue", State.WELL, told)


def examine_gate(repository: str, branch: str, name: str, enforcement: Enforcement) -> Examined:
    """Whether a repository's default branch holds merges up for our check."""
    part = f"gate of {repository}"
    require = f"in a ruleset for {branch}, require the status check `{name}` with this App as its source"
    match enforcement.hold:
        case Hold.ENFORCED:
            weaker = f". {SHARED_IS_WEAKER}" if name == SHARED_NAME else ""
            return Examined(part, State.WELL, f"{branch} requires {name} from this App{weaker}")
        case Hold.UNPINNED:
            return Examined(part, State.WRONG, f"{branch} requires {name} from any source: it can be forged", require)
        case Hold.OTHER_APP:
            return Examined(part, State.WRONG, f"{branch} requires {name} from another App", require)
        case Hold.NOT_REQUIRED:
            return Examined(part, State.WRONG, f"NOT enforced: {branch} does not require {name}", require)
        case Hold.UNKNOWN:
            return Examined(part, State.UNKNOWN, f"cannot be told: {'; '.join(enforcement.unread)}")
