"""Answers as messages: entities in the right places, and texts that Telegram takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.article_text import article_pages, article_text, context_text, paragraph_text
from bot.links import Links, place_of, question_of, question_payload, with_fragment
from bot.markup import Formatted, Text, excerpt, shortened, units
from bot.rendering import plain
from bot.telegram_text import Said, answer_text
from corpus.types import Article, Coverage, Passage
from index.questions import QuestionKind
from index.types import Answer, Citation, Seconds
from tests.bot_api_rules import formatted_text

LINKS = Links("TalksTestBot")
FAMILY = "👨‍👩‍👧‍👦"
PARTS = [*"ab \n.,-&#", "é", "😀", FAMILY, "\u202e", "\u200f", "🇹🇷", "界", "e\u0301"]
ODD = st.builds(
    lambda parts, times: "".join(parts) * times,
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=50),
    st.integers(1, 80),
).filter(lambda text: bool(text.replace("\u202e", "").strip()))


def cited(
    paragraph: str, words: str, quote: str, number: int = 1, url: str | None = None, **more: object
) -> Citation:
    """A citation of words in a sentence of a paragraph."""
    start, begin = paragraph.index(words), paragraph.index(quote)
    values: dict[str, object] = {"id": f"a{number}", "title": f"Title {number}", "outlet": "Paper"}
    article = Article(**{**values, "paragraphs": (paragraph,), "url": url, **more})  # type: ignore[arg-type]
    passage = Passage(number, article.id, 1, paragraph, 0, len(paragraph))
    ends = (start, start + len(words), begin, begin + len(quote))
    return Citation(number, passage, article, *ends, 0.9)


def answer_of(*citations: Citation, nearest: tuple[Citation, ...] = ()) -> Answer:
    return Answer(
        id="abcd2345",
        question="Who?",
        kind=QuestionKind.WORDS,
        answered=bool(citations),
        words=citations[0].words if citations else None,
        confidence=0.9,
        citations=citations,
        understood="",
        otherwise=(),
        nearest=nearest,
        coverage=Coverage(3, 9, "2025-05-15", "2025-05-16"),
        generation=1,
        lexical_only="",
        seconds=Seconds(0.1, 0.1, 0.2),
    )


def under(formatted: Formatted, kind: str) -> list[str]:
    """The words under each entity of a kind."""
    encoded = formatted.text.encode("utf-16-le")
    return [
        encoded[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le")
        for e in formatted.entities
        if e.type == kind
    ]


def accepted(formatted: Formatted) -> None:
    """Let the test server's rules judge a message: it must be taken, and nothing trimmed."""
    entities = [entity.to_dict() for entity in formatted.entities]
    text, kept = formatted_text({"text": formatted.text, "entities": entities})
    assert len(kept) == len([e for e in entities if e["length"]])
    assert units(text) <= 4096


def test_offsets_count_utf_16_units() -> None:
    paragraph = f"{FAMILY} said 😀 Ada, led it. Nobody else."
    formatted = answer_text(answer_of(cited(paragraph, "Ada", paragraph[:-13])), LINKS)
    assert under(formatted, "bold") == ["Ada"]
    assert under(formatted, "underline") == ["Ada", "Ada"]
    assert under(formatted, "blockquote") == [f"{FAMILY} said 😀 Ada, led it. [1]"]
    accepted(formatted)


def test_an_answer_that_is_a_sentence_is_marked_in_its_quote_alone() -> None:
    sentence = "Nobody shook hands."
    formatted = answer_text(answer_of(cited(f"{sentence} It rained.", sentence, sentence)), LINKS)
    assert under(formatted, "bold") == [sentence]
    assert formatted.text.count(sentence) == 2  # in the quote, and in the whole paragraph


@pytest.mark.parametrize("kind", [QuestionKind.COMPARISON, QuestionKind.YES_NO])
def test_a_sentence_that_a_verdict_is_concluded_from_is_not_called_one(kind: QuestionKind) -> None:
    sentences = ("Nobody shook hands.", "It rained.")
    citations = [cited(one, one, one, number) for number, one in enumerate(sentences, 1)]
    both = replace(answer_of(*citations), kind=kind)
    above = "What the articles say that bears on your question:"
    formatted = answer_text(both, LINKS)
    assert formatted.text.startswith(f"{above}\n\nNobody shook hands. [1]\nIt rained. [2]\n")
    assert under(formatted, "bold") == list(sentences)
    lines = plain(both).split("\n")
    assert lines[:4] == [above, "", "  “**Nobody shook hands.**” [1]", ""]
    accepted(formatted)


