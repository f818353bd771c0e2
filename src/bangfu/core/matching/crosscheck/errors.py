"""What stops a cross-check that no single file is to blame for."""

from __future__ import annotations


class DataError(Exception):
    """The folders do not hold what a cross-check needs; the message says what and what to do, in both languages."""
