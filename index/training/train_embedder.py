"""Trains the embedding model: `python -m index.training.train_embedder`, with --triplets FILE."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import AdamW

from index.training.export import bundled_encoder
from index.training.passages import Triplet, read

SCALE = 20.0  # of cosines, before they are compared
WARM_UP = 0.05  # of the run
REPORT_EVERY = 50  # steps


def batches(triplets: Sequence[Triplet], size: int, seed: int) -> Iterator[list[Triplet]]:
    """Without end; an epoch shuffled at a time."""
    rng = Random(seed)
    rows = list(triplets)
    while True:
        rng.shuffle(rows)
        for first in range(0, len(rows) - size + 1, size):
            yield rows[first : first + size]


def contrast(questions: Tensor, texts: Tensor, same: Tensor) -> Tensor:
    """Cross entropy of each question's own text among all of the batch.

    Known as in-batch negatives (https://arxiv.org/abs/1705.00652).

    :param questions: Shape (n, dim), rows of length 1.
    :param texts: Shape (m, dim), likewise; the first n belong to the questions in their order.
    :param same: Bool, shape (n, m): other places of the question's own text, which don't count.
    """
    scores = SCALE * questions @ texts.T
    return functional.cross_entropy(
        scores.masked_fill(same, -1e4), torch.arange(len(questions), device=scores.device)
    )


class EmbedderTrainer:
    """One run; the word pieces stay as they are."""

    def __init__(self, model: SentenceTransformer, rate: float, tokens: int) -> None:
        """:param tokens: The most of a text."""
        self._model = model
        self._device = model.device
        self._tokens = tokens
        self._rate = rate
        encoder = model.transformers_model
        if encoder is not None:
            encoder.embeddings.requires_grad_(False)
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        self._optimizer = AdamW(weights, lr=rate, weight_decay=0.01, fused=True)

    def run(
        self, stream: Iterator[list[Triplet]], minutes: float, steps: int | None = None
    ) -> None:
        """Train for so many minutes, or for so many steps."""
        self._model.train()
        began = last = time.monotonic()
        step, total = 0, torch.zeros((), device=self._device)
        while True:
            spent = (time.monotonic() - began) / (60 * minutes)
            done = spent if steps is None else step / steps
            if done >= 1:
                break
            rows = next(stream)
            rate = self._rate * min(1.0, max(done, 0.002) / WARM_UP) * (1 - done)
            for group in self._optimizer.param_groups:
                group["lr"] = rate
            total += self._step(rows)
            step += 1
            if step % REPORT_EVERY == 0:
                now = time.monotonic()
                speed = REPORT_EVERY * len(rows) / (now - last)
                mean = float(total) / REPORT_EVERY
                print(
                    f"{done:6.1%}  step {step}  loss {mean:.3f}  {speed:.0f} triplets/s", flush=True
                )
                total.zero_()
                last = now

    def _step(self, rows: Sequence[Triplet]) -> Tensor:
        texts = [row.paragraph for row in rows]
        texts += [row.other for row in rows if row.other is not None]
        own = torch.tensor([[text == row.paragraph for text in texts] for row in rows])
        own.fill_diagonal_(False)
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            questions = self._embedded([row.question for row in rows])
            passages = self._embedded(texts)
        value = contrast(questions.float(), passages.float(), own.to(self._device))
        torch.autograd.backward(value)
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return value.detach()

    def _embedded(self, texts: Sequence[str]) -> Tensor:
        encoded: dict[str, Any] = self._model.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self._tokens,
            return_tensors="pt",
        )
        output = self._model({name: value.to(self._device) for name, value in encoded.items()})
        return functional.normalize(output["sentence_embedding"], dim=1)


def main() -> None:
    """Train the embedding model on triplets."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--triplets", type=Path, required=True, help="file that `triplets` made")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="model to go on with [the bundled encoder]")
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--rate", type=float, default=5e-5, help="highest learning rate")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    start = str(arguments.start or bundled_encoder())
    model = SentenceTransformer(start, model_kwargs={"dtype": torch.float32})
    trainer = EmbedderTrainer(model, arguments.rate, arguments.tokens)
    trainer.run(
        batches(read(arguments.triplets), arguments.batch, arguments.seed), arguments.minutes
    )
    model.half().save_pretrained(str(arguments.out))


if __name__ == "__main__":
    main()
