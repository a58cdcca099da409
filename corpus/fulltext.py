"""The lexical half of search: BM25 over SQLite's FTS5."""

from __future__ import annotations

from collections.abc import Collection

from corpus.analysis import content_words, words
from corpus.database import Database, explained

# How much a match in the article's title counts beside one in the passage; measured, see
# benchmarks/README.md.
TITLE_WEIGHT = 1.0
# Ranking takes time in proportion to the passages matched. Common words match most and tell least,
# so a query keeps its rarest words until they match about this many.
MAX_MATCHES = 5_000


MAX_TERMS = 64  # words of a query that are looked at


class FullText:
    """Ranks passages by the words they share with a query."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._frequencies: dict[str, int] = {}

    def search(self, query: str, limit: int) -> list[tuple[int, float]]:
        """The ids of the passages that match best, with their BM25 score, best first.

        :param query: Any text: it has no operators, and quotes or symbols in it mean nothing.
        :returns: At most `limit` pairs; scores above 0, higher is better. Passages of withdrawn
            articles and of earlier versions are among them.
        """
        match = self._match(query)
        if match is None:
            return []
        sql = (
            "SELECT rowid, -rank FROM passages_fts"
            f" WHERE passages_fts MATCH ? AND rank MATCH 'bm25(1.0, {TITLE_WEIGHT})'"
            " ORDER BY rank LIMIT ?"
        )
        with explained(self._database.path):
            rows = self._database.db.execute(sql, [match, limit]).fetchall()
        return [(row[0], row[1]) for row in rows]

    def score(self, query: str, passage_ids: Collection[int]) -> dict[int, float]:
        """The BM25 score of each of these passages; one without a word of the query is left out."""
        match = self._match(query)
        if match is None or not passage_ids:
            return {}
        marks = ",".join("?" * len(passage_ids))
        sql = (
            "SELECT rowid, -rank FROM passages_fts"
            f" WHERE passages_fts MATCH ? AND rank MATCH 'bm25(1.0, {TITLE_WEIGHT})'"
            f" AND rowid IN ({marks})"
        )
        with explained(self._database.path):
            return dict(self._database.db.execute(sql, [match, *passage_ids]).fetchall())

    def frequency(self, term: str) -> int:
        """In how many passages a folded word stands, in any inflection; counted once, then kept."""
        if term not in self._frequencies:
            sql = "SELECT COUNT(*) FROM passages_fts WHERE passages_fts MATCH ?"
            with explained(self._database.path):
                row = self._database.db.execute(sql, [f'"{term}"']).fetchone()
            self._frequencies[term] = row[0]
        return self._frequencies[term]

    def _match(self, query: str) -> str | None:
        # A question of stop words alone ("who is it?") is searched with them.
        terms = content_words(query) or list(dict.fromkeys(words(query)))
        chosen: list[str] = []
        matches = 0
        for term in sorted(terms[:MAX_TERMS], key=self.frequency):
            matches += self.frequency(term)
            if chosen and matches > MAX_MATCHES:
                break
            chosen.append(term)
        return " OR ".join(f'"{term}"' for term in chosen) or None
