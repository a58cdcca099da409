"""The paragraphs that are nearest to a question: by the words they share, or by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from index.embedding import Embedder
from index.reading import Reader


class Nearest(Protocol):
    def nearest(self, question: str, top_k: int) -> list[str]:
        """Up to `top_k` paragraphs, the nearest first; equals in the order they stand."""
        ...


class Nearby:
    """TF-IDF over a few hundred paragraphs."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        self._paragraphs = paragraphs
        self._vectorizer = TfidfVectorizer(
            stop_words="english", sublinear_tf=True, token_pattern=r"\w+"
        )
        self._matrix = self._vectorizer.fit_transform(paragraphs)

    def nearest(self, question: str, top_k: int) -> list[str]:
        """Up to `top_k` paragraphs, the nearest first; equals in the order they stand."""
        cosines = (self._matrix @ self._vectorizer.transform([question]).T).toarray().ravel()
        return [self._paragraphs[row] for row in np.argsort(-cosines, kind="stable")[:top_k]]


class NearInMeaning:
    """Cosines of the vectors that the bot's own search goes by.

    :param questions: All that will be asked: they are embedded together.
    """

    def __init__(
        self, paragraphs: Sequence[str], questions: Sequence[str], embedder: Embedder
    ) -> None:
        self._paragraphs = paragraphs
        self._rows = {question: row for row, question in enumerate(questions)}
        documents = embedder.encode_documents(paragraphs)
        self._cosines = embedder.encode_queries(questions) @ documents.T

    def nearest(self, question: str, top_k: int) -> list[str]:
        """Up to `top_k` paragraphs, the nearest first; equals in the order they stand."""
        cosines = self._cosines[self._rows[question]]
        return [self._paragraphs[row] for row in np.argsort(-cosines, kind="stable")[:top_k]]


class Misleading:
    """Of what another way finds, the paragraphs in which a reader is surest of an answer.

    :param titles: Of the paragraphs' articles; the reader reads them, as the bot does.
    """

    def __init__(self, nearest: Nearest, reader: Reader, titles: Mapping[str, str]) -> None:
        self._nearest = nearest
        self._reader = reader
        self._titles = titles

    def nearest(self, question: str, top_k: int) -> list[str]:
        """Half of the `top_k` nearest, the surest first."""
        found = self._nearest.nearest(question, top_k)
        titles = [self._titles[text] for text in found]
        read = self._reader.read(question, found, n_best=1, titles=titles)
        scores = np.array([max((span.score for span in spans), default=-np.inf) for spans in read])
        order = np.argsort(-scores, kind="stable")
        return [found[at] for at in order[: top_k // 2]]
