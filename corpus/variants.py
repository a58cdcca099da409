"""What a word that no article has may mean: a name spelt otherwise, or a slip of the fingers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable
from itertools import islice

from rapidfuzz.distance import OSA

from corpus.analysis import fold, spellings, words
from corpus.database import Database, explained
from corpus.slips import ASKING, LONG, Slip, likely, slip, unslipped
from corpus.vocabulary import Vocabulary, skeleton, sound

LONGEST = 30  # letters of a word that is looked at
MAX_WORDS = 64  # words of a question that are looked at
MAX_VARIANTS = 3
MAX_CHECKED = 8  # likely words that are looked up in the texts
LOOKED_AT = 3  # passages looked at to see whether a word is a name
FEW_PASSAGES = 1_000  # added, for which the vocabulary isn't read anew

_WORD = re.compile(r"\b[a-z]+\b")
_TYPED = re.compile(r"\w+(?:['’`]\w+)*")
_APOSTROPHE = re.compile(r"(['’`])")
# Contractions typed without their apostrophe, which are no slips.
_CONTRACTED = re.compile(r"(?:did|does|do|was|were|is|are|has|have|had|wo|ca|would|could|should)nt")
_ENDINGS = re.compile(r"(?:ing|ed|es|er|ers|ly|(?<!s)s|(?<=e)d|ness)$")


class Spelling:
    """Says what words mean that the corpus doesn't have; safe to share between threads.

    :param known_words: Folded words of the language, which are no slips although no article has
        them. A name among them may still be one that the articles spell otherwise.
    """

    def __init__(self, database: Database, known_words: Container[str] = frozenset()) -> None:
        self._database = database
        self._known_words = known_words
        self._vocabulary: Vocabulary | None = None

    def variants(self, word: str) -> list[str]:
        """The words of the articles that a folded word may stand for, likeliest first.

        :returns: At most `MAX_VARIANTS`; none for a word that can be found as it is.
        """
        if not _may_be_misspelt(word) or self._found(word):
            return []
        distances = self._near(word) | self._names_alike(word)
        counts = self._words().counts

        def rank(other: str) -> tuple[float, ...]:
            unlikely = slip(word, other) is not Slip.HANDS
            asks = other in ASKING
            return distances[other], unlikely, not asks, word[0] != other[0], -counts.get(other, 0)

        ranked = sorted(distances, key=rank)[:MAX_CHECKED]
        found = (other for other in ranked if other in ASKING or self._texts(other, 1))
        return list(islice(found, MAX_VARIANTS))

    def names(self, word: str) -> list[str]:
        """Other spellings of a name that articles have beside this one: "kiev" for "kyiv"."""
        if len(word) < 4 or not _may_be_misspelt(word):
            return []
        alike = self._words().alike(word)
        others = [other for other in alike if other != word and sound(other) == sound(word)]
        if not others or not self._is_name(word):
            return []
        return [other for other in others[:MAX_CHECKED] if self._is_name(other)]

    def corrected(self, question: str) -> str:
        """The question with the words that no article has replaced by what they may mean.

        All else stays as typed. A word keeps its capitals and its possessive ending.
        """
        loud = question == question.upper()
        cased = not loud and any(character.isupper() for character in question[1:])
        pieces: list[str] = []
        end = 0
        for match in islice(_TYPED.finditer(question), MAX_WORDS):
            typed, *ending = _APOSTROPHE.split(match[0])
            # What else an apostrophe cuts off is half of a contraction or of a name.
            whole = not ending or (len(ending) == 2 and ending[1] in ("s", "S"))
            acronym = typed.isupper() and not loud and len(typed) < 6
            if whole and not acronym and typed.isalpha():
                pieces += question[end : match.start()], self._meant(typed, cased)
                end = match.start() + len(typed)
        return "".join([*pieces, question[end:]])

    # -- inner workings

    def _meant(self, typed: str, cased: bool) -> str:
        """The likeliest word for a typed one, in the same capitals; else itself."""
        word = fold(typed)
        if cased and typed.islower() and self._in_language(word):
            return typed  # where there are capitals, a name would have one
        if self._lacks_apostrophe(word):
            return f"{typed[:-1]}'s"
        best = next(iter(self.variants(word)), None)
        if best is None and not (cased and typed[0].isupper()):
            best = self._mended(word)
        if best is None:
            return typed
        if typed.isupper() and len(typed) > 1:
            return best.upper()
        return best.capitalize() if typed[0].isupper() else best

    def _lacks_apostrophe(self, word: str) -> bool:
        """Whether a word is the possessive of a name, typed in haste: "russias delegation"."""
        counts = self._words().counts
        bare = word[:-1]
        return (
            len(bare) > 3
            and word[-1] == "s"
            and word not in counts
            and word not in self._known_words
            and bare in counts
            and self._is_name(bare)
        )

    def _mended(self, word: str) -> str | None:
        """A word of the language, though of no article, that hands easily turn into this one."""
        if len(word) < 5 or not _may_be_misspelt(word) or self._in_language(word):
            return None
        known = (other for other in unslipped(word) if other in self._known_words)
        return None if self._found(word) else next(known, None)

    def _near(self, word: str) -> dict[str, float]:
        """Words that slips turn into this one, unless this one is a word itself."""
        if self._in_language(word):
            return {}
        near = {*ASKING, *self._words().near(word)}
        found = {o: 1.0 for o in near if len(o) > 2 and _one_away(word, o) and likely(word, o)}
        if len(word) >= LONG:  # two slips are believed where they leave the consonants as they are
            alike = self._words().alike(word)
            found |= {o: 2.0 for o in alike if OSA.distance(word, o, score_cutoff=2) == 2}
        return found

    def _names_alike(self, word: str) -> dict[str, float]:
        """Names of the articles that sound like this word, and how far they are from it."""
        if len(word) < 4:
            return {}
        in_language = self._in_language(word)
        most = 3 if len(word) >= LONG and not in_language else 2
        found: dict[str, float] = {}
        for other in self._words().alike(word):
            slips = OSA.distance(word, other)
            same_start = word[0] == other[0]
            if slips > most or (in_language and not same_start):
                continue
            if sound(other) == sound(word):
                found[other] = 0.5 if slips == 1 and same_start else 1.0
            elif len(skeleton(word)) >= 4 and not in_language:
                found[other] = slips / 2 + 0.5
        ranked = sorted(found, key=lambda other: found[other])[:MAX_CHECKED]
        return {other: found[other] for other in ranked if self._is_name(other)}

    def _in_language(self, word: str) -> bool:
        """Whether a word, what it is a form of, or both its halves are words of the language."""
        known = self._known_words
        stem = _ENDINGS.sub("", word)
        if word in known or (len(stem) > 3 and (stem in known or stem + "e" in known)):
            return True
        return any(word[:i] in known and word[i:] in known for i in range(4, len(word) - 3))

    def _found(self, word: str) -> bool:
        """Whether any passage that can be found has the word, in any inflection."""
        match = " OR ".join(f'"{spelt}"' for part in words(word) for spelt in spellings(part))
        return bool(self._rows("passages_fts", match, 1))

    def _is_name(self, word: str) -> bool:
        """Whether the texts write the word with a capital wherever it was looked at."""
        texts = self._texts(word, LOOKED_AT)
        written = [t for text in texts for t in re.findall(r"\w+", text) if fold(t) == word]
        return bool(written) and all(found[0].isupper() for found in written)

    def _texts(self, word: str, limit: int) -> list[str]:
        return self._rows("words_fts", f'"{word}"', limit)

    def _rows(self, table: str, match: str, limit: int) -> list[str]:
        """The texts of passages that match and can be found."""
        # CROSS JOIN: the tables are read in the order in which they are written.
        sql = (
            'SELECT substr(paragraphs.text, passages.start + 1, passages."end" - passages.start)'
            f" FROM {table} CROSS JOIN passages ON passages.id = {table}.rowid"
            " CROSS JOIN paragraphs ON paragraphs.id = passages.paragraph_id"
            " CROSS JOIN articles ON articles.id = paragraphs.article_id"
            f" WHERE {table} MATCH ? AND articles.withdrawn_at IS NULL LIMIT {limit}"
        )
        with explained(self._database.path):
            return [row[0] for row in self._database.db.execute(sql, [match])]

    def _words(self) -> Vocabulary:
        """The vocabulary, read when it is first needed and kept up with what is added since."""
        with explained(self._database.path):
            execute = self._database.db.conn.execute
            newest = execute("SELECT COALESCE(MAX(id), 0) FROM passages").fetchone()[0]
            kept = self._vocabulary
            if kept is None or not kept.newest <= newest <= kept.newest + FEW_PASSAGES:
                kept = self._vocabulary = Vocabulary(newest, _counts(execute))
            elif kept.newest < newest:
                sql = "SELECT text || ' ' || title FROM passages_fts WHERE rowid > ? AND rowid <= ?"
                counts = Counter(kept.counts)
                for (text,) in execute(sql, [kept.newest, newest]):
                    counts.update({w for w in _WORD.findall(text) if 2 < len(w) <= LONGEST})
                kept = self._vocabulary = Vocabulary(newest, counts)
        return kept


def _counts(execute: Callable[[str], Iterable[tuple[str, int]]]) -> dict[str, int]:
    # A view that belongs to this connection alone: nothing is written to the file.
    execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.corpus_words"
        " USING fts5vocab (main, words_fts, row)"
    )
    rows = execute("SELECT term, doc FROM temp.corpus_words")
    return {t: n for t, n in rows if 2 < len(t) <= LONGEST and t.isascii() and t.isalpha()}


def _one_away(word: str, other: str) -> bool:
    return OSA.distance(word, other, score_cutoff=1) == 1


def _may_be_misspelt(word: str) -> bool:
    return (
        3 <= len(word) <= LONGEST
        and word.isascii()
        and word.isalpha()
        and word not in ASKING
        and not _CONTRACTED.fullmatch(word)
    )
