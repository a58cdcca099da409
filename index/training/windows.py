"""Pairs cut to windows and turned into token ids, with the answer's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from transformers import PreTrainedTokenizerBase

from index.reading import MAX_ANSWER_TOKENS, MAX_QUESTION_TOKENS, before
from index.training.features import Feature
from index.training.pairs import Pair, Span

WINDOWS = (120, 170, 250)  # the most tokens of a pair; one is drawn for each group
QUESTION = 40  # tokens that a window leaves for the question; a longer one makes the pair longer


def feature(
    pair: Pair, tokenizer: PreTrainedTokenizerBase, rng: Random, most: int
) -> Feature | None:
    """[CLS] question [SEP] title: window [SEP], the title only where the pair has one.

    It is `most` tokens long where the question is of usual length, and longer by the title.

    The window holds the pair's focus at a place drawn by `rng`, and begins with a word.

    :returns: None where the answer has over `MAX_ANSWER_TOKENS` tokens or does not fit.
    """
    asked = tokenizer(pair.question, add_special_tokens=False)["input_ids"]
    question = asked[:MAX_QUESTION_TOKENS]
    encoded = tokenizer(
        pair.passage, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )
    ids: list[int] = encoded["input_ids"]
    offsets: list[Span] = encoded["offset_mapping"]
    focus = covering(offsets, pair.focus)
    room = most - min(len(question), QUESTION) - 3
    if focus is None or focus[1] - focus[0] >= min(MAX_ANSWER_TOKENS, room):
        return None
    first = window_start(pair.passage, offsets, focus, room, rng)
    window = ids[first : first + room]
    title = tokenizer(before(pair.title), add_special_tokens=False)["input_ids"]
    head = [tokenizer.cls_token_id, *question, tokenizer.sep_token_id, *title]
    shift = len(head) - first
    answer = (focus[0] + shift, focus[1] + shift) if pair.answer is not None else (0, 0)
    whole = (*head, *window, tokenizer.sep_token_id)
    return Feature(whole, len(question) + 2, len(head), *answer)


def covering(offsets: Sequence[Span], span: Span) -> Span | None:
    """First and last token that overlap the characters; None where none does."""
    inside = [at for at, (start, end) in enumerate(offsets) if start < span[1] and span[0] < end]
    return (inside[0], inside[-1]) if inside else None


def window_start(passage: str, offsets: Sequence[Span], focus: Span, room: int, rng: Random) -> int:
    """The first token of a window of `room` tokens that holds the focus; 0 where all fits.

    Beginnings of sentences are preferred, then those of words.
    """
    if len(offsets) <= room:
        return 0
    earliest = max(0, focus[1] + 1 - room)
    latest = min(focus[0], len(offsets) - room)
    places = range(min(earliest, latest), latest + 1)
    sentence = [at for at in places if at == 0 or passage[offsets[at][0] - 2] in ".!?"]
    word = [at for at in places if passage[offsets[at][0] - 1].isspace()]
    return rng.choice(sentence or word or list(places))
