"""Trains the reader: `python -m index.training.train --data FOLDER --out FOLDER --epochs 3`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.utils.data import DataLoader
from transformers import AutoTokenizer, BertForQuestionAnswering, PreTrainedTokenizerBase

from index.training import checkpoint, export
from index.training.batching import Batch, Batches, Features
from index.training.checkpoint import Progress
from index.training.objective import Logits, distilled, loss
from index.training.options import add_options
from index.training.prepared import PreparedFeatures

WARM_UP = 0.04  # of the run
CLIP = 1.0  # greatest norm of the gradient
TAUGHT = 0.7  # share of the loss that teachers have where there are some


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast: either `epochs` or `minutes` is given."""

    epochs: float | None = None
    minutes: float | None = None
    rate: float = 1.5e-4
    save_every: float = 600.0  # seconds
    report_every: int = 20  # steps

    def done(self, progress: Progress, epoch_questions: int) -> float:
        """Share of the run that is over, by the clock or by the questions seen."""
        if self.minutes is not None:
            return progress.seconds / (60 * self.minutes)
        return progress.questions / (epoch_questions * (self.epochs or 1.0))

    def learning_rate(self, done: float) -> float:
        """Rising over the warm-up, then falling in a straight line to 0."""
        if done < WARM_UP:
            return self.rate * max(done / WARM_UP, 0.02)
        return self.rate * max(0.0, (1 - done) / (1 - WARM_UP))


class Trainer:
    """One run in one folder: checkpoint, snapshots and, at the end, the weights."""

    def __init__(
        self,
        model: BertForQuestionAnswering,
        tokenizer: PreTrainedTokenizerBase,
        batches: Batches,
        plan: Plan,
        out: Path,
        teachers: Sequence[BertForQuestionAnswering] = (),
    ) -> None:
        """:param teachers: Readers whose mean judgement is learnt besides the right answers."""
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = nn.Module.to(model, self._device)
        self._tokenizer = tokenizer
        self._batches = batches
        self._plan = plan
        self._out = out
        self._teachers = [nn.Module.to(one, self._device) for one in teachers]
        # The word pieces are half of the weights and as good as they will be: they stay.
        model.bert.embeddings.requires_grad_(False)
        self._optimizer = AdamW(_parameters(model), lr=plan.rate, fused=True)
        out.mkdir(parents=True, exist_ok=True)
        self.progress = checkpoint.load(out, model, self._optimizer) or Progress()

    def run(self) -> None:
        """Train until the plan is fulfilled; the weights are then in `out`/final."""
        self._model.train()
        epoch_questions = self._batches.per_epoch()
        began = time.monotonic() - self.progress.seconds
        saved = time.monotonic()
        report = _Report(self.progress)
        self._batches.start = self.progress.position
        # Beside a GPU another process puts the batches together, or it would wait for them.
        workers = int(self._device.type == "cuda")
        stream = DataLoader(
            self._batches,
            batch_size=None,
            num_workers=workers,
            prefetch_factor=16 if workers else None,
        )
        for batch, position in stream:
            done = self._plan.done(self.progress, epoch_questions)
            if done >= 1:
                break
            value = self._step(batch.to(self._device), self._plan.learning_rate(done))
            questions = int(batch.groups[-1]) + 1
            spent = time.monotonic() - began
            self.progress = self.progress.after(position, len(batch.ids), questions, spent)
            report.add(value)
            if self.progress.step % self._plan.report_every == 0:
                report.show(self.progress, done)
            if time.monotonic() - saved >= self._plan.save_every:
                self._save(self._out / f"snapshot-{self.progress.step:06d}")
                saved = time.monotonic()
        self._save(self._out / "final")

    def _step(self, batch: Batch, rate: float) -> Tensor:
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        logits = self._logits(self._model, batch)
        value = loss(*logits, batch)
        if self._teachers:
            with torch.inference_mode():
                theirs = [self._logits(teacher, batch) for teacher in self._teachers]
            value = TAUGHT * distilled(logits, theirs, batch) + (1 - TAUGHT) * value
        torch.autograd.backward(value)
        nn.utils.clip_grad_norm_(self._model.parameters(), CLIP)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return value.detach()

    def _logits(self, model: BertForQuestionAnswering, batch: Batch) -> Logits:
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            output = model(
                input_ids=batch.ids, token_type_ids=batch.types, attention_mask=batch.attention
            )
        return output.start_logits, output.end_logits

    def _save(self, folder: Path) -> None:
        checkpoint.save(self._out, self._model, self._optimizer, self.progress)
        export.write(self._model, self._tokenizer, folder)


