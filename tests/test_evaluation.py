import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.evaluating import TABLE, evaluate
from bot.settings import Settings
from corpus.store import Corpus
from corpus.types import Article
from index.answering import Answerer
from index.calibration import Calibration
from index.datasets import KnownQuestion, QuestionSet
from index.evaluation import RightPassages, evaluate_reader
from index.evaluation import evaluate as measured
from index.measuring import Outcome, report
from index.reading import Reader
from index.reporting import as_json, markdown
from index.search import Searcher

BEGIN, END = f"<!-- {TABLE}:begin -->", f"<!-- {TABLE}:end -->"
BRIDGE = (
    "The bridge over the Tamar was opened by Queen Victoria on 2 May 1859.",
    "It carries two railway tracks and was designed by Isambard Brunel.",
)
ARTICLES = (
    Article("bridge", "The Tamar bridge", BRIDGE),
    Article("harvest", "Olive harvest", ("Farmers in Jaén picked 500 tonnes of olives in 2020.",)),
    Article("comet", "A comet", ("The comet Encke returns every 3.3 years.",)),
)
QUESTIONS = (
    KnownQuestion("q1", "Who opened the bridge over the Tamar?", ("Queen Victoria",), "plain"),
    KnownQuestion(
        "q2", "Who designed the bridge?", ("Isambard Brunel", "Brunel"), "plain", ("bridge",)
    ),
    KnownQuestion("q3", "comet Encke returns", ("every 3.3 years",), "keyword", ("comet",)),
    KnownQuestion("q4", "How many olives were picked in Jaén in 1990?", (), "unanswerable"),
)
EVERYTHING, NOTHING = 0.0, 1.01  # thresholds of confidence: answer all, decline all


@pytest.fixture
def filled(corpus: Corpus) -> Corpus:
    for article in ARTICLES:
        corpus.add(article)
    return corpus


@pytest.fixture
def searcher(filled: Corpus, index: Callable[[Corpus], Searcher]) -> Searcher:
    return index(filled)


def made(filled: Corpus, searcher: Searcher, reader: Reader, threshold: float | None) -> Answerer:
    return Answerer(filled, searcher, reader, Calibration.load(), threshold=threshold)


def test_an_answerer_that_never_declines_is_measured(
    filled: Corpus, searcher: Searcher, reader: Reader
) -> None:
    asked: list[tuple[int, int]] = []
    answerer = made(filled, searcher, reader, EVERYTHING)
    found = measured(
        filled, answerer, QUESTIONS, name="four", on_asked=lambda *how_far: asked.append(how_far)
    )
    assert asked == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert (found.questions, found.answerable, found.unsupported) == (4, 3, 0)
    perfect = ("success@1", "recall@1", "recall@8", "mrr", "answer_in_quote", "right_passage")
    assert {key: found.value(key) for key in perfect} == dict.fromkeys(perfect, 1.0)
    assert found.value("false_answer_rate") == 1.0
    assert found.value("false_refusal_rate") == 0.0
    assert [outcome.known.id for outcome in found.wrong] == ["q4"]
    assert 0 < found.p50 <= found.p95


def test_an_answerer_that_always_declines_says_what_it_would_have_said(
    filled: Corpus, searcher: Searcher, reader: Reader
) -> None:
    found = measured(filled, made(filled, searcher, reader, NOTHING), QUESTIONS)
    never = ("answer_in_quote", "right_passage", "exact_match", "f1", "false_answer_rate")
    assert [found.value(key) for key in never] == [0.0] * 5
    assert found.value("false_refusal_rate") == 1.0
    assert found.value("answer_in_quote_always") == 1.0
    assert found.value("right_passage_always") == 1.0
    assert [outcome.known.id for outcome in found.wrong] == ["q1", "q2", "q3"]


def test_what_is_measured_is_what_people_are_answered(
    filled: Corpus, searcher: Searcher, reader: Reader
) -> None:
    answerer = made(filled, searcher, reader, EVERYTHING)
    for outcome in measured(filled, answerer, QUESTIONS).outcomes:
        answer = answerer.answer(outcome.known.question)
        first = answer.citations[0]
        assert (outcome.answered, outcome.words) == (answer.answered, answer.words)
        assert (outcome.quote, outcome.cited) == (first.quote, first.passage.id)
        assert outcome.confidence == pytest.approx(answer.confidence, abs=1e-4)


def test_passages_of_the_named_articles_that_hold_an_answer_are_right(filled: Corpus) -> None:
    first, second = (passage.id for passage in filled.passages_of("bridge"))
    right = RightPassages(filled)
    known = KnownQuestion("q", "Who?", ("Brunel",), "plain", articles=("bridge", "harvest"))
    assert right.of(known) == {second}
    assert right.of(replace(known, articles=())) == {second}
    assert right.of(replace(known, articles=("comet",))) == frozenset()
    assert right.of(replace(known, answers=())) == frozenset()
    # Where the set names paragraphs, those count, whether or not the words stand in them.
    assert right.of(replace(known, paragraphs=(("bridge", 1),))) == {first}


