"""Pinned questions: asked of the live generation and of the next one, before that is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import sqlite_utils
from sqlite_utils import Migrations

from corpus.analysis import words
from corpus.database import Database, explained
from corpus.errors import QueryError
from index.search import clean_query
from index.types import Answer

MIGRATIONS = Migrations("pins")


@MIGRATIONS(name="0001_pins")
def _pins(db: sqlite_utils.Database) -> None:
    db.execute(
        """
        CREATE TABLE pins (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            question TEXT NOT NULL,
            folded TEXT NOT NULL UNIQUE, -- its words alone: the same question is pinned once
            who TEXT NOT NULL,
            pinned_at TEXT NOT NULL
        )
        """
    )


@dataclass(frozen=True, slots=True)
class Pin:
    """A question whose answer must not be lost unseen."""

    number: int
    question: str
    who: str
    pinned_at: str  # ISO date and time, UTC


class Outcome(StrEnum):
    """What a new generation does to a pinned question."""

    SAME = "same"
    CHANGED = "changed"  # answered by both, with other words or another sentence
    LOST = "lost"  # answered by the live generation alone
    WON = "won"  # answered by the new generation alone


@dataclass(frozen=True, slots=True)
class Difference:
    """A pinned question's answers by the live generation and by the next."""

    pin: Pin
    before: Answer | None  # None if nothing is live yet
    after: Answer

    @property
    def outcome(self) -> Outcome:
        answered = self.before is not None and self.before.answered
        if answered != self.after.answered:
            return Outcome.LOST if answered else Outcome.WON
        return Outcome.SAME if _shown(self.before) == _shown(self.after) else Outcome.CHANGED


class Pins:
    """The pinned questions in the SQLite file of a corpus."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.migrate(MIGRATIONS)

    def add(self, question: str, who: str = "") -> Pin:
        """Pin a question, or find it pinned.

        :raises QueryError: If it is empty.
        """
        question = clean_query(question)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        folded = " ".join(words(question)) or question
        with self._database.write() as db:
            db.execute(
                "INSERT OR IGNORE INTO pins (question, folded, who, pinned_at) VALUES (?, ?, ?, ?)",
                [question, folded, who, now],
            )
            return self._find("folded = ?", folded)

    def remove(self, number: int) -> Pin:
        """Unpin a question.

        :raises QueryError: If no pin has this number.
        """
        with self._database.write() as db:
            pin = self._find("number = ?", number)
            db.execute("DELETE FROM pins WHERE number = ?", [number])
        return pin

    def list(self) -> list[Pin]:
        """All pinned questions, in the order in which they were pinned."""
        with explained(self._database.path):
            rows = self._database.db.query(f"SELECT {_COLUMNS} FROM pins ORDER BY number")
            return [Pin(**row) for row in rows]

    def _find(self, test: str, value: object) -> Pin:
        with explained(self._database.path):
            sql = f"SELECT {_COLUMNS} FROM pins WHERE {test}"
            row = next(iter(self._database.db.query(sql, [value])), None)
        if row is None:
            raise QueryError(f"There is no pinned question {value}. `talks pins` lists them.")
        return Pin(**row)


_COLUMNS = "number, question, who, pinned_at"

Ask = Callable[[str], Answer]


def replay(pins: Iterable[Pin], before: Ask | None, after: Ask) -> Iterator[Difference]:
    """Ask every pinned question of the live generation and of the next one.

    :param before: Answers out of the live generation; None if there is none yet.
    """
    for pin in pins:
        yield Difference(pin, before(pin.question) if before else None, after(pin.question))


def _shown(answer: Answer | None) -> tuple[str, str] | None:
    """What a person sees first: the words and their sentence, wherever they now stand."""
    if answer is None or not answer.answered:
        return None
    return answer.words or "", answer.citations[0].quote
