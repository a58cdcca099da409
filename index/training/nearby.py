"""The paragraphs of an article that are nearest to a question, by the words they share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer


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
