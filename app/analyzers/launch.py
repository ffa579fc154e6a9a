"""Run as a program: takes limits upon itself and becomes another program. `launch.py SECONDS MEMORY FILE -- ARGV…`.

Or it calls `main` of a module, which it finds in these folders: `launch.py SECONDS MEMORY FILE + MODULE FOLDER…`. That
starts one interpreter instead of two, without what one looks for in its installation when it starts.

It stands alone and imports nothing of ours by itself, so that it can run isolated, and without a fork of the whole
service.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys

OPEN_FILES = 256
EXPENDABLE = b"1000"


def main(arguments: list[str]) -> None:
    """Set the limits, then execute what follows `--`, which does not return, or run the module behind `+`."""
    seconds, memory, file_size = (int(argument) for argument in arguments[:3])
    how, target, *others = arguments[3:]
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: file_size,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        _, hard = resource.getrlimit(kind)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        # At the hard limit of time the kernel only kills: the soft one, a second before, says that it was the time.
        above = hard == resource.RLIM_INFINITY or hard > allowed
        most = allowed + 1 if kind == resource.RLIMIT_CPU and above else allowed
        resource.setrlimit(kind, (allowed, most))
    _go_first()
    if how == "+":
        sys.path.extend(others)
        importlib.import_module(target).main()
    else:
        os.execv(target, [target, *others])  # noqa: S606 - no shell is the point; the path is the caller's own


def _go_first() -> None:
    """Where memory runs out on the machine, the kernel ends this process, and not the service that started it."""
    score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(score, EXPENDABLE)
    os.close(score)


if __name__ == "__main__":
    main(sys.argv[1:])
