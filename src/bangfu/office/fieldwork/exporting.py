"""Lists as workbooks, with a row of the log for each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.fieldwork import due, events, queries
from bangfu.office.pages.refusals import Invalid

LARGEST = 100_000


@dataclass(frozen=True)
class Workbook:
    """A finished workbook."""

    name: str
    content: bytes
    rows: int


def _written(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], note: str) -> tuple[bytes, int]:
    import xlsxwriter

    held = io.BytesIO()
    count = 0
    with xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet(title[:31]), book.add_format({"bold": True})
        sheet.write(0, 0, note)
        for column, head in enumerate(heads):
            sheet.write(1, column, head, bold)
            sheet.set_column(column, column, 18)
        for number, row in enumerate(rows, 2):
            count += 1
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write(number, column, value)
        sheet.freeze_panes(2, 0)
    return held.getvalue(), count


@transaction.atomic
def due_workbook(*, actor: Actor, frequency: due.Frequency, area: str, today: date) -> Workbook:
    """Who is overdue, in the actor's area. Raises Refused, OutOfReach, Invalid where there are too many."""
    actor.require("export")
    rows = due.overdue(actor, frequency, area, today).filter(actor.limit("export")).order_by("number")
    total = rows.count()
    if total > LARGEST:
        raise Invalid(_("共 %(n)s 户，超过一次导出的上限 %(most)s；请按乡镇分别导出") % {"n": total, "most": LARGEST})
    names = areas.names(set(rows.values_list("area_code", flat=True)))
    lines = (
        (
            row.number, row.head_name, names[row.area_code], row.group_name, frequency.label,
            row.last_visit.on.isoformat() if hasattr(row, "last_visit") else _("没有记录"),
        )
        for row in rows
    )  # fmt: skip
    heads = [_("户编号"), _("户主"), _("行政村"), _("村民组"), _("对象"), _("最近入户")]
    said = {"label": frequency.label, "months": frequency.months, "source": frequency.source, "day": today.isoformat()}
    note = _("%(label)s：至少每 %(months)s 个月走访一次（%(source)s）；截至 %(day)s") % said
    content, count = _written(_("逾期未走访"), heads, lines, note)
    after = {"rows": count, "status": frequency.status, "area": area}
    audit.record(
        actor, events.EXPORTED, audit.Subject("list", "visits:due", area or actor.areas("export")[0]), after=after
    )
    return Workbook(f"{_('逾期未走访')}-{today}.xlsx", content, count)


@transaction.atomic
def report_workbook(*, actor: Actor, filters: queries.Filters) -> Workbook:
    """Households visited and findings by area. Raises Refused, OutOfReach."""
    actor.require("export")
    lines, whole = queries.report(actor, filters)
    rows = [(r.name, r.households, r.visits, r.findings, r.open, r.cases) for r in (*lines, whole)]
    heads = [_("地区"), _("走访户数"), _("入户次数"), _("发现"), _("待处理"), _("已立案")]
    note = _("%(since)s 至 %(until)s") % {"since": filters.since or "…", "until": filters.until or queries.today()}
    content, count = _written(_("走访统计"), heads, rows, note)
    place = filters.area or actor.areas("export")[0]
    audit.record(actor, events.EXPORTED, audit.Subject("list", "visits:report", place), after={"rows": count})
    return Workbook(f"{_('走访统计')}-{queries.today()}.xlsx", content, count)
