"""`talks`: ask, search, and keep the corpus from the terminal."""

from __future__ import annotations

import logging
import sys
from typing import Any

import click

from bot.commands import (
    articles,
    asking,
    backup,
    evaluating,
    feeds,
    generations,
    inbox,
    journal,
    pins,
    running,
)
from corpus.errors import TalksError

ANSWERED, ERROR, USAGE, DECLINED = 0, 1, 2, 3  # exit statuses


class TalksGroup(click.Group):
    """Shows our own errors as one line on standard error, with exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TalksError as exc:
            click.echo(f"Error: {exc}", err=True)
            sys.exit(ERROR)
        except BrokenPipeError:
            # `talks articles | head` closes the pipe early; Python would complain at exit.
            sys.stderr.close()
            sys.exit(ANSWERED)


@click.group(cls=TalksGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="talks-bot", prog_name="talks")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Answers about the Istanbul talks, each with the sentence that proves it.

    Settings are read from the environment and from .env; .env.example lists them.
    """
    ctx.ensure_object(dict)
    if ctx.invoked_subcommand is not None and "--help" not in sys.argv and "-h" not in sys.argv:
        from bot.settings import read_settings

        settings = read_settings()
        logging.basicConfig(
            level=settings.log_level,
            format="%(levelname)s %(name)s: %(message)s",
            stream=sys.stderr,
        )
        ctx.obj = settings


for command in (
    asking.ask,
    asking.search,
    asking.chat,
    articles.add,
    articles.remove,
    articles.articles,
    generations.reindex,
    generations.rollback,
    generations.status,
    generations.doctor,
    feeds.feeds,
    pins.pin,
    pins.unpin,
    pins.pins,
    inbox.inbox,
    backup.backup,
    backup.restore,
    backup.export,
    journal.log,
    evaluating.evaluate,
    running.bot,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
