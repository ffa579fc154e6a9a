"""A process of its own that fetches a mirror, says so, and reads from it until its standard input ends.

`python -m tests.repo.reader_process DIRECTORY URL REPOSITORY_ID MERGE_BASE HEAD`
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from app.repo.mirror import Mirrors, Origin
from app.repo.objects import GitStore
from tests.repo.server import TOKEN

ROOT = Path(__file__).parent.parent.parent


async def fetch(directory: str, url: str, repository_id: str, merge_base: str, head: str) -> GitStore:
    origin = Origin(repository_id=int(repository_id), clone_url=url, token=TOKEN)
    return await Mirrors(Path(directory)).fetch(origin, merge_base=merge_base, head=head)


async def start_reader(
    directory: Path, url: str, repository_id: int, merge_base: str, head: str
) -> asyncio.subprocess.Process:
    """Start one; its first line is `ready` when it reads."""
    arguments = (str(directory), url, str(repository_id), merge_base, head)
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "tests.repo.reader_process", *arguments)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)


if __name__ == "__main__":
    store = asyncio.run(fetch(*sys.argv[1:]))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    del store
