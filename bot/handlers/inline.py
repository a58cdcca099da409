"""Inline mode: answers offered while somebody types `@bot question` in any chat."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import BaseHandler, ContextTypes, InlineQueryHandler

from bot.article_text import paragraph_text
from bot.limits import PersonLimit
from bot.links import question_payload
from bot.markup import Formatted, shortened
from bot.rendering import BEARING, human_date, refusal
from bot.sending import NO_PREVIEW
from bot.service import Service
from bot.telegram_text import Said, answer_text
from corpus.errors import TalksError
from index.questions import QuestionKind
from index.types import Answer

log = logging.getLogger(__name__)

Context = ContextTypes.DEFAULT_TYPE

PAUSE = 0.4  # seconds without a further letter after which a query is answered
SHORTEST = 3  # characters; less is nobody's question yet
CACHED = 200  # answers kept for people who type the same
CACHE_SECONDS = 60  # for which Telegram gives the same results without asking
TITLE = 120
DESCRIPTION = 200


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """Inline queries."""
    return [InlineQueryHandler(Inline(service).query)]


class Inline:
    """Offers finished, cited answers. Nothing that is typed here is stored."""

    def __init__(self, service: Service) -> None:
        self.service = service
        # Somebody who types slowly asks several times for one question.
        self._limit = PersonLimit(3 * service.settings.questions_per_minute)
        self._latest: dict[int, str] = {}  # the last query of each person who is typing
        self._cache: OrderedDict[tuple[str, int | None], Answer] = OrderedDict()

    async def query(self, update: Update, context: Context) -> None:
        """Answer the last of a run of queries, typed letter by letter."""
        query = update.inline_query
        assert query is not None
        person, question = query.from_user.id, " ".join(query.query.split())
        self._latest[person] = query.id
        await asyncio.sleep(PAUSE)
        if self._latest.get(person) != query.id:
            return  # another letter was typed
        if not self.service.ready:
            await self._show(query, [], "I'm starting. Ask in private", question, cache=0)
        elif len(question) < SHORTEST or len(question) > 250:
            await self._show(query, [], "Type a question, or ask in private", "")
        else:
            await self._offer(query, question)
        if self._latest.get(person) == query.id:
            del self._latest[person]

    async def _offer(self, query: InlineQuery, question: str) -> None:
        if self._limit.check(query.from_user.id) > 0:
            await self._show(query, [], "Too many questions: wait a moment", "", cache=0)
            return
        try:
            answer = await self._answer(question)
        except TalksError as exc:
            log.error("An inline question can't be answered: %s", exc)
            await self._show(query, [], "I can't answer at the moment", "", cache=0)
            return
        words = "Ask more in private" if answer.answered else f"{refusal(answer)} Ask more"
        await self._show(query, self._results(answer), words, question)

    async def _answer(self, question: str) -> Answer:
        live = await self.service.store(self.service.assembly.generations.live_number)
        key = (question.lower(), live)
        if key not in self._cache:
            self._cache[key] = await self.service.ask(question)
            while len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        self._cache.move_to_end(key)
        return self._cache[key]

    def _results(self, answer: Answer) -> list[InlineQueryResultArticle]:
        links, results = self.service.links, []
        if answer.answered:
            first = answer.citations[0]
            url = links.passage(first.passage, first.start, first.end)
            text = answer_text(answer, links, Said(answer.question), kept=False)
            compares = answer.kind is QuestionKind.COMPARISON
            title = BEARING if compares else shortened(first.words, TITLE)
            told = shortened(first.excerpt, DESCRIPTION)
            results.append(_result("answer", title, told, text, url))
        offered = {citation.passage.id for citation in answer.citations}
        for near in answer.otherwise or answer.nearest:
            if near.passage.id in offered:
                continue  # its paragraph is shown already
            offered.add(near.passage.id)
            title = shortened(f"{near.article.title}, {human_date(near.article.published)}", TITLE)
            told = shortened(near.excerpt, DESCRIPTION)
            url = links.passage(near.passage, near.quote_start, near.quote_end)
            text = paragraph_text(near, links, marked=answer.answered)
            results.append(_result(f"passage-{near.passage.id}", title, told, text, url))
        return results

    async def _show(
        self,
        query: InlineQuery,
        results: list[InlineQueryResultArticle],
        words: str,
        question: str,
        cache: int = CACHE_SECONDS,
    ) -> None:
        payload = question_payload(question) or "inline"
        try:
            await query.answer(
                results,
                cache_time=cache,
                is_personal=False,
                button=InlineQueryResultsButton(words, start_parameter=payload),
            )
        except TelegramError as exc:
            log.info("An inline query could not be answered: %s", exc)


def _result(
    result_id: str, title: str, told: str, text: Formatted, url: str
) -> InlineQueryResultArticle:
    content = InputTextMessageContent(
        text.text, entities=text.entities, link_preview_options=NO_PREVIEW
    )
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("In context", url=url)]])
    return InlineQueryResultArticle(
        result_id, title, content, description=told, reply_markup=keyboard
    )
