"""The corpus's tables, as steps that bring any older file up to date.

articles     one row an article id, with its latest title and dates
paragraphs   the stored text, never changed: a correction retires rows and adds new ones, so that
             an answer given earlier can still be shown as it was
passages     what is searched: a span of a paragraph; ids are never used again
passages_fts the folded words of each passage and of its article's title, rowid = passages.id
words_fts    the same words as they are spelt, not stemmed: what a misspelt word is held against
embeddings   vectors by model and by sha256 of the text embedded, so that nothing is embedded twice
"""

import sqlite_utils
from sqlite_utils import Migrations

MIGRATIONS = Migrations("corpus")


@MIGRATIONS(name="0001_articles_paragraphs_passages")
def _articles_paragraphs_passages(db: sqlite_utils.Database) -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            db.execute(statement)


_TABLES = """
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    outlet TEXT NOT NULL,
    url TEXT,
    published TEXT NOT NULL,
    language TEXT NOT NULL,
    sources TEXT NOT NULL,
    note TEXT NOT NULL,
    version INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    withdrawn_at TEXT
);
CREATE TABLE paragraphs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL REFERENCES articles (id),
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    first_version INTEGER NOT NULL,
    retired_version INTEGER
);
CREATE INDEX paragraphs_of_article ON paragraphs (article_id, retired_version, number);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    paragraph_id INTEGER NOT NULL REFERENCES paragraphs (id),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX passages_of_paragraph ON passages (paragraph_id);
CREATE VIRTUAL TABLE passages_fts USING fts5 (
    text, title, tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE TABLE embeddings (
    model TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, sha256)
) WITHOUT ROWID
"""


@MIGRATIONS(name="0002_words_as_spelt")
def _words_as_spelt(db: sqlite_utils.Database) -> None:
    # It holds no text and no positions: a third of the size of passages_fts' index.
    db.execute(
        "CREATE VIRTUAL TABLE words_fts USING fts5 (text, content = '', columnsize = 0,"
        ' detail = none, tokenize = "unicode61 remove_diacritics 2")'
    )
    db.execute(
        "INSERT INTO words_fts (rowid, text) SELECT rowid, text || ' ' || title FROM passages_fts"
    )
