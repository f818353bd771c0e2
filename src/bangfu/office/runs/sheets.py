"""What is shown, as a workbook: the same lines in the same order, and a row that says what they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.runs import events, queries
from bangfu.office.runs.models import CHANGES, KINDS, SEVERITIES, Finding, Run
from bangfu.office.runs.queries import Filters
from bangfu.office.runs.rules import reason, title, titles_of_run

CHUNK = 1000
LIMIT = 1_000_000
"""A worksheet holds 1,048,576 rows."""


@dataclass(frozen=True)
class Shown:
    """One line in words, as the list and the workbook show it. Money in fen, None where it is not known."""

    finding: Finding
    kind: str
    title: str
    household: str
    head: str
    person: str
    township: str
    village: str
    due: tuple[int, int] | None
    paid: int | None
    change: str
    severity: str
    reason: str

    @property
    def due_text(self) -> str:
        """`560.00`, or `0.00–728.00` where the amount is not known exactly."""
        if self.due is None:
            return ""
        low, high = self.due
        return f"{low / 100:,.2f}" if low == high else f"{low / 100:,.2f}–{high / 100:,.2f}"


def shown(
    actor: Actor, run: Run, rows: Iterable[Finding], language: str, known: Mapping[str, str] | None = None
) -> list[Shown]:
    """Lines with names and words beside their numbers and ids. Three queries; two where `known` names the areas."""
    lines = list(rows)
    names, titles = queries.names(actor, lines, known), titles_of_run(run)
    kinds, changes, degrees = dict(KINDS), dict(CHANGES), dict(SEVERITIES)
    return [
        Shown(
            line,
            str(kinds[line.kind]),
            title(titles, line.kind, line.definition, language),
            line.household_number,
            names.heads.get(line.household_number, ""),
            names.persons.get(line.person_number, ""),
            names.areas.get(line.area_code[:9], "") if len(line.area_code) >= 9 else "",
            names.areas.get(line.area_code, ""),
            _due(line),
            line.paid_fen,
            str(changes.get(line.change, "")),
            str(degrees.get(line.severity, line.severity)),
            reason(titles, line, language),
        )
        for line in lines
    ]


def _due(line: Finding) -> tuple[int, int] | None:
    if line.due_fen is not None:
        return (line.due_fen, line.due_fen)
    if line.due_min_fen is None or line.due_max_fen is None or line.status != "unknown":
        return None
    return (line.due_min_fen, line.due_max_fen)


def headers() -> list[tuple[str, int]]:
    """The columns and their widths."""
    return [
        (_("类别"), 10), (_("政策或规则"), 26), (_("乡镇"), 14), (_("行政村"), 16), (_("户编号"), 20), (_("户主"), 10),
        (_("对象"), 10), (_("应发（元）"), 16), (_("实发（元）"), 12), (_("程度"), 10), (_("与上次相比"), 10),
        (_("依据"), 70),
    ]  # fmt: skip


def cells(line: Shown) -> list[Any]:
    """A line's cells, in the order of the headers."""
    paid = "" if line.paid is None else f"{line.paid / 100:,.2f}"
    return [
        line.kind, line.title, line.township, line.village, line.household, line.head, line.person, line.due_text, paid,
        line.severity, line.change, line.reason,
    ]  # fmt: skip


def described(actor: Actor, run: Run, filters: Filters, language: str) -> str:
    """The filter in words."""
    titles, parts = titles_of_run(run), []
    place = areas.names([filters.area])[filters.area] if filters.area else ""
    own = [code for code in actor.areas("export") if code]
    parts.append(_("区划：%s") % (place or "、".join(areas.names(own).values()) or _("全部")))
    if filters.kind:
        parts.append(_("类别：%s") % dict(KINDS).get(filters.kind, filters.kind))
    if filters.definition:
        parts.append(_("政策或规则：%s") % title(titles, filters.kind or "policy", filters.definition, language))
    if filters.change:
        parts.append(_("与上次相比：%s") % dict(CHANGES).get(filters.change, filters.change))
    if filters.household:
        parts.append(_("户编号以 %s 开头") % filters.household)
    return "；".join(parts)


def export(*, actor: Actor, run: Run, filters: Filters, language: str) -> IO[bytes]:
    """A workbook of the lines that the filters show, in the list's order; the log says who took how many.

    Raises Refused, OutOfReach. Nothing is locked while the workbook is written; nobody has it before the row is in the log.
    """
    actor.require("export")
    rows = queries.findings(actor, run, filters, "export").filter(actor.limit(queries.VIEW))
    told = described(actor, run, filters, language)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - given to the response, which closes it
    count = _write(file, actor, run, told, _pages(actor, run, rows, language))
    after = {"run": run.pk, "filter": told, "lines": count}
    area = filters.area or run.area_code
    audit.record(actor, events.EXPORTED, audit.Subject("run", str(run.pk), area[:12]), after=after)
    file.seek(0)
    return file


def _pages(actor: Actor, run: Run, rows: Any, language: str) -> Iterator[Shown]:
    whole = iter(rows.order_by(*queries.ORDER)[:LIMIT].iterator(chunk_size=CHUNK))
    while part := list(islice(whole, CHUNK)):
        yield from shown(actor, run, part, language)


def _write(file: IO[bytes], actor: Actor, run: Run, told: str, lines: Iterable[Shown]) -> int:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(_("比对结果"))
        bold = book.add_format({"bold": True, "bg_color": "#E2F0EE"})
        for column, (_header, width) in enumerate(headers()):
            sheet.set_column(column, column, width)
        place = areas.names([run.area_code])[run.area_code]
        sheet.write_string(0, 0, _("%(place)s %(day)s 月度比对（第 %(number)d 次）") % {
            "place": place, "day": run.as_of.isoformat(), "number": run.pk,
        })  # fmt: skip
        sheet.write_string(1, 0, told)
        now = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        sheet.write_string(2, 0, _("%(who)s 于 %(when)s 导出；含个人情况，请勿外传") % {"who": actor.name, "when": now})
        for column, (header, _width) in enumerate(headers()):
            sheet.write_string(4, column, header, bold)
        for count, line in enumerate(lines, 1):
            for column, cell in enumerate(cells(line)):
                sheet.write_string(4 + count, column, str(cell))
        sheet.freeze_panes(5, 0)
    return count
