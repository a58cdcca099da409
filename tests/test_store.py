"""The corpus: articles in and out, what becomes of their passages, and what a crash leaves."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from corpus import store
from corpus.errors import ArticleNotFoundError, CorpusError, StoreError
from corpus.store import FILE_NAME, Corpus
from corpus.types import Article, Change, Coverage, Passage
from tests.conftest import article
from tests.odd_texts import odd_texts

ONE, TWO, THREE = "Putin stayed away.", "Medinsky led the team.", "Umerov came for Ukraine."
LONG = "The talks went on in Istanbul for many hours. " * 40

FULL = Article(
    id="talks-open",
    title="Talks open “without presidents”",
    paragraphs=(
        ONE,
        "Çavuşoğlu’s “logjam” 👨\u200d👩\u200d👧 \u200fمرحبا\u200f — Зеленський, cafe\u0301",
    ),
    outlet="Talks Bot",
    url="https://example.org/talks?a=1#b",
    published="2025-05-15",
    language="tr",
    sources=("https://example.org/1", "Ağrı Gazetesi, sayfa 3"),
    note="Others say “theatrical”.",
)


def live(corpus: Corpus) -> list[tuple[int, str, int, str]]:
    return [(p.id, p.article_id, p.paragraph, p.text) for p in corpus.live_passages()]


def various(count: int, prefix: str = "a") -> Iterator[Article]:
    """Articles that have no sentence in common."""
    words = [f"{prefix}{number}" for number in range(5_000)]
    for number in range(count):
        chosen = random.Random(number)
        texts = (" ".join(chosen.choices(words, k=15)) + "." for _ in range(2))
        yield article(f"{prefix}{number:04}", *texts)


# -- adding and reading


def test_an_article_comes_back_as_it_was_added(corpus: Corpus) -> None:
    assert corpus.add(FULL) is Change.ADDED
    stored = corpus.article("talks-open")
    assert stored.article == FULL
    assert (stored.version, stored.withdrawn, stored.withdrawn_at) == (1, False, None)
    assert stored.added_at == stored.changed_at
    assert stored.added_at.endswith("+00:00")
    assert corpus.find("talks-open") == stored
    assert corpus.articles() == [stored]
    assert corpus.title("talks-open") == "Talks open “without presidents”"


def test_the_corpus_is_kept_from_one_run_to_the_next(corpus: Corpus) -> None:
    corpus.add(FULL)
    corpus.database.close()
    again = Corpus(corpus.folder)
    assert again.article("talks-open").article == FULL
    again.database.close()


def test_an_article_that_is_not_there_is_none_or_named_in_an_error(corpus: Corpus) -> None:
    assert corpus.find("nothing") is None
    assert corpus.title("nothing") == ""
    assert corpus.passages_of("nothing") == []
    with pytest.raises(ArticleNotFoundError) as caught:
        corpus.article("nothing")
    assert str(caught.value) == "There is no article 'nothing'. `talks articles` lists their ids."
    for change in (corpus.withdraw, corpus.restore):
        with pytest.raises(ArticleNotFoundError):
            change("nothing")


def test_an_id_that_no_text_can_have_is_not_found(corpus: Corpus) -> None:
    assert corpus.find("\udcff") is None
    with pytest.raises(ArticleNotFoundError):
        corpus.withdraw("\udcff")


@pytest.mark.parametrize(
    "broken, reason",
    [
        (replace(FULL, title=" \n"), "has no title"),
        (replace(FULL, paragraphs=()), "has no paragraph"),
        (replace(FULL, paragraphs=("", " \n")), "has no paragraph"),
        (replace(FULL, paragraphs=("half \ud83d",)), r"holds '\ud83d', half of a character"),
        (replace(FULL, sources=("\udcff",)), r"holds '\udcff', half of a character"),
    ],
)
def test_an_article_that_cannot_be_kept_is_refused(
    corpus: Corpus, broken: Article, reason: str
) -> None:
    with pytest.raises(CorpusError) as caught:
        corpus.add(broken)
    assert str(caught.value) == f"Article 'talks-open' {reason}."
    assert corpus.find("talks-open") is None


def test_articles_are_listed_newest_first_then_by_id(corpus: Corpus) -> None:
    dates = {"b": "2025-05-16", "a": "2025-05-16", "old": "2022-03-29", "new": "2026-01-23"}
    for article_id, published in dates.items():
        corpus.add(article(article_id, ONE, published=published))
    corpus.add(article("undated", ONE))
    assert [s.article.id for s in corpus.articles()] == ["new", "a", "b", "old", "undated"]


def test_coverage_counts_what_can_be_found_and_its_dates(corpus: Corpus) -> None:
    assert corpus.coverage() == Coverage(0, 0, "", "")
    corpus.add(article("undated", ONE))
    assert corpus.coverage() == Coverage(1, 1, "", "")
    corpus.add(article("a", ONE, TWO, published="2025-05-16"))
    corpus.add(article("b", ONE, published="2022-03-29"))
    corpus.add(article("gone", ONE, published="1999-01-01"))
    corpus.withdraw("gone")
    assert corpus.coverage() == Coverage(3, 4, "2022-03-29", "2025-05-16")


# -- passages and their offsets


def test_passages_are_numbered_and_stand_where_they_say(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, "By Reuters\n" + LONG, TWO))
    found = corpus.passages_of("a")
    assert [(p.id, p.paragraph) for p in found] == [(1, 1), (2, 2), (3, 2), (4, 2), (5, 3)]
    assert found[0] == Passage(1, "a", 1, ONE, 0, len(ONE))
    assert " ".join(p.text for p in found[1:4]) == ("By Reuters\n" + LONG).strip()
    assert {p.paragraph_text for p in found[1:4]} == {"By Reuters\n" + LONG}
    assert list(corpus.live_passages()) == found
    assert corpus.live_passage_ids() == [1, 2, 3, 4, 5]
    assert corpus.count_passages() == 5


def test_odd_texts_are_kept_to_the_letter_and_their_passages_cover_them(corpus: Corpus) -> None:
    paragraphs = tuple(text for text in odd_texts(random.Random(3), 120) if text.strip())
    corpus.add(article("odd", *paragraphs))
    assert corpus.article("odd").article.paragraphs == paragraphs
    for number, paragraph in enumerate(paragraphs, start=1):
        texts = [p.text for p in corpus.passages_of("odd") if p.paragraph == number]
        assert "".join("".join(texts).split()) == "".join(paragraph.split())


def test_passages_are_found_by_id_and_unknown_ids_left_out(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, TWO))
    found = corpus.passages([2, 99, 1, 2, -1])
    assert {i: p.text for i, p in found.items()} == {1: ONE, 2: TWO}
    assert corpus.passages([]) == {}


def test_more_ids_than_sqlite_takes_in_a_statement_are_no_trouble(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, TWO))
    corpus.add(article("a", ONE, THREE))
    ids = range(300_000)
    assert sorted(corpus.passages(ids)) == [1, 2, 3]
    assert corpus.retired(ids) == {2}


def test_passages_are_walked_through_in_pages(corpus: Corpus) -> None:
    corpus.add(article("a", *(f"Paragraph number {number}." for number in range(4_500))))
    walked = live(corpus)
    assert [row[0] for row in walked] == list(range(1, 4_501))
    assert walked[4_321][3] == "Paragraph number 4321."


# -- changing


def test_adding_the_same_again_changes_nothing(corpus: Corpus) -> None:
    corpus.add(FULL)
    before = corpus.article("talks-open")
    assert corpus.add(FULL) is Change.UNCHANGED
    assert corpus.article("talks-open") == before
    assert [row[0] for row in live(corpus)] == [1, 2]


def test_a_changed_paragraph_gets_a_new_passage_and_the_others_keep_theirs(
    corpus: Corpus,
) -> None:
    corpus.add(article("a", ONE, TWO, THREE))
    assert corpus.add(article("a", ONE, "Medinsky led it.", THREE)) is Change.CHANGED
    assert live(corpus) == [
        (1, "a", 1, ONE),
        (3, "a", 3, THREE),
        (4, "a", 2, "Medinsky led it."),
    ]
    assert [p.id for p in corpus.passages_of("a")] == [1, 4, 3]
    stored = corpus.article("a")
    assert (stored.version, stored.article.paragraphs) == (2, (ONE, "Medinsky led it.", THREE))


def test_an_earlier_text_stays_readable_and_is_known_to_be_retired(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, TWO))
    corpus.add(article("a", ONE, THREE))
    assert corpus.passages([2])[2].text == TWO  # the live index may still hold it
    assert corpus.passages([2], findable=False)[2] == Passage(2, "a", 2, TWO, 0, len(TWO))
    assert corpus.retired([1, 2, 3, 99]) == {2}
    assert corpus.retired([]) == set()


def test_fewer_and_more_paragraphs_make_versions(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, TWO, THREE))
    corpus.add(article("a", ONE))
    assert live(corpus) == [(1, "a", 1, ONE)]
    corpus.add(article("a", ONE, TWO))
    assert live(corpus) == [(1, "a", 1, ONE), (4, "a", 2, TWO)]
    assert corpus.article("a").version == 3
    assert corpus.retired(range(10)) == {2, 3}


def test_a_new_title_is_part_of_what_is_searched_so_every_passage_is_new(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, TWO, title="Talks open"))
    assert corpus.add(article("a", ONE, TWO, title="Talks end")) is Change.CHANGED
    assert [row[0] for row in live(corpus)] == [3, 4]
    assert corpus.retired([1, 2, 3, 4]) == {1, 2}
    assert (corpus.title("a"), corpus.article("a").version) == ("Talks end", 2)


def test_new_dates_or_sources_alone_leave_version_and_passages(corpus: Corpus) -> None:
    corpus.add(FULL)
    before = corpus.article("talks-open")
    changed = replace(
        FULL, outlet="Others", url=None, published="2025-05-16", sources=(), note="", language="en"
    )
    assert corpus.add(changed) is Change.CHANGED
    after = corpus.article("talks-open")
    assert after == replace(before, article=changed)
    assert [row[0] for row in live(corpus)] == [1, 2]


def test_passage_ids_are_never_given_twice(corpus: Corpus) -> None:
    texts: dict[int, str] = {}
    for number in range(6):
        corpus.add(article("a", ONE, f"Version {number}.", *["More."] * (number % 3)))
        corpus.withdraw("a")
        corpus.restore("a")
        for passage_id, _, _, text in live(corpus):
            assert texts.setdefault(passage_id, text) == text
    assert sorted(texts) == list(range(1, 12))
    for passage_id, passage in corpus.passages(range(100), findable=False).items():
        assert passage.text == texts[passage_id]


# -- withdrawing


def test_a_withdrawn_article_is_not_found_but_can_be_read(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, TWO))
    corpus.add(article("b", THREE))
    corpus.withdraw("a")
    assert corpus.passages([1, 2, 3]).keys() == {3}
    assert {i: p.text for i, p in corpus.passages([1, 2], findable=False).items()} == {
        1: ONE,
        2: TWO,
    }
    assert live(corpus) == [(3, "b", 1, THREE)]
    assert (corpus.live_passage_ids(), corpus.count_passages()) == ([3], 1)
    assert [s.article.id for s in corpus.articles()] == ["b"]
    assert [s.article.id for s in corpus.articles(withdrawn=True)] == ["a"]
    assert corpus.article("a").withdrawn
    assert [p.text for p in corpus.passages_of("a")] == [ONE, TWO]


def test_withdrawing_is_seen_at_once_by_another_connection(corpus: Corpus) -> None:
    corpus.add(article("a", ONE))
    other = Corpus(corpus.folder)
    assert other.passages([1]).keys() == {1}
    corpus.withdraw("a")
    assert other.passages([1]) == {}
    other.database.close()


def test_a_restored_article_is_found_by_its_old_ids(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, TWO))
    corpus.withdraw("a")
    corpus.restore("a")
    assert [row[0] for row in live(corpus)] == [1, 2]
    assert not corpus.article("a").withdrawn


def test_adding_a_withdrawn_article_restores_it_only_if_asked(corpus: Corpus) -> None:
    corpus.add(article("a", ONE))
    corpus.withdraw("a")
    assert corpus.add(article("a", ONE), restore=False) is Change.UNCHANGED
    assert corpus.article("a").withdrawn
    assert corpus.add(article("a", ONE)) is Change.RESTORED
    assert not corpus.article("a").withdrawn


def test_a_withdrawn_article_that_reads_otherwise_is_changed_and_restored_only_if_asked(
    corpus: Corpus,
) -> None:
    corpus.add(article("a", ONE))
    corpus.withdraw("a")
    assert corpus.add(article("a", TWO), restore=False) is Change.CHANGED
    assert (corpus.article("a").withdrawn, live(corpus)) == (True, [])
    assert corpus.add(article("a", THREE)) is Change.CHANGED
    assert live(corpus) == [(3, "a", 1, THREE)]


# -- many at once


def test_many_are_added_in_batches_that_are_on_disk_before_they_are_told(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 3)
    other = Corpus(corpus.folder)
    taken: list[str] = []

    def source() -> Iterator[Article]:
        for item in various(8):
            taken.append(item.id)
            yield item

    told = []
    for item, change in corpus.add_many(source()):
        assert other.find(item.id) is not None
        told.append((item.id, change, len(taken)))
    assert told == [
        *((f"a{number:04}", Change.ADDED, 3) for number in (0, 1, 2)),
        *((f"a{number:04}", Change.ADDED, 6) for number in (3, 4, 5)),
        *((f"a{number:04}", Change.ADDED, 8) for number in (6, 7)),
    ]
    other.database.close()


def test_a_batch_with_a_bad_article_is_undone_and_the_batches_before_stay(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 2)
    articles = [*various(3), replace(FULL, title="")]
    with pytest.raises(CorpusError, match="has no title"):
        list(corpus.add_many(articles))
    assert [s.article.id for s in corpus.articles()] == ["a0000", "a0001"]
    assert [change for _, change in corpus.add_many(articles[:3])] == [
        Change.UNCHANGED,
        Change.UNCHANGED,
        Change.ADDED,
    ]


def test_adding_many_can_leave_withdrawn_articles_withdrawn(corpus: Corpus) -> None:
    corpus.add(article("a", ONE))
    corpus.withdraw("a")
    assert list(corpus.add_many([article("a", ONE)], restore=False)) == [
        (article("a", ONE), Change.UNCHANGED)
    ]
    assert corpus.article("a").withdrawn
    assert list(corpus.add_many([])) == []


def test_threads_that_add_at_once_lose_nothing(corpus: Corpus) -> None:
    def add(prefix: str) -> None:
        for item in various(15, prefix):
            corpus.add(item)

    threads = [threading.Thread(target=add, args=(prefix,)) for prefix in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert corpus.coverage().articles == 45
    assert corpus.live_passage_ids() == list(range(1, 91))


def test_a_reader_never_sees_half_an_article(corpus: Corpus) -> None:
    versions = [article("a", *[f"Version {n}."] * (n + 1), title=f"Title {n}") for n in range(20)]
    corpus.add(versions[0])
    seen: list[Article] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(corpus.article("a").article)
            seen.extend(stored.article for stored in corpus.articles())

    thread = threading.Thread(target=read)
    thread.start()
    for version in versions:
        corpus.add(version)
    done.set()
    thread.join()
    assert [found for found in seen if found not in versions] == []


# -- what can go wrong with the file

ADDER = """
import sys
from pathlib import Path
from corpus import store
from tests.test_store import various
store.BATCH = 20
for item, _ in store.Corpus(Path(sys.argv[1])).add_many(various(100_000)):
    print(item.id, flush=True)
