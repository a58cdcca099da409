"""Questions as they are typed in haste: for measuring how much typing errors cost."""

from __future__ import annotations

from random import Random

from index.training.noise import with_slips, without_question_mark

WORDS_PER_SLIP = 8  # one typing error in every so many words, and one at least


def hasty(question: str, seed: str) -> str:
    """The question in lower case, without its question mark, with typing errors.

    :param seed: The same one gives the same errors, such as the id of the question.
    """
    text = without_question_mark(question).lower()
    slips = max(1, round(len(text.split()) / WORDS_PER_SLIP))
    return with_slips(text, Random(seed), slips)
