"""Signatures of plain stretches are made without a look at their tokens, and are the same as with one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.syntax.definitions import find_defining
from app.syntax.extraction import language as signing
from app.syntax.languages import Language
from app.syntax.parsing import Parsed, Unparsed, parse
from tests.syntax.moments import NEVER

HEADS = {
    Language.PYTHON: b"class A:\n    def f(%s) -> B:\n        pass\n",
    Language.TYPESCRIPT: b"export class A<T> {\n  f(%s): B { return 1 }\n}\n",
    Language.GO: b"package a\n\nfunc (a *A) F(%s) (b B, err error) {\n}\n",
    Language.JAVA: b"class A {\n  public static <T> B f(%s) throws C { }\n}\n",
    Language.RUST: b"impl A {\n    pub fn f<T>(%s) -> B where T: C {\n    }\n}\n",
    Language.C_SHARP: b"class A {\n    public static B F<T>(%s) where T : C\n    {\n    }\n}\n",
    Language.KOTLIN: b"class A {\n    inline fun <T> f(%s): B {\n    }\n}\n",
    Language.RUBY: b"class A\n  def f(%s)\n  end\nend\n",
    Language.PHP: b"<?php\nclass A {\n  public function f(%s): B { }\n}\n",
    Language.C: b"static int f(%s) {\n}\n",
    Language.CPP: b"class A {\n  virtual B f(%s) const { }\n};\n",
}
WORDS = (
    b"a", b"b: B", b"int c", b"$d", b"e int", b"A<B, C>", b"int[] f", b"x = 1", b"*args", b"&mut self", b"vec<a<b>> g",
    b"not  in", b"# why\n", b"/* why */", b"// why\n", b"'x y'", b'" x "', b"`y`", b"...", b"-> A", b"=> A", b"[ 1 ]",
    b"<!-- a -->", b"1 --> 2", b"\\\n", b"\xc3\xa9", b"\xff", b"{", b"}", b"(", b")", b"<", b">", b";", b"?", b"|",
)  # fmt: skip
BETWEEN = (b", ", b",", b" ", b"  ", b"\n    ", b",\n    ", b"\r\n", b"\t", b" ,", b"", b",\n")


@pytest.mark.parametrize("language", HEADS)
@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(BETWEEN)), max_size=5))
def test_a_plain_stretch_is_signed_as_its_tokens_are(language: Language, parts: list[tuple[bytes, bytes]]) -> None:
    source = HEADS[language].replace(b"%s", b"".join(piece for part in parts for piece in part))
    parsed = parse(language, source, deadline=NEVER)
    assert isinstance(parsed, Parsed)
    found = find_defining(parsed, deadline=NEVER)
    assert not isinstance(found, Unparsed)
    for definition, node in found:
        body = node.child_by_field_name("body")
        for end in {definition.end, body.start_byte if body else definition.end}:
            plain = signing._sign_plain(parsed, definition.start, end)
            assert plain in (None, signing._sign_tokens(parsed, definition.start, end).strip())


def test_heads_as_people_write_them_are_plain() -> None:
    signed = 0
    for language, head in HEADS.items():
        parsed = parse(language, head.replace(b"%s", b""), deadline=NEVER)
        assert isinstance(parsed, Parsed)
        found = find_defining(parsed, deadline=NEVER)
        assert not isinstance(found, Unparsed)
        for definition, node in found:
            body = node.child_by_field_name("body")
            signed += body is not None
            assert body is None or signing._sign_plain(parsed, definition.start, body.start_byte) is not None
    assert signed > len(HEADS)
