import pytest

from corpus.journal import Journal
from corpus.store import Corpus


def test_entries_come_newest_first_with_who_what_and_when(corpus: Corpus) -> None:
    journal = Journal(corpus.database)
    journal.record("ada at the terminal", "added", "talks-open", "1 added")
    journal.record("Bob (Telegram 7)", "withdrew", "talks-open")
    second, first = journal.entries()
    assert (first.who, first.what, first.subject, first.detail) == (
        "ada at the terminal", "added", "talks-open", "1 added",
    )  # fmt: skip
    assert (second.who, second.what, second.detail) == ("Bob (Telegram 7)", "withdrew", "")
    assert first.at.endswith("+00:00")
    assert first.at <= second.at


def test_a_page_ends_where_the_next_begins(corpus: Corpus) -> None:
    journal = Journal(corpus.database)
    for number in range(5):
        journal.record("ada", "pinned", str(number))
    page = journal.entries(limit=2)
    following = journal.entries(limit=2, before=page[-1].id)
    assert [entry.subject for entry in (*page, *following)] == ["4", "3", "2", "1"]


def test_what_was_not_done_is_not_kept(corpus: Corpus) -> None:
    journal = Journal(corpus.database)

    def fail() -> None:
        with corpus.database.write():
            journal.record("ada", "withdrew", "talks-open")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert journal.entries() == []


def test_the_log_outlives_the_process(corpus: Corpus) -> None:
    Journal(corpus.database).record("ada", "withdrew", "talks-open")
    again = Corpus(corpus.folder)
    assert [entry.what for entry in Journal(again.database).entries()] == ["withdrew"]
    again.database.close()
