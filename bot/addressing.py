"""Whether a message speaks to the bot, and what it asks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import Message

from bot.sending import is_private

_COMMAND = re.compile(r"^/(\w+)(?:@(\w+))?(?:\s+|$)(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was typed."""

    name: str  # in small letters, without /
    to: str  # the bot that was named behind it, in small letters; empty if none was
    rest: str


def command_of(message: Message) -> Command | None:
    """The command that a message begins with."""
    found = _COMMAND.match(message.text or "")
    if not found:
        return None
    return Command(found[1].lower(), (found[2] or "").lower(), found[3].strip())


def question_in(message: Message, username: str, bot_id: int) -> str | None:
    """What a message asks the bot, or None if it says nothing to it.

    In a private chat every text is a question. In a group `/ask ...`, a reply to the bot and a
    mention of it are; "@bot" or "/ask" alone in reply to a message asks what that message says.
    """
    text = (message.text or message.caption or "").strip()
    if message.via_bot and message.via_bot.id == bot_id:
        return None  # an answer of the bot's own, sent in inline mode
    command = command_of(message)
    if command:
        return _of_command(message, command, username)
    if is_private(message):
        return text or None
    mention = re.compile(rf"(?<![\w@])@{re.escape(username)}\b", re.I)
    if mention.search(text):
        return " ".join(mention.sub(" ", text).split()) or _replied(message, bot_id)
    if text and _is_reply_to(message, bot_id):
        return text
    return None


def _of_command(message: Message, command: Command, username: str) -> str | None:
    if command.name != "ask" or command.to not in ("", username.lower()):
        return None
    return command.rest or _replied(message, None)


def _replied(message: Message, bot_id: int | None) -> str:
    """The text of the message that is replied to; of the bot's own there is nothing to ask."""
    target = message.reply_to_message
    if target is None or (target.from_user and target.from_user.id == bot_id):
        return ""
    return (target.text or target.caption or "").strip()


def _is_reply_to(message: Message, bot_id: int) -> bool:
    target = message.reply_to_message
    # In a topic every message replies to the one that opened it.
    if target is None or target.forum_topic_created:
        return False
    return target.from_user is not None and target.from_user.id == bot_id


def is_for_us(message: Message, username: str) -> bool:
    """Whether a command is meant for this bot: in groups only if it names the bot."""
    command = command_of(message)
    if command is None:
        return False
    return command.to == username.lower() or (is_private(message) and not command.to)
