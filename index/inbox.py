"""Questions that were declined or rated down, grouped by meaning, for admins to act upon."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import sqlite_utils
from sqlite_utils import Migrations

from corpus.analysis import words
from corpus.database import Database, explained
from corpus.embeddings import EmbeddingStore
from corpus.errors import QueryError
from index.embedding import Embedder, Embeddings, text_hash
from index.types import Answer

# Other wordings of a question lie from 0.55 up, other questions of one topic to 0.75; see
# `_apart` for those that lie nearer.
SAME_MEANING = 0.72
MOST = 2_000  # different questions that are grouped: the newest

MIGRATIONS = Migrations("inbox")


@MIGRATIONS(name="0001_closed_questions")
def _closed_questions(db: sqlite_utils.Database) -> None:
    db.execute(
        """
        CREATE TABLE closed_questions (
            key TEXT PRIMARY KEY, -- the question's words
            dismissed INTEGER NOT NULL, -- 1: for good; 0: answered, until declined again
            who TEXT NOT NULL,
            at TEXT NOT NULL
        )
        """
    )


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that somebody got no answer to, or a bad one."""

    question: str
    asked_at: str  # ISO date and time, UTC
    declined: bool  # False: it was answered, and rated down


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that mean the same."""

    questions: tuple[str, ...]  # its wordings, the most asked first
    declined: int  # times
    rated_down: int  # times
    last_asked: str  # ISO date and time, UTC

    @property
    def question(self) -> str:
        return self.questions[0]

    @property
    def count(self) -> int:
        return self.declined + self.rated_down

    @property
    def key(self) -> str:
        """A short name to call it by, the same while its most asked wording is."""
        return hashlib.sha256(_key(self.question).encode()).hexdigest()[:6]


class Inbox:
    """Which unanswered questions still wait for an admin.

    :param embedder: Gives questions their meaning; without one only equal words are grouped.
    """

    def __init__(self, database: Database, embedder: Embedder | None = None) -> None:
        self._database = database
        self._embedder = embedder
        self._store = EmbeddingStore(database)
        database.migrate(MIGRATIONS)

    def groups(self, asked: Iterable[Unanswered]) -> list[Group]:
        """What is open of these questions, in groups, the most asked first."""
        closed = self._closed()
        waiting = [item for item in asked if not _is_closed(item, closed)]
        texts = _wordings(waiting)[:MOST]
        return grouped(waiting, texts, self._vectors(texts))

    def find(self, asked: Iterable[Unanswered], key: str) -> Group:
        """The open group that is called so.

        :raises QueryError: If there is none.
        """
        for group in self.groups(asked):
            if group.key == key:
                return group
        raise QueryError(f"There is no open question {key!r}. `talks inbox` lists them.")

    def dismiss(self, group: Group, who: str) -> None:
        """Take a group out of the inbox for good."""
        self._close(group, dismissed=True, who=who)

    def settle(self, group: Group, who: str = "") -> None:
        """Take a group out because it is answered now; declined again, it comes back."""
        self._close(group, dismissed=False, who=who)

    def _close(self, group: Group, *, dismissed: bool, who: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [(_key(question), dismissed, who, now) for question in group.questions]
        with self._database.write() as db:
            db.conn.executemany("INSERT OR REPLACE INTO closed_questions VALUES (?, ?, ?, ?)", rows)

    def _closed(self) -> dict[str, str]:
        """Until when each closed question is: an ISO date and time, or "9" for ever."""
        with explained(self._database.path):
            rows = self._database.db.query("SELECT key, dismissed, at FROM closed_questions")
            return {row["key"]: "9" if row["dismissed"] else row["at"] for row in rows}

    def _vectors(self, texts: Sequence[str]) -> Embeddings | None:
        if self._embedder is None or not texts:
            return None
        # Questions are embedded otherwise than passages by some models, so they're kept apart.
        model = f"{self._embedder.name} (questions)"
        hashes = [text_hash(text) for text in texts]
        known = self._store.known(model, hashes)
        new = [i for i, key in enumerate(hashes) if key not in known]
        if new:
            vectors = self._embedder.encode_queries([texts[i] for i in new])
            self._store.put(model, [hashes[i] for i in new], vectors)
        return self._store.get(model, hashes)


def grouped(
    asked: Sequence[Unanswered], texts: Sequence[str], vectors: Embeddings | None
) -> list[Group]:
    """Group questions by meaning: each joins the nearest group that means the same.

    :param texts: The wordings to group, one of each, the most asked first.
    :param vectors: One row a text, of length 1; None to group by equal words alone.
    """
    names = _names(texts)
    members: list[list[int]] = []
    for i in range(len(texts)):
        best, nearest = SAME_MEANING, -1
        for number, group in enumerate(members if vectors is not None else []):
            cosine = float(np.dot(vectors[group[0]], vectors[i]))  # type: ignore[index]
            if cosine >= best and not any(_apart(texts[i], texts[j], names) for j in group):
                best, nearest = cosine, number
        if nearest < 0:
            members.append([i])
        else:
            members[nearest].append(i)
    groups = [_group([texts[i] for i in group], asked) for group in members]
    # Among equally frequent ones the latest comes first.
    by_date = sorted(groups, key=lambda group: group.last_asked, reverse=True)
    return sorted(by_date, key=lambda group: -group.count)


def answered_now(
    groups: Iterable[Group], ask: Callable[[str], Answer]
) -> Iterator[tuple[Group, Answer]]:
    """The groups that were declined and would be answered now, with that answer."""
    for group in groups:
        if group.declined:
            answer = ask(group.question)
            if answer.answered:
                yield group, answer


def _wordings(asked: Iterable[Unanswered]) -> list[str]:
    """One wording for all questions of the same words, the most asked first."""
    firsts: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for item in asked:
        key = _key(item.question)
        firsts.setdefault(key, item.question)
        counts[key] += 1
    return [firsts[key] for key, _ in counts.most_common()]


def _group(texts: Sequence[str], asked: Iterable[Unanswered]) -> Group:
    keys = {_key(text) for text in texts}
    mine = [item for item in asked if _key(item.question) in keys]
    return Group(
        questions=tuple(texts),
        declined=sum(item.declined for item in mine),
        rated_down=sum(not item.declined for item in mine),
        last_asked=max(item.asked_at for item in mine),
    )


# fmt: off
_TELLING = frozenset({
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "next", "last", "before", "after", "not", "no", "without", "won", "lost", "more", "less",
    "most", "least", "open", "end", "begin", "start", "stop",
})
# fmt: on
_NAME = re.compile(r"(?<=\s)[^\W\d_a-z][^\W\d_]{2,}")
_STEM = 5  # letters: "Russia" and "Russian" are of one name


def _names(texts: Iterable[str]) -> frozenset[str]:
    """What is a name in any of the questions: people type "russia" too."""
    found = (match[0] for text in texts for match in _NAME.finditer(text))
    return frozenset(word[:_STEM] for name in found for word in words(name))


def _telling(text: str, names: Collection[str]) -> frozenset[str]:
    said = words(text)
    return frozenset(
        word[:_STEM]
        for word in said
        if word in _TELLING or word.isdecimal() or word[:_STEM] in names
    )


def _apart(one: str, other: str, names: Collection[str]) -> bool:
    """Whether two questions ask of other people, places, numbers or times.

    Embeddings hardly see that: "in May" and "in June" of one question lie at 0.95.
    """
    first, second = _telling(one, names), _telling(other, names)
    return not (first <= second or second <= first)


def _is_closed(item: Unanswered, closed: dict[str, str]) -> bool:
    return item.asked_at <= closed.get(_key(item.question), "")


def _key(question: str) -> str:
    return " ".join(words(question)) or question.strip()
