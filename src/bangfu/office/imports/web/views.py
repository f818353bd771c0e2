"""List, upload, one batch from check to withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import BUREAUS
from bangfu.office.areas import api as areas
from bangfu.office.imports import actions, queries, storage, tables, wording
from bangfu.office.imports.models import (
    CANCELLED,
    CHECKED,
    COMMITTED,
    FAILED,
    GOOD,
    MAPPING,
    MODES,
    WITHDRAWN,
    Batch,
    Issue,
)
from bangfu.office.imports.web.forms import UploadForm
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid

TAGS = {CHECKED: "warn", MAPPING: "warn", COMMITTED: "good", FAILED: "bad", CANCELLED: "quiet", WITHDRAWN: "quiet"}
SEVERITIES = (Issue.ERROR, Issue.WARNING, Issue.NOTE)
PART = 20


def _english() -> bool:
    return not (get_language() or "zh").startswith("zh")


@page("imports.upload")
def batch_list(request: HttpRequest) -> HttpResponse:
    """Batches of the actor's area or bureau, the newest first."""
    rows = queries.batches(request.actor).exclude(state="discarded")  # type: ignore[attr-defined]
    part = page_of(rows.annotate(newest=-F("id")), ("newest",), request.GET.get("page", ""))
    language = get_language() or "zh-hans"
    labels = {kind.id: kind.label(language) for kind in tables.kinds().values()}
    names = areas.names(row.area_code for row in part)
    return render(
        request, "imports/list.html",
        {"page": part, "names": names, "tables": labels, "bureaus": BUREAUS, "tags": TAGS, "states": states()},
    )  # fmt: skip


def states() -> dict[str, str]:
    """What states are called."""
    return {
        "checking": _("检查中"), "mapping": _("待对应列"), "checked": _("待确认"), "committing": _("写入中"),
        "committed": _("已导入"), "withdrawing": _("撤回中"), "withdrawn": _("已撤回"), "failed": _("未能完成"),
        "cancelled": _("已取消"), "discarded": _("已放弃"),
    }  # fmt: skip


@page("imports.upload", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Bring a file."""
    actor = request.actor  # type: ignore[attr-defined]
    form = UploadForm(actor, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            batch = actions.upload(
                actor=actor, file=data["file"], place=data["place"], as_of=data["as_of"], source=data["source"],
                table=data["table"], manifest=data["manifest"],
            )  # fmt: skip
            return redirect("imports:batch", batch.pk)
        except Invalid as error:
            for name, message in error.errors.items():
                form.add_error(name or None, str(message))
    status = 422 if request.method == "POST" else 200
    return render(request, "imports/new.html", {"form": form}, status=status)


@page("imports.upload")
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a batch stands, and what can be done with it."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.batch(actor, pk)
    kind = tables.kinds().get(found.table)
    first = found.issues.filter(severity=Issue.ERROR).order_by("id")[:5] if found.bad else []
    failure = wording.failure_words(found.failure, found.file_name, _english()) if found.failure else None
    context = {
        "batch": found, "kind": kind, "states": states(), "tag": TAGS.get(found.state, ""), "failure": failure,
        "obstacles": _obstacles(found), "twins": queries.twins(actor, found),
        "elsewhere": queries.brought_elsewhere(actor, found), "preview": _preview(found),
        "errors": [(issue, wording.words(issue, _english())) for issue in first],
        "marked": storage.marked_path(found).exists(), "area": areas.names([found.area_code])[found.area_code],
        "modes": modes(), "unmapped": len(found.titles) - len(set(found.columns.values())),
        "may_commit": actor.may("imports.commit", found.area_code),
        "may_withdraw": actor.may("imports.withdraw", found.area_code) and (found.state == COMMITTED or found.written > 0),
        **_progress(found),
    }  # fmt: skip
    return render(request, "imports/batch.html", context)


def modes() -> dict[str, str]:
    """The two ways of writing."""
    return {MODES[0][0]: _("有错误则全部不导入"), GOOD: _("只导入没有错误的行")}


def _preview(found: Batch) -> queries.Preview | None:
    return queries.preview(found) if found.state == CHECKED and found.table else None


def _obstacles(found: Batch) -> list[tuple[str, str, int]]:
    kinds = {"statement": _("后来的登记"), "member": _("后来加入的成员"), "record": _("后来的记录"),
             "episode": _("后来的身份变化"), "moved": _("换户")}  # fmt: skip
    rows = (found.failure or {}).get("later", [])
    return [(kinds.get(kind, kind), number, count) for kind, number, count in rows]


def _progress(found: Batch) -> dict[str, Any]:
    said = storage.progress(found) if found.working else None
    steps = {"reading": _("读取文件"), "checking": _("逐行检查"), "writing": _("写入"), "withdrawing": _("撤回")}
    share = round(100 * said["done"] / said["total"]) if said and said["total"] else None
    return {
        "said": said, "step": steps.get(said["step"], "") if said else "", "share": share,
        "stopping": found.working and storage.asked_to_stop(found),
        "interrupted": found.working and storage.interrupted(found),
    }  # fmt: skip


@page("imports.upload")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the worker is: a piece of the page, asked for every second; the whole page when it is done."""
    found = queries.batch(request.actor, pk)  # type: ignore[attr-defined]
    if not found.working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "imports/progress.html", {"batch": found, "states": states(), **_progress(found)})


