"""What people do: write, edit, press, ask inline, add and block the bot.

Everything here reaches the bot as an update, in the form Telegram gives it.
"""

from __future__ import annotations

import copy
import time

from tests.bot_api_markup import Json, find_entities
from tests.bot_api_rules import MAX_TEXT
from tests.bot_api_world import Chat, InlineQuery, Message, Person, World, member_json


class People(World):
    """The world with people who act in it."""

    def send_text(
        self,
        chat: Chat,
        person: Person,
        text: str,
        reply_to: Message | None = None,
        thread: int | None = None,
    ) -> Message:
        """A person writes; gives the message, or the last one of a text that clients split."""
        parts = [text[at : at + MAX_TEXT] for at in range(0, len(text), MAX_TEXT)] or [""]
        for part in parts:
            found = find_entities(part)
            content = {"text": part, **({"entities": found} if found else {})}
            message = self.post(chat, person, content, reply_to, thread)
        return message

    def start(self, person: Person, payload: str = "") -> Message:
        """Open the bot by a link: t.me/<bot>?start=<payload>."""
        return self.send_text(self.private(person), person, f"/start {payload}".strip())

    def post(
        self,
        chat: Chat,
        person: Person,
        content: Json,
        reply_to: Message | None = None,
        thread: int | None = None,
    ) -> Message:
        """Any message of a person, from its raw content."""
        with self.changed:
            if thread and chat.forum:
                self.topics.setdefault(chat.id, {}).setdefault(thread, f"Topic {thread}")
            target = reply_to.id if reply_to else None
            message = self.new_message(chat, person.json(), content, target, thread)
            if self._bot_sees(chat, message):
                self.deliver("message", message)
            self.changed.notify_all()
            return Message(copy.deepcopy(message))

    def _bot_sees(self, chat: Chat, message: Json) -> bool:
        """Privacy mode: in groups only commands, mentions and replies to the bot reach it."""
        if self.bot_status.get(chat.id) in ("left", "kicked"):
            return False
        if chat.person or not self.privacy_mode:
            return True
        text = str(message.get("text") or message.get("caption") or "")
        answered = message.get("reply_to_message", {}).get("from", {}).get("id")
        mentioned = f"@{self.bot['username']}".lower() in text.lower()
        return text.startswith("/") or mentioned or answered == self.bot["id"]

    def edit_text(self, message: Message, text: str) -> Message:
        """A person edits their message; delivered even where the text stays the same."""
        with self.changed:
            stored = self.store[message.chat_id, message.id]
            stored |= {"text": text, "edit_date": int(time.time())}
            stored["entities"] = find_entities(text)
            if self._bot_sees(self.chats[message.chat_id], stored):
                self.deliver("edited_message", stored)
            return Message(copy.deepcopy(stored))

    def delete(self, message: Message) -> None:
        """A person deletes a message (the bot isn't told, as in Telegram)."""
        with self.changed:
            del self.store[message.chat_id, message.id]

    # --- media

    def _send_media(
        self, chat: Chat, person: Person, content: Json, caption: str, reply_to: Message | None
    ) -> Message:
        found = find_entities(caption)
        words: Json = {"caption": caption} if caption else {}
        return self.post(
            chat,
            person,
            {**content, **words, **({"caption_entities": found} if found else {})},
            reply_to,
        )

    def send_document(
        self,
        chat: Chat,
        person: Person,
        data: bytes,
        name: str,
        mime_type: str = "application/octet-stream",
        caption: str = "",
        reply_to: Message | None = None,
    ) -> Message:
        document = self.add_file(data, name, "documents")
        document |= {"file_name": name, "mime_type": mime_type}
        return self._send_media(chat, person, {"document": document}, caption, reply_to)

    def send_photo(
        self,
        chat: Chat,
        person: Person,
        data: bytes = b"\xff\xd8\xff",
        caption: str = "",
        reply_to: Message | None = None,
    ) -> Message:
        size = self.add_file(data, "photo.jpg", "photos") | {"width": 90, "height": 60}
        return self._send_media(chat, person, {"photo": [size]}, caption, reply_to)

    def send_voice(self, chat: Chat, person: Person, data: bytes = b"OggS") -> Message:
        voice = self.add_file(data, "voice.oga", "voice")
        voice |= {"duration": 3, "mime_type": "audio/ogg"}
        return self._send_media(chat, person, {"voice": voice}, "", None)

    def send_sticker(self, chat: Chat, person: Person, emoji: str = "👍") -> Message:
        sticker = self.add_file(b"RIFF", "sticker.webp", "stickers")
        sticker |= {"type": "regular", "width": 512, "height": 512, "emoji": emoji}
        sticker |= {"is_animated": False, "is_video": False}
        return self._send_media(chat, person, {"sticker": sticker}, "", None)

    # --- buttons

    def press(
        self,
        message: Message,
        button: str,
        person: Person | None = None,
        inaccessible: bool = False,
    ) -> str:
        """Press a button of the message as it stands now, named by its text or its data.

        :param inaccessible: The bot is shown the message without its content (date 0).
        :returns: The id of the press, for `callback_answer`.
        :raises ValueError: If there is no such button with data.
        """
        with self.changed:
            stored = self.store.get((message.chat_id, message.id), message.json)
            buttons = [b for b in Message(stored).buttons if "callback_data" in b]
            data = [b["callback_data"] for b in buttons if b["callback_data"] == button]
            data += [b["callback_data"] for b in buttons if b["text"] == button]
            if not data:
                raise ValueError(f"no button {button!r} among {Message(stored).button_texts}")
            who = person or self.chats[message.chat_id].person
            if who is None:
                raise ValueError("in a group, say who presses")
            return self._callback(stored, data[0], who, inaccessible)

    def _callback(self, stored: Json, data: str, who: Person, inaccessible: bool) -> str:
        number = str(self.number())
        key = (stored["chat"]["id"], stored["message_id"])
        query: Json = {"id": number, "from": who.json(), "chat_instance": f"chat-{key[0]}"}
        inline = [inline_id for inline_id, at in self.inline_messages.items() if at == key]
        if inline:
            query["inline_message_id"] = inline[0]
        elif inaccessible:
            query["message"] = {"chat": stored["chat"], "message_id": key[1], "date": 0}
        else:
            query["message"] = stored
        self.callbacks[number] = time.monotonic()
        self.deliver("callback_query", {**query, "data": data})
        return number

    def press_data(self, message: Message, data: str, person: Person) -> str:
        """Press with data that the keyboard no longer has, as a changed client could."""
        with self.changed:
            return self._callback(message.json, data, person, inaccessible=False)

    def expire_queries(self) -> None:
        """From now on every press and inline query so far is too old to be answered."""
        with self.changed:
            self.callbacks = dict.fromkeys(self.callbacks, float("-inf"))
            for query in self.inline_queries.values():
                query.at = float("-inf")

    # --- inline mode

    def inline(
        self, person: Person, query: str, offset: str = "", chat_type: str = "sender"
    ) -> str:
        """Type `@bot query` somewhere; gives the id for `inline_answer` and `choose_inline`."""
        with self.changed:
            number = str(self.number())
            self.inline_queries[number] = InlineQuery(person, time.monotonic())
            asked = {"id": number, "from": person.json(), "query": query, "offset": offset}
            self.deliver("inline_query", {**asked, "chat_type": chat_type})
            return number

    def choose_inline(self, query_id: str, result_id: str, chat: Chat) -> Message:
        """Take a result: it is posted in the chat, and the bot is told which was chosen."""
        answer = self.inline_answer(query_id)
        result = next(r for r in answer["results"] if r["id"] == result_id)
        content = result["input_message_content"]
        shown: Json = {"text": content["message_text"], "via_bot": self.bot_user}
        shown |= {"entities": content["entities"]} if content.get("entities") else {}
        shown |= {"reply_markup": result["reply_markup"]} if result.get("reply_markup") else {}
        with self.changed:
            person = self.inline_queries[query_id].person
            message = self.new_message(chat, person.json(), shown)
            chosen: Json = {"result_id": result_id, "from": person.json(), "query": ""}
            if result.get("reply_markup"):
                chosen["inline_message_id"] = f"inline-{self.number()}"
                key = (chat.id, message["message_id"])
                self.inline_messages[chosen["inline_message_id"]] = key
            self.deliver("chosen_inline_result", chosen)
            return Message(copy.deepcopy(message))

    # --- membership

    def block(self, person: Person) -> None:
        self._membership(self.private(person), person, "kicked")

    def unblock(self, person: Person) -> None:
        self._membership(self.private(person), person, "member")

    def add_bot(self, chat: Chat, person: Person) -> None:
        """A person adds the bot to a group (made with `bot_status="left"`)."""
        self._membership(chat, person, "member")
        self.post(chat, person, {"new_chat_members": [self.bot_user]})

    def remove_bot(self, chat: Chat, person: Person) -> None:
        self._membership(chat, person, "kicked")

    def _membership(self, chat: Chat, person: Person, status: str) -> None:
        with self.changed:
            before = self.bot_status.get(chat.id, "left")
            self.bot_status[chat.id] = status
            self.deliver(
                "my_chat_member",
                {
                    "chat": chat.json(),
                    "from": person.json(),
                    "date": int(time.time()),
                    "old_chat_member": member_json(self.bot_user, before),
                    "new_chat_member": member_json(self.bot_user, status),
                },
            )
