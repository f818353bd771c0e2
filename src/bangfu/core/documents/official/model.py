"""A document as it is written: headings, paragraphs of text and figures, tables; and where every figure comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bangfu.core.documents.official.issue import Issue

TYPED = "人工填报，无来源"
_TYPED = re.compile(
    r"(?<![\d年月〔（(第])\d[\d,，]*(?:\.\d+)?\s*(?:余|多)?(?:万|亿)?(?:户次|人次|个百分点|户|人|元|%|％|个|次|名|亩|公里|座|所|处|份|条|千瓦|项|吨|斤|辆|场|期)"
)


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the text; `source` is its number in the list of sources."""

    text: str
    source: int
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """What somebody still has to write, or a figure that the data do not give."""

    text: str


Run = Text | Figure | Gap


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`level` 0 is body text, 1 to 4 are headings 一、（一）1.（1）."""

    runs: tuple[Run, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; all cells are texts."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where one figure comes from. `before` is what an earlier version of the document printed, where it differs."""

    number: int
    name: str
    printed: str
    definition: str
    area: str
    as_of: str
    records: int | None
    status: str
    before: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As the list of figures beside the document."""
        return {
            "number": self.number, "name": self.name, "printed": self.printed, "status": self.status,
            "definition": self.definition, "area": self.area, "as_of": self.as_of, "records": self.records,
            "before": self.before, **self.details,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Official:
    """A whole document. `addressee` and `signature` may be empty; `tasks` are what minutes decided."""

    kind: str
    title: str
    addressee: str
    blocks: tuple[Paragraph | Grid, ...]
    signature: str
    day: date
    sources: tuple[Source, ...] = ()
    tasks: tuple[dict[str, str], ...] = ()
    issue: Issue = field(default_factory=Issue)

    @property
    def day_text(self) -> str:
        """The date in Arabic numerals, without leading zeros."""
        return f"{self.day.year}年{self.day.month}月{self.day.day}日"

    @property
    def gaps(self) -> list[str]:
        """What is still to be written."""
        return [run.text for b in self.blocks if isinstance(b, Paragraph) for run in b.runs if isinstance(run, Gap)]


def typed_figures(text: str) -> list[tuple[str, bool]]:
    """A hand-written text in pieces, each with whether it is a figure that nothing supports."""
    pieces, at = [], 0
    for found in _TYPED.finditer(text):
        if found.start() > at:
            pieces.append((text[at : found.start()], False))
        pieces.append((found[0], True))
        at = found.end()
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces


def title_lines(title: str, most: int = 20) -> list[str]:
    """A long title in two lines, the longer one above, broken at a word that may begin a line."""
    if len(title) <= most:
        return [title]
    for word in ("关于", "工作", "情况", "巩固", "花名册", "会议"):
        at = title.find(word, len(title) // 2 - 2)
        if 0 < at < len(title) - 1 and at <= most:
            return [title[:at], title[at:]]
    half = (len(title) + 1) // 2
    return [title[:half], title[half:]]
