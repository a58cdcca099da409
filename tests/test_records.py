"""What the bot keeps, and how it forgets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer_records import article_as_cited, from_record, notices, to_record
from bot.records import Asked, Records, Usage, Wish
from corpus.errors import StoreError
from corpus.store import Corpus
from corpus.types import Article, Coverage
from index.questions import QuestionKind
from index.types import Answer, Citation, Seconds
from tests.conftest import article

ANSWER_ID = "abcd2345"


@pytest.fixture
def records(corpus: Corpus) -> Records:
    return Records(corpus.database)


def record(answered: bool = True, seconds: float = 0.2) -> dict[str, object]:
    total = {"search": 0.1, "read": 0.1, "total": seconds}
    return {"answered": answered, "confidence": 0.9, "generation": 1, "seconds": total}


def ask(
    records: Records,
    question: str,
    answer_id: str = ANSWER_ID,
    person: int = 7,
    message_id: int | None = 1,
    answered: bool = True,
) -> None:
    who = records.pseudonym(person)
    asked = Asked(who, who, message_id, private=True)
    records.save(answer_id, question, record(answered), asked)


def age(corpus: Corpus, minutes: int) -> None:
    """Make everything older."""
    with corpus.database.write() as db:
        db.execute(
            "UPDATE answers SET asked_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', asked_at, ?)",
            [f"-{minutes} minutes"],
        )


def test_people_are_kept_as_a_hash_whose_salt_is_made_once(
    records: Records, corpus: Corpus
) -> None:
    pseudonym = records.pseudonym(123456789)
    assert len(pseudonym) == 64
    assert pseudonym != records.pseudonym(123456788)
    assert Records(corpus.database).pseudonym(123456789) == pseudonym
    ask(records, "Who led?", person=123456789)
    (row,) = corpus.database.db.query("SELECT * FROM answers")
    assert row["question"] == "Who led?"
    assert "123456789" not in str(row)


def test_two_corpora_have_two_salts(records: Records, tmp_path: Path) -> None:
    other = Corpus(tmp_path / "other")
    assert Records(other.database).pseudonym(7) != records.pseudonym(7)
    other.database.close()


def test_an_answer_is_found_by_its_id_its_question_and_its_reply(records: Records) -> None:
    ask(records, "Who led?", message_id=5)
    records.set_reply(ANSWER_ID, 6)
    chat = records.pseudonym(7)
    kept = records.answer(ANSWER_ID)
    assert kept is not None
    assert (kept.question, kept.reply_id, kept.record) == ("Who led?", 6, record())
    assert records.to_message(chat, 5) == records.in_reply(chat, 6) == kept
    assert records.answer("zzzzzzzz") is None
    assert records.to_message(chat, 6) is None


def test_an_edited_question_counts_in_its_last_wording(records: Records) -> None:
    for number, question in enumerate(("one", "two", "three", "four", "five")):
        ask(records, question, f"id{number}", message_id=number)
    ask(records, "four, edited", "id9", message_id=3)
    chat = records.pseudonym(7)
    assert records.context(chat, None) == ["three", "five", "four, edited"]
    assert records.context(chat, before=3) == ["one", "two", "three"]
    assert records.context(records.pseudonym(8), None) == []


def test_old_questions_are_no_context(records: Records, corpus: Corpus) -> None:
    ask(records, "Who led?")
    age(corpus, 11)
    assert records.context(records.pseudonym(7), None) == []


def test_a_rating_replaces_the_one_before(records: Records) -> None:
    ask(records, "Who led?")
    assert records.rate(ANSWER_ID, "ada", 1)
    assert records.rate(ANSWER_ID, "ada", -1)
    assert records.rate(ANSWER_ID, "bo", 1)
    assert (records.rating(ANSWER_ID, "ada"), records.rating(ANSWER_ID, "bo")) == (-1, 1)
    assert not records.rate("zzzzzzzz", "ada", 1)


def test_wishes_are_kept_once_a_person_until_taken_back(records: Records) -> None:
    ask(records, "Who led?", answered=False)
    wish = Wish(ANSWER_ID, "Who led?", 7, None, 9, "ada")
    records.wish(wish)
    records.wish(wish)
    assert records.wishes() == [wish]
    assert records.wished(ANSWER_ID, "ada")
    assert records.unwish(ANSWER_ID, "ada")
    assert not records.unwish(ANSWER_ID, "ada")
    assert records.wishes() == []


def test_forgetting_leaves_nothing_of_a_person_and_all_of_others(records: Records) -> None:
    ada, bo = records.pseudonym(7), records.pseudonym(8)
    ask(records, "Ada's", "ada1")
    ask(records, "Bo's", "bo1", person=8)
    records.rate("ada1", bo, 1)
    records.rate("bo1", ada, 1)
    records.wish(Wish("bo1", "Bo's", 7, None, None, ada))
    assert records.forget(ada) == (1, 1, 1)
    assert records.answer("ada1") is None
    assert records.answer("bo1") is not None
    assert records.rating("bo1", ada) is None
    assert records.wishes() == []
    assert records.forget(ada) == (0, 0, 0)


def test_answers_are_erased_after_the_days_set(records: Records, corpus: Corpus) -> None:
    ask(records, "Old", "old1")
    records.rate("old1", "ada", 1)
    age(corpus, 60 * 24 * 91)
    ask(records, "New", "new1")
    assert records.purge(90) == 1
    assert records.answer("old1") is None
    assert records.answer("new1") is not None
    assert records.purge(90) == 0


def test_usage_counts_questions_ratings_and_time(records: Records) -> None:
    assert records.usage() == Usage(0, 0, 0, 0, 0, None)
    ask(records, "One", "id1")
    ask(records, "Two", "id2", answered=False)
    records.rate("id1", "ada", 1)
    records.rate("id1", "bo", -1)
    records.wish(Wish("id2", "Two", 7, None, None, "ada"))
    assert records.usage() == Usage(2, 1, 1, 1, 1, 0.2)


def test_examples_keep_their_rows_when_others_come(records: Records) -> None:
    records.set_examples(1, ["Who led?", "Who came?"])
    records.set_examples(2, ["Who left?"])
    rows = records.examples(1)
    assert [question for _, question in rows] == ["Who led?", "Who came?"]
    assert records.example(rows[1][0]) == "Who came?"
    assert records.examples(None) == []
    assert records.example(999) is None


def test_tables_of_a_newer_bot_are_left_alone(records: Records, corpus: Corpus) -> None:
    with corpus.database.write() as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('bot', '9999_from_the_future', '2030-01-01')"
        )
    with pytest.raises(StoreError, match="9999_from_the_future"):
        Records(corpus.database)


# --- answers as records

TEXT = "Ada led it. Nobody else did."


def stored_answer(corpus: Corpus) -> Answer:
    corpus.add(article("a1", TEXT, "Another paragraph.", title="Before", published="2025-05-16"))
    passage = corpus.passages_of("a1")[0]
    cited = corpus.article("a1").article
    citation = Citation(1, passage, cited, 0, 3, 0, 11, 0.9)
    return Answer(
        id=ANSWER_ID,
        question="Who led?",
        understood="Who led it?",
        kind=QuestionKind.WORDS,
        answered=True,
        words="Ada",
        confidence=0.9,
        citations=(citation,),
        otherwise=(replace(citation, number=2, start=12, end=18, quote_start=12, quote_end=28),),
        nearest=(Citation(3, corpus.passages_of("a1")[1], cited, 0, 7, 0, 18, 0.1, (), 0),),
        coverage=Coverage(1, 1, "2025-05-16", "2025-05-16"),
        generation=4,
        lexical_only="",
        seconds=Seconds(0.1, 0.1, 0.2),
    )


def test_an_answer_comes_back_as_it_was(corpus: Corpus) -> None:
    answer = stored_answer(corpus)
    kept = to_record(answer, corpus)
    assert TEXT not in str(kept)
    assert from_record(ANSWER_ID, "Who led?", kept, corpus).answer == answer


def test_a_record_of_a_version_that_kept_no_sentences_is_read_all_the_same(corpus: Corpus) -> None:
    answer = stored_answer(corpus)
    kept = to_record(answer, corpus)
    del kept["otherwise"]
    kept["nearest"] = [{key: kept["nearest"][0][key] for key in ("passage", "score", "article")}]
    restored = from_record(ANSWER_ID, "Who led?", kept, corpus).answer
    assert restored == replace(answer, otherwise=(), nearest=())


def test_what_came_near_is_shown_as_long_as_it_could_be_found(corpus: Corpus) -> None:
    answer = replace(stored_answer(corpus), answered=False, citations=(), otherwise=())
    kept = to_record(answer, corpus)

    def near() -> list[str]:
        restored = from_record(ANSWER_ID, "Who led?", kept, corpus)
        assert notices(restored, corpus) == {}
        return [citation.quote for citation in restored.answer.nearest]

    assert near() == ["Another paragraph."]
    corpus.withdraw("a1")
    assert near() == []
    corpus.restore("a1")
    corpus.add(article("a1", TEXT, "A corrected paragraph.", title="Before"))
    assert near() == []


def test_an_answer_says_what_became_of_its_sources(corpus: Corpus) -> None:
    kept = to_record(stored_answer(corpus), corpus)

    def now() -> tuple[str, str, dict[int, str]]:
        restored = from_record(ANSWER_ID, "Who led?", kept, corpus)
        citation = restored.answer.citations[0]
        return citation.article.title, citation.words, notices(restored, corpus)

    assert now() == ("Before", "Ada", {})
    corpus.add(article("a1", TEXT, "Another one.", title="Before", published="2025-05-16"))
    assert now() == (
        "Before",
        "Ada",
        {n: f"Source [{n}] was changed since, but not in what is quoted." for n in (1, 2)},
    )
    corpus.add(article("a1", "Bo led it.", title="After", published="2025-05-16"))
    corrected = "Source [1] was corrected since; the quote is as it was then."
    assert now() == ("Before", "Ada", {1: corrected, 2: corrected.replace("1", "2")})
    corpus.withdraw("a1")
    assert now() == ("Before", "Ada", {n: f"Source [{n}] was withdrawn since." for n in (1, 2)})
    restored = from_record(ANSWER_ID, "Who led?", kept, corpus)
    cited: Article = article_as_cited(restored.answer.citations[0], restored, corpus)
    assert cited.paragraphs == (TEXT, "Another paragraph.")
