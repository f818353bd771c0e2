"""The table of ranks as words, and as a workbook that says the same; taking it is logged."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting import events
from bangfu.office.reporting.rank_targets import REACHED
from bangfu.office.reporting.ranks import BETTER, HIGHER, MET, MISSED, WORSE, Asked, Ranks, Row, ranks
from bangfu.office.runs import api as runs


def standing(row: Row) -> str:
    """Above, equal or below the target, and by how much."""
    if row.against is None:
        return ""
    if row.against == 0:
        return _("持平")
    return (_("高于目标 %s") if row.against > 0 else _("低于目标 %s")) % row.by.lstrip("+−")


def movement(row: Row) -> str:
    """The difference from the run before."""
    if row.direction is None:
        return "—"
    return row.change if row.direction else _("未变")


def starred(table: Ranks, row: Row) -> str:
    """Stars won and stars left open."""
    if row.stars is None:
        return "—"
    return "★" * row.stars + "☆" * (len(table.declared.stars) - row.stars)


def place_moved(row: Row) -> str:
    """Places won or lost since the run before."""
    if row.moved is None:
        return ""
    if row.moved == 0:
        return _("名次未变")
    return (_("上升 %d 名") if row.moved > 0 else _("下降 %d 名")) % abs(row.moved)


def pace(row: Row) -> str:
    """时间过半任务过半: what is reached, and whether that is ahead of the year."""
    if row.reached is None or row.pace is None:
        return ""
    said = _("完成 %s%%") % row.reached
    if row.pace == 0:
        return _("%s，与时间同步") % said
    return (_("%(said)s，超前 %(gap)s 个百分点") if row.pace > 0 else _("%(said)s，落后 %(gap)s 个百分点")) % {
        "said": said, "gap": abs(row.pace),
    }  # fmt: skip


def run_of(row: Row) -> str:
    """The streak in words; one run alone is none."""
    if row.streak < (2 if row.streak_kind in (MET, MISSED) else 1):
        return "—"
    words = {
        MET: _("连续 %d 次达标"), MISSED: _("连续 %d 次未达标"), BETTER: _("连续 %d 次向好"), WORSE: _("连续 %d 次变差"),
    }  # fmt: skip
    return words[row.streak_kind] % row.streak


def headers(table: Ranks) -> list[tuple[str, int]]:
    """The columns and their widths."""
    found = [(_("名次"), 8), (_("地区"), 20), (_("数值"), 16)]
    if table.declared.stars:
        found.append((_("星级"), 16))
    if table.own_targets:
        found.append((_("目标"), 16))
    if table.target:
        found.append((_("与目标相比"), 20))
    if table.elapsed is not None:
        found.append((_("进度"), 30))
    return [*found, (_("上次"), 14), (_("变化"), 18), (_("名次变化"), 14), (_("连续"), 18)]


def cells(table: Ranks, row: Row) -> list[str]:
    """A row's cells, in the order of the headers."""
    found = [str(row.rank or "—"), row.name, row.value + (f"（{row.approximate}）" if row.approximate else "")]
    if table.declared.stars:
        found.append(starred(table, row))
    if table.own_targets:
        found.append(row.target or "—")
    if table.target:
        found.append(standing(row) or "—")
    if table.elapsed is not None:
        found.append(pace(row) or "—")
    return [*found, row.before or "—", movement(row), place_moved(row) or "—", run_of(row)]


def described(table: Ranks, run: runs.Run, asked: Asked) -> list[str]:
    """What the table is of, in lines."""
    order = _("从高到低，越高越好") if asked.better == HIGHER else _("从低到高，越低越好")
    lines = [_("截至 %(day)s 的月度比对；%(order)s") % {"day": run.as_of.isoformat(), "order": order}]
    if table.target:
        lines.append(
            _("目标 %(target)s：高于 %(above)d 个，持平 %(equal)d 个，低于 %(below)d 个")
            % {"target": table.target, **table.counts}
        )
    if asked.order == REACHED and table.target:
        lines.append(_("名次按完成目标的比例排"))
    if table.elapsed is not None:
        told = [row for row in table.rows if row.pace is not None]
        kept = sum(row.pace is not None and row.pace >= 0 for row in told)
        lines.append(_("时间过去 %s%%") % table.elapsed)
        lines.append(_("跟上时间的 %(kept)d 个，落后的 %(late)d 个") % {"kept": kept, "late": len(told) - kept})
    if table.declared.stars:
        marks = "、".join(f"{mark:f}" for mark in table.declared.stars)
        of = _("完成目标的百分比") if table.declared.measured == REACHED else _("数值")
        lines.append(_("星级按%(of)s：%(marks)s 各得一星") % {"of": of, "marks": marks})
    return lines


@transaction.atomic
def export(*, actor: Actor, run: runs.Run, asked: Asked, english: bool) -> bytes:
    """The table as it stands on the page, of the areas in which the actor may export. Raises Refused, Invalid."""
    actor.require("export")
    table = ranks(actor, run, asked, english, permission="export")
    if table is None or not table.rows:
        raise Invalid(_("没有可以导出的排名"))
    content = _workbook(actor, table, run, asked)
    after: dict[str, Any] = {
        "run": run.pk, "indicator": asked.indicator, "level": asked.level, "better": asked.better, "order": asked.order,
        "target": None if asked.target is None else str(asked.target), "rows": len(table.rows),
        "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    own = actor.areas("export")
    subject = audit.Subject("run", str(run.pk), own[0] if len(own) == 1 else run.area_code)
    audit.record(actor, events.RANKS_EXPORTED, subject, after=after)
    return content


def _workbook(actor: Actor, table: Ranks, run: runs.Run, asked: Asked) -> bytes:
    import xlsxwriter

    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("排名"))
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#E2F0EE", "border": 1, "text_wrap": True, "valign": "vcenter"})
    text = book.add_format({"border": 1})
    named = areas.names([run.area_code])[run.area_code]
    sheet.write_string(0, 0, f"{named} {run.as_of:%Y-%m} {table.title}", title)
    now = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    lines = [*described(table, run, asked), _("%(who)s 于 %(when)s 导出") % {"who": actor.name, "when": now}]
    for number, line in enumerate(lines, 1):
        sheet.write_string(number, 0, line)
    top = len(lines) + 2
    for column, (header, width) in enumerate(headers(table)):
        sheet.set_column(column, column, width)
        sheet.write_string(top, column, header, head)
    for number, row in enumerate(table.rows, top + 1):
        for column, cell in enumerate(cells(table, row)):
            if column == 0 and row.rank:
                sheet.write_number(number, 0, row.rank, text)
            else:
                sheet.write_string(number, column, cell, text)
    sheet.freeze_panes(top + 1, 2)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_landscape()
    book.close()
    return whole.getvalue()
