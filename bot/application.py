"""The Telegram application: parts put together, and nothing decided."""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from telegram import Update
from telegram.error import Conflict, Forbidden, NetworkError, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot
from telegram.request import HTTPXRequest

from bot.commanding import introduce
from bot.conversation import TROUBLE
from bot.handlers import answers, inline, questions, sources, start, unknown
from bot.limits import ChatLimits
from bot.ordering import ChatOrder
from bot.sending import Place, send
from bot.service import Service
from bot.settings import Settings
from corpus.errors import TalksError

log = logging.getLogger(__name__)

Context = ContextTypes.DEFAULT_TYPE
App = Application[Any, Any, Any, Any, Any, Any]

UPDATES = ["message", "edited_message", "callback_query", "inline_query"]
CONNECTIONS = 64
SECONDS = 15.0  # for a request, once it has a connection
POOL_SECONDS = 60.0  # to wait for a connection when all are in use
ALIVE_EVERY = 30.0  # seconds
PURGE_EVERY = 24 * 3600.0


class TolerantBot(ExtBot[int]):
    """A bot that tells what keeps it from starting, and starts where it can."""

    async def initialize(self) -> None:
        """Ask Telegram who the bot is; the library tries again, and says nothing about it."""
        try:
            await super().initialize()
        except NetworkError as exc:
            log.warning("Telegram can't be reached, trying again: %s", exc)
            raise

    async def delete_webhook(self, *args: Any, **kwargs: Any) -> bool:
        """Drop a webhook, which there may not even be; what fails is one line in the log."""
        try:
            return await super().delete_webhook(*args, **kwargs)
        except TelegramError as exc:
            log.warning("The webhook could not be dropped: %s", exc)
            return False


def build_application(service: Service) -> App:
    """An application that is ready to run; the settings have a token."""
    bot = build_bot(service.settings)
    builder = ApplicationBuilder().bot(bot).concurrent_updates(ChatOrder())

    async def begin(app: App) -> None:
        service.username = app.bot.username
        await service.open()
        admin = admin_module()
        menu = admin.MENU if admin else ()
        # The menus and the models take their time; /start is answered meanwhile.
        service.in_background(introduce(app.bot, sorted(service.settings.admin_ids), menu))
        service.in_background(service.warm_up())

    async def rest(app: App) -> None:
        await service.rest()

    async def end(app: App) -> None:
        await service.close()

    app: App = builder.post_init(begin).post_stop(rest).post_shutdown(end).build()
    for module in handler_modules():
        app.add_handlers(module.handlers(service))
    app.add_error_handler(on_error)
    _add_jobs(app, service)
    return app


def build_bot(settings: Settings) -> TolerantBot:
    """The bot of the settings."""
    assert settings.bot_token is not None
    base = settings.bot_api_url.rstrip("/")
    files = base.removesuffix("/bot") + "/file/bot"
    requests = [
        HTTPXRequest(
            connection_pool_size=size,
            read_timeout=SECONDS,
            write_timeout=SECONDS,
            connect_timeout=SECONDS,
            pool_timeout=POOL_SECONDS,
        )
        for size in (CONNECTIONS, 2)
    ]
    return TolerantBot(
        settings.bot_token.get_secret_value(),
        base_url=base,
        base_file_url=files,
        request=requests[0],
        get_updates_request=requests[1],
        rate_limiter=ChatLimits(),
    )


def handler_modules() -> list[ModuleType]:
    """The modules of handlers in the order in which they are asked; admins' commands come first."""
    admin = admin_module()
    return [*filter(None, [admin]), start, sources, answers, inline, unknown, questions]


def admin_module() -> ModuleType | None:
    """The commands of admins, where this build has them."""
    name = "bot.handlers.admin"
    return import_module(name) if find_spec(name) else None


def _add_jobs(app: App, service: Service) -> None:
    assert app.job_queue is not None

    async def alive(context: Context) -> None:
        # Its age tells a health check whether the event loop still turns.
        await service.store((service.settings.data / "bot.alive").touch)

    async def purge(context: Context) -> None:
        await service.store(service.records.purge, service.settings.keep_days)

    app.job_queue.run_repeating(alive, ALIVE_EVERY, first=0)
    app.job_queue.run_repeating(purge, PURGE_EVERY)
    if admin := admin_module():
        admin.add_jobs(app.job_queue, service)


async def on_error(update: object, context: Context) -> None:
    """What no handler survived: one line in the log, and a word to who waits for an answer."""
    error = context.error
    if isinstance(error, Conflict):
        log.error("Telegram: %s", error)
        if "webhook" in str(error).lower():
            await context.bot.delete_webhook()
        return
    if isinstance(error, Forbidden):
        log.info("A chat can't be written to: %s", error)
    elif isinstance(error, TelegramError):
        log.warning("Telegram: %s", error)
    elif isinstance(error, TalksError):
        log.error("%s", error)
        await _apologize(update, context)
    else:
        log.error("An update was not handled.", exc_info=error)
        await _apologize(update, context)


async def _apologize(update: object, context: Context) -> None:
    message = update.message if isinstance(update, Update) else None
    if message and message.chat.type == "private":
        await send(context.bot, Place.of(message), TROUBLE)
