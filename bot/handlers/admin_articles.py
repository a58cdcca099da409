"""/articles: all of them by pages, each to withdraw or restore."""

from __future__ import annotations

from typing import Any

from telegram import CallbackQuery, InlineKeyboardButton, Update
from telegram.ext import BaseHandler, ContextTypes

from bot.admins import numbers_of, on_press, who
from bot.commanding import admin_command
from bot.markup import Formatted, Text, shortened
from bot.presses import answer_press, place_of
from bot.rendering import counted, human_date
from bot.sending import Buttons, Place, edit, send
from bot.service import Service
from bot.telegram_text import BOLD, ITALIC
from corpus.journal import Journal
from corpus.types import StoredArticle
from index.pins import answered_from

Context = ContextTypes.DEFAULT_TYPE

LISTED = 8  # articles on a page
MENU = (("articles", "Withdraw and restore articles"),)


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """/articles and its buttons; an article is named by its first passage, as ids may be long."""
    keeping = Articles(service)
    return [
        admin_command(service, "articles", keeping.list),
        on_press(service, r"^arts:[01]:\d+$", keeping.turn),
        on_press(service, r"^art:show:\d+$", keeping.show),
        on_press(service, r"^art:(out|in):\d+$", keeping.switch),
    ]


class Articles:
    """Withdraws and restores."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def list(self, update: Update, context: Context) -> None:
        """/articles."""
        assert update.message is not None
        shown = await self.service.store(self._page, 0, 0)
        await send(context.bot, Place.of(update.message), *shown)

    async def turn(self, query: CallbackQuery, context: Context) -> None:
        """Another page, or those that were withdrawn."""
        await answer_press(query)
        await self._show(query, context, await self.service.store(self._page, *numbers_of(query)))

    async def show(self, query: CallbackQuery, context: Context) -> None:
        """One article with its button."""
        await answer_press(query)
        await self._show(query, context, await self.service.store(self._card, *numbers_of(query)))

    async def switch(self, query: CallbackQuery, context: Context) -> None:
        """Withdraw or restore: at once, and undone by the next tap."""
        withdraw = (query.data or "").startswith("art:out")
        passage_id = numbers_of(query)[0]
        note = await self.service.store(self._switch, passage_id, withdraw, who(query.from_user))
        await answer_press(query, note)
        await self._show(query, context, await self.service.store(self._card, passage_id))

    async def _show(
        self, query: CallbackQuery, context: Context, shown: tuple[Formatted, Buttons]
    ) -> None:
        place = place_of(query)
        if place and query.message:
            await edit(context.bot, place, query.message.message_id, *shown)

    # -- (blocking)

    def _switch(self, passage_id: int, withdraw: bool, admin: str) -> str:
        corpus = self.service.corpus
        stored = self._of(passage_id)
        if stored is None:
            return "There is no such article."
        if stored.withdrawn is withdraw:  # another admin was first
            return f"It was {'withdrawn' if withdraw else 'restored'} already."
        article_id = stored.article.id
        with corpus.database.write():
            (corpus.withdraw if withdraw else corpus.restore)(article_id)
            what = "withdrew" if withdraw else "restored"
            Journal(corpus.database).record(admin, what, article_id)
        if not withdraw:
            return "Restored: found again."
        pins = answered_from(corpus, article_id)
        more = f" It answered pinned question {pins[0].number}." if pins else ""
        return f"Withdrawn: no longer found.{more}"

    def _of(self, passage_id: int) -> StoredArticle | None:
        corpus = self.service.corpus
        passage = corpus.passages([passage_id], findable=False).get(passage_id)
        return corpus.find(passage.article_id) if passage else None

    def _page(self, withdrawn: int, page: int) -> tuple[Formatted, Buttons]:
        corpus = self.service.corpus
        found = corpus.articles(withdrawn=bool(withdrawn))
        pages = max(1, -(-len(found) // LISTED))
        page = min(page, pages - 1)
        text = Text().add(counted(len(found), "article"), BOLD)
        text.add(" that were withdrawn" if withdrawn else "")
        text.add(f", page {page + 1} of {pages}" if pages > 1 else "")
        row: list[InlineKeyboardButton] = []
        shown = found[page * LISTED : (page + 1) * LISTED]
        for number, stored in enumerate(shown, start=page * LISTED + 1):
            article = stored.article
            text.lines().add(f"{number}. {shortened(article.title, 120)}")
            text.add(f", {human_date(article.published)}" if article.published else "", ITALIC)
            first = corpus.passages_of(article.id)
            if first:
                row.append(_button(str(number), f"art:show:{first[0].id}"))
        turns = [
            *([_button("‹ Before", f"arts:{withdrawn}:{page - 1}")] if page else []),
            *([_button("After ›", f"arts:{withdrawn}:{page + 1}")] if page < pages - 1 else []),
            _button("Found" if withdrawn else "Withdrawn", f"arts:{1 - withdrawn}:0"),
        ]
        return text.build(), [*([row[i : i + 4] for i in range(0, len(row), 4)]), turns]

    def _card(self, passage_id: int) -> tuple[Formatted, Buttons]:
        stored = self._of(passage_id)
        if stored is None:
            return Formatted("There is no such article."), []
        article = stored.article
        text = Text().add(shortened(article.title, 200), BOLD).lines()
        parts = (article.outlet, human_date(article.published), f"version {stored.version}")
        text.add(", ".join(filter(None, parts))).lines().add(f"Id: {article.id}").lines()
        if copies := self.service.corpus.copies.group(article.id):
            text.add(shortened(f"Near-copies: {', '.join(copies)}", 300)).lines()
        text.add("Withdrawn", ITALIC) if stored.withdrawn else text.add(
            shortened(article.paragraphs[0], 300)
        )
        words, data = ("Restore", "in") if stored.withdrawn else ("Withdraw", "out")
        row = [
            _button(words, f"art:{data}:{passage_id}"),
            _button("« All", f"arts:{int(stored.withdrawn)}:0"),
        ]
        return text.build(), [row]


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)
