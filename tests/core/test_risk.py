from __future__ import annotations

import pytest
from hypothesis import given

from app.core.change.classes.attributes import Attributes
from app.core.change.classes.classify import classify
from app.core.change.classes.risk import rate_risk
from app.core.change.diff import FilePatch, FileStatus, Hunk
from app.core.change.plan import FileClass, PlannedFile, Risk
from tests.core.changes import change_file, file_patches, patient

PLAIN = ["total = 1", "total += 2"]


def rate(file: FilePatch) -> Risk:
    return rate_risk(PlannedFile(file, classify(file, Attributes())))


def score(path: str, old: list[str] | None = None, new: list[str] | None = None) -> int:
    return rate(change_file(path, PLAIN[:1] if old is None else old, PLAIN if new is None else new)).score


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("app/auth.py", "about who somebody is"),
        ("src/OAuth2Client.ts", "about who somebody is"),
        ("lib/session_store.rb", "about who somebody is"),
        ("app/permissions.py", "about who may do what"),
        ("pkg/token/issue.go", "about secrets"),
        ("crypto/hmac.c", "about cryptography"),
        ("shop/payment.py", "about money"),
        ("billing/run.py", "about money"),
        ("db/query.go", "about a database"),
        ("app/subprocess_runner.py", "about running commands"),
        ("app/deserializer.py", "about bytes from elsewhere"),
        ("web/upload.ts", "about files from people"),
        ("web/cors.ts", "about requests from outside"),
        ("web/middleware.ts", "about requests from outside"),
        ("shop/customer.py", "about personal data"),
        ("core/mutex.go", "about things at once"),
        ("infra/k8s/api.yaml", "about what runs where"),
        ("Dockerfile", "what runs where"),
        ("main.tf", "what runs where"),
        (".github/workflows/ci.yml", "a workflow"),
        ("CODEOWNERS", "the rules of review"),
        ("lintel.yml", "the rules of review"),
        (".gitattributes", "the rules of review"),
        ("CLAUDE.md", "instructions to coding agents"),
        (".cursor/rules/a.mdc", "instructions to coding agents"),
        ("package.json", "what is installed"),
        (".vscode/tasks.json", "what runs on developers' machines"),
    ],
)
def test_a_path_says_what_a_mistake_would_touch(path: str, why: str) -> None:
    rated = rate(change_file(path, PLAIN[:1], PLAIN))
    assert why in rated.why.split("; ")
    assert rated.score > score("lib/shapes.py")


@pytest.mark.parametrize("path", ["lib/shapes.py", "lib/author.py", "lib/tokenless.py", "src/contest.py"])
def test_a_part_of_a_word_says_nothing(path: str) -> None:
    assert rate(change_file(path, PLAIN[:1], PLAIN)).why == "source"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("eval(text)", "runs code or commands"),
        ("exec(text)", "runs code or commands"),
        ("subprocess.run(argv, shell=True)", "runs code or commands"),
        ("data = pickle.loads(body)", "makes objects of bytes"),
        ("rows = db.all('SELECT * FROM a WHERE b=' + c)", "speaks to a database in its own words"),
        ("node.innerHTML = text", "writes markup as it is"),
        ("get(url, verify=False)", "switches a check off"),
        ("user_password = read()", "handles secrets"),
        ("hashlib.md5(x)", "has weak randomness or hashes"),
        ("os.chmod(path, mode)", "changes rights"),
        ("unsafe { read(p) }", "handles memory by hand"),
        ("urlopen(address)", "fetches or opens what it is told"),
    ],
)
def test_added_lines_say_what_they_do(line: str, why: str) -> None:
    added = rate(change_file("lib/shapes.py", PLAIN, [*PLAIN, line]))
    assert why in added.why.split("; ")
    assert added.score > score("lib/shapes.py", PLAIN, [*PLAIN, "x = 3"])
    removed = rate(change_file("lib/shapes.py", [*PLAIN, line], PLAIN))
    beside = rate(change_file("lib/shapes.py", [line, *PLAIN], [line, *PLAIN, "x = 3"]))
    assert why not in removed.why + beside.why


