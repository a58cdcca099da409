"""/reindex, /rollback, /pin, /feeds, /inbox and /log, for admins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from telegram import Bot, CallbackQuery, InlineKeyboardButton, Message, Update
from telegram.ext import BaseHandler, ContextTypes

from bot.addressing import command_of
from bot.admins import numbers_of, on_press, who
from bot.commanding import admin_command
from bot.feeding import check_feed
from bot.markup import Formatted, Text, shortened
from bot.presses import answer_press, place_of
from bot.publishing import Job, Publisher, quoted
from bot.rendering import counted
from bot.sending import Buttons, Place, edit, send, typing
from bot.service import Service
from bot.telegram_text import BOLD, ITALIC
from bot.unanswered import unanswered
from corpus.errors import ModelError, TalksError
from corpus.feeds import Feeds
from corpus.fetching import Fetcher
from corpus.journal import Journal
from index.inbox import Inbox
from index.pins import Pins

Context = ContextTypes.DEFAULT_TYPE
Shown = tuple[Formatted | str, Buttons]

LOGGED = 20  # entries of the log
OPEN = 8  # groups of the inbox

MENU = (
    ("reindex", "Index and publish; /reindex check only shows what would change"),
    ("rollback", "Go back to the index before"),
    ("pin", "Pin a question, or list those pinned"),
    ("feeds", "The feeds; with an address, add one"),
    ("inbox", "Questions that got no answer"),
    ("log", "What admins did"),
)


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """The commands and their buttons."""
    admin = Keeping(service)
    return [
        admin_command(service, "reindex", admin.reindex),
        admin_command(service, "rollback", admin.rollback),
        admin_command(service, "pin", admin.pin),
        admin_command(service, "feeds", admin.feeds),
        admin_command(service, "inbox", admin.inbox),
        admin_command(service, "log", admin.log),
        on_press(service, r"^reindex:(now|force)$", admin.press_reindex),
        on_press(service, r"^rollback:(ask|yes|no)$", admin.press_rollback),
        on_press(service, r"^unpin:\d+$", admin.press_unpin),
        on_press(service, r"^feed:(drop|yes):\d+$", admin.press_feed),
        on_press(service, r"^feed:check$", admin.press_check),
        on_press(service, r"^inbox:drop:[0-9a-f]{6}$", admin.press_dismiss),
    ]


class Keeping:
    """Keeps the index, the pins, the feeds and the inbox."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.publisher = Publisher(service)

    @property
    def journal(self) -> Journal:
        return Journal(self.service.corpus.database)

    # -- the index

    async def reindex(self, update: Update, context: Context) -> None:
        """/reindex: build, replay the pinned questions, publish; /reindex check stops there."""
        message, rest = _said(update)
        job = Job(who(message.from_user), check=rest == "check")
        self.service.in_background(self.publisher.run(context.bot, Place.of(message), job))

    async def press_reindex(self, query: CallbackQuery, context: Context) -> None:
        """Publish after a check, or although a pinned answer is lost."""
        await answer_press(query)
        if place := place_of(query):
            job = Job(who(query.from_user), force=query.data == "reindex:force")
            self.service.in_background(self.publisher.run(context.bot, place, job))

    async def rollback(self, update: Update, context: Context) -> None:
        """/rollback: ask first, as only a reindex leads forward again."""
        message, _ = _said(update)
        shown = await self.service.store(self._rollback_question)
        await send(context.bot, Place.of(message), *shown)

    async def press_rollback(self, query: CallbackQuery, context: Context) -> None:
        """Ask, go back, or leave it."""
        place, data = place_of(query), query.data
        await answer_press(query)
        if place is None or query.message is None:
            return
        if data == "rollback:ask":
            await send(context.bot, place, *await self.service.store(self._rollback_question))
            return
        words = "Left as it is."
        if data == "rollback:yes":
            words = await self.service.store(self._rollback, who(query.from_user))
        await edit(context.bot, place, query.message.message_id, words)

    def _rollback_question(self) -> Shown:
        published = self.service.assembly.generations.published()
        if len(published) < 2:
            return "There is no earlier generation to go back to.", []
        live, before = published[:2]
        words = (
            f"Generation {live.number} ({counted(live.count, 'passage')}) is live. "
            f"Go back to generation {before.number} ({counted(before.count, 'passage')}, "
            f"made {before.created_at[:16]})? Only a reindex leads forward again."
        )
        row = [_button("Roll back", "rollback:yes"), _button("Leave it", "rollback:no")]
        return words, [row]

    def _rollback(self, admin: str) -> str:
        try:
            generation = self.service.assembly.generations.rollback(admin)
        except TalksError as exc:
            return f"Not rolled back: {exc}"
        return (
            f"Generation {generation.number} is live again: {counted(generation.count, 'passage')}."
        )

    # -- pins

    async def pin(self, update: Update, context: Context) -> None:
        """/pin QUESTION pins it; /pin lists what is pinned."""
        message, rest = _said(update)
        if not rest:
            shown = await self.service.store(self._pins)
        else:
            async with typing(context.bot, Place.of(message)):
                shown = await self.service.think(self._pin, rest, who(message.from_user))
        await send(context.bot, Place.of(message), *shown)

    def _pin(self, question: str, admin: str) -> Shown:
        pinned = self.service.assembly.pin(question, admin)
        answer = quoted(pinned.citation) if pinned.citation else "none yet"
        if not pinned.new:
            return f"Pinned before: {pinned.pin.question}\nIts answer: {answer}", []
        return (
            f"Pinned: {pinned.pin.question}\nIts answer: {answer}\n"
            "No reindex is published that loses it, unless you say so."
        ), []

    def _pins(self) -> Shown:
        pins = Pins(self.service.corpus.database).list()
        if not pins:
            return "No question is pinned. /pin and a question pins it.", []
        text = Text().add("Pinned questions", BOLD)
        for pin in pins:
            text.lines().add(f"{pin.number}. {shortened(pin.question, 200)}")
        row = [_button(f"Unpin {pin.number}", f"unpin:{pin.number}") for pin in pins[:40]]
        return text.build(), [row[i : i + 4] for i in range(0, len(row), 4)]

    async def press_unpin(self, query: CallbackQuery, context: Context) -> None:
        """Unpin a question; pinning it again is a tap and a text."""

        def unpin() -> str:
            pin = Pins(self.service.corpus.database).remove(numbers_of(query)[0])
            self.journal.record(who(query.from_user), "unpinned", pin.question)
            return f"Unpinned: {shortened(pin.question, 150)}"

        await self._pressed(query, context, unpin, self._pins)

    # -- feeds

    async def feeds(self, update: Update, context: Context) -> None:
        """/feeds lists them; /feeds ADDRESS adds one and checks it."""
        message, url = _said(update)
        place = Place.of(message)
        if not url:
            await send(context.bot, place, *await self.service.store(self._feeds))
            return
        async with typing(context.bot, place):
            words, added = await asyncio.to_thread(self._add_feed, url, who(message.from_user))
        await self._after_check(context, place, who(message.from_user), words, added)

    def _add_feed(self, url: str, admin: str) -> tuple[str, bool]:
        feeds = Feeds(self.service.corpus.database)
        known = {feed.url for feed in feeds.list()}
        try:
            feed = feeds.add(url)
            told = self._check(admin, feed.url)
        except TalksError as exc:
            if url not in known and any(feed.url == url for feed in feeds.list()):
                feeds.remove(url)
            return f"Not added: {exc}", False
        if feed.url not in known:
            self.journal.record(admin, "added the feed", feed.url)
        return told

    def _check(self, admin: str, url: str) -> tuple[str, bool]:
        corpus = self.service.corpus
        (feed,) = [feed for feed in Feeds(corpus.database).list() if feed.url == url]
        fetcher = Fetcher(allow_private=self.service.settings.allow_private)
        found = check_feed(corpus, feed, fetcher, admin)
        parts = [f"{count} {what}" for what, count in found.counts.items()]
        lines = [f"{url}: {', '.join(parts) or 'nothing new'}."]
        lines += [f"Left out: {problem}" for problem in found.problems[:5]]
        return "\n".join(lines), bool(found.added)

    async def press_check(self, query: CallbackQuery, context: Context) -> None:
        """Check all feeds now."""
        await answer_press(query, "Checking …")
        admin, place = who(query.from_user), place_of(query)
        if place:
            words, added = await asyncio.to_thread(self.check_all, admin)
            await self._after_check(context, place, admin, words, added)

    async def poll_feeds(self, bot: Bot, name: str) -> None:
        """Check all feeds, publish what they bring, and tell admins where that can't be."""
        _, added = await asyncio.to_thread(self.check_all, name)
        if not added:
            return
        try:
            done = await asyncio.to_thread(self.service.assembly.reindex, who=name)
            trouble = "a pinned question would lose its answer" if done.refused else ""
        except TalksError as exc:
            trouble = str(exc)
        if trouble:
            words = f"New articles of the feeds are stored, but not published: {trouble}. /reindex"
            for admin in sorted(self.service.settings.admin_ids):
                await send(bot, Place(admin), words)

    def check_all(self, admin: str) -> tuple[str, bool]:
        """Check every feed; what was found, and whether an article came of it. (Blocking.)"""
        lines, any_added = [], False
        for feed in Feeds(self.service.corpus.database).list():
            try:
                words, added = self._check(admin, feed.url)
            except TalksError as exc:
                words, added = f"Left out: {exc}", False
            lines.append(words)
            any_added |= added
        return "\n".join(lines) or "There are no feeds.", any_added

    async def _after_check(
        self, context: Context, place: Place, admin: str, words: str, added: bool
    ) -> None:
        words = shortened_lines(words)
        if added:
            run = self.publisher.run(context.bot, place, Job(admin), opening=words)
            self.service.in_background(run)
        else:
            await send(context.bot, place, words)

    def _feeds(self) -> Shown:
        feeds = Feeds(self.service.corpus.database).list()
        if not feeds:
            return "There are no feeds. /feeds and an address adds one.", []
        text = Text().add("Feeds", BOLD)
        for number, feed in enumerate(feeds, start=1):
            text.lines().add(f"{number}. {shortened(feed.title or feed.url, 100)}")
            if feed.failures:
                text.add(f" (failed {feed.failures} times: {feed.last_error})", ITALIC)
        row = [_button(f"Remove {n}", f"feed:drop:{n}") for n in range(1, min(len(feeds), 12) + 1)]
        rows = [row[i : i + 3] for i in range(0, len(row), 3)]
        return text.build(), [[_button("Check now", "feed:check")], *rows]

    async def press_feed(self, query: CallbackQuery, context: Context) -> None:
        """Remove a feed, after a second tap: which entries were seen is forgotten with it."""
        number = numbers_of(query)[0]
        place = place_of(query)
        feeds = (await self.service.store(Feeds(self.service.corpus.database).list))[:12]
        if not 1 <= number <= len(feeds) or place is None or query.message is None:
            await answer_press(query, "There is no such feed any more.", alert=True)
            return
        url = feeds[number - 1].url
        if (query.data or "").startswith("feed:drop"):
            await answer_press(query)
            row = [[_button("Yes, remove it", f"feed:yes:{number}")]]
            words = f"Remove {url}? Its articles stay."
            await send(context.bot, place, words, row)
            return

        def remove() -> str:
            Feeds(self.service.corpus.database).remove(url)
            self.journal.record(who(query.from_user), "removed the feed", url)
            return f"Removed: {url}"

        # The numbers may have shifted since the question: it names what is meant.
        if url in (getattr(query.message, "text", "") or ""):
            await self._pressed(query, context, remove, self._feeds)
        else:
            await answer_press(query, "The list has changed; open /feeds again.", alert=True)

    # -- the inbox

    async def inbox(self, update: Update, context: Context) -> None:
        """/inbox: questions without an answer, those that mean the same together."""
        message, _ = _said(update)
        async with typing(context.bot, Place.of(message)):
            shown = await self.service.think(self._inbox)
        await send(context.bot, Place.of(message), *shown)

    def box(self) -> Inbox:
        """The inbox; blocks until the model is loaded."""
        embedder = self.service.assembly.embedder
        if isinstance(embedder, ModelError):
            return Inbox(self.service.corpus.database)
        return Inbox(self.service.corpus.database, embedder)

    def _inbox(self) -> Shown:
        groups = self.box().groups(unanswered(self.service.corpus.database))
        if not groups:
            return "The inbox is empty.", []
        text = Text().add(f"{len(groups)} open questions", BOLD)
        rows = []
        for number, group in enumerate(groups[:OPEN], start=1):
            counts = [f"{group.declined} declined"] if group.declined else []
            counts += [f"{group.rated_down} 👎"] if group.rated_down else []
            text.lines().add(f"{number}. {shortened(group.question, 150)} ")
            text.add(f"({', '.join(counts)})", ITALIC)
            rows.append(_button(f"Dismiss {number}", f"inbox:drop:{group.key}"))
        return text.build(), [rows[i : i + 4] for i in range(0, len(rows), 4)]

    async def press_dismiss(self, query: CallbackQuery, context: Context) -> None:
        """Take a group out for good."""
        key = (query.data or "").split(":")[2]

        def dismiss() -> str:
            box = self.box()
            group = box.find(unanswered(self.service.corpus.database), key)
            box.dismiss(group, who(query.from_user))
            self.journal.record(who(query.from_user), "dismissed", group.question)
            return f"Dismissed: {shortened(group.question, 150)}"

        await self._pressed(query, context, dismiss, self._inbox)

    # -- the log

    async def log(self, update: Update, context: Context) -> None:
        """/log: what admins did, newest first."""
        message, _ = _said(update)
        shown = await self.service.store(self._log)
        await send(context.bot, Place.of(message), shown)

    def _log(self) -> Formatted:
        text = Text()
        for entry in self.journal.entries(LOGGED):
            text.add(f"{entry.at[:16].replace('T', ' ')} ", ITALIC).add(f"{entry.who}: ")
            detail = f" ({entry.detail})" if entry.detail else ""
            text.add(shortened(f"{entry.what} {entry.subject}{detail}", 150)).lines()
        return text.build() if text.build().text else Formatted("Nothing was done yet.")

    async def _pressed(
        self,
        query: CallbackQuery,
        context: Context,
        work: Callable[[], str],
        shown: Callable[[], Shown],
    ) -> None:
        """Do something, say so, and show the list anew in the same message."""
        try:
            note = await self.service.think(work)
        except TalksError as exc:
            await answer_press(query, shortened(str(exc), 190), alert=True)
            return
        await answer_press(query, shortened(note, 190))
        place = place_of(query)
        if place and query.message:
            what = await self.service.think(shown)
            await edit(context.bot, place, query.message.message_id, *what)


def shortened_lines(words: str, limit: int = 1500) -> str:
    """A text of several lines that leaves room below it."""
    return words if len(words) <= limit else f"{words[:limit].rsplit(chr(10), 1)[0]}\n…"


def _said(update: Update) -> tuple[Message, str]:
    """The message of a command, and what stands behind the command."""
    message = update.message
    assert message is not None
    command = command_of(message)
    return message, command.rest if command else ""


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)
