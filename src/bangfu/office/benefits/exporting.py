"""The list as a workbook: the same rows, order and columns, and the sums of the page, with an audit row."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.benefits import events, queries
from bangfu.office.benefits.models import Entitlement
from bangfu.office.pages.refusals import Invalid

LARGEST = 100_000
MONEY = 6
"""The column of the amount."""


@dataclass(frozen=True)
class Workbook:
    """A finished workbook."""

    name: str
    content: bytes
    rows: int


def columns() -> list[str]:
    """Headings, in the order of the page."""
    return [
        _("户编号"), _("户主"), _("行政村"), _("待遇"), _("对象"), _("类别"), _("金额（元）"), _("周期"), _("享受自"),
        _("至"), _("状态"), _("复核到期日"), _("情况变化"), _("决定"),
    ]  # fmt: skip


def cells(row: Entitlement, place: str) -> list[Any]:
    """One row's values, in the order of `columns`."""
    until = f"{row.until:%Y-%m}" if row.until else ""
    return [
        row.household.number, row.household.head_name, place, queries.title_of(row.policy),
        row.person_number or _("全户"), row.class_name, row.amount_fen / 100 if row.per != "status" else "",
        row.get_per_display(), f"{row.since:%Y-%m}", until, row.get_state_display(),
        row.review_due_on.isoformat() if row.review_due_on else "", _("有") if row.changed else "", row.case_number,
    ]  # fmt: skip


@transaction.atomic
def export(*, actor: Actor, filters: queries.Filters) -> Workbook:
    """The whole list as .xlsx. Raises Refused, OutOfReach, Invalid where it is too long."""
    actor.require("export")
    rows = queries.listed(actor, filters).filter(actor.limit("export"))
    sums = queries.totals(rows)
    if sums.rows > LARGEST:
        said = {"n": f"{sums.rows:,}", "most": f"{LARGEST:,}"}
        raise Invalid(_("共 %(n)s 行，超过一次导出的上限 %(most)s 行；请按乡镇或政策分别导出") % said)
    found = list(rows.order_by(*queries.ORDER))
    content = _write(found, sums, areas.names({row.area_code for row in found}))
    own = actor.areas("export")
    subject = audit.Subject("list", "entitlements", own[0] if len(own) == 1 else "")
    asked = {field.name: getattr(filters, field.name) for field in fields(filters)}
    audit.record(actor, events.EXPORTED, subject, after={"rows": len(found), "conditions": asked})
    return Workbook(f"{_('待遇')}-{timezone.localtime():%Y%m%d-%H%M}.xlsx", content, len(found))


def _write(rows: list[Entitlement], sums: queries.Totals, places: Any) -> bytes:
    import xlsxwriter

    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#E2F0EE", "border": 1, "text_wrap": True})
    text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(str(_("待遇")))
    sheet.freeze_panes(1, 0)
    for place, label in enumerate(columns()):
        sheet.set_column(place, place, 20 if place == 0 else 14)
        sheet.write_string(0, place, str(label), head)
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(cells(row, places[row.area_code])):
            if isinstance(value, float):
                sheet.write_number(line, place, value, money)
            else:
                sheet.write_string(line, place, str(value), text)
    last = len(rows) + 1
    said = _("合计：%(households)s 户 %(persons)s 人，每月") % {"households": sums.households, "persons": sums.persons}
    sheet.write_string(last, 0, str(said), head)
    sheet.write_number(last, MONEY, sums.monthly_fen / 100, money)
    book.close()
    return whole.getvalue()
