"""Tables of pairing as workbooks: the same rows as the page, each export a row of the log."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.downloads import sent
from bangfu.office.pages.refusals import Invalid
from bangfu.office.pairing import campaign_queries as cq
from bangfu.office.pairing import events, queries, quotas, showing
from bangfu.office.pairing.models import Campaign, CampaignFinding, Pairing
from bangfu.office.registry import api as registry

LARGEST = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, its heads, its rows."""

    name: str
    head: Sequence[str]
    rows: list[Sequence[Any]]


@dataclass(frozen=True)
class Workbook:
    """A finished workbook."""

    name: str
    content: bytes


def answer(made: Workbook) -> HttpResponse:
    """As a download."""
    return sent(made.name, made.content, XLSX)


def _written(name: str, sheets: Iterable[Sheet]) -> Workbook:
    import xlsxwriter

    out = io.BytesIO()
    # text stays text: a cell that begins with "=" is no formula
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        for column, title in enumerate(sheet.head):
            page.write_string(0, column, title, bold)
            page.set_column(column, column, max(10, min(40, 2 * len(title) + 4)))
        for place, row in enumerate(sheet.rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, float):
                    page.write_number(place, column, value, money)
                elif isinstance(value, int):
                    page.write_number(place, column, value)
                elif value is not None:
                    page.write_string(place, column, str(value))
    book.close()
    return Workbook(name, out.getvalue())


def _logged(actor: Actor, what: str, rows: int, area: str) -> None:
    actor.require("export")
    if rows > LARGEST:
        said = {"n": rows, "most": LARGEST}
        raise Invalid(_("共 %(n)s 行，超过一次导出的上限 %(most)s 行；请按乡镇或村分别导出") % said)
    own = actor.areas("export")
    audit.record(
        actor, events.EXPORTED, audit.Subject("list", what, area or (own[0] if own else "")), after={"rows": rows}
    )


@transaction.atomic
def pairs(*, actor: Actor, asked: queries.Asked) -> Workbook:
    """The list of pairs as it is filtered. Raises Refused, OutOfReach, Invalid."""
    held: dict[int, Pairing] = {}
    if asked.view == "without":
        rows = queries.without(actor, asked.area).filter(actor.limit("export")).order_by("area_code", "number")
        homes = list(rows.defer("sealed_facts")[: LARGEST + 1])
    else:
        found = queries.pairs_now(actor, asked).filter(actor.limit("export", queries.HOME))
        found = found.select_related("helper", "household").order_by(queries.HOME, "household__number")
        held = {one.household_id: one for one in found[: LARGEST + 1]}
        homes = [one.household for one in held.values()]
    _logged(actor, "pairs", len(homes), asked.area)
    names, ranks = areas.names({home.area_code for home in homes}), dict(quotas.choices(quotas.RANK))
    contacts, words = queries.last_contact([home.pk for home in homes]), registry.words()
    lines = []
    for home in homes:
        one = held.get(home.pk)
        helper = one.helper if one else None
        lines.append((
            home.number, home.head_name, names[home.area_code], showing.why_needed(home, words), helper.name if helper else "",
            helper.unit if helper else "", ranks.get(helper.rank, helper.rank) if helper else "",
            one.starts_on if one else "", contacts.get(home.pk, ""),
        ))  # fmt: skip
    head = (
        _("户编号"), _("户主"), _("行政村"), _("应结对的类别"), _("帮扶责任人"), _("单位"), _("职级"), _("结对日期"), _("最近走访"),
    )  # fmt: skip
    return _written(f"{_('结对帮扶')}-{timezone.localdate()}.xlsx", [Sheet(_("结对帮扶"), head, lines)])


