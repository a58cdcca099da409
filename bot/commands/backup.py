"""`talks backup`, `talks restore` and `talks export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.commands import assembled, at_the_terminal
from bot.rendering import counted
from bot.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(settings: Settings, file: Path) -> None:
    """Copy the whole corpus into FILE, as it is now; the bot may go on meanwhile.

    Index files are not in it: they are made again from the embeddings, which are.
    """
    from corpus.backup import back_up
    from corpus.journal import Journal

    corpus = assembled(settings).corpus
    size = back_up(corpus, file)
    Journal(corpus.database).record(at_the_terminal(), "backed up to", str(file))
    coverage = corpus.coverage()
    click.echo(f"{file}: {counted(coverage.articles, 'article')}, {size / 1e6:.1f} MB.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def restore(settings: Settings, file: Path) -> None:
    """Put the corpus of a backup FILE in the place of the present one. Stop the bot first.

    The present corpus is kept beside it, under a name with the date.
    """
    from corpus.backup import restore as put_back
    from corpus.journal import Journal

    kept = put_back(file, settings.data)
    assembly = assembled(settings)
    Journal(assembly.corpus.database).record(at_the_terminal(), "restored a backup", str(file))
    live = assembly.generations.live()
    if live is not None:
        # Index files of another time are noticed, and made again without the model.
        assembly.generations.load(live, None)
    coverage = assembly.corpus.coverage()
    click.echo(
        f"Restored: {counted(coverage.articles, 'article')}, "
        f"{counted(coverage.passages, 'passage')}."
    )
    if live is not None:
        click.echo(f"Generation {live.number} is live, as it was then; so is the log.")
    if sum(assembly.generations.pending()):
        click.echo("Run `talks reindex`: not all of it is indexed.")
    if kept is not None:
        click.echo(f"The corpus that was there before is kept as {kept}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@click.pass_obj
def export(settings: Settings, file: Path) -> None:
    """Write every article that can be found to FILE (or standard output) as JSON lines.

    `talks add FILE.jsonl` reads them again.
    """
    from corpus.backup import export as lines
    from corpus.backup import write_lines

    corpus = assembled(settings).corpus
    if str(file) == "-":
        for line in lines(corpus):
            sys.stdout.buffer.write(f"{line}\n".encode())
        return
    count = write_lines(lines(corpus), file)
    click.echo(f"{file}: {counted(count, 'article')}.", err=True)
