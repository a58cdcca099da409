"""A running bot in conversation: every message goes through HTTP and Telegram's rules."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.reading import Reader
from tests.bot_api import BotApiServer
from tests.bot_api_world import Chat, Message, Person
from tests.running_bot import NOT_COVERED, WHO_LED, RunningBot, assembly_for

ADMIN = 4711
NUMBERS = itertools.count(100)
GROUPS = itertools.count(-1_000_000_500_000, -1)
ONLY_TEXT = "I can only read text. Type your question, and I'll look it up in the articles."
SENTENCE = "Russia's delegation was led by Vladimir Medinsky, an aide of the president."
AT_SENTENCE = (
    "https://news.example.org/2025/delegations#:~:text=Russia%27s%20delegation%20was%20led%20by%20"
    "Vladimir%20Medinsky%2C%20an%20aide%20of%20the%20president."
)


@pytest.fixture(scope="module")
def api() -> Iterator[BotApiServer]:
    with BotApiServer() as server:
        yield server


@pytest.fixture(scope="module")
def bot(
    api: BotApiServer, embedder: Embedder, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningBot]:
    folder: Path = tmp_path_factory.mktemp("bot")
    with RunningBot(assembly_for(api, folder, embedder, reader, admins=str(ADMIN))) as running:
        running.service.load()
        yield running


@pytest.fixture
def ada(api: BotApiServer, bot: RunningBot) -> Person:
    """Somebody whom the bot doesn't know."""
    return api.person(next(NUMBERS), "Ada")


@pytest.fixture
def chat(api: BotApiServer, ada: Person) -> Chat:
    return api.private(ada)


@pytest.fixture
def group(api: BotApiServer, bot: RunningBot) -> Chat:
    return api.group(next(GROUPS), "A group")


def asked(api: BotApiServer, chat: Chat, person: Person, question: str) -> Message:
    """What the bot answers to a question."""
    api.send_text(chat, person, question)
    return api.next_sent(chat)


# --- asking


