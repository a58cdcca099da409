"""Commands that nothing listens to."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, ContextTypes

from bot import words
from bot.addressing import command_of
from bot.commanding import unknown_command
from bot.sending import Place, send
from bot.service import Service


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """One line for every command that there isn't, where it is meant for this bot."""
    return [unknown_command(service, answer)]


async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say that there is no such command."""
    assert update.message is not None
    found = command_of(update.message)
    name = found.name if found else ""
    await send(context.bot, Place.of(update.message), words.unknown_command(name))
