"""Root and a user without a name run PostgreSQL too, without a change to any directory's mode.

Each kind of user is made with a user namespace around the owner, whoever runs the tests. Where the kernel
forbids those, the same tests hold Lintel to saying so.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from app.postgres.identity import build_prefix, needs_namespace
from tests.postgres.world import UNSHARE, Owner, namespaces_work, write_rows

Another = Callable[..., Owner]

AS_ROOT = (UNSHARE, "-Ur")
AS_NAMELESS = (UNSHARE, "-U", "--map-user=54321", "--map-group=54321")
AS_NOBODY = (UNSHARE, "-U", "--map-user=65534", "--map-group=65534")
WITHOUT_NAMESPACES = (*AS_ROOT, "sh", "-c", 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"', "sh")


@pytest.mark.parametrize(
    ("uid", "named", "needed"),
    [(0, True, True), (0, False, True), (54321, False, True), (1000, True, False), (65534, True, False)],
)
def test_only_root_and_the_nameless_need_a_namespace(uid: int, *, named: bool, needed: bool) -> None:
    assert needs_namespace(uid, named=named) is needed


def test_the_stand_in_is_never_root_and_ends_the_options() -> None:
    prefix = build_prefix("/usr/bin/unshare", 65534)
    assert "--map-user=65534" in prefix
    assert prefix[-1] == "--"


@pytest.mark.parametrize("prefix", [AS_ROOT, AS_NAMELESS, AS_NOBODY], ids=["root", "nameless", "nobody"])
def test_every_kind_of_user_gets_a_server_in_a_private_home(
    tmp_path: Path, another: Another, prefix: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    if prefix and not namespaces_work():
        prefix = ()
    owner = another(home / ".lintel", prefix=prefix)
    answer = owner.hear()
    if os.geteuid() == 0 and not namespaces_work():
        assert answer["fault"] == "NamespacesForbidden"
        return
    write_rows(answer["dsn"], 2)
    owner.leave()
    for path in (home, home / ".lintel", *home.glob(".lintel/postgres-18")):
        found = path.lstat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, os.geteuid())
    for path in home.glob(".lintel/**/*"):
        assert stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0


def test_root_is_told_in_one_line_what_to_do_where_namespaces_are_forbidden(tmp_path: Path, another: Another) -> None:
    prefix = WITHOUT_NAMESPACES if namespaces_work() else ()
    answer = another(tmp_path / "data", prefix=prefix).hear()
    if not prefix and os.geteuid() != 0:
        assert "dsn" in answer  # an ordinary user needs none
        return
    assert answer["fault"] == "NamespacesForbidden"
    assert "ordinary user" in answer["words"]
    assert "\n" not in answer["words"]
    assert not list(tmp_path.glob("data/postgres-*"))
