"""A full disk: callers are warned before, and acknowledged rows come back after."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.postgres import LOW_BYTES, Cluster, is_low
from app.postgres.disk import BALLAST_BYTES, drop_ballast, lay_ballast
from tests.postgres.world import ROOT, UNSHARE, namespaces_work

Own = Callable[[Path], Cluster]

# Fills a disk of its own to less than a WAL segment, writes until the server dies, and starts it again.
_FILL = """
import json, os, subprocess, sys, time
from pathlib import Path
import psycopg
from app.postgres import DiskFull, start
mount, keep = Path(sys.argv[1]), sys.argv[2] == "with"
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", mount], check=True)
cluster = start(mount / "data")
if not keep:
    (mount / "data" / "postgres.ballast").unlink()
with psycopg.connect(cluster.dsn, autocommit=True) as connection:
    connection.execute("CREATE TABLE kept (number int)")
filler = os.open(mount / "filler", os.O_CREAT | os.O_WRONLY)
os.posix_fallocate(filler, 0, cluster.free_bytes() - (3 << 20))
acknowledged = 0
# A server that recovered by itself from its first want of room is written to again.
while cluster.is_alive():
    try:
        with psycopg.connect(cluster.dsn, autocommit=True) as connection:
            while True:
                with connection.transaction():
                    connection.execute("INSERT INTO kept VALUES (1)")
                    connection.execute("SELECT pg_logical_emit_message(true, 'x', repeat('y', 50000))")
                acknowledged += 1
    except psycopg.Error:
        time.sleep(0.005)
report = {"acknowledged": acknowledged}
try:
    cluster.revive()
    with psycopg.connect(cluster.dsn) as connection:
        report["found"] = connection.execute("SELECT count(*) FROM kept").fetchone()[0]
except DiskFull as fault:
    report["fault"] = str(fault)
report["ballast"] = (mount / "data" / "postgres.ballast").exists()
cluster.stop()
print(json.dumps(report))
"""


@pytest.mark.parametrize("ballast", ["with", "without"])
def test_a_server_that_filled_its_disk_recovers_on_the_ballast_alone(tmp_path: Path, ballast: str) -> None:
    if not namespaces_work():  # no disk of our own to fill: the decision to give the ballast up must do
        (tmp_path / "ballast").write_bytes(b"x")
        drop_ballast(tmp_path / "ballast", LOW_BYTES - 1)
        assert not (tmp_path / "ballast").exists()
        return
    done = subprocess.run(
        [UNSHARE, "-Urm", sys.executable, "-c", _FILL, tmp_path, ballast],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    report = json.loads(done.stdout)
    assert report["acknowledged"] > 10
    assert not report["ballast"]
    if ballast == "with":
        assert report["found"] == report["acknowledged"]
    else:
        assert "free 64 MB" in report["fault"]


def test_the_ballast_lies_beside_the_cluster_and_takes_real_room(directory: Path, own: Own) -> None:
    own(directory)
    found = (directory / "postgres.ballast").stat()
    assert found.st_size == BALLAST_BYTES
    assert found.st_blocks * 512 >= BALLAST_BYTES


def test_the_ballast_is_kept_on_a_roomy_disk_and_given_up_on_a_short_one(tmp_path: Path) -> None:
    ballast = tmp_path / "ballast"
    assert not lay_ballast(ballast, LOW_BYTES + BALLAST_BYTES - 1)
    assert not ballast.exists()
    assert lay_ballast(ballast, LOW_BYTES + BALLAST_BYTES)
    assert lay_ballast(ballast, 0)
    drop_ballast(ballast, LOW_BYTES)
    assert ballast.exists()
    drop_ballast(ballast, LOW_BYTES - 1)
    assert not ballast.exists()
    drop_ballast(ballast, 0)


def test_the_signal_for_callers_turns_at_256_mb(directory: Path, own: Own) -> None:
    assert is_low(256 * 1024 * 1024 - 1)
    assert not is_low(256 * 1024 * 1024)
    assert own(directory).free_bytes() > 0
