"""All settings, read once from the environment and `.env`, then handed down."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, PositiveInt, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from rapidfuzz import fuzz, process

from corpus.errors import SettingsError

BUNDLED_ARTICLES = Path(__file__).parent.parent / "corpus" / "articles"
PREFIX = "TALKS_"
MISSPELT = 85.0  # likeness in percent from which an unknown name is taken for a setting's


class Settings(BaseSettings):
    """What can be set, each as `TALKS_` and its name in capitals; `.env.example` explains them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,  # a line without a value means the default
        extra="ignore",
        frozen=True,
    )

    # Where things are
    data: Path = Path("data")
    corpus: Path = BUNDLED_ARTICLES

    # Where articles may come from
    allow_private: bool = False  # web addresses in private networks, this machine's too
    feed_minutes: PositiveInt = 30  # between two checks of the feeds

    # How questions are answered
    embedding_model: str = "talks-minilm"
    reader_model: str = ""  # empty: the bundled one
    top_k: PositiveInt = 8
    threshold: float | None = Field(default=None, ge=0, le=1)  # None: the calibrated one

    # The bot
    bot_token: SecretStr | None = None
    bot_api_url: str = "https://api.telegram.org/bot"
    admins: str = Field(default="", pattern=r"^[\d\s,]*$")  # ids of Telegram users
    questions_per_minute: PositiveInt = 20  # of one person
    keep_days: PositiveInt = 90  # how long questions and answers are kept
    webhook_url: str = ""  # empty: long polling
    webhook_secret: SecretStr | None = None  # Telegram shows it with every update
    webhook_listen: str = "127.0.0.1"
    webhook_port: int = Field(default=8080, ge=1, le=65535)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"

    @property
    def admin_ids(self) -> frozenset[int]:
        """The Telegram users who may keep the corpus."""
        return frozenset(map(int, self.admins.replace(",", " ").split()))


def read_settings() -> Settings:
    """The settings of this process.

    :raises SettingsError: Naming the setting whose value can't be used, and never a secret's value,
        or the name that is nearly one of a setting.
    """
    try:
        settings = Settings()
        _refuse_misspelt()
        return settings
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name} can't be used: {first['msg']}. See .env.example.") from exc
    except UnicodeDecodeError as exc:
        raise SettingsError(".env can't be read: it is not UTF-8 text.") from exc


def _refuse_misspelt() -> None:
    """A setting under a misspelt name would be left at its default without a word."""
    known = [f"{PREFIX}{name}".upper() for name in Settings.model_fields]
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    for name in sorted(given.difference(known)):
        likest = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=MISSPELT)
        if name.startswith(PREFIX) and likest is not None:
            raise SettingsError(f"There is no {name}; did you mean {likest[0]}? See .env.example.")
