"""`talks add`, `talks remove` and `talks articles`."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands import at_the_terminal
from bot.settings import Settings
from corpus.errors import SourceError
from corpus.types import Article

if TYPE_CHECKING:
    from corpus.fetching import Fetcher
    from corpus.journal import Journal
    from corpus.store import Corpus
    from corpus.types import StoredArticle

LEFT_OUT = 1  # exit status: some of the sources could not be added
_WEB = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SITE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE)
SHOWN = 20  # articles named one by one when many are added


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--replace", is_flag=True, help="Also where the stored article was another one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the counts.")
@click.pass_obj
def add(settings: Settings, sources: tuple[str, ...], replace: bool, as_json: bool) -> None:
    """Add articles from web addresses, files and folders.

    Files may be .md, .txt, .html, .pdf, .docx and .jsonl. What can't be read is named, with the
    reason; the rest goes in, and the exit status is 1.

    The same address, or a file of the same name, is the same article: left alone if it reads the
    same, a new version if it reads otherwise. Where title and text have nothing in common with
    what is stored, it is left out, unless --replace is given. `talks reindex` then makes them
    findable.
    """
    corpus = _corpus(settings)
    errors: list[SourceError] = []

    def readable() -> Iterator[Article]:
        for item in _items(settings, corpus, sources):
            if isinstance(item, Article) and not replace:
                item = _kept_apart(corpus, item)
            if isinstance(item, SourceError):
                errors.append(item)
                click.echo(f"Left out: {item}", err=True)
            else:
                yield item

    counts: Counter[str] = Counter()
    changed: list[str] = []
    for article, change in corpus.add_many(readable()):
        counts[change.value] += 1
        if change != "unchanged":
            changed.append(article.id)
        if not as_json and counts.total() <= SHOWN:
            click.echo(f"{change.value:>9}  {article.id}  {article.title}")
            _tell_copies(corpus, article)
        if not as_json and counts.total() == SHOWN + 1:
            click.echo("           ...")
    if changed:
        _record(corpus, "added", changed, counts)
    _tell_added(counts, errors, as_json)
    sys.exit(LEFT_OUT if errors else 0)


@click.command()
@click.argument("article_ids", nargs=-1, required=True, metavar="ARTICLE...")
@click.option("--undo", is_flag=True, help="Let a withdrawn ARTICLE be found again.")
@click.pass_obj
def remove(settings: Settings, article_ids: tuple[str, ...], undo: bool) -> None:
    """Withdraw each ARTICLE (an id): it is no longer found, at once.

    Its text is kept, so that answers given earlier can still be shown, and so that --undo or
    `talks add` of the same article brings it back.
    """
    corpus = _corpus(settings)
    for stored in [corpus.article(article_id) for article_id in article_ids]:
        if stored.withdrawn is not undo:
            state = "not withdrawn" if undo else "withdrawn before"
            click.echo(f"{stored.article.id} was {state}.")
        else:
            _switch(corpus, stored.article.id, undo)


@click.command()
@click.argument("article_id", required=False, metavar="[ARTICLE]")
@click.option("--withdrawn", is_flag=True, help="List those that were withdrawn.")
@click.option("--version", type=click.IntRange(min=1), help="Show ARTICLE as it once read.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an article.")
@click.pass_obj
def articles(
    settings: Settings,
    article_id: str | None,
    withdrawn: bool,
    version: int | None,
    as_json: bool,
) -> None:
    """List what is in the corpus, newest first; or show one ARTICLE whole, with its sources."""
    if version and not article_id:
        raise click.UsageError("--version needs an ARTICLE.")
    corpus = _corpus(settings)
    _first_use(settings, corpus)
    found = [corpus.article(article_id)] if article_id else corpus.articles(withdrawn=withdrawn)
    if as_json:
        for stored in found:
            click.echo(json.dumps(_json_of(stored), ensure_ascii=False))
    elif article_id:
        _show_article(corpus, found[0], version)
    elif not found:
        click.echo("There are none. `talks add` adds articles.")
    else:
        for stored in found:
            article = stored.article
            count = f"{len(article.paragraphs)} paragraphs"
            click.echo(f"{article.published:10}  {article.id:40}  {count:>13}  {article.title}")


def _switch(corpus: Corpus, article_id: str, undo: bool) -> None:
    """Withdraw an article, or let it be found again; say what that means."""
    from index.building import Generations
    from index.pins import answered_from

    with corpus.database.write():
        (corpus.restore if undo else corpus.withdraw)(article_id)
        _journal(corpus).record(at_the_terminal(), "restored" if undo else "withdrew", article_id)
    if not undo:
        click.echo(f"Withdrawn: {article_id}. It is no longer found.")
        for pin in answered_from(corpus, article_id):
            click.echo(f"  It answered pinned question {pin.number}: {pin.question}")
    elif Generations(corpus).pending()[0]:
        click.echo(f"Restored: {article_id}. Run `talks reindex` to make it findable.")
    else:
        click.echo(f"Restored: {article_id}. It is found again.")


def _kept_apart(corpus: Corpus, article: Article) -> Article | SourceError:
    """The article, or why it can't be a new version of the one that has its id."""
    from corpus.copies import unlike

    stored = corpus.find(article.id)
    if stored is None or not unlike(stored.article, article):
        return article
    return SourceError(
        article.id,
        f"another article of this name is stored, {stored.article.title!r}, and they have nothing "
        "in common. Rename the file, or give --replace if it is to take its place",
    )


