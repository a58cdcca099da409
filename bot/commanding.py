"""Commands: who may call them, where they are listened to, and the menus that list them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    Message,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import BaseHandler, ContextTypes, MessageHandler, filters

from bot.addressing import command_of, is_for_us
from bot.service import Service

log = logging.getLogger(__name__)

Context = ContextTypes.DEFAULT_TYPE
Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]

GROUP_MENU = (("ask", "Ask a question"), ("sources", "The articles, newest first"))
PRIVATE_MENU = (
    ("start", "What this bot covers, and examples"),
    ("help", "How to ask"),
    ("sources", "The articles, newest first"),
    ("latest", "The newest articles"),
    ("about", "Where the answers come from"),
    ("privacy", "What is stored about you"),
    ("forget", "Erase what is stored about you"),
)
DESCRIPTION = (
    "Ask about the Istanbul talks between Russia and Ukraine. I answer out of a collection of "
    "articles, and prove every answer: with the sentence it stands in, the words marked, and a "
    "link to the source. If the articles don't say, I say so."
)
SHORT_DESCRIPTION = "Questions about the Istanbul talks, answered with quotes and sources."


class _Named(filters.MessageFilter):
    """A command of a name, meant for this bot."""

    def __init__(self, service: Service, names: Collection[str]) -> None:
        super().__init__(name=f"commands {sorted(names)}")
        self._service = service
        self._names = frozenset(names)

    def filter(self, message: Message) -> bool:
        found = command_of(message)
        # /ask without a question is not unknown; `bot.handlers.questions` listens to it.
        named = found is not None and (
            found.name in self._names if self._names else found.name != "ask"
        )
        return named and is_for_us(message, self._service.username)


class _ByAdmin(filters.MessageFilter):
    """From an admin, in a private chat; asked at every call."""

    def __init__(self, service: Service) -> None:
        super().__init__(name="by an admin")
        self._service = service

    def filter(self, message: Message) -> bool:
        person = message.from_user
        admins = self._service.settings.admin_ids
        return message.chat.type == "private" and person is not None and person.id in admins


def command(service: Service, name: str, callback: Callback) -> BaseHandler[Any, Any, Any]:
    """A command for everybody: in private chats, and in groups where it names the bot."""
    return MessageHandler(filters.UpdateType.MESSAGE & _Named(service, [name]), callback)


def admin_command(service: Service, name: str, callback: Callback) -> BaseHandler[Any, Any, Any]:
    """A command that only admins can call; to others there is no such command."""
    test = filters.UpdateType.MESSAGE & _Named(service, [name]) & _ByAdmin(service)
    return MessageHandler(test, callback)


def unknown_command(service: Service, callback: Callback) -> BaseHandler[Any, Any, Any]:
    """Every command meant for this bot that nothing else listens to."""
    return MessageHandler(filters.UpdateType.MESSAGE & _Named(service, []), callback)


Menu = Sequence[tuple[str, str]]  # command and description


async def introduce(bot: Bot, admins: Collection[int], admin_menu: Menu) -> None:
    """Set the menus and the descriptions; what fails is one line in the log, no more."""
    menus: list[tuple[BotCommandScope, Menu]] = [
        (BotCommandScopeDefault(), PRIVATE_MENU),
        (BotCommandScopeAllPrivateChats(), PRIVATE_MENU),
        (BotCommandScopeAllGroupChats(), GROUP_MENU),
        *((BotCommandScopeChat(admin), (*PRIVATE_MENU, *admin_menu)) for admin in admins),
    ]
    for scope, menu in menus:
        commands = [BotCommand(name, words) for name, words in menu]
        await _try(f"The menu {scope.type}", bot.set_my_commands(commands, scope))
    described = await _try("The description", bot.get_my_description())
    if described is None or described.description != DESCRIPTION:
        await _try("The description", bot.set_my_description(DESCRIPTION))
    short = await _try("The short description", bot.get_my_short_description())
    if short is None or short.short_description != SHORT_DESCRIPTION:
        await _try("The short description", bot.set_my_short_description(SHORT_DESCRIPTION))


async def _try(what: str, request: Awaitable[Any]) -> Any:
    try:
        return await request
    except TelegramError as exc:
        log.warning("%s could not be set: %s", what, exc)
        return None