def test_an_article_that_was_withdrawn_answers_nothing(filled: Corpus) -> None:
    filled.withdraw("bridge")
    known = KnownQuestion("q", "Who?", ("Brunel",), "plain", articles=("bridge", "gone"))
    assert RightPassages(filled).of(known) == frozenset()


def test_of_a_long_paragraph_only_the_part_with_the_answer_is_right(corpus: Corpus) -> None:
    filler = "The road went on through hills and fields for many hours. " * 20
    corpus.add(Article("road", "A road", (f"{filler}It ended at Truro. {filler}",)))
    parts = corpus.passages_of("road")
    known = KnownQuestion("q", "Where?", ("Truro",), "plain", paragraphs=(("road", 1),))
    assert [p.id for p in parts if p.id in RightPassages(corpus).of(known)] == [
        p.id for p in parts if "Truro" in p.text
    ]
    assert len(parts) > 1


def outcome(
    known: KnownQuestion, words: str, quote: str, confidence: float, answered: bool, seconds: float
) -> Outcome:
    return Outcome(
        known=known,
        answered=answered,
        confidence=confidence,
        words=words,
        quote=quote,
        shown=(quote,) if answered else ("It rained.",),
        place="bridge, paragraph 1",
        cited=1,
        ranked=(5, 1, 2),
        relevant=frozenset({1, 9}) if known.answerable else frozenset(),
        seconds=seconds,
    )


def four_outcomes() -> list[Outcome]:
    first, second, _, fourth = QUESTIONS
    return [
        outcome(first, "the Queen", "It was Queen Victoria.", 0.9, True, 0.1),
        outcome(second, "Brunel", "It was Brunel.", 0.2, False, 0.2),
        outcome(fourth, "500 tonnes", "They picked 500 tonnes.", 0.5, True, 0.3),
        outcome(replace(fourth, id="q5"), "", "", 0.1, False, 0.4),
    ]


def test_the_figures_of_a_report_follow_from_its_outcomes() -> None:
    found = report("four", four_outcomes(), 0.5, (1, 2))
    expected = {
        "recall@1": 0.0,
        "recall@2": 0.5,
        "success@1": 0.0,
        "success@2": 1.0,
        "mrr": 0.5,
        "answer_in_quote": 0.5,
        "right_passage": 0.5,
        "exact_match": 0.0,
        "f1": 0.5 * 2 / 3,  # one word of one is right, one of two was found: 2 * 1 / (1 + 2)
        "answer_in_quote_always": 1.0,
        "right_passage_always": 1.0,
        "f1_always": 0.5 * (2 / 3 + 1),
        "answer_shown": 0.5,
        "false_answer_rate": 0.5,
        "false_refusal_rate": 0.5,
        # Of four pairs, 0.9 is above 0.5 and 0.1, and 0.2 above 0.1.
        "auc": 0.75,
    }
    assert {m.key: m.value for m in found.measures} == pytest.approx(expected)
    assert [outcome.known.id for outcome in found.wrong] == ["q2", "q4"]
    assert (found.p50, found.p95) == pytest.approx((0.25, 0.385))


def test_a_report_is_a_table_and_json() -> None:
    found = report("four", four_outcomes(), 0.5, (1, 2))
    table = markdown(found)
    assert table.startswith("four: 4 questions, 2 answerable and 2 not; declined below 0.5.\n")
    assert "| search: a right passage first | 0.0 % | 0.0 to 65.8 | 2 |" in table
    assert "| AUC of confidence, answerable against not | 0.750 |" in table
    assert "| plain | 2 | 50.0 % | 50.0 % | 33.3 % | 50.0 % |" in table
    assert "| unanswerable | 2 | – | – | – | 50.0 % |" in table
    record = json.loads(json.dumps(as_json(found)))
    assert record["measures"]["success@2"] == {
        "value": 1.0,
        "low": 0.3424,
        "high": 1.0,
        "questions": 2,
    }
    assert record["kinds"]["unanswerable"]["false_answer_rate"]["value"] == 0.5
    assert record["seconds"] == {"p50": 0.25, "p95": 0.385}


def test_questions_that_no_passage_answers_are_counted_and_told() -> None:
    first, second, *_ = four_outcomes()
    found = report("two", [first, replace(second, relevant=frozenset())], 0.5, (1,))
    assert (found.unsupported, found.value("mrr")) == (1, 0.25)
    assert "No passage of this corpus answers 1 of the answerable." in markdown(found)


def test_an_answer_that_is_no_extract_is_judged_by_its_passage() -> None:
    known = KnownQuestion("q", "Do they agree?", ("Yes",), "comparison", extractive=False)
    found = report("one", [outcome(known, "so", "They say so.", 0.9, True, 0.1)], 0.5, (1,))
    assert found.wrong == []
    assert found.value("right_passage") == 1.0
    with pytest.raises(KeyError):
        found.value("f1")


