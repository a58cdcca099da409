"""Questions: in private, in groups, edited ones; and what is said to things that are no text."""

from __future__ import annotations

from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.addressing import question_in
from bot.conversation import Conversation, Incoming
from bot.ordering import EXAMPLE
from bot.presses import answer_press
from bot.sending import Place, is_private, send
from bot.service import Service

Context = ContextTypes.DEFAULT_TYPE
ONLY_TEXT = "I can only read text. Type your question, and I'll look it up in the articles."


def handlers(service: Service) -> list[BaseHandler[Any, Any, Any]]:
    """Everything that may be a question."""
    questions = Questions(service)
    new, edited = filters.UpdateType.MESSAGE, filters.UpdateType.EDITED_MESSAGE
    return [
        CallbackQueryHandler(questions.example, pattern=f"^{EXAMPLE}"),
        MessageHandler(new & ~filters.StatusUpdate.ALL, questions.message),
        MessageHandler(edited, questions.edited),
    ]


class Questions:
    """Decides what is a question, and has it answered."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.conversation = Conversation(service)
        self._album: dict[int, str] = {}  # by chat: the last album of pictures that was answered

    async def message(self, update: Update, context: Context) -> None:
        """A new message."""
        message = update.message
        if message is None or message.from_user is None:
            return
        asked = await self._incoming(message, context)
        if asked is not None:
            await self.conversation.answer(context.bot, asked)
        elif is_private(message) and not message.text and not message.via_bot:
            await self._no_text(message, context)

    async def edited(self, update: Update, context: Context) -> None:
        """A message that was edited: answered once more if it asks something else now."""
        message = update.edited_message
        if message is None or message.from_user is None:
            return
        records = self.service.records
        chat = records.pseudonym(message.chat.id)
        before = await self.service.store(records.to_message, chat, message.message_id)
        asked = await self._incoming(message, context)
        if before and before.reply_id and asked and asked.text != before.question:
            await self.conversation.answer(context.bot, asked, before.reply_id)

    async def example(self, update: Update, context: Context) -> None:
        """A button with a question was pressed."""
        query = update.callback_query
        if query is None or query.message is None:
            return
        await answer_press(query)
        row = int((query.data or "").removeprefix(EXAMPLE))
        question = await self.service.store(self.service.records.example, row)
        if question is None:
            return
        place = Place(query.message.chat.id)
        if isinstance(query.message, Message):
            place = Place.of(query.message)
        private = query.message.chat.type == "private"
        asked = Incoming(question, query.from_user.id, place, private, shown=False)
        await self.conversation.answer(context.bot, asked)

    async def _incoming(self, message: Message, context: Context) -> Incoming | None:
        assert message.from_user is not None
        text = question_in(message, context.bot.username, context.bot.id)
        if text is None:
            return None
        return Incoming(
            text=text,
            person_id=message.from_user.id,
            place=Place.of(message),
            private=is_private(message),
            message_id=message.message_id,
            earlier=await self._replied_question(message, context),
        )

    async def _replied_question(self, message: Message, context: Context) -> str:
        """The question whose answer is replied to: what is asked now may follow up on it."""
        target = message.reply_to_message
        if not target or not target.from_user or target.from_user.id != context.bot.id:
            return ""
        records = self.service.records
        chat = records.pseudonym(message.chat.id)
        kept = await self.service.store(records.in_reply, chat, target.message_id)
        return kept.question if kept else ""

    async def _no_text(self, message: Message, context: Context) -> None:
        """A picture, a sticker, a voice message: one line, and one for a whole album."""
        album = message.media_group_id
        if album and self._album.get(message.chat.id) == album:
            return
        if album:
            self._album[message.chat.id] = album
        await send(context.bot, Place.of(message), ONLY_TEXT)
