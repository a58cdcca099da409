"""The way people type to a bot: no question mark, words left out, slips, names spelt otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from corpus.slips import NEIGHBOURS
from index.training.language import QUESTION_WORDS, STOP_WORDS, word_set

_ARTICLES = frozenset(("a", "an", "the"))
_AUXILIARIES = word_set("is are was were be been do does did has have had will would")

# One sound spelt several ways where a name comes out of another alphabet: each group's spellings
# stand for one another at that place of a word ("$" is its end).
_SPELLINGS = (
    ("skyy$", "skiy$", "sky$", "skii$", "skyi$", "ski$"),
    ("iy$", "yy$", "y$", "ii$", "yi$", "i$"),
    ("ov$", "off$", "ow$"),
    ("ev$", "eff$", "yev$"),
    ("vich$", "vych$", "vitch$", "wicz$"),
    ("kh", "h"),
    ("zh", "j"),
    ("ks", "x"),
    ("ya", "ia"),
    ("yu", "iu", "ju"),
    ("ye", "ie", "e"),
    ("shch", "sch"),
    ("ts", "tz"),
    ("ph", "f"),
    ("ou", "u"),
    ("ei", "ey", "ai"),
    ("ck", "k"),
    ("v", "w"),
    ("i", "y"),
)
_PLACES = (
    ("Kiev", "Kyiv"),
    ("Turkey", "Türkiye"),
    ("Kharkov", "Kharkiv"),
    ("Odessa", "Odesa"),
    ("Lvov", "Lviv"),
    ("Moscow", "Moskva"),
    ("Peking", "Beijing"),
    ("Bombay", "Mumbai"),
)


def slip(word: str, rng: Random) -> str:
    """The word with one typing error: letters swapped, dropped, doubled or a key beside it."""
    place = rng.randrange(len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 1:
        return word[:place] + word[place + 1 :]
    if kind == 2:
        return word[:place] + word[place] + word[place:]
    keys = NEIGHBOURS.get(word[place].lower())
    return word[:place] + rng.choice(keys) + word[place + 1 :] if keys else word


def with_slips(text: str, rng: Random, count: int = 1) -> str:
    """The text with `count` typing errors, each in a word of at least four letters."""
    parts = text.split(" ")
    long = [place for place, part in enumerate(parts) if len(part) > 3 and part[:4].isalpha()]
    for place in rng.sample(long, min(count, len(long))):
        parts[place] = slip(parts[place], rng)
    return " ".join(parts)


def without_question_mark(text: str) -> str:
    return text.rstrip(" ?")


def without_articles(text: str) -> str:
    return _without(text, _ARTICLES)


def without_auxiliaries(text: str) -> str:
    return _without(text, _ARTICLES | _AUXILIARIES)


def as_keywords(text: str) -> str:
    """The question word and the words that carry meaning: what is typed into a search box."""
    return _without(without_question_mark(text), STOP_WORDS - QUESTION_WORDS)


def without_question_word(text: str) -> str:
    first, _, rest = text.partition(" ")
    return rest if first.lower() in QUESTION_WORDS and rest.count(" ") >= 2 else text


def spelt_otherwise(name: str, rng: Random) -> str:
    """The name as another transliteration would have it; itself where no rule applies."""
    for pair in _PLACES:
        if name in pair:
            return pair[1 - pair.index(name)]
    rules = list(_SPELLINGS)
    rng.shuffle(rules)
    for spellings in rules:
        for spelling in spellings:
            pattern = rf"(?<=\w{{2}}){spelling}"
            if re.search(pattern, name):
                others = [other.rstrip("$") for other in spellings if other != spelling]
                return re.sub(pattern, rng.choice(others), name, count=1)
    return name


_LEFT_OUT: tuple[tuple[float, Callable[[str], str]], ...] = (
    (0.08, without_articles),
    (0.05, without_auxiliaries),
    (0.06, as_keywords),
    (0.02, without_question_word),
)


def typed(text: str, rng: Random) -> str:
    """The question as it may be typed; in about half of the cases as it is."""
    drawn = rng.random()
    for chance, leave_out in _LEFT_OUT:
        if drawn < chance:
            shorter = leave_out(text)
            text = shorter if len(shorter.split()) >= 3 else text
            break
        drawn -= chance
    if rng.random() < 0.3:
        text = without_question_mark(text)
    if rng.random() < 0.12:
        text = with_slips(text, rng, count=rng.choice((1, 1, 2)))
    return text


def _without(text: str, dropped: frozenset[str]) -> str:
    bare = without_question_mark(text)
    kept = [word for word in bare.split(" ") if word.lower().strip(",.") not in dropped]
    return " ".join(kept) + ("?" if text.endswith("?") else "")
