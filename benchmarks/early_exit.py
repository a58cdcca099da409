"""Reading the nearest passages first and leaving the others where those answer well enough.

    python -m benchmarks.early_exit --write

Nothing is read for this: what the reader made of every passage of many questions is kept with the
calibration (see `index.calibrating`), and that tells what it would have said, had it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

import click
import numpy as np

from benchmarks.tables import Table, show, write_option
from index.calibrating import collected
from index.calibration import Calibration
from index.evidence import FEATURES, ORDERING
from index.fitting import Asked
from index.metrics import mean

FIRST = 4  # passages that are read in any case
SCORES = (8.0, 6.0, 4.0, 2.0, 0.0)  # of the reader, from which on it stops
HEAD = ("stops from a score of", "questions that stop", "passages read", "best span is right")


@click.command()
@write_option
def main(write: bool) -> None:
    """Print what is saved and what is lost, for several scores."""
    questions = [one for one in collected() if one.answerable and not one.compares]
    weights = np.array(Calibration.load().candidate_weights)
    rows = [row(questions, weights, score) for score in (None, *SCORES)]
    note = f"{len(questions)} answerable questions; the first {FIRST} passages are always read."
    show(Table("early_exit", HEAD, rows, note), write=write)


def row(questions: Sequence[Asked], weights: np.ndarray, score: float | None) -> list[str]:
    """One line of the table; without a score all passages are read."""
    stopped, read, right = [], [], []
    for question in questions:
        first = ranks(question) <= FIRST
        stops = score is not None and bool((question.features[first, 0] * 10 >= score).any())
        strengths = question.features[:, : len(ORDERING)] @ weights
        best = int(np.argmax(np.where(first, strengths, -np.inf) if stops else strengths))
        stopped.append(float(stops))
        read.append(float(FIRST if stops else max(FIRST, ranks(question).max())))
        right.append(float(question.right[best]))
    name = "(never)" if score is None else f"{score:g}"
    shares = (f"{100 * mean(stopped):.1f} %", f"{mean(read):.1f}", f"{100 * mean(right):.1f} %")
    return [name, *shares]


def ranks(question: Asked) -> np.ndarray:
    """The place of each candidate's passage in the search, from 1; shape (candidates,)."""
    return np.rint(1 / question.features[:, FEATURES.index("rank")]).astype(int)


if __name__ == "__main__":
    main()