def test_an_answer_shows_words_quote_paragraph_and_source(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    question = api.send_text(chat, ada, WHO_LED)
    answer = api.next_sent(chat)
    assert answer.reply_to == question.id
    assert answer.marked("bold") == ["Vladimir Medinsky"]
    assert answer.marked("blockquote")[0] == f"{SENTENCE} [1]"
    assert answer.marked("underline")[0] == "Vladimir Medinsky"
    assert answer.marked("expandable_blockquote")[0].endswith("the defence minister.")
    assert answer.links[0] == ("Who sat at the table", AT_SENTENCE)
    assert "[1] Who sat at the table, The Example, 16 May 2025" in answer.text
    assert answer.button_texts == ["👍", "👎", "In context"]
    assert answer["link_preview_options"] == {"is_disabled": True}


def test_typing_is_shown_before_the_answer(api: BotApiServer, chat: Chat, ada: Person) -> None:
    asked(api, chat, ada, WHO_LED)
    methods = [c.method for c in api.calls_of() if c.params.get("chat_id") == chat.id]
    assert methods[:2] == ["sendChatAction", "sendMessage"]
    assert methods.count("sendMessage") == 1


def test_an_article_without_an_address_is_shown_inside_telegram(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    answer = asked(api, chat, ada, "Where was the meeting held?")
    title, link = answer.links[0]
    assert title == "A palace on the Bosphorus"
    payload = re.fullmatch(r"https://t\.me/TalksTestBot\?start=(s_\d+_\d+_\d+)", link)
    assert payload
    api.start(ada, payload[1])
    shown = api.next_sent(chat)
    assert shown.marked("bold") == ["A palace on the Bosphorus"]
    assert "Dolmabahce Palace" in shown.marked("underline")[0]
    assert shown.marked("blockquote")[0].startswith("The meeting was held in the Dolmabahce")
    assert shown.links == [
        ("example.org", "https://www.example.org/palace"),
        ("other.example.com", "https://other.example.com/a?b=1"),
    ]


def test_a_question_the_articles_do_not_answer_is_declined(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    refusal = asked(api, chat, ada, NOT_COVERED)
    assert refusal.text.startswith(
        "I find no answer to this in the articles.\nThe corpus covers 3 articles from 16"
    )
    assert refusal.button_texts == ["Tell me when this is covered"]


def test_a_follow_up_is_understood_from_the_question_before(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    asked(api, chat, ada, WHO_LED)
    assert asked(api, chat, ada, "And Ukraine's?").marked("bold") == ["Rustem Umerov"]


def test_questions_of_a_chat_are_answered_in_order(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    asked_for = [api.send_text(chat, ada, f"Who opened the meeting{'?' * n}").id for n in (1, 2, 3)]
    assert [api.next_sent(chat).reply_to for _ in asked_for] == asked_for


# --- what is no question


def test_things_that_are_no_text_get_one_line(api: BotApiServer, chat: Chat, ada: Person) -> None:
    api.send_sticker(chat, ada)
    assert api.next_sent(chat).text == ONLY_TEXT
    api.send_voice(chat, ada)
    assert api.next_sent(chat).text == ONLY_TEXT
    api.send_photo(chat, ada)
    assert api.next_sent(chat).text == ONLY_TEXT


def test_an_album_gets_one_line(api: BotApiServer, chat: Chat, ada: Person) -> None:
    picture = {"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}
    for _ in range(3):
        api.post(chat, ada, {"photo": [picture], "media_group_id": "album"})
    assert api.next_sent(chat).text == ONLY_TEXT
    assert asked(api, chat, ada, "/privacy").text.startswith("What is stored")


def test_the_caption_of_a_picture_is_a_question(api: BotApiServer, chat: Chat, ada: Person) -> None:
    api.send_photo(chat, ada, caption=WHO_LED)
    assert api.next_sent(chat).marked("bold") == ["Vladimir Medinsky"]


def test_a_very_long_text_gets_one_line_although_it_comes_in_two_messages(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    api.send_text(chat, ada, "why? " * 1000)
    assert api.next_sent(chat).text == (
        "That has 4,096 characters. Please ask in at most 1,000: one question at a time works best."
    )
    api.send_text(chat, ada, "/help")
    assert api.next_sent(chat).text.startswith("Here, just type your question")


@pytest.mark.parametrize(
    "text",
    [
        "<b>who</b> led <script>alert(1)</script>?",
        "*who* _led_ [x](https://e.org) `\\` ~~?",
        "\u202ewho led\u202c \u200fRussia?",
        "👨‍👩‍👧‍👦 who 🏳️‍🌈 led 🇹🇷?",
        "😀" * 900,
        "\u0000",
    ],
)
def test_hostile_texts_are_answered_like_any_other(
    api: BotApiServer, chat: Chat, ada: Person, text: str
) -> None:
    assert len(asked(api, chat, ada, text).text) > 10


def test_more_questions_than_allowed_get_one_line(
    api: BotApiServer, bot: RunningBot, chat: Chat, ada: Person
) -> None:
    for _ in range(20):
        bot.service.person_limit.check(ada.id)
    said = asked(api, chat, ada, WHO_LED).text
    assert re.fullmatch(
        r"That is more than 20 questions in a minute\. Please ask again in \d\d? seconds\.", said
    )
    api.send_text(chat, ada, WHO_LED)  # gets no line of its own
    assert asked(api, chat, ada, "/privacy").text.startswith("What is stored")


# --- edited questions


def test_an_edited_question_changes_the_answer_that_was_given(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    question = api.send_text(chat, ada, WHO_LED)
    answer = api.next_sent(chat)
    api.edit_text(question, WHO_LED)  # nothing changed
    api.edit_text(question, "Who led Ukraine's delegation?")
    changed = ["Rustem Umerov"]
    api.wait_until(lambda: api.message(answer).marked("bold") == changed, what="the change")
    assert [m.id for m in api.sent_to(chat)] == [answer.id]


# --- groups


def test_a_group_gets_answers_to_what_is_said_to_the_bot_and_nothing_else(
    api: BotApiServer, group: Chat, ada: Person
) -> None:
    for ignored in (WHO_LED, "/help", "/ask@OtherBot who?", "mail@talkstestbot.org", "/start"):
        api.send_text(group, ada, ignored)
    question = api.send_text(group, ada, f"/ask {WHO_LED}")
    answer = api.next_sent(group)
    assert (answer.reply_to, answer.marked("bold")) == (question.id, ["Vladimir Medinsky"])
    for text in (f"@TALKStestBOT {WHO_LED}", f"/ASK@talkstestbot {WHO_LED}"):
        mention = api.send_text(group, ada, text)
        assert api.next_sent(group).reply_to == mention.id
    api.send_text(group, ada, "/help@TalksTestBot")
    assert api.next_sent(group).text.startswith("Here, just type")


def test_a_reply_to_the_bot_follows_up_and_ask_alone_asks_what_it_replies_to(
    api: BotApiServer, group: Chat, ada: Person
) -> None:
    other = api.person(next(NUMBERS), "Bo")
    theirs = api.send_text(group, other, WHO_LED)
    api.send_text(group, ada, "/ask", reply_to=theirs)
    answer = api.next_sent(group)
    assert answer.marked("bold") == ["Vladimir Medinsky"]
    api.send_text(group, other, "and Ukraine's?", reply_to=answer)
    assert api.next_sent(group).marked("bold") == ["Rustem Umerov"]


def test_ask_with_nothing_to_ask_says_how(api: BotApiServer, group: Chat, ada: Person) -> None:
    assert asked(api, group, ada, "/ask").text.startswith("Type a question after the command")


def test_a_topic_keeps_its_thread(api: BotApiServer, bot: RunningBot, ada: Person) -> None:
    forum = api.group(next(GROUPS), "A forum", forum=True)
    thread = api.topic(forum, "Istanbul")
    api.send_text(forum, ada, f"/ask {WHO_LED}", thread=thread)
    assert api.next_sent(forum).thread == thread
    api.send_text(forum, ada, f"/ask {WHO_LED}")
    assert api.next_sent(forum).thread is None


# --- buttons


def test_ratings_are_kept_one_a_person_and_may_change(
    api: BotApiServer, bot: RunningBot, chat: Chat, ada: Person
) -> None:
    answer = asked(api, chat, ada, WHO_LED)
    up = answer.buttons[0]["callback_data"]
    answer_id = up.removeprefix("up:")
    records, person = bot.service.records, bot.service.records.pseudonym(ada.id)
    assert api.callback_answer(api.press(answer, "👍"))["text"] == "Thank you! Noted: 👍"
    assert records.rating(answer_id, person) == 1
    api.wait_until(lambda: "👍 ✓" in api.message(answer).button_texts, what="the mark")
    press = api.press_data(answer, f"down:{answer_id}", ada)
    assert api.callback_answer(press)["text"].startswith("Thank you! Noted: 👎")
    assert records.rating(answer_id, person) == -1
    api.wait_until(lambda: "👎 ✓" in api.message(answer).button_texts, what="the mark")


def test_the_passage_is_shown_in_context_and_back_again(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    answer = asked(api, chat, ada, WHO_LED)
    api.callback_answer(api.press(answer, "In context"))
    api.wait_until(lambda: "Paragraph 2 of 3" in api.message(answer).text, what="the context")
    shown = api.message(answer)
    assert "Journalists waited outside" in shown.text
    assert "Nobody shook hands." in shown.text
    assert shown.marked("underline") == ["Vladimir Medinsky"]
    api.callback_answer(api.press(shown, "« Back"))
    api.wait_until(lambda: api.message(answer).text == answer.text, what="the answer")
    assert api.message(answer).entities == answer.entities


def test_a_wish_to_be_told_is_kept_and_can_be_taken_back(
    api: BotApiServer, bot: RunningBot, chat: Chat, ada: Person
) -> None:
    refusal = asked(api, chat, ada, NOT_COVERED)
    api.callback_answer(api.press(refusal, "Tell me when this is covered"))
    kept = [w for w in bot.service.records.wishes() if w.chat_id == chat.id]
    assert [(w.question, w.message_id) for w in kept] == [(NOT_COVERED, refusal.id)]
    undo = "🔔 You will be told. Tap to undo"
    api.wait_until(lambda: undo in api.message(refusal).button_texts, what="the mark")
    assert "Taken back" in api.callback_answer(api.press(refusal, undo))["text"]
    assert [w for w in bot.service.records.wishes() if w.chat_id == chat.id] == []


def test_presses_on_what_is_gone_are_survived(api: BotApiServer, chat: Chat, ada: Person) -> None:
    answer = asked(api, chat, ada, WHO_LED)
    press = api.press_data(answer, "up:zzzzzzzz", ada)
    assert api.callback_answer(press)["text"].startswith("This answer is no longer kept")
    api.callback_answer(api.press(answer, "👍", inaccessible=True))
    api.delete(answer)
    api.press(answer, "In context")  # shown anew, as there is nothing to change
    assert "Paragraph 2 of 3" in api.next_sent(chat).text
    again = asked(api, chat, ada, WHO_LED)
    api.query_lifetime = 0.0
    try:
        api.press(again, "In context")
        api.wait_until(lambda: "Paragraph 2" in api.message(again).text, what="the context")
    finally:
        api.query_lifetime = 30.0


def test_the_same_press_twice_changes_nothing_and_is_answered(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    answer = asked(api, chat, ada, WHO_LED)
    presses = [api.press_data(answer, answer.buttons[0]["callback_data"], ada) for _ in range(2)]
    assert [api.callback_answer(press)["text"] for press in presses] == ["Thank you! Noted: 👍"] * 2


# --- links to answers


def test_an_answer_is_shown_again_by_its_link_and_says_what_changed_since(
    api: BotApiServer, bot: RunningBot, chat: Chat, ada: Person
) -> None:
    answer = asked(api, chat, ada, "How many prisoners did they agree to exchange?")
    link = answer.links[-1][1]
    payload = link.removeprefix("https://t.me/TalksTestBot?start=")
    assert re.fullmatch(r"a_\w{8}", payload)
    api.start(ada, payload)
    shown = api.next_sent(chat)
    assert shown.text.endswith(answer.text)
    assert shown.text.startswith("How many prisoners did they agree to exchange? (asked on ")
    bot.service.corpus.withdraw("exchange")
    try:
        api.start(ada, payload)
        assert api.next_sent(chat).text.startswith("⚠️ Source [1] was withdrawn since.\n")
    finally:
        bot.service.corpus.restore("exchange")


def test_links_to_nothing_are_answered_in_words(api: BotApiServer, chat: Chat, ada: Person) -> None:
    api.start(ada, "a_zzzzzzzz")
    assert api.next_sent(chat).text.startswith("This answer is no longer kept")
    api.start(ada, "s_99999999")
    assert api.next_sent(chat).text.startswith("I don't have that passage")
    api.start(ada, "whatever")
    assert api.next_sent(chat).text.startswith("Ask me about the Istanbul talks")


# --- inline mode


def test_inline_mode_offers_an_answer(
    api: BotApiServer, bot: RunningBot, ada: Person, group: Chat
) -> None:
    query = api.inline(ada, WHO_LED)
    given = api.inline_answer(query)
    first = given["results"][0]
    assert (first["id"], first["title"]) == ("answer", "Vladimir Medinsky")
    assert first["description"] == SENTENCE
    assert given["is_personal"] is False
    assert given["cache_time"] == 60
    assert len(given["results"]) == 1  # what answers otherwise, if anything, has one of its own
    posted = api.choose_inline(query, "answer", group)
    assert posted.marked("bold") == ["Vladimir Medinsky"]
    api.start(ada, given["button"]["start_parameter"])
    assert api.next_sent(api.private(ada)).marked("bold") == ["Vladimir Medinsky"]


WHO_WILL = "Who will lead Russia's delegation in 2030?"


def test_inline_mode_offers_what_comes_near_to_a_question_that_is_declined(
    api: BotApiServer, bot: RunningBot, ada: Person, group: Chat
) -> None:
    answerer = bot.service.assembly.answerer()
    near = answerer.answer(WHO_WILL)
    assert not near.answered
    query = api.inline(ada, WHO_WILL)
    given = api.inline_answer(query)
    ids = list(dict.fromkeys(f"passage-{one.passage.id}" for one in near.nearest))
    assert [result["id"] for result in given["results"]] == ids
    assert given["results"][0]["title"] == "Who sat at the table, 16 May 2025"
    posted = api.choose_inline(query, ids[0], group)
    assert posted.marked("blockquote") == [near.nearest[0].passage.paragraph_text]
    assert posted.marked("underline") == []  # that would say that it is the answer


LED = "Who was in the delegation?"


def test_what_answers_otherwise_has_its_number_and_its_context(
    api: BotApiServer, bot: RunningBot, chat: Chat, ada: Person
) -> None:
    answer = asked(api, chat, ada, LED)
    assert "\nPerhaps also:\n" in answer.text
    assert answer.marked("underline")[-1] in ("Rustem Umerov", "Vladimir Medinsky")
    api.callback_answer(api.press(answer, "In context"))
    api.wait_until(lambda: "« Back" in api.message(answer).button_texts, what="the context")
    shown = api.message(answer)
    assert shown.button_texts == ["« Back", "[2]"]
    api.callback_answer(api.press(shown, "[2]"))
    api.wait_until(lambda: "[1]" in api.message(answer).button_texts, what="the other one")
    assert api.message(answer).marked("underline") == answer.marked("underline")[-1:]


def test_greetings_get_an_example_and_no_search(
    api: BotApiServer, bot: RunningBot, chat: Chat, ada: Person
) -> None:
    for text in ("Hello!", "thank you very much", "ok"):
        reply = asked(api, chat, ada, text)
        assert reply.text.startswith("Ask me something about the Istanbul talks, such as:\n")
        assert reply.button_texts == []


def test_what_a_follow_up_was_taken_to_mean_is_shown(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    asked(api, chat, ada, WHO_LED)
    answer = asked(api, chat, ada, "and ukraine?")
    assert answer.text.startswith("understood as: Who led Ukraine's delegation?\n\nRustem Umerov")
    assert answer.marked("italic")[0] == "understood as: Who led Ukraine's delegation?"


COMPARING = (
    "Did Vladimir Medinsky, the head of the Russian delegation, and Hakan Fidan, who opened the "
    "meeting, say the same about a further round of talks and the exchange of prisoners?"
)


def test_a_comparison_is_shown_what_bears_on_it(
    api: BotApiServer, bot: RunningBot, ada: Person
) -> None:
    chat = api.private(ada)
    api.send_text(chat, ada, COMPARING)
    shown = api.next_sent(chat)
    assert shown.text.startswith("What the articles say that bears on your question:")
    assert "Hakan Fidan proposed a further round of talks." in shown.marked("bold")
    assert "Hakan Fidan opened the meeting with a few words about peace." in shown.marked("bold")
    offered = api.inline_answer(api.inline(ada, COMPARING))["results"][0]
    assert offered["title"].startswith("What the articles say that bears on your question:")
    assert offered["description"] in shown.text


def test_of_queries_typed_letter_by_letter_the_last_is_answered(
    api: BotApiServer, bot: RunningBot, ada: Person
) -> None:
    typed = [api.inline(ada, text) for text in ("Who o", "Who opened", "Who opened the meeting?")]
    assert api.inline_answer(typed[-1])["results"][0]["title"] == "Hakan Fidan"
    assert [api.inline_queries[query].answer for query in typed[:-1]] == [None, None]


def test_an_empty_inline_query_offers_to_go_on_in_private(
    api: BotApiServer, bot: RunningBot, ada: Person
) -> None:
    given = api.inline_answer(api.inline(ada, ""))
    assert (given["results"], given["button"]["start_parameter"]) == ([], "inline")


# --- commands


def test_start_tells_what_is_covered_and_offers_questions(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    api.start(ada)
    greeting = api.next_sent(chat)
    assert "The corpus covers 3 articles from 16 May 2025 to 18 May 2025." in greeting.text
    assert "Who opened the meeting with a few words about peace?" in greeting.button_texts
    api.callback_answer(api.press(greeting, "Who opened the meeting with a few words about peace?"))
    answer = api.next_sent(chat)
    assert answer.text.startswith("Who opened the meeting with a few words about peace?")
    assert "Hakan Fidan" in answer.marked("bold")


def test_sources_and_latest_list_the_newest_first(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    listed = asked(api, chat, ada, "/sources")
    titles = ["One thousand for one thousand", "A palace on the Bosphorus", "Who sat at the table"]
    assert [title for title, _ in listed.links] == titles
    assert [title for title, _ in asked(api, chat, ada, "/latest").links] == titles


def test_about_names_corpus_generation_and_licence(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    said = asked(api, chat, ada, "/about").text
    assert "The corpus covers 3 articles" in said
    assert "generation 1 of" in said
    assert "licence Apache-2.0" in said


def test_forget_erases_what_is_stored(
    api: BotApiServer, bot: RunningBot, chat: Chat, ada: Person
) -> None:
    answer = asked(api, chat, ada, WHO_LED)
    api.callback_answer(api.press(answer, "👍"))
    said = asked(api, chat, ada, "/forget").text
    assert said.startswith("Erased: 1 question with its answer, 1 rating, 0 wishes to be told.")
    assert bot.service.records.answer(answer.links[-1][1][-8:]) is None
    assert asked(api, chat, ada, "/forget").text == "There was nothing stored about you."


def test_unknown_commands_are_told_so(api: BotApiServer, chat: Chat, ada: Person) -> None:
    assert asked(api, chat, ada, "/dance").text.startswith("There is no /dance.")


def test_admin_commands_are_for_admins_alone(api: BotApiServer, chat: Chat, ada: Person) -> None:
    admin = api.person(ADMIN, "Root")
    assert "questions kept" in asked(api, api.private(admin), admin, "/stats").text
    assert asked(api, chat, ada, "/stats").text.startswith("There is no /stats.")


def test_menus_are_set_by_scope(api: BotApiServer, bot: RunningBot) -> None:
    api.wait_until(lambda: api.profile.get(("short_description", "")), what="the description")
    private = [command["command"] for command in api.commands("all_private_chats")]
    assert private == ["start", "help", "sources", "latest", "about", "privacy", "forget"]
    assert [c["command"] for c in api.commands("all_group_chats")] == ["ask", "sources"]


# --- a blocked bot


def test_a_person_who_blocks_the_bot_is_no_error(
    api: BotApiServer, chat: Chat, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    api.hang("sendChatAction", 0.1)
    api.send_text(chat, ada, WHO_LED)
    api.block(ada)
    api.unblock(ada)
    api.next_sent(chat)
    api.block(ada)
    sent = len(api.calls_of("sendMessage"))
    with api.changed:  # as if the question had been sent before
        api.bot_status[chat.id] = "member"
        api.send_text(chat, ada, WHO_LED)
        api.bot_status[chat.id] = "kicked"
    api.wait_for("sendMessage", sent + 1)
    assert [r.message for r in caplog.records if r.levelname in ("WARNING", "ERROR")] == []
