"""Every error that Talks Bot raises on purpose; the message says what was wrong and what to do.

TalksError
├── CorpusError
│   ├── ArticleNotFoundError    no article has this id
│   ├── SourceError             a file or URL that can't become an article
│   │   ├── DuplicateArticleError   the same id twice in one batch
│   │   └── FetchError              a URL that couldn't be, or mustn't be, fetched
│   ├── LockedError             another process is writing the corpus
│   └── StoreError              the SQLite file itself: not ours, damaged, newer, disk full
├── SearchError
│   ├── QueryError              a question that can't be asked (empty, ...)
│   ├── ModelError              a model that can't be loaded
│   └── GenerationError         an index file that is missing, cut short or foreign
└── SettingsError               a setting with a value that can't be used
"""


class TalksError(Exception):
    """Base of all errors of this project."""


class CorpusError(TalksError):
    """Something about the articles or the file that holds them."""


class ArticleNotFoundError(CorpusError):
    """No article has this id."""

    def __init__(self, article_id: str) -> None:
        super().__init__(f"There is no article {article_id!r}. `talks articles` lists their ids.")
        self.article_id = article_id


class SourceError(CorpusError):
    """A source that can't become an article; `source` names the file, line or URL."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class DuplicateArticleError(SourceError):
    """The same article id came twice in one batch, from two sources."""


class FetchError(SourceError):
    """A URL that could not be fetched, or must not be."""


class LockedError(CorpusError):
    """Another process is writing the corpus."""


class StoreError(CorpusError):
    """The SQLite file is not usable: foreign, damaged, read-only, newer, or the disk is full."""


class SearchError(TalksError):
    """Something about finding or answering."""


class QueryError(SearchError):
    """A query that can't be searched for, such as an empty one."""


class ModelError(SearchError):
    """A model that can't be loaded."""


class GenerationError(SearchError):
    """An index file that is missing, cut short, or was made for something else."""


class SettingsError(TalksError):
    """A setting whose value can't be used."""