"""


def test_a_process_killed_while_adding_loses_at_most_the_batch_in_hand(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADDER, str(tmp_path)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(130)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().split("\n")[:-1]  # what it had told before it died
    assert process.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        conn.execute("INSERT INTO passages_fts (passages_fts) VALUES ('integrity-check')")
    corpus = Corpus(tmp_path)
    stored = corpus.articles()
    expected = list(various(len(stored)))
    assert len(stored) >= len(told)
    assert len(stored) % 20 == 0
    assert [s.article for s in stored] == expected
    assert [row[3] for row in live(corpus)] == [text for a in expected for text in a.paragraphs]
    added = [change for _, change in corpus.add_many(various(len(stored) + 1))]
    assert added == [Change.UNCHANGED] * len(stored) + [Change.ADDED]
    corpus.database.close()


def test_a_corpus_of_a_newer_program_is_refused(corpus: Corpus) -> None:
    with corpus.database.write() as db:
        db.table("_sqlite_migrations").insert(
            {"migration_set": "corpus", "name": "9999_future", "applied_at": "2030-01-01"}
        )
    with pytest.raises(StoreError, match="was written by a newer Talks Bot \\(it has 9999_future"):
        Corpus(corpus.folder)


def test_texts_are_never_changed_in_place(corpus: Corpus) -> None:
    corpus.add(article("a", ONE, TWO))
    corpus.add(article("a", THREE, TWO, title="Other"))
    corpus.withdraw("a")
    rows = corpus.database.db.query("SELECT text, first_version, retired_version FROM paragraphs")
    assert [tuple(row.values()) for row in rows] == [
        (ONE, 1, 2),
        (TWO, 1, 2),
        (THREE, 2, None),
        (TWO, 2, None),
    ]
