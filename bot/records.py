"""What the bot keeps of its conversations: answers, ratings, wishes to be told; and how to forget.

People are kept as a salted hash, never as a name or an id, with one exception: who asks to be told
when a question is covered leaves the chat to write to.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.records_schema import MIGRATIONS
from corpus.database import Database, explained

FOLLOW_UP = timedelta(minutes=10)  # after which a question no longer is about the ones before it
CONTEXT = 3  # earlier questions that a follow-up may be about


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, and where; people and chats as hashes."""

    person: str
    chat: str
    message_id: int | None  # of the question; None where no message holds it
    private: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    id: str
    question: str
    asked_at: str  # ISO date and time, UTC
    reply_id: int | None  # the bot's message with the answer
    record: dict[str, Any]  # see `bot.answer_records`


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to be told when a question is covered."""

    answer_id: str
    question: str
    chat_id: int
    thread_id: int | None
    message_id: int | None  # of the bot's refusal
    person: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts over what is kept."""

    questions: int
    answered: int
    up: int
    down: int
    waiting: int  # wishes to be told
    median_seconds: float | None


class Records:
    """The bot's own tables in the SQLite file of the corpus; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.migrate(MIGRATIONS)
        self._salt = self._stored_salt()

    def pseudonym(self, telegram_id: int) -> str:
        """The salted hash under which a person or a chat is kept."""
        return hashlib.sha256(self._salt + str(telegram_id).encode()).hexdigest()

    # -- answers

    def save(self, answer_id: str, question: str, record: dict[str, Any], asked: Asked) -> None:
        """Keep an answer, before it is sent."""
        row = {
            "id": answer_id,
            "person": asked.person,
            "chat": asked.chat,
            "message_id": asked.message_id,
            "private": int(asked.private),
            "question": question,
            "asked_at": _now(),
            "answered": int(bool(record["answered"])),
            "confidence": record["confidence"],
            "generation": record["generation"],
            "seconds": record["seconds"]["total"],
            "record": json.dumps(record, ensure_ascii=False),
        }
        with self._database.write() as db:
            db.table("answers").insert(row)

    def set_reply(self, answer_id: str, reply_id: int) -> None:
        """Note which message of the bot holds an answer."""
        with self._database.write() as db:
            db.execute("UPDATE answers SET reply_id = ? WHERE id = ?", [reply_id, answer_id])

    def answer(self, answer_id: str) -> Kept | None:
        """An answer by its id, or None if it was never given, or is no longer kept."""
        return self._kept("id = ?", [answer_id])

    def to_message(self, chat: str, message_id: int) -> Kept | None:
        """The latest answer given to a message of a person."""
        return self._kept("chat = ? AND message_id = ?", [chat, message_id])

    def in_reply(self, chat: str, reply_id: int) -> Kept | None:
        """The answer that a message of the bot shows."""
        return self._kept("chat = ? AND reply_id = ?", [chat, reply_id])

    def context(self, chat: str, before: int | None) -> list[str]:
        """The last questions of a private chat, oldest first; of an edited one its last wording.

        :param before: Leave out this message and those after it.
        """
        since = (datetime.now(UTC) - FOLLOW_UP).isoformat(timespec="seconds")
        sql = (
            "SELECT question, MAX(number) AS last FROM answers"
            " WHERE chat = ? AND private AND asked_at >= ? AND (? IS NULL OR message_id < ?)"
            " GROUP BY COALESCE(message_id, -number) ORDER BY last DESC LIMIT ?"
        )
        rows = self._rows(sql, [chat, since, before, before, CONTEXT])
        return [row["question"] for row in reversed(rows)]

    # -- ratings

    def rate(self, answer_id: str, person: str, value: int) -> bool:
        """Keep one person's rating, 1 or -1, in place of an earlier one.

        :returns: Whether there is such an answer.
        """
        with self._database.write() as db:
            if not self.answer(answer_id):
                return False
            row = {"answer_id": answer_id, "person": person, "value": value, "at": _now()}
            db.table("ratings").upsert(row, pk=("answer_id", "person"))
            return True

    def rating(self, answer_id: str, person: str) -> int | None:
        """One person's rating of an answer."""
        sql = "SELECT value FROM ratings WHERE answer_id = ? AND person = ?"
        return next((row["value"] for row in self._rows(sql, [answer_id, person])), None)

    # -- wishes to be told

    def wish(self, wish: Wish) -> None:
        """Keep that somebody wants to be told when a question is covered."""
        row = {
            "answer_id": wish.answer_id,
            "person": wish.person,
            "chat_id": wish.chat_id,
            "thread_id": wish.thread_id,
            "message_id": wish.message_id,
            "at": _now(),
        }
        with self._database.write() as db:
            db.table("wishes").upsert(row, pk=("answer_id", "person"))

    def unwish(self, answer_id: str, person: str) -> bool:
        """Take a wish back; tells whether there was one."""
        with self._database.write() as db:
            sql = "DELETE FROM wishes WHERE answer_id = ? AND person = ?"
            return bool(db.execute(sql, [answer_id, person]).rowcount)

    def wished(self, answer_id: str, person: str) -> bool:
        """Whether somebody waits to be told about this."""
        sql = "SELECT 1 FROM wishes WHERE answer_id = ? AND person = ?"
        return bool(self._rows(sql, [answer_id, person]))

    def wishes(self) -> list[Wish]:
        """Everybody who waits to be told, oldest wish first."""
        sql = (
            "SELECT answer_id, question, chat_id, thread_id, wishes.message_id, wishes.person"
            " FROM wishes JOIN answers ON answers.id = answer_id ORDER BY wishes.at"
        )
        return [Wish(**row) for row in self._rows(sql)]

    # -- examples, drawn once a generation

    def examples(self, generation: int | None) -> list[tuple[int, str]]:
        """Questions drawn for a generation that are known to be answered, with their row ids."""
        sql = "SELECT id, question FROM examples WHERE generation IS ? ORDER BY id"
        return [(row["id"], row["question"]) for row in self._rows(sql, [generation])]

    def set_examples(self, generation: int | None, questions: Sequence[str]) -> None:
        """Keep the examples of a generation; those of others stay, for buttons shown earlier."""
        with self._database.write() as db:
            for question in questions:
                db.table("examples").insert({"generation": generation, "question": question})

    def example(self, example_id: int) -> str | None:
        """The question of a button."""
        rows = self._rows("SELECT question FROM examples WHERE id = ?", [example_id])
        return rows[0]["question"] if rows else None

    # -- forgetting

    def forget(self, person: str) -> tuple[int, int, int]:
        """Erase everything about a person: how many questions, ratings and wishes those were."""
        with self._database.write() as db:
            mine = "SELECT id FROM answers WHERE person = ?"
            wishes = db.execute("DELETE FROM wishes WHERE person = ?", [person]).rowcount
            ratings = db.execute("DELETE FROM ratings WHERE person = ?", [person]).rowcount
            db.execute(f"DELETE FROM wishes WHERE answer_id IN ({mine})", [person])
            db.execute(f"DELETE FROM ratings WHERE answer_id IN ({mine})", [person])
            answers = db.execute("DELETE FROM answers WHERE person = ?", [person]).rowcount
            return answers, ratings, wishes

    def purge(self, days: int) -> int:
        """Erase answers older than this, with what hangs on them; tells how many."""
        before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
        with self._database.write() as db:
            old = "SELECT id FROM answers WHERE asked_at < ?"
            for table in ("wishes", "ratings"):
                db.execute(f"DELETE FROM {table} WHERE answer_id IN ({old})", [before])
            return db.execute("DELETE FROM answers WHERE asked_at < ?", [before]).rowcount

    # -- counting

    def usage(self) -> Usage:
        """How much is asked, and how well it goes."""
        (row,) = self._rows(
            "SELECT COUNT(*) AS questions, COALESCE(SUM(answered), 0) AS answered,"
            " (SELECT COUNT(*) FROM ratings WHERE value > 0) AS up,"
            " (SELECT COUNT(*) FROM ratings WHERE value < 0) AS down,"
            " (SELECT COUNT(*) FROM wishes) AS waiting,"
            " (SELECT seconds FROM answers ORDER BY seconds LIMIT 1"
            "  OFFSET (SELECT COUNT(*) / 2 FROM answers)) AS median_seconds"
            " FROM answers"
        )
        return Usage(**row)

    # -- inner workings

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        with explained(self._database.path):
            return list(self._database.db.query(sql, list(values)))

    def _kept(self, test: str, values: Sequence[Any]) -> Kept | None:
        sql = (
            "SELECT id, question, asked_at, reply_id, record FROM answers"
            f" WHERE {test} ORDER BY number DESC LIMIT 1"
        )
        rows = self._rows(sql, values)
        return Kept(**rows[0] | {"record": json.loads(rows[0]["record"])}) if rows else None

    def _stored_salt(self) -> bytes:
        with self._database.write() as db:
            db.execute("INSERT OR IGNORE INTO salt VALUES (1, ?)", [secrets.token_bytes(32)])
        (row,) = self._rows("SELECT salt FROM salt")
        return bytes(row["salt"])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
