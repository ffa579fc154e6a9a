from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.dependencies import find_new
from tests.fit.manifests import MANIFESTS


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("package.json", "{", "not JSON"),
        ("package.json", "[" * 100_000, "not JSON"),
        ("package.json", "[]", "not a JSON object"),
        ("pyproject.toml", "x = [", "not TOML"),
        ("Cargo.toml", "a=" + "[" * 100_000, "not TOML"),
        ("Cargo.toml", ".".join("a" * 100_000) + "=1", "too many parts"),
        ("pom.xml", "<project>", "not XML"),
        ("pom.xml", '<!DOCTYPE p [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><p>&c;</p>', "document type"),
        ("pom.xml", "<a>" * 5_000, "too deep"),
        ("a.csproj", f"<a>{'<b/>' * 110_000}</a>", "too many elements"),
        ("package.json", '{"dependencies": {"a": "' + "x" * 600_000 + '"}}', "larger than 512 kB"),
        ("requirements.txt", "\n".join(f"p{number}" for number in range(6_000)), "more than 5,000 packages"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named_with_its_reason(path: str, text: str, reason: str) -> None:
    begun = time.monotonic()
    found = find_new({}, {path: text}, {})
    assert found.dependencies == ()
    [named] = found.not_analysed
    assert (named.path, named.changed) == (path, True)
    assert reason in named.reason
    assert time.monotonic() - begun < 3


def test_what_an_unreadable_manifest_of_the_base_may_have_asked_for_is_not_called_new() -> None:
    found = find_new(
        {"package.json": "{"}, {"package.json": '{"dependencies": {"a": "1"}}', "go.mod": "require b.org/c v1\n"}, {}
    )
    assert [each.name for each in found.dependencies] == ["b.org/c"]
    assert [(each.path, each.changed) for each in found.not_analysed] == [("package.json", True)]


def test_names_and_versions_of_a_hostile_manifest_are_cut_and_printable() -> None:
    odd_one = r'"a\u202eb\ud800": "1\n2\u0000"'
    text = f'{{"dependencies": {{{odd_one}, "{"n" * 900}": "{"9" * 900}"}}}}'
    odd, long = find_new({}, {"package.json": text}, {}).dependencies
    assert (len(long.name), len(long.version)) == (214, 100)
    assert (odd.name, odd.version) == ("a\ufffdb\ufffd", "1 2\ufffd")


@given(st.sampled_from(MANIFESTS), st.integers(0, 900), st.integers(0, 900), st.text(max_size=8))
def test_a_mangled_manifest_is_read_or_named(sample: tuple[str, str, object], start: int, end: int, put: str) -> None:
    path, plain, _ = sample
    found = find_new({}, {path: plain[:start] + put + plain[max(start, end) :]}, {})
    assert all(0 <= each.line <= len(plain.split("\n")) + put.count("\n") + 1 for each in found.dependencies)
    assert all(each.name and each.name.isprintable() for each in found.dependencies)


@pytest.mark.parametrize(
    ("path", "piece"),
    [
        ("pyproject.toml", "[a.b]\n"),
        ("pyproject.toml", "a." * 190 + "b=1\n"),
        ("pyproject.toml", '"a'),
        ("Cargo.toml", "a={a=" * 9),
        ("package.json", '{"a":' * 5),
        ("package.json", '"a",'),
        ("go.mod", "require (\n"),
        ("pom.xml", "<a b='c'/>"),
        ("build.gradle", "api "),
        ("build.gradle", "id ('"),
        ("build.gradle", "group: 'a' " * 150),
        ("Gemfile", "gem "),
        ("Gemfile", " " * 1_999 + "\n"),
        ("action.yml", "uses:\n"),
        ("action.yml", "uses: " * 300 + "\n"),
        ("Dockerfile", "COPY --mount=" + "--mount=" * 240 + "\n"),
        ("Dockerfile", "COPY a\\\n"),
        ("Dockerfile", "ARG a=$a$a$a$a$a$a\n"),
        ("Dockerfile", "FROM ${a:-" * 9),
        ("compose.yml", "image: "),
        ("setup.cfg", "[options]\ninstall_requires=\n a\n"),
        ("setup.py", "install_requires=["),
        ("setup.py", "'" * 3_999 + "\n"),
        ("requirements.txt", "#egg=&"),
        ("requirements.txt", "a" * 3_999 + "\n"),
        ("requirements.txt", "a \\\n"),
    ],
)
def test_the_time_for_a_hostile_manifest_is_bounded(path: str, piece: str) -> None:
    begun = time.monotonic()
    find_new({}, {path: piece * (500_000 // len(piece))}, {})
    assert time.monotonic() - begun < 5
