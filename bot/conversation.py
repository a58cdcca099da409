"""A question is answered: limits, the words for what can't be, the answer kept and sent."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, replace

from telegram import Bot

from bot import buttons
from bot.answer_records import from_record, notices, to_record
from bot.records import Asked, Kept
from bot.sending import Buttons, Place, edit, send, typing
from bot.service import Service
from bot.telegram_text import Said, answer_text
from corpus.analysis import words
from corpus.errors import QueryError, TalksError
from index.questions import set_of
from index.types import Answer

log = logging.getLogger(__name__)

MAX_QUESTION = 1000  # characters
# Telegram's clients cut a long text into messages of 4,096 characters, sent within a moment.
CUT_BY_CLIENT = 4000
CUT_WITHIN = 3.0  # seconds

EMPTY = "Type a question after the command, like this:\n/ask {example}"
NO_EXAMPLE = "who said what?"
# Said to what only greets or thanks.
SMALL_TALK = "Ask me something about the Istanbul talks, such as:\n{example}"
_SMALL = set_of(
    "hi hello hey good morning afternoon evening night day there bot thanks thank you thx very "
    "much ok okay great nice cool bye goodbye"
)
TROUBLE = "I can't answer at the moment. Please ask again in a minute."
TOO_LONG = (
    "That has {count:,} characters. Please ask in at most 1,000: one question at a time works best."
)
TOO_MANY = "That is more than {limit} questions in a minute. Please ask again in {seconds} seconds."


@dataclass(frozen=True, slots=True)
class Incoming:
    """A question of a person, ready to be answered."""

    text: str
    person_id: int
    place: Place
    private: bool
    message_id: int | None = None  # of the message that holds it
    earlier: str = ""  # the question that it follows up on, if it says which
    shown: bool = True  # whether the question can be read above the answer


class Conversation:
    """Answers questions, one place at a time."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._long: dict[int, float] = {}  # who sent a very long text, and when

    async def answer(self, bot: Bot, asked: Incoming, reply_id: int | None = None) -> None:
        """Answer a question with one message, or by changing the one with its earlier answer."""
        refusal = await self._refusal(asked)
        if refusal is None:
            async with typing(bot, asked.place):
                await self._answer(bot, asked, reply_id)
        elif refusal and reply_id:
            await edit(bot, asked.place, reply_id, refusal)
        elif refusal:
            await send(bot, asked.place, refusal)

    async def _answer(self, bot: Bot, asked: Incoming, reply_id: int | None) -> None:
        try:
            answer = await self.ask(asked)
        except TalksError as exc:
            log.error("A question can't be answered: %s", exc)
            words = str(exc) if isinstance(exc, QueryError) else TROUBLE
            await (edit(bot, asked.place, reply_id, words) if reply_id else
                   send(bot, asked.place, words))  # fmt: skip
            return
        said = Said() if asked.shown else Said(asked.text)
        text, keyboard = answer_text(answer, self.service.links, said), buttons.under_answer(answer)
        if reply_id:
            await edit(bot, asked.place, reply_id, text, keyboard)
        else:
            sent = await send(bot, asked.place, text, keyboard)
            reply_id = sent.message_id if sent else None
        if reply_id:
            await self.service.store(self.service.records.set_reply, answer.id, reply_id)

    async def ask(self, asked: Incoming) -> Answer:
        """Answer a question and keep the answer, so that its buttons work once it is seen."""
        service = self.service
        records = service.records
        chat = records.pseudonym(asked.place.chat_id)
        context = [asked.earlier] if asked.earlier else []
        if asked.private and not context:
            context = await service.store(records.context, chat, asked.message_id)
        answer = await service.ask(asked.text, context)
        person = records.pseudonym(asked.person_id)
        who = Asked(person, chat, asked.message_id, asked.private)

        def keep() -> None:
            records.save(answer.id, asked.text, to_record(answer, service.corpus), who)

        await service.store(keep)
        return answer

    async def _refusal(self, asked: Incoming) -> str | None:
        """Why a question isn't answered; the empty string if that was said already."""
        if not asked.text.strip():
            return EMPTY.format(example=await self.example())
        if self._is_rest_of_long(asked):
            return ""
        said = words(asked.text)
        if said and _SMALL.issuperset(said):
            return SMALL_TALK.format(example=await self.example())
        limit = self.service.person_limit
        if wait := limit.check(asked.person_id):
            if limit.told(asked.person_id, wait):
                return ""
            return TOO_MANY.format(limit=limit.per_minute, seconds=math.ceil(wait))
        if len(asked.text) > MAX_QUESTION:
            return TOO_LONG.format(count=len(asked.text))
        return None

    def _is_rest_of_long(self, asked: Incoming) -> bool:
        """Whether this is the rest of a text that the person's app cut in two or more."""
        now = time.monotonic()
        self._long = {who: at for who, at in self._long.items() if now - at < CUT_WITHIN}
        rest = asked.person_id in self._long
        if len(asked.text) >= CUT_BY_CLIENT:
            self._long[asked.person_id] = now
        return rest

    # -- what was said before

    def shown_again(
        self, kept: Kept, person_id: int | None, *, whole: bool
    ) -> tuple[Answer, Said, Buttons]:
        """An answer as it was given, what became of its sources, and its buttons. (Blocking.)

        :param person_id: Whose rating the buttons show; None in groups.
        :param whole: With the question and its date above.
        """
        service, records = self.service, self.service.records
        restored = from_record(kept.id, kept.question, kept.record, service.corpus)
        said = Said(notices=tuple(notices(restored, service.corpus).values()))
        if whole:
            said = replace(said, asked=kept.question, when=kept.asked_at)
        rating = wished = None
        if person_id is not None:
            person = records.pseudonym(person_id)
            rating, wished = records.rating(kept.id, person), records.wished(kept.id, person)
        keyboard = buttons.under_answer(restored.answer, rating, bool(wished))
        return restored.answer, said, keyboard

    async def example(self) -> str:
        """A question that the corpus answers."""
        offered = await self.service.examples()
        return offered[0][1] if offered else NO_EXAMPLE
