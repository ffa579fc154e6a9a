"""A program run for its memory: `python -m tests.bench.watched FILE lintel ARGUMENTS…` or `… FILE git ARGUMENTS…`.

Writes the peak memory in bytes to FILE: of this process for `lintel`, which runs in it, and of the child for `git`.
What a parent is told of a child would not do: on Linux a child begins with the peak of the process it was split from.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def own_peak() -> int:
    """Bytes this process held at most."""
    found = re.search(r"^VmHWM:\s*(\d+) kB$", STATUS.read_text(), re.MULTILINE) if STATUS.exists() else None
    return int(found[1]) << 10 if found else _bytes(resource.getrusage(resource.RUSAGE_SELF))


def _bytes(usage: resource.struct_rusage) -> int:
    return usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss << 10


def main(file: str, program: str, *arguments: str) -> int:
    """Run it, write the figure, and give the program's exit code."""
    if program != "lintel":
        code = subprocess.run([program, *arguments], stdout=subprocess.DEVNULL, check=False).returncode
        peak = _bytes(resource.getrusage(resource.RUSAGE_CHILDREN))
    else:
        from app.cli import commands  # noqa: PLC0415 - a run of git is not to hold it

        sys.argv = [program, *arguments]
        try:
            commands.main()
        except SystemExit as end:
            code = int(end.code or 0)
        peak = own_peak()
    Path(file).write_text(str(peak), encoding="ascii")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
