"""Hybrid search: FAISS and full text each propose passages, and their scores are mixed."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from corpus.errors import GenerationError, ModelError, QueryError
from corpus.fulltext import FullText
from corpus.store import Corpus
from corpus.types import Passage
from index.building import EMBEDDED, Generations
from index.embedding import Embedder, Embeddings
from index.generation import VectorIndex

log = logging.getLogger(__name__)

DEPTH = 50  # passages that each half proposes
# How much a passage with the question's best BM25 score gains; measured, see benchmarks/README.md.
LEXICAL_WEIGHT = 0.4
# The models read the first few hundred words; the rest of a longer query would only cost time.
MAX_QUERY_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its place in a result."""

    passage: Passage
    rank: int  # from 1
    score: float  # cosine + LEXICAL_WEIGHT x lexical; from -1 to 1.4
    cosine: float  # from -1 to 1; 0 if there is no embedding model
    lexical: float  # BM25 as a share of the question's best; from 0 to 1


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, best first, and by what."""

    hits: tuple[Hit, ...]
    generation: int | None  # the one searched; None if there was none to search
    lexical_only: str = ""  # why there was no dense half; empty when there was


class Searcher:
    """Finds passages in the live generation; follows it when another is published.

    Safe to share between threads. Without an embedding model it goes on with words alone.
    """

    def __init__(self, corpus: Corpus, embedder: Embedder | ModelError) -> None:
        self._corpus = corpus
        self._generations = Generations(corpus)
        self._embedder = None if isinstance(embedder, ModelError) else embedder
        self._broken = str(embedder) if isinstance(embedder, ModelError) else ""
        self._full_text = FullText(corpus.database)
        self._index: VectorIndex | None = None
        self._number: int | None = None
        self._loading = threading.Lock()

    @property
    def full_text(self) -> FullText:
        return self._full_text

    def search(self, query: str, top_k: int = 8) -> Results:
        """The `top_k` best passages for a query; any text is a query.

        :raises QueryError: If it has no word or sign in it, or `top_k` is below 1.
        """
        query = clean_query(query)
        if top_k < 1:
            raise QueryError(f"At least 1 passage has to be asked for, not {top_k}.")
        index, number = self._live()
        vector = None
        if self._embedder is not None and index is not None and len(index):
            vector = self._embedder.encode_queries([query])
        cosines = dict(index.search(vector, DEPTH)) if index and vector is not None else {}
        matches = dict(self._full_text.search(query, DEPTH))
        if index is not None:
            matches = {i: score for i, score in matches.items() if i in index}
        # A passage that one half found has a true score in the other half too.
        matches |= self._full_text.score(query, cosines.keys() - matches.keys())
        if index is not None and vector is not None:
            cosines |= {i: index.cosine(vector, i) for i in matches.keys() - cosines.keys()}
        return Results(self._mixed(cosines, matches, top_k), number, self._broken)

    def embed(self, query: str) -> Embeddings | None:
        """The vector of a question, shape (1, dim), or None without an embedding model."""
        return None if self._embedder is None else self._embedder.encode_queries([query])

    def _mixed(
        self, cosines: dict[int, float], matches: dict[int, float], top_k: int
    ) -> tuple[Hit, ...]:
        best = max(matches.values(), default=0.0) or 1.0
        scores = {
            i: cosines.get(i, 0.0) + LEXICAL_WEIGHT * matches.get(i, 0.0) / best
            for i in cosines.keys() | matches.keys()
        }
        # Equal scores go by id, so that a question has one answer.
        ranked = sorted(scores, key=lambda i: (-scores[i], i))
        passages = self._corpus.passages(ranked)
        found = [passages[i] for i in ranked if i in passages][:top_k]
        return tuple(
            Hit(
                passage=passage,
                rank=rank,
                score=scores[passage.id],
                cosine=cosines.get(passage.id, 0.0),
                lexical=matches.get(passage.id, 0.0) / best,
            )
            for rank, passage in enumerate(found, start=1)
        )

    def _live(self) -> tuple[VectorIndex | None, int | None]:
        number = self._generations.live_number()
        if number != self._number:
            with self._loading:
                if number != self._number:
                    self._load()
        return self._index, self._number

    def _load(self) -> None:
        live = self._generations.live()
        if live is None:
            self._index, self._number = None, None
            return
        if self._embedder is not None and (live.model, live.embedded) != (
            self._embedder.name,
            EMBEDDED,
        ):
            raise GenerationError(
                f"Generation {live.number} was made with the embedding model {live.model!r}, but "
                f"{self._embedder.name!r} is configured. Run `talks reindex`."
            )
        self._index = self._generations.load(live, self._embedder)
        self._number = live.number
        log.info("Generation %d is searched: %d passages.", live.number, len(self._index))


def clean_query(query: str) -> str:
    """A query without surrounding or repeated white space, cut to what the models can read.

    :raises QueryError: If nothing is left.
    """
    # Half of a surrogate pair can come from a broken terminal; SQLite and tokenizers refuse it.
    query = query.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    query = " ".join(query.split())[:MAX_QUERY_CHARACTERS]
    if not query:
        raise QueryError("The question is empty. Type what you would like to know.")
    return query
