"""A reindex from inside Telegram: one message that shows how far it is, then what it did."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telegram import Bot, InlineKeyboardButton

from bot.markup import Formatted, Text, shortened
from bot.rendering import counted
from bot.sending import Buttons, Place, edit, send
from bot.service import Service
from bot.telegram_text import BOLD, ITALIC
from corpus.errors import LockedError, TalksError

if TYPE_CHECKING:
    from bot.assembly import Reindexed
    from index.building import Progress
    from index.types import Citation

log = logging.getLogger(__name__)

EDIT_EVERY = 3.0  # seconds between two changes of the progress message
WAIT_FOR_OTHERS = 600.0  # seconds
SHOWN = 10  # differences that are shown
QUOTE = 250  # characters of each quote

BEGUN = "Indexing …"


@dataclass
class Job:
    """One reindex that is under way; written by its thread, read by the event loop."""

    who: str
    check: bool = False
    force: bool = False
    waits_for: str = ""  # why it can't begin yet
    progress: Progress | None = None
    began: dict[str, float] = field(default_factory=dict)  # when each step began

    def tell(self, progress: Progress) -> None:
        self.began.setdefault(progress.step, time.monotonic())
        self.progress = progress

    def line(self) -> str:
        """How far it is, in a line."""
        if self.progress is None:
            return f"Waiting: {self.waits_for}" if self.waits_for else BEGUN
        step, done, total = self.progress.step, self.progress.done, self.progress.total
        if not total or not done:
            return f"{step.capitalize()} …"
        left = (time.monotonic() - self.began[step]) * (total - done) / done
        return f"{step.capitalize()}: {done:,} of {total:,}, about {left:.0f} s to go"


class Publisher:
    """Reindexes beside the running bot."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def run(self, bot: Bot, place: Place, job: Job, opening: str = "") -> None:
        """Reindex, and keep one message up to date with it.

        :param opening: What stands above, such as what was stored before.
        """
        lead = f"{opening}\n" if opening else ""
        message = await send(bot, place, lead + BEGUN)
        work = asyncio.create_task(asyncio.to_thread(self._reindex, job))
        shown = BEGUN
        while not (await asyncio.wait({work}, timeout=EDIT_EVERY))[0]:
            if message and (line := job.line()) != shown:
                shown = line
                await edit(bot, place, message.message_id, lead + line)
        try:
            text, buttons = finished(work.result(), job, opening)
        except TalksError as exc:
            text, buttons = Formatted(f"{lead}Not published: {exc}"), []
        except Exception:
            log.exception("A reindex failed.")
            text, buttons = Formatted(f"{lead}Not published, by an error of mine; see the log."), []
        if message is None or not await edit(bot, place, message.message_id, text, buttons):
            await send(bot, place, text, buttons)

    def _reindex(self, job: Job) -> Reindexed:
        deadline = time.monotonic() + WAIT_FOR_OTHERS
        while True:
            try:
                return self.service.assembly.reindex(
                    who=job.who, check=job.check, force=job.force, on_progress=job.tell
                )
            except LockedError as exc:
                if time.monotonic() > deadline:
                    raise
                job.waits_for = str(exc)
                time.sleep(1.0)


def finished(done: Reindexed, job: Job, opening: str) -> tuple[Formatted, Buttons]:
    """What a reindex did, with the pinned questions that it changed."""
    text = Text()
    if opening:
        text.add(opening).lines()
    built = done.built
    counts = (
        f"{counted(built.generation.count, 'passage')}, {built.added:,} added, "
        f"{built.removed:,} removed, {counted(built.embedded, 'text')} embedded"
    )
    if done.unchanged and done.live:
        text.add(f"Generation {done.live.number} is live already: ", BOLD)
        text.add(f"nothing has changed, {counted(done.live.count, 'passage')}.")
        return text.build(), []
    if done.published:
        text.add(f"Generation {built.generation.number} is live: ", BOLD).add(f"{counts}.")
        buttons = [[InlineKeyboardButton("Roll back …", callback_data="rollback:ask")]]
    elif job.check:
        text.add("Nothing was published. ", BOLD).add(f"It would have {counts}.")
        buttons = [[InlineKeyboardButton("Publish", callback_data="reindex:now")]]
    else:
        text.add("Not published: ", BOLD)
        text.add(f"{len(done.lost)} pinned question(s) would lose the answer.")
        buttons = [[InlineKeyboardButton("Publish all the same", callback_data="reindex:force")]]
    _add_differences(text, done)
    return text.build(), buttons


def _add_differences(text: Text, done: Reindexed) -> None:
    if not done.differences:
        return
    different = [found for found in done.differences if found.outcome != "same"]
    same = len(done.differences) - len(different)
    text.lines().add(f"Pinned questions: {same} same, {len(different)} different")
    for found in different[:SHOWN]:
        text.lines(2).add(f"{found.outcome.value}: ", BOLD).add(found.pin.question, ITALIC)
        text.lines().add(f"before: {quoted(found.before)}")
        text.lines().add(f"after: {quoted(found.after)}")


def quoted(citation: Citation | None) -> str:
    """The cited sentence and its article, on a line."""
    if citation is None:
        return "no answer"
    return f"“{shortened(citation.quote, QUOTE)}” ({shortened(citation.article.title, 60)})"
