"""Pieces of HTML in two languages: every text is there in both, and CSS shows one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from bangfu.core.rulebook.model import Label
from bangfu.core.screening.labels import hide_numbers

PERIODS = {"month": ("每月", "a month"), "year": ("每年", "a year"), "once": ("一次性", "one-off")}


def both(zh: str, en: str) -> str:
    """A text in both languages; one text where they are the same."""
    zh, en = hide_numbers(zh), hide_numbers(en)
    if zh == en or not en:
        return escape(zh)
    return f'<span class="zh">{escape(zh)}</span><span class="en" lang="en">{escape(en)}</span>'


def measured(number: str, unit: str) -> str:
    """A number with its unit; in English the unit stands in the column's header."""
    return f'{number}<span class="zh"> {escape(unit)}</span>'


def label(it: Label) -> str:
    """A label in both languages."""
    return both(it.zh or it.en, it.en or it.zh)


def yuan(fen: int) -> str:
    """Money in yuan with two decimals, exact."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def money(fen: Mapping[str, int], zh: str, en: str) -> list[tuple[str, str]]:
    """Sums of money by period in words (每月应发 820.50 元; 每年应发 6,000.00 元); none where there is none.

    Months, years and one-off sums are never added up.
    """
    listed = [(per, fen[per]) for per in (*PERIODS, *sorted(set(fen) - set(PERIODS))) if fen.get(per)]
    said = [(*PERIODS.get(per, ("", "")), yuan(amount)) for per, amount in listed]
    return [
        (f"{period_zh}{zh} {amount} 元", f"{amount} yuan {en} {period_en}".strip())
        for period_zh, period_en, amount in said
    ]


def counted(units: Mapping[str, int]) -> tuple[str, str]:
    """Counts with their units: 3 户次，2 人次."""
    english = {"户次": "household cases", "人次": "person cases", "项": "items"}
    listed = [(unit, number) for unit, number in units.items() if number]
    return (
        "，".join(f"{number:,} {unit}" for unit, number in listed),
        ", ".join(f"{number:,} {english[unit]}" for unit, number in listed),
    )


def section(heading: tuple[str, str], body: str, note: tuple[str, str] | None = None) -> str:
    """A section with its heading and, under it, what its numbers mean."""
    words = f'<p class="soft">{both(*note)}</p>' if note else ""
    return f"<section>\n<h2>{both(*heading)}</h2>\n{words}{body}\n</section>"


def empty(zh: str, en: str) -> str:
    """What is said in words where there is nothing to show."""
    return f'<p class="empty">{both(zh, en)}</p>'


@dataclass(frozen=True, slots=True)
class Head:
    """A column's header; `kind` is "" (text), n (number) or c (chart)."""

    zh: str
    en: str
    kind: str = ""


def table(caption: tuple[str, str], heads: list[Head], rows: Iterable[list[str]], *, cards: bool = False) -> str:
    """A table whose first cell of a row is the row's header. Cells are HTML already.

    With `cards` a row becomes a card on a phone, each number under its column's name; the roles are written
    out, since a table that CSS lays out otherwise is no longer a table to a screen reader.
    """
    role = _role if cards else _no_role
    top = "".join(f'<th scope="col"{role("columnheader")}{_class(it)}>{both(it.zh, it.en)}</th>' for it in heads)
    body = "\n".join(
        f'<tr{role("row")}><th scope="row"{role("rowheader")}>{cells[0]}</th>'
        + "".join(
            f"<td{role('cell')}{_class(head)}{_named(head) if cards else ''}>{cell}</td>"
            for head, cell in zip(heads[1:], cells[1:], strict=True)
        )
        + "</tr>"
        for cells in rows
    )
    style = ' class="cards"' if cards else ""
    # Scrolls sideways on a phone; reachable by keyboard, and named.
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(caption[0])}">'
        f"<table{style}{role('table')}><caption>{both(*caption)}</caption>"
        f"<thead{role('rowgroup')}><tr{role('row')}>{top}</tr></thead>\n"
        f"<tbody{role('rowgroup')}>\n{body}\n</tbody></table></div>"
    )


def _role(name: str) -> str:
    return f' role="{name}"'


def _no_role(_: str) -> str:
    return ""


def _named(head: Head) -> str:
    return f' data-zh="{escape(head.zh)}" data-en="{escape(head.en)}"'


def details(zh: str, en: str, body: str) -> str:
    """What is folded away at first."""
    return f"<details><summary>{both(zh, en)}</summary>\n{body}\n</details>"


def _class(head: Head) -> str:
    return f' class="{head.kind}"' if head.kind else ""
