from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.change.classes.attributes import Attributes
from app.repo import attributes as reader
from app.repo.attributes import read_attributes
from app.repo.git import GitFailedError
from app.repo.objects import GitStore
from tests.repo.world import Repository, Tree, file, make_repository

NAMES = ["linguist-generated", "linguist-vendored", "diff", "binary", "one", "two"]
SHOWN = {True: "set", False: "unset", None: "unspecified"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("attributes"))


def ask_git(repository: Repository, commit: str, paths: list[str], names: list[str]) -> dict[tuple[str, str], str]:
    """What git itself says of files of that tree: it reads them from the index, as from a tree."""
    repository.git("read-tree", commit)
    asked = b"".join(path.encode() + b"\0" for path in paths)
    fields = repository.git("check-attr", "--cached", "-z", "--stdin", *names, stdin=asked).decode().split("\0")[:-1]
    return {(fields[at], fields[at + 1]): fields[at + 2] for at in range(0, len(fields), 3)}


def ask_us(attributes: Attributes, paths: list[str], names: list[str]) -> dict[tuple[str, str], str]:
    values = {(path, name): attributes.value(path, name) for path in paths for name in names}
    return {asked: value if isinstance(value, str) else SHOWN[value] for asked, value in values.items()}


segments = st.sampled_from(["a", "b", "c", "ab", "abc", "a*", "-", "é", "]", "a b", "[", "#", "!a", "b\nc", ".x", "A"])
paths = st.lists(segments, min_size=1, max_size=4).map("/".join)
atoms = st.one_of(
    st.sampled_from("abc**?/"),
    st.sampled_from(["**", "***", "/**/", "**/", "/*", "[ab]", "[!a]", "[^b]", "[a-c]", "[[:alpha:]]", "[]a]", "[a-]"]),
    st.sampled_from(
        ["[[:x:]]", "[b", "\\*", "\\", "\\/", "\\a", "[\\]]", "[a\\-c]", "é", "[:alpha:]", "[--c]", "|", "(", "+"]
    ),
)
patterns = st.lists(atoms, min_size=1, max_size=5).map("".join)


@given(
    st.lists(paths, min_size=20, max_size=40, unique=True), st.lists(patterns, min_size=20, max_size=50, unique=True)
)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
async def test_any_pattern_fits_what_git_says_that_it_fits(
    repository: Repository, paths: list[str], patterns: list[str]
) -> None:
    names = [f"pattern-{number}" for number in range(len(patterns))]
    text = "\n".join(f"{pattern} {name}" for pattern, name in zip(patterns, names, strict=True)).encode()
    commit = repository.commit_tree({b".gitattributes": file(text), b"a/.gitattributes": file(text)})
    attributes = await read_attributes(GitStore(repository.git_dir), commit, paths)
    assert ask_us(attributes, paths, names) == ask_git(repository, commit, paths, names)


words = st.builds("".join, st.tuples(st.sampled_from(["", "", "-", "!"]), st.sampled_from(NAMES)))
values = st.sampled_from(["", "", "", "=true", "=false", "=", "=x y", "=-"])
said = st.lists(st.builds("".join, st.tuples(words, values)), max_size=3).map(" ".join)
simple = st.sampled_from(
    ["*", "a", "b", "/a", "a/*", "a/**", "**/b", "*b*", "b/", '"a b"', '"\\141"', '"*\\n*"', '"a', "!a"]
)
lines = st.one_of(
    st.builds("".join, st.tuples(st.sampled_from(["", "", " \t"]), simple, st.just(" "), said)),
    st.builds("".join, st.tuples(st.sampled_from(["[attr]one ", "[attr]two ", "[attr]binary ", "[attr] "]), said)),
    st.sampled_from(
        ["# a", "", "* --bad", "* a~b diff", '"open diff', "* binary\r", "a\tdiff\t-binary", "\0", "* diff\0"]
    ),
    st.integers(2030, 2060).map("* diff".ljust),
)
texts = st.lists(lines, max_size=6).map("\n".join)


@given(st.lists(paths, min_size=8, max_size=30, unique=True), st.lists(texts, min_size=1, max_size=6), st.data())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
async def test_any_tree_of_attributes_says_what_git_says(
    repository: Repository, paths: list[str], texts: list[str], data: st.DataObject
) -> None:
    above = sorted({"/".join(path.split("/")[:depth]) for path in paths for depth in range(path.count("/") + 1)})
    tree: Tree = {}
    for text in texts:
        directory = data.draw(st.sampled_from(above))
        tree[f"{directory}/.gitattributes".removeprefix("/").encode()] = file(text.encode())
    commit = repository.commit_tree(tree)
    attributes = await read_attributes(GitStore(repository.git_dir), commit, paths)
    assert ask_us(attributes, paths, NAMES) == ask_git(repository, commit, paths, NAMES)


async def test_every_class_of_characters_is_gits_own(repository: Repository) -> None:
    classes = ["alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper"]
    classes += ["xdigit", "none"]
    text = "".join(f"[[:{name}:]] {name}\nx[![:{name}:]] not-{name}\n" for name in classes).encode()
    commit = repository.commit_tree({b".gitattributes": file(text)})
    names = [*classes, *(f"not-{name}" for name in classes)]
    paths = [prefix + chr(code) for code in range(1, 128) for prefix in ("", "x") if chr(code) not in "/."]
    attributes = await read_attributes(GitStore(repository.git_dir), commit, paths)
    assert ask_us(attributes, paths, names) == ask_git(repository, commit, paths, names)


