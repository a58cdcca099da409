"""The bot's tables, as steps that bring any older file up to date.

salt      one random value, made once, that hides who is behind a hash
answers   every answer given, with its citations; `number` is their order
ratings   one a person and answer
wishes    who wants to be told when a declined question is covered
examples  questions offered as buttons, drawn from the corpus for each generation
"""

import sqlite_utils
from sqlite_utils import Migrations

MIGRATIONS = Migrations("bot")


@MIGRATIONS(name="0001_answers_ratings_wishes_examples")
def _answers_ratings_wishes_examples(db: sqlite_utils.Database) -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            db.execute(statement)


_TABLES = """
CREATE TABLE salt (id INTEGER PRIMARY KEY CHECK (id = 1), salt BLOB NOT NULL);
CREATE TABLE answers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    chat TEXT NOT NULL,
    message_id INTEGER,
    reply_id INTEGER,
    private INTEGER NOT NULL,
    question TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    answered INTEGER NOT NULL,
    confidence REAL NOT NULL,
    generation INTEGER,
    seconds REAL NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX answers_of_chat ON answers (chat, message_id);
CREATE INDEX answers_in_chat ON answers (chat, reply_id);
CREATE INDEX answers_of_person ON answers (person);
CREATE INDEX answers_by_date ON answers (asked_at);
CREATE TABLE ratings (
    answer_id TEXT NOT NULL REFERENCES answers (id),
    person TEXT NOT NULL,
    value INTEGER NOT NULL CHECK (value IN (-1, 1)),
    at TEXT NOT NULL,
    PRIMARY KEY (answer_id, person)
);
CREATE INDEX ratings_of_person ON ratings (person);
CREATE TABLE wishes (
    answer_id TEXT NOT NULL REFERENCES answers (id),
    person TEXT NOT NULL,
    chat_id INTEGER NOT NULL,
    thread_id INTEGER,
    message_id INTEGER,
    at TEXT NOT NULL,
    PRIMARY KEY (answer_id, person)
);
CREATE INDEX wishes_of_person ON wishes (person);
CREATE TABLE examples (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    generation INTEGER,
    question TEXT NOT NULL
)
"""
