"""What `talks doctor` looks at, and what it advises."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.rendering import counted
from corpus.database import explained
from corpus.errors import GenerationError, TalksError

if TYPE_CHECKING:
    from bot.assembly import Assembly

FREE_BYTES = 200_000_000  # less free space than this is too little for the next generation


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    sound: bool
    found: str
    advice: str = ""


def checks(assembly: Assembly) -> Iterator[Check]:
    """Look at one thing after the other; one that can't be looked at is not sound."""
    for what, look, advice in _LOOKS:
        try:
            yield Check(what, True, look(assembly))
        except TalksError as exc:
            yield Check(what, False, str(exc), advice)
            if what == "database":
                return  # nothing else can be looked at without it


def _database(assembly: Assembly) -> str:
    database = assembly.corpus.database
    with explained(database.path):
        said = database.db.execute("PRAGMA quick_check").fetchone()[0]
    if said != "ok":
        raise TalksError(f"{database.path} is damaged: {said}")
    return f"{database.path} is sound"


def _articles(assembly: Assembly) -> str:
    coverage = assembly.corpus.coverage()
    if not coverage.articles:
        raise TalksError("there are no articles")
    return f"{counted(coverage.articles, 'article')}, {counted(coverage.passages, 'passage')}"


def _index(assembly: Assembly) -> str:
    from index.building import EMBEDDED
    from index.generation import read_index

    live = assembly.generations.live()
    if live is None:
        raise GenerationError("nothing is indexed yet")
    model = assembly.settings.embedding_model
    if (live.model, live.embedded) != (model, EMBEDDED):
        raise GenerationError(f"generation {live.number} was made with {live.model}, not {model}")
    index = read_index(assembly.generations.path(live), live)
    return f"generation {live.number}, {counted(len(index), 'passage')}, file sound"


def _waiting(assembly: Assembly) -> str:
    added, removed = assembly.generations.pending()
    if added or removed:
        raise GenerationError(
            f"waiting: {counted(added, 'passage')} to be indexed, {removed:,} to be dropped"
        )
    return "the index holds what the corpus holds"


def _embedding_model(assembly: Assembly) -> str:
    embedder = assembly.loaded_embedder()
    return f"{embedder.name} loads, {embedder.dim} dimensions"


def _reader(assembly: Assembly) -> str:
    from index.reading import BUNDLED_READER, Reader

    reader = Reader(assembly.settings.reader_model or BUNDLED_READER)
    spans = reader.read("Who spoke?", ["Ada Lovelace spoke first."])
    if not spans[0]:
        raise TalksError("the reader finds nothing in any text")
    return "loads and reads"


def _feeds(assembly: Assembly) -> str:
    from corpus.feeds import Feeds

    feeds = Feeds(assembly.corpus.database).list()
    if broken := [feed for feed in feeds if feed.failures]:
        raise TalksError("; ".join(f"{feed.url}: {feed.last_error}" for feed in broken))
    return f"{len(feeds)} kept, none failing"


def _space(assembly: Assembly) -> str:
    free = shutil.disk_usage(assembly.settings.data).free
    if free < FREE_BYTES:
        raise TalksError(f"only {free // 1_000_000} MB are free")
    return f"{free // 1_000_000_000} GB free"


_LOOKS: tuple[tuple[str, Callable[[Assembly], str], str], ...] = (
    ("database", _database, "Restore a backup, or set TALKS_DATA to another folder."),
    ("articles", _articles, "Ask something once to index the bundled ones, or run `talks add`."),
    ("embedding model", _embedding_model, "Install again, or mend TALKS_EMBEDDING_MODEL."),
    ("reader", _reader, "Install again, or mend TALKS_READER_MODEL."),
    ("index", _index, "Run `talks reindex`: the embeddings are kept, so it is quick."),
    ("up to date", _waiting, "Run `talks reindex`."),
    (
        "feeds",
        _feeds,
        "Run `talks feeds check` later, or `talks feeds remove` those that are gone.",
    ),
    ("disk", _space, "Free some space: an index is written beside the one before it."),
)
