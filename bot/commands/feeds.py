"""`talks feeds add`, `list`, `remove` and `check`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.commands import at_the_terminal
from bot.settings import Settings
from corpus.errors import SourceError

if TYPE_CHECKING:
    from corpus.feeds import Feed, Feeds
    from corpus.store import Corpus
    from corpus.types import Article, Change

FAILED = 1  # exit status: a feed, or an article of one, could not be had


@click.group()
def feeds() -> None:
    """Feeds (RSS, Atom) whose new articles are added, by `check` or by the running bot."""


@feeds.command("add")
@click.argument("url")
@click.pass_obj
def add_feed(settings: Settings, url: str) -> None:
    """Keep the feed at URL, and check it at once."""
    corpus, kept = _feeds(settings)
    known = {feed.url for feed in kept.list()}
    feed = kept.add(url)
    if feed.url in known:
        click.echo(f"Known already: {feed.url}")
    try:
        failed = _check(corpus, feed, settings)
    except SourceError:
        if feed.url not in known:
            kept.remove(feed.url)  # an address that isn't a feed is no use
        raise
    if feed.url not in known:
        _record(corpus, "added the feed", feed.url)
    sys.exit(FAILED if failed else 0)


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a feed.")
@click.pass_obj
def list_feeds(settings: Settings, as_json: bool) -> None:
    """List the feeds and how their last check went."""
    found = _feeds(settings)[1].list()
    if not found and not as_json:
        click.echo("There are no feeds. `talks feeds add URL` adds one.")
    for feed in found:
        if as_json:
            click.echo(json.dumps(asdict(feed), ensure_ascii=False))
        else:
            checked = f"checked {feed.checked_at}" if feed.checked_at else "not checked yet"
            trouble = f", failed {feed.failures} times: {feed.last_error}" if feed.failures else ""
            click.echo(f"{feed.url}  {feed.title}  ({checked}{trouble})")


@feeds.command("remove")
@click.argument("url")
@click.pass_obj
def remove_feed(settings: Settings, url: str) -> None:
    """Forget the feed at URL; its articles stay."""
    corpus, kept = _feeds(settings)
    kept.remove(url)
    _record(corpus, "removed the feed", url)
    click.echo(f"Removed: {url}. Its articles stay.")


@feeds.command("check")
@click.argument("url", required=False)
@click.pass_obj
def check_feeds(settings: Settings, url: str | None) -> None:
    """Add what is new in all feeds, or in the one at URL. `talks reindex` makes it findable."""
    corpus, kept = _feeds(settings)
    chosen = [kept.add(url)] if url in {f.url for f in kept.list()} and url else kept.list()
    if url and not any(feed.url == url for feed in chosen):
        raise SourceError(url, "there is no such feed. `talks feeds list` shows them all")
    failed = False
    for feed in chosen:
        try:
            failed |= _check(corpus, feed, settings)
        except SourceError as exc:
            failed = True
            click.echo(f"Left out: {exc}", err=True)
    sys.exit(FAILED if failed else 0)


def _check(corpus: Corpus, feed: Feed, settings: Settings) -> bool:
    """Add a feed's new articles; whether one could not be had."""
    from bot.feeding import check_feed
    from corpus.fetching import Fetcher

    fetcher = Fetcher(allow_private=settings.allow_private)
    found = check_feed(corpus, feed, fetcher, at_the_terminal(), _tell)
    for problem in found.problems:
        click.echo(f"Left out: {problem}", err=True)
    parts = [f"{count} {what}" for what, count in found.counts.items()]
    if found.problems:
        parts.append(f"{len(found.problems)} left out")
    click.echo(f"{feed.url}: {', '.join(parts) or 'nothing new'}.")
    return bool(found.problems)


def _tell(article: Article, change: Change) -> None:
    click.echo(f"{change.value:>9}  {article.id}  {article.title}")


def _record(corpus: Corpus, what: str, subject: str, detail: str = "") -> None:
    from corpus.journal import Journal

    Journal(corpus.database).record(at_the_terminal(), what, subject, detail)


def _feeds(settings: Settings) -> tuple[Corpus, Feeds]:
    from corpus.feeds import Feeds
    from corpus.store import Corpus

    corpus = Corpus(settings.data)
    return corpus, Feeds(corpus.database)
