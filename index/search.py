"""Hybrid search: FAISS and full text each propose passages, and their scores are mixed."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from corpus.errors import GenerationError, ModelError, QueryError, TalksError
from corpus.fulltext import FullText
from corpus.store import Corpus
from corpus.types import Passage
from corpus.variants import Spelling
from index.building import EMBEDDED, Generations
from index.embedding import Embedder
from index.generation import Generation, VectorIndex

log = logging.getLogger(__name__)

DEPTH = 50  # passages that each half proposes
# How much a passage gains that has the question's best BM25 score and names all that it is about;
# measured, see benchmarks/README.md.
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
    # BM25 as a share of the question's best x the share of the question that it names; 0 to 1.
    # The best of passages that share two words of ten with the question are no good ones.
    lexical: float


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, best first, and by what."""

    hits: tuple[Hit, ...]
    generation: int | None  # the one searched; None if there was none to search
    lexical_only: str = ""  # why there was no dense half; empty when there was


class Searcher:
    """Finds passages in the live generation; follows it when another is published.

    Safe to share between threads. Without an embedding model it goes on with words alone.

    :param generation: Search this one, published or not, and follow no other.
    """

    def __init__(
        self,
        corpus: Corpus,
        embedder: Embedder | ModelError,
        generation: Generation | None = None,
    ) -> None:
        self._corpus = corpus
        self._generations = Generations(corpus)
        self._embedder = None if isinstance(embedder, ModelError) else embedder
        self._broken = str(embedder) if isinstance(embedder, ModelError) else ""
        words = self._embedder.words if self._embedder else frozenset[str]()
        self._spelling = Spelling(corpus.database, words)
        self._full_text = FullText(corpus.database, self._spelling)
        self._loaded = _Loaded(None, None)
        self._refused: int | None = None  # the live generation that could not be loaded
        self._only = generation
        self._loading = threading.Lock()

    @property
    def full_text(self) -> FullText:
        return self._full_text

    def understood(self, query: str) -> str:
        """The query with words that no article has as the articles spell what they may mean."""
        return self._spelling.corrected(query)

    def search(self, query: str, top_k: int = 8) -> Results:
        """The `top_k` best passages for a query, as it is `understood`; any text is a query.

        :raises QueryError: If it has no word or sign in it, or `top_k` is below 1.
        """
        return self.find(self.understood(clean_query(query)), top_k)

    def find(self, query: str, top_k: int) -> Results:
        """The same for a query that has been cleaned and understood.

        :raises QueryError: If `top_k` is below 1.
        """
        if top_k < 1:
            raise QueryError(f"At least 1 passage has to be asked for, not {top_k}.")
        live = self._live()
        index, number = live.index, live.number
        vector = None
        if self._embedder is not None and index is not None and len(index):
            vector = self._embedder.encode_queries([query])
        cosines = dict(index.search(vector, DEPTH)) if index and vector is not None else {}
        parsed = self._full_text.parse(query)
        matches = dict(self._full_text.search(parsed, DEPTH, among=index))
        # A passage that one half found has a true score in the other half too.
        matches |= self._full_text.score(parsed, cosines.keys() - matches.keys())
        if index is not None and vector is not None:
            cosines |= {i: index.cosine(vector, i) for i in matches.keys() - cosines.keys()}
        best = max(matches.values(), default=1.0)
        covers = self._full_text.cover(parsed, matches.keys())
        shares = {i: score / best * covers[i] for i, score in matches.items() if i in covers}
        return Results(self._mixed(cosines, shares, top_k), number, self._broken)

    def _mixed(
        self, cosines: dict[int, float], lexical: dict[int, float], top_k: int
    ) -> tuple[Hit, ...]:
        scores = {
            i: cosines.get(i, 0.0) + LEXICAL_WEIGHT * lexical.get(i, 0.0)
            for i in cosines.keys() | lexical.keys()
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
                lexical=lexical.get(passage.id, 0.0),
            )
            for rank, passage in enumerate(found, start=1)
        )

    def _live(self) -> _Loaded:
        """What is searched now; asked before every search, so that no question meets a gap."""
        number = self._only.number if self._only else self._generations.live_number()
        if number in (self._loaded.number, self._refused):
            return self._loaded
        # One loads; the others go on with the index before, if there is one.
        if self._loading.acquire(blocking=self._loaded.index is None):
            try:
                if number not in (self._loaded.number, self._refused):
                    self._follow(number)
            finally:
                self._loading.release()
        return self._loaded

    def _follow(self, number: int | None) -> None:
        try:
            self._loaded = self._load()
            self._refused = None
        except TalksError as exc:
            if self._loaded.index is None:
                raise
            # What is in memory still answers; the next generation is tried again.
            self._refused = number
            log.warning("%s Generation %s goes on being searched.", exc, self._loaded.number)

    def _load(self) -> _Loaded:
        live = self._only or self._generations.live()
        if live is None:
            return _Loaded(None, None)
        if self._embedder is not None and (live.model, live.embedded) != (
            self._embedder.name,
            EMBEDDED,
        ):
            raise GenerationError(
                f"Generation {live.number} was made with the embedding model {live.model!r}, but "
                f"{self._embedder.name!r} is configured. Run `talks reindex`."
            )
        index = self._generations.load(live, self._embedder)
        log.info("Generation %d is searched: %d passages.", live.number, len(index))
        return _Loaded(index, live.number)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """An index and its number, exchanged at once: a search never sees one of each."""

    index: VectorIndex | None
    number: int | None


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
