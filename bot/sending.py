"""Sending to a place in Telegram, and what may go wrong with it that is no error."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.markup import Formatted

log = logging.getLogger(__name__)

TYPING_EVERY = 4.0  # seconds; Telegram shows it for five
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# Refusals of Telegram that come of what people do, in its words.
NOT_MODIFIED = "message is not modified"
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")

Buttons = list[list[InlineKeyboardButton]]


@dataclass(frozen=True, slots=True)
class Place:
    """A chat, the topic in it, and the message to reply to."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None

    @classmethod
    def of(cls, message: Message) -> Place:
        """Where an answer to a message belongs."""
        # A thread id is also on replies outside of topics, where none must be sent.
        thread = message.message_thread_id if message.is_topic_message else None
        return cls(message.chat.id, thread, message.message_id)


def is_private(message: Message) -> bool:
    return message.chat.type == ChatType.PRIVATE


async def send(
    bot: Bot, place: Place, what: Formatted | str, buttons: Buttons | None = None
) -> Message | None:
    """Send a message; None if the person or the group no longer wants any."""
    formatted = Formatted(what) if isinstance(what, str) else what
    reply = None
    if place.reply_to:
        reply = ReplyParameters(place.reply_to, allow_sending_without_reply=True)
    try:
        return await bot.send_message(
            place.chat_id,
            formatted.text,
            entities=formatted.entities,
            message_thread_id=place.thread_id,
            reply_parameters=reply,
            reply_markup=InlineKeyboardMarkup(buttons) if buttons else None,
            link_preview_options=NO_PREVIEW,
        )
    except Forbidden as exc:
        log.info("A chat can't be written to: %s.", exc)
    except ChatMigrated as exc:
        moved = replace(place, chat_id=exc.new_chat_id, reply_to=None)
        return await send(bot, moved, formatted, buttons)
    except BadRequest as exc:
        # A topic or a chat that is gone, rights taken away: nothing that asking again would help.
        log.warning("A message was refused: %s.", exc)
    return None


async def edit(
    bot: Bot,
    place: Place,
    message_id: int,
    what: Formatted | str,
    buttons: Buttons | None = None,
) -> bool:
    """Change a message of the bot; False if it is gone."""
    formatted = Formatted(what) if isinstance(what, str) else what
    try:
        await bot.edit_message_text(
            formatted.text,
            place.chat_id,
            message_id,
            entities=formatted.entities,
            reply_markup=InlineKeyboardMarkup(buttons) if buttons else None,
            link_preview_options=NO_PREVIEW,
        )
    except Forbidden as exc:
        log.info("A chat can't be written to: %s.", exc)
    except BadRequest as exc:
        return _survived(exc)
    return True


async def edit_buttons(bot: Bot, place: Place, message_id: int, buttons: Buttons) -> None:
    """Change the buttons under a message of the bot, if it is still there."""
    try:
        await bot.edit_message_reply_markup(
            place.chat_id, message_id, reply_markup=InlineKeyboardMarkup(buttons)
        )
    except Forbidden as exc:
        log.info("A chat can't be written to: %s.", exc)
    except BadRequest as exc:
        _survived(exc)


def _survived(exc: BadRequest) -> bool:
    said = str(exc).lower()
    if NOT_MODIFIED in said:
        return True
    if not any(words in said for words in GONE):
        log.warning("A change was refused: %s.", exc)
    return False


@asynccontextmanager
async def typing(bot: Bot, place: Place) -> AsyncIterator[None]:
    """Show "typing…" while something is worked on."""
    task = asyncio.get_running_loop().create_task(_keep_typing(bot, place))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_typing(bot: Bot, place: Place) -> None:
    while True:
        try:
            await bot.send_chat_action(
                place.chat_id,
                ChatAction.TYPING,
                message_thread_id=place.thread_id,
                read_timeout=TYPING_EVERY,
                pool_timeout=1.0,  # connections are for answers
            )
        except TelegramError as exc:
            log.info("Typing can't be shown: %s", exc)
        await asyncio.sleep(TYPING_EVERY)
