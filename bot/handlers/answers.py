"""The buttons under an answer: ratings, the passage in context, the wish to be told."""

from __future__ import annotations

from typing import Any

from telegram import CallbackQuery, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, ContextTypes

from bot import buttons
from bot.answer_records import article_as_cited, from_record, notices
from bot.article_text import context_text
from bot.conversation import Conversation
from bot.markup import Formatted
from bot.presses import answer_press, is_private, place_of
from bot.records import Kept, Wish
from bot.sending import Buttons, edit, edit_buttons, send
from bot.service import Service
from bot.telegram_text import answer_text

Context = ContextTypes.DEFAULT_TYPE

NOT_KEPT = "This answer is no longer kept. Ask again for a new one."
RATED = {1: "Thank you! Noted: 👍", -1: "Thank you! Noted: 👎. It will be looked at."}
WISHED = "Noted. I'll write here once the articles cover it."
UNWISHED = "Taken back: you won't be told."


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """The buttons of answers given at any time."""
    answers = Answers(service)
    return [
        CallbackQueryHandler(answers.rate, pattern="^(up|down):"),
        CallbackQueryHandler(answers.context, pattern="^context:"),
        CallbackQueryHandler(answers.back, pattern="^back:"),
        CallbackQueryHandler(answers.wish, pattern="^wish:"),
    ]


class Answers:
    """What can be done with an answer."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.records = service.records
        self.conversation = Conversation(service)

    async def rate(self, update: Update, context: Context) -> None:
        """👍 or 👎: one rating a person, which may be changed."""
        query = _query(update)
        what, answer_id = (query.data or "").split(":")[:2]
        value = 1 if what == "up" else -1
        person = self.records.pseudonym(query.from_user.id)
        known = await self.service.store(self.records.rate, answer_id, person, value)
        await answer_press(query, RATED[value] if known else NOT_KEPT, alert=not known)
        if known:
            await self._own_buttons(query, answer_id, context)

    async def wish(self, update: Update, context: Context) -> None:
        """Tell me when this is covered; pressed again, don't."""
        query = _query(update)
        answer_id = (query.data or "").split(":")[1]
        note = await self.service.store(self._wish, query, answer_id)
        await answer_press(query, note, alert=note == NOT_KEPT)
        if note != NOT_KEPT:
            await self._own_buttons(query, answer_id, context)

    def _wish(self, query: CallbackQuery, answer_id: str) -> str:
        person = self.records.pseudonym(query.from_user.id)
        kept, place = self.records.answer(answer_id), place_of(query)
        if kept is None or place is None:
            return NOT_KEPT
        if self.records.unwish(answer_id, person):
            return UNWISHED
        self.records.wish(
            Wish(answer_id, kept.question, place.chat_id, place.thread_id, place.reply_to, person)
        )
        return WISHED

    async def context(self, update: Update, context: Context) -> None:
        """Show a cited paragraph among its neighbours."""
        query = _query(update)
        await answer_press(query)
        _, answer_id, number = (query.data or "").split(":")[:3]
        shown = await self.service.store(self._in_context, answer_id, int(number))
        await self._show(query, context, shown)

    async def back(self, update: Update, context: Context) -> None:
        """Show the answer again."""
        query = _query(update)
        await answer_press(query)
        answer_id = (query.data or "").split(":")[1]
        person_id = query.from_user.id if is_private(query) else None
        shown = await self.service.store(self._answer, answer_id, person_id)
        await self._show(query, context, shown)

    # -- what is shown (blocking)

    def _in_context(self, answer_id: str, number: int) -> tuple[Formatted, Buttons] | None:
        kept = self.records.answer(answer_id)
        if kept is None:
            return None
        corpus = self.service.corpus
        restored = from_record(kept.id, kept.question, kept.record, corpus)
        citation = next((c for c in restored.answer.shown if c.number == number), None)
        if citation is None:
            return None
        article = article_as_cited(citation, restored, corpus)
        notice = notices(restored, corpus).get(number, "")
        text = context_text(citation, article.paragraphs, self.service.links, notice)
        return text, buttons.under_context(restored.answer, number)

    def _answer(self, answer_id: str, person_id: int | None) -> tuple[Formatted, Buttons] | None:
        kept = self.records.answer(answer_id)
        if kept is None:
            return None
        answer, said, keyboard = self.conversation.shown_again(kept, person_id, whole=False)
        return answer_text(answer, self.service.links, said), keyboard

    # -- showing

    async def _show(
        self, query: CallbackQuery, context: Context, shown: tuple[Formatted, Buttons] | None
    ) -> None:
        place = place_of(query)
        if place is None or query.message is None:
            return
        if shown is None:
            await send(context.bot, place, NOT_KEPT)
        elif not await edit(context.bot, place, query.message.message_id, *shown):
            await send(context.bot, place, *shown)  # that message can't be changed any more

    async def _own_buttons(self, query: CallbackQuery, answer_id: str, context: Context) -> None:
        """In a private chat, show on the buttons what was chosen."""
        place = place_of(query)
        kept = await self.service.store(self.records.answer, answer_id)
        if kept and place and query.message and is_private(query):
            keyboard = await self.service.store(self._keyboard, kept, query.from_user.id)
            await edit_buttons(context.bot, place, query.message.message_id, keyboard)

    def _keyboard(self, kept: Kept, person_id: int) -> Buttons:
        return self.conversation.shown_again(kept, person_id, whole=False)[2]


def _query(update: Update) -> CallbackQuery:
    assert update.callback_query is not None
    return update.callback_query
