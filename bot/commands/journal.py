"""`talks log`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from bot.settings import Settings


@click.command()
@click.option("-n", "--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an entry.")
@click.pass_obj
def log(settings: Settings, limit: int, as_json: bool) -> None:
    """Show what admins did to the corpus, who and when, newest first."""
    from corpus.journal import Journal
    from corpus.store import Corpus

    entries = Journal(Corpus(settings.data).database).entries(limit)
    if not entries and not as_json:
        click.echo("Nothing was done yet.")
    for entry in entries:
        if as_json:
            click.echo(json.dumps(asdict(entry), ensure_ascii=False))
        else:
            detail = f" ({entry.detail})" if entry.detail else ""
            when = entry.at.replace("T", " ").removesuffix("+00:00")
            click.echo(f"{when}  {entry.who}: {entry.what} {entry.subject}{detail}")
