"""The methods of the Bot API, each a function of the world and the request's parameters.

They are called with the world's lock held and give the `result` of the answer.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bot_api_markup import BotApiError, Json, bad_request
from tests.bot_api_rules import (
    CHAT_ACTIONS,
    MAX_CAPTION,
    SCOPES,
    SECRET_TOKEN,
    check_commands,
    check_inline_answer,
    check_keyboard,
    check_profile,
    formatted_text,
    not_modified,
    query_too_old,
)
from tests.bot_api_world import Chat, Message, Webhook, World, member_json, scope_key

MAX_DOWNLOAD = 20 * 2**20
MAX_UPLOAD = 50 * 2**20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    data: bytes


# --- who and where


def known_chat(world: World, params: Json) -> Chat:
    chat_id = params.get("chat_id")
    if chat_id in (None, ""):
        raise bad_request("chat_id is empty")
    chat = world.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        raise bad_request("chat not found")
    return chat


def open_chat(world: World, params: Json) -> Chat:
    """The chat, if the bot may write there."""
    chat = known_chat(world, params)
    status = world.bot_status.get(chat.id, "left")
    kind = f"{chat.type} chat"
    if status == "kicked":
        by_user = (
            "bot was blocked by the user" if chat.person else f"bot was kicked from the {kind}"
        )
        raise BotApiError(403, f"Forbidden: {by_user}")
    if status == "left":
        raise BotApiError(403, f"Forbidden: bot is not a member of the {kind}")
    return chat


def thread_of(world: World, chat: Chat, params: Json) -> int | None:
    thread = params.get("message_thread_id")
    if thread is None:
        return None
    if thread not in world.topics.get(chat.id, {}):
        raise bad_request("message thread not found")  # the General topic, 1, too
    return int(thread)


def reply_target(world: World, chat: Chat, params: Json) -> int | None:
    reply = params.get("reply_parameters") or {}
    target = reply.get("message_id", params.get("reply_to_message_id"))
    if target is None:
        return None
    found = world.store.get((chat.id, target))
    if found is None:
        if reply.get("allow_sending_without_reply") or params.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    if reply.get("quote") and reply["quote"] not in Message(found).text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return int(target)


# --- sending


def send_message(world: World, params: Json) -> Json:
    chat = open_chat(world, params)
    text, entities = formatted_text(params)
    content: Json = {"text": text, **({"entities": entities} if entities else {})}
    if "link_preview_options" in params:
        content["link_preview_options"] = params["link_preview_options"]
    return post(world, chat, params, content)


def send_document(world: World, params: Json) -> Json:
    chat = open_chat(world, params)
    document = params.get("document")
    if isinstance(document, str) and document.startswith("attach://"):
        document = params.get(document.removeprefix("attach://"))
    if isinstance(document, Upload):
        if not document.data:
            raise bad_request("file must be non-empty")
        if len(document.data) > MAX_UPLOAD:
            raise BotApiError(413, "Request Entity Too Large")
        stored = world.add_file(document.data, document.name, "documents")
        stored["file_name"] = document.name
    elif isinstance(document, str) and document in world.files:
        name = world.files[document].name
        stored = {"file_id": document, "file_unique_id": document, "file_name": name}
    else:
        raise bad_request("there is no document in the request")
    content: Json = {"document": stored}
    if params.get("caption"):
        caption, found = formatted_text(params, "caption", "caption_entities", MAX_CAPTION)
        content |= {"caption": caption, **({"caption_entities": found} if found else {})}
    return post(world, chat, params, content)


def post(world: World, chat: Chat, params: Json, content: Json) -> Json:
    keyboard = check_keyboard(params.get("reply_markup"))
    reply_to = reply_target(world, chat, params)
    thread = thread_of(world, chat, params)
    if keyboard:
        content["reply_markup"] = keyboard
    message = world.new_message(chat, world.bot_user, content, reply_to, thread)
    world.sent.append((chat.id, message["message_id"]))
    return message


def send_chat_action(world: World, params: Json) -> bool:
    chat = open_chat(world, params)
    if params.get("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    if params.get("message_thread_id") != 1:  # here the General topic may be named
        thread_of(world, chat, params)
    return True


# --- changing


def own_message(world: World, params: Json) -> Json:
    """The stored message to edit, by chat and message or by inline message."""
    inline = params.get("inline_message_id")
    if inline:
        if inline not in world.inline_messages:
            raise bad_request("MESSAGE_ID_INVALID")
        return world.store[world.inline_messages[inline]]
    chat = open_chat(world, params)
    message = world.store.get((chat.id, params.get("message_id", 0)))
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != world.bot["id"]:
        raise bad_request("message can't be edited")
    return message


def change(world: World, params: Json, message: Json, content: Json) -> Json | bool:
    """Replace the content and the keyboard; without a keyboard the old one goes."""
    keyboard = check_keyboard(params.get("reply_markup"))
    changed = {**message, **content, "reply_markup": keyboard}
    fields = ("text", "entities", "reply_markup")
    if all((message.get(name) or None) == (changed.get(name) or None) for name in fields):
        raise not_modified()
    message |= changed | {"edit_date": int(time.time())}
    for name in ("entities", "reply_markup"):
        if not message.get(name):
            message.pop(name, None)
    return True if params.get("inline_message_id") else message


def edit_message_text(world: World, params: Json) -> Json | bool:
    message = own_message(world, params)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    text, entities = formatted_text(params)
    return change(world, params, message, {"text": text, "entities": entities})


def edit_message_reply_markup(world: World, params: Json) -> Json | bool:
    return change(world, params, own_message(world, params), {})


def delete_message(world: World, params: Json) -> bool:
    chat = open_chat(world, params)
    message = world.store.get((chat.id, params.get("message_id", 0)))
    if message is None:
        raise bad_request("message to delete not found")
    own = message["from"]["id"] == world.bot["id"]
    if not own and not chat.person and world.bot_status[chat.id] != "administrator":
        raise bad_request("message can't be deleted")
    del world.store[chat.id, message["message_id"]]
    return True


# --- answers


def answer_callback_query(world: World, params: Json) -> bool:
    pressed = world.callbacks.get(str(params.get("callback_query_id")), float("-inf"))
    if time.monotonic() - pressed > world.query_lifetime:
        raise query_too_old()
    if len(str(params.get("text") or "")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    return True


def answer_inline_query(world: World, params: Json) -> bool:
    query = world.inline_queries.get(str(params.get("inline_query_id")))
    if query is None or time.monotonic() - query.at > world.query_lifetime:
        raise query_too_old()
    answer = copy.deepcopy(params)
    check_inline_answer(answer)
    query.answer = answer
    return True


# --- the bot itself


def get_me(world: World, params: Json) -> Json:
    return world.bot


def _scope(world: World, params: Json) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if "chat_id" in scope and scope["chat_id"] not in world.chats:
        raise bad_request("chat not found")
    return scope_key(scope), str(params.get("language_code") or "")


def set_my_commands(world: World, params: Json) -> bool:
    world.commands_set[_scope(world, params)] = check_commands(params.get("commands"))
    return True


def get_my_commands(world: World, params: Json) -> list[Json]:
    return world.commands_set.get(_scope(world, params), [])


def delete_my_commands(world: World, params: Json) -> bool:
    world.commands_set.pop(_scope(world, params), None)
    return True


def profile_setter(field: str) -> Callable[[World, Json], bool]:
    def set_profile(world: World, params: Json) -> bool:
        value = check_profile(field, str(params.get(field) or ""))
        world.profile[field, str(params.get("language_code") or "")] = value
        return True

    return set_profile


def profile_getter(field: str) -> Callable[[World, Json], Json]:
    def get_profile(world: World, params: Json) -> Json:
        return {field: world.profile.get((field, str(params.get("language_code") or "")), "")}

    return get_profile


def done(world: World, params: Json) -> bool:
    return True


# --- chats and files


def get_chat(world: World, params: Json) -> Json:
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
         "gifts_from_channels"), False,
    )  # fmt: skip
    chat = known_chat(world, params).json()
    return chat | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_member(world: World, params: Json) -> Json:
    chat = known_chat(world, params)
    user_id = params.get("user_id", 0)
    if user_id == world.bot["id"]:
        return member_json(world.bot_user, world.bot_status.get(chat.id, "left"))
    if user_id not in world.people:
        raise bad_request("user not found")
    return member_json(world.people[user_id].json(), "member")


def leave_chat(world: World, params: Json) -> bool:
    world.bot_status[open_chat(world, params).id] = "left"
    return True


def get_file(world: World, params: Json) -> Json:
    file_id = str(params.get("file_id") or "")
    stored = world.files.get(file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.data) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    unique = file_id.replace("file", "unique")
    size = len(stored.data)
    return {
        "file_id": file_id, "file_unique_id": unique, "file_size": size, "file_path": stored.path,
    }  # fmt: skip


# --- updates


def get_updates(world: World, params: Json) -> list[Json]:
    """Wait for updates with the lock given up, end the poll that waited before this one."""
    if world.webhook.url:
        raise BotApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to "
            "delete the webhook first",
        )
    if params.get("allowed_updates") is not None:
        world.allowed_updates = list(params["allowed_updates"])
    end_poll(world, "terminated by other getUpdates request; make sure that only one bot instance "
                    "is running")  # fmt: skip
    mine, epoch = world.poll, world.epoch
    offset = int(params.get("offset") or 0)
    if offset > 0:
        world.updates[:] = [u for u in world.updates if u["update_id"] >= offset]
    elif offset < 0:
        world.updates[:] = world.updates[offset:]
    seconds = min(50.0, float(params.get("timeout") or 0))
    world.changed.wait_for(
        lambda: world.updates or world.poll != mine or world.epoch != epoch, seconds
    )
    if world.epoch != epoch:
        raise ConnectionAbortedError
    if world.poll != mine:
        raise BotApiError(409, f"Conflict: {world.poll_ended_by}")
    return world.updates[: max(1, min(100, int(params.get("limit") or 100)))]


def end_poll(world: World, reason: str) -> None:
    world.poll += 1
    world.poll_ended_by = reason
    world.changed.notify_all()


def set_webhook(world: World, params: Json) -> bool:
    url, secret = str(params.get("url") or ""), str(params.get("secret_token") or "")
    if not url:
        return delete_webhook(world, params)
    local = url.startswith(("http://127.0.0.1", "http://localhost"))
    if not url.startswith("https://") and not local:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not SECRET_TOKEN.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if params.get("allowed_updates") is not None:
        world.allowed_updates = list(params["allowed_updates"])
    if params.get("drop_pending_updates"):
        world.updates.clear()
    world.webhook = Webhook(url, secret, int(params.get("max_connections") or 40))
    end_poll(world, "terminated by setWebhook request")
    return True


def delete_webhook(world: World, params: Json) -> bool:
    world.webhook = Webhook()
    if params.get("drop_pending_updates"):
        world.updates.clear()
    return True


def get_webhook_info(world: World, params: Json) -> Json:
    info: Json = {
        "url": world.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
        **world.webhook.last_error,
    }
    if world.allowed_updates:
        info["allowed_updates"] = world.allowed_updates
    if world.webhook.url:
        info["max_connections"] = world.webhook.max_connections
    return info


METHODS: dict[str, Callable[[World, Json], Any]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendChatAction": send_chat_action,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": profile_setter("name"),
    "getMyName": profile_getter("name"),
    "setMyDescription": profile_setter("description"),
    "getMyDescription": profile_getter("description"),
    "setMyShortDescription": profile_setter("short_description"),
    "getMyShortDescription": profile_getter("short_description"),
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "leaveChat": leave_chat,
    "getFile": get_file,
    "logOut": done,
    "close": done,
}