@pytest.mark.parametrize("line", ["    if not is_admin(user):", "    verify(signature)", "    raise Forbidden"])
def test_a_check_that_is_taken_away_is_seen_and_one_that_is_moved_is_not(line: str) -> None:
    assert "takes a check away" in rate(change_file("a.py", [line, "x = 1"], ["x = 1"])).why
    assert "takes a check away" not in rate(change_file("a.py", [line, "x = 1"], ["x = 1", line])).why


def test_letters_that_are_taken_for_others_are_words_too() -> None:
    assert "handles secrets" in rate(change_file("a.py", [], ["pa\u017fsword = 1"])).why
    assert "makes objects" in rate(change_file("a.py", [], ["pic\u212ale.load(x)"])).why


def test_expressions_and_queries_are_not_commands() -> None:
    assert "runs code" not in rate(change_file("a.js", [], ["pattern.exec(text)", "tx.Exec(ctx)"])).why


def test_tests_prose_and_what_machines_write_are_below_plain_source_whatever_they_say() -> None:
    words = ["password = eval(SELECT * FROM a, verify=False, innerHTML)", "os.chmod(0o777)"] * 500
    paths = ["tests/test_auth.py", "docs/auth.md", "auth_pb2.py", "vendor/auth/crypto.go", "yarn.lock"]
    assert max(score(path, [], words) for path in paths) < score("lib/shapes.py", [], PLAIN)


def test_secrets_workflows_and_migrations_are_above_plain_source() -> None:
    assert min(score(".env"), score(".github/workflows/a.yml"), score("db/migrations/1.sql")) > score("lib/shapes.py")


def test_the_more_is_changed_the_riskier_up_to_a_point() -> None:
    sizes = [5, 20, 100, 500, 5_000, 50_000, 500_000]
    hunks = [Hunk(0, 0, 1, size, "", "\n".join(["+x"] * size)) for size in sizes]
    files = [FilePatch("a.py", "a.py", FileStatus.ADDED, hunks=(hunk,), additions=hunk.new_count) for hunk in hunks]
    scores = [rate(file).score for file in files]
    assert scores == sorted(scores)
    assert scores[0] < scores[1] < scores[2] < scores[3]
    assert scores[-1] == scores[-2]
    assert not any("lines" in hunk.__dict__ for hunk in hunks)


def test_what_others_rely_on_is_riskier_to_change_than_what_is_new() -> None:
    assert score("lib/a.py", ["x", "y"], ["x", "y", "z"]) > score("lib/a.py", [], ["z"])
    executable = FilePatch("lib/a", "lib/a", FileStatus.MODIFIED, new_mode="100755")
    assert rate(executable).score > rate(FilePatch("lib/a", "lib/a", FileStatus.MODIFIED)).score


def test_a_rename_is_rated_by_both_names() -> None:
    plain = change_file("lib/b.py", PLAIN, PLAIN[:1], old_path="lib/a.py")
    assert rate(change_file("lib/b.py", PLAIN, PLAIN[:1], old_path="lib/auth.py")).score > rate(plain).score


def test_reasons_are_few_and_in_our_own_words() -> None:
    hostile = change_file("auth/token/payment/<b>@everyone.py", [], ["eval(password)", "SELECT @everyone"] * 20)
    reasons = rate(hostile).why.split("; ")
    assert reasons == ["source", "about money", "runs code or commands", "handles secrets"]


@patient
@given(file_patches())
def test_every_file_has_a_score(file: FilePatch) -> None:
    for file_class in FileClass:
        rated = rate_risk(PlannedFile(file, file_class))
        assert 0 <= rated.score <= 100
        assert rated == rate_risk(PlannedFile(file, file_class))
        assert rated.why
