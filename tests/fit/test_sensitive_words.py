"""What people read of sensitive paths: short, in code where nobody is called, whatever stands in the files."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.core.fit.shape import Shape
from app.core.people.sensitivity import Sensitive, SensitiveKind
from app.core.report.sensitive import export_sensitive, say_sensitive, tell_sensitive
from app.core.report.summary import summary
from app.core.report.words import Links
from app.core.text.markdown import Markdown
from tests.build import a_report
from tests.inert import assert_inert

LOGIN = Sensitive(
    "app/auth/login.py", SensitiveKind.AUTH, "by words of its path: about who somebody is", ("@x", "@o/t")
)
PIPELINE = Sensitive(".github/workflows/ci.yml", SensitiveKind.CI, "by its name: a workflow")


def shape(*items: Sensitive, gap: str = "") -> Shape:
    return Shape(sensitive=items, owners_gap=gap)


def as_it_is(path: str) -> str:
    return path


def told(*items: Sensitive, gap: str = "") -> str:
    return tell_sensitive(shape(*items, gap=gap), as_it_is).lengths[0].text


def test_the_line_names_paths_kinds_and_owners() -> None:
    assert told(LOGIN, PIPELINE) == (
        "**Sensitive:** `app/auth/login.py` (auth, owned by `@x`, `@o/t`), `.github/workflows/ci.yml` (CI)."
    )
    assert say_sensitive(shape(LOGIN, PIPELINE), as_it_is) == (
        "app/auth/login.py (auth, owned by @x, @o/t)\n.github/workflows/ci.yml (CI)"
    )


def test_several_kinds_of_a_path_stand_together() -> None:
    also = Sensitive(LOGIN.path, SensitiveKind.USER_DATA, "", ("@x", "@y"))
    declared = Sensitive(LOGIN.path, SensitiveKind.DECLARED, "", ("@z",))
    assert told(declared, LOGIN, also) == (
        "**Sensitive:** `app/auth/login.py` "
        "(named in the policy, auth, user data, owned by `@z`, `@x`, `@o/t` and 1 more)."
    )


def test_five_paths_are_named_and_the_others_counted() -> None:
    many = [Sensitive(f"auth/{number}.py", SensitiveKind.AUTH, "") for number in range(7)]
    assert told(*many).endswith("`auth/4.py` (auth) and 2 more paths.")
    assert say_sensitive(shape(*many), as_it_is).split("\n")[-1] == "and 2 more paths"
    assert tell_sensitive(shape(*many), as_it_is).lengths[-1].text == "**Sensitive:** 7 paths."


def test_what_nobody_knows_of_owners_is_said() -> None:
    assert told(PIPELINE, gap="CODEOWNERS has 2 lines that nobody understands.").endswith(
        "(CI). CODEOWNERS has 2 lines that nobody understands."
    )
    assert say_sensitive(shape(PIPELINE, gap="A gap."), as_it_is).endswith("\nA gap.")


def test_the_summary_has_the_line_and_an_ordinary_change_has_none() -> None:
    report = a_report()
    links, marker = Links("https://github.com"), Markdown("<!-- -->")
    assert told(LOGIN) in summary(replace(report, shape=shape(LOGIN)), links, marker).text
    assert "Sensitive" not in summary(replace(report, shape=shape()), links, marker).text


def test_nothing_is_said_where_nothing_is_sensitive_or_nobody_looked() -> None:
    assert told() == say_sensitive(shape(), as_it_is) == ""
    assert tell_sensitive(None, as_it_is).lengths[0].text == ""
    assert export_sensitive(None, as_it_is) == export_sensitive(shape(), as_it_is) == []


def test_the_json_has_each_reason_by_itself() -> None:
    assert export_sensitive(shape(LOGIN, PIPELINE), str.upper) == [
        {"path": "APP/AUTH/LOGIN.PY", "kind": "auth", "why": LOGIN.why, "owners": ["@x", "@o/t"]},
        {"path": ".GITHUB/WORKFLOWS/CI.YML", "kind": "ci", "why": PIPELINE.why, "owners": []},
    ]


def test_a_crowd_of_long_names_is_cut() -> None:
    crowd = Sensitive("auth.py", SensitiveKind.AUTH, "", tuple(f"{number}{'x' * 5_000}@y.org" for number in range(999)))
    assert len(told(crowd)) < 400
    assert len(say_sensitive(shape(crowd), as_it_is)) < 400
    assert len(json.dumps(export_sensitive(shape(crowd), as_it_is))) < 30_000


@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=40))
def test_no_name_and_no_path_can_call_anybody_or_break_out(owners: list[str], path: str) -> None:
    item = Sensitive(f"{path}@all", SensitiveKind.AUTH, "", (*owners, "@all", "x`@all"))
    assert_inert(told(item, gap=path))
    assert "\n" not in told(item)
