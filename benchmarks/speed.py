"""The two models run in several ways: how fast, and what the lossy ways lose.

    python -m benchmarks.speed --data FOLDER --write

The reader reads 8 passages of 150 tokens; the embedding model embeds one question (from the text
to the vector) and the paragraphs of the bundled articles. With `squad_v2.0_dev.json` (or
`.json.gz`) in FOLDER the reader's F1 is measured too, on answerable questions whose paragraph is
given. ONNX Runtime is left out where it isn't installed: `pip install onnx onnxscript onnxruntime`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click
import numpy as np
import torch

from benchmarks.material import bundled_articles, found
from benchmarks.runtimes import RUNTIMES, MissingError, Runtime, example, replaced
from benchmarks.tables import Table, machine, show, write_option
from index.datasets import KnownQuestion, QuestionSet, read_questions, sample
from index.embedding import Embedder
from index.evaluation import evaluate_reader
from index.metrics import f1, mean
from index.reading import Reader

PASSAGES, TOKENS = 8, 150
QUESTION = "Who led Russia's delegation at the talks in Istanbul?"
SEED = 13
HEAD = (
    "run by",
    f"reading {PASSAGES} x {TOKENS} tokens, ms",
    "F1",
    "embedding a question, ms",
    "passages embedded a second",
    "least cosine to fp32",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the models are tried on."""

    paragraphs: list[str]
    repeats: int
    question_set: QuestionSet | None  # None: F1 isn't measured
    questions: list[KnownQuestion]


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--questions", "count", default=300, show_default=True, help="For F1.")
@click.option("--paragraphs", default=120, show_default=True, help="Embedded.")
@click.option("--repeats", default=20, show_default=True, help="The median of them counts.")
@write_option
def main(data: Path | None, count: int, paragraphs: int, repeats: int, write: bool) -> None:
    """Compare the ways to run the reader and the embedding model."""
    question_set = read_questions(found(data, "squad_v2.0_dev.json")) if data else None
    answerable = [one for one in question_set.questions if one.answerable] if question_set else []
    texts = [text for article in bundled_articles() for text in article.paragraphs]
    questions = sample(answerable, count, SEED)
    tried = Sample(texts[:paragraphs], repeats, question_set, questions)
    rows = []
    with TemporaryDirectory(prefix="talks-") as folder:
        for runtime in RUNTIMES:
            click.echo(runtime.name, err=True)
            rows.append(row(runtime, Path(folder), tried))
    threads = f"{torch.get_num_threads()} threads, torch {torch.__version__}"
    note = f"{machine()} {threads}; F1 of {len(questions)} questions."
    show(Table("speed", HEAD, rows, note), write=write)


def row(runtime: Runtime, folder: Path, tried: Sample) -> list[str]:
    """The figures of one runtime, or dashes where it can't be had."""
    try:
        return [runtime.name, *reading(runtime, folder, tried), *embedding(runtime, folder, tried)]
    except MissingError as exc:
        click.echo(f"{runtime.name} is left out. {exc}", err=True)
        return [runtime.name, *["-"] * (len(HEAD) - 1)]


def reading(runtime: Runtime, folder: Path, tried: Sample) -> list[str]:
    """Milliseconds of one batch, and F1."""
    reader = Reader()
    model = reader._model.float()  # it may be in bfloat16 already
    inputs = example(PASSAGES, TOKENS)
    with torch.inference_mode():
        forward = runtime.make(model, ("start_logits", "end_logits"), folder)
        took = milliseconds(lambda: forward(**inputs), tried.repeats)
    if tried.question_set is None:
        return [f"{took:.1f}", "-"]
    with replaced(model, forward):
        report = evaluate_reader(reader, tried.question_set, tried.questions)
    scores = [f1(outcome.words, outcome.known.answers) for outcome in report.outcomes]
    return [f"{took:.1f}", f"{100 * mean(scores):.2f}"]


def embedding(runtime: Runtime, folder: Path, tried: Sample) -> list[str]:
    """Milliseconds of a question, passages a second, and how far the vectors are from fp32's."""
    embedder = Embedder()
    model = embedder._model[0].model.float()  # it may be in bfloat16 already
    exact = embedder.encode_documents(tried.paragraphs)
    with torch.inference_mode():
        forward = runtime.make(model, ("last_hidden_state",), folder)
        with replaced(model, forward):
            took = milliseconds(lambda: embedder.encode_queries([QUESTION]), tried.repeats)
            began = time.perf_counter()
            vectors = embedder.encode_documents(tried.paragraphs)
            rate = len(tried.paragraphs) / (time.perf_counter() - began)
    cosines = np.sum(exact * vectors, axis=1)
    return [f"{took:.1f}", f"{rate:.0f}", f"{cosines.min():.4f}"]


def milliseconds(run: Callable[[], object], repeats: int) -> float:
    """The median time of a call, after two that don't count."""
    run(), run()
    times: Sequence[float] = [_timed(run) for _ in range(repeats)]
    return 1000 * median(times)


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
