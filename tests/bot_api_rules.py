"""What Telegram refuses, in its own words: texts, entities, keyboards, commands, inline answers.

Where Telegram mends a mistake without a word (a quote inside a quote, the 101st entity), this
server refuses it, so that a test sees it; the description of such a refusal says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from tests.bot_api_markup import (
    BotApiError,
    Json,
    bad_request,
    check_link,
    parse_html,
    parse_markdown_v2,
    units,
)

# Characters, not UTF-16 units: 4,096 emoji of two units each are accepted by Telegram and 4,097
# are not (measured in https://github.com/FerroxLabs/wayland/issues/934). Counted after parsing.
MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100
MAX_BUTTONS = 100
MAX_MARKUP_BYTES = 10_240  # of the keyboard as JSON; not documented, long observed
MAX_CALLBACK_DATA_BYTES = 64
MAX_RESULTS = 50
MAX_COMMANDS = 100

STYLES = {"bold", "italic", "underline", "strikethrough", "spoiler"}  # may cross and nest freely
QUOTES = {"blockquote", "expandable_blockquote"}
OTHERS = {"code", "pre", "text_link", "text_mention", "custom_emoji"}
FOUND_BY_TELEGRAM = {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number",
}  # fmt: skip

START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")
SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
CHAT_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip


def not_modified() -> BotApiError:
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the "
        "same as a current content and reply markup of the message"
    )


def query_too_old() -> BotApiError:
    return bad_request("query is too old and response timeout expired or query ID is invalid")


# --- text and its entities


def formatted_text(
    params: Json,
    field: str = "text",
    entities_field: str = "entities",
    limit: int = MAX_TEXT,
) -> tuple[str, list[Json]]:
    """The text of a request as it will be shown, with its entities: parsed, cleaned, trimmed.

    :raises BotApiError: For everything Telegram would refuse.
    """
    source = params.get(field) or ""
    if not source:
        raise bad_request("message text is empty" if field == "text" else f"{field} is empty")
    mode = str(params.get("parse_mode") or "").lower()
    if mode == "html":
        text, entities = parse_html(source)
    elif mode == "markdownv2":
        text, entities = parse_markdown_v2(source)
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        text, entities = source, given_entities(params.get(entities_field) or [])
    text, entities = clean(text, entities)
    if len(text) > limit:
        too_long = "message is too long" if limit == MAX_TEXT else "message caption is too long"
        raise bad_request(too_long)
    check_nesting(entities)
    return text, entities


def given_entities(raw: Sequence[Json]) -> list[Json]:
    """Entities as the bot gave them, without those that Telegram finds itself."""
    if not isinstance(raw, list) or not all(isinstance(entity, dict) for entity in raw):
        raise bad_request("can't parse entities JSON object")
    entities = []
    for entity in raw:
        kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
        if kind not in STYLES | QUOTES | OTHERS | FOUND_BY_TELEGRAM:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        if not isinstance(offset, int) or not 0 <= offset <= 1_000_000:
            raise bad_request(f"receive an entity with incorrect offset {offset}")
        if not isinstance(length, int) or not 0 <= length <= 1_000_000:
            raise bad_request(f"receive an entity with incorrect length {length}")
        if kind == "text_link":
            entity = {**entity, "url": entity_link(str(entity.get("url") or ""))}
        if length and kind not in FOUND_BY_TELEGRAM:
            entities.append(dict(entity))
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def entity_link(url: str) -> str:
    try:
        return check_link(url)
    except ValueError as exc:
        raise bad_request(f"entity {exc}") from exc


# Line and paragraph separators, and the marks that turn the direction of writing for a stretch;
# two combining lines and a ring. Telegram takes them out.
REMOVED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
CONTROL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")


def clean(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Take out what Telegram takes out, trim, and move the entities along."""
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise bad_request("strings must be encoded in UTF-8") from exc
    check_bounds(text, entities)
    kept: list[str] = []
    moved: list[int] = []  # for each UTF-16 offset of the old text, the character of the new one
    for char in text:
        moved.extend([len(kept)] * units(char))
        if not REMOVED.match(char):
            kept.append(CONTROL.sub(" ", char))
    moved.append(len(kept))
    shown = "".join(kept).rstrip(" \n")
    skipped = len(shown) - len(shown.lstrip(" \n"))
    if skipped == len(shown):
        raise bad_request("text must be non-empty")
    result = []
    for entity in entities:
        start = moved[entity["offset"]]
        end = min(moved[entity["offset"] + entity["length"]], len(shown))
        start += len(shown[start:end]) - len(shown[start:end].lstrip(" \n"))
        if start < end:
            offset = units(shown[skipped:start])
            result.append({**entity, "offset": offset, "length": units(shown[start:end])})
    return shown[skipped:], result


def check_bounds(text: str, entities: Sequence[Json]) -> None:
    size = units(text)
    starts: dict[int, int] = {}  # UTF-16 offset of each character -> its byte offset
    offset = position = 0
    for char in text:
        starts[offset] = position
        offset, position = offset + units(char), position + len(char.encode())
    starts[size] = position
    for entity in entities:
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        if begin > size:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {begin}")
        if begin not in starts:
            raise bad_request(
                f"entity begins in a middle of a UTF-16 symbol at byte offset {starts[begin + 1]}"
            )
        if end > size:
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends after the end of the text at "
                f"UTF-16 offset {end}"
            )
        if end not in starts:
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends in a middle of a UTF-16 symbol "
                f"at byte offset {starts[end + 1]}"
            )


