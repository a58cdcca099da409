"""`talks reindex`, `talks rollback`, `talks status` and `talks doctor`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.assembly import Assembly


@click.command()
@click.option("--full", is_flag=True, help="Embed every passage anew.")
@click.pass_obj
def reindex(settings: Settings, full: bool) -> None:
    """Build an index of all articles beside the live one, verify it, and publish it.

    Only texts that were never embedded are embedded. If it is cut off, the live index goes on
    answering and the next run continues from there.
    """
    assembly = _assembly(settings)
    for error in assembly.sync_articles()[1]:
        click.echo(f"Left out: {error}", err=True)
    built = assembly.reindex(full=full)
    click.echo(
        f"Generation {built.generation.number} is live: {built.generation.count} passages "
        f"({built.added} added, {built.removed} removed, {built.embedded} texts embedded)."
    )


@click.command()
@click.pass_obj
def rollback(settings: Settings) -> None:
    """Publish the generation before the live one again."""
    generation = _assembly(settings).generations.rollback()
    click.echo(f"Generation {generation.number} is live again: {generation.count} passages.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Show what there is: articles, the live index, models, sizes."""
    assembly = _assembly(settings)
    facts = _facts(assembly)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' '):>18}  {'-' if value is None else value}")


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Check everything and say what to do; exit status 0 when all is sound."""
    from bot.checkup import checks

    sound = True
    for check in checks(_assembly(settings)):
        sound = sound and check.sound
        click.echo(f"{'ok' if check.sound else 'BAD':>4}  {check.what}: {check.found}")
        if not check.sound:
            click.echo(f"      {check.advice}")
    sys.exit(0 if sound else 1)


def _assembly(settings: Settings) -> Assembly:
    from bot.assembly import Assembly
    from bot.progress import progress_bar

    return Assembly(settings, progress_bar)


def _facts(assembly: Assembly) -> dict[str, object]:
    corpus, generations = assembly.corpus, assembly.generations
    coverage = corpus.coverage()
    published = generations.published()
    live = published[0] if published else None
    added, removed = generations.pending()
    return {
        "articles": coverage.articles,
        "withdrawn": len(corpus.articles(withdrawn=True)),
        "passages": coverage.passages,
        "from": coverage.earliest or None,
        "to": coverage.latest or None,
        "generation": live.number if live else None,
        "indexed_passages": live.count if live else 0,
        "made": live.created_at if live else None,
        "model": live.model if live else None,
        "to_roll_back_to": len(published[1:]),
        "waiting_to_be_indexed": added,
        "waiting_to_be_dropped": removed,
        "database_bytes": corpus.database.path.stat().st_size,
        "index_bytes": sum(generation.bytes for generation in published),
        "data_folder": str(assembly.settings.data),
    }
