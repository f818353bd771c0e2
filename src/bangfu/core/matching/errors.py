"""What the matching core cannot go on with."""

from __future__ import annotations


class DataError(Exception):
    """A file, a key or a log that cannot be used.

    Its text says in Chinese and English what was found, what was expected and what to do, and holds no
    personal value and no part of a key.
    """
