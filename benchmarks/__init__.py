"""Programs that measure; each prints a table and, with --write, puts it into README.md here."""
