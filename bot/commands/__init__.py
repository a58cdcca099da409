"""The subcommands of `talks`, a file for each thing that people do."""
