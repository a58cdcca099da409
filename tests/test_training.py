"""The reader's training: what questions are turned into, windows, the loss, going on, measures."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest
import torch
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForQuestionAnswering,
    PreTrainedTokenizerBase,
)

from corpus.slips import NEIGHBOURS
from index.metrics import Interval
from index.reading import Reader, Span
from index.training import export, keeping, noise, perturbation
from index.training.antonyms import ANTONYMS
from index.training.asked import Asked, other_number
from index.training.batching import Batch, Batches, collate, packed
from index.training.data import Answer, Article, Paragraph, Question, read_squad, split_held_out
from index.training.evaluate import Asked as Measured
from index.training.evaluate import elsewhere, measured, noisy, unanswerable
from index.training.features import FeatureGroup
from index.training.language import names, numbers, sentences
from index.training.lexicon import Lexicon
from index.training.made import MadeFeatures
from index.training.mixture import Mixture, Recipe
from index.training.objective import distilled, loss, shared
from index.training.pairs import Pair
from index.training.prepared import PreparedFeatures, write
from index.training.train import Plan, Trainer
from index.training.windows import feature
from index.training.yesno import yes_no

PASSAGE = (
    "The first bridge over the Varn was built by Ada Holt in 1902. It was the longest of the "
    "country and carried two tracks. Trains ran until 1950, when Leo Brandt closed the line."
)
OTHER = "After the Treaty of Orsk, boats from Kestria carried coal down the river until 1961."


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerBase:
    loaded: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(export.bundled_encoder())
    return loaded


@pytest.fixture(scope="module")
def lexicon(tokenizer: PreTrainedTokenizerBase) -> Lexicon:
    encoder = BertForQuestionAnswering.from_pretrained(
        export.bundled_encoder(), dtype=torch.float32
    )
    return Lexicon(tokenizer, encoder.bert.embeddings.word_embeddings.weight.detach().numpy())


def ask(question: str, answer: str, passage: str = PASSAGE) -> Asked:
    start = passage.index(answer)
    span = (start, start + len(answer))
    return Asked(question, passage, span, ("Ada Holt", "Leo Brandt", "Kestria"), (OTHER,))


def answer_of(pair: Pair) -> str | None:
    return None if pair.answer is None else pair.passage[slice(*pair.answer)]


# --- language -----------------------------------------------------------------------------------


def test_sentences_do_not_end_at_initials() -> None:
    text = "J. Holt met St. Clair. They talked! Then?"
    assert [text[start:end] for start, end in sentences(text)] == [
        "J. Holt met St. Clair.",
        "They talked!",
        "Then?",
    ]


def test_names_leave_out_question_words_and_first_words() -> None:
    assert list(names("Who met Ada Holt of Kestria on May 3?")) == ["Ada Holt of Kestria"]
    assert list(names(PASSAGE)) == ["Varn", "Ada Holt", "Leo Brandt"]


def test_numbers_keep_their_commas_and_points() -> None:
    assert numbers("In 1902 some 15,000 people paid 3.5 crowns.") == ["1902", "15,000", "3.5"]


def test_words_of_a_kind_are_near_and_forms_of_one_word_are_left_out(lexicon: Lexicon) -> None:
    assert lexicon.nearest("Spain", ["Monday", "France", "Northern Spain", "tractor"], 1) == [
        "France"
    ]
    assert "south" in lexicon.related("north", 0.4, 0.6)
    assert not {"builds", "building", "build"} & set(lexicon.related("built", 0.3, 0.9))


# --- questions turned about ---------------------------------------------------------------------


def test_a_name_is_swapped_for_one_that_the_answer_sentence_does_not_have(lexicon: Lexicon) -> None:
    asked = ask("What did Leo Brandt close?", "the line")
    pair = perturbation.name_swapped(asked, lexicon, Random(1))
    assert pair is not None
    others = {f"What did {name} close?" for name in ("Varn", "Ada Holt", "Kestria")}
    assert (pair.question in others, pair.answer) == (True, None)


def test_a_year_is_swapped_for_another(lexicon: Lexicon) -> None:
    pair = perturbation.number_swapped(
        ask("Who built a bridge in 1902?", "Ada Holt"), lexicon, Random(3)
    )
    assert pair is not None
    [year] = numbers(pair.question)
    assert (year == "1902", year in ("1950", *map(str, range(1872, 1933)))) == (False, True)


def test_a_word_is_turned_into_its_opposite(lexicon: Lexicon) -> None:
    asked = ask("Who made the first bridge?", "Ada Holt")
    pair = perturbation.opposed(asked, lexicon, Random(1))
    assert pair == Pair("Who made the last bridge?", PASSAGE, None, asked.answer, "opposite")


def test_an_opposite_that_the_sentence_has_as_well_is_not_used(lexicon: Lexicon) -> None:
    passage = "The first and the last bridge over the Varn are by Ada Holt."
    asked = ask("Who made the first bridge?", "Ada Holt", passage)
    assert perturbation.opposed(asked, lexicon, Random(1)) is None


def test_opposites_go_both_ways() -> None:
    assert all(word in ANTONYMS[other] for word in ANTONYMS for other in ANTONYMS[word])


@pytest.mark.parametrize(
    "question, answer, expected",
    [
        ("When did Leo Brandt close the line?", "1950", "When didn't Leo Brandt close the line?"),
        ("Who built the bridge?", "Ada Holt", "Who never built the bridge?"),
    ],
)
def test_a_question_is_negated(lexicon: Lexicon, question: str, answer: str, expected: str) -> None:
    pair = perturbation.negated(ask(question, answer), lexicon, Random(1))
    assert pair is not None
    assert (pair.question, pair.answer) == (expected, None)


def test_a_negated_sentence_is_not_asked_about_in_the_negative(lexicon: Lexicon) -> None:
    asked = ask("Who did not come?", "Leo", passage="All came but Leo, who was not well.")
    assert perturbation.negated(asked, lexicon, Random(1)) is None


def test_a_passage_loses_the_sentence_that_the_answer_is_cut_out_of(lexicon: Lexicon) -> None:
    passage = PASSAGE.replace("in 1902", "in the 1900s. Capt. Holt was born in 1880")
    for answer in ("1900", "Capt. Holt"):  # half a word, and one across a sentence's supposed end
        pair = perturbation.sentence_removed(ask("When?", answer, passage), lexicon, Random(1))
        assert pair is None or answer not in pair.passage
    pair = perturbation.sentence_removed(ask("When?", "1900", passage + OTHER), lexicon, Random(1))
    assert pair is not None
    assert "1900" not in pair.passage
    assert "longest of the country" in pair.passage


def test_a_false_premise_comes_out_of_another_paragraph(lexicon: Lexicon) -> None:
    asked = ask("Who closed the line?", "Leo Brandt")
    questions = set()
    for seed in range(30):
        pair = perturbation.false_premise(asked, lexicon, Random(seed))
        assert pair is not None
        questions.add(pair.question)
    assert questions == {
        "Who closed the line from Kestria?",
        "Who closed the line until 1961?",
        "From Kestria, who closed the line?",
        "Until 1961, who closed the line?",
    }


def test_the_passage_is_changed_where_the_question_asks(lexicon: Lexicon) -> None:
    pair = perturbation.passage_changed(
        ask("Who built a bridge over the Varn?", "Ada Holt"), lexicon, Random(1)
    )
    assert pair is not None
    assert pair.passage.startswith(
        ("The first bridge over the Leo Brandt", "The first bridge over the Kestria")
    )
    assert (pair.answer, pair.passage[slice(*pair.focus)]) == (None, "Ada Holt")


def test_the_answers_sentence_is_removed(lexicon: Lexicon) -> None:
    passage = f"{PASSAGE} {OTHER} Ships came in spring."
    pair = perturbation.sentence_removed(
        ask("Who built it?", "Ada Holt", passage), lexicon, Random(1)
    )
    assert pair is not None
    assert pair.passage == passage.partition("1902. ")[2]


def test_another_paragraph_lacks_the_answers_words(lexicon: Lexicon) -> None:
    asked = replace(ask("Who closed it?", "Leo Brandt"), others=("Leo Brandt slept.", OTHER))
    pair = perturbation.paragraph_other(asked, lexicon, Random(1))
    assert pair is not None
    assert (pair.passage, pair.answer) == (OTHER, None)


def test_numbers_change_and_keep_their_looks() -> None:
    rng = Random(5)
    drawn = [other_number("15,000", rng) for _ in range(5)]
    assert all(number != "15,000" and "," in number for number in drawn)
    assert other_number("1902", rng).isdigit()
    assert other_number("3.5", rng).count(".") == 1


# --- changes that leave the answer --------------------------------------------------------------


def test_a_name_changed_in_both_keeps_the_answer(lexicon: Lexicon) -> None:
    pair = keeping.renamed(ask("Who built a bridge over the Varn?", "Ada Holt"), lexicon, Random(1))
    assert pair is not None
    assert "Varn" not in pair.question + pair.passage
    assert answer_of(pair) == "Ada Holt"


def test_an_opposite_put_in_both_keeps_the_answer(lexicon: Lexicon) -> None:
    asked = ask("Which was the longest bridge?", "It")
    pair = keeping.opposed_alike(asked, lexicon, Random(1))
    assert pair is not None
    assert pair.question == "Which was the shortest bridge?"
    assert "the shortest of the country" in pair.passage
    assert answer_of(pair) == "It"


def test_a_true_premise_comes_out_of_the_answers_sentence(lexicon: Lexicon) -> None:
    pair = keeping.true_premise(ask("Who built the bridge?", "Ada Holt"), lexicon, Random(1))
    assert pair is not None
    assert pair.question in ("Who built the bridge in 1902?", "In 1902, who built the bridge?")
    assert answer_of(pair) == "Ada Holt"


def test_a_statement_becomes_a_yes_or_no_question() -> None:
    pair = yes_no("The Varn was bridged by Ada Holt.", Random(1))
    assert pair is not None
    assert pair.question == "Was the Varn bridged by Ada Holt?"
    assert answer_of(pair) == "was bridged by Ada Holt"
    assert yes_no("It was bridged by Ada Holt in 1902.", Random(1)) is None


# --- the way people type ------------------------------------------------------------------------


def test_slips_change_one_word_by_one_key() -> None:
    rng = Random(7)
    for _ in range(20):
        word = noise.slip("bridge", rng)
        assert abs(len(word) - 6) <= 1
        assert sum((Counter(word) - Counter("bridge")).values()) <= 1
    assert NEIGHBOURS["s"] == "qweadzxc"


@pytest.mark.parametrize(
    "change, expected",
    [
        (noise.without_question_mark, "Who is the head of the team"),
        (noise.without_articles, "Who is head of team?"),
        (noise.without_auxiliaries, "Who head of team?"),
        (noise.as_keywords, "Who head team"),
        (noise.without_question_word, "is the head of the team?"),
    ],
)
def test_words_are_left_out(change: object, expected: str) -> None:
    assert callable(change)
    assert change("Who is the head of the team?") == expected


@pytest.mark.parametrize("name, other", [("Kiev", "Kyiv"), ("Kyiv", "Kiev")])
def test_a_place_has_two_spellings(name: str, other: str) -> None:
    assert noise.spelt_otherwise(name, Random(1)) == other


def test_a_name_is_spelt_by_other_rules_of_transliteration() -> None:
    spellings = {noise.spelt_otherwise("Medinskiy", Random(seed)) for seed in range(60)}
    assert {"Medinsky", "Medinski", "Medinskii", "Medynskiy"} <= spellings


# --- windows and batches ------------------------------------------------------------------------


@pytest.mark.parametrize("most", [24, 32, 60])
def test_the_answers_tokens_are_the_answer(tokenizer: PreTrainedTokenizerBase, most: int) -> None:
    asked = ask("Who closed the line?", "Leo Brandt")
    pair = Pair(asked.question, PASSAGE, asked.answer, asked.answer, "")
    made = feature(pair, tokenizer, Random(2), most)
    assert made is not None
    assert len(made.ids) <= most
    assert tokenizer.decode(list(made.ids[made.start : made.end + 1])) == "leo brandt"
    assert made.ids[made.passage_start - 1] == made.ids[-1] == tokenizer.sep_token_id


def test_a_title_stands_before_the_passage_and_apart_from_it(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    asked = ask("Who closed the line?", "Leo Brandt")
    pair = Pair(asked.question, PASSAGE, asked.answer, asked.answer, "", "Bridges of Varn")
    made = feature(pair, tokenizer, Random(2), 60)
    assert made is not None
    title = tokenizer.decode(list(made.ids[made.second_start : made.passage_start]))
    assert title == "bridges of varn :"
    assert tokenizer.decode(list(made.ids[made.start : made.end + 1])) == "leo brandt"
    batch = collate([(made,)])
    assert batch.passage[0].nonzero().ravel().tolist() == [
        0,
        *range(made.passage_start, len(made.ids) - 1),
    ]
    assert batch.types[0].tolist().index(1) == made.second_start


def test_a_pair_without_an_answer_points_at_the_first_token(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    made = feature(Pair("Who?", PASSAGE, None, (0, 3), ""), tokenizer, Random(1), 40)
    assert made is not None
    assert (made.start, made.end, made.ids[0]) == (0, 0, tokenizer.cls_token_id)


def test_a_long_answer_makes_no_feature(tokenizer: PreTrainedTokenizerBase) -> None:
    pair = Pair("What?", PASSAGE, (0, len(PASSAGE)), (0, len(PASSAGE)), "")
    assert feature(pair, tokenizer, Random(1), 200) is None


def test_batches_keep_groups_whole_and_within_their_tokens(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    one = feature(Pair("Who?", PASSAGE, None, (0, 3), ""), tokenizer, Random(1), 60)
    two = feature(Pair("Who?", OTHER, None, (0, 3), ""), tokenizer, Random(1), 60)
    assert one is not None
    assert two is not None
    batches = packed([(one, two), (two,), (two, two)], tokens=2 * len(one.ids))
    assert batches == [[(two,), (two, two)], [(one, two)]]
    batch = collate([(two,), (one, two)])
    assert batch.groups.tolist() == [0, 1, 1]
    assert batch.passage[0].sum() == len(two.ids) - two.passage_start
    assert batch.attention is not None
    assert batch.attention.sum(dim=1).tolist() == [len(two.ids), len(one.ids), len(two.ids)]


# --- loss ---------------------------------------------------------------------------------------


def batch_of_two() -> Batch:
    """One question: its answer at token 2 of the first passage, none in the second."""
    return Batch(
        ids=torch.zeros(2, 4, dtype=torch.long),
        types=torch.zeros(2, 4, dtype=torch.long),
        attention=None,
        passage=torch.tensor([[True, False, True, True]] * 2),
        starts=torch.tensor([2, 0]),
        ends=torch.tensor([2, 0]),
        groups=torch.tensor([0, 0]),
    )


def test_the_shared_loss_counts_the_spans_of_all_passages() -> None:
    batch = batch_of_two()
    even = torch.zeros(2, 4).masked_fill(~batch.passage, -1e4)
    assert shared(even, batch.starts, batch.groups).item() == pytest.approx(math.log(4))
    assert shared(even[:1], batch.starts[:1], batch.groups[:1]).item() == 0.0


def test_the_shared_loss_counts_from_the_first_token() -> None:
    batch = batch_of_two()
    logits = torch.tensor([[0.0, 0, 9, 0], [5.0, 0, 5, 5]]).masked_fill(~batch.passage, -1e4)
    lower = torch.tensor([[0.0, 0, 9, 0], [0.0, 0, 0, 0]]).masked_fill(~batch.passage, -1e4)
    values = [shared(one, batch.starts, batch.groups).item() for one in (logits, lower)]
    assert values[0] == pytest.approx(values[1])


def test_the_right_answer_costs_least() -> None:
    batch = batch_of_two()
    right = torch.tensor([[0.0, 0, 20, 0], [20.0, 0, 0, 0]])
    assert loss(right, right, batch).item() == pytest.approx(0.0, abs=1e-6)
    assert loss(right.flip(0), right.flip(0), batch).item() > 10


def test_teachers_are_followed_in_their_mean() -> None:
    batch = batch_of_two()
    sure, other = torch.tensor([[0.0, 0, 4, 0]] * 2), torch.tensor([[0.0, 0, 0, 4]] * 2)
    teachers = [(sure, sure), (other, other)]
    mean = (sure + other) / 2
    values = [distilled((logits, logits), teachers, batch).item() for logits in (mean, sure, other)]
    chances = torch.tensor([0.0, 2, 2]).softmax(dim=0)
    expected = -(chances * chances.log()).sum()
    assert values[0] == pytest.approx(expected.item(), abs=1e-4)
    assert values[0] < values[1] == pytest.approx(values[2])


# --- a run, stopped and gone on with ------------------------------------------------------------


def articles() -> tuple[Article, ...]:
    """Two articles with eight questions."""
    asked = (
        ("Who built the first bridge over the Varn?", "Ada Holt"),
        ("When was the bridge built?", "1902"),
        ("Who closed the line in 1950?", "Leo Brandt"),
        ("How many tracks were there?", "two"),
    )
    questions = tuple(
        Question(f"q{number}", question, (Answer(answer, PASSAGE.index(answer)),))
        for number, (question, answer) in enumerate(asked)
    )
    paragraphs = (Paragraph(PASSAGE, questions), Paragraph(OTHER, ()))
    return Article("Varn", paragraphs), Article("Varn again", paragraphs)


def made(tokenizer: PreTrainedTokenizerBase, lexicon: Lexicon) -> MadeFeatures:
    return MadeFeatures(Mixture(articles(), (), lexicon, Recipe()), tokenizer, seed=1)


def trainer(
    tokenizer: PreTrainedTokenizerBase,
    lexicon: Lexicon,
    out: Path,
    epochs: float,
    teachers: Sequence[BertForQuestionAnswering] = (),
    seed: int = 1,
) -> Trainer:
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    batches = Batches(made(tokenizer, lexicon), seed=1, tokens=300)
    plan = Plan(epochs=epochs, rate=1e-3, report_every=1)
    return Trainer(BertForQuestionAnswering(config), tokenizer, batches, plan, out, teachers)


def test_a_run_gone_on_with_sees_the_batches_that_were_left(
    tokenizer: PreTrainedTokenizerBase, lexicon: Lexicon, tmp_path: Path
) -> None:
    stopped = trainer(tokenizer, lexicon, tmp_path, epochs=0.5)
    stopped.run()
    resumed = trainer(tokenizer, lexicon, tmp_path, epochs=2)
    assert resumed.progress == stopped.progress
    batches = Batches(made(tokenizer, lexicon), seed=1, tokens=300)
    whole = [batch for batch, _ in islice(batches, stopped.progress.step + 2)]
    batches.start = resumed.progress.position
    rest = [batch for batch, _ in islice(batches, 2)]
    assert [batch.ids.tolist() for batch in rest] == [
        batch.ids.tolist() for batch in whole[stopped.progress.step :]
    ]
    resumed.run()
    assert resumed.progress.questions >= 16


def test_pairs_kept_in_a_file_are_those_that_were_made_in_another_order_each_epoch(
    tokenizer: PreTrainedTokenizerBase, lexicon: Lexicon, tmp_path: Path
) -> None:
    groups = made(tokenizer, lexicon).whole(0)
    write(tmp_path / "epoch.xz", groups)
    kept = PreparedFeatures([tmp_path / "epoch.xz"], seed=2)
    assert kept.size(0) == len(groups) == 8
    first, again, later = (plain(kept.groups(epoch, 0, 8)) for epoch in (0, 0, 1))
    assert first == again != later
    assert sorted(first) == sorted(later) == sorted(plain(groups))
    assert plain(kept.groups(0, 2, 5)) == first[2:5]


def plain(groups: Sequence[FeatureGroup]) -> list[list[tuple[list[int], int, int, int, int]]]:
    return [
        [
            ([int(i) for i in one.ids], one.second_start, one.passage_start, one.start, one.end)
            for one in group
        ]
        for group in groups
    ]


def test_a_runs_weights_are_loaded_and_answer(
    tokenizer: PreTrainedTokenizerBase, lexicon: Lexicon, tmp_path: Path
) -> None:
    trainer(tokenizer, lexicon, tmp_path, epochs=1).run()
    reader = Reader(str(tmp_path / "final"))
    [[span]] = reader.read("Who built it?", [PASSAGE], n_best=1)
    assert 0 <= span.start < span.end <= len(PASSAGE)


def test_a_run_learns_from_teachers(
    tokenizer: PreTrainedTokenizerBase, lexicon: Lexicon, tmp_path: Path
) -> None:
    teacher = trainer(tokenizer, lexicon, tmp_path / "teacher", epochs=3)
    teacher.run()
    apart = [
        trainer(tokenizer, lexicon, tmp_path / f"student {number}", 3, teachers, seed=2)
        for number, teachers in enumerate(([], [teacher._model]))
    ]
    batch = next(iter(Batches(made(tokenizer, lexicon), seed=1, tokens=300)))[0]
    aim = [teacher._logits(teacher._model, batch)]
    for one in apart:
        one.run()
    distances = [distilled(one._logits(one._model, batch), aim, batch).item() for one in apart]
    assert distances[1] < distances[0]


def test_averaging_takes_the_mean_of_the_weights(
    tokenizer: PreTrainedTokenizerBase, lexicon: Lexicon, tmp_path: Path
) -> None:
    model = trainer(tokenizer, lexicon, tmp_path, epochs=1)._model
    for value in (1.0, 2.0):
        torch.nn.init.constant_(model.qa_outputs.bias, value)
        export.write(model, tokenizer, tmp_path / str(value))
    mean_model = export.averaged([tmp_path / "1.0", tmp_path / "2.0"])
    assert mean_model.qa_outputs.bias.tolist() == [1.5, 1.5]


def test_the_learning_rate_rises_and_falls() -> None:
    plan = Plan(minutes=10, rate=1.0)
    rates = [plan.learning_rate(done) for done in (0.02, 0.04, 0.52, 1.0)]
    assert rates == pytest.approx([0.5, 1.0, 0.5, 0.0])


# --- data and measures --------------------------------------------------------------------------


def test_a_file_is_read_and_split_by_title(tmp_path: Path) -> None:
    paragraph = {
        "context": PASSAGE,
        "qas": [
            {"id": "1", "question": " Who? ", "answers": [{"text": "Ada Holt", "answer_start": 46}]}
        ],
    }
    raw = {"data": [{"title": title, "paragraphs": [paragraph]} for title in ("A", "B", "C")]}
    path = tmp_path / "squad.json.gz"
    path.write_bytes(gzip.compress(json.dumps(raw).encode()))
    read = read_squad(path)
    assert read[0].paragraphs[0].questions == (Question("1", "Who?", (Answer("Ada Holt", 46),)),)
    kept, held_out = split_held_out(read, count=1)
    # SHA-1 of "C" begins with 32, of "A" with 6d, of "B" with ae.
    assert ([one.title for one in kept], [one.title for one in held_out]) == (["A", "B"], ["C"])


class FixedReader(Reader):
    """Answers with the first eight letters; sure of a question by its length."""

    def __init__(self) -> None:
        pass

    def read(
        self,
        question: str,
        texts: Sequence[str],
        n_best: int = 3,
        titles: Sequence[str] | None = None,
    ) -> list[list[Span]]:
        return [[Span(0, 8, float(len(question)))] for _ in texts]


def test_a_reader_is_measured_by_hand() -> None:
    having = [Measured("Who came?", "Ada Holt came.", ("Ada Holt",))] * 3
    having.append(Measured("Who?", "Leo Brandt and Ada.", ("Leo Brandt",)))
    lacking = [Measured("Whose?", "Ada Holt came.", ())]
    measures = measured(FixedReader(), having, lacking)
    # "Leo Bran" shares one of two words with "Leo Brandt": F1 50; its question is the shortest.
    assert {name: figure.value for name, figure in measures.items()} == {
        "F1": 87.5,
        "exact match": 75.0,
        "AUC": 0.75,
    }
    assert measures["exact match"].interval == Interval(25.0, 100.0)


def test_questions_are_moved_to_the_nearest_paragraph_without_the_answer() -> None:
    having = [Measured("What did boats from Kestria carry?", PASSAGE, ("Ada Holt",))]
    assert elsewhere(articles()[:1], having) == [
        Measured("What did boats from Kestria carry?", OTHER, ())
    ]
    assert unanswerable(articles(), None, having) == []
    [changed] = noisy(having)
    assert (
        changed.question
        == changed.question.lower().rstrip("?")
        != "what did boats from kestria carry"
    )
