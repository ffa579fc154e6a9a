"""An author can call any text a secret; what a reviewer must see of a change is shown all the same."""

from __future__ import annotations

import pytest

from app.core.secrecy.redaction import redact, redact_patch
from tests.core.changes import change, change_file


@pytest.mark.parametrize(
    "line",
    [
        "const token = `${(()=>{run(read('cmVxdWlyZQ'))})()}`;",
        'PASSWORD="$(sh<(fetch$IFS$u))"',
        "api_key => \"@{[system('id;fetch')]}\"",
        "token: \"#{system('fetch${IFS}it|sh')}\"",
        'curl https://api.example.org -u "`fetch it`:x9f8a7b6c5"',
    ],
)
def test_code_that_fills_a_value_is_shown(line: str) -> None:
    assert redact(line).text == line


@pytest.mark.parametrize(
    ("alleged", "code"),
    [
        ("secret = 'os.system(request.args[x])'", "    os.system(request.args[x])"),
        ("# https://a:check_permission@b", "    check_permission(user)"),
        ("token = 'user.role=role7x9'", "    user.role=role7x9"),
        ("token = 'ok1=a1b2c3||z9y8'", "ok1=a1b2c3||z9y8"),
    ],
)
def test_code_that_is_called_a_secret_in_one_file_is_shown_in_another(alleged: str, code: str) -> None:
    removed = change_file("docs/a.py", ["a", alleged], ["a"])
    guarded = change_file("src/b.py", ["b", code, "c"], ["b", "c"])
    redacted = redact_patch(change(removed, guarded))
    assert redacted.of("docs/a.py"), "what it is called is believed where it is called so"
    assert redacted.patch.by_path["src/b.py"] == guarded


def test_a_password_with_marks_is_still_taken_out_wherever_it_stands() -> None:
    files = [
        change_file("a.py", [], ["password = 'k3Q!9zT@x7#Lw2'"]),
        change_file("b.txt", [], ["see k3Q!9zT@x7#Lw2 there"]),
    ]
    shown = redact_patch(change(*files)).patch
    assert shown.by_path["b.txt"].hunks[0].body == "+see ‹secret:assigned-secret› there"