@transaction.atomic
def measures(*, actor: Actor, area: str) -> Workbook:
    """Measures that are late. Raises Refused, OutOfReach, Invalid."""
    today = timezone.localdate()
    rows = queries.overdue(actor, today, area).filter(actor.limit("export"))
    found = list(rows.select_related("plan__household").order_by("area_code", "due_on", "pk")[: LARGEST + 1])
    _logged(actor, "measures", len(found), area)
    names = areas.names({one.area_code for one in found})
    lines = [
        (
            one.plan.household.number, one.plan.household.head_name, names[one.area_code], one.plan.year,
            quotas.label(quotas.MEASURE, one.kind), one.what, one.responsible, one.due_on, (today - one.due_on).days,
            None if one.amount_fen is None else one.amount_fen / 100, one.fund,
        )
        for one in found
    ]  # fmt: skip
    head = (
        _("户编号"), _("户主"), _("行政村"), _("年度"), _("措施类别"), _("内容"), _("责任人"), _("时限"), _("逾期天数"),
        _("计划资金（元）"), _("资金来源"),
    )  # fmt: skip
    return _written(f"{_('逾期措施')}-{today}.xlsx", [Sheet(_("逾期措施"), head, lines)])


COUNT_HEADS = (
    "listed",
    "looked",
    "with_findings",
    "corrected_households",
    "findings",
    "open",
    "corrected",
    "justified",
)


def count_labels() -> list[str]:
    """Heads of the counts, in the order of `Counts.parts`."""
    return [
        _("名单户数"), _("已查看"), _("有问题户"), _("问题全部销号的户"), _("问题数"), _("未销号"), _("已整改"), _("说明不成立"),
    ]  # fmt: skip


@transaction.atomic
def campaign(*, actor: Actor, found: Campaign) -> Workbook:
    """A campaign's counts by area, its list with the looks, its findings, as far as the actor exports. Raises Refused."""
    rows = list(
        cq.rows(actor, found).filter(actor.limit("export")).select_related("household").order_by("place")[: LARGEST + 1]
    )
    _logged(actor, "campaign", len(rows), found.area_code)
    faults = CampaignFinding.objects.filter(actor.limit("export"), actor.limit(queries.VIEW), campaign=found)
    parts = cq.counts_by(cq.rows(actor, found).filter(actor.limit("export")), faults, 12)
    names = areas.names({*parts, *(row.area_code for row in rows)})
    counts = [(code, names[code], *one.parts()) for code, one in parts.items()]
    whole = cq.total(parts.values())
    counts.append(("", _("合计"), *whole.parts()))
    questions = found.checklist["questions"]
    said = {"yes": _("是"), "no": _("否"), "unknown": _("不清楚")}
    looks = [
        (row.place, row.household.number, row.household.head_name, names[row.area_code], row.looked_on or "", row.looked_name,
         *(said.get(row.answers.get(q["id"], ""), "") for q in questions), row.note)
        for row in rows
    ]  # fmt: skip
    listed = [
        (one.row.household.number, one.row.household.head_name, names[one.area_code], cq.kind_label(found, one.kind), one.words,
         one.get_state_display(), one.correction, one.responsible, one.due_on or "", one.case_number, one.done_on or "",
         one.done_words, one.settled_name, one.settled_on or "", one.settled_words)
        for one in faults.select_related("row__household").order_by("row__place", "pk")
    ]  # fmt: skip
    sheets = [
        Sheet(_("各村进度"), (_("区划代码"), _("行政村"), *count_labels()), counts),
        Sheet(_("名单"), (_("序号"), _("户编号"), _("户主"), _("行政村"), _("查看日期"), _("查看人"),
                        *(cq.question_text(q) for q in questions), _("说明")), looks),
        Sheet(_("问题"), (_("户编号"), _("户主"), _("行政村"), _("类别"), _("问题"), _("状态"), _("整改措施"), _("责任人"), _("时限"),
                        _("事项编号"), _("完成日期"), _("整改情况"), _("销号人"), _("销号日期"), _("复核意见")), listed),
    ]  # fmt: skip
    return _written(f"{found.title}.xlsx", sheets)
