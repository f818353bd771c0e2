"""Reconciling with the national export: upload, the differences, a workbook of them, corrections."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.changes import queries, reconcile_actions, showing
from bangfu.office.changes.models import Difference, Reconciliation
from bangfu.office.changes.reconciling import values_of
from bangfu.office.changes.tasks import compare_export
from bangfu.office.changes.web.forms import read_day
from bangfu.office.pages.downloads import XLSX
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import api as registry


@page("registry.confirm", "GET", "POST")
def reconcile(request: HttpRequest) -> HttpResponse:
    """Upload the export of an area; the comparisons made before."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            as_of = read_day(request.POST.get("as_of", ""))
            files = {table: upload for table, upload in request.FILES.items() if table in ("households", "persons")}
            code = request.POST.get("area_code", "")
            made = reconcile_actions.start(actor=actor, area_code=code, as_of=as_of, files=files)
            compare_export.enqueue(made.pk)
            return redirect("changes:reconciliation", made.pk)
        except Invalid as invalid:
            errors = {name: str(text) for name, text in invalid.errors.items()}
        except ValueError as error:
            errors = {"as_of": str(error)}
    rows = list(queries.reconciliations(actor).order_by("-pk")[:50])
    own = areas.within(actor.areas("registry.confirm"))
    shown = {
        "rows": rows,
        "names": areas.names([row.area_code for row in rows]),
        "areas": list(own.values_list("code", "name")[:500]),
        "errors": errors,
        "posted": request.POST,
        "today": timezone.localdate().isoformat(),
    }
    return render(request, "changes/reconcile.html", shown, status=422 if errors else 200)


@page("registry.confirm")
def reconciliation(request: HttpRequest, pk: int) -> HttpResponse:
    """One comparison: progress, then nothing or the differences."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    made = queries.reconciliation(actor, pk)
    rows = queries.differences(made)
    sort = request.GET.get("sort", "")
    if sort in ("value", "unreadable", "only_ours", "only_theirs"):
        rows = rows.filter(sort=sort)
    part = page_of(rows, ("household_no", "id"), request.GET.get("page", ""), size=50)
    shown = {
        "made": made,
        "name": areas.names([made.area_code])[made.area_code],
        "page": part,
        "rows": [_row(row) for row in part],
        "sort": sort,
    }
    return render(request, "changes/reconciliation.html", shown)


def _row(row: Difference) -> dict[str, Any]:
    field = registry.catalogue().field(row.table, row.field)
    try:
        ours, theirs = values_of(row)
    except Erased:
        ours = theirs = None
    return {
        "row": row,
        "label": showing.label_of(row.table, row.field) if row.field else "",
        "ours": showing.show_value(field, ours) if row.field else "",
        "theirs": _("读不出") if row.sort == "unreadable" else showing.show_value(field, theirs) if row.field else "",
        "correctable": row.sort == "value" and row.field not in reconcile_actions.NOT_CORRECTABLE,
        "sort": _sort(row),
    }


def _sort(row: Difference) -> str:
    words = {
        "value": _("值不同"),
        "unreadable": _("导出表的值读不出"),
        "only_ours": _("国家系统没有") if row.person_no else _("国家系统没有此户"),
        "only_theirs": _("本系统没有") if row.person_no else _("本系统没有此户"),
    }
    return words[row.sort]


@page("registry.confirm", "POST")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to take over the national system's value."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        change = reconcile_actions.propose_theirs(actor=actor, difference=pk)
        messages.success(request, _("已提出更正"))
        return redirect("changes:show", change.pk)
    except Invalid as invalid:
        messages.error(request, "；".join(map(str, invalid.errors.values())), extra_tags="danger")
        return redirect("changes:reconciliation", queries.difference(actor, pk).reconciliation_id)


@page("export")
def differences_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The differences as a workbook, personal values masked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    made = queries.reconciliation(actor, pk)
    actor.require("export", made.area_code)
    content = _workbook(made)
    place = audit.Subject("reconciliation", str(made.pk), made.area_code)
    audit.record(actor, registry.EXPORTED, place, after={"differences": made.counts.get("differences", 0)})
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="differences-{made.area_code}-{made.as_of}.xlsx"'
    return answer


def _workbook(made: Reconciliation) -> bytes:
    import xlsxwriter

    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("差异"))
    bold = book.add_format({"bold": True, "bottom": 1})
    titles = [_("户编号"), _("人编号"), _("差异"), _("字段"), _("本系统"), _("国家系统")]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
    rows = queries.differences(made).order_by("household_no", "id").iterator(chunk_size=2000)
    for line, row in enumerate(rows, 1):
        shown = _row(row)
        cells = (row.household_no, row.person_no, shown["sort"], shown["label"], shown["ours"], shown["theirs"])
        for column, text in enumerate(cells):
            sheet.write_string(line, column, str(text))
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 5, 20)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, made.counts.get("differences", 0)), len(titles) - 1)
    book.close()
    return whole.getvalue()
