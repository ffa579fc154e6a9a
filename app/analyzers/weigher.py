"""Run as a program: weighs the replacements in the files it is given. `weigher.py SECONDS -- FILE…`.

Parsers of foreign languages are not for a process that others depend on: some texts hold one for minutes inside a
single step that no deadline ends, or crash it. Here that ends this process alone.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from app.core.findings.fixes import Replacement
from app.syntax.parsing import Deadline
from app.syntax.replacement import weigh_replacement


def main(arguments: list[str]) -> None:
    """Write what is wrong with each replacement, null for nothing, in their order, as a JSON array."""
    seconds, files = float(arguments[0]), arguments[2:]
    deadline = Deadline(time.monotonic() + seconds, time.monotonic)
    replacements = [Replacement(**json.loads(Path(file).read_bytes())) for file in files]
    sys.stdout.write(json.dumps([weigh_replacement(item, deadline=deadline) for item in replacements]))


if __name__ == "__main__":
    main(sys.argv[1:])
