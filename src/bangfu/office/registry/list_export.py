"""What a list shows as a workbook: the same rows, order and columns, with an audit row; personal values masked unless
the actor may see them and says why."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import events
from bangfu.office.registry.filters import Asked
from bangfu.office.registry.lists import Line, all_lines, count, is_household_list

LARGEST = 100_000
"""Rows of one workbook; beyond, the list must be narrowed."""


@dataclass(frozen=True)
class Workbook:
    """A finished workbook."""

    name: str
    content: bytes
    rows: int


@transaction.atomic
def export(*, actor: Actor, asked: Asked, open_personal: bool = False, purpose: str = "", why: str = "") -> Workbook:
    """The list as .xlsx. Raises Refused, Invalid. With `open_personal` every record seen in full is a row of the log."""
    actor.require("export")
    if not asked.good:
        raise Invalid({"": _("筛选条件有误，没有导出")})
    if open_personal:
        actor.require("registry.unmask")
        actor = actor.for_purpose(purpose_text(purpose, why))
        asked = _within(asked, actor)
    total = count(asked)
    if total > LARGEST:
        raise Invalid(
            {"": _("共 %(n)s 行，超过一次导出的上限 %(most)s 行；请按乡镇或村分别导出") % {"n": total, "most": LARGEST}}
        )
    lines = list(all_lines(asked, timezone.localdate(), open_personal))
    content = _write(asked, lines)
    households = is_household_list(asked)
    stream = f"export:{uuid.uuid4().hex[:24]}"
    subject = audit.Subject("list", "households" if households else "persons", _common(actor))
    after = {
        "rows": len(lines),
        "columns": [column.name for column in asked.columns],
        "conditions": {k: v for k, v in asked.values.items() if k != "text"},
        "personal": open_personal,
    }
    audit.record(actor, events.EXPORTED, subject, after=after)
    personal = [column.name for column in asked.columns if column.personal]
    if open_personal and personal:
        kind = "household" if households else "person"
        seen = [
            audit.entry(
                actor,
                events.UNMASKED,
                audit.Subject(kind, line.row.number, line.row.area_code),
                after={"fields": personal, "way": "export"},
            )
            for line in lines
        ]
        audit.record_bulk(actor, events.EXPORTED, subject, stream, seen)
    return Workbook(
        f"{_('户') if households else _('人')}-{timezone.localtime():%Y%m%d-%H%M}.xlsx", content, len(lines)
    )


def _within(asked: Asked, actor: Actor) -> Asked:
    return Asked(
        asked.rows.filter(actor.limit("registry.unmask")), asked.order, asked.columns, asked.values, asked.errors
    )


def _common(actor: Actor) -> str:
    areas = actor.areas("export")
    return areas[0] if len(areas) == 1 else ""


def _write(asked: Asked, lines: list[Line]) -> bytes:
    import xlsxwriter

    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#E2F0EE", "border": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    money = book.add_format({"num_format": "#,##0.00"})
    unknown = book.add_format({"font_color": "#4C4A86", "italic": True})
    sheet = book.add_worksheet(str(_("户") if is_household_list(asked) else _("人")))
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(asked.columns):
        sheet.set_column(place, place, 22 if column.name in ("number", "household", "id") else 16)
        sheet.write_string(0, place, str(column.label), head)
    missing = str(_("未知"))
    for row, line in enumerate(lines, 1):
        for place, cell in enumerate(line.cells):
            value: Any = cell.value
            if cell.missing:
                sheet.write_string(row, place, missing, unknown)
            elif isinstance(value, float):
                sheet.write_number(row, place, value, money)
            elif isinstance(value, int):
                sheet.write_number(row, place, value)
            else:
                sheet.write_string(row, place, str(value or ""), text)
    if lines:
        sheet.autofilter(0, 0, len(lines), len(asked.columns) - 1)
    book.close()
    return whole.getvalue()
