import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import SourceError
from corpus.types import Article
from index.datasets import KnownQuestion, read_questions, sample
from index.noise import hasty

LINE = {
    "id": "d1",
    "question": "Where did they meet?",
    "answers": ["Dolmabahçe Palace"],
    "articles": ["talks-open"],
    "kind": "plain",
    "note": "",
}
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Black_Death",
            "paragraphs": [
                {"context": "It came from Asia.", "qas": []},
                {
                    "context": " It killed a third of Europe. ",
                    "qas": [
                        {
                            "id": "q1",
                            "question": " Whom did it kill?",
                            "answers": [
                                {"text": "a third of Europe", "answer_start": 11},
                                {"text": "a third", "answer_start": 11},
                                {"text": "a third of Europe", "answer_start": 11},
                            ],
                        },
                        {
                            "id": "q2",
                            "question": "Whom did it spare?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                },
            ],
        }
    ],
}
QUERIES = [
    {
        "query_id": "mh0",
        "query": "Which company do both reports accuse?",
        "question_type": "inference_query",
        "answer": "Google",
        "answerable": True,
        "passage_ids": ["p2", "p3"],
    },
    {
        "query_id": "mh1",
        "query": "Do they agree?",
        "question_type": "comparison_query",
        "answer": "no",
        "answerable": True,
        "passage_ids": ["p1"],
    },
    {
        "query_id": "mh2",
        "query": "Who won?",
        "question_type": "null_query",
        "answer": "Insufficient information.",
        "answerable": False,
        "passage_ids": [],
    },
]
PASSAGES = [
    {
        "passage_id": "p1",
        "text": "There was no valid alternative.",
        "title": "Deal",
        "source": "The Verge",
        "date": "2023-09-26T17:01:22+00:00",
        "url": "https://example.org/deal",
    },
    {"passage_id": "p2", "text": "Google pays.", "title": "Fair?", "url": "https://example.org/2"},
    {
        "passage_id": "p3",
        "text": "Apple is paid.",
        "title": "Deal",
        "url": "https://example.org/deal",
    },
]


def lines(path: Path, *records: Any) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), "utf-8")
    return path


def test_a_line_is_a_question_about_the_live_corpus(tmp_path: Path) -> None:
    unknown = {"id": "d2", "question": "Who cooked?", "answers": [], "kind": "unanswerable"}
    found = read_questions(lines(tmp_path / "own.jsonl", LINE, unknown))
    assert (found.name, found.articles) == ("own", ())
    assert found.questions == (
        KnownQuestion(
            id="d1",
            question="Where did they meet?",
            answers=("Dolmabahçe Palace",),
            kind="plain",
            articles=("talks-open",),
        ),
        KnownQuestion(id="d2", question="Who cooked?", answers=(), kind="unanswerable"),
    )
    assert [question.answerable for question in found.questions] == [True, False]


