"""A tool in the sandbox gets nothing but its files, and not more than its share."""

import asyncio
import json
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from app.analyzers.analyzer import Limits
from app.analyzers.sandbox import ToolFailed, bound_command, bound_module, find_tool, open_process, run_tool

PYTHON = Path(sys.executable)


async def run(code: str, limits: Limits | None = None, files: dict[str, bytes] | None = None) -> str:
    output = await run_tool(PYTHON, ["-I", "-S", "-c", textwrap.dedent(code)], files or {}, limits or Limits())
    assert output.status == 0
    return output.stdout.decode()


def entries(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def test_it_sees_no_variable_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINTEL_WEBHOOK_SECRET", "canary")
    seen = json.loads(await run("import json, os; print(json.dumps(dict(os.environ)))"))
    assert set(seen) <= {"PATH", "LC_ALL", "RAYON_NUM_THREADS", "MALLOC_ARENA_MAX"}


async def test_it_runs_elsewhere_and_everything_is_gone_afterwards() -> None:
    out = await run(
        "import os, sys; print(os.getcwd(), os.listdir('.'), sys.argv[2])", files={"head/00000.py": b"x = 1\n"}
    )
    where, listing, file = out.split()
    assert listing == "[]"
    assert Path(file).parts[-3:] == ("files", "head", "00000.py")
    assert not Path(where).parent.exists()


async def test_too_much_time_is_a_failure_and_its_children_die_with_it() -> None:
    reading, writing = os.pipe()
    os.set_inheritable(writing, False)
    path = f"/proc/{os.getpid()}/fd/{writing}"
    code = f"""
        import os, time
        pipe = os.open({path!r}, os.O_WRONLY)
        os.fork()
        os.write(pipe, b"!")
        time.sleep(60)
    """
    try:
        async with asyncio.timeout(20):
            with pytest.raises(ToolFailed, match="longer than 2 seconds"):
                await run(code, Limits(seconds=2))
    finally:
        os.close(writing)
    # The pipe ends only when the last process that holds it is gone.
    async with asyncio.timeout(10):
        said = await asyncio.to_thread(lambda: os.read(reading, 10) + os.read(reading, 10))
    os.close(reading)
    assert said.startswith(b"!")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("while True: print('x' * 10000)", "wrote more than"),
        ("import os; os.kill(os.getpid(), 9)", "ended by signal 9"),
    ],
)
async def test_a_tool_that_runs_wild_is_a_failure(code: str, why: str) -> None:
    with pytest.raises(ToolFailed, match=why):
        await run(code, Limits(output_bytes=100_000))


async def test_memory_and_files_are_bounded() -> None:
    out = await run(
        """
        import resource
        print(resource.getrlimit(resource.RLIMIT_AS)[1], resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        try:
            bytearray(1 << 30)
        except MemoryError:
            print("refused")
        """,
        Limits(memory_bytes=1 << 29, output_bytes=1 << 16),
    )
    assert out.split() == [str(1 << 29), str(1 << 16), "refused"]


async def test_where_memory_runs_out_it_goes_before_the_service() -> None:
    assert await run("print(open('/proc/self/oom_score_adj').read().strip())") == "1000\n"


async def test_a_cancelled_run_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    task = asyncio.create_task(run("import time; time.sleep(60)"))
    async with asyncio.timeout(10):
        while not entries(tmp_path):
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert entries(tmp_path) == []


async def test_a_tool_that_cannot_be_fed_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "full"))
    with pytest.raises(ToolFailed, match="could not be run: No such file"):
        await run("pass")


def test_a_tool_is_taken_from_our_installation_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "impostor").write_text("#!/bin/sh\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_tool("ruff").parent == PYTHON.parent
    with pytest.raises(ToolFailed, match="impostor is not installed"):
        find_tool("impostor")


async def test_too_much_processor_time_ends_a_program_by_the_signal_that_says_so(tmp_path: Path) -> None:
    command = bound_command(Path(sys.executable), ("-I", "-c", "while True: pass"), (1, 1 << 30, 1 << 20))
    async with open_process(command, tmp_path) as process:
        assert await asyncio.wait_for(process.wait(), 30) == -signal.SIGXCPU


async def run_ours(module: str, seconds: int, folder: Path) -> tuple[bytes, int]:
    async with open_process(bound_module(module, (seconds, 1 << 30, 1 << 20)), folder) as process:
        said, _ = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode is not None
        return said, process.returncode


async def test_a_module_of_ours_takes_nothing_from_where_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("tree_sitter", "json", "sitecustomize", "app"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert await run_ours("app.analyzers.apart.child", 60, tmp_path) == (b"ready\n", 0)


async def test_a_module_of_ours_has_the_same_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endless.py").write_text("def main():\n    while True:\n        pass\n")
    monkeypatch.setattr("app.analyzers.sandbox.SOURCE", tmp_path)
    assert await run_ours("endless", 1, tmp_path) == (b"", -signal.SIGXCPU)