def test_near_copies_are_named_with_their_source() -> None:
    copy = Article("copy", "T", ("x",), outlet="Gazette", url="https://gazette.example.org/1")
    citation = replace(cited("Ada led.", "Ada", "Ada led."), also_in=(copy,))
    formatted = answer_text(answer_of(citation), LINKS)
    assert "[1] Title 1, Paper; also in Gazette" in formatted.text


def test_a_refusal_for_want_of_confidence_does_not_say_that_nothing_is_said() -> None:
    unsure = replace(answer_of(), confidence=0.1)
    text = "I'm not sure enough that the articles answer this.\nThe corpus covers 3 articles"
    assert answer_text(unsure, LINKS).text.startswith(text)
    assert plain(unsure).startswith(text)
    near = replace(unsure, nearest=(cited("Ada led.", "Ada", "Ada led."),))
    for shown in (plain(near), answer_text(near, LINKS).text):
        assert "\n\nThe sentences that come nearest:\n" in shown


def test_a_comparison_is_declined_for_what_the_articles_lack_however_near_it_came() -> None:
    near = replace(answer_of(), kind=QuestionKind.COMPARISON, confidence=0.4)
    assert plain(near).startswith("I find no answer to this in the articles.\n")


def test_a_refusal_says_what_is_covered_and_what_is_near() -> None:
    near = cited(
        "It rained. Ada came.", "Ada", "Ada came.", 7, title="Near", published="2025-05-16"
    )
    declined = replace(answer_of(nearest=(near,)), confidence=0.09)
    formatted = answer_text(declined, LINKS)
    assert formatted.text == (
        "I find no answer to this in the articles.\n"
        "The corpus covers 3 articles from 15 May 2025 to 16 May 2025.\n\n"
        "The sentences that come nearest:\n• Ada came. (Near, Paper, 16 May 2025)\n\n"
        "Answer abcd2345"
    )
    assert under(formatted, "text_link") == ["Near", "Answer abcd2345"]
    assert formatted.entities[1].url == "https://t.me/TalksTestBot?start=s_7_11_20"
    lines = plain(declined).split("\n")
    assert lines[3:] == [
        "The sentences that come nearest:",
        "  - “Ada came.” (Near, Paper, 16 May 2025)",
    ]


def test_what_answers_otherwise_stands_below_the_answer_and_stays_for_want_of_room() -> None:
    one, other = (cited(f"{who} led.", who, f"{who} led.", n) for n, who in ((1, "Ada"), (2, "Bo")))
    both = replace(answer_of(one), otherwise=(other,))
    formatted = answer_text(both, LINKS)
    assert formatted.text == (
        "Ada\n\nAda led. [1]\n\nPerhaps also:\nBo led. [2]\n\n"
        "[1] Title 1, Paper\n[2] Title 2, Paper\n\nAnswer abcd2345"
    )
    assert under(formatted, "underline") == ["Ada", "Bo"]
    assert plain(both).split("\n") == [
        *("Ada", "", "  “**Ada** led.” [1]", "", "Perhaps also:", "", "  “**Bo** led.” [2]", ""),
        *("[1] Title 1, Paper, paragraph 1", "[2] Title 2, Paper, paragraph 1"),
    ]
    accepted(formatted)
    long = "Ada led it " + "🎉🎉🎉 " * 900 + "then."
    titles = [f"{n} " + "long " * 30 for n in (1, 2, 3, 4)]
    four = answer_of(*(cited(long, "Ada", long, n, title=t) for n, t in enumerate(titles, 1)))
    full = answer_text(replace(four, otherwise=(replace(other, number=5),)), LINKS)
    assert full.fits
    assert "4 long" in full.text
    assert len(under(full, "blockquote")) == 2  # the first quote, and what answers otherwise
    assert under(full, "underline")[-1] == "Bo"


