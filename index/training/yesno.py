"""Yes/no questions made of statements; the answer is the clause that decides."""

from __future__ import annotations

import re
from random import Random

from index.training.language import STOP_WORDS, sentences, word_set
from index.training.pairs import Pair

_STATEMENT = re.compile(
    r"^(?P<subject>(?:The |A |An )?(?:[A-Z][\w'’-]+)(?: [\w'’-]+){0,3}?) "
    r"(?P<verb>is|are|was|were|has|have|had|can|could|will|would) "
    r"(?P<rest>[^.,;:()\"“]{15,140})\.?$"
)
_UNFIT = word_set(
    "he she it they this that these those there we you i his her its their our each other another "
    "both all some many most several one two three in on at by for to from with as if when while "
    "however although what which who where how not only such also thus therefore"
)


def yes_no(passage: str, rng: Random) -> Pair | None:
    """A question made of one of the passage's statements; None where none will do.

    "Paris was founded by the Parisii." gives "Was Paris founded by the Parisii?", answered
    by "was founded by the Parisii".
    """
    spans = sentences(passage)
    rng.shuffle(spans)
    for start, end in spans:
        match = _STATEMENT.match(passage[start:end])
        if match is None or _UNFIT & set(match["subject"].lower().split(" ")):
            continue
        if match["rest"].split(" ")[0] in _UNFIT or match["rest"].split(" ")[-1] in STOP_WORDS:
            continue
        subject = match["subject"]
        first, _, rest = subject.partition(" ")
        if first.lower() in STOP_WORDS:
            subject = f"{first.lower()} {rest}"
        question = f"{match['verb'].capitalize()} {subject} {match['rest'].strip()}?"
        answer = (start + match.start("verb"), start + match.end("rest"))
        return Pair(question, passage, answer, answer, "yes/no")
    return None
