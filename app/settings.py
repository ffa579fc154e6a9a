"""All settings, read once from the environment or a `.env` file; the only reader of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.budget.limits import DEFAULT_LIMIT, Limit
from app.core.model import Stage
from app.core.prices import DEFAULT_MODELS, LISTED

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts that plain HTTP may lead to: nothing leaves this machine."""


class UnusableSettings(Exception):
    """The settings do not fit together; the message is one line that names the mend."""


Listed = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """The settings of INTERFACE.md, frozen; secrets do not show in `repr`."""

    model_config = SettingsConfigDict(
        env_prefix="LINTEL_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    app_id: str | None = None
    private_key: SecretStr | None = None
    private_key_file: Path | None = None
    webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    github_api_url: str = "https://api.github.com"
    github_url: str = "https://github.com"
    public_url: str | None = None
    allowed_owners: Listed = ()
    anthropic_api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: str | None = Field(default=None, validation_alias="ANTHROPIC_BASE_URL")
    model: str = DEFAULT_MODELS[Stage.LENS]
    model_brief: str | None = None
    model_verify: str | None = None
    model_architecture: str | None = None
    structured_output: Literal["native", "prompted"] = "native"
    data_dir: Path = Path(".lintel")
    database_url: SecretStr | None = None
    max_concurrent_reviews: Annotated[int, Field(ge=1, le=100)] = 8
    store_key: SecretStr | None = None
    monthly_budget_usd: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] | None = None
    prices_file: Path | None = None
    review_budget_usd: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] = DEFAULT_LIMIT.usd
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("allowed_owners", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("webhook_secret", mode="before")
    @classmethod
    def _split_secrets(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(SecretStr(part.strip()) for part in value.split(",") if part.strip())
        return value

    @field_validator("github_api_url", "github_url", "public_url", "anthropic_base_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
            raise ValueError("must be an http(s) address without a user")
        return value.rstrip("/")

    @field_validator("github_api_url", "github_url")
    @classmethod
    def _keeps_tokens_secret(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("must be https: tokens travel there")
        return value

    @model_validator(mode="after")
    def _app_has_secret(self) -> Settings:
        if self.app_id is not None and not self.webhook_secret:
            raise ValueError("LINTEL_APP_ID is set without LINTEL_WEBHOOK_SECRET: set the App's webhook secret")
        if self.app_id is not None and self.private_key is None and self.private_key_file is None:
            raise ValueError("LINTEL_APP_ID is set without a key: set LINTEL_PRIVATE_KEY or LINTEL_PRIVATE_KEY_FILE")
        return self

    @property
    def configured(self) -> bool:
        """Whether an App is configured; otherwise the server starts in set-up mode."""
        return self.app_id is not None

    @property
    def model_configured(self) -> bool:
        """Whether there is a model to ask: a key, or a server that needs none."""
        return self.anthropic_api_key is not None or self.anthropic_base_url is not None

    @property
    def models(self) -> Mapping[Stage, str]:
        """Who answers each stage.

        A server with a model of its own need not have those pinned in the program: where the reviewers' model is not
        a listed one, it answers every stage that has none of its own.
        """
        pinned = DEFAULT_MODELS if LISTED.find(self.model) is not None else dict.fromkeys(Stage, self.model)
        own = {
            Stage.BRIEF: self.model_brief,
            Stage.LENS: self.model,
            Stage.VERIFY: self.model_verify,
            Stage.FIX: self.model_brief,
            Stage.ARCHITECTURE: self.model_architecture,
            Stage.ASK: self.model,
        }
        return {**pinned, **{stage: model for stage, model in own.items() if model is not None}}

    @property
    def review_limit(self) -> Limit:
        """What one review may cost at most, whatever a policy says."""
        return Limit(self.review_budget_usd, chosen="review_budget_usd" in self.model_fields_set)

    @property
    def month_limit(self) -> Limit | None:
        """What the reviews of one installation may cost in a calendar month; None: as much as they do."""
        return None if self.monthly_budget_usd is None else Limit(self.monthly_budget_usd, chosen=True)

    def pem(self) -> str:
        """The App's private key in PEM. Raises UnusableSettings if there is none or the file cannot be read."""
        if self.private_key is not None:
            # Environment files often hold the key on one line.
            return self.private_key.get_secret_value().replace("\\n", "\n")
        if self.private_key_file is None:
            raise UnusableSettings("no private key: set LINTEL_PRIVATE_KEY or LINTEL_PRIVATE_KEY_FILE")
        try:
            return self.private_key_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise UnusableSettings(
                f"LINTEL_PRIVATE_KEY_FILE {self.private_key_file} cannot be read: {error.__class__.__name__}"
            ) from error


def read_settings(*, dotenv: bool = True) -> Settings:
    """The settings of this process. Raises UnusableSettings with one line that names the setting and its mend.

    Without `dotenv` the environment alone is read: in a repository under review `.env` is the author's file, and could
    send a key from the environment to a server of the author's.
    """
    try:
        return Settings() if dotenv else Settings(_env_file=None)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        setting = f"{name.upper() if name.startswith('ANTHROPIC') else 'LINTEL_' + name.upper()}: " if name else ""
        raise UnusableSettings(f"{setting}{first['msg'].removeprefix('Value error, ')}") from None
