"""What the bot's records say of questions that got no answer, or a bad one."""

from __future__ import annotations

from bot.records import Records
from corpus.database import Database, explained
from index.inbox import Unanswered


def unanswered(database: Database) -> list[Unanswered]:
    """Questions that were declined, and those whose answer somebody rated down, oldest first."""
    Records(database)  # makes the tables where no bot ever ran
    sql = """
        SELECT question, asked_at, NOT answered AS declined FROM answers
        WHERE NOT answered
           OR EXISTS (SELECT 1 FROM ratings WHERE answer_id = answers.id AND value < 0)
        ORDER BY number
    """
    with explained(database.path):
        rows = database.db.query(sql)
        return [Unanswered(r["question"], r["asked_at"], bool(r["declined"])) for r in rows]
