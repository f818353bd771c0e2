"""Filling a superior's form: bring it, see what was filled and why, answer, take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.office.areas import api as areas
from bangfu.office.pages.downloads import XLSX
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting import actions, previews, queries, storage
from bangfu.office.reporting.models import CANCELLED, DONE, FAILED, WORKING, FilledForm
from bangfu.office.reporting.web.fill_forms import UploadForm

TAGS = {DONE: "good", FAILED: "bad", CANCELLED: "quiet"}


def _english() -> bool:
    return not (get_language() or "zh").startswith("zh")


@page("export", "GET", "POST")
def fill(request: HttpRequest) -> HttpResponse:
    """The forms of the actor's area, the newest first, and a place for another one."""
    actor = request.actor  # type: ignore[attr-defined]
    wrong: dict[str, str] = {}
    whole = bool(request.POST.get("whole"))
    form = UploadForm(actor, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.upload(
                actor=actor, file=form.cleaned_data["file"], area_code=form.cleaned_data["area"],
                as_of=form.cleaned_data["as_of"], whole=whole, **stated_in(request.POST),
            )  # fmt: skip
            return redirect("reporting:filled", made.pk)
        except Invalid as error:
            wrong = error.errors
            for name, message in error.errors.items():
                if name not in ("purpose", "why"):
                    form.add_error(name or None, str(message))
    part = page_of(queries.forms(actor).annotate(newest=-F("id")), ("newest",), request.GET.get("page", ""))
    context = {
        "form": form, "page": part, "names": areas.names(row.area_code for row in part), "tags": TAGS, "errors": wrong,
        "may_unmask": actor.may("registry.unmask"), "whole": whole, **stated_in(request.POST),
    }  # fmt: skip
    return render(request, "reporting/fill.html", context, status=422 if request.method == "POST" else 200)


@page("export")
def filled(request: HttpRequest, pk: int) -> HttpResponse:
    """One form: where it is while it is filled; then the sheet, what to look at, and where each figure comes from."""
    actor = request.actor  # type: ignore[attr-defined]
    found = _refreshed(queries.form(actor, pk))
    context: dict[str, Any] = {
        "form": found, "tag": TAGS.get(found.state, ""), "place": areas.names([found.area_code])[found.area_code],
        "open": queries.may_open(actor, found), "answers": _answers(found),
        "failure": previews.in_language(found.failure, _english()), **_progress(found),
    }  # fmt: skip
    if found.state == DONE:
        context.update(_result(found))
    return render(request, "reporting/filled.html", context)


def _refreshed(found: FilledForm) -> FilledForm:
    """The form as it stands, after one whose worker is gone was marked so."""
    if found.state == WORKING and actions.recover():
        found.refresh_from_db()
    return found


def _result(found: FilledForm) -> dict[str, Any]:
    trace, shown = storage.trace(found), storage.preview(found)
    if trace is None or shown is None:
        return {"gone": True}
    asked, told = previews.questions_of(trace, _english())
    kinds = {kind: [one for one in told if one.kind == kind] for kind in ("sum", "incomplete", "row")}
    rest = [one for one in told if one.kind not in kinds]
    return {
        "sheets": shown["sheets"], "sources": previews.sources_of(trace, shown["names"]), "rosters": trace.get("rosters", ()),
        "asked": asked, "sums": kinds["sum"], "unknown": kinds["incomplete"] + kinds["row"], "notes": rest,
    }  # fmt: skip


def _answers(found: FilledForm) -> list[tuple[str, str]]:
    said = []
    for header, answer in sorted(found.answers.items()):
        words = _("不填") if answer.get("blank") else answer.get("reading") or _("即“%s”") % answer.get("phrase", "")
        said.append((header, words))
    return said


def _progress(found: FilledForm) -> dict[str, Any]:
    said = storage.progress(found) if found.active else None
    steps = {"export": _("取出户库"), "fill": _("计算和填写")}
    share = min(100, round(100 * said["done"] / said["total"])) if said and said["total"] else None
    return {"step": steps.get(said["step"], "") if said else "", "share": share}


@page("export")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the worker is: a piece of the page, asked for every second; the whole page when it is done."""
    found = _refreshed(queries.form(request.actor, pk))  # type: ignore[attr-defined]
    response = render(request, "reporting/fill_progress.html", {"form": found, **_progress(found)})
    if not found.active:
        response["HX-Refresh"] = "true"
    return response


def _do(request: HttpRequest, pk: int, act: Callable[[FilledForm], object], said: str, to: str = "") -> HttpResponse:
    found = queries.form(request.actor, pk)  # type: ignore[attr-defined]
    try:
        act(found)
    except Invalid as error:
        for message in error.errors.values():
            messages.error(request, str(message), extra_tags="danger")
        return redirect("reporting:filled", pk)
    messages.success(request, said)
    return redirect(to) if to else redirect("reporting:filled", pk)


@page("export", "POST")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers to the questions; the form is filled again with them."""

    def act(found: FilledForm) -> None:
        asked, _told = previews.questions_of(storage.trace(found) or {}, _english())
        actions.answer(actor=request.actor, form=found, said=previews.answers_in(request.POST.dict(), asked))  # type: ignore[attr-defined]

    return _do(request, pk, act, _("已记住答复，正在重新填写；下次遇到同样的栏目照此填"))


@page("export", "POST")
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an answer back."""
    header = request.POST.get("header", "")
    said = _("已取消这条答复，正在重新填写")
    return _do(request, pk, lambda f: actions.forget(actor=request.actor, form=f, header=header), said)  # type: ignore[attr-defined]


@page("export", "POST")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill once more."""
    return _do(request, pk, lambda f: actions.again(actor=request.actor, form=f), _("正在重新填写"))  # type: ignore[attr-defined]


@page("export", "POST")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop what is under way."""
    return _do(request, pk, lambda f: actions.cancel(actor=request.actor, form=f), _("已要求停止"))  # type: ignore[attr-defined]


@page("export", "POST")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove the files."""
    said = _("已删除空表和填好的表")
    return _do(request, pk, lambda f: actions.remove(actor=request.actor, form=f), said, "reporting:fill")  # type: ignore[attr-defined]


@page("export", "POST")
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The filled form; taking it is logged."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.form(actor, pk)
    if not storage.filled_path(found).exists():
        messages.warning(request, _("填好的表已不在，请重新填写"))
        return redirect("reporting:filled", pk)
    try:
        actions.record_taken(actor=actor, form=found)
    except Invalid as error:
        messages.error(request, str(error), extra_tags="danger")
        return redirect("reporting:filled", pk)
    stem = found.file_name.rpartition(".")[0] or found.file_name
    name = f"{stem}-{_('已填')}.xlsx"
    response = FileResponse(storage.filled_path(found).open("rb"), as_attachment=True, filename=name, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response
