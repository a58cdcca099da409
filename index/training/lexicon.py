"""Which words are of a kind, told by the vectors that the encoder gives its WordPieces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from index.training.language import STOP_WORDS, stem, words

Vector = NDArray[np.float32]  # shape (dim,), length 1 or 0


class Lexicon:
    """Static vectors of words: no context, so "lost" is near "won" and "Spain" near "France"."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, table: NDArray[np.float32]) -> None:
        """:param table: The encoder's WordPiece embeddings, shape (vocabulary, dim)."""
        self._vocabulary: dict[str, int] = tokenizer.get_vocab()
        self._tokenizer = tokenizer
        centred = table - table.mean(axis=0)
        self._rows = (centred / np.linalg.norm(centred, axis=1, keepdims=True)).astype(np.float32)
        self._words = [
            (word, row)
            for word, row in self._vocabulary.items()
            if word.isascii() and word.isalpha() and len(word) > 3 and word not in STOP_WORDS
        ]
        self._matrix = self._rows[[row for _, row in self._words]]
        self.related = lru_cache(maxsize=50_000)(self._related)
        self.vector = lru_cache(maxsize=50_000)(self._vector)

    def _vector(self, phrase: str) -> Vector:
        """Mean of the pieces' vectors, of length 1."""
        ids = self._tokenizer(phrase, add_special_tokens=False)["input_ids"]
        if not ids:
            return np.zeros(self._rows.shape[1], dtype=np.float32)
        mean = self._rows[ids].mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)

    def _related(self, word: str, least: float, most: float) -> tuple[str, ...]:
        """Up to ten whole words with a cosine between `least` and `most`, the nearest first.

        Words of the same stem are left out; so is everything where the word is not one piece.
        """
        row = self._vocabulary.get(word.lower())
        if row is None:
            return ()
        cosines = self._matrix @ self._rows[row]
        found = []
        for place in np.argsort(-cosines)[:40]:
            other = self._words[place][0]
            if least <= cosines[place] <= most and not _akin(word.lower(), other):
                found.append(other)
        return tuple(found[:10])

    def nearest(self, phrase: str, others: Sequence[str], top_k: int) -> list[str]:
        """The `top_k` of `others` likest to the phrase that share none of its words."""
        own = {stem(word) for word in words(phrase)}
        apart = [other for other in others if not own & {stem(word) for word in words(other)}]
        if not apart:
            return []
        vectors = np.stack([self.vector(other) for other in apart])
        cosines = vectors @ self.vector(phrase)
        return [apart[place] for place in np.argsort(-cosines, kind="stable")[:top_k]]


def _akin(word: str, other: str) -> bool:
    """Whether two words look like forms of one: the same stem, or a long common beginning."""
    shared = 0
    for left, right in zip(word, other, strict=False):
        if left != right:
            break
        shared += 1
    return stem(word) == stem(other) or shared >= max(4, min(len(word), len(other)) - 2)
