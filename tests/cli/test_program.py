"""The program as a whole: its help, its versions, and how it refuses to start."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from app.cli.commands import cli
from tests.cli.command import Shell

COMMANDS = ("demo", "review", "plan", "serve", "worker", "version")


def test_help_names_every_command(shell: Shell) -> None:
    ended = shell.lintel("--help")
    assert (ended.code, ended.err) == (0, "")
    assert all(f" {command} " in ended.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(command: str) -> None:
    ended = CliRunner().invoke(cli, [command, "--help"])
    assert ended.exit_code == 0
    assert f"Example: lintel {command}" in ended.output.replace("`", "")


def test_the_version_names_program_prompts_schemas_and_model(shell: Shell) -> None:
    ended = shell.lintel("version", LINTEL_MODEL="some-model")
    assert (ended.code, ended.err) == (0, "")
    said = dict(line.strip().rsplit(maxsplit=1) for line in ended.out.strip().split("\n"))
    assert (said["report schema"], said["model"]) == ("1", "some-model")
    assert {"lintel", "prompt correctness", "prompt architecture", "database schema"} <= said.keys()
    assert said["model architecture"] == "some-model"


@pytest.mark.parametrize(
    "wrong", [["reveiw"], ["review", "--format", "yaml"], ["review", "--fail-on", "bad"], ["review", "-z"]]
)
def test_unknown_words_are_wrong_usage(wrong: list[str]) -> None:
    ended = CliRunner().invoke(cli, wrong)
    assert (ended.exit_code, ended.stdout) == (2, "")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"LINTEL_APP_ID": "7", "LINTEL_PRIVATE_KEY": "k"}, "LINTEL_WEBHOOK_SECRET"),
        ({"LINTEL_APP_ID": "7", "LINTEL_WEBHOOK_SECRET": "s"}, "LINTEL_PRIVATE_KEY_FILE"),
        (
            {"LINTEL_APP_ID": "7", "LINTEL_WEBHOOK_SECRET": "s", "LINTEL_PRIVATE_KEY_FILE": "gone.pem"},
            "LINTEL_PRIVATE_KEY_FILE gone.pem cannot be read",
        ),
        (
            {"LINTEL_APP_ID": "7", "LINTEL_WEBHOOK_SECRET": "s", "LINTEL_PRIVATE_KEY": "hunter2"},
            "LINTEL_PRIVATE_KEY",
        ),
        ({"LINTEL_LOG_LEVEL": "loud"}, "LINTEL_LOG_LEVEL"),
    ],
)
def test_a_server_that_cannot_work_says_which_setting_to_mend(
    variables: dict[str, str], said: str, shell: Shell
) -> None:
    ended = shell.lintel("serve", "--port", "0", out=None, **variables)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.complaint
    assert "hunter2" not in ended.err


def test_a_setting_may_stand_in_a_file(shell: Shell) -> None:
    (shell.directory / ".env").write_text("LINTEL_MODEL=from-the-file\n", encoding="utf-8")
    assert "from-the-file" in shell.lintel("version").out
