"""Which column of the file is which of the table: proposed, put right by hand, remembered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from bangfu.office.imports import actions, queries, recognise, tables
from bangfu.office.imports.models import CANCELLED, CHECKED, FAILED, MAPPING
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid


@page("imports.upload", "GET", "POST")
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """One line for each column of the file: what it is, or that it is not used."""
    actor = request.actor  # type: ignore[attr-defined]
    batch = queries.batch(actor, pk)
    kinds = {kind.id: kind for kind in tables.allowed(actor, batch.area_code, batch.bureau)}
    wanted = request.POST.get("table") or request.GET.get("table") or batch.table
    kind = kinds.get(wanted)
    errors: dict[str, str] = {}
    if request.method == "POST" and kind is not None:
        chosen = {request.POST[f"c{i}"]: title for i, title in enumerate(batch.titles) if request.POST.get(f"c{i}")}
        given = [request.POST[f"c{i}"] for i in range(len(batch.titles)) if request.POST.get(f"c{i}")]
        try:
            if len(set(given)) < len(given):
                from django.utils.translation import gettext as _

                raise Invalid(_("同一项只能对应文件中的一列；请检查重复的选择"))
            actions.set_columns(actor=actor, batch=batch, table=kind.id, chosen=chosen)
            return redirect("imports:batch", pk)
        except Invalid as error:
            errors = error.errors
    language = get_language() or "zh-hans"
    present = batch.columns if kind is not None and kind.id == batch.table else {}
    if kind is not None and kind.id != batch.table:
        present = actions.automatic(kind, batch.titles).columns
    by_title = {title: name for name, title in present.items()}
    lines = [
        (i, title, request.POST.get(f"c{i}", by_title.get(title, "")), title in batch.titles[:i])
        for i, title in enumerate(batch.titles)
        if title
    ]
    choices = [(c.name, tables.label_of(kind.id, c.name, language)) for c in kind.layout.columns] if kind else []
    missing = [tables.label_of(kind.id, name, language) for name in recognise.complete(kind, present)] if kind else []
    context = {
        "batch": batch, "kind": kind, "kinds": [(k.id, k.label(language)) for k in kinds.values()], "lines": lines,
        "choices": choices, "errors": errors, "missing": missing,
        "editable": batch.state in (MAPPING, CHECKED, FAILED, CANCELLED) and not batch.written,
    }  # fmt: skip
    return render(request, "imports/columns.html", context, status=422 if errors else 200)
