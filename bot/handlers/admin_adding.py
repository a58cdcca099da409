"""An admin sends a link or a file; a preview comes back; approved, it is stored and published."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import date
from typing import Any

from telegram import CallbackQuery, ForceReply, InlineKeyboardButton, Message
from telegram.error import TelegramError
from telegram.ext import BaseHandler, ContextTypes, filters

from bot.admins import numbers_of, on_message, on_press, who
from bot.drafts import Draft, Drafts, article_of_file
from bot.markup import Formatted, Text, shortened
from bot.presses import answer_press, place_of
from bot.publishing import Job, Publisher
from bot.rendering import counted, human_date
from bot.sending import Buttons, Place, edit, send, typing
from bot.service import Service
from bot.telegram_text import BOLD, ITALIC
from corpus.copies import unlike
from corpus.errors import SourceError, TalksError
from corpus.journal import Journal
from corpus.types import Article

Context = ContextTypes.DEFAULT_TYPE

LINK = re.compile(r"^\s*(https?://\S+)\s*$", re.IGNORECASE)
MAX_FILE = 20_000_000  # bytes; the Bot API gives a bot no larger ones
FIRST_LINES = 350  # characters of each of the first paragraphs
FIELDS = {"title": "New title", "date": "New date (such as 2025-05-16)"}
ASKING = re.compile(r"^New (title|date)\b.* for draft (\d+)")
GONE = "This draft is no longer kept. Send the link or the file again."


class _Correcting(filters.MessageFilter):
    """A reply to the bot's own question for a title or a date."""

    def filter(self, message: Message) -> bool:
        asked = message.reply_to_message
        ours = asked is not None and asked.from_user is not None and asked.from_user.is_bot
        return bool(ours and asked and message.text and ASKING.match(asked.text or ""))


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """Links, files, and the buttons of previews."""
    adding = Adding(service)
    return [
        on_message(service, _Correcting(name="a correction"), adding.correct),
        on_message(service, filters.Regex(LINK), adding.link),
        on_message(service, filters.Document.ALL, adding.file),
        on_press(service, r"^draft:ok:\d+$", adding.approve),
        on_press(service, r"^draft:no:\d+$", adding.discard),
        on_press(service, r"^draft:(title|date):\d+$", adding.ask_correction),
    ]