def test_a_sentence_before_says_who_is_meant() -> None:
    paragraph = "It rained. Ada and Bo came. They led it. Nobody else did."
    citation = replace(cited(paragraph, "They", "They led it."), lead_start=11)
    formatted = answer_text(answer_of(citation), LINKS)
    assert under(formatted, "blockquote") == ["Ada and Bo came. They led it. [1]"]
    assert under(formatted, "underline")[0] == "They"
    assert "  “Ada and Bo came. **They** led it.” [1]" in plain(answer_of(citation)).split("\n")
    near = "Ada and Bo came. They led it. (Title 1, Paper)"
    assert f"\n• {near}\n" in answer_text(answer_of(nearest=(citation,)), LINKS).text


def test_of_a_long_sentence_a_refusal_shows_the_part_that_may_answer() -> None:
    long = "It rained " * 60 + "until Ada came " + "and rained again " * 40 + "."
    shown = answer_text(answer_of(nearest=(cited(long, "Ada", long),)), LINKS)
    assert "• … " in shown.text
    assert "until Ada came and" in shown.text
    assert under(shown, "underline") == []


def test_the_longest_answers_and_refusals_fit_into_a_message() -> None:
    odd = "🎉" * 2000
    known = {"title": odd, "outlet": odd, "published": "2025-09-28"}
    copies = tuple(Article(f"c{n}", odd, (odd,), outlet=odd) for n in "123")
    sources = [replace(cited(odd, odd, odd, n, **known), also_in=copies) for n in range(1, 7)]
    changed = "Source [1] was changed since, but not in what is quoted."
    said = Said(odd, "2025-09-28", (changed,) * 6)
    full = replace(answer_of(*sources[:4]), otherwise=tuple(sources[4:]), lexical_only="No model.")
    accepted(answer_text(full, LINKS, said))
    declined = replace(answer_of(nearest=tuple(sources[:3])), lexical_only="No model.")
    accepted(answer_text(declined, LINKS, said))


def test_notices_and_the_question_stand_above_an_answer_shown_again() -> None:
    said = Said("Who led?", "2025-06-01T10:00:00+00:00", ("Source [1] was withdrawn since.",))
    formatted = answer_text(answer_of(cited("Ada led.", "Ada", "Ada led.")), LINKS, said)
    assert formatted.text.startswith(
        "⚠️ Source [1] was withdrawn since.\nWho led? (asked on 1 June 2025)\n\nAda\n\n"
    )


def test_the_whole_paragraph_is_shortened_first_then_further_quotes_go() -> None:
    sentence = "Ada led it " + "x " * 450 + "then."
    paragraph = "Before. " * 300 + sentence + " After." * 300
    one = answer_text(answer_of(cited(paragraph, "Ada", sentence)), LINKS)
    assert one.fits
    (shown,) = under(one, "expandable_blockquote")
    assert shown.startswith("… ")
    assert "Ada led it" in shown
    citations = [cited(paragraph, "Ada", sentence, number) for number in (1, 2, 3, 4)]
    four = answer_text(answer_of(*citations), LINKS)
    assert four.fits
    assert under(four, "expandable_blockquote") == []
    assert len(under(four, "blockquote")) == 4
    assert under(four, "text_link")[:4] == [f"Title {n}" for n in range(1, 5)]


@settings(max_examples=60, deadline=None)
@given(ODD, ODD, ODD, st.data())
def test_whatever_the_texts_are_telegram_takes_them(
    paragraph: str, title: str, question: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(paragraph) - 1))
    end = data.draw(st.integers(start + 1, len(paragraph)))
    article = Article("a", title, (paragraph,) * 5, outlet=title, published="2025-05-16")
    passage = Passage(1, "a", 2, paragraph, 0, len(paragraph))
    citations = tuple(
        Citation(n, passage, article, start, end, 0, len(paragraph), 0.5) for n in (1, 2, 3, 4)
    )
    said = Said(question, "2025-06-01", ("Source [1] was withdrawn since.",) * 4)
    accepted(answer_text(answer_of(*citations), LINKS, said))
    accepted(answer_text(replace(answer_of(*citations), otherwise=citations[:2]), LINKS, said))
    accepted(answer_text(answer_of(nearest=citations[:3]), LINKS, said))
    accepted(context_text(citations[0], article.paragraphs, LINKS, "A notice."))
    accepted(paragraph_text(citations[0], LINKS, marked=True))
    for page in range(len(article_pages(article.paragraphs))):
        accepted(article_text(article, passage, (start, end), page))


