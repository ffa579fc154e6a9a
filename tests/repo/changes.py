"""Random changes for laws: two trees with whatever names, modes, ends of lines and bytes git can hold."""

from hypothesis import strategies as st

from tests.repo.world import Tree

_PATHS = [
    b"a",
    b"b c",
    b"tab\t.py",
    b'q"uote',
    b"back\\s",
    "ü".encode(),
    b"x b/x",
    b"new\nline",
    b"-n",
    b"d/e",
    b"d b/f",
]
_LIKE_GIT = [b"-- a", b"++ b", b"@@ -1 +1 @@", b"diff --git a/a b/a", b"\\ No newline at end of file", b"{", b"}"]
_LIKE_LINES = [b"cr\r", b"\r", b"f\x0cf", b"\xff\xfe", "u\u2028u\x85".encode(), b"\x1c"]
_names = st.sampled_from([*_PATHS, b"\xff"])
_lines = st.lists(
    st.one_of(
        st.sampled_from([b"", b" ", b"same", b"same", *_LIKE_GIT, *_LIKE_LINES]),
        st.binary(max_size=6).map(lambda line: line.replace(b"\n", b"").replace(b"\0", b"")),
    ),
    max_size=25,
)
_text = st.builds(lambda lines, end: b"\n".join(lines) + end, _lines, st.sampled_from([b"\n", b""]))
_binary = st.binary(max_size=8).map(lambda content: b"\0" + content)
_contents = st.one_of(
    st.tuples(st.sampled_from(["100644", "100644", "100755"]), st.one_of(_text, _text, _binary)),
    st.tuples(st.just("120000"), st.sampled_from([b"a", b"d/e", b"/etc/passwd"])),
    st.tuples(st.just("160000"), st.sampled_from([b"1" * 40, b"2" * 40])),
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """Two trees, where the second is the first with files edited, renamed, removed and added."""
    before: Tree = draw(st.dictionaries(_names, _contents, max_size=5))
    after: Tree = {}
    for path, (mode, content) in before.items():
        match draw(st.integers(0, 4)):
            case 0:
                after[path] = (mode, content)
            case 1 if mode.startswith("100"):
                lines = content.split(b"\n")
                at = draw(st.integers(0, len(lines)))
                lines[at : at + draw(st.integers(0, 3))] = draw(_lines)[:4]
                after[path] = (mode, b"\n".join(lines))
            case 2:
                after[draw(_names)] = (mode, content)
            case 3:
                after[path] = draw(_contents)
    after |= draw(st.dictionaries(_names, _contents, max_size=2))
    return without_nesting(before), without_nesting(after)


def without_nesting(tree: Tree) -> Tree:
    """A path cannot be both a file and a directory."""
    return {path: what for path, what in tree.items() if not any(path.startswith(other + b"/") for other in tree)}
