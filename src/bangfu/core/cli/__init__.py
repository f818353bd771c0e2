"""The command line."""

from bangfu.core.cli.main import entry, main

__all__ = ["entry", "main"]
