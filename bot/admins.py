"""Who the admins are, in updates of Telegram: what only they may send and press."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import CallbackQuery, Message, Update, User
from telegram.ext import BaseHandler, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.presses import answer_press
from bot.service import Service

Context = ContextTypes.DEFAULT_TYPE
Pressed = Callable[[CallbackQuery, Context], Coroutine[Any, Any, None]]
Sent = Callable[[Message, Context], Coroutine[Any, Any, None]]

ONLY_ADMINS = "Only admins can do that."


class ByAdmin(filters.MessageFilter):
    """From an admin, in a private chat."""

    def __init__(self, service: Service) -> None:
        super().__init__(name="by an admin")
        self._service = service

    def filter(self, message: Message) -> bool:
        person = message.from_user
        return message.chat.type == "private" and is_admin(self._service, person)


def is_admin(service: Service, person: User | None) -> bool:
    return person is not None and person.id in service.settings.admin_ids


def who(person: User | None) -> str:
    """An admin's name for the log: names change, so the id is there too."""
    return f"{person.full_name} (Telegram {person.id})" if person else "someone"


def on_message(
    service: Service, test: filters.BaseFilter, callback: Sent
) -> BaseHandler[Any, Any, Any]:
    """Messages of admins that pass a test."""

    async def run(update: Update, context: Context) -> None:
        assert update.message is not None
        await callback(update.message, context)

    return MessageHandler(filters.UpdateType.MESSAGE & ByAdmin(service) & test, run)


def on_press(service: Service, pattern: str, callback: Pressed) -> BaseHandler[Any, Any, Any]:
    """Presses of admins' buttons; asked at every press, as admins change."""

    async def run(update: Update, context: Context) -> None:
        query = update.callback_query
        assert query is not None
        if is_admin(service, query.from_user):
            await callback(query, context)
        else:
            await answer_press(query, ONLY_ADMINS, alert=True)

    return CallbackQueryHandler(run, pattern=pattern)


def numbers_of(query: CallbackQuery) -> list[int]:
    """The numbers in a button's data, in order."""
    return [int(part) for part in (query.data or "").split(":") if part.isdecimal()]
