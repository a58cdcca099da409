"""Pinned questions: asked of the live generation and of the next one, before that is published.

What withdraws an article hides it from the live generation too, at once. So that its answers are
missed all the same, the citation that last answered a pinned question is kept with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlite_utils
from sqlite_utils import Migrations

from corpus.analysis import words
from corpus.database import Database, explained
from corpus.errors import QueryError
from corpus.store import Corpus
from index.search import clean_query
from index.types import Answer, Citation

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


@MIGRATIONS(name="0002_cited")
def _cited(db: sqlite_utils.Database) -> None:
    # The passage's id, the words' start and end, the sentence's: a JSON array.
    db.execute("ALTER TABLE pins ADD COLUMN cited TEXT")


@dataclass(frozen=True, slots=True)
class Pin:
    """A question whose answer must not be lost unseen."""

    number: int
    question: str
    who: str
    pinned_at: str  # ISO date and time, UTC
    # Where its answer stood when it was last published: the passage's id, the start and end of
    # the words in its paragraph, and those of the sentence. None if it had no answer.
    cited: tuple[int, int, int, int, int] | None = None


class Outcome(StrEnum):
    """What a new generation does to a pinned question."""

    SAME = "same"
    CHANGED = "changed"  # answered by both, with other words or another sentence
    LOST = "lost"  # answered by the live generation alone, or by what was withdrawn since
    WON = "won"  # answered by the new generation alone


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a pinned question's answer stands in the live generation, and in the next."""

    pin: Pin
    before: Citation | None  # None where there is no answer, or nothing is live yet
    after: Citation | None

    @property
    def outcome(self) -> Outcome:
        if (self.before is None) != (self.after is None):
            return Outcome.LOST if self.after is None else Outcome.WON
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
            # Not left to the index: an insert that it ignores uses up a number.
            if not db.execute("SELECT 1 FROM pins WHERE folded = ?", [folded]).fetchone():
                db.execute(
                    "INSERT INTO pins (question, folded, who, pinned_at) VALUES (?, ?, ?, ?)",
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

    def remember(self, number: int, citation: Citation | None) -> None:
        """Keep where the answer stands that is live now."""
        cited = None
        if citation is not None:
            place = (citation.start, citation.end, citation.quote_start, citation.quote_end)
            cited = json.dumps([citation.passage.id, *place])
        with self._database.write() as db:
            db.execute("UPDATE pins SET cited = ? WHERE number = ?", [cited, number])

    def list(self) -> list[Pin]:
        """All pinned questions, in the order in which they were pinned."""
        with explained(self._database.path):
            rows = self._database.db.query(f"SELECT {_COLUMNS} FROM pins ORDER BY number")
            return [_pin(row) for row in rows]

    def _find(self, test: str, value: object) -> Pin:
        with explained(self._database.path):
            sql = f"SELECT {_COLUMNS} FROM pins WHERE {test}"
            row = next(iter(self._database.db.query(sql, [value])), None)
        if row is None:
            raise QueryError(f"There is no pinned question {value}. `talks pins` lists them.")
        return _pin(row)


_COLUMNS = "number, question, who, pinned_at, cited"


def _pin(row: dict[str, Any]) -> Pin:
    cited = row["cited"] and tuple(json.loads(row["cited"]))
    return Pin(**{**row, "cited": cited or None})


Ask = Callable[[str], Answer]


def replay(
    corpus: Corpus, pins: Iterable[Pin], before: Ask | None, after: Ask
) -> Iterator[Difference]:
    """Ask every pinned question of the live generation and of the next one.

    :param before: Answers out of the live generation; None if there is none yet.
    """
    for pin in pins:
        found = _first(before(pin.question)) if before else None
        yield Difference(pin, found or recalled(pin, corpus), _first(after(pin.question)))


def answered_from(corpus: Corpus, article_id: str) -> list[Pin]:
    """The pinned questions whose answer was last cut out of this article."""
    pins = Pins(corpus.database).list()
    return [
        pin
        for pin in pins
        if (citation := recalled(pin, corpus)) and citation.article.id == article_id
    ]


def recalled(pin: Pin, corpus: Corpus) -> Citation | None:
    """What a pin's answer was, be it still found or not."""
    if pin.cited is None:
        return None
    passage_id, start, end, quote_start, quote_end = pin.cited
    passage = corpus.passages([passage_id], findable=False).get(passage_id)
    if passage is None:
        return None
    article = corpus.article(passage.article_id).article
    return Citation(1, passage, article, start, end, quote_start, quote_end, score=1.0)


def _first(answer: Answer) -> Citation | None:
    return answer.citations[0] if answer.answered else None


def _shown(citation: Citation | None) -> tuple[str, str] | None:
    """What a person sees first: the words and their sentence, wherever they now stand."""
    return None if citation is None else (citation.words, citation.quote)
