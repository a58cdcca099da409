"""The budgets of one small machine, measured: cold start, warm answers, memory.

    python -m benchmarks.budgets --write

Only the bundled articles are needed; they are indexed in a temporary folder. The budgets of a
large corpus are measured by `benchmarks.scale`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click

from benchmarks.tables import Table, machine, ms, percentile, show, write_option
from bot.assembly import Assembly
from bot.settings import Settings
from index.datasets import read_questions, sample

QUESTIONS = Path(__file__).parent.parent / "tests" / "questions" / "test.jsonl"
TALKS = Path(sys.executable).parent / "talks"
ANSWERED, DECLINED = 0, 3  # exit statuses of `talks ask`
WARM_UP = 5  # questions before those that are measured
SEED = 13


@dataclass(frozen=True, slots=True)
class Warm:
    """What answers took in a process that had loaded everything; lists of seconds."""

    totals: list[float]
    searches: list[float]
    reads: list[float]
    memory: int  # bytes, resident


@click.command()
@click.option("--runs", default=5, show_default=True, help="Of each command; the median counts.")
@click.option("--questions", "count", default=60, show_default=True, help="Asked warm.")
@write_option
def main(runs: int, count: int, write: bool) -> None:
    """Measure the budgets and print them beside their limits."""
    asked = read_questions(QUESTIONS).questions
    questions = [one.question for one in sample(asked, count + WARM_UP, SEED)]
    with TemporaryDirectory(prefix="talks-") as name:
        folder = Path(name)
        ask = ["ask", questions[0]]
        first = seconds_of(ask, folder)  # indexes the bundled articles, too
        cold = [
            ("`talks --help`", "under 0.5 s", repeated(["--help"], folder, runs)),
            ("`talks articles`", "under 0.5 s", repeated(["articles"], folder, runs)),
            ("first answer of a cold process", "under 8 s", repeated(ask, folder, runs)),
            ("the same where nothing is indexed yet", "", first),
        ]
        rows = [(what, budget, f"{seconds:.2f} s") for what, budget, seconds in cold]
        rows += warm_rows(answers(questions, folder))
    show(Table("budgets", ("what", "budget", "measured"), rows, machine()), write=write)


def seconds_of(arguments: Sequence[str], folder: Path) -> float:
    """Wall time of one `talks` command in a process of its own.

    :raises click.ClickException: If it fails; a question declined is no failure.
    """
    environment = os.environ | {"TALKS_DATA": str(folder)}
    began = time.perf_counter()
    done = subprocess.run(
        [TALKS, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if done.returncode not in (ANSWERED, DECLINED):
        raise click.ClickException(f"talks {' '.join(arguments)} failed: {done.stderr.strip()}")
    return seconds


def repeated(arguments: Sequence[str], folder: Path, runs: int) -> float:
    """The median wall time of a command, in seconds."""
    return median(seconds_of(arguments, folder) for _ in range(runs))


def answers(questions: Sequence[str], folder: Path) -> Warm:
    """Ask different questions in this process, all but the first few of them measured."""
    assembly = Assembly(Settings().model_copy(update={"data": folder}))
    answerer = assembly.answerer()
    took = [answerer.answer(question).seconds for question in questions][WARM_UP:]
    memory = resident_bytes()
    assembly.corpus.database.close()
    return Warm(
        totals=[seconds.total for seconds in took],
        searches=[seconds.search for seconds in took],
        reads=[seconds.read for seconds in took],
        memory=memory,
    )


def warm_rows(warm: Warm) -> list[tuple[str, str, str]]:
    """The rows of the table that come from a warm process."""

    def both(values: Sequence[float]) -> str:
        return f"{ms(percentile(values, 50))} / {ms(percentile(values, 95))} ms"

    return [
        (
            f"an answer, warm, p50 / p95 of {len(warm.totals)} questions",
            "p50 under 300 ms",
            both(warm.totals),
        ),
        ("of which search", "p50 under 30 ms", both(warm.searches)),
        ("of which reading", "", both(warm.reads)),
        (
            "resident memory after that, without the bot",
            "under 700 MB",
            f"{warm.memory / 1e6:.0f} MB",
        ),
    ]


def resident_bytes() -> int:
    """Memory of this process that is in RAM, as Linux counts it (VmRSS)."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise click.ClickException("/proc/self/status doesn't tell the resident memory.")


if __name__ == "__main__":
    main()
