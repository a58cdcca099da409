"""Admins in Telegram: every message goes through HTTP and Telegram's rules."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator

import pytest

from bot.assembly import Assembly, Reindexed
from bot.drafts import Drafts
from bot.publishing import EDIT_EVERY, Job, Publisher
from bot.sending import Place
from corpus.feeds import Feeds
from corpus.journal import Journal
from corpus.types import Article
from index.building import Progress
from index.embedding import Embedder
from index.pins import Pins
from index.reading import Reader
from tests.bot_api import BotApiServer
from tests.bot_api_world import Chat, Message, Person
from tests.running_bot import NOT_COVERED, WHO_LED, RunningBot, assembly_for
from tests.web_server import WebServer

ADA, BOB = 4711, 4712
NAMES = itertools.count(1)
BREAD = (
    "Bread costs two soles a loaf in Peru, the baker told the waiting journalists, though it was "
    "not on the agenda of the day."
)
LONG = (
    "The interpreters of the third round were led by Selin Aksoy, who has worked for the ministry "
    "since 2009 and speaks four languages.",
    "She told reporters in the lobby that the room was cold and that nobody had raised his voice "
    "during the whole of the afternoon.",
)


@pytest.fixture(scope="module")
def api() -> Iterator[BotApiServer]:
    with BotApiServer() as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[WebServer]:
    with WebServer().running() as server:
        yield server


@pytest.fixture(scope="module")
def bot(
    api: BotApiServer, embedder: Embedder, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("bot")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.handlers.admin.LOOK_EVERY", 0.3)
        patch.setattr("bot.publishing.EDIT_EVERY", 0.3)
        assembly = assembly_for(
            api, folder, embedder, reader, admins=f"{ADA},{BOB}", allow_private=True
        )
        assembly.__dict__["reader"] = reader
        with RunningBot(assembly) as running:
            running.service.load()
            yield running


@pytest.fixture
def assembly(bot: RunningBot) -> Assembly:
    return bot.service.assembly


@pytest.fixture
def ada(api: BotApiServer, bot: RunningBot) -> Chat:
    return api.private(api.person(ADA, "Ada"))


@pytest.fixture
def bob(api: BotApiServer, bot: RunningBot) -> Chat:
    return api.private(api.person(BOB, "Bob"))


def by(chat: Chat) -> Person:
    assert chat.person is not None
    return chat.person


def reply(api: BotApiServer, chat: Chat) -> Message:
    """The next message of the bot that is no news of the inbox: those come when they come."""
    while "of the inbox are answered now" in (message := api.next_sent(chat)).text:
        pass
    return message


def said(api: BotApiServer, chat: Chat, text: str) -> Message:
    """What the bot answers to a text of the chat's person."""
    api.send_text(chat, by(chat), text)
    return reply(api, chat)


