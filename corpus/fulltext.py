"""The lexical half of search: BM25 over SQLite's FTS5."""

from __future__ import annotations

import math
from collections.abc import Collection, Container
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from corpus.analysis import content_words, spellings, words
from corpus.database import Database, explained
from corpus.variants import Spelling

# How much a match in the article's title counts beside one in the passage; measured, see
# benchmarks/README.md.
TITLE_WEIGHT = 1.0
# Ranking takes time in proportion to the passages matched. Common words match most and tell least,
# so a query keeps its rarest words until they match about this many.
MAX_MATCHES = 5_000
MAX_TERMS = 64  # words of a query that are looked at
MAX_FREQUENCIES = 100_000  # words whose frequency is kept in memory

_FINDABLE = """
    SELECT 1 FROM passages JOIN paragraphs ON paragraphs.id = passages.paragraph_id
    JOIN articles ON articles.id = paragraphs.article_id
    WHERE passages.id = passages_fts.rowid AND articles.withdrawn_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a query."""

    word: str  # folded
    weight: float  # see FullText.weight
    phrases: str  # an FTS5 query for the word in all its spellings


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart, once for all that is asked about it."""

    terms: tuple[Term, ...]
    match: str | None  # an FTS5 query for any of them but the most common; None if there are none


class FullText:
    """Ranks passages by the words they share with a query, names in all their spellings.

    :param spelling: Knows what a word means that no passage has.
    """

    def __init__(self, database: Database, spelling: Spelling | None = None) -> None:
        self._database = database
        self._spelling = spelling or Spelling(database)
        self._frequencies: dict[str, int] = {}
        self._counted = 0  # passages that there were when these were counted

    def parse(self, text: str) -> Query:
        """Take a query apart.

        :param text: Any text: it has no operators, and quotes or symbols in it mean nothing.
        """
        # A question of stop words alone ("who is it?") is searched with them.
        asked = (content_words(text) or list(dict.fromkeys(words(text))))[:MAX_TERMS]
        terms = tuple(
            Term(word, self.weight(word), _phrases([word, *self._spelling.names(word)]))
            for word in asked
        )
        return Query(terms, self._match(terms))

    def search(
        self, query: Query, limit: int, among: Container[int] | None = None
    ) -> list[tuple[int, float]]:
        """The ids of the passages that match best, with their BM25 score, best first.

        :param among: The ids to choose from, such as a generation's. Without it, passages of
            earlier versions are among the results; those of withdrawn articles never are.
        :returns: At most `limit` pairs; scores above 0, higher is better.
        """
        if query.match is None:
            return []
        # Rows come in the order of their rank: those after the last one taken aren't looked up.
        sql = (
            "SELECT rowid, -rank FROM passages_fts"
            f" WHERE passages_fts MATCH ? AND rank MATCH 'bm25(1.0, {TITLE_WEIGHT})'"
            f" AND EXISTS ({_FINDABLE}) ORDER BY rank"
        )
        with (
            explained(self._database.path),
            closing(self._database.db.execute(sql, [query.match])) as rows,
        ):
            return list(islice((row for row in rows if among is None or row[0] in among), limit))

    def score(self, query: Query, passage_ids: Collection[int]) -> dict[int, float]:
        """The BM25 score of each of these passages; one without a word of the query is left out."""
        if query.match is None or not passage_ids:
            return {}
        marks = ",".join("?" * len(passage_ids))
        sql = (
            "SELECT rowid, -rank FROM passages_fts"
            f" WHERE passages_fts MATCH ? AND rank MATCH 'bm25(1.0, {TITLE_WEIGHT})'"
            f" AND rowid IN ({marks})"
        )
        with explained(self._database.path):
            return dict(self._database.db.execute(sql, [query.match, *passage_ids]).fetchall())

    def cover(self, query: Query, passage_ids: Collection[int]) -> dict[int, float]:
        """How much of what a query is about each of these passages names, title included.

        :returns: The weight of the query's words that stand there as a share of all, from 0 to 1;
            a rare word weighs more. A passage without any is left out.
        """
        ids = list(passage_ids)
        if not query.terms or not ids:
            return {}
        marks = ",".join("?" * len(ids))
        sql = f"SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? AND rowid IN ({marks})"
        named: dict[int, float] = {}
        for term in query.terms:
            with explained(self._database.path):
                for (rowid,) in self._database.db.execute(sql, [term.phrases, *ids]):
                    named[rowid] = named.get(rowid, 0.0) + term.weight
        whole = sum(term.weight for term in query.terms)
        return {rowid: weight / whole for rowid, weight in named.items()}

    def frequency(self, term: str) -> int:
        """In how many passages a folded word stands, in any inflection."""
        stored = self._stored()
        if stored != self._counted or len(self._frequencies) >= MAX_FREQUENCIES:
            self._frequencies, self._counted = {}, stored
        if term not in self._frequencies:
            sql = "SELECT COUNT(*) FROM passages_fts WHERE passages_fts MATCH ?"
            with explained(self._database.path):
                row = self._database.db.execute(sql, [_phrases([term])]).fetchone()
            self._frequencies[term] = row[0]
        return self._frequencies[term]

    def weight(self, term: str) -> float:
        """How much a folded word tells, by the rarity of its inflections; above 0."""
        return math.log(1 + (self._stored() + 1) / (self.frequency(term) + 0.5))

    def _stored(self) -> int:
        """How many passages there are."""
        with explained(self._database.path):
            # Earlier versions are among these: counting what can be found would be slow.
            (newest,) = self._database.db.execute("SELECT MAX(id) FROM passages").fetchone()
        return newest or 0

    def _match(self, terms: Collection[Term]) -> str | None:
        chosen: list[Term] = []
        matches = 0
        counted = [(self.frequency(term.word), term) for term in terms]
        for frequency, term in sorted(counted, key=lambda pair: pair[0]):
            # A word that matches nothing, such as a misspelt one, doesn't push out the next.
            if matches and matches + frequency > MAX_MATCHES:
                break
            matches += frequency
            chosen.append(term)
        return " OR ".join(term.phrases for term in chosen) or None


def _phrases(terms: list[str]) -> str:
    """An FTS5 query for any of these words, however they are spelt."""
    return " OR ".join(f'"{spelt}"' for term in terms for spelt in spellings(term))
