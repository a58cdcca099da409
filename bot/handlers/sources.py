"""The articles: a list of them, the newest, and one of them whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, ContextTypes

from bot import buttons
from bot.article_text import article_pages, article_text
from bot.commanding import command
from bot.links import Place as Cited
from bot.markup import Formatted, Text, linkable, shortened
from bot.presses import answer_press, place_of
from bot.rendering import coverage_line, human_date
from bot.sending import Buttons, Place, edit, send
from bot.service import Service
from bot.telegram_text import BOLD, ITALIC, TITLE, add_title
from corpus.types import StoredArticle

Context = ContextTypes.DEFAULT_TYPE

LISTED = 10  # articles on a page of the list
LATEST = 5
FIRST_WORDS = 220
NO_ARTICLES = "There are no articles yet."
NOT_STORED = "I don't have that passage. /sources lists the articles."


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """/sources, /latest and the buttons that turn pages."""
    sources = Sources(service)
    return [
        command(service, "sources", sources.list),
        command(service, "latest", sources.latest),
        CallbackQueryHandler(sources.turn_list, pattern=r"^list:\d+$"),
        CallbackQueryHandler(sources.turn_page, pattern=r"^page:(\d+:){3}\d+$"),
    ]


class Sources:
    """Shows what the answers are cut out of."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def list(self, update: Update, context: Context) -> None:
        """/sources: the articles, newest first."""
        assert update.message is not None
        shown = await self.service.store(self._list, 0)
        await send(context.bot, Place.of(update.message), *shown)

    async def turn_list(self, update: Update, context: Context) -> None:
        """Another page of the list."""
        await self._turn(update, context, self._list)

    async def turn_page(self, update: Update, context: Context) -> None:
        """Another page of an article."""
        await self._turn(update, context, self._page)

    async def latest(self, update: Update, context: Context) -> None:
        """/latest: the newest articles with how they begin."""
        assert update.message is not None
        text = await self.service.store(self._latest)
        await send(context.bot, Place.of(update.message), text)

    async def _turn(self, update: Update, context: Context, shown: Any) -> None:
        query = update.callback_query
        assert query is not None
        await answer_press(query)
        place = place_of(query)
        numbers = map(int, (query.data or "").split(":")[1:])
        found = await self.service.store(shown, *numbers)
        if place and query.message and found:
            await edit(context.bot, place, query.message.message_id, *found)

    # -- what is shown (blocking)

    def _list(self, page: int) -> tuple[Formatted, Buttons]:
        articles = self.service.corpus.articles()
        pages = max(1, -(-len(articles) // LISTED))
        page = min(page, pages - 1)
        text = Text().add(coverage_line(self.service.corpus.coverage()), BOLD)
        text.add(f" Page {page + 1} of {pages}." if pages > 1 else "").lines()
        first = page * LISTED
        for number, stored in enumerate(articles[first : first + LISTED], start=first + 1):
            text.lines().add(f"{number}. ")
            self._add_linked(text, stored)
        return text.build(), buttons.under_list(page, pages)

    def _latest(self) -> Formatted:
        text = Text()
        for stored in self.service.corpus.articles()[:LATEST]:
            self._add_linked(text, stored).lines()
            text.add(shortened(stored.article.paragraphs[0], FIRST_WORDS)).lines(2)
        return text.build() if text.build().text else Formatted(NO_ARTICLES)

    def _add_linked(self, text: Text, stored: StoredArticle) -> Text:
        article = stored.article
        url = article.url if linkable(article.url) else None
        if not url:
            passages = self.service.corpus.passages_of(article.id)
            url = self.service.links.passage(passages[0]) if passages else None
        if url:
            return add_title(text, article, url)
        date = human_date(article.published)
        return text.add(shortened(article.title, TITLE)).add(f", {date}" if date else "", ITALIC)

    def cited(self, place: Cited) -> tuple[Formatted, Buttons]:
        """An article with the cited paragraph marked, at the page that holds it."""
        return self._article(place, None) or (Formatted(NOT_STORED), [])

    def _page(
        self, passage_id: int, start: int, end: int, page: int
    ) -> tuple[Formatted, Buttons] | None:
        return self._article(Cited(passage_id, start, end), page)

    def _article(self, place: Cited, page: int | None) -> tuple[Formatted, Buttons] | None:
        corpus = self.service.corpus
        passage = corpus.passages([place.passage_id], findable=False).get(place.passage_id)
        if passage is None:
            return None
        stored = corpus.article(passage.article_id)
        version = corpus.version_of(passage.id)
        paragraphs = corpus.paragraphs_of(passage.article_id, version)
        pages = article_pages(paragraphs)
        if page is None:
            page = next(n for n, held in enumerate(pages) if passage.paragraph in held)
        page = min(page, len(pages) - 1)
        size = len(passage.paragraph_text)
        span = (min(place.start or 0, size), min(place.end or 0, size))
        text = article_text(
            replace(stored.article, paragraphs=paragraphs), passage, span, page,
            _notice(stored, version),
        )  # fmt: skip
        return text, buttons.under_article(passage.id, span, page, len(pages))


def _notice(stored: StoredArticle, version: int) -> str:
    if stored.withdrawn:
        return "This article was withdrawn since."
    if version != stored.version:
        return "This article was corrected since; this is how it read before."
    return ""
