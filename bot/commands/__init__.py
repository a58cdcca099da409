"""The commands of `talks`, each thin: it reads the input, calls the core, shows the result."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.assembly import Assembly
    from bot.settings import Settings


def assembled(settings: Settings) -> Assembly:
    """The parts of the program, with a progress bar for long steps."""
    from bot.assembly import Assembly
    from bot.progress import progress_bar

    return Assembly(settings, progress_bar)


def at_the_terminal() -> str:
    """Who is at work here, for the admin log."""
    try:
        return f"{getpass.getuser()} at the terminal"
    except (KeyError, OSError):  # an account without a name, as containers have
        return "someone at the terminal"
