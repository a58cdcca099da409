"""`talks evaluate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.assembly import Assembly
    from index.datasets import KnownQuestion, QuestionSet
    from index.measuring import Outcome, Report

    OnAsked = Callable[[int, int], None]

TABLE = "evaluation"  # what the README's marker lines name

File = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=File)
@click.option("--passages", type=File, help="The evidence that MultiHop-RAG queries are about.")
@click.option("--limit", type=click.IntRange(min=1), help="Ask so many of the questions only.")
@click.option("--seed", default=13, show_default=True, help="Draws them, and the typing errors.")
@click.option("--noise", is_flag=True, help="Type in haste: errors, no capitals, no question mark.")
@click.option("--given", is_flag=True, help="Read the right paragraph without search (SQuAD).")
@click.option("--wrong", is_flag=True, help="Show what was answered wrongly, question by question.")
@click.option("--readme", type=File, help="Write the tables into this file, between its markers.")
@click.option(
    "--save", type=click.Path(path_type=Path), help="Keep the figures here as JSON, for /about."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def evaluate(
    settings: Settings,
    file: Path,
    passages: Path | None,
    limit: int | None,
    seed: int,
    noise: bool,
    given: bool,
    wrong: bool,
    readme: Path | None,
    save: Path | None,
    as_json: bool,
) -> None:
    """Measure search, answers and refusals on FILE, questions with known answers.

    FILE holds questions about the corpus (.jsonl), or is a SQuAD (.json) or MultiHop-RAG file,
    which bring their own paragraphs: they are indexed in a temporary folder. `.gz` may follow.

    A question a line: {"id", "question", "answers": [words of the articles; none if they don't
    say], "articles": [ids of all that answer], "kind", "note"}.
    """
    from index.datasets import read_questions, sample
    from index.reporting import around_markers, put

    question_set = read_questions(file, passages)
    questions = sample(question_set.questions, limit, seed)
    if noise:
        questions = _typed_in_haste(questions, seed)
        question_set = replace(question_set, name=f"{question_set.name}, typed in haste")
    if given and any(one.asked_of is None for one in questions):
        raise click.UsageError("--given needs a file that brings its paragraphs, such as SQuAD's")
    if readme:
        around_markers(readme, TABLE)  # told before the work, not after it
    measure = _measure_reader if given else _measure
    report = measure(settings, question_set, questions)
    _show(report, wrong, as_json)
    if readme:
        put(_markdown(report), TABLE, readme)
        click.echo(f"Written into {readme}.", err=True)
    if save:
        from index.reporting import as_json as figures

        save.write_text(json.dumps(figures(report), indent=1, ensure_ascii=False) + "\n", "utf-8")


def _typed_in_haste(questions: Sequence[KnownQuestion], seed: int) -> list[KnownQuestion]:
    from index.noise import hasty

    return [replace(one, question=hasty(one.question, f"{seed} {one.id}")) for one in questions]


def _measure(
    settings: Settings, question_set: QuestionSet, questions: Sequence[KnownQuestion]
) -> Report:
    from index.evaluation import evaluate as measured

    with _assembly(settings, question_set) as assembly:
        answerer = assembly.answerer()
        with _progress() as on_asked:
            return measured(
                assembly.corpus,
                answerer,
                questions,
                name=question_set.name,
                top_k=settings.top_k,
                on_asked=on_asked,
            )


def _measure_reader(
    settings: Settings, question_set: QuestionSet, questions: Sequence[KnownQuestion]
) -> Report:
    from index.evaluation import evaluate_reader
    from index.reading import BUNDLED_READER, Reader

    reader = Reader(settings.reader_model or BUNDLED_READER)
    with _progress() as on_asked:
        return evaluate_reader(reader, question_set, questions, on_asked=on_asked)


@contextmanager
def _assembly(settings: Settings, question_set: QuestionSet) -> Iterator[Assembly]:
    """The live corpus, or a temporary one of the articles that the questions brought."""
    from bot.assembly import Assembly
    from bot.progress import progress_bar

    if not question_set.articles:
        yield Assembly(settings, progress_bar)
        return
    with TemporaryDirectory(prefix="talks-") as folder:
        assembly = Assembly.at(Path(folder), settings)
        try:
            for _ in assembly.corpus.add_many(question_set.articles):
                pass
            with assembly.generations.writing(), progress_bar() as on_progress:
                embedder = assembly.loaded_embedder()
                built = assembly.generations.build(embedder, on_progress=on_progress)
                assembly.generations.publish(built.generation)
            yield assembly
        finally:
            assembly.corpus.database.close()


def _show(report: Report, wrong: bool, as_json: bool) -> None:
    from index import reporting

    if as_json:
        record = reporting.as_json(report)
        if wrong:
            record["wrong"] = [reporting.outcome_json(outcome) for outcome in report.wrong]
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    if wrong:
        for outcome in report.wrong:
            click.echo(_told(outcome))
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(_markdown(report)))
    else:
        click.echo(_markdown(report))
    click.echo(f"\nA question took {report.p50:.3f} s (p50), {report.p95:.3f} s (p95).")


def _markdown(report: Report) -> str:
    from index.reporting import markdown

    return markdown(report)


def _told(outcome: Outcome) -> str:
    """Some lines on one question, for whoever wants to know what went wrong."""
    known = outcome.known
    verdict = "answered" if outcome.answered else "declined"
    wanted = " | ".join(known.answers) or "(no answer)"
    place = outcome.place or "nothing"
    return (
        f"{known.id} [{known.kind}] {known.question}\n"
        f"  {verdict} at {outcome.confidence:.2f}: {outcome.words!r} in {place}\n"
        f"    {outcome.quote}\n"
        f"  known: {wanted}\n"
    )


@contextmanager
def _progress() -> Iterator[OnAsked]:
    """A bar on standard error; off a terminal a line at every tenth of the questions."""
    if not sys.stderr.isatty():
        yield _tenths
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tenths(done: int, total: int) -> None:
    if done and 10 * done // total > 10 * (done - 1) // total:
        click.echo(f"asked {done} of {total} questions", err=True)
