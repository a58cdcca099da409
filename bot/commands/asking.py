"""`talks ask`, `talks search` and `talks chat`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from bot.commands import assembled
from bot.settings import Settings
from corpus.errors import TalksError

if TYPE_CHECKING:
    from bot.assembly import Assembly
    from index.search import Results
    from index.types import Answer

DECLINED = 3  # exit status: the corpus doesn't answer the question
ERROR = 1


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a question.")
@click.pass_obj
def ask(settings: Settings, question: tuple[str, ...], as_json: bool) -> None:
    """Answer QUESTION with the sentence that says so and its source.

    With - as QUESTION, read a question a line from standard input; a line may also be a JSON
    object {"question": ..., "context": [earlier questions]}.

    Exit status: 0 answered, 3 declined, 1 error, 2 usage.
    """
    assembly = assembled(settings)
    text = " ".join(question)
    if text == "-":

        def one(line: str) -> None:
            asked, context = _question_of(line)
            answer = assembly.answerer().answer(asked, context)
            if not as_json:
                click.echo(f"? {asked}\n")
            _show(answer, as_json)
            if not as_json:
                click.echo()

        sys.exit(_each_line(one, as_json))
    answer = assembly.answerer().answer(text)
    _show(answer, as_json)
    sys.exit(0 if answer.answered else DECLINED)


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option(
    "-k",
    "--top-k",
    type=click.IntRange(min=1, max=1000),
    default=10,
    show_default=True,
    help="How many passages to print.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list a query.")
@click.pass_obj
def search(settings: Settings, query: tuple[str, ...], top_k: int, as_json: bool) -> None:
    """Print the passages nearest to QUERY, best first.

    With - as QUERY, read a query a line from standard input.
    """
    assembly = assembled(settings)
    text = " ".join(query)
    if text == "-":

        def one(line: str) -> None:
            asked, _ = _question_of(line)
            _show_hits(assembly, assembly.searcher.search(asked, top_k), as_json)

        sys.exit(_each_line(one, as_json))
    results = assembly.searcher.search(text, top_k)
    _show_hits(assembly, results, as_json)
    sys.exit(0 if results.hits else DECLINED)


@click.command()
@click.pass_obj
def chat(settings: Settings) -> None:
    """Ask and be answered in the terminal; a question may follow up on those before it."""
    answerer = assembled(settings).answerer()
    from bot.rendering import coverage_line

    click.echo(f"{coverage_line(answerer.coverage())} Ask a question; an empty line ends.")
    context: list[str] = []
    for question in _typed():
        try:
            answer = answerer.answer(question, context[-3:])
        except TalksError as exc:
            click.echo(f"Error: {exc}", err=True)
            continue
        click.echo()
        _show(answer, as_json=False)
        click.echo()
        context.append(question)


def _typed() -> Iterator[str]:
    """Lines typed at a prompt, until an empty one, Ctrl-D or Ctrl-C."""
    try:
        while line := input("? " if sys.stdin.isatty() else "").strip():
            yield line
    except (EOFError, KeyboardInterrupt):
        click.echo()


def _question_of(line: str) -> tuple[str, list[str]]:
    """A line of a stream: the question itself, or a JSON object that holds it."""
    if not line.startswith("{"):
        return line, []
    try:
        record: Any = json.loads(line)
    except json.JSONDecodeError as exc:
        raise click.UsageError(f"not JSON: {exc}") from exc
    question = record.get("question", record.get("query"))
    context = record.get("context", [])
    if not isinstance(question, str):
        raise click.UsageError('a JSON line needs a "question" that is text')
    if not isinstance(context, list) or not all(isinstance(item, str) for item in context):
        raise click.UsageError('"context" has to be a list of questions')
    return question, context


def _each_line(one: Callable[[str], None], as_json: bool) -> int:
    """Do something for every line of standard input; what a bad one raises is told in its place."""
    status = 0
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").strip("\ufeff\r\n")
        try:
            one(line.strip())
        except (TalksError, click.UsageError) as exc:
            status = ERROR
            message = exc.message if isinstance(exc, click.UsageError) else str(exc)
            if as_json:
                _print_json({"question": line, "error": message})
            else:
                click.echo(f"Error: {message}", err=True)
        sys.stdout.flush()
    return status


def _show(answer: Answer, as_json: bool) -> None:
    from bot import rendering

    if as_json:
        _print_json(rendering.as_json(answer))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console(highlight=False).print(rendering.rich_text(answer))
    else:
        click.echo(rendering.plain(answer))


def _show_hits(assembly: Assembly, results: Results, as_json: bool) -> None:
    from bot.rendering import one_line, source_line

    if as_json:
        _print_json(
            [
                {
                    "rank": hit.rank,
                    "passage_id": hit.passage.id,
                    "article_id": hit.passage.article_id,
                    "paragraph": hit.passage.paragraph,
                    "text": hit.passage.text,
                    "score": round(hit.score, 4),
                }
                for hit in results.hits
            ]
        )
        return
    if results.lexical_only:
        click.echo(f"Only words were searched for: {results.lexical_only}", err=True)
    if not results.hits:
        click.echo("Nothing was found.")
    for hit in results.hits:
        article = assembly.corpus.article(hit.passage.article_id).article
        place = f"{source_line(article)}, paragraph {hit.passage.paragraph}"
        click.echo(f"{hit.rank:>2}. {hit.score:.2f}  {place}")
        click.echo(f"    {one_line(hit.passage.text)}\n")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