def check_nesting(entities: Sequence[Json]) -> None:
    """Stricter than Telegram, which drops entities in silence: 100 of them, and these nestings."""
    if len(entities) > MAX_ENTITIES:
        raise bad_request(
            f"ENTITIES_TOO_LONG (test server: {len(entities)} entities, Telegram keeps "
            f"{MAX_ENTITIES} and drops the others)"
        )
    # Over the same words a quote is the outer one, in whichever order the two were given.
    entities = sorted(entities, key=lambda e: (e["offset"], -e["length"], e["type"] not in QUOTES))
    for index, first in enumerate(entities):
        for second in entities[index + 1 :]:
            first_end = first["offset"] + first["length"]
            if second["offset"] < first_end:
                crossing = second["offset"] + second["length"] > first_end
                _check_pair(first["type"], second["type"], second["offset"], crossing)


def _check_pair(outer: str, inner: str, offset: int, crossing: bool) -> None:
    kinds = {outer, inner}
    if kinds <= STYLES:
        return
    clash = (
        bool(kinds & {"code", "pre"} and kinds & (STYLES | OTHERS - {"code", "pre"}))
        or kinds <= QUOTES
        or kinds <= OTHERS
        or (crossing and not kinds & STYLES)
        or (outer in OTHERS and inner in QUOTES)
    )
    if clash:
        raise bad_request(
            f"ENTITIES_CLASH (test server: {inner} in {outer} at UTF-16 offset {offset}; "
            "Telegram drops or cuts one of them)"
        )


# --- keyboards

ACTIONS = {
    "url", "callback_data", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
}  # fmt: skip


def check_keyboard(markup: Any) -> Json | None:
    """The inline keyboard to store with a message, None for other kinds of markup or none."""
    if markup in (None, ""):
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        )
    rows = [row for row in rows if row]
    buttons = [button for row in rows for button in row]
    for button in buttons:
        check_button(button)
    size = len(json.dumps(markup, ensure_ascii=False).encode())
    if len(buttons) > MAX_BUTTONS or size > MAX_MARKUP_BYTES:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request(
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    actions = [name for name in ACTIONS if button.get(name) not in (None, "")]
    if "switch_inline_query" in button or "switch_inline_query_current_chat" in button:
        actions = actions or ["switch_inline_query"]  # their empty string has a meaning
    if len(actions) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    data = button.get("callback_data")
    if data is not None and len(str(data).encode()) > MAX_CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        try:
            check_link(str(button["url"]))
        except ValueError as exc:
            raise bad_request(f"inline keyboard button {exc}") from exc
    if len(str((button.get("copy_text") or {}).get("text", ""))) > 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


# --- commands and profile


def check_commands(commands: Any) -> list[Json]:
    if not isinstance(commands, list):
        raise bad_request("can't parse BotCommands JSON object")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = []
    for item in commands:
        command = str(item.get("command", "")).removeprefix("/").strip()
        description = str(item.get("description", "")).strip()
        if not command or not description:
            missing = "command description" if command else "command"
            raise bad_request(f"{missing} must be non-empty")
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command):
            raise bad_request("BOT_COMMAND_INVALID")
        if len(description) > 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        checked.append({"command": command, "description": description})
    return checked


SCOPES = {
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat",
    "chat_administrators", "chat_member",
}  # fmt: skip

PROFILE_LIMITS = {"name": 64, "description": 512, "short_description": 120}


def check_profile(field: str, value: str) -> str:
    if len(value) > PROFILE_LIMITS[field]:
        raise bad_request(f"{field.upper()}_TOO_LONG")
    return value


# --- inline answers


def check_inline_answer(params: Json) -> None:
    results = params.get("results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results JSON object")
    if len(results) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    seen: set[str] = set()
    for result in results:
        check_result(result)
        if result["id"] in seen:
            raise bad_request("RESULT_ID_DUPLICATE")
        seen.add(result["id"])
    if len(str(params.get("next_offset") or "").encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    button = params.get("button")
    if button:
        if not button.get("text"):
            raise bad_request("SWITCH_PM_TEXT_EMPTY")
        parameter = button.get("start_parameter")
        if parameter is None and not button.get("web_app"):
            raise bad_request("START_PARAM_EMPTY")
        if parameter is not None and not START_PARAMETER.fullmatch(str(parameter)):
            raise bad_request("START_PARAM_INVALID" if parameter else "START_PARAM_EMPTY")


def check_result(result: Json) -> None:
    """One result; its text is put in the form in which it would be sent."""
    if not 1 <= len(str(result.get("id") or "").encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if result.get("type") != "article":
        raise bad_request("RESULT_TYPE_INVALID (test server: only articles are simulated)")
    if not result.get("title"):
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if not isinstance(content, dict):
        raise bad_request(
            "can't parse inline query result: Can't find field \"input_message_content\""
        )
    text, entities = formatted_text({**content, "text": content.get("message_text")})
    content["message_text"] = text
    content["entities"] = entities
    content.pop("parse_mode", None)
    check_keyboard(result.get("reply_markup"))
