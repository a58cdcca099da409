from collections.abc import Callable, Sequence

import pytest

from corpus.errors import QueryError
from corpus.store import Corpus
from index.answering import Answerer
from index.embedding import Embedder, Embeddings
from index.inbox import Group, Inbox, Unanswered, answered_now
from tests.conftest import article


def declined(*questions: str, at: str = "2025-06-01T10:00:00+00:00") -> list[Unanswered]:
    return [Unanswered(question, at, True) for question in questions]


@pytest.fixture
def inbox(corpus: Corpus, embedder: Embedder) -> Inbox:
    return Inbox(corpus.database, embedder)


def shown(groups: list[Group]) -> list[tuple[str, ...]]:
    return [group.questions for group in groups]


def test_other_wordings_of_a_question_are_one_group_with_a_count(inbox: Inbox) -> None:
    asked = declined(
        "Who is the new defence minister of Russia?",
        "How much did the talks cost?",
        "who's russia's new defense minister",
        "Name of the new Russian minister of defence",
        "what was the cost of the talks",
    )
    groups = inbox.groups(asked)
    assert [set(group) for group in shown(groups)] == [
        {asked[0].question, asked[2].question, asked[3].question},
        {asked[1].question, asked[4].question},
    ]
    assert [group.count for group in groups] == [3, 2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How many prisoners were exchanged in May?", "How many prisoners were exchanged in June?"),
        ("When was the first round?", "When was the second round?"),
        ("Did Putin attend the talks?", "Did Trump attend the talks?"),
        ("Who led Ukraine's delegation?", "Who led Russia's delegation?"),
        ("How many were returned in 2022?", "How many were returned in 2025?"),
    ],
)
def test_other_names_dates_and_numbers_are_other_questions(
    inbox: Inbox, one: str, other: str
) -> None:
    assert len(inbox.groups(declined(one, other))) == 2


def test_a_name_is_known_however_one_types_it(inbox: Inbox) -> None:
    asked = declined(
        "Who led the team of Russia?", "Who led the team of Ukraine?", "who led the russia team"
    )
    assert [set(group) for group in shown(inbox.groups(asked))] == [
        {"Who led the team of Russia?", "who led the russia team"},
        {"Who led the team of Ukraine?"},
    ]


def test_the_most_asked_comes_first_and_leads_its_group(inbox: Inbox) -> None:
    asked = declined("Who paid?", "who PAID", "Did Trump attend the talks?", "Who paid?")
    groups = inbox.groups(asked)
    assert [(group.question, group.count) for group in groups] == [
        ("Who paid?", 3),
        ("Did Trump attend the talks?", 1),
    ]


def test_what_was_rated_down_is_counted_apart(inbox: Inbox) -> None:
    at = "2025-06-01T10:00:00+00:00"
    (group,) = inbox.groups([Unanswered("Who paid?", at, True), Unanswered("Who paid?", at, False)])
    assert (group.declined, group.rated_down, group.count) == (1, 1, 2)


def test_a_dismissed_group_stays_away_when_it_is_asked_again(inbox: Inbox) -> None:
    asked = declined("Who paid?", "Did Trump attend the talks?")
    inbox.dismiss(inbox.find(asked, inbox.groups(asked)[0].key), "ada")
    again = [*asked, *declined("who paid?", at="2030-01-01T00:00:00+00:00")]
    assert shown(inbox.groups(again)) == [("Did Trump attend the talks?",)]


def test_an_answered_group_comes_back_when_it_is_declined_again(inbox: Inbox) -> None:
    asked = declined("Who paid?")
    inbox.settle(inbox.groups(asked)[0], "ada")
    assert inbox.groups(asked) == []
    again = [*asked, *declined("Who paid?", at="2099-01-01T00:00:00+00:00")]
    assert [(group.question, group.count) for group in inbox.groups(again)] == [("Who paid?", 1)]


def test_a_key_that_is_not_open_is_told(inbox: Inbox) -> None:
    with pytest.raises(QueryError, match="There is no open question 'abc123'"):
        inbox.find(declined("Who paid?"), "abc123")


def test_without_a_model_equal_words_are_grouped(corpus: Corpus) -> None:
    asked = declined("Who paid?", "who  paid", "Who has paid for it?")
    assert shown(Inbox(corpus.database).groups(asked)) == [
        ("Who paid?",),
        ("Who has paid for it?",),
    ]


def test_a_question_is_embedded_once(
    inbox: Inbox, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []
    encode = embedder.encode_queries

    def counted(texts: Sequence[str]) -> Embeddings:
        embedded.extend(texts)
        return encode(texts)

    monkeypatch.setattr(embedder, "encode_queries", counted)
    inbox.groups(declined("Who paid?"))
    inbox.groups(declined("Who paid?", "Who flew?"))
    assert embedded == ["Who paid?", "Who flew?"]


def test_odd_questions_do_no_harm(inbox: Inbox) -> None:
    groups = inbox.groups(declined("???", "🙂", "a" * 5000, "???"))
    assert groups[0].questions[0] == "???"
    assert groups[0].declined == 2


def test_an_added_article_answers_its_question_alone(
    corpus: Corpus, inbox: Inbox, answerer: Callable[[Corpus], Answerer]
) -> None:
    asked = declined("Who paid for the flight?", "Who led the Russian delegation?")
    corpus.add(article("opening", "Vladimir Medinsky led the Russian delegation at the talks."))
    found = answered_now(inbox.groups(asked), answerer(corpus).answer)
    assert [(group.question, answer.words) for group, answer in found] == [
        ("Who led the Russian delegation?", "Vladimir Medinsky")
    ]
