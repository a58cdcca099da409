"""After a publication: who asked to be told gets the answer, once; admins hear what is answered."""

from __future__ import annotations

import logging

from telegram import Bot

from bot import buttons
from bot.answer_records import to_record
from bot.markup import Formatted, Text, shortened
from bot.records import Asked, Wish
from bot.sending import Place, send
from bot.service import Service
from bot.telegram_text import BOLD, Said, answer_text
from bot.unanswered import unanswered
from corpus.errors import ModelError, TalksError
from index.inbox import Group, Inbox
from index.types import Answer

log = logging.getLogger(__name__)

TRIED = 30  # groups of the inbox that are asked again after a publication
SHOWN = 10


class Telling:
    """Looks whether another generation is live, and asks again what was declined before."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._seen: int | None = None
        self._busy = False

    async def look(self, bot: Bot) -> None:
        """Do what a publication calls for, if there was one; cheap if there was none."""
        service = self.service
        live = await service.store(service.assembly.generations.live_number)
        if live is None or live == self._seen or self._busy or not service.ready:
            return
        self._busy = True
        first, self._seen = self._seen is None, live
        try:
            await self._tell_waiting(bot)
            if not first:  # a start is no news
                await self._tell_admins(bot)
        except TalksError as exc:
            log.warning("Nobody could be told of what is answered now: %s", exc)
        finally:
            self._busy = False

    async def _tell_waiting(self, bot: Bot) -> None:
        records = self.service.records
        for wish in await self.service.store(records.wishes):
            answer = await self.service.ask(wish.question)
            # Taken back first: whatever happens to the message, it is sent once at most.
            if answer.answered and await self.service.store(
                records.unwish, wish.answer_id, wish.person
            ):
                await self._tell(bot, wish, answer)

    async def _tell(self, bot: Bot, wish: Wish, answer: Answer) -> None:
        records, corpus = self.service.records, self.service.corpus
        private = wish.chat_id > 0  # groups have negative ids
        asked = Asked(wish.person, records.pseudonym(wish.chat_id), None, private)

        def keep() -> None:
            records.save(answer.id, wish.question, to_record(answer, corpus), asked)

        await self.service.store(keep)
        text = answer_text(answer, self.service.links, Said(wish.question))
        place = Place(wish.chat_id, wish.thread_id, wish.message_id)
        sent = await send(bot, place, text, buttons.under_answer(answer))
        if sent:
            await self.service.store(records.set_reply, answer.id, sent.message_id)

    async def _tell_admins(self, bot: Bot) -> None:
        box = await self.service.think(self._box)
        asked = await self.service.store(unanswered, self.service.corpus.database)
        groups = await self.service.think(box.groups, asked)
        found: list[tuple[Group, Answer]] = []
        for group in [group for group in groups if group.declined][:TRIED]:
            answer = await self.service.ask(group.question)
            if answer.answered:
                await self.service.store(box.settle, group)
                found.append((group, answer))
        if found:
            for admin in sorted(self.service.settings.admin_ids):
                await send(bot, Place(admin), _told(found))

    def _box(self) -> Inbox:
        embedder = self.service.assembly.embedder
        if isinstance(embedder, ModelError):
            return Inbox(self.service.corpus.database)
        return Inbox(self.service.corpus.database, embedder)


def _told(found: list[tuple[Group, Answer]]) -> Formatted:
    text = Text().add(f"{len(found)} open question(s) of the inbox are answered now:", BOLD)
    for group, answer in found[:SHOWN]:
        text.lines().add(f"{shortened(group.question, 150)}: ")
        text.add(f"“{shortened(answer.citations[0].quote, 200)}”")
    return text.build()