async def read(repository: Repository, tree: Tree, *paths: str) -> Attributes:
    return await read_attributes(GitStore(repository.git_dir), repository.commit_tree(tree), paths)


async def test_the_file_in_the_nearest_directory_decides(repository: Repository) -> None:
    attributes = await read(
        repository,
        {
            b".gitattributes": file(b"*.py linguist-generated\n"),
            b"api/.gitattributes": file(b"hand/** -linguist-generated\n"),
            b"api/hand/v1/.gitattributes": file(b"/made.py linguist-generated\n"),
        },
        "x.py", "api/x.py", "api/hand/x.py", "api/hand/v1/made.py", "api/hand/v1/sub/made.py",
    )  # fmt: skip
    said = {path: attributes.says(path, "linguist-generated") for path in ["x.py", "api/x.py", "api/hand/x.py"]}
    assert said == {"x.py": True, "api/x.py": True, "api/hand/x.py": False}
    assert attributes.says("api/hand/v1/made.py", "linguist-generated")
    assert not attributes.says("api/hand/v1/sub/made.py", "linguist-generated")


async def test_macros_are_defined_at_the_root_alone(repository: Repository) -> None:
    attributes = await read(
        repository,
        {
            b".gitattributes": file(b"[attr]made linguist-generated\na/* made\n"),
            b"b/.gitattributes": file(b"[attr]ours linguist-generated\n* ours\n"),
        },
        "a/x", "b/x",
    )  # fmt: skip
    assert attributes.says("a/x", "linguist-generated")
    assert not attributes.says("b/x", "linguist-generated")


async def test_a_symbolic_link_is_not_followed(repository: Repository) -> None:
    tree: Tree = {b".gitattributes": ("120000", b"* linguist-generated"), b"rules": file(b"* linguist-generated\n")}
    assert not (await read(repository, tree, "a.py")).says("a.py", "linguist-generated")


async def test_a_directory_of_that_name_is_no_file_of_attributes(repository: Repository) -> None:
    tree: Tree = {b".gitattributes/x": file(b"* linguist-generated\n"), b"a/.gitattributes": file(b"*.go diff\n")}
    assert (await read(repository, tree, "a/b.go")).value("a/b.go", "diff") is True


async def test_a_file_too_large_to_be_read_excuses_nothing_that_it_could_take_back(repository: Repository) -> None:
    tree: Tree = {
        b".gitattributes": file(b"*.py linguist-generated\n"),
        b"a/.gitattributes": file(b"#" * reader.MAX_BYTES + b"\n*.py -linguist-generated\n"),
        b"a/b/.gitattributes": file(b"*.pyi linguist-generated\n"),
    }
    attributes = await read(repository, tree, "x.py", "a/x.py", "a/b/x.py", "a/b/x.pyi")
    assert attributes.says("x.py", "linguist-generated")
    assert not attributes.says("a/x.py", "linguist-generated")
    assert not attributes.says("a/b/x.py", "linguist-generated")
    assert attributes.says("a/b/x.pyi", "linguist-generated")


async def test_more_files_than_are_read_excuse_nothing(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_FILES", 2)
    tree: Tree = {f"{name}.gitattributes".encode(): file(f"*.{name[:1]}x diff\n".encode()) for name in ("", "a/", "b/")}
    attributes = await read(repository, {**tree, b"b/.gitattributes": file(b"*.y diff\n")}, "x", "a/x.ax", "b/x.y")
    assert attributes.value("a/x.ax", "diff") is True
    assert attributes.value("b/x.y", "diff") is None


async def test_directories_too_deep_to_be_asked_about_excuse_nothing(repository: Repository) -> None:
    deep = "/".join("d" for _ in range(reader.MAX_DEPTH + 2)) + "/x.py"
    near = "/".join("d" for _ in range(reader.MAX_DEPTH)) + "/x.py"
    attributes = await read(repository, {b".gitattributes": file(b"*.py linguist-generated\n")}, deep, near)
    assert attributes.says(near, "linguist-generated")
    assert not attributes.says(deep, "linguist-generated")


async def test_many_long_names_are_asked_about_within_bounds(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_ASKED", 10)
    attributes = await read(repository, {b".gitattributes": file(b"* diff\n")}, "abc/x", "defghijklm/x", "y")
    said = [attributes.value(path, "diff") for path in ("abc/x", "defghijklm/x", "y")]
    assert said == [True, None, True]


async def test_a_file_that_was_not_fetched_excuses_nothing(tmp_path: Path) -> None:
    repository = make_repository(tmp_path)
    commit = repository.commit_tree({b".gitattributes": file(b"* diff\n"), b"a/.gitattributes": file(b"* -diff\n")})
    blob = repository.git("rev-parse", f"{commit}:a/.gitattributes").decode().strip()
    (repository.git_dir / "objects" / blob[:2] / blob[2:]).unlink()
    attributes = await read_attributes(GitStore(repository.git_dir), commit, ["x", "a/x"])
    assert attributes.value("x", "diff") is True
    assert attributes.value("a/x", "diff") is None


async def test_a_revision_that_is_not_there_is_an_error(repository: Repository) -> None:
    with pytest.raises(GitFailedError):
        await read_attributes(GitStore(repository.git_dir), "1" * 40, ["a"])