def _corpus(settings: Settings) -> Corpus:
    from corpus.store import Corpus

    return Corpus(settings.data)


def _journal(corpus: Corpus) -> Journal:
    from corpus.journal import Journal

    return Journal(corpus.database)


def _items(
    settings: Settings, corpus: Corpus, sources: tuple[str, ...]
) -> Iterator[Article | SourceError]:
    """The articles of files and folders first, then those of web addresses."""
    from corpus.parsing import read_sources

    urls = [source for source in sources if _WEB.match(source)]
    bare = [source for source in sources if _SITE.match(source) and not Path(source).exists()]
    for source in bare:
        yield SourceError(source, "no such file; a web address begins with https://")
    yield from read_sources(Path(source) for source in sources if source not in (*urls, *bare))
    if urls:
        from corpus.fetching import Fetcher

        fetcher = Fetcher(allow_private=settings.allow_private)
        yield from (fetched(corpus, url, fetcher) for url in urls)


def fetched(corpus: Corpus, url: str, fetcher: Fetcher) -> Article | SourceError:
    """The article at a web address, under the id that the corpus knows it by; or why not."""
    from corpus.fetching import article_from_url

    try:
        return corpus.identified(article_from_url(url, fetcher))
    except SourceError as exc:
        return exc


def _record(corpus: Corpus, what: str, ids: list[str], counts: Counter[str]) -> None:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    detail = ", ".join(f"{count} {change}" for change, count in counts.items())
    _journal(corpus).record(at_the_terminal(), what, ", ".join(ids[:SHOWN]) + more, detail)


def _tell_copies(corpus: Corpus, article: Article) -> None:
    for near in corpus.copies.similar(article):
        told = f"{near.similarity:.0%} the same as {near.article_id}"
        click.echo(f"           {told}: cited once where both say it")


def _first_use(settings: Settings, corpus: Corpus) -> None:
    """Before anything was ever indexed, the bundled articles are what there is to list."""
    if not corpus.articles() and not corpus.articles(withdrawn=True):
        from bot.assembly import Assembly

        Assembly(settings).sync_articles()


def _tell_added(counts: Counter[str], errors: list[SourceError], as_json: bool) -> None:
    if as_json:
        left_out = [{"source": error.source, "reason": error.reason} for error in errors]
        record: dict[str, object] = {"left_out": left_out}
        click.echo(json.dumps(record | dict(counts), ensure_ascii=False))
        return
    told = ", ".join(f"{count} {change}" for change, count in counts.items()) or "nothing added"
    if errors:
        told += f", {len(errors)} left out"
    hint = " Run `talks reindex` to make it findable." if set(counts) - {"unchanged"} else ""
    click.echo(f"{told[0].upper()}{told[1:]}.{hint}")


def _show_article(corpus: Corpus, stored: StoredArticle, version: int | None) -> None:
    from bot.rendering import source_line

    article = stored.article
    if version and version > stored.version:
        raise click.UsageError(f"{article.id} has {stored.version} version(s), not {version}.")
    click.echo(source_line(article))
    if stored.version > 1:
        click.echo(
            f"Version {version or stored.version} of {stored.version}; "
            f"last corrected on {stored.changed_at}."
        )
    if stored.withdrawn:
        click.echo(f"Withdrawn on {stored.withdrawn_at}.")
    if article.url:
        click.echo(article.url)
    if copies := corpus.copies.group(article.id):
        click.echo(f"Near-copies: {', '.join(copies)}")
    paragraphs = corpus.paragraphs_of(article.id, version or stored.version)
    for number, paragraph in enumerate(paragraphs, start=1):
        click.echo(f"\n{number:>3}. {paragraph}")
    if article.note:
        click.echo(f"\nEditor's note: {article.note}")
    if article.sources:
        click.echo("\nWritten from:")
        for url in article.sources:
            click.echo(f"  {url}")


def _json_of(stored: StoredArticle) -> dict[str, object]:
    article = stored.article
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "url": article.url,
        "published": article.published,
        "language": article.language,
        "paragraphs": len(article.paragraphs),
        "version": stored.version,
        "withdrawn": stored.withdrawn,
        "sources": list(article.sources),
    }
