"""Articles that an admin has sent and not yet approved, kept so that buttons outlive a restart."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import sqlite_utils
from sqlite_utils import Migrations

from corpus.database import Database, explained
from corpus.errors import SourceError
from corpus.parsing import PARSERS, SUFFIXES
from corpus.types import Article

MIGRATIONS = Migrations("drafts")


@MIGRATIONS(name="0001_drafts")
def _drafts(db: sqlite_utils.Database) -> None:
    db.execute(
        """
        CREATE TABLE drafts (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            article TEXT NOT NULL,
            article_id TEXT NOT NULL,
            who TEXT NOT NULL,
            at TEXT NOT NULL,
            outcome TEXT NOT NULL DEFAULT '' -- empty while it is open
        )
        """
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as it would be stored."""

    number: int
    article: Article
    who: str  # who has sent it
    outcome: str  # what became of it, and by whom; empty while it is open


class Drafts:
    """The drafts in the SQLite file of a corpus."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.migrate(MIGRATIONS)

    def add(self, article: Article, who: str) -> Draft:
        """Keep a draft."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.write() as db:
            number = db.execute(
                "INSERT INTO drafts (article, article_id, who, at) VALUES (?, ?, ?, ?)",
                [json.dumps(asdict(article)), article.id, who, now],
            ).lastrowid
        assert number is not None
        return Draft(number, article, who, "")

    def find(self, number: int) -> Draft | None:
        """A draft by its number."""
        return next(iter(self._drafts("number = ?", [number])), None)

    def others(self, draft: Draft) -> list[Draft]:
        """Open drafts of the same article by other admins."""
        test = "article_id = ? AND outcome = '' AND who != ?"
        return self._drafts(test, [draft.article.id, draft.who])

    def change(self, number: int, article: Article) -> None:
        """Correct what would be stored."""
        with self._database.write() as db:
            db.execute(
                "UPDATE drafts SET article = ? WHERE number = ? AND outcome = ''",
                [json.dumps(asdict(article)), number],
            )

    def close(self, number: int, outcome: str) -> bool:
        """Say what became of a draft; False if somebody was first."""
        with self._database.write() as db:
            sql = "UPDATE drafts SET outcome = ? WHERE number = ? AND outcome = ''"
            return bool(db.execute(sql, [outcome, number]).rowcount)

    def _drafts(self, test: str, values: list[Any]) -> list[Draft]:
        sql = f"SELECT number, article, who, outcome FROM drafts WHERE {test} ORDER BY number"
        with explained(self._database.path):
            rows = list(self._database.db.query(sql, values))
        return [Draft(**row | {"article": _article(row["article"])}) for row in rows]


def _article(text: str) -> Article:
    values = json.loads(text)
    tuples = {name: tuple(values[name]) for name in ("paragraphs", "sources")}
    return Article(**values | tuples)


def article_of_file(content: bytes, name: str) -> Article:
    """The article in a file that was sent.

    :raises SourceError: If it can't become one, with the reason.
    """
    path = PurePath(name)
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        raise SourceError(name, "JSON lines hold many articles: add them with `talks add`")
    parse = PARSERS.get(suffix)
    if parse is None:
        known = ", ".join(sorted(SUFFIXES - {".jsonl"}))
        raise SourceError(name, f"not a kind of file that can be added ({known})")
    return parse(content, name, path.stem)
