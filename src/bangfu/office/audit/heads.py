"""How a head is written where it is kept: COUNT:HASH. Needs no Django, since it is read with the command line."""

from __future__ import annotations

import re

_HEAD = re.compile(r"(0):()|([1-9][0-9]{0,17}):([0-9a-f]{64})")


def read_head(text: str) -> tuple[int, str]:
    """COUNT:HASH as it was printed. Raises ValueError."""
    match = _HEAD.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"应为 条数:校验值 / expected COUNT:HASH: {text!r}")
    return int(match[1] or match[3]), match[2] or match[4] or ""
