"""The world behind the Bot API: people, chats, messages, and what the bot did.

`World` holds it, guarded by one lock; `changed` is notified at every change, so that tests wait
for an event and never for a time.
"""

from __future__ import annotations

import copy
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bot_api_markup import Json, cut

QUIET_UPDATES = {"chat_member", "message_reaction", "message_reaction_count"}  # only when asked for


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    first_name: str
    username: str | None
    language_code: str | None

    def json(self) -> Json:
        found = {"username": self.username, "language_code": self.language_code}
        known = {name: value for name, value in found.items() if value}
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, **known}


@dataclass(frozen=True, slots=True)
class Chat:
    id: int
    type: str  # private, group or supergroup
    title: str | None = None
    person: Person | None = None
    forum: bool = False

    def json(self) -> Json:
        if self.person:
            user = self.person.json()
            names = {name: user[name] for name in ("first_name", "username") if name in user}
            return {"id": self.id, "type": self.type} | names
        chat = {"id": self.id, "type": self.type, "title": self.title}
        return chat | ({"is_forum": True} if self.forum else {})


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stood when it was looked up; `message["field"]` reaches the raw object."""

    json: Json

    def __getitem__(self, name: str) -> Any:
        return self.json[name]

    @property
    def id(self) -> int:
        return int(self.json["message_id"])

    @property
    def chat_id(self) -> int:
        return int(self.json["chat"]["id"])

    @property
    def text(self) -> str:
        return str(self.json.get("text") or self.json.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.json.get("entities") or self.json.get("caption_entities") or [])

    @property
    def thread(self) -> int | None:
        return self.json.get("message_thread_id")

    @property
    def reply_to(self) -> int | None:
        return (self.json.get("reply_to_message") or {}).get("message_id")

    @property
    def buttons(self) -> list[Json]:
        rows = (self.json.get("reply_markup") or {}).get("inline_keyboard") or []
        return [button for row in rows for button in row]

    @property
    def button_texts(self) -> list[str]:
        return [button["text"] for button in self.buttons]

    @property
    def links(self) -> list[tuple[str, str]]:
        """Shown words and target of each text link."""
        return [
            (cut(self.text, entity["offset"], entity["length"]), entity["url"])
            for entity in self.entities
            if entity["type"] == "text_link"
        ]

    def marked(self, kind: str) -> list[str]:
        """The words under each entity of a kind, for example `marked("bold")`."""
        return [
            cut(self.text, entity["offset"], entity["length"])
            for entity in self.entities
            if entity["type"] == kind
        ]


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot, as it was answered."""

    method: str
    params: Json
    at: float  # time.monotonic() of its arrival
    path: str  # with the token replaced
    ok: bool
    result: Any = None
    error: str | None = None  # Telegram's description, or what became of the connection


@dataclass(slots=True)
class StoredFile:
    data: bytes
    path: str
    name: str


@dataclass(slots=True)
class InlineQuery:
    person: Person
    at: float
    answer: Json | None = None


@dataclass(slots=True)
class Webhook:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: Json = field(default_factory=dict)


