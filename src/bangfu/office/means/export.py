"""The list of reports as a workbook: what the list shows, no fact of anybody."""

from __future__ import annotations

import tempfile
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.means import events, queries

LIMIT = 100_000


def workbook(*, actor: Actor, filters: queries.Filters) -> IO[bytes]:
    """A workbook of the reports that the filters show; the log says how many. Raises Refused, OutOfReach."""
    import xlsxwriter

    actor.require("export")
    rows = (
        queries.reports(actor, filters, "export")
        .filter(actor.limit(queries.VIEW, queries.AREA))
        .order_by("-id")[:LIMIT]
    )
    heads = [(_("报告编号"), 40), (_("户编号"), 22), (_("户主"), 12), (_("行政村"), 18), (_("用途"), 26), (_("事项编号"), 16),
             (_("状态"), 12), (_("数据截至"), 12), (_("有效至（不含）"), 14), (_("未知项数"), 10), (_("不一致处数"), 10),
             (_("出具人"), 10), (_("出具时间"), 18), ("SHA-256", 66)]  # fmt: skip
    today, labels, count = timezone.localdate(), dict(queries.STATES), 0
    file = tempfile.TemporaryFile()  # noqa: SIM115 - given to the response, which closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(_("核对报告"))
        bold = book.add_format({"bold": True, "bg_color": "#E2F0EE"})
        for column, (_head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
        now = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        sheet.write_string(0, 0, _("核对报告清单"), bold)
        sheet.write_string(1, 0, _("%(who)s 于 %(when)s 导出；含个人情况，请勿外传") % {"who": actor.name, "when": now})
        for column, (head, _width) in enumerate(heads):
            sheet.write_string(3, column, head, bold)
        names: dict[str, str] = {}
        for count, one in enumerate(rows.iterator(chunk_size=2000), 1):
            if one.area_code not in names:
                names.update(areas.names([one.area_code]))
            cells = [one.number, one.household.number, one.household.head_name, names[one.area_code], one.purpose, one.case,
                     str(labels[queries.state_of(one, today)]), one.as_of or "", one.until or "", one.unknown, one.conflicts,
                     one.made_name, timezone.localtime(one.made_at).strftime("%Y-%m-%d %H:%M"), one.sha256]  # fmt: skip
            for column, cell in enumerate(cells):
                sheet.write_string(3 + count, column, str(cell))
        sheet.freeze_panes(4, 0)
    where = filters.area or (actor.areas("export") or ("",))[0]
    after = {"state": filters.state, "area": filters.area, "purpose": filters.purpose, "reports": count}
    audit.record(actor, events.EXPORTED, audit.Subject("means_reports", "list", where[:12]), after=after)
    file.seek(0)
    return file
