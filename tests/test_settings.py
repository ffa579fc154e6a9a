from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.core.budget.limits import Limit
from app.core.model import Stage
from app.core.prices import DEFAULT_MODELS, HAIKU, OPUS, SONNET
from app.settings import Settings, UnusableSettings, read_settings

SECRET = "canary-4b1d-secret"
APP = {"LINTEL_APP_ID": "1", "LINTEL_PRIVATE_KEY": SECRET, "LINTEL_WEBHOOK_SECRET": f"{SECRET}, second"}


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` and no variables of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in (*APP, "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "LINTEL_DATABASE_URL", "LINTEL_REVIEW_BUDGET_USD"):
        monkeypatch.delenv(name, raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_nothing_set_means_set_up_mode_without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch)

    assert not found.configured
    assert not found.model_configured
    assert found.data_dir == Path(".lintel")


def test_a_file_in_the_working_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LINTEL_LOG_LEVEL=debug\n", encoding="utf-8")

    assert read_settings().log_level == "debug"


def test_a_repository_under_review_cannot_bring_settings(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANTHROPIC_BASE_URL=https://author.example\n", encoding="utf-8")

    assert read_settings(dotenv=False).anthropic_base_url is None


def test_several_webhook_secrets_serve_while_one_is_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, **APP)

    assert [secret.get_secret_value() for secret in found.webhook_secret] == [SECRET, "second"]


def test_every_stage_has_a_model_and_may_be_given_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch).models == DEFAULT_MODELS
    found = settings(monkeypatch, LINTEL_MODEL=OPUS, LINTEL_MODEL_BRIEF=SONNET, LINTEL_MODEL_VERIFY=HAIKU).models
    assert [found[stage] for stage in (Stage.LENS, Stage.BRIEF, Stage.VERIFY)] == [OPUS, SONNET, HAIKU]
    assert found[Stage.ARCHITECTURE] == DEFAULT_MODELS[Stage.ARCHITECTURE]


def test_a_model_that_is_not_listed_answers_every_stage_that_has_none_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = settings(monkeypatch, LINTEL_MODEL="local", LINTEL_MODEL_VERIFY=HAIKU).models
    assert found == {**dict.fromkeys(Stage, "local"), Stage.VERIFY: HAIKU}


def test_a_review_may_cost_five_dollars_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch).review_limit == Limit(Decimal(5), chosen=False)
    assert settings(monkeypatch, LINTEL_REVIEW_BUDGET_USD="5").review_limit == Limit(Decimal(5), chosen=True)
    assert settings(monkeypatch, LINTEL_REVIEW_BUDGET_USD="0.25").review_limit.usd == Decimal("0.25")


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, **APP, ANTHROPIC_API_KEY=SECRET, LINTEL_STORE_KEY=SECRET)

    assert SECRET not in f"{found!r} {found}"


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"LINTEL_APP_ID": "1"}, "LINTEL_APP_ID is set without LINTEL_WEBHOOK_SECRET"),
        ({"LINTEL_APP_ID": "1", "LINTEL_WEBHOOK_SECRET": "x"}, "LINTEL_APP_ID is set without a key"),
        ({"LINTEL_APP_ID": "1", "LINTEL_WEBHOOK_SECRET": " , "}, "LINTEL_APP_ID is set without LINTEL_WEBHOOK_SECRET"),
        ({"LINTEL_LOG_LEVEL": "loud"}, "LINTEL_LOG_LEVEL: Input should be 'debug', "),
        ({"LINTEL_MAX_CONCURRENT_REVIEWS": "0"}, "LINTEL_MAX_CONCURRENT_REVIEWS: Input should be greater"),
        ({"LINTEL_GITHUB_API_URL": "http://github.example"}, "LINTEL_GITHUB_API_URL: must be https"),
        ({"LINTEL_GITHUB_URL": "https://me:pw@github.example"}, "LINTEL_GITHUB_URL: must be an http(s) address"),
        ({"LINTEL_GITHUB_URL": "file:///etc"}, "LINTEL_GITHUB_URL: must be an http(s) address"),
        ({"LINTEL_MONTHLY_BUDGET_USD": "-3"}, "LINTEL_MONTHLY_BUDGET_USD: Input should be greater than or equal to 0"),
        ({"LINTEL_MONTHLY_BUDGET_USD": "inf"}, "LINTEL_MONTHLY_BUDGET_USD: Input should be a finite number"),
        ({"LINTEL_REVIEW_BUDGET_USD": "-1"}, "LINTEL_REVIEW_BUDGET_USD: Input should be greater than or equal to 0"),
        ({"LINTEL_REVIEW_BUDGET_USD": "nan"}, "LINTEL_REVIEW_BUDGET_USD: Input should be a finite number"),
        ({"LINTEL_REVIEW_BUDGET_USD": "much"}, "LINTEL_REVIEW_BUDGET_USD: Input should be a valid decimal"),
        ({"LINTEL_STRUCTURED_OUTPUT": "xml"}, "LINTEL_STRUCTURED_OUTPUT: Input should be 'native' or 'prompted'"),
    ],
)
def test_what_does_not_fit_is_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], line: str
) -> None:
    with pytest.raises(UnusableSettings) as raised:
        settings(monkeypatch, **values)

    assert str(raised.value).startswith(line)
    assert "\n" not in str(raised.value)


def test_a_key_on_one_line_has_its_line_ends_back(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, **{**APP, "LINTEL_PRIVATE_KEY": r"-----BEGIN\nabc\n-----END"})

    assert found.pem() == "-----BEGIN\nabc\n-----END"


def test_a_key_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"LINTEL_APP_ID": "1", "LINTEL_WEBHOOK_SECRET": "x", "LINTEL_PRIVATE_KEY_FILE": "gone.pem"}

    with pytest.raises(UnusableSettings, match=r"LINTEL_PRIVATE_KEY_FILE gone\.pem cannot be read: FileNotFoundError"):
        settings(monkeypatch, **values).pem()
