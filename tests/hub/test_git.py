"""What the hub reads from a repository's files is what git says of it."""

import tempfile
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.hub import bare, git, history, objects

WHO = ("ann", "ann@example.org", datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
ODD = b"""tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Zo\xc3\xab <z@example.org> 1763726400 -0530
committer <> 0 +0000
gpgsig -----BEGIN PGP SIGNATURE-----
 author nobody <n@example.org> 1 +0000

 -----END PGP SIGNATURE-----

Signed

and more

"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    bare.create(tmp_path / "r.git", None, "main")
    return tmp_path / "r.git"


def write_graph(path: Path, parents: list[list[int]], seconds: list[int]) -> list[str]:
    """A commit for each list of the parents' places; the SHAs."""
    stream = []
    for place, (above, second) in enumerate(zip(parents, seconds, strict=True)):
        stream.append(f"reset refs/heads/b{place}\ncommit refs/heads/b{place}\nmark :{place + 1}\n")
        stream.append(f"committer a <a@b> {1_763_000_000 + second} +0100\ndata 1\nm\n")
        stream += [f"{'merge' if n else 'from'} :{one + 1}\n" for n, one in enumerate(above)]
        stream.append(f"M 100644 inline f{place}\ndata 1\n{place % 10}\n\nget-mark :{place + 1}\n")
    told = git.run(path, "fast-import", "--quiet", "--done", stdin="".join([*stream, "done\n"]).encode())
    return told.decode().split()


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    """Up to eight commits, each on some of those before it, at times in any order."""
    size = draw(st.integers(2, 8))
    above = [sorted(draw(st.sets(st.integers(0, n - 1), max_size=2))) if n else [] for n in range(size)]
    return above, draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))


def ask(path: Path, *arguments: str) -> list[str]:
    return git.run(path, *arguments, allowed=(0, 1)).decode().split()