def test_a_text_is_cut_between_words_and_never_inside_an_emoji() -> None:
    assert shortened("one two three", 9) == "one two …"
    assert shortened(FAMILY * 3, 10) == FAMILY + " …"
    first, last = excerpt("aaa bbb ccc ddd eee", 11, 8, 11)
    assert "aaa bbb ccc ddd eee"[first:last] == "bbb ccc ddd"[-11:].strip()


def test_marks_around_a_text_leave_its_spaces_out() -> None:
    formatted = Text().add("a").add(" b ", MessageEntity.BOLD).add("c").build()
    assert (formatted.text, under(formatted, "bold")) == ("a b c", ["b"])


# --- articles


def test_an_article_is_shown_in_pages_each_with_its_sources() -> None:
    paragraphs = tuple(f"{n} " + "word " * 200 for n in range(1, 6))
    article = Article("a", "T", paragraphs, sources=("https://www.example.org/x", "not a url"))
    assert article_pages(paragraphs) == [[1, 2], [3, 4], [5]]
    passage = Passage(1, "a", 3, paragraphs[2], 0, 10)
    page = article_text(article, passage, (2, 6), 1)
    assert under(page, "underline") == ["word"]
    assert under(page, "blockquote")[0].startswith("3 word")
    assert page.text.endswith("Written from: example.org, not a url")
    assert "page 2 of 3" in page.text


# --- links


def article(*paragraphs: str) -> Article:
    return Article("a", "T", paragraphs, url="https://e.org/a")


@pytest.mark.parametrize(
    ("paragraph", "sentence", "directive"),
    [
        ("Ada led. Bo followed.", "Ada led.", "Ada%20led."),
        (
            "It was 1,000-for-1,000 & no more.",
            None,
            "It%20was%201%2C000%2Dfor%2D1%2C000%20%26%20no%20more.",
        ),
        ("One two. Then: one two.", "one two.", "one%20two."),
        ("He left. So it was: he left.", "He left.", "He%20left."),
        (
            "a b c d e f g h i j k l m.",
            None,
            "a%20b%20c%20d%20e,i%20j%20k%20l%20m.",
        ),
        ("No deal. No deal.", "No deal.", "No%20deal."),
    ],
)
def test_a_link_goes_to_the_sentence(paragraph: str, sentence: str | None, directive: str) -> None:
    sentence = sentence or paragraph
    start = paragraph.index(sentence)
    end = start + len(sentence)
    url = with_fragment("https://e.org/a", paragraph, start, end, article(paragraph))
    assert url == f"https://e.org/a#:~:text={directive}"


def test_a_sentence_that_stands_there_twice_is_named_by_what_is_before_it() -> None:
    paragraph = "They met again. No deal. It rained. No deal."
    start = paragraph.rindex("No deal.")
    url = with_fragment("https://e.org/a#top", paragraph, start, start + 8, article(paragraph))
    assert url == "https://e.org/a#top:~:text=deal.%20It%20rained.-,No%20deal."


def test_first_words_that_fit_twice_are_followed_by_more() -> None:
    first = "the sides said that they would meet in Rome and talk of it all."
    second = "the sides said that they would part in Rome and talk of it all."
    start = len(first) + 1
    url = with_fragment("u", f"{first} {second}", start, start + len(second), article())
    assert url == (
        "u#:~:text=the%20sides%20said%20that%20they%20would%20part,and%20talk%20of%20it%20all."
    )


def test_payloads_hold_places_and_short_questions() -> None:
    assert place_of("s_12") is not None
    place = place_of("s_12_3_45")
    assert place is not None
    assert (place.passage_id, place.start, place.end) == (12, 3, 45)
    assert place_of("s_12_3") is None
    payload = question_payload("who led Russia's delegation?")
    assert payload is not None
    assert question_of(payload) == "who led Russia's delegation?"
    assert question_payload("long " * 20) is None
    assert question_of("q_????") is None
