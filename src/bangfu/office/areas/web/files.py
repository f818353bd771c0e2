"""Lists of areas and outlines from files: upload, see what would happen, say yes or no."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.core.files.remarks import FileError
from bangfu.office.areas import actions, geojson, queries, tree_file
from bangfu.office.areas.models import Draft
from bangfu.office.areas.queries import Reaching
from bangfu.office.areas.web.forms import MANAGE, UploadForm
from bangfu.office.pages.downloads import XLSX
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid, OutOfReach

SHOWN = 200
"""Rows of a preview; the counts are of all."""
MOST_MB = 20


@page(MANAGE, "GET", "POST")
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is read and kept until somebody says yes."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _read(request.actor, form.cleaned_data["kind"], form.cleaned_data["file"])  # type: ignore[attr-defined]
            return HttpResponseRedirect(reverse("areas:draft", args=[made.pk]))
        except Invalid as error:
            for field, message in error.errors.items():
                form.add_error(field if field in form.fields else None, message)
    return render(
        request, "areas/import.html", {"form": form, "columns": tree_file.COLUMNS, "levels": tree_file.LEVELS}
    )


def _read(actor: Reaching, kind: str, file: UploadedFile) -> Draft:
    name = Path(file.name or "").name[:120]
    most = geojson.MOST_MB if kind == "boundaries" else MOST_MB
    if (file.size or 0) > most * 1024 * 1024:
        raise Invalid({"file": _("文件超过 %d MB") % most})
    if kind == "boundaries":
        known = queries.choices(actor, MANAGE).values_list("code", flat=True)
        found = geojson.read(file.read(), known)
        content: Any = {"shapes": found.shapes, "errors": found.errors, "unknown": found.unknown}
    else:
        with tempfile.NamedTemporaryFile(suffix=Path(name).suffix[:8]) as kept:
            for part in file.chunks():
                kept.write(part)
            kept.flush()
            try:
                rows = tree_file.read(Path(kept.name))
            except FileError as error:
                error.file = name
                raise Invalid({"file": error.line((get_language() or "zh")[:2])}) from None
        content = [{"row": number, **raw} for number, raw in rows]
    Draft.objects.filter(actor_key=actor.key, kind=kind).delete()
    return Draft.objects.create(kind=kind, actor_key=actor.key, file=name, content=content)


@page(MANAGE, "GET", "POST")
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file would do; `yes` does it, `no` forgets it. A draft belongs to who uploaded it."""
    actor: Reaching = request.actor  # type: ignore[attr-defined]
    kept = Draft.objects.filter(pk=pk, actor_key=actor.key).first()
    if kept is None:
        raise OutOfReach(MANAGE)
    if request.method == "POST":
        if request.POST.get("answer") != "yes":
            kept.delete()
            return HttpResponseRedirect(reverse("areas:import"))
        try:
            _carry_out(actor, kept)
        except Invalid as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse("areas:import"))
        messages.success(request, _("已导入，并记入审计日志"))
        return HttpResponseRedirect(reverse("areas:tree"))
    if kept.kind == "boundaries":
        content = kept.content
        names = queries.names(list(content["shapes"]))
        context = {"draft": kept, "names": sorted(names.items())[:SHOWN], "total": len(names), **content}
        context["ready"] = bool(names) and not content["errors"]
        return render(request, "areas/draft_boundaries.html", context)
    checked = tree_file.check(actor, [(row["row"], row) for row in kept.content])
    context = {
        "draft": kept,
        "counts": checked.counts(),
        "rows": [row for row in checked.rows if row["does"] != "same"][:SHOWN],
        "errors": sorted(checked.errors)[:SHOWN],
        "ready": not checked.errors and any(row["does"] != "same" for row in checked.rows),
        "error_count": len(checked.errors),
        "columns": {name: words[0] for name, words in tree_file.COLUMNS.items()},
        "levels": {name: words[0] for name, words in tree_file.LEVELS.items()},
    }
    return render(request, "areas/draft_tree.html", context)


def _carry_out(actor: Reaching, kept: Draft) -> None:
    if kept.kind == "boundaries":
        actions.import_boundaries(actor=actor, shapes=kept.content["shapes"], source=kept.file)
    else:
        actions.import_tree(actor=actor, rows=kept.content, file=kept.file)
    kept.delete()


@page(MANAGE)
def template(_request: HttpRequest) -> HttpResponse:
    """An empty workbook with the columns and an example of each level."""
    import xlsxwriter

    whole = BytesIO()
    book = xlsxwriter.Workbook(whole, {"in_memory": True})
    sheet = book.add_worksheet("区划")
    text = book.add_format({"num_format": "@"})
    sheet.set_column(0, 4, 18, text)
    sheet.write_row(0, 0, [words[0] for words in tree_file.COLUMNS.values()], book.add_format({"bold": True}))
    for line, row in enumerate(_EXAMPLE, 1):
        for column, value in enumerate(row):
            sheet.write_string(line, column, value, text)
    book.close()
    answer = HttpResponse(whole.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="areas.xlsx"'
    return answer


_EXAMPLE = (
    ("990101101", "示例乡", "乡镇", "990101", "2026-01-01"),
    ("990101101201", "示例村", "行政村", "990101101", "2026-01-01"),
    ("9901011012010001", "第1组", "村民组", "990101101201", "2026-01-01"),
)