@page("imports.upload")
def issues(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong: every place, what was found, what is expected and what to do."""
    found = queries.batch(request.actor, pk)  # type: ignore[attr-defined]
    severity = request.GET.get("severity", "")
    rows = found.issues.filter(severity=severity) if severity in SEVERITIES else found.issues.all()
    part = page_of(rows, ("id",), request.GET.get("page", ""), size=50)
    counts = {name: found.issues.filter(severity=name).count() for name in SEVERITIES}
    said = [(issue, wording.words(issue, _english())) for issue in part]
    labels = {Issue.ERROR: _("错误"), Issue.WARNING: _("提醒"), Issue.NOTE: _("说明")}
    tags = {Issue.ERROR: "bad", Issue.WARNING: "warn", Issue.NOTE: "quiet"}
    context = {"batch": found, "page": part, "issues": said, "severity": severity, "labels": labels, "tags": tags,
               "choices": [(n, labels[n], counts[n]) for n in SEVERITIES], "marked": storage.marked_path(found).exists()}  # fmt: skip
    return render(request, "imports/issues.html", context)


@page("imports.commit")
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows that change something, field by field old and new."""
    found = queries.batch(request.actor, pk)  # type: ignore[attr-defined]
    number = request.GET.get("part", "1")
    part = max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 8 else 1
    rows, total = queries.changed_rows(found, (part - 1) * PART, PART) if found.state == CHECKED else ([], 0)
    last = max(1, -(-total // PART))
    context = {"batch": found, "rows": rows, "total": total, "part": part, "last": last}
    return render(request, "imports/changes.html", context)


@page("imports.upload")
def marked(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The workbook with the bad cells marked. It shows the file's personal values in full, so taking it is logged."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.batch(actor, pk)
    path = storage.marked_path(found)
    if not path.exists():
        messages.warning(request, _("标注错误的工作簿还没有做好，请稍候再下载"))
        return redirect("imports:batch", pk)
    actions.record_return(actor=actor, batch=found)
    name = "-".join((found.file_name.rpartition(".")[0], _("错误标注"))) + ".xlsx"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _do(
    request: HttpRequest, pk: int, act: Callable[[Batch], object], said: str, to: str = "imports:batch"
) -> HttpResponse:
    found = queries.batch(request.actor, pk)  # type: ignore[attr-defined]
    try:
        act(found)
    except Invalid as error:
        for message in error.errors.values():
            messages.error(request, str(message), extra_tags="danger")
        return redirect("imports:batch", pk)
    if said:
        messages.success(request, said)
    return redirect(to) if to == "imports:list" else redirect(to, pk)


@page("imports.upload", "POST")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check again."""
    return _do(request, pk, lambda b: actions.check_again(actor=request.actor, batch=b), "")  # type: ignore[attr-defined]


@page("imports.commit", "POST")
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it."""
    mode = request.POST.get("mode", "")
    return _do(request, pk, lambda b: actions.commit(actor=request.actor, batch=b, mode=mode), "")  # type: ignore[attr-defined]


@page("imports.upload", "POST")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop what is under way."""
    said = _("已要求停止")
    return _do(request, pk, lambda b: actions.cancel(actor=request.actor, batch=b), said)  # type: ignore[attr-defined]


@page("imports.upload", "POST")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with what was interrupted."""
    return _do(request, pk, lambda b: actions.resume(actor=request.actor, batch=b), "")  # type: ignore[attr-defined]


@page("imports.upload", "POST")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up."""
    said = _("已放弃，文件已删除")
    return _do(request, pk, lambda b: actions.discard(actor=request.actor, batch=b), said, "imports:list")  # type: ignore[attr-defined]


@page("imports.withdraw", "GET", "POST")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then take the batch back."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.batch(actor, pk)
    actor.require("imports.withdraw", found.area_code)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            actions.withdraw(actor=actor, batch=found, reason=request.POST.get("reason", ""))
            return HttpResponseRedirect(found_path(found))
        except Invalid as error:
            errors = error.errors
    status = 422 if errors else 200
    return render(request, "imports/withdraw.html", {"batch": found, "errors": errors}, status=status)


def found_path(found: Batch) -> str:
    """The page of a batch."""
    from django.urls import reverse

    return reverse("imports:batch", args=[found.pk])
