"""How people reach it: the command line and Telegram."""

__version__ = "0.1.0"
