"""`talks pin`, `talks unpin` and `talks pins`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.commands import assembled, at_the_terminal
from bot.settings import Settings

if TYPE_CHECKING:
    from corpus.journal import Journal
    from index.pins import Pins


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.pass_obj
def pin(settings: Settings, question: tuple[str, ...]) -> None:
    """Pin QUESTION: no reindex is published in which it would lose its answer."""
    from bot.rendering import quote_line

    pinned = assembled(settings).pin(" ".join(question), at_the_terminal())
    told = "Pinned" if pinned.new else "Pinned before"
    click.echo(f"{told}, as number {pinned.pin.number}: {pinned.pin.question}")
    click.echo(f"Its answer: {quote_line(pinned.citation) if pinned.citation else 'none yet'}")


@click.command()
@click.argument("number", type=int)
@click.pass_obj
def unpin(settings: Settings, number: int) -> None:
    """Unpin the question with this NUMBER; `talks pins` shows the numbers."""
    pins, journal = _pins(settings)
    pinned = pins.remove(number)
    journal.record(at_the_terminal(), "unpinned", pinned.question)
    click.echo(f"Unpinned: {pinned.question}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a question.")
@click.pass_obj
def pins(settings: Settings, as_json: bool) -> None:
    """List the pinned questions, each with the answer that was last published."""
    from bot.rendering import quote_line
    from corpus.store import Corpus
    from index.pins import Pins, recalled

    corpus = Corpus(settings.data)
    found = Pins(corpus.database).list()
    if not found and not as_json:
        click.echo("No question is pinned. `talks pin QUESTION` pins one.")
    for pinned in found:
        if as_json:
            click.echo(json.dumps(asdict(pinned), ensure_ascii=False))
        else:
            click.echo(f"{pinned.number:>4}  {pinned.question}  ({pinned.who})")
            citation = recalled(pinned, corpus)
            click.echo(f"      {quote_line(citation) if citation else 'no answer'}")


def _pins(settings: Settings) -> tuple[Pins, Journal]:
    from corpus.journal import Journal
    from corpus.store import Corpus
    from index.pins import Pins

    database = Corpus(settings.data).database
    return Pins(database), Journal(database)