class World:
    """Chats and messages, the queue of updates, and the record of everything the bot asked for."""

    def __init__(self, bot: Json) -> None:
        self.changed = threading.Condition()  # its lock is reentrant: predicates may call us
        self.bot = bot
        self.privacy_mode = not bot["can_read_all_group_messages"]
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.store: dict[tuple[int, int], Json] = {}  # by chat and message id, in order of time
        self.topics: dict[int, dict[int, str]] = {}
        self.bot_status: dict[int, str] = {}  # by chat: member, administrator, left or kicked
        self.files: dict[str, StoredFile] = {}
        self.updates: list[Json] = []
        self.allowed_updates: list[str] = []
        self.webhook = Webhook()
        self.callbacks: dict[str, float] = {}  # when each was pressed
        self.query_lifetime = 30.0  # seconds in which a press or an inline query can be answered
        self.inline_queries: dict[str, InlineQuery] = {}
        self.inline_messages: dict[str, tuple[int, int]] = {}
        self.commands_set: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}  # (field, language) -> text
        self.calls: list[Call] = []
        self.taken: set[tuple[int, int]] = set()  # given out by next_sent
        self.sent: list[tuple[int, int]] = []
        self.poll = 0  # the getUpdates that is being served; a newer one ends the older
        self.poll_ended_by = ""
        self.epoch = 0  # grows when all connections are dropped
        self._message_ids: Counter[int] = Counter()
        self._numbers = itertools.count(1000)

    @property
    def bot_user(self) -> Json:
        """The bot as others see it; getMe alone tells what it can do."""
        return {name: self.bot[name] for name in ("id", "is_bot", "first_name", "username")}

    def number(self) -> int:
        return next(self._numbers)

    # --- people and chats

    def person(
        self,
        person_id: int,
        first_name: str = "Ada",
        username: str | None = None,
        language_code: str | None = "en",
    ) -> Person:
        person = Person(person_id, first_name, username, language_code)
        with self.changed:
            self.people[person_id] = person
        return person

    def private(self, person: Person) -> Chat:
        """The person's chat with the bot; from now on the bot may write there."""
        with self.changed:
            chat = self.chats.setdefault(person.id, Chat(person.id, "private", person=person))
            self.bot_status.setdefault(person.id, "member")
        return chat

    def group(
        self, chat_id: int, title: str, forum: bool = False, bot_status: str = "member"
    ) -> Chat:
        """A group the bot is in; ids below -1000000000000 and forums are supergroups."""
        supergroup = forum or chat_id < -1_000_000_000_000
        chat = Chat(chat_id, "supergroup" if supergroup else "group", title, forum=forum)
        with self.changed:
            self.chats[chat_id] = chat
            self.bot_status[chat_id] = bot_status
        return chat

    def topic(self, chat: Chat, name: str) -> int:
        """Open a topic in a forum; gives its thread id."""
        with self.changed:
            self._message_ids[chat.id] = max(1, self._message_ids[chat.id]) + 1  # 1 is General
            thread = self._message_ids[chat.id]
            self.topics.setdefault(chat.id, {})[thread] = name
        return thread

    # --- messages

    def new_message(
        self,
        chat: Chat,
        sender: Json,
        content: Json,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> Json:
        """Store a message; the caller holds the lock."""
        self._message_ids[chat.id] += 1
        message: Json = {
            "message_id": self._message_ids[chat.id],
            "from": sender,
            "chat": chat.json(),
            "date": int(time.time()),
            **content,
        }
        target = self.store.get((chat.id, reply_to)) if reply_to else None
        if target:
            quoted = {name: value for name, value in target.items() if name != "reply_to_message"}
            message["reply_to_message"] = copy.deepcopy(quoted)
            thread = thread or target.get("message_thread_id")
        if thread and thread in self.topics.get(chat.id, {}):
            message |= {"message_thread_id": thread, "is_topic_message": True}
        self.store[chat.id, message["message_id"]] = message
        return message

    def add_file(self, data: bytes, name: str, folder: str) -> Json:
        """Keep a file for getFile; gives the fields every kind of file has."""
        number = self.number()
        file_id = f"file-{number}"
        ending = f".{name.rpartition('.')[2]}" if "." in name else ""
        with self.changed:
            self.files[file_id] = StoredFile(data, f"{folder}/file_{number}{ending}", name)
        return {"file_id": file_id, "file_unique_id": f"unique-{number}", "file_size": len(data)}

    def deliver(self, kind: str, payload: Json) -> None:
        """Queue an update, if its kind is wanted."""
        with self.changed:
            wanted = kind in self.allowed_updates if self.allowed_updates else True
            if wanted and (self.allowed_updates or kind not in QUIET_UPDATES):
                update = {"update_id": self.number(), kind: copy.deepcopy(payload)}
                self.updates.append(update)
            self.changed.notify_all()

    # --- what a test looks at

    def wait_until(
        self, predicate: Callable[[], Any], timeout: float = 10.0, what: str = "it"
    ) -> Any:
        """Wait until `predicate()` is true and give its value.

        :raises AssertionError: If it is not within `timeout` seconds; says what the bot did.
        """
        with self.changed:
            value = self.changed.wait_for(predicate, timeout)
            if not value:
                last = [f"{call.method}: {call.error or 'ok'}" for call in self.calls[-12:]]
                raise AssertionError(f"{what} did not come in {timeout} s; last calls: {last}")
            return value

    def calls_of(self, method: str | None = None) -> list[Call]:
        with self.changed:
            return [call for call in self.calls if method in (None, call.method)]

    def wait_for(self, method: str, count: int = 1, timeout: float = 10.0) -> list[Call]:
        """All requests of a method, once there are `count` of them (refused ones count too)."""

        def enough() -> list[Call]:
            found = self.calls_of(method)
            return found if len(found) >= count else []

        found: list[Call] = self.wait_until(enough, timeout, f"{count} x {method}")
        return found

    def next_sent(self, chat: Chat | None = None, timeout: float = 10.0) -> Message:
        """The oldest message of the bot (in a chat) not given out yet, as it stands now."""

        def fresh() -> Message | None:
            for key in self.sent:
                if key not in self.taken and (chat is None or key[0] == chat.id):
                    self.taken.add(key)
                    return Message(copy.deepcopy(self.store.get(key) or self._deleted(key)))
            return None

        found: Message = self.wait_until(fresh, timeout, "a message of the bot")
        return found

    def _deleted(self, key: tuple[int, int]) -> Json:
        return {"chat": {"id": key[0]}, "message_id": key[1], "date": 0}

    def messages(self, chat: Chat) -> list[Message]:
        """What the chat shows now: edited texts as edited, deleted messages gone."""
        with self.changed:
            return [Message(copy.deepcopy(m)) for key, m in self.store.items() if key[0] == chat.id]

    def message(self, message: Message) -> Message:
        """The same message as it stands now.

        :raises KeyError: If it was deleted.
        """
        with self.changed:
            return Message(copy.deepcopy(self.store[message.chat_id, message.id]))

    def sent_to(self, chat: Chat) -> list[Message]:
        bot = self.bot["id"]
        return [m for m in self.messages(chat) if m["from"]["id"] == bot]

    @property
    def answered_callbacks(self) -> list[Json]:
        """What was given to answerCallbackQuery, where it was accepted."""
        return [call.params for call in self.calls_of("answerCallbackQuery") if call.ok]

    def callback_answer(self, callback_id: str, timeout: float = 10.0) -> Json:
        """The answer to one press, as `press` gave its id."""

        def answer() -> list[Json]:
            return [a for a in self.answered_callbacks if a["callback_query_id"] == callback_id]

        found: list[Json] = self.wait_until(answer, timeout, f"an answer to press {callback_id}")
        return found[0]

    def inline_answer(self, query_id: str, timeout: float = 10.0) -> Json:
        """The accepted answerInlineQuery of one query: results, cache_time, button, next_offset."""
        found: Json = self.wait_until(
            lambda: self.inline_queries[query_id].answer, timeout, f"inline answer {query_id}"
        )
        return copy.deepcopy(found)

    def commands(self, scope: str | Json = "default", language: str = "") -> list[Json]:
        """The menu of a scope: its type, or the whole scope such as {"type": "chat", …}."""
        with self.changed:
            return copy.deepcopy(self.commands_set.get((scope_key(scope), language), []))

    def file(self, file_id: str) -> bytes:
        with self.changed:
            return self.files[file_id].data


def scope_key(scope: str | Json) -> str:
    if isinstance(scope, str):
        return scope
    return ":".join(str(scope[n]) for n in ("type", "chat_id", "user_id") if n in scope)


RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
    "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
    "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip


def member_json(user: Json, status: str) -> Json:
    member: Json = {"user": user, "status": status}
    if status == "kicked":
        member["until_date"] = 0
    if status == "administrator":
        member |= dict.fromkeys(RIGHTS, False) | {"can_delete_messages": True}
    return member
