from itertools import pairwise

import pytest

from corpus.errors import ModelError
from index.reading import MAX_ANSWER_TOKENS, Reader

PASSAGE = (
    "The Norman dynasty had a major political impact. “Rollo,” a Viking, led the Normans, "
    "whose name comes from İskandinav “Norsemen”. 🙂 They settled in 911."
)


def test_the_words_are_cut_out_of_the_text_by_character_offsets(reader: Reader) -> None:
    best = reader.read("In what year did they settle?", [PASSAGE])[0][0]
    assert PASSAGE[best.start : best.end] == "911"


def test_a_batch_gives_what_single_texts_give(reader: Reader) -> None:
    texts = [PASSAGE, "The capital of France is Paris.", "x"]
    together = reader.read("What is the capital of France?", texts)
    alone = [reader.read("What is the capital of France?", [text])[0] for text in texts]
    assert texts[1][together[1][0].start : together[1][0].end] == "Paris"
    for one, other in zip(together, alone, strict=True):
        assert [(s.start, s.end) for s in one[:1]] == [(s.start, s.end) for s in other[:1]]
        # bfloat16 keeps 8 bits of a number, and other padding rounds in other places.
        assert one[0].score == pytest.approx(other[0].score, abs=0.4)


def test_the_passage_with_the_answer_scores_above_one_without(reader: Reader) -> None:
    with_answer, without = reader.read(
        "What is the capital of France?",
        ["The capital of France is Paris.", "Wheat is grown in many parts of Ohio."],
    )
    assert with_answer[0].score > without[0].score + 3


def test_spans_are_best_first_and_do_not_overlap(reader: Reader) -> None:
    spans = reader.read("Who led the Normans?", [PASSAGE], n_best=5)[0]
    assert [s.score for s in spans] == sorted((s.score for s in spans), reverse=True)
    places = sorted((s.start, s.end) for s in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("?" * 5000, ["Some text."]),
        ("Who?", ["word " * 3000]),
        ("Кто?", ["Владимир Мединский возглавил делегацию."]),
    ],
)
def test_long_and_odd_input_is_read_within_limits(
    reader: Reader, question: str, texts: list[str]
) -> None:
    spans = reader.read(question, texts)[0]
    assert len(spans) > 0
    for span in spans:
        assert 0 <= span.start < span.end <= len(texts[0])
        assert len(texts[0][span.start : span.end].split()) <= MAX_ANSWER_TOKENS


def test_a_title_is_read_before_a_text_and_holds_no_answer(reader: Reader) -> None:
    text = "The city is the seat of government and has two million people."
    title = "Paris, the capital of France"
    [spans] = reader.read("What is the capital of France?", [text], n_best=5, titles=[title])
    assert spans
    assert all(0 <= one.start < one.end <= len(text) for one in spans)
    [plain] = reader.read("What is the capital of France?", [text], n_best=5)
    assert plain != spans


def test_nothing_to_read_gives_nothing(reader: Reader) -> None:
    assert reader.read("Who?", []) == []
    assert reader.read("Who?", [""]) == [[]]


def test_a_model_that_is_not_there_is_told_by_name(tmp_path: object) -> None:
    with pytest.raises(ModelError, match=r"reader .*can't be loaded"):
        Reader(str(tmp_path))
