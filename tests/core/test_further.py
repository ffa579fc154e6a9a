"""Text that is read beside a change holds none of its secrets, nor any of its own."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha384

from hypothesis import given
from hypothesis import strategies as st

from app.core.secrecy.further import redact_further
from app.core.secrecy.redaction import redact_patch
from tests.core.changes import change, change_file

PASSWORD = "Xk29vQ7pLm41Zt8W"
OTHER = "q8Rt2LmZx0Wv5BnJ"
_ROWS = [b64encode(sha384(bytes([number])).digest()).decode() for number in range(8)]
KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *_ROWS, "-----END RSA PRIVATE KEY-----"])


def test_a_secret_of_the_change_is_covered_wherever_it_is_repeated() -> None:
    redacted = redact_patch(change(change_file("keys.py", [], [f'password = "{PASSWORD}"'])))
    assert PASSWORD not in repr(redacted)
    texts = redact_further({"a.py": f"connect({PASSWORD})\n", "b.py": "nothing\n"}, redacted.known)
    assert texts == {"a.py": "connect(‹secret:assigned-secret›)\n", "b.py": "nothing\n"}


def test_a_secret_that_a_rule_finds_in_one_text_is_covered_in_all() -> None:
    texts = redact_further({"b.py": f"connect({OTHER})\n", "a.py": f'password = "{OTHER}"\n'}, {})
    assert OTHER not in "".join(texts.values())


def test_a_key_over_many_lines_is_covered_line_by_line() -> None:
    (text,) = redact_further({"a.pem": f"before\n{KEY}\nafter"}, {}).values()
    rows = text.split("\n")
    assert (rows[0], rows[-1], len(rows)) == ("before", "after", 12)
    assert all("‹secret:" in row for row in rows[2:-2])


pieces = st.sampled_from([PASSWORD, OTHER, f'password = "{OTHER}"', KEY, "plain", "\n", " ", '"', "‹secret:x›"])


@given(st.dictionaries(st.sampled_from("abc"), st.lists(pieces, max_size=8).map("".join)), st.booleans())
def test_lines_stay_where_they_are_and_nothing_known_is_left(texts: dict[str, str], knows: bool) -> None:
    known = {PASSWORD: "assigned-secret"} if knows else {}
    covered = redact_further(texts, known)
    assert {name: text.count("\n") for name, text in covered.items()} == {
        name: text.count("\n") for name, text in texts.items()
    }
    assert not knows or not any(PASSWORD in text for text in covered.values())
    assert redact_further(covered, known) == covered
