"""The test server against the real library: what it accepts, what it refuses and in which words."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import telegram
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters
from telegram.request import HTTPXRequest

from tests.bot_api import BotApiServer
from tests.bot_api_faults import Limits
from tests.bot_api_markup import find_entities, parse_html, parse_markdown_v2
from tests.bot_api_world import Chat, Person

ENDS_IN_A_SYMBOL = (
    "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5"
)
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
SECOND_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
    "running"
)

Use = Callable[[Bot], Awaitable[Any]]


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library warns of every `retry_after` unless told that the coming type is welcome."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def api() -> Iterator[BotApiServer]:
    with BotApiServer() as server:
        yield server


@pytest.fixture
def ada(api: BotApiServer) -> Person:
    return api.person(7, "Ada", "ada_l")


@pytest.fixture
def chat(api: BotApiServer, ada: Person) -> Chat:
    return api.private(ada)


def use(api: BotApiServer, call: Use, token: str | None = None) -> Any:
    """Let the real library make a call; gives what it gave."""

    async def run() -> Any:
        # Loading certificates takes a tenth of a second, and there are none to check here.
        plain, polls = (HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2))
        bot = Bot(token or api.token, api.base_url, api.base_file_url, plain, polls)
        async with bot:
            return await call(bot)

    return asyncio.run(run())


def refusal(api: BotApiServer, call: Use) -> str | None:
    """What the server said to a call that it must refuse (the library changes the case of it)."""
    with pytest.raises(TelegramError):
        use(api, call)
    return api.calls_of()[-1].error


def entity(kind: str, offset: int, length: int, **more: Any) -> MessageEntity:
    return MessageEntity(kind, offset, length, **more)


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([list(buttons)])


def button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)


# --- sending


def test_a_message_is_kept_with_its_entities_buttons_and_links(
    api: BotApiServer, chat: Chat
) -> None:
    text = "😀 Medinsky led.\nsource"
    use(
        api,
        lambda bot: bot.send_message(
            chat.id,
            text,
            entities=[
                entity("bold", 3, 8),
                entity("text_link", 17, 6, url="https://example.org"),
            ],
            reply_markup=keyboard(button("👍", "up:1"), button("👎", "down:1")),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
    )
    sent = api.next_sent(chat)
    assert (sent["text"], sent.marked("bold")) == (text, ["Medinsky"])
    assert sent.links == [("source", "https://example.org/")]
    assert (sent.button_texts, sent.buttons[0]["callback_data"]) == (["👍", "👎"], "up:1")
    assert api.messages(chat) == api.sent_to(chat) == [sent]
    call = api.wait_for("sendMessage")[0]
    assert (call.path, call.params["chat_id"]) == ("/bot<token>/sendMessage", 7)
    assert call.params["link_preview_options"] == {"is_disabled": True}


def test_a_text_is_trimmed_and_cleaned_and_its_entities_move_along(
    api: BotApiServer, chat: Chat
) -> None:
    text = "\n  a\u202eb\r\nbold  \n"
    use(api, lambda bot: bot.send_message(chat.id, text, entities=[entity("bold", 7, 6)]))
    sent = api.next_sent(chat)
    assert (sent.text, sent.marked("bold")) == ("ab\nbold", ["bold"])


@pytest.mark.parametrize("char", ["a", "я", "😀"])
def test_4096_characters_pass_and_4097_do_not(api: BotApiServer, chat: Chat, char: str) -> None:
    use(api, lambda bot: bot.send_message(chat.id, char * 4096))
    assert api.next_sent(chat).text == char * 4096
    error = refusal(api, lambda bot: bot.send_message(chat.id, char * 4097))
    assert error == "Bad Request: message is too long"


def test_length_is_counted_after_parsing(api: BotApiServer, chat: Chat) -> None:
    html = "<b>" + "&amp;" * 4096 + "</b>"
    use(api, lambda bot: bot.send_message(chat.id, html, parse_mode="HTML"))
    assert api.next_sent(chat).marked("bold") == ["&" * 4096]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Bad Request: message text is empty"),
        (" \n ", "Bad Request: text must be non-empty"),
        ("\u202e", "Bad Request: text must be non-empty"),
    ],
)
def test_an_empty_text_is_refused(api: BotApiServer, chat: Chat, text: str, error: str) -> None:
    assert refusal(api, lambda bot: bot.send_message(chat.id, text)) == error


@pytest.mark.parametrize(
    ("entities", "error"),
    [
        ([entity("bold", 5, 1)], "entity begins after the end of the text at UTF-16 offset 5"),
        (
            [entity("bold", 3, 2)],
            "entity beginning at UTF-16 offset 3 ends after the end of the text at UTF-16 offset 5",
        ),
        (
            [entity("bold", 2, 1)],
            "entity begins in a middle of a UTF-16 symbol at byte offset 5",
        ),
        (
            [entity("bold", 0, 2)],
            ENDS_IN_A_SYMBOL,
        ),
        ([entity("bold", -1, 2)], "receive an entity with incorrect offset -1"),
        (
            [entity("text_link", 0, 1, url="http://localhost/a")],
            "entity URL 'http://localhost/a' is invalid: Wrong HTTP URL",
        ),
        ([entity("sparkling", 0, 1)], "can't parse MessageEntity: Unsupported type specified"),
    ],
)
def test_an_entity_out_of_bounds_is_refused(
    api: BotApiServer, chat: Chat, entities: list[MessageEntity], error: str
) -> None:
    send = refusal(api, lambda bot: bot.send_message(chat.id, "a😀b", entities=entities))
    assert send == f"Bad Request: {error}"


@pytest.mark.parametrize(
    ("outer", "inner", "allowed"),
    [
        (("bold", 0, 6), ("italic", 2, 2), True),
        (("bold", 0, 4), ("italic", 2, 4), True),
        (("blockquote", 0, 6), ("text_link", 2, 2), True),
        (("text_link", 0, 6), ("blockquote", 0, 6), True),
        (("blockquote", 0, 6), ("code", 2, 2), True),
        (("expandable_blockquote", 0, 6), ("bold", 2, 2), True),
        (("blockquote", 0, 3), ("expandable_blockquote", 3, 3), True),
        (("blockquote", 0, 6), ("expandable_blockquote", 2, 2), False),
        (("code", 0, 6), ("bold", 2, 2), False),
        (("pre", 0, 6), ("text_link", 2, 2), False),
        (("bold", 0, 6), ("code", 2, 2), False),
        (("text_link", 0, 4), ("text_link", 2, 4), False),
        (("text_link", 0, 6), ("blockquote", 2, 2), False),
        (("blockquote", 0, 4), ("text_link", 2, 4), False),
    ],
)
def test_entities_nest_as_the_documentation_says(
    api: BotApiServer,
    chat: Chat,
    outer: tuple[str, int, int],
    inner: tuple[str, int, int],
    allowed: bool,
) -> None:
    given = [entity(*one, url="https://a.org/") for one in (outer, inner)]
    if allowed:
        use(api, lambda bot: bot.send_message(chat.id, "abcdef", entities=given))
        assert [e["type"] for e in api.next_sent(chat).entities] == [outer[0], inner[0]]
    else:
        error = refusal(api, lambda bot: bot.send_message(chat.id, "abcdef", entities=given))
        assert str(error).startswith(f"Bad Request: ENTITIES_CLASH (test server: {inner[0]} in ")


def test_a_hundred_entities_pass_and_one_more_does_not(api: BotApiServer, chat: Chat) -> None:
    entities = [entity("bold", 2 * index, 1) for index in range(101)]
    text = "a " * 101
    use(api, lambda bot: bot.send_message(chat.id, text, entities=entities[:100]))
    assert len(api.next_sent(chat).entities) == 100
    error = refusal(api, lambda bot: bot.send_message(chat.id, text, entities=entities))
    assert str(error).startswith("Bad Request: ENTITIES_TOO_LONG")


# --- markup


def test_html_becomes_text_and_entities() -> None:
    assert parse_html("😀 <b>a &lt;<i>b</i></b> &euro; &#x41;&quot;") == (
        '😀 a <b &euro; A"',
        [
            {"type": "bold", "offset": 3, "length": 4},
            {"type": "italic", "offset": 6, "length": 1},
        ],
    )
    assert parse_html('<pre><code class="language-py">x</code></pre><code>y</code>')[1] == [
        {"type": "pre", "offset": 0, "length": 1, "language": "py"},
        {"type": "code", "offset": 1, "length": 1},
    ]
    links = '<a href="https://a.org/?q=1&amp;b=2#:~:text=x">l</a><a href="nowhere">n</a>'
    assert parse_html(links) == (
        "ln",
        [
            {"type": "text_link", "url": "https://a.org/?q=1&b=2#:~:text=x"}
            | {"offset": 0, "length": 1}
        ],
    )
    assert parse_html("<blockquote expandable>a</blockquote><blockquote>b</blockquote>")[1] == [
        {"type": "expandable_blockquote", "offset": 0, "length": 1},
        {"type": "blockquote", "offset": 1, "length": 1},
    ]


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("я <x>", 'Unsupported start tag "x" at byte offset 3'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<b>a", "Can't find end tag corresponding to start tag b"),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<a =1>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        (
            "<a href>a</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ("<a href=a/b>a</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x>a</a>', "Unclosed start tag at byte offset 0"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_html_errors_are_worded_as_telegram_does(
    api: BotApiServer, chat: Chat, html: str, error: str
) -> None:
    said = refusal(api, lambda bot: bot.send_message(chat.id, html, parse_mode="HTML"))
    assert said == f"Bad Request: can't parse entities: {error}"


def test_markdown_becomes_text_and_entities() -> None:
    assert parse_markdown_v2("*a _b_* ||c|| `d\\`` [e](https://a.org/x)\n>quote\\.\nend") == (
        "a b c d` e\nquote.\nend",
        [
            {"type": "bold", "offset": 0, "length": 3},
            {"type": "italic", "offset": 2, "length": 1},
            {"type": "spoiler", "offset": 4, "length": 1},
            {"type": "code", "offset": 6, "length": 2},
            {"type": "text_link", "offset": 9, "length": 1, "url": "https://a.org/x"},
            {"type": "blockquote", "offset": 11, "length": 6},
        ],
    )


@pytest.mark.parametrize(
    ("markdown", "error"),
    [
        ("a.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("я *a", "Can't find end of Bold entity at byte offset 3"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
    ],
)
def test_markdown_errors_are_worded_as_telegram_does(
    api: BotApiServer, chat: Chat, markdown: str, error: str
) -> None:
    said = refusal(api, lambda bot: bot.send_message(chat.id, markdown, parse_mode="MarkdownV2"))
    assert said == f"Bad Request: can't parse entities: {error}"


def test_commands_mentions_and_links_are_found_in_a_persons_text() -> None:
    def found(text: str) -> list[tuple[str, int, int]]:
        return [(e["type"], e["offset"], e["length"]) for e in find_entities(text)]

    assert found("😀 /ask@TalksTestBot hi") == [("bot_command", 3, 17)]
    assert found("@TalksTestBot, see https://a.org/x?y=@me.") == [
        ("mention", 0, 13),
        ("url", 19, 21),
    ]
    assert found("a/b /ask@x me@a.org #Talks #1 x@y") == [("email", 11, 8), ("hashtag", 20, 6)]


# --- keyboards


def many_buttons(count: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[button("x", str(number))] for number in range(count)])


@pytest.mark.parametrize(
    ("markup", "error"),
    [
        (keyboard(button("x", "я" * 32)), None),
        (keyboard(button("x", "я" * 32 + "a")), "BUTTON_DATA_INVALID"),
        (
            keyboard(InlineKeyboardButton("x")),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard(InlineKeyboardButton("x", url="http://localhost:1/a")),
            "inline keyboard button URL 'http://localhost:1/a' is invalid: Wrong HTTP URL",
        ),
        (
            keyboard(InlineKeyboardButton("x", url="ftp://a.org")),
            "inline keyboard button URL 'ftp://a.org' is invalid: Unsupported URL protocol",
        ),
        (keyboard(InlineKeyboardButton("x", url="https://t.me/a?start=s_1")), None),
        (keyboard(InlineKeyboardButton("x", switch_inline_query_current_chat="")), None),
        (many_buttons(100), None),
        (many_buttons(101), "reply markup is too long"),
        (keyboard(*[button("x" * 1000, str(n)) for n in range(11)]), "reply markup is too long"),
    ],
)
def test_a_keyboard_is_checked(
    api: BotApiServer, chat: Chat, markup: InlineKeyboardMarkup, error: str | None
) -> None:
    if error is None:
        use(api, lambda bot: bot.send_message(chat.id, "a", reply_markup=markup))
        assert len(api.next_sent(chat).buttons) == len(
            [b for r in markup.inline_keyboard for b in r]
        )
    else:
        said = refusal(api, lambda bot: bot.send_message(chat.id, "a", reply_markup=markup))
        assert said == f"Bad Request: {error}"


# --- editing, replying, deleting


def test_an_edit_changes_the_text_and_takes_the_keyboard_away(
    api: BotApiServer, chat: Chat
) -> None:
    async def run(bot: Bot) -> None:
        message = await bot.send_message(chat.id, "a", reply_markup=keyboard(button("x", "1")))
        await message.edit_text("b", entities=[entity("bold", 0, 1)])
        with pytest.raises(BadRequest, match="exactly the same as a current content"):
            await message.edit_text("<b>b</b>", parse_mode="HTML")
        await message.edit_reply_markup(keyboard(button("y", "2")))

    use(api, run)
    (message,) = api.messages(chat)
    assert (message.text, message.marked("bold"), message.button_texts) == ("b", ["b"], ["y"])
    errors = [call.error for call in api.calls_of("editMessageText")]
    assert errors == [None, NOT_MODIFIED]


def test_what_is_not_there_cannot_be_edited_or_answered(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    theirs = api.send_text(chat, ada, "hello")
    expected: list[tuple[Use, str]] = [
        (lambda b: b.edit_message_text("a", 7, 99), "message to edit not found"),
        (lambda b: b.edit_message_text("a", 7, theirs.id), "message can't be edited"),
        (lambda b: b.delete_message(7, 99), "message to delete not found"),
        (lambda b: b.send_message(8, "a"), "chat not found"),
        (
            lambda b: b.send_message(7, "a", reply_to_message_id=99),
            "message to be replied not found",
        ),
        (
            lambda b: b.send_message(7, "a", reply_parameters=ReplyParameters(1, quote="bye")),
            "QUOTE_TEXT_INVALID",
        ),
        (lambda b: b.send_message(7, "a", message_thread_id=5), "message thread not found"),
        (lambda b: b.send_chat_action(7, "sleeping"), "wrong parameter action in request"),
        (lambda b: b.get_file("none"), "wrong file_id or the file is temporarily unavailable"),
        (
            lambda b: b.answer_callback_query("1"),
            "query is too old and response timeout expired or query ID is invalid",
        ),
    ]
    for call, error in expected:
        assert refusal(api, call) == f"Bad Request: {error}"


def test_a_reply_may_do_without_the_message_it_answers(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    question = api.send_text(chat, ada, "question")
    api.delete(question)
    lenient = ReplyParameters(question.id, allow_sending_without_reply=True)
    use(api, lambda bot: bot.send_message(chat.id, "a", reply_parameters=lenient))
    assert api.next_sent(chat).reply_to is None
    kept = api.send_text(chat, ada, "question")
    use(api, lambda bot: bot.send_message(chat.id, "a", reply_to_message_id=kept.id))
    assert api.next_sent(chat).reply_to == kept.id


def test_topics_keep_their_thread(api: BotApiServer, ada: Person) -> None:
    forum = api.group(-1001, "Forum", forum=True)
    thread = api.topic(forum, "Talks")
    question = api.send_text(forum, ada, "/ask who", thread=thread)
    assert (question.thread, question["is_topic_message"]) == (thread, True)
    use(api, lambda bot: bot.send_message(forum.id, "a", message_thread_id=thread))
    use(api, lambda bot: bot.send_message(forum.id, "b", reply_to_message_id=question.id))
    assert [sent.thread for sent in api.sent_to(forum)] == [thread, thread]
    error = refusal(api, lambda bot: bot.send_message(forum.id, "a", message_thread_id=1))
    assert error == "Bad Request: message thread not found"
    use(api, lambda bot: bot.send_chat_action(forum.id, "typing", message_thread_id=1))


def test_in_groups_the_bot_deletes_its_own_messages_only(api: BotApiServer, ada: Person) -> None:
    group = api.group(-1001, "Group")
    theirs = api.send_text(group, ada, "hello")
    error = refusal(api, lambda bot: bot.delete_message(group.id, theirs.id))
    assert error == "Bad Request: message can't be deleted"
    use(api, lambda bot: bot.send_message(group.id, "a"))
    use(api, lambda bot: bot.delete_message(group.id, api.next_sent(group).id))
    assert api.messages(group) == [theirs]


def test_documents_go_both_ways(api: BotApiServer, chat: Chat, ada: Person) -> None:
    data = b"%PDF\r\n--x\r\n\x00\xff\n"
    sent = api.send_document(chat, ada, data, "talks.pdf", "application/pdf", caption="/add it")
    assert sent["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 4}]

    async def run(bot: Bot) -> tuple[bytes, telegram.Message]:
        file = await bot.get_file(sent["document"]["file_id"])
        back = await bot.send_document(chat.id, data, filename="back.pdf", caption="c")
        return bytes(await file.download_as_bytearray()), back

    received, back = use(api, run)
    assert received == data
    assert back.document is not None
    assert (back.document.file_name, back.caption) == ("back.pdf", "c")
    assert api.file(back.document.file_id) == data
    error = refusal(api, lambda bot: bot.send_document(chat.id, data, caption="c" * 1025))
    assert error == "Bad Request: message caption is too long"


# --- who may write where


def test_a_blocked_bot_is_forbidden_to_write(api: BotApiServer, chat: Chat, ada: Person) -> None:
    group = api.group(-1001, "Group")
    api.block(ada)
    api.remove_bot(group, ada)
    for place, error in (
        (chat, "Forbidden: bot was blocked by the user"),
        (group, "Forbidden: bot was kicked from the group chat"),
    ):
        with pytest.raises(Forbidden):
            use(api, lambda bot, to=place: bot.send_message(to.id, "a"))  # type: ignore[misc]
        assert api.calls_of()[-1].error == error
    (blocked, kicked) = use(api, lambda bot: bot.get_updates())
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert kicked.my_chat_member.chat.id == group.id
    api.unblock(ada)
    use(api, lambda bot: bot.send_message(chat.id, "a"))
    assert api.next_sent(chat).text == "a"


def test_the_bot_joins_and_leaves_a_group(api: BotApiServer, ada: Person) -> None:
    group = api.group(-1001, "Group", bot_status="left")
    error = refusal(api, lambda bot: bot.send_message(group.id, "a"))
    assert error == "Forbidden: bot is not a member of the group chat"
    api.add_bot(group, ada)
    membership, service = use(api, lambda bot: bot.get_updates())
    assert membership.my_chat_member.new_chat_member.status == "member"
    assert service.message.new_chat_members[0].username == "TalksTestBot"
    use(api, lambda bot: bot.leave_chat(group.id))
    member = use(api, lambda bot: bot.get_chat_member(group.id, bot.id))
    assert member.status == "left"


def test_a_wrong_token_is_unauthorized(api: BotApiServer) -> None:
    for token, code in (("123456:other", 401), ("nonsense", 404)):
        with pytest.raises(urllib.error.HTTPError) as failure:
            urllib.request.urlopen(f"{api.base_url}{token}/getMe")
        with failure.value as answer:
            assert (answer.code, json.load(answer)["error_code"]) == (code, code)
    with pytest.raises(InvalidToken):
        use(api, lambda bot: bot.get_me(), token="123456:other")


def test_a_json_body_is_read_like_a_form(api: BotApiServer, chat: Chat) -> None:
    request = urllib.request.Request(
        f"{api.base_url}{api.token}/sendmessage",
        json.dumps({"chat_id": chat.id, "text": "12"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["result"]["text"] == "12"


# --- commands, profile, inline answers


def test_command_menus_are_kept_by_scope(api: BotApiServer, chat: Chat) -> None:
    menu = [BotCommand("start", "Begin")]
    use(api, lambda bot: bot.set_my_commands(menu))
    use(api, lambda bot: bot.set_my_commands(menu, scope=BotCommandScopeChat(chat.id)))
    assert api.commands() == [{"command": "start", "description": "Begin"}]
    assert api.commands({"type": "chat", "chat_id": 7}) == api.commands()
    assert use(api, lambda bot: bot.get_my_commands()) == tuple(menu)
    use(api, lambda bot: bot.delete_my_commands())
    assert api.commands() == []
    for commands, error in (
        ([("Start", "x")], "BOT_COMMAND_INVALID"),
        ([("a" * 33, "x")], "BOT_COMMAND_INVALID"),
        ([("a", "x" * 257)], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([("a", "")], "command description must be non-empty"),
        ([("a", "x")] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ):
        said = refusal(api, lambda bot, given=commands: bot.set_my_commands(given))  # type: ignore[misc]
        assert said == f"Bad Request: {error}"
    scope = BotCommandScopeChat(99)
    said = refusal(api, lambda bot: bot.set_my_commands(menu, scope=scope))
    assert said == "Bad Request: chat not found"


def test_descriptions_have_their_lengths(api: BotApiServer) -> None:
    use(api, lambda bot: bot.set_my_description("d" * 512))
    use(api, lambda bot: bot.set_my_short_description("s" * 120))
    assert api.profile["description", ""] == "d" * 512
    assert use(api, lambda bot: bot.get_my_short_description()).short_description == "s" * 120
    refused = refusal(api, lambda bot: bot.set_my_description("d" * 513))
    assert refused == "Bad Request: DESCRIPTION_TOO_LONG"
    refused = refusal(api, lambda bot: bot.set_my_short_description("s" * 121))
    assert refused == "Bad Request: SHORT_DESCRIPTION_TOO_LONG"


def article(result_id: str, text: str = "answer") -> InlineQueryResultArticle:
    return InlineQueryResultArticle(result_id, "Title", InputTextMessageContent(text))


def test_an_inline_query_is_answered_and_a_result_chosen(
    api: BotApiServer, ada: Person, chat: Chat
) -> None:
    query = api.inline(ada, "who led")
    result = InlineQueryResultArticle(
        "r1",
        "Medinsky",
        InputTextMessageContent("<b>Medinsky</b>", parse_mode="HTML"),
        reply_markup=keyboard(button("👍", "up")),
    )
    more = InlineQueryResultsButton("Ask in private", start_parameter="inline")
    use(api, lambda bot: bot.answer_inline_query(query, [result], cache_time=60, button=more))
    answer = api.inline_answer(query)
    assert (answer["cache_time"], answer["button"]["start_parameter"]) == (60, "inline")
    message = api.choose_inline(query, "r1", chat)
    assert (message.text, message.marked("bold")) == ("Medinsky", ["Medinsky"])
    api.press(message, "👍")
    asked, chosen, pressed = use(api, lambda bot: bot.get_updates())
    assert asked.inline_query.query == "who led"
    assert chosen.chosen_inline_result.result_id == "r1"
    inline_id = pressed.callback_query.inline_message_id
    assert inline_id == chosen.chosen_inline_result.inline_message_id
    use(api, lambda bot: bot.edit_message_text("noted", inline_message_id=inline_id))
    assert api.message(message).text == "noted"


@pytest.mark.parametrize(
    ("results", "more", "error"),
    [
        ([article(str(n)) for n in range(51)], {}, "RESULTS_TOO_MUCH"),
        ([article("a"), article("a")], {}, "RESULT_ID_DUPLICATE"),
        ([article("я" * 33)], {}, "RESULT_ID_INVALID"),
        ([article("a")], {"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ([article("a", "x" * 4097)], {}, "message is too long"),
        (
            [],
            {"button": InlineQueryResultsButton("More", start_parameter="no spaces")},
            "START_PARAM_INVALID",
        ),
        (
            [],
            {"button": InlineQueryResultsButton("More", start_parameter="x" * 65)},
            "START_PARAM_INVALID",
        ),
    ],
)
def test_an_inline_answer_is_checked(
    api: BotApiServer,
    ada: Person,
    results: list[InlineQueryResultArticle],
    more: dict[str, Any],
    error: str,
) -> None:
    query = api.inline(ada, "q")

    said = refusal(api, lambda bot: bot.answer_inline_query(query, results, **more))
    assert said == f"Bad Request: {error}"


def test_a_query_can_be_answered_for_a_while_only(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    use(api, lambda bot: bot.send_message(chat.id, "a", reply_markup=keyboard(button("x", "1"))))
    message = api.next_sent(chat)
    in_time = api.press(message, "1")
    use(api, lambda bot: bot.answer_callback_query(in_time, "Thanks"))
    assert api.callback_answer(in_time)["text"] == "Thanks"
    late, query = api.press(message, "x"), api.inline(ada, "q")
    api.expire_queries()
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert refusal(api, lambda bot: bot.answer_callback_query(late)) == too_old
    assert refusal(api, lambda bot: bot.answer_inline_query(query, [])) == too_old
    with pytest.raises(ValueError, match="no button 'y'"):
        api.press(message, "y")


def test_a_press_may_come_without_the_message(api: BotApiServer, chat: Chat) -> None:
    use(api, lambda bot: bot.send_message(chat.id, "a", reply_markup=keyboard(button("x", "1"))))
    message = api.next_sent(chat)
    api.press(message, "x")
    api.press(message, "x", inaccessible=True)
    whole, bare = (update.callback_query for update in use(api, lambda bot: bot.get_updates()))
    assert (whole.data, whole.message.text) == ("1", "a")
    # The library makes a Message of it nevertheless (22.8), which can only be told by asking it.
    assert (whole.message.is_accessible, bare.message.is_accessible) == (True, False)
    assert (bare.message.message_id, bare.message.text) == (message.id, None)


# --- updates


def test_updates_are_given_until_they_are_confirmed(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    for text in ("a", "b", "c"):
        api.send_text(chat, ada, text)

    async def run(bot: Bot) -> list[list[str | None]]:
        first = await bot.get_updates(limit=2)
        again = await bot.get_updates(offset=first[0].update_id)
        rest = await bot.get_updates(offset=first[1].update_id + 1)
        last = await bot.get_updates(offset=-1)
        parts = (first, again, rest, last)
        return [[u.message.text for u in part if u.message] for part in parts]

    assert use(api, run) == [["a", "b"], ["a", "b", "c"], ["c"], ["c"]]


def test_a_long_poll_ends_with_the_first_update(api: BotApiServer, chat: Chat, ada: Person) -> None:
    threading.Timer(0.2, api.send_text, (chat, ada, "a")).start()
    began = time.monotonic()
    (update,) = use(api, lambda bot: bot.get_updates(timeout=10))
    assert update.message.text == "a"
    assert 0.1 < time.monotonic() - began < 5


def test_only_allowed_updates_come(api: BotApiServer, chat: Chat, ada: Person) -> None:
    use(api, lambda bot: bot.get_updates(allowed_updates=["edited_message"]))
    question = api.send_text(chat, ada, "a")
    api.edit_text(question, "b")
    (update,) = use(api, lambda bot: bot.get_updates())
    assert update.edited_message.text == "b"


def test_privacy_mode_keeps_group_talk_from_the_bot(ada: Person) -> None:
    with BotApiServer(privacy_mode=True) as api:
        group = api.group(-1001, "Group")
        use(api, lambda bot: bot.send_message(group.id, "I am here"))
        for text in ("hello all", "/ask who", "and you, @talkstestbot?"):
            api.send_text(group, ada, text)
        api.send_text(group, ada, "thanks", reply_to=api.next_sent(group))
        updates = use(api, lambda bot: bot.get_updates())
    assert [u.message.text for u in updates] == ["/ask who", "and you, @talkstestbot?", "thanks"]


def test_a_person_acts_in_every_way(api: BotApiServer, chat: Chat, ada: Person) -> None:
    api.start(ada, "a_8f3k2q")
    api.send_photo(chat, ada, caption="look")
    api.send_voice(chat, ada)
    api.send_sticker(chat, ada)
    api.send_text(chat, ada, "x" * 5000)
    messages = [update.message for update in use(api, lambda bot: bot.get_updates())]
    assert (messages[0].text, messages[0].entities[0].type) == ("/start a_8f3k2q", "bot_command")
    assert (messages[1].photo[0].width, messages[1].caption) == (90, "look")
    assert (messages[2].voice.duration.seconds, messages[3].sticker.emoji) == (3, "👍")
    assert [len(message.text) for message in messages[4:]] == [4096, 904]  # as clients split it
    assert {message.from_user.username for message in messages} == {"ada_l"}


def test_a_second_poller_ends_the_first(api: BotApiServer) -> None:
    async def run(bot: Bot) -> tuple[telegram.Update, ...]:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.to_thread(api.wait_until, lambda: api.poll == 1)
        second = await bot.get_updates(timeout=0)
        with pytest.raises(Conflict):
            await first
        return second

    assert use(api, run) == ()
    assert {call.error for call in api.calls_of("getUpdates")} == {None, SECOND_POLLER}


class Receiver(BaseHTTPRequestHandler):
    """A bot's webhook that refuses the first update once."""

    received: list[tuple[str | None, str]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        secret = self.headers["X-Telegram-Bot-Api-Secret-Token"]
        self.received.append((secret, body["message"]["text"]))
        self.send_response(500 if len(self.received) == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


def test_a_webhook_gets_updates_with_its_secret_until_it_takes_them(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    Receiver.received = []
    with HTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        threading.Thread(target=receiver.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{receiver.server_port}/hook"
        use(api, lambda bot: bot.set_webhook(url, secret_token="s3cret"))
        api.send_text(chat, ada, "a")
        api.send_text(chat, ada, "b")
        api.wait_until(lambda: api.webhook_posts == 2)
        receiver.shutdown()
    assert Receiver.received == [("s3cret", "a"), ("s3cret", "a"), ("s3cret", "b")]
    info = use(api, lambda bot: bot.get_webhook_info())
    assert (info.url, info.pending_update_count) == (url, 0)
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    active = refusal(api, lambda bot: bot.get_updates())
    assert str(active).startswith("Conflict: can't use getUpdates method while webhook is active;")
    use(api, lambda bot: bot.delete_webhook())
    assert use(api, lambda bot: bot.get_updates()) == ()
    for address, secret, error in (
        ("http://a.org/", None, "bad webhook: An HTTPS URL must be provided for webhook"),
        ("https://a.org/", "not allowed", "secret token contains unallowed characters"),
    ):
        said = refusal(api, lambda bot, u=address, s=secret: bot.set_webhook(u, secret_token=s))  # type: ignore[misc]
        assert said == f"Bad Request: {error}"


# --- faults and limits


def test_faults_come_as_ordered(api: BotApiServer, chat: Chat) -> None:
    group = api.group(-1001, "Group")
    api.fail("sendChatAction", times=1, code=502, description="Bad Gateway")
    assert refusal(api, lambda bot: bot.send_chat_action(7, "typing")) == "Bad Gateway"
    use(api, lambda bot: bot.send_chat_action(7, "typing"))
    api.retry_after(3, chat=chat)
    with pytest.raises(RetryAfter):
        use(api, lambda bot: bot.send_message(chat.id, "a"))
    assert api.calls_of()[-1].error == "Too Many Requests: retry after 3"
    use(api, lambda bot: bot.send_message(chat.id, "a"))
    api.retry_after(9, times=None, chat=chat)
    use(api, lambda bot: bot.send_message(group.id, "a"))
    for _ in range(2):
        error = refusal(api, lambda bot: bot.send_message(chat.id, "a"))
        assert error == "Too Many Requests: retry after 9"
    api.mend()
    use(api, lambda bot: bot.send_message(chat.id, "a"))


def test_a_request_may_get_no_answer_and_still_be_carried_out(
    api: BotApiServer, chat: Chat
) -> None:
    api.hang("sendMessage", 20, executed=True)
    with pytest.raises(telegram.error.TimedOut):
        use(api, lambda bot: bot.send_message(chat.id, "a", read_timeout=0.2))
    assert api.next_sent(chat).text == "a"
    assert api.calls_of("sendMessage")[0].error == "no answer"
    api.hang("sendMessage", 0.1)
    with pytest.raises(telegram.error.NetworkError):
        use(api, lambda bot: bot.send_message(chat.id, "b"))
    assert [message.text for message in api.messages(chat)] == ["a"]


def test_the_server_goes_away_and_comes_back_on_its_port(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    async def run(bot: Bot) -> tuple[Update, ...]:
        poll = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.to_thread(api.wait_until, lambda: api.poll == 1)
        await asyncio.to_thread(api.down)
        for attempt in (poll, bot.get_me()):
            with pytest.raises(telegram.error.NetworkError):
                await attempt
        api.send_text(chat, ada, "still there?")
        api.up()
        return await bot.get_updates()

    (update,) = use(api, run)
    assert update.message.text == "still there?"


def test_sending_has_limits_when_they_are_switched_on(ada: Person) -> None:
    limits = Limits(private_burst=2, group_per_minute=3, overall_per_second=30)
    with BotApiServer(limits=limits) as api:
        private, group = api.private(ada), api.group(-1001, "Group")

        async def run(bot: Bot) -> list[int]:
            accepted = []
            for chat in (private, group):
                for _ in range(5):
                    try:
                        await bot.send_message(chat.id, "a")
                        accepted.append(chat.id)
                    except RetryAfter:
                        pass
            return accepted

        assert use(api, run) == [7, 7, -1001, -1001, -1001]
        waits = [call.error for call in api.calls_of("sendMessage") if not call.ok]
    assert (
        waits
        == ["Too Many Requests: retry after 2"] * 3 + ["Too Many Requests: retry after 60"] * 2
    )


def test_thirty_messages_a_second_pass_in_all() -> None:
    with BotApiServer(limits=Limits()) as api:
        chats = [api.private(api.person(number)) for number in range(1, 36)]

        async def run(bot: Bot) -> int:
            sends = [bot.send_message(chat.id, "a") for chat in chats]
            results = await asyncio.gather(*sends, return_exceptions=True)
            return sum(isinstance(result, RetryAfter) for result in results)

        assert use(api, run) == 5


# --- whole bots


@asynccontextmanager
async def polling(api: BotApiServer) -> Any:
    """An application of the library that repeats what it is told."""

    async def repeat(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text(
            f"you said {update.effective_message.text}",
            do_quote=True,
            reply_markup=keyboard(button("👍", "up")),
        )

    async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("Thanks")
        await update.callback_query.edit_message_text("noted")

    builder = Application.builder().token(api.token)
    app = builder.base_url(api.base_url).base_file_url(api.base_file_url).build()
    app.add_handler(MessageHandler(filters.TEXT, repeat))
    app.add_handler(CallbackQueryHandler(pressed))
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling()
        yield app
        await app.updater.stop()
        await app.stop()


def test_an_application_converses_through_the_server(
    api: BotApiServer, chat: Chat, ada: Person
) -> None:
    def conversation() -> None:
        question = api.send_text(chat, ada, "hello")
        answer = api.next_sent(chat)
        assert (answer.text, answer.reply_to) == ("you said hello", question.id)
        press = api.press(answer, "👍")
        assert api.callback_answer(press)["text"] == "Thanks"
        api.wait_for("editMessageText")
        assert [(m.text, m.button_texts) for m in api.sent_to(chat)] == [("noted", [])]

    async def run() -> None:
        async with polling(api):
            await asyncio.to_thread(conversation)

    asyncio.run(run())
    assert api.updates == []  # all confirmed


def test_a_hundred_people_at_once_are_served(api: BotApiServer) -> None:
    people = [api.person(number, f"P{number}") for number in range(1, 101)]

    def flood() -> None:
        for person in people:
            api.send_text(api.private(person), person, f"from {person.id}")
        api.wait_for("sendMessage", 100)

    async def run() -> None:
        async with polling(api):
            await asyncio.to_thread(flood)

    asyncio.run(run())
    sent = {person.id: [m.text for m in api.sent_to(api.private(person))] for person in people}
    assert sent == {number: [f"you said from {number}"] for number in range(1, 101)}


PROGRAM = """
import sys
from telegram.ext import Application, MessageHandler, filters
async def repeat(update, context):
    await update.message.reply_text(update.message.text.upper())
token, url = sys.argv[1:]
app = Application.builder().token(token).base_url(url).build()
app.add_handler(MessageHandler(filters.TEXT, repeat))
app.run_polling()
"""


def test_a_bot_in_another_process_is_served(api: BotApiServer, chat: Chat, ada: Person) -> None:
    command = [sys.executable, "-c", PROGRAM, api.token, api.base_url]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        api.send_text(chat, ada, "hello")
        answer = api.next_sent(chat, timeout=20)
        process.terminate()
    assert (answer.text, process.returncode) == ("HELLO", 0)


def test_a_person_at_a_terminal_talks_to_a_bot() -> None:
    command = [sys.executable, "-m", "tests.bot_api", "--port", "0", "--token", "1:abc"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        said, typed = process.stdout, process.stdin
        assert said is not None
        assert typed is not None
        url = said.readline().split()[0].removeprefix("TALKS_BOT_API_URL=")

        async def run() -> telegram.CallbackQuery | None:
            async with Bot("1:abc", base_url=url) as bot:
                print("who led?", file=typed, flush=True)
                (update,) = await bot.get_updates(timeout=10)
                assert update.message is not None
                up = keyboard(button("👍", "up"))
                await bot.send_message(update.message.chat.id, "Medinsky", reply_markup=up)
                assert any("1 [👍]" in line for line in iter(said.readline, ""))
                print(":press 1", file=typed, flush=True)
                (pressed,) = await bot.get_updates(offset=update.update_id + 1, timeout=10)
                return pressed.callback_query

        query = asyncio.run(run())
        typed.write(":quit\n")
    assert query is not None
    assert (query.data, process.returncode) == ("up", 0)
