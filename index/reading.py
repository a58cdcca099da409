"""The reader: an extractive model that finds the answer's words in a passage, or says it can't."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding import fastest_dtype, is_hub_name, loading

BUNDLED_READER = str(Path(__file__).parent / "models" / "reader")

MAX_QUESTION_TOKENS = 96
MAX_TOKENS = 384  # of question and passage together
MAX_ANSWER_TOKENS = 30
MAX_TITLE = 160  # characters of a title that is read before a text
# Starts and ends looked at for each passage: the best span is among them in all but odd cases.
CANDIDATES = 20
PADDED_TO = 32  # see embedding.PADDED_TO


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a passage that may answer, and how sure the model is of them."""

    start: int  # characters into the text that was read
    end: int  # exclusive
    score: float  # logits of start and end less those of "no answer here"; above 0 is for yes


class Reader:
    """A question-answering model loaded by transformers; safe to share between threads.

    :param model: A folder, or a hub name.
    :raises ModelError: If it can't be loaded.
    """

    def __init__(self, model: str = BUNDLED_READER) -> None:
        self.name = model
        hub = is_hub_name(model)
        with loading(f"reader {model!r}", hub=hub):
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            self._tokenizer: Any = AutoTokenizer.from_pretrained(model, local_files_only=not hub)
            self._model: Any = AutoModelForQuestionAnswering.from_pretrained(
                model, dtype=fastest_dtype(), local_files_only=not hub
            ).eval()
        # A fast tokenizer keeps its padding in itself, so two threads must not use it at once.
        self._lock = threading.Lock()

    def read(
        self,
        question: str,
        texts: Sequence[str],
        n_best: int = 3,
        titles: Sequence[str] | None = None,
    ) -> list[list[Span]]:
        """The best spans of each text for a question, best first, none overlapping another.

        The score of a span is start logit + end logit - the same two of the first token, at which
        the model puts "no answer here": https://arxiv.org/abs/1806.03822.

        :param texts: Read to `MAX_TOKENS`; what follows is not seen.
        :param titles: Of the articles the texts are from, read before them; no span is in a title.
        :returns: One list a text, of at most `n_best` spans.
        """
        if not texts:
            return []
        heads = [before(title) for title in titles or [""] * len(texts)]
        with self._lock:
            encoded = self._encode(question, [h + t for h, t in zip(heads, texts, strict=True)])
            starts, ends = self._logits(encoded)
        return [
            _best_spans(starts[row], ends[row], *_inside(encoded, row, len(head)), n_best)
            for row, head in enumerate(heads)
        ]

    def _encode(self, question: str, texts: Sequence[str]) -> Any:
        short = self._tokenizer(
            question, add_special_tokens=False, truncation=True, max_length=MAX_QUESTION_TOKENS
        )
        question = self._tokenizer.decode(short["input_ids"]) if _cut(short) else question
        return self._tokenizer(
            [question] * len(texts),
            list(texts),
            truncation="only_second",
            max_length=MAX_TOKENS,
            padding=True,
            pad_to_multiple_of=PADDED_TO,
            return_offsets_mapping=True,
        )

    def _logits(self, encoded: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        import torch

        names = ("input_ids", "attention_mask", "token_type_ids")
        with torch.inference_mode():
            inputs = {name: torch.tensor(encoded[name]) for name in names if name in encoded}
            output = self._model(**inputs)
        return output.start_logits.float().numpy(), output.end_logits.float().numpy()


def _cut(encoded: Any) -> bool:
    return len(encoded["input_ids"]) >= MAX_QUESTION_TOKENS


def before(title: str) -> str:
    """What stands before a text when it is read with its title."""
    return f"{title[:MAX_TITLE]}: " if title else ""


def _inside(encoded: Any, row: int, first: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The row's tokens of the second text from its character `first` on, shape (n,), and where
    each starts and ends, counted from there, shape (n, 2)."""
    offsets = np.array(encoded["offset_mapping"][row])
    second = np.array([part == 1 for part in encoded.sequence_ids(row)])
    tokens = np.flatnonzero(second & (offsets[:, 0] >= first))
    return tokens, offsets[tokens] - first


def _best_spans(
    starts: NDArray[np.float32],
    ends: NDArray[np.float32],
    tokens: NDArray[np.int64],
    offsets: NDArray[np.int64],
    n_best: int,
) -> list[Span]:
    if not len(tokens):
        return []
    no_answer = float(starts[0] + ends[0])
    first = np.argsort(-starts[tokens])[:CANDIDATES]
    # The starts are looked at as ends as well, so that each begins a span.
    last = np.union1d(np.argsort(-ends[tokens])[:CANDIDATES], first)
    scores = starts[tokens[first]][:, None] + ends[tokens[last]][None, :]
    lengths = last[None, :] - first[:, None]
    scores = np.where((lengths >= 0) & (lengths < MAX_ANSWER_TOKENS), scores, -np.inf)
    spans: list[Span] = []
    for place in np.argsort(-scores, axis=None):
        score = scores.flat[place]
        if not np.isfinite(score) or len(spans) == n_best:
            break
        i, j = np.unravel_index(place, scores.shape)
        start, end = offsets[int(first[i])][0], offsets[int(last[j])][1]
        if all(end <= span.start or start >= span.end for span in spans):
            spans.append(Span(int(start), int(end), float(score) - no_answer))
    return spans
