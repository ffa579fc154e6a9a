from __future__ import annotations

from pathlib import Path

import pytest

from app.core.change.diff import FileStatus
from app.repo.patch import read_patch
from app.repo.patch_range import MAX_BYTES, PatchUnusableError, open_patch

ADDED = b"""\
diff --git a/%(path)s b/%(path)s
new file mode %(mode)s
--- /dev/null
+++ b/%(path)s
@@ -0,0 +1,2 @@
+one\t
+two
"""


def adding(path: bytes, mode: bytes = b"100644") -> bytes:
    return ADDED % {b"path": path, b"mode": mode}


async def test_a_patch_is_read_as_the_change_that_it_is(tmp_path: Path) -> None:
    async with open_patch(adding(b"a.py") + adding("ä b/c.py".encode())) as found:
        assert found.base_sha == found.merge_base
        patch = await read_patch(found.store, found.merge_base, found.head_sha)
        place = found.store.git_dir
    assert [(file.path, file.status, file.changed_lines) for file in patch.files] == [
        ("a.py", FileStatus.ADDED, 2),
        ("ä b/c.py", FileStatus.ADDED, 2),
    ]
    assert [line.text for line in patch.files[0].hunks[0].lines] == ["one\t", "two"]
    assert not place.exists()


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(b"no patch at all\n", id="words"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0\1\2", id="bytes"),
        pytest.param(adding(b"a.py").replace(b"+1,2", b"+1,3"), id="a count that lies"),
        pytest.param(adding(b"../../outside.py"), id="out of the tree"),
        pytest.param(adding(b".git/hooks/post-checkout", b"100755"), id="into git's own"),
        pytest.param(b"--- a/old.py\n+++ b/old.py\n@@ -1 +1 @@\n-one\n+two\n", id="of a file that is not there"),
        pytest.param(b"#" * (MAX_BYTES + 1), id="too large"),
    ],
)
async def test_a_patch_that_cannot_be_applied_is_refused_by_name(patch: bytes) -> None:
    with pytest.raises(PatchUnusableError):
        async with open_patch(patch):
            pass
