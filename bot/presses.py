"""Answering a press of a button."""

from __future__ import annotations

import logging

from telegram import CallbackQuery, Message
from telegram.error import TelegramError

from bot.sending import Place

log = logging.getLogger(__name__)


async def answer_press(query: CallbackQuery, note: str = "", *, alert: bool = False) -> None:
    """Tell Telegram that a press was seen, with a note for the person.

    After a while Telegram takes no answer any more ("query is too old"): nothing is lost by that.
    """
    try:
        await query.answer(note or None, show_alert=alert)
    except TelegramError as exc:
        log.info("A press could not be answered: %s", exc)


def place_of(query: CallbackQuery) -> Place | None:
    """Where the message with the button is; it may be one whose content isn't shown any more."""
    message = query.message
    if message is None:
        return None
    return Place.of(message) if isinstance(message, Message) else Place(message.chat.id)


def is_private(query: CallbackQuery) -> bool:
    """Whether only the person who presses sees the message."""
    return query.message is not None and query.message.chat.type == "private"