@settings(max_examples=8)
@given(graphs())
def test_ancestors_are_told_as_git_tells_them(graph: tuple[list[list[int]], list[int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.git"
        bare.create(path, None, "main")
        shas = write_graph(path, *graph)
        for one, other in product(shas[-3:], shas[:2]):
            span = f"{one}..{other}" if one < other else f"{other}..{one}"
            assert git.count(path, span) == int(*ask(path, "rev-list", "--count", span))
            assert [commit.sha for commit in git.log(path, span, limit=100)] == ask(path, "log", "--format=%H", span)
            try:
                found = [git.merge_base(path, one, other)]
            except git.NoCommonHistoryError:
                found = []
            assert found == ask(path, "merge-base", one, other)


def test_a_line_of_commits_is_read_without_git(path: Path) -> None:
    shas = write_graph(path, [[], [0], [1], [2]], [5, 4, 3, 9])
    chain = history.list_chain(path, shas[0], shas[3])
    assert chain is not None
    assert [commit.sha for commit in chain] == shas[:0:-1]
    assert history.find_merge_base(path, shas[1], shas[3]) == shas[1]


def test_a_long_history_is_left_to_git(path: Path) -> None:
    shas = write_graph(path, [[]] + [[n] for n in range(299)], list(range(300)))
    assert history.read_ancestry(path, shas[-1]) is None
    assert git.count(path, f"{shas[0]}..{shas[-1]}") == 299
    assert git.merge_base(path, shas[7], shas[-1]) == shas[7]


@pytest.fixture(params=["loose", "packed"])
def stored(request: pytest.FixtureRequest, path: Path) -> Path:
    """The same repository, as it is written and as git packs it."""
    files: dict[str, bytes | tuple[str, bytes]] = {
        "a/b/c.txt": b"deep\n",
        "a.txt": b"top\n",
        "l\u00e4nk": ("120000", b"a.txt"),
        "a/tool": ("100755", b"#!\n"),
    }
    sha = git.write_commit(path, files, None, "First\n\nwith more", WHO)
    git.point(path, "refs/heads/main", sha)
    git.run(path, "-c", "user.name=a", "-c", "user.email=b", "tag", "-a", "-m", "x", "v1", sha)
    if request.param == "packed":
        git.run(path, "repack", "-adq")
        git.run(path, "pack-refs", "--all")
    return path


@pytest.mark.parametrize(
    "file", ["a/b/c.txt", "a.txt", "a", "a/b", "l\u00e4nk", "a/tool", "none", "a.txt/x", "a/none", "a/b/c.tx"]
)
def test_an_entry_is_what_git_lists(stored: Path, file: str) -> None:
    sha = git.tip(stored, "main")
    assert sha is not None
    listed = git.run(stored, "--literal-pathspecs", "ls-tree", "--long", sha, "--", file).decode().split()
    entry = git.find_entry(stored, sha, file)
    shown = [] if entry is None else [entry.mode, entry.type, entry.sha, str(entry.size or "-"), entry.path]
    assert shown == listed


@pytest.mark.parametrize("kind", ["commit", "tree"])
@pytest.mark.parametrize("revision", ["refs/heads/main", "refs/tags/v1"])
def test_a_reference_is_peeled_as_git_does_it(stored: Path, revision: str, kind: str) -> None:
    said = ask(stored, "rev-parse", "--verify", f"{revision}^{{{kind}}}")
    assert [git.resolve(stored, revision, kind)] == said
    assert git.resolve(stored, revision, "blob") is None


def test_a_blob_and_a_commit_are_read_from_either(stored: Path) -> None:
    sha = git.tip(stored, "main")
    assert sha is not None
    entry = git.find_entry(stored, sha, "a.txt")
    assert entry is not None
    assert git.read_blob(stored, entry.sha) == b"top\n"
    commit = git.read_commit(stored, sha)
    assert (commit.message, commit.author.date) == ("First\n\nwith more", "2026-11-21T12:00:00+00:00")


@pytest.mark.parametrize("name", ["main^{tree}", "../../config", "main~1", "no", "main.lock", "..", "a//b", "main/x"])
def test_what_no_branch_is_called_is_no_branch(stored: Path, name: str) -> None:
    assert git.tip(stored, name) is None


def test_a_reference_that_moves_is_seen_at_once_wherever_it_is_kept(stored: Path) -> None:
    before = git.tip(stored, "main")
    after = git.write_commit(stored, {"new": b"1"}, before, "Second", WHO)
    git.run(stored, "update-ref", "refs/heads/main", after)
    assert git.tip(stored, "main") == after
    git.run(stored, "pack-refs", "--all")
    assert git.tip(stored, "main") == after
    git.run(stored, "update-ref", "-d", "refs/heads/main")
    assert git.tip(stored, "main") is None


def test_a_reference_to_a_reference_is_followed(stored: Path) -> None:
    git.run(stored, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    assert git.tip(stored, "alias") == git.tip(stored, "main")


def test_a_commit_that_is_not_there_yet_is_not_remembered_as_missing(path: Path) -> None:
    sha = git.write_commit(path, {"x": b"1"}, None, "One", WHO)
    elsewhere = path.with_name("other.git")
    bare.create(elsewhere, None, "main")
    assert git.resolve(elsewhere, sha) is None
    git.point(path, "refs/heads/main", sha)
    git.fetch(elsewhere, path, sha)
    assert git.resolve(elsewhere, sha) == sha


def test_a_signed_commit_with_odd_names_is_read_as_git_logs_it(path: Path) -> None:
    sha = git.run(path, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=ODD).decode().strip()
    read = git.read_commit(path, sha)
    assert read == git.log(path, sha, limit=1)[0]
    told = git.run(path, "log", "-1", "--format=%an|%ae|%aI|%cn|%ce|%B", sha).decode().rstrip("\n")
    author, committer = read.author, read.committer
    shown = [author.name, author.email, author.date, committer.name, committer.email, read.message]
    assert "|".join(shown) == told


def test_a_commit_in_another_encoding_is_left_to_git(path: Path) -> None:
    content = ODD.replace(b"gpgsig", b"encoding ISO-8859-1\ngpgsig").replace(b"\xc3\xab", b"\xeb")
    sha = git.run(path, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=content).decode().strip()
    with pytest.raises(objects.NotLooseError):
        objects.read_commit(path, sha)
    assert git.read_commit(path, sha).author.name == "Zo\u00eb"


def test_a_damaged_object_is_git_s_to_report(path: Path) -> None:
    sha = git.write_commit(path, {"x": b"1"}, None, "One", WHO)
    file = path / "objects" / sha[:2] / sha[2:]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:20])
    with pytest.raises(git.GitFailedError):
        git.read_commit(path, sha)
