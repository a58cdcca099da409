"""Updates of one chat in order, those of others at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

# Far more than Telegram hands out at once; a chat's own updates wait in line inside.
MAX_WAITING = 4096
# Commands that say or erase something about the questions before them wait for these.
IN_LINE = ("/ask", "/forget")
EXAMPLE = "ex:"  # a button that asks a question


class ChatOrder(BaseUpdateProcessor):
    """Questions of a chat one after the other; presses of a person too; all else at once.

    A command such as /start doesn't wait behind a question that waits for the models.
    """

    def __init__(self) -> None:
        super().__init__(MAX_WAITING)
        self._lines: dict[object, list[Any]] = {}  # [lock, how many hold it or wait for it]

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Process an update when those before it in its line are done."""
        key = line_of(update)
        if key is None:
            await coroutine
            return
        line = self._lines.setdefault(key, [asyncio.Lock(), 0])
        line[1] += 1
        try:
            async with line[0]:
                await coroutine
        finally:
            line[1] -= 1
            if not line[1]:
                self._lines.pop(key, None)

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""


def line_of(update: object) -> tuple[str, int] | None:
    """The line that an update waits in, or None if it doesn't have to wait."""
    if not isinstance(update, Update):
        return None
    query, message = update.callback_query, update.message or update.edited_message
    if query:
        if (query.data or "").startswith(EXAMPLE) and query.message:
            return "chat", query.message.chat.id
        return "presses", query.from_user.id
    if message:
        command = (message.text or "").partition(" ")[0].partition("@")[0].lower()
        if command.startswith("/") and command not in IN_LINE:
            return None
        return "chat", message.chat.id
    return None
