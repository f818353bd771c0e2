"""What waits for somebody: the lines of the home page's first panel, given by each app through site/subscribers.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Waiting:
    """So many of something, where they are seen, and whether they hold others up (shown first and in amber)."""

    label: Any
    count: int
    url: str
    urgent: bool = False
