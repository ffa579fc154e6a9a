"""As whom PostgreSQL runs: it refuses root and users without a name, so those get a user namespace.

Inside, the process bears the uid of a named ordinary user; outside, its files stay the caller's and no
directory's mode changes. https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

import pwd
import shutil
import subprocess
from pathlib import Path

from app.postgres.faults import NamespacesForbidden

_STAND_IN_GID = 65534
_MEND = "run Lintel as an ordinary user with a passwd entry, or set LINTEL_DATABASE_URL"


def needs_namespace(uid: int, *, named: bool) -> bool:
    """Whether PostgreSQL would refuse `uid`: root, and a user whom the passwd database does not know."""
    return uid == 0 or not named


def find_prefix(uid: int, postgres: Path) -> tuple[str, ...]:
    """The words to put before a command of PostgreSQL's so that it runs for `uid`; none for ordinary users.

    Raises NamespacesForbidden when they are needed and the system does not allow them.
    """
    if not needs_namespace(uid, named=_is_named(uid)):
        return ()
    who = "root" if uid == 0 else f"uid {uid}, which has no passwd entry"
    unshare = shutil.which("unshare")
    if unshare is None:
        raise NamespacesForbidden(f"PostgreSQL refuses {who}, and the program unshare is missing; {_MEND}")
    prefix = build_prefix(unshare, _choose_stand_in())
    probe = subprocess.run(  # noqa: S603 - fixed words and found binaries, no shell
        [*prefix, postgres, "--version"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=10,
        check=False,
    )
    if probe.returncode:
        reason = " ".join(probe.stderr.split())
        raise NamespacesForbidden(
            f"PostgreSQL refuses {who}, and a user namespace is forbidden here ({reason}); {_MEND}"
        )
    return prefix


def build_prefix(unshare: str, stand_in: int) -> tuple[str, ...]:
    """`unshare` in a new user namespace as `stand_in`; it replaces itself, so the pid stays the child's."""
    return (unshare, "-U", f"--map-user={stand_in}", f"--map-group={_STAND_IN_GID}", "--")


def _is_named(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _choose_stand_in() -> int:
    """`nobody`, or else any ordinary user with a name: inside the namespace it is only a name."""
    users = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    if not users:
        raise NamespacesForbidden(f"the passwd database names no ordinary user; {_MEND}")
    return users.get("nobody", min(users.values()))
