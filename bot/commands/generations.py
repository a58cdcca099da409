"""`talks reindex`, `talks rollback`, `talks status` and `talks doctor`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from bot.commands import assembled, at_the_terminal
from bot.rendering import counted
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.assembly import Assembly, Reindexed
    from corpus.store import Corpus
    from index.types import Citation

NAMED = 10  # articles that a reindex brings in, or drops
MOST_LOOKED_AT = 500  # passages
REFUSED = 1  # exit status: a pinned question would lose its answer


@click.command()
@click.option("--full", is_flag=True, help="Embed every passage anew.")
@click.option("--check", is_flag=True, help="Show what would change; publish nothing.")
@click.option("--force", is_flag=True, help="Publish even if a pinned answer is lost.")
@click.pass_obj
def reindex(settings: Settings, full: bool, check: bool, force: bool) -> None:
    """Build an index of all articles beside the live one, verify it, and publish it.

    Pinned questions are asked of both, and the difference is shown; if one has lost its answer,
    nothing is published and the exit status is 1. Only texts that were never embedded are
    embedded. If it is cut off, the live index goes on answering and the next run continues from
    there.
    """
    assembly = assembled(settings)
    for error in assembly.sync_articles()[1]:
        click.echo(f"Left out: {error}", err=True)
    done = assembly.reindex(who=at_the_terminal(), full=full, check=check, force=force)
    _show_differences(done)
    _show_articles(assembly.corpus, done)
    built = done.built
    told = (
        f"{counted(built.generation.count, 'passage')} ({built.added} added, "
        f"{built.removed} removed, {counted(built.embedded, 'text')} embedded)."
    )
    if done.published:
        click.echo(f"Generation {built.generation.number} is live: {told}")
    elif done.unchanged and done.live:
        click.echo(
            f"Nothing has changed: generation {done.live.number} stays live, "
            f"{counted(done.live.count, 'passage')}."
        )
    elif check:
        click.echo(f"Nothing was published. It would have {told}")
    else:
        click.echo(
            f"Not published: {_questions(len(done.lost))} would lose the answer. Mend the "
            "articles, `talks unpin` the question, or publish with --force.",
            err=True,
        )
    sys.exit(REFUSED if done.refused else 0)


@click.command()
@click.pass_obj
def rollback(settings: Settings) -> None:
    """Publish the generation before the live one again, in under a second."""
    generation = assembled(settings).generations.rollback(at_the_terminal())
    click.echo(
        f"Generation {generation.number} is live again: {counted(generation.count, 'passage')}. "
        "What was withdrawn stays so; `talks reindex` leads forward again."
    )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Show what there is: articles, the live index, models, sizes."""
    assembly = assembled(settings)
    facts = _facts(assembly)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' '):>24}  {'-' if value is None else value}")


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Check everything and say what to do; exit status 0 when all is sound."""
    from bot.checkup import checks

    sound = True
    for check in checks(assembled(settings)):
        sound = sound and check.sound
        click.echo(f"{'ok' if check.sound else 'BAD':>4}  {check.what}: {check.found}")
        if not check.sound:
            click.echo(f"      {check.advice}")
    sys.exit(0 if sound else 1)


def _show_differences(done: Reindexed) -> None:
    counts = Counter(difference.outcome.value for difference in done.differences)
    for difference in done.differences:
        if difference.outcome == "same":
            continue
        click.echo(f"{difference.outcome:>8}  {difference.pin.question}")
        click.echo(f"          before: {_quoted(difference.before)}")
        click.echo(f"           after: {_quoted(difference.after)}")
    if counts:
        told = ", ".join(f"{counts[name]} {name}" for name in ("same", "changed", "lost", "won"))
        click.echo(f"{_questions(len(done.differences))}: {told}.")


def _show_articles(corpus: Corpus, done: Reindexed) -> None:
    """Name the articles whose passages come or go, each once."""
    for sign, ids in (("+", done.built.new), ("-", done.built.gone)):
        passages = corpus.passages(ids[:MOST_LOOKED_AT], findable=False).values()
        names = list(dict.fromkeys(passage.article_id for passage in passages))
        for name in names[:NAMED]:
            click.echo(f"       {sign}  {name}")
        if len(names) > NAMED or len(ids) > MOST_LOOKED_AT:
            click.echo(f"       {sign}  ...")


def _quoted(citation: Citation | None) -> str:
    from bot.rendering import quote_line

    return "no answer" if citation is None else quote_line(citation)


def _questions(count: int) -> str:
    return f"{count} pinned question{'' if count == 1 else 's'}"


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
        "earlier_generations_kept": len(published[1:]),
        "waiting_to_be_indexed": added,
        "waiting_to_be_dropped": removed,
        "database_bytes": corpus.database.path.stat().st_size,
        "index_bytes": sum(generation.bytes for generation in published),
        "data_folder": str(assembly.settings.data.absolute()),
    }
