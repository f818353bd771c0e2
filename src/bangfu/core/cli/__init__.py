"""The command line."""

from bangfu.core.cli.main import main

__all__ = ["main"]
