"""What admins may call, in private chats with the bot; the rest is in the modules beside."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, ContextTypes, JobQueue

from bot.commanding import admin_command
from bot.handlers import admin_adding, admin_articles, admin_index
from bot.markup import Formatted, Text
from bot.records import Usage
from bot.rendering import counted
from bot.sending import Place, send
from bot.service import Service
from bot.telegram_text import BOLD
from bot.telling import Telling

Context = ContextTypes.DEFAULT_TYPE

# Shown in the menus of admins alone.
MENU: tuple[tuple[str, str], ...] = (
    *admin_articles.MENU,
    *admin_index.MENU,
    ("stats", "Questions, answers and ratings"),
)
LOOK_EVERY = 5.0  # seconds between two looks whether something was published
FEEDS = "the feeds"  # who it is that adds what they bring, in the log


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """The commands of admins; who calls them is asked each time."""
    return [
        admin_command(service, "stats", Admin(service).stats),
        *admin_articles.handlers(service),
        *admin_index.handlers(service),
        *admin_adding.handlers(service),
    ]


def add_jobs(queue: JobQueue[Any], service: Service) -> None:
    """What is done without a call: feeds are checked, and what was published is told."""
    telling, keeping = Telling(service), admin_index.Keeping(service)

    async def look(context: Context) -> None:
        await telling.look(context.bot)

    async def check(context: Context) -> None:
        await keeping.poll_feeds(context.bot, FEEDS)

    # A look that has much to tell takes its time; those that come meanwhile see that and leave.
    queue.run_repeating(look, LOOK_EVERY, job_kwargs={"max_instances": 2})
    queue.run_repeating(check, service.settings.feed_minutes * 60.0)


class Admin:
    """Tells admins how the bot does."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def stats(self, update: Update, context: Context) -> None:
        """/stats: how much was asked, and how well it went."""
        assert update.message is not None
        usage = await self.service.store(self.service.records.usage)
        await send(context.bot, Place.of(update.message), stats_text(usage))


def stats_text(usage: Usage) -> Formatted:
    """The counts in a few lines."""
    declined = usage.questions - usage.answered
    text = Text().add(f"{counted(usage.questions, 'question')} kept", BOLD).lines()
    text.add(f"{usage.answered:,} answered, {declined:,} declined").lines()
    text.add(f"👍 {usage.up:,}, 👎 {usage.down:,}").lines()
    text.add(f"{usage.waiting:,} wait to be told").lines()
    if usage.median_seconds is not None:
        text.add(f"Half of the answers took less than {usage.median_seconds:.2f} s")
    return text.build()
