"""Checking feeds: what is new in them becomes articles, for `talks feeds` and the running bot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from corpus.errors import SourceError
from corpus.feeds import Feed, Feeds
from corpus.fetching import Fetcher
from corpus.journal import Journal
from corpus.store import Corpus
from corpus.types import Article, Change

OnArticle = Callable[[Article, Change], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one feed brought."""

    counts: Counter[str]  # by what was done: "added", "changed", ...
    added: tuple[str, ...]  # ids of articles that are new or changed
    problems: tuple[SourceError, ...]  # entries that could not be had


def check_feed(
    corpus: Corpus,
    feed: Feed,
    fetcher: Fetcher,
    who: str,
    tell: OnArticle = lambda article, change: None,
) -> Checked:
    """Store what is new in a feed. What an admin has withdrawn stays withdrawn.

    :raises SourceError: If the feed itself can't be had.
    """
    counts: Counter[str] = Counter()
    added: list[str] = []
    problems: list[SourceError] = []
    try:
        for item in Feeds(corpus.database).check(feed, fetcher):
            if isinstance(item, SourceError):
                problems.append(item)
                continue
            # An entry counts as seen when the next is asked for, so each is stored on its own.
            article = corpus.identified(item)
            change = corpus.add(article, restore=False)
            counts[change.value] += 1
            if change is not Change.UNCHANGED:
                added.append(article.id)
                tell(article, change)
    finally:
        if added:
            Journal(corpus.database).record(who, "added", ", ".join(added), f"from {feed.url}")
    return Checked(counts, tuple(added), tuple(problems))