class Adding:
    """Takes articles from admins."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.publisher = Publisher(service)

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.service.corpus.database)

    # -- what is sent

    async def link(self, message: Message, context: Context) -> None:
        """A web address alone in a message."""
        url = (message.text or "").strip()
        async with typing(context.bot, Place.of(message)):
            await self._preview(message, context, lambda: self._fetched(url))

    async def file(self, message: Message, context: Context) -> None:
        """A document."""
        document = message.document
        assert document is not None
        place, name = Place.of(message), document.file_name or "file"
        if (document.file_size or 0) > MAX_FILE:
            await send(context.bot, place, f"{name}: too large; 20 MB at most.")
            return
        async with typing(context.bot, place):
            try:
                file = await context.bot.get_file(document.file_id)
                content = bytes(await file.download_as_bytearray())
            except TelegramError as exc:
                await send(context.bot, place, f"{name}: can't be had from Telegram ({exc}).")
                return
            await self._preview(message, context, lambda: article_of_file(content, name))

    def _fetched(self, url: str) -> Article:
        from corpus.fetching import Fetcher, article_from_url

        fetcher = Fetcher(allow_private=self.service.settings.allow_private)
        return self.service.corpus.identified(article_from_url(url, fetcher))

    async def _preview(self, message: Message, context: Context, read: Any) -> None:
        place = Place.of(message)
        try:
            # Pages and PDFs take seconds to read: neither the loop nor the store waits for it.
            article = await asyncio.to_thread(read)
            shown = await self.service.store(self._drafted, article, who(message.from_user))
        except SourceError as exc:
            await send(context.bot, place, f"Can't be added: {exc}")
            return
        except TalksError as exc:
            await send(context.bot, place, str(exc))
            return
        await send(context.bot, place, *shown)

    def _drafted(self, article: Article, admin: str) -> tuple[Formatted, Buttons]:
        return self._shown(self.drafts.add(article, admin))

    # -- what is shown (blocking)

    def _shown(self, draft: Draft) -> tuple[Formatted, Buttons]:
        article, corpus = draft.article, self.service.corpus
        stored = corpus.find(article.id)
        unchanged = stored is not None and stored.article == article and not stored.withdrawn
        text = Text().add(shortened(article.title, 200), BOLD).lines()
        when = human_date(article.published) or "no date"
        text.add(f"{article.outlet or 'no outlet'}, {when}, language {article.language}").lines()
        words = sum(len(paragraph.split()) for paragraph in article.paragraphs)
        text.add(
            f"{counted(len(article.paragraphs), 'paragraph')}, {counted(words, 'word')}"
        ).lines()
        text.add(f"Id: {article.id}").lines()
        if unchanged:
            text.add("It is stored already and reads the same.", ITALIC).lines()
        elif stored is not None:
            state = "withdrawn, and would be found again" if stored.withdrawn else "stored"
            text.add(f"An article of this id is {state}: this is a new version.", ITALIC).lines()
            if unlike(stored.article, article):
                text.add("It has nothing in common with that one!", BOLD).lines()
        for near in corpus.copies.similar(article):
            text.add(f"{near.similarity:.0%} the same as {near.article_id}", ITALIC).lines()
        for other in self.drafts.others(draft):
            text.add(f"{other.who} has sent the same, and has not decided yet.", ITALIC).lines()
        for paragraph in article.paragraphs[:2]:
            text.lines().add(shortened(paragraph, FIRST_LINES)).lines()
        return text.build(), [] if unchanged else _buttons(draft)

    # -- buttons

    async def approve(self, query: CallbackQuery, context: Context) -> None:
        """Store, index and publish a draft."""
        admin, place = who(query.from_user), place_of(query)
        note, article = await self.service.store(self._approve, numbers_of(query)[0], admin)
        await answer_press(query, note, alert=article is None)
        if place and query.message:
            if article is not None:
                self.service.in_background(
                    self.publisher.run(context.bot, place, Job(admin), opening=note)
                )
            await self._without_buttons(query, context, place)

    def _approve(self, number: int, admin: str) -> tuple[str, Article | None]:
        draft = self.drafts.find(number)
        if draft is None:
            return GONE, None
        corpus = self.service.corpus
        with corpus.database.write():
            if not self.drafts.close(number, f"approved by {admin}"):
                return f"It was {draft.outcome} already.", None
            change = corpus.add(draft.article)
            Journal(corpus.database).record(admin, "added", draft.article.id, change.value)
        for other in self.drafts.others(draft):
            self.drafts.close(other.number, f"superseded: {admin} approved the same")
        return f"Stored: {draft.article.id} ({change.value}).", draft.article

    async def discard(self, query: CallbackQuery, context: Context) -> None:
        """Let go of a draft."""
        number, admin = numbers_of(query)[0], who(query.from_user)
        closed = await self.service.store(self.drafts.close, number, f"discarded by {admin}")
        await answer_press(query, "Discarded." if closed else "It was decided already.")
        if place := place_of(query):
            await self._without_buttons(query, context, place)

    async def ask_correction(self, query: CallbackQuery, context: Context) -> None:
        """Ask for another title or date; the reply to the question is the correction."""
        place = place_of(query)
        name, number = (query.data or "").split(":")[1:3]
        await answer_press(query)
        if place:
            await context.bot.send_message(
                place.chat_id, f"{FIELDS[name]} for draft {number}?", reply_markup=ForceReply()
            )

    async def correct(self, message: Message, context: Context) -> None:
        """Another title or date for a draft."""
        assert message.reply_to_message is not None
        found = ASKING.match(message.reply_to_message.text or "")
        assert found is not None
        shown = await self.service.store(
            self._correct, found[1], int(found[2]), (message.text or "").strip()
        )
        await send(context.bot, Place.of(message), *shown)

    def _correct(self, name: str, number: int, value: str) -> tuple[Formatted | str, Buttons]:
        draft = self.drafts.find(number)
        if draft is None:
            return GONE, []
        if draft.outcome:
            return f"It was {draft.outcome} already.", []
        if name == "date":
            try:
                value = date.fromisoformat(value).isoformat()
            except ValueError:
                return f"{shortened(value, 40)!r} is not a date like 2025-05-16.", _buttons(draft)
            article = replace(draft.article, published=value)
        else:
            article = replace(draft.article, title=" ".join(value.split()))
        self.drafts.change(number, article)
        return self._shown(replace(draft, article=article))

    async def _without_buttons(self, query: CallbackQuery, context: Context, place: Place) -> None:
        """The preview stays, and what was decided takes the place of its buttons."""
        draft = await self.service.store(self.drafts.find, numbers_of(query)[0])
        if draft is None or query.message is None:
            return
        text, _ = await self.service.store(self._shown, draft)
        # Entities keep their places: the line comes behind all of them.
        outcome = draft.outcome[:1].upper() + draft.outcome[1:]
        decided = Formatted(f"{text.text}\n{outcome}.", text.entities)
        await edit(context.bot, place, query.message.message_id, decided)


def _buttons(draft: Draft) -> Buttons:
    def button(words: str, what: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(words, callback_data=f"draft:{what}:{draft.number}")

    return [
        [button("Approve", "ok"), button("Discard", "no")],
        [button("Correct title", "title"), button("Correct date", "date")],
    ]