class _Report:
    """Lines of progress: loss since the last line, speed, time left."""

    def __init__(self, start: Progress) -> None:
        self._last = start
        self._sum: Tensor | float = 0.0

    def add(self, value: Tensor) -> None:
        self._sum = self._sum + value

    def show(self, progress: Progress, done: float) -> None:
        steps = progress.step - self._last.step
        speed = (progress.pairs - self._last.pairs) / (progress.seconds - self._last.seconds)
        left = progress.seconds * (1 - done) / done if done else float("nan")
        print(
            f"{done:6.1%}  step {progress.step}  pairs {progress.pairs}  "
            f"loss {float(self._sum) / steps:.3f}  {speed:.1f} pairs/s  {left / 60:.0f} min left",
            flush=True,
        )
        self._last = progress
        self._sum = 0.0


def load_start(
    folder: Path, dropout: float
) -> tuple[BertForQuestionAnswering, PreTrainedTokenizerBase]:
    """A reader to go on with, or an encoder with a new head.

    Written-out attention is a quarter faster than the fused kernel on a CPU, forth and back.
    """
    attention = "sdpa" if torch.cuda.is_available() else "eager"
    model = BertForQuestionAnswering.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation=attention,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
    )
    return model, AutoTokenizer.from_pretrained(folder)


def _parameters(model: BertForQuestionAnswering) -> list[dict[str, object]]:
    """Trained weights; biases and norms without decay."""
    trained = [item for item in model.named_parameters() if item[1].requires_grad]
    return [
        {"params": [value for _, value in trained if value.ndim > 1], "weight_decay": 0.01},
        {"params": [value for _, value in trained if value.ndim <= 1], "weight_decay": 0.0},
    ]


def _features(arguments: argparse.Namespace) -> Features:
    if arguments.prepared:
        return PreparedFeatures(arguments.prepared, arguments.seed)
    # Where pairs come out of files nothing but torch, transformers and numpy is needed.
    from index.training import sources

    return sources.features(arguments.data, arguments)


def main() -> None:
    """Train the reader; started again with the same --out it goes on where it was."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    pairs = parser.add_mutually_exclusive_group(required=True)
    pairs.add_argument("--data", type=Path, help="folder of the SQuAD files")
    pairs.add_argument("--prepared", type=Path, nargs="+", help="files that `prepare` made")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, snapshots, final/")
    parser.add_argument("--start", type=Path, help="reader to go on with [the bundled encoder]")
    parser.add_argument(
        "--teachers", type=Path, nargs="*", default=[], help="readers to learn from"
    )
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--minutes", type=float, help="end by the clock instead of by epochs")
    parser.add_argument("--rate", type=float, default=1.5e-4, help="highest learning rate")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--tokens", type=int, default=4480, help="of a batch: about 32 pairs")
    parser.add_argument("--threads", type=int, default=2)
    add_options(parser)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    start = arguments.start or export.bundled_encoder()
    model, tokenizer = load_start(start, arguments.dropout)
    batches = Batches(_features(arguments), arguments.seed, arguments.tokens)
    epochs = None if arguments.minutes else arguments.epochs
    plan = Plan(epochs, arguments.minutes, arguments.rate)
    teachers = [load_start(folder, 0.0)[0] for folder in arguments.teachers]
    Trainer(model, tokenizer, batches, plan, arguments.out, teachers).run()


if __name__ == "__main__":
    main()
