"""Bangfu: who is entitled, who receives, and why."""

__version__ = "0.1.0"