def squad() -> dict[str, object]:
    def asked(one: KnownQuestion) -> dict[str, object]:
        answers = [{"text": text} for text in one.answers]
        return {"id": one.id, "question": one.question, "answers": answers}

    paragraphs = [
        {"context": BRIDGE[0], "qas": [asked(QUESTIONS[0])]},
        {"context": BRIDGE[1], "qas": [asked(QUESTIONS[1])]},
    ]
    lacking = asked(QUESTIONS[3]) | {"is_impossible": True}
    harvest = {"context": ARTICLES[1].paragraphs[0], "qas": [lacking]}
    return {
        "data": [
            {"title": "Tamar_bridge", "paragraphs": paragraphs},
            {"title": "Harvest", "paragraphs": [harvest]},
        ]
    }


def test_the_reader_alone_is_given_the_paragraph(reader: Reader) -> None:
    questions = (
        replace(QUESTIONS[0], asked_of=("bridge", 1)),
        replace(QUESTIONS[1], asked_of=("bridge", 2)),
    )
    found = evaluate_reader(reader, QuestionSet("two", questions, ARTICLES), questions)
    assert found.name == "two, given the paragraph"
    assert found.value("answer_in_quote_always") == 1.0
    assert found.value("f1_always") >= 0.8
    assert {m.key for m in found.measures}.isdisjoint({"mrr", "right_passage", "auc"})


def test_a_long_paragraph_is_given_in_parts_and_its_offsets_hold(reader: Reader) -> None:
    filler = "The road went on through hills and fields for many hours. " * 20
    article = Article("road", "A road", (f"{filler}It was opened by Queen Victoria. {filler}",))
    question = "Who opened the road?"
    known = KnownQuestion("q", question, ("Queen Victoria",), "plain", asked_of=("road", 1))
    found = evaluate_reader(reader, QuestionSet("one", (known,), (article,)), [known])
    assert found.outcomes[0].quote == "It was opened by Queen Victoria."
    assert "Victoria" in found.outcomes[0].words


def test_a_file_with_its_own_paragraphs_leaves_the_users_corpus_alone(tmp_path: Path) -> None:
    file, readme = tmp_path / "tamar.json", tmp_path / "README.md"
    file.write_text(json.dumps(squad()), "utf-8")
    readme.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n", "utf-8")
    settings = Settings(data=tmp_path / "data", threshold=EVERYTHING)
    arguments = [str(file), "--json", "--wrong", "--readme", str(readme)]
    result = CliRunner().invoke(evaluate, arguments, obj=settings, catch_exceptions=False)
    record = json.loads(result.stdout)
    assert (record["name"], record["questions"], record["answerable"]) == ("tamar", 3, 2)
    assert record["measures"]["right_passage"]["value"] == 1.0
    assert record["measures"]["false_answer_rate"]["value"] == 1.0
    assert [wrong["id"] for wrong in record["wrong"]] == ["q4"]
    assert not (tmp_path / "data").exists()
    written = readme.read_text("utf-8")
    assert written.startswith(f"Before.\n{BEGIN}\ntamar: 3 questions, 2 answerable and 1 not;")
    assert written.endswith(f"|\n{END}\nAfter.\n")
    assert "old" not in written


def test_a_readme_without_markers_is_refused_before_the_work(tmp_path: Path) -> None:
    file, readme = tmp_path / "tamar.json", tmp_path / "README.md"
    file.write_text(json.dumps(squad()), "utf-8")
    readme.write_text(f"{END} {BEGIN}", "utf-8")
    result = CliRunner().invoke(evaluate, [str(file), "--readme", str(readme)], obj=Settings())
    assert "to write between" in str(result.exception)
    assert readme.read_text("utf-8") == f"{END} {BEGIN}"


def test_only_a_set_with_paragraphs_can_be_read_without_search(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    file.write_text('{"id": "q", "question": "Who?", "answers": ["Brunel"]}', "utf-8")
    result = CliRunner().invoke(evaluate, [str(file), "--given"], obj=Settings())
    assert (result.exit_code, "--given needs a file" in result.output) == (2, True)


def test_questions_of_the_live_corpus_are_told_one_by_one(
    filled: Corpus, searcher: Searcher, tmp_path: Path
) -> None:
    file = tmp_path / "own.jsonl"
    known = {"id": "q1", "question": QUESTIONS[0].question, "answers": ["Prince Albert"]}
    file.write_text(json.dumps(known), "utf-8")
    settings = Settings(data=filled.folder, threshold=EVERYTHING)
    arguments = [str(file), "--noise", "--wrong"]
    result = CliRunner().invoke(evaluate, arguments, obj=settings, catch_exceptions=False)
    assert result.stdout.startswith("q1 [plain] who ")
    assert "?" not in result.stdout.splitlines()[0]
    assert "'Queen Victoria' in bridge, paragraph 1" in result.stdout
    assert "  known: Prince Albert\n" in result.stdout
    assert "own, typed in haste: 1 questions, 1 answerable and 0 not" in result.stdout
    assert "asked 1 of 1 questions" in result.stderr
