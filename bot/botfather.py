"""`talks bot --check`: what Telegram knows about the bot, and what to change with @BotFather."""

from __future__ import annotations

from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError

from bot.checkup import Check
from bot.settings import Settings


async def look(bot: Bot, settings: Settings) -> list[Check]:
    """Ask Telegram about the bot; what can't be asked is not sound."""
    try:
        await bot.initialize()
    except InvalidToken:
        advice = "Ask @BotFather for the token (/mybots, API Token), and put it into .env."
        return [Check("token", False, "Telegram doesn't take it", advice)]
    except TelegramError as exc:
        advice = "Check the network and TALKS_BOT_API_URL, then try again."
        return [Check("Telegram", False, f"can't be reached ({exc})", advice)]
    try:
        return [*_of_bot(bot.bot), await _webhook(bot, settings), _admins(settings)]
    finally:
        await bot.shutdown()


def _of_bot(me: User) -> list[Check]:
    groups, inline = bool(me.can_join_groups), bool(me.supports_inline_queries)
    reads_all = bool(me.can_read_all_group_messages)
    return [
        Check("token", True, f"it belongs to @{me.username} ({me.full_name})"),
        Check(
            "groups",
            groups,
            "can be added to groups" if groups else "can't be added to groups",
            "" if groups else "@BotFather: /setjoingroups, then Enable.",
        ),
        Check(
            "inline mode",
            inline,
            f"on: @{me.username} works in every chat" if inline else "off",
            "" if inline else "@BotFather: /setinline, with a placeholder such as: Ask a question",
        ),
        Check(
            "privacy mode",
            not reads_all,
            "off: the bot is sent everything that is said in groups" if reads_all else
            "on: in groups it is sent commands, mentions and replies only",
            "It needs no more than those. @BotFather: /setprivacy, then Enable." if reads_all else
            "",
        ),
    ]  # fmt: skip


async def _webhook(bot: Bot, settings: Settings) -> Check:
    try:
        info = await bot.get_webhook_info()
    except TelegramError as exc:
        return Check("updates", False, f"the webhook can't be asked for ({exc})", "Try again.")
    waiting = f"{info.pending_update_count} updates wait"
    if settings.webhook_url:
        found = f"by webhook, {waiting}"
        if info.last_error_message:
            advice = "Check that the address reaches TALKS_WEBHOOK_PORT on this machine."
            return Check("updates", False, f"{found}; {info.last_error_message}", advice)
        return Check("updates", True, found)
    if info.url:
        advice = "`talks bot` drops it when it starts; stop the program that set it."
        return Check("updates", True, f"by long polling, but a webhook is set; {waiting}", advice)
    return Check("updates", True, f"by long polling, {waiting}")


def _admins(settings: Settings) -> Check:
    count = len(settings.admin_ids)
    if count:
        return Check("admins", True, f"{count} set")
    advice = "Put Telegram user ids into TALKS_ADMINS to keep the corpus from inside Telegram."
    return Check("admins", True, "none set", advice)
