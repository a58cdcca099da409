"""Commands that tell about the bot, and the links that open it."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, ContextTypes

from bot import buttons, words
from bot.addressing import command_of
from bot.commanding import command
from bot.conversation import Conversation, Incoming
from bot.handlers.answers import NOT_KEPT
from bot.handlers.sources import Sources
from bot.links import place_of, question_of
from bot.markup import Formatted
from bot.rendering import coverage_line
from bot.sending import Buttons, Place, is_private, send
from bot.service import Service
from bot.telegram_text import answer_text

Context = ContextTypes.DEFAULT_TYPE


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """/start with or without a payload, /help, /about, /privacy, /forget."""
    start = Start(service)
    return [
        command(service, "start", start.start),
        command(service, "help", start.help),
        command(service, "about", start.about),
        command(service, "privacy", start.privacy),
        command(service, "forget", start.forget),
    ]


class Start:
    """Tells about the bot."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.conversation = Conversation(service)
        self.sources = Sources(service)

    async def start(self, update: Update, context: Context) -> None:
        """/start: a greeting, or what a link names."""
        message = update.message
        assert message is not None
        assert message.from_user is not None
        found = command_of(message)
        payload = found.rest if found else ""
        place, person_id = Place.of(message), message.from_user.id
        if payload.startswith("a_"):
            shown = await self.service.store(self._answer, payload[2:], person_id)
            await send(context.bot, place, *shown)
        elif cited := place_of(payload):
            await send(context.bot, place, *await self.service.store(self.sources.cited, cited))
        elif payload.startswith("q_") and (question := question_of(payload)):
            asked = Incoming(question, person_id, place, is_private(message), shown=False)
            await self.conversation.answer(context.bot, asked)
        else:
            await self._greet(context, place)

    async def _greet(self, context: Context, place: Place) -> None:
        coverage = await self.service.store(self.service.corpus.coverage)
        offered = await self.service.examples()
        text = words.greeting(coverage_line(coverage), bool(offered))
        await send(context.bot, place, text, buttons.examples(offered))

    def _answer(self, answer_id: str, person_id: int) -> tuple[Formatted | str, Buttons]:
        kept = self.service.records.answer(answer_id)
        if kept is None:
            return NOT_KEPT, []
        answer, said, keyboard = self.conversation.shown_again(kept, person_id, whole=True)
        return answer_text(answer, self.service.links, said), keyboard

    async def help(self, update: Update, context: Context) -> None:
        """/help: how to ask."""
        example = await self.conversation.example()
        await self._say(update, context, words.help_text(self.service.username, example))

    async def about(self, update: Update, context: Context) -> None:
        """/about: where the answers come from."""
        await self._say(update, context, await self.service.store(words.about, self.service))

    async def privacy(self, update: Update, context: Context) -> None:
        """/privacy: what is stored."""
        await self._say(update, context, words.privacy(self.service.settings.keep_days))

    async def forget(self, update: Update, context: Context) -> None:
        """/forget: erase what is stored about the person."""
        assert update.message is not None
        assert update.message.from_user is not None
        records = self.service.records
        person = records.pseudonym(update.message.from_user.id)
        counts = await self.service.store(records.forget, person)
        await self._say(update, context, words.forgotten(*counts))

    async def _say(self, update: Update, context: Context, text: Formatted | str) -> None:
        assert update.message is not None
        await send(context.bot, Place.of(update.message), text)
