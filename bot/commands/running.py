"""`talks bot`."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click

from bot.settings import Settings
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from bot.application import App

NO_TOKEN = """\
There is no token for the bot yet.
Open https://t.me/BotFather in Telegram, send /newbot, and copy the token that it gives you.
Put it into the file .env as TALKS_BOT_TOKEN=<the token>, then run `talks bot` again."""
REJECTED = (
    "Telegram doesn't take the token in TALKS_BOT_TOKEN. Ask @BotFather for it (/mybots, API Token)"
)
TOKEN = re.compile(r"\d+:[\w-]+")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@click.command("bot")
@click.option("--check", is_flag=True, help="Check the token and what BotFather has set; no more.")
@click.pass_obj
def bot(settings: Settings, check: bool) -> None:
    """Run the Telegram bot until it is stopped (Ctrl-C or SIGTERM).

    It asks Telegram for messages (long polling); with TALKS_WEBHOOK_URL set, Telegram sends them.
    """
    _check_settings(settings)
    from bot.logging_filter import hide

    assert settings.bot_token is not None
    secret = settings.webhook_secret
    hide([settings.bot_token.get_secret_value(), secret.get_secret_value() if secret else ""])
    if check:
        _check(settings)
    else:
        _run(settings)


def _check_settings(settings: Settings) -> None:
    """Refuse to start with settings that can't work.

    :raises SettingsError: Naming what to change.
    """
    if settings.bot_token is None:
        click.echo(NO_TOKEN, err=True)
        sys.exit(1)
    if not TOKEN.fullmatch(settings.bot_token.get_secret_value()):
        raise SettingsError("TALKS_BOT_TOKEN is no token: one looks like 123456789:AAF...")
    if not settings.webhook_url:
        return
    if settings.webhook_secret is None:
        raise SettingsError(
            "TALKS_WEBHOOK_URL needs TALKS_WEBHOOK_SECRET, or anybody could send updates. Make one "
            "with: openssl rand -hex 32"
        )
    if not SECRET.fullmatch(settings.webhook_secret.get_secret_value()):
        raise SettingsError("TALKS_WEBHOOK_SECRET may hold 1 to 256 of A-Z, a-z, 0-9, _ and -.")


def _check(settings: Settings) -> None:
    import asyncio

    from bot.application import build_bot
    from bot.botfather import look

    sound = True
    for found in asyncio.run(look(build_bot(settings), settings)):
        sound = sound and found.sound
        click.echo(f"{'ok' if found.sound else 'BAD':>4}  {found.what}: {found.found}")
        if found.advice:
            click.echo(f"      {found.advice}")
    sys.exit(0 if sound else 1)


def _run(settings: Settings) -> None:
    from telegram.error import InvalidToken

    from bot.application import build_application
    from bot.assembly import Assembly
    from bot.service import Service

    app = build_application(Service(Assembly(settings)))
    begin = app.post_init
    assert begin is not None

    async def begin_and_tell(app: App) -> None:
        await begin(app)
        click.echo(f"@{app.bot.username} is running. Ctrl-C stops it.", err=True)

    app.post_init = begin_and_tell
    try:
        (_webhook if settings.webhook_url else _poll)(app, settings)
    except InvalidToken:
        raise SettingsError(REJECTED) from None


def _poll(app: App, settings: Settings) -> None:
    from bot.application import UPDATES

    app.run_polling(allowed_updates=UPDATES, bootstrap_retries=-1)


def _webhook(app: App, settings: Settings) -> None:
    from urllib.parse import urlsplit

    from bot.application import UPDATES

    assert settings.webhook_secret is not None
    app.run_webhook(
        listen=settings.webhook_listen,
        port=settings.webhook_port,
        url_path=urlsplit(settings.webhook_url).path.strip("/"),
        webhook_url=settings.webhook_url,
        secret_token=settings.webhook_secret.get_secret_value(),
        allowed_updates=UPDATES,
        bootstrap_retries=-1,
    )