def settled(
    api: BotApiServer, message: Message, done: Callable[[Message], bool], seconds: float = 20
) -> Message:
    """A message once it has changed as expected."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = api.message(message)
        if done(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"it stayed at {api.message(message).text!r}")


def wait_until(done: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def ended(message: Message) -> bool:
    return any(words in message.text for words in ("is live", "Not published", "Nothing was pub"))


def page(title: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html lang=en><head><title>{title}</title>"
        '<meta property="article:published_time" content="2025-07-23">'
        '<meta property="og:site_name" content="The Wire"></head>'
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )


def approved(api: BotApiServer, chat: Chat, preview: Message) -> Message:
    """The progress message of an approved draft, when it has ended."""
    api.press(preview, "Approve", by(chat))
    return settled(api, reply(api, chat), ended)


def log(assembly: Assembly, count: int = 1) -> list[tuple[str, str]]:
    entries = Journal(assembly.corpus.database).entries(count)
    return [(entry.who, entry.what) for entry in entries]


# --- adding


def test_a_link_is_previewed_approved_indexed_and_answers(
    api: BotApiServer, ada: Chat, site: WebServer, assembly: Assembly
) -> None:
    url = site.page("/interpreters", page("Voices of the third round", *LONG))
    preview = said(api, ada, url)
    assert preview.marked("bold") == ["Voices of the third round"]
    lines = preview.text.splitlines()
    words = sum(len(text.split()) for text in LONG)
    assert lines[1:3] == ["The Wire, 23 July 2025, language en", f"2 paragraphs, {words} words"]
    assert LONG[0] in lines
    assert preview.button_texts == ["Approve", "Discard", "Correct title", "Correct date"]
    final = approved(api, ada, preview)
    assert final.text.splitlines()[0].startswith("Stored: 127-0-0-1-interpreters-")
    assert "is live: " in final.text
    assert "2 texts embedded." in final.text
    assert api.message(preview).text.endswith("Approved by Ada (Telegram 4711).")
    assert api.message(preview).button_texts == []
    assert said(api, ada, "Who led the interpreters?").marked("bold") == ["Selin Aksoy"]
    assert log(assembly, 2) == [("Ada (Telegram 4711)", what) for what in ("published", "added")]


def test_a_file_is_previewed_with_its_copies_and_can_be_corrected_first(
    api: BotApiServer, ada: Chat, assembly: Assembly
) -> None:
    paragraphs = (
        "Rain fell on the garden of the palace all day long, and the guards stood in it.",
        "At four the gates were opened, and the cars of both delegations drove away.",
    )
    assembly.corpus.add(Article(id="rain", title="Rain", paragraphs=paragraphs))
    api.send_document(ada, by(ada), "\n\n".join(paragraphs).encode(), "wet_day.txt")
    preview = reply(api, ada)
    assert preview.marked("bold") == ["Wet day"]
    assert "no outlet, no date, language en" in preview.text
    assert "100% the same as rain" in preview.marked("italic")
    api.press(preview, "Correct title")
    question = reply(api, ada)
    api.send_text(ada, by(ada), "A wet day in Istanbul", reply_to=question)
    again = reply(api, ada)
    assert again.marked("bold") == ["A wet day in Istanbul"]
    api.press(again, "Correct date")
    question = reply(api, ada)
    api.send_text(ada, by(ada), "yesterday", reply_to=question)
    assert reply(api, ada).text == "'yesterday' is not a date like 2025-05-16."
    api.send_text(ada, by(ada), "2025-07-24", reply_to=question)
    final = approved(api, ada, reply(api, ada))
    assert final.text.startswith("Stored: wet_day (added).")
    stored = assembly.corpus.article("wet_day").article
    assert (stored.title, stored.published) == ("A wet day in Istanbul", "2025-07-24")
    assert assembly.corpus.copies.group("rain") == ["wet_day"]


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "nothing.txt", "nothing.txt: the file is empty"),
        (b"\0\1\2", "bytes.md", "bytes.md: a binary file, not text"),
        (b"hello", "song.mp3", "song.mp3: not a kind of file that can be added"),
        (b"{}", "many.jsonl", "many.jsonl: JSON lines hold many articles"),
        (b"%PDF-1.7 cut", "cut.pdf", "cut.pdf: a damaged PDF file"),
        (b"---\ntitle: [\n---\nx", "bad.md", "bad.md: broken front matter"),
    ],
)
def test_a_file_that_cannot_be_added_is_told_why(
    api: BotApiServer, ada: Chat, content: bytes, name: str, reason: str
) -> None:
    api.send_document(ada, by(ada), content, name)
    assert reply(api, ada).text.startswith(f"Can't be added: {reason}")


def test_a_link_that_cannot_be_fetched_is_told_why(
    api: BotApiServer, ada: Chat, site: WebServer
) -> None:
    told = said(api, ada, f"{site.url}/nowhere")
    assert told.text == (
        f"Can't be added: {site.url}/nowhere: the site has no such page (HTTP 404)"
    )


def test_what_is_stored_already_and_reads_the_same_has_nothing_to_approve(
    api: BotApiServer, ada: Chat, site: WebServer, assembly: Assembly
) -> None:
    url = site.page("/twice", page("Said twice", *(text + " Twice." for text in LONG)))
    approved(api, ada, said(api, ada, url))
    again = said(api, ada, url)
    assert "It is stored already and reads the same." in again.text
    assert again.button_texts == []
    site.page("/twice", page("Said twice", *(text + " Thrice." for text in LONG)))
    changed = said(api, ada, url)
    assert "An article of this id is stored: this is a new version." in changed.text
    assert "(changed)" in approved(api, ada, changed).text
    assert sum(s.article.url == url for s in assembly.corpus.articles()) == 1


def test_two_admins_with_one_article_are_told_of_each_other(
    api: BotApiServer, ada: Chat, bob: Chat, site: WebServer
) -> None:
    url = site.page("/both", page("Seen by both", *(text + " Both." for text in LONG)))
    first = said(api, ada, url)
    second = said(api, bob, url)
    assert "Ada (Telegram 4711) has sent the same, and has not decided yet." in second.text
    approved(api, bob, second)
    pressed = api.press(first, "Approve")
    answer = api.callback_answer(pressed)
    assert answer["text"] == "It was superseded: Bob (Telegram 4712) approved the same already."
    assert answer["show_alert"] is True


def test_a_draft_is_decided_once(
    api: BotApiServer, ada: Chat, site: WebServer, assembly: Assembly
) -> None:
    url = site.page("/once", page("Only once", *(text + " Once." for text in LONG)))
    preview = said(api, ada, url)
    api.callback_answer(api.press(preview, "Discard"))
    late = api.press_data(preview, preview.buttons[0]["callback_data"], by(ada))
    assert api.callback_answer(late)["text"].startswith("It was discarded by Ada")
    assert not any(stored.article.url == url for stored in assembly.corpus.articles())


def test_who_is_no_admin_gets_answers_and_no_previews(
    api: BotApiServer, bot: RunningBot, site: WebServer, assembly: Assembly
) -> None:
    stranger = api.person(99, "Eve")
    chat = api.private(stranger)
    before = Journal(assembly.corpus.database).entries(1)
    api.send_document(chat, stranger, b"Text of a stranger.", "mine.txt")
    assert api.next_sent(chat).text.startswith("I can only read text.")
    for command in ("/reindex", "/rollback", "/articles", "/log", "/pin Who?", "/inbox"):
        assert "is live" not in said(api, chat, command).text
    message = said(api, chat, WHO_LED)
    pressed = api.press_data(message, "rollback:yes", stranger)
    assert api.callback_answer(pressed)["text"] == "Only admins can do that."
    assert Journal(assembly.corpus.database).entries(1) == before
    assert Drafts(assembly.corpus.database).find(1000) is None


# --- keeping


def test_articles_are_withdrawn_and_restored_at_a_tap(
    api: BotApiServer, ada: Chat, assembly: Assembly
) -> None:
    listed = said(api, ada, "/articles")
    number = next(
        line.split(".")[0] for line in listed.text.splitlines() if "Who sat at the table" in line
    )
    api.press(listed, number)
    card = settled(api, listed, lambda m: "Withdraw" in m.button_texts and "Id: del" in m.text)
    assert api.callback_answer(api.press(card, "Withdraw"))["text"] == "Withdrawn: no longer found."
    assert said(api, ada, WHO_LED).marked("bold") != ["Vladimir Medinsky"]
    card = settled(api, card, lambda m: "Restore" in m.button_texts)
    late = api.press_data(
        card, f"art:out:{assembly.corpus.passages_of('delegations')[0].id}", by(ada)
    )
    assert api.callback_answer(late)["text"] == "It was withdrawn already."
    assert api.callback_answer(api.press(card, "Restore"))["text"] == "Restored: found again."
    assert said(api, ada, WHO_LED).marked("bold") == ["Vladimir Medinsky"]
    assert log(assembly, 2) == [("Ada (Telegram 4711)", what) for what in ("restored", "withdrew")]


def test_a_lost_pinned_answer_is_shown_and_published_only_when_told(
    api: BotApiServer, ada: Chat, assembly: Assembly
) -> None:
    text = "Joseph Haydn wrote the Oxford symphony in the key of G major."
    assembly.corpus.add(Article(id="haydn", title="Haydn", paragraphs=(text,)))
    assembly.reindex()
    pinned = said(api, ada, "/pin Which key is the Oxford symphony of Haydn in?")
    assert pinned.text.startswith("Pinned: ")
    assembly.corpus.add(Article(id="haydn", title="Haydn", paragraphs=("Soup was served.",)))
    api.send_text(ada, by(ada), "/reindex")
    refused = settled(api, reply(api, ada), ended)
    assert refused.text.startswith("Not published: 1 pinned question(s) would lose the answer.")
    assert f"before: “{text}” (Haydn)\nafter: no answer" in refused.text
    api.press(refused, "Publish all the same")
    assert "is live" in settled(api, reply(api, ada), ended).text
    pinned = said(api, ada, "/pin")
    pin = Pins(assembly.corpus.database).list()[0]
    told = api.callback_answer(api.press(pinned, f"Unpin {pin.number}"))
    assert told["text"] == "Unpinned: Which key is the Oxford symphony of Haydn in?"


def test_a_rollback_asks_first_and_goes_back_at_once(
    api: BotApiServer, ada: Chat, assembly: Assembly
) -> None:
    assembly.corpus.add(Article(id=f"n{next(NAMES)}", title="N", paragraphs=("Something new.",)))
    assembly.reindex()
    live, before = assembly.generations.published()[:2]
    asked = said(api, ada, "/rollback")
    assert f"Go back to generation {before.number}" in asked.text
    api.press(asked, "Leave it")
    settled(api, asked, lambda m: m.text == "Left as it is.")
    asked = said(api, ada, "/rollback")
    api.press(asked, "Roll back")
    told = settled(api, asked, lambda m: "is live again" in m.text)
    assert told.text.startswith(f"Generation {before.number} is live again: ")
    assert log(assembly) == [("Ada (Telegram 4711)", "rolled back to")]
    assert live.number not in [g.number for g in assembly.generations.published()]


def test_a_second_reindex_waits_and_says_for_whom(
    api: BotApiServer, ada: Chat, assembly: Assembly
) -> None:
    with assembly.generations.writing(who="Bob (Telegram 4712)"):
        api.send_text(ada, by(ada), "/reindex")
        message = reply(api, ada)
        waiting = settled(api, message, lambda m: m.text.startswith("Waiting: "))
        assert "Another reindex is running (Bob (Telegram 4712), since " in waiting.text
    assert "is live" in settled(api, message, ended).text


def test_a_feed_is_added_and_what_it_brings_is_published(
    api: BotApiServer, ada: Chat, site: WebServer
) -> None:
    site.page("/fed", page("Fed", *(text.replace("Selin Aksoy", "Deniz Kaya") for text in LONG)))
    item = f"<item><title>Fed</title><link>{site.url}/fed</link></item>"
    body = f"<rss version='2.0'><channel><title>The Wire</title>{item}</channel></rss>"
    url = site.page("/feed.xml", body, "application/rss+xml")
    api.send_text(ada, by(ada), f"/feeds {url}")
    final = settled(api, reply(api, ada), ended)
    assert final.text.startswith(f"{url}: 1 added.")
    assert "is live" in final.text
    listed = said(api, ada, "/feeds")
    assert "1. The Wire" in listed.text
    api.press(listed, "Remove 1")
    sure = reply(api, ada)
    assert sure.text == f"Remove {url}? Its articles stay."
    assert api.callback_answer(api.press(sure, "Yes, remove it"))["text"] == f"Removed: {url}"
    told = said(api, ada, f"/feeds {site.url}/none")
    assert told.text.startswith(f"Not added: {site.url}/none: the site has no such page")


def run_job(bot: RunningBot, name: str) -> None:
    """What the job queue would run in time, now."""
    assert bot.app.job_queue is not None
    (job,) = bot.app.job_queue.get_jobs_by_name(name)
    asyncio.run_coroutine_threadsafe(job.run(bot.app), bot.loop).result(60)


def feed_of(site: WebServer, name: str, *texts: str) -> str:
    """The address of a feed with one page in it."""
    site.page(f"/{name}", page(name.capitalize(), *texts))
    item = f"<item><title>{name}</title><link>{site.url}/{name}</link></item>"
    body = f"<rss version='2.0'><channel><title>{name}</title>{item}</channel></rss>"
    return site.page(f"/{name}.xml", body, "application/rss+xml")


def test_the_bot_polls_its_feeds_and_publishes_what_they_bring(
    api: BotApiServer, ada: Chat, bot: RunningBot, site: WebServer, assembly: Assembly
) -> None:
    texts = [text.replace("Selin Aksoy", "Orhan Tekin").replace("third", "fifth") for text in LONG]
    feed = Feeds(assembly.corpus.database).add(feed_of(site, "polled", *texts))
    run_job(bot, "check")
    assert log(assembly, 2) == [("the feeds", "published"), ("the feeds", "added")]
    live = assembly.generations.live_number()
    asked = "Who led the interpreters of the fifth round?"
    assert said(api, ada, asked).marked("bold") == ["Orhan Tekin"]
    run_job(bot, "check")  # nothing is new: nothing is done
    assert assembly.generations.live_number() == live
    Feeds(assembly.corpus.database).remove(feed.url)


def test_admins_are_told_when_what_a_feed_brought_would_lose_a_pinned_answer(
    api: BotApiServer, ada: Chat, bot: RunningBot, site: WebServer, assembly: Assembly
) -> None:
    text = "Clara Schumann played the opening concert in the hall of Leipzig."
    assembly.corpus.add(Article(id="clara", title="Clara", paragraphs=(text,)))
    assembly.reindex()
    pinned = assembly.pin("Who played the opening concert in Leipzig?", "Ada")
    assembly.corpus.withdraw("clara")
    texts = [text.replace("Selin Aksoy", "Ebru Acar") for text in LONG]
    feed = Feeds(assembly.corpus.database).add(feed_of(site, "losing", *texts))
    run_job(bot, "check")
    assert reply(api, ada).text == (
        "New articles of the feeds are stored, but not published: a pinned question would lose its "
        "answer. /reindex"
    )
    Pins(assembly.corpus.database).remove(pinned.pin.number)
    Feeds(assembly.corpus.database).remove(feed.url)


def test_the_progress_message_is_edited_no_more_often_than_telegram_likes(
    api: BotApiServer, ada: Chat, bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert EDIT_EVERY == 3.0
    monkeypatch.setattr("bot.publishing.EDIT_EVERY", 0.5)
    publisher = Publisher(bot.service)
    reindex = publisher._reindex

    def slowly(job: Job) -> Reindexed:
        for done in range(1, 101):
            job.tell(Progress("embedding", done, 100))
            time.sleep(0.02)
        return reindex(job)

    monkeypatch.setattr(publisher, "_reindex", slowly)
    run = publisher.run(bot.app.bot, Place(ADA), Job("Ada"))
    asyncio.run_coroutine_threadsafe(run, bot.loop).result(60)
    message = reply(api, ada)
    assert message.text.startswith("Generation ")
    edits = [
        call for call in api.calls_of("editMessageText")
        if call.params["message_id"] == message.json["message_id"]
    ]  # fmt: skip
    told = [call.params["text"] for call in edits]
    assert len(told) > 2
    assert all(text.startswith("Embedding: ") and "s to go" in text for text in told[:-1])
    moments = [call.at for call in edits[:-1]]  # the last line comes when it is there
    assert all(later - earlier > 0.45 for earlier, later in itertools.pairwise(moments))


def test_who_asked_to_be_told_gets_the_answer_once_and_the_inbox_lets_go(
    api: BotApiServer, ada: Chat, assembly: Assembly, bot: RunningBot
) -> None:
    eve = api.person(1000 + next(NAMES), "Eve")
    chat = api.private(eve)
    refusal = said(api, chat, NOT_COVERED)
    api.callback_answer(api.press(refusal, "Tell me when this is covered"))
    listed = said(api, ada, "/inbox")
    assert NOT_COVERED in listed.text
    api.send_document(ada, by(ada), f"{BREAD} It was dear.".encode(), "bread.txt")
    approved(api, ada, reply(api, ada))
    told = api.next_sent(chat, timeout=20)
    assert "two soles" in told.text
    assert NOT_COVERED in told.text
    wait_until(lambda: NOT_COVERED not in said(api, ada, "/inbox").text)
    news = [m for m in api.sent_to(ada) if "of the inbox are answered now" in m.text]
    assert any(NOT_COVERED in message.text for message in news)
    assert bot.service.records.wishes() == []
    assembly.reindex()
    time.sleep(1.5)
    assert len(api.sent_to(chat)) == 2


def test_an_open_question_is_dismissed_at_a_tap(
    api: BotApiServer, ada: Chat, assembly: Assembly
) -> None:
    eve = api.person(2000 + next(NAMES), "Eve")
    question = "How heavy is the moon of Neptune?"
    said(api, api.private(eve), question)
    listed = said(api, ada, "/inbox")
    line = next(line for line in listed.text.splitlines() if question in line)
    pressed = api.press(listed, f"Dismiss {line.split('.')[0]}")
    assert api.callback_answer(pressed)["text"] == f"Dismissed: {question}"
    assert question not in said(api, ada, "/inbox").text


def test_the_log_and_the_menu_are_for_admins(api: BotApiServer, ada: Chat) -> None:
    shown = said(api, ada, "/log").text
    assert "Ada (Telegram 4711): " in shown
    names = [c["command"] for c in api.commands({"type": "chat", "chat_id": ADA})]
    assert {"articles", "reindex", "rollback", "pin", "feeds", "inbox", "log", "stats"} <= set(
        names
    )
