"""The notice that a token stands for, as the public page shows it. Rows are made by casework, where a notice is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from typing import Any

from django.utils import timezone

_ROWS = "bangfu.office.casework.notices"


@dataclass(frozen=True)
class Notice:
    """What everybody may read: the head's name, how many persons, which help, how much where that is allowed, which village."""

    case: int
    thing: str
    head_name: str
    persons: int | None
    matter_title: str
    amount_fen: int | None
    village: str
    from_on: date
    until_on: date


def _row(token: str) -> Any:
    """The row of casework. None where there is none, and where this installation prints no such notices."""
    if find_spec(_ROWS) is None:
        return None
    from importlib import import_module

    return import_module(_ROWS).notice_by_token(token)


def notice_by_token(token: str) -> Notice | None:
    """The notice that stands today under a token; None before, after, when withdrawn, and for a token that nobody has."""
    row = _row(token) if 16 <= len(token) <= 64 else None
    today = timezone.localdate()
    if row is None or row.withdrawn or not row.from_on <= today <= row.until_on:
        return None
    return Notice(
        row.case_id, row.thing, row.head_name, row.persons, row.matter_title, row.amount_fen, row.village,
        row.from_on, row.until_on,
    )  # fmt: skip
