"""The admin log: who did what to the corpus, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlite_utils
from sqlite_utils import Migrations

from corpus.database import Database, explained

MIGRATIONS = Migrations("journal")


@MIGRATIONS(name="0001_journal")
def _journal(db: sqlite_utils.Database) -> None:
    db.execute(
        """
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        )
        """
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that an admin did."""

    id: int
    at: str  # ISO date and time, UTC
    who: str  # "ada at the terminal", "Ada (Telegram 4711)"
    what: str  # a verb in the past: "added", "withdrew", "published"
    subject: str  # an article's id, a feed's address, a generation
    detail: str


class Journal:
    """The log in the SQLite file of a corpus; entries are only ever added."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.migrate(MIGRATIONS)

    def record(self, who: str, what: str, subject: str = "", detail: str = "") -> None:
        """Keep an entry; within a transaction it is kept only if that is."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.write() as db:
            db.execute(
                "INSERT INTO journal (at, who, what, subject, detail) VALUES (?, ?, ?, ?, ?)",
                [now, who, what, subject, detail],
            )

    def entries(self, limit: int = 50, before: int | None = None) -> list[Entry]:
        """The latest entries, newest first.

        :param before: Only entries with a lower id: the next page.
        """
        sql = "SELECT * FROM journal WHERE id < ? ORDER BY id DESC LIMIT ?"
        with explained(self._database.path):
            rows = self._database.db.query(sql, [before or 2**62, limit])
            return [Entry(**row) for row in rows]