def test_the_questions_of_the_repository_can_be_read() -> None:
    for path in sorted((Path(__file__).parent / "questions").glob("*.jsonl")):
        questions = read_questions(path).questions
        unanswerable = sum(not question.answerable for question in questions)
        assert 0.2 <= unanswerable / len(questions) <= 0.45


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "no question in it"),
        ("{}", "line 1: id: Field required"),
        (json.dumps(LINE) + "\nnonsense", "line 2: not JSON"),
        (json.dumps(LINE) + "\n\n" + json.dumps(LINE), "line 3: the id 'd1' came before"),
        (json.dumps(LINE | {"answers": "Umerov"}), "line 1: answers: "),
        (json.dumps(LINE | {"answers": [" "]}), "line 1: answers.0: is empty"),
        (json.dumps(LINE | {"answers": []}), 'line 1: "articles" that answer are named'),
        (json.dumps(LINE | {"question": " "}), "line 1: question: is empty"),
        ("[1]", "line 1: "),
        (json.dumps(QUERIES[0]), "line 1: MultiHop-RAG queries need their passages"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(SourceError) as error:
        read_questions(path)
    assert str(error.value).startswith(f"{path}")
    assert complaint in str(error.value)


def test_squad_brings_its_paragraphs_as_given(tmp_path: Path) -> None:
    path = tmp_path / "dev.json.gz"
    path.write_bytes(gzip.compress(json.dumps(SQUAD).encode()))
    found = read_questions(path)
    assert found.name == "dev"
    paragraphs = ("It came from Asia.", " It killed a third of Europe. ")
    assert found.articles == (Article("Black_Death", "Black Death", paragraphs),)
    first, second = found.questions
    assert first == KnownQuestion(
        id="q1",
        question="Whom did it kill?",
        answers=("a third of Europe", "a third"),
        kind="answerable",
        articles=("Black_Death",),
        paragraphs=(("Black_Death", 2),),
        asked_of=("Black_Death", 2),
    )
    assert (second.answers, second.kind, second.paragraphs) == ((), "unanswerable", ())
    assert found.paragraph(("Black_Death", 2)) == " It killed a third of Europe. "


def test_a_squad_title_that_comes_twice_makes_two_articles(tmp_path: Path) -> None:
    article = {"title": "Oil", "paragraphs": [{"context": "Dear.", "qas": []}]}
    data = {"data": [article, article, *SQUAD["data"]]}
    found = read_questions(lines(tmp_path / "squad.json", data))
    assert [one.id for one in found.articles] == ["Oil", "Oil-2", "Black_Death"]


def test_squad_with_a_hole_in_it_says_where(tmp_path: Path) -> None:
    broken = json.loads(json.dumps(SQUAD))
    del broken["data"][0]["paragraphs"][1]["qas"][0]["question"]
    with pytest.raises(SourceError, match=r"data\.0\.paragraphs\.1\.qas\.0\.question: Field"):
        read_questions(lines(tmp_path / "squad.json", broken))
    del broken["data"][0]["paragraphs"][1]["qas"][0]
    broken["data"][0]["paragraphs"][1]["qas"][0]["is_impossible"] = False
    with pytest.raises(SourceError, match=r"question 'q2': no \"answers\""):
        read_questions(lines(tmp_path / "squad.json", broken))


def test_multihop_sentences_become_the_paragraphs_of_their_pages(tmp_path: Path) -> None:
    queries = lines(tmp_path / "queries.jsonl", *QUERIES)
    found = read_questions(queries, lines(tmp_path / "passages.jsonl", *PASSAGES))
    deal, fair = found.articles
    assert (deal.id, deal.title, deal.outlet, deal.published, deal.url) == (
        "p1",
        "Deal",
        "The Verge",
        "2023-09-26",
        "https://example.org/deal",
    )
    assert deal.paragraphs == ("There was no valid alternative.", "Apple is paid.")
    assert (fair.id, fair.paragraphs) == ("p2", ("Google pays.",))
    first, second, third = found.questions
    assert (first.kind, first.paragraphs, first.extractive) == (
        "inference",
        (("p2", 1), ("p1", 2)),
        True,
    )
    # "no" stands in its evidence, but not as what was asked for.
    assert (second.answers, second.extractive) == (("no",), False)
    assert (third.kind, third.answers, third.paragraphs) == ("null", (), ())


def test_a_query_without_its_passage_is_named(tmp_path: Path) -> None:
    queries = lines(tmp_path / "queries.jsonl", QUERIES[1], QUERIES[0])
    with pytest.raises(SourceError, match=r"queries\.jsonl, line 2: there is no passage 'p2'"):
        read_questions(queries, lines(tmp_path / "passages.jsonl", PASSAGES[0]))


def test_files_that_are_no_questions_are_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(json.dumps(LINE).encode())[:-12])
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes("Çırağan".encode("iso-8859-9"))
    other = lines(tmp_path / "own.csv", LINE)
    for path, complaint in (
        (cut, "not a whole gzip file"),
        (latin, "not UTF-8 (at byte 0)"),
        (other, "not a kind of question file"),
        (tmp_path / "none.jsonl", "no such file or directory"),
    ):
        with pytest.raises(SourceError) as error:
            read_questions(path)
        assert str(error.value).startswith(f"{path}: {complaint}")


def test_a_sample_repeats_itself_and_keeps_the_order(tmp_path: Path) -> None:
    many = [LINE | {"id": str(number)} for number in range(100)]
    questions = read_questions(lines(tmp_path / "own.jsonl", *many)).questions
    drawn = [int(question.id) for question in sample(questions, 10, seed=1)]
    assert drawn == sorted(drawn)
    assert drawn == [int(question.id) for question in sample(questions, 10, seed=1)]
    assert drawn != [int(question.id) for question in sample(questions, 10, seed=2)]
    assert sample(questions, None, seed=1) == list(questions)
    assert sample(questions, 1_000, seed=1) == list(questions)


def test_a_hasty_question_has_errors_and_no_capitals_or_mark() -> None:
    question = "Who led Russia's delegation at the talks of May?"
    typed = hasty(question, "13 d1")
    assert typed == hasty(question, "13 d1")
    assert typed == typed.lower()
    assert "?" not in typed
    plain = ["who", "led", "russia's", "delegation", "at", "the", "talks", "of", "may"]
    slips = [(a, b) for a, b in zip(plain, typed.split(" "), strict=True) if a != b]
    assert len(slips) == 1
