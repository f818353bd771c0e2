"""The notice that a token stands for, as the public page shows it.

Rows and words are casework's, where a notice is printed with the code that opens this page; it also says how long one
stands. An installation whose casework prints no such notices shows none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.office.areas import api as areas
from bangfu.office.casework import api as casework

LONGEST = 64


@dataclass(frozen=True)
class Notice:
    """What everybody may read while it stands; `case` is for the objection and is not shown."""

    case: int
    title: str
    village: str
    head_name: str
    persons: int | None
    matter_title: str
    category: str
    amount_fen: int | None
    from_on: date
    until_on: date


def _standing(token: str) -> tuple[int, Any] | None:
    """The case and the words (`title`, `words`, `from_on`, `until_on`) of the notice that stands under a token."""
    read = getattr(casework, "notice_by_token", None)
    published = read(token) if read is not None else None
    if published is None:
        return None
    with areas.everywhere():  # a visitor has no area; whose case it is stays here
        row = casework.PublicNotice.objects.only("case_id").filter(token=token).first()
    return (row.case_id, published) if row is not None else None


def notice_by_token(token: str) -> Notice | None:
    """The notice that stands today under a token; None before, after, when withdrawn, and for a token that nobody has."""
    found = _standing(token) if 8 <= len(token) <= LONGEST and "\0" not in token else None
    if found is None:
        return None
    case, said = found
    words = said.words
    return Notice(
        case, said.title, words.village, words.head, words.persons, words.matter, words.category, words.amount_fen,
        said.from_on, said.until_on,
    )  # fmt: skip
