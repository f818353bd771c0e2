"""Vocabularies: every version with its terms, and a new version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Conflict, Invalid
from bangfu.office.registry import actions
from bangfu.office.registry.first_vocabularies import BATCH, LABELS, MEASURE
from bangfu.office.registry.models import Vocabulary
from bangfu.office.registry.vocabularies import words

EXTRA_ROWS = 5
"""Empty rows of the form for a new version."""


def label_of(name: str) -> str:
    """What a vocabulary is called."""
    zh, en = LABELS.get(name, (name, name))
    return zh if (get_language() or "zh").startswith("zh") else en


@page("registry.view")
def all_of_them(request: HttpRequest) -> HttpResponse:
    """All vocabularies."""
    found: dict[str, dict[str, Any]] = {}
    for row in Vocabulary.objects.order_by("pk"):
        entry = found.setdefault(row.name, {"name": row.name, "label": label_of(row.name), "versions": []})
        entry["versions"].append(row)
    order = {name: place for place, name in enumerate(LABELS)}
    rows = sorted(found.values(), key=lambda entry: order.get(entry["name"], len(order)))
    return render(request, "registry/vocabularies.html", {"rows": rows})


def _versions(name: str) -> list[Vocabulary]:
    rows = list(Vocabulary.objects.filter(name=name).order_by("-pk").prefetch_related("terms"))
    if not rows:
        raise Http404
    return rows


@page("registry.view")
def one(request: HttpRequest, name: str) -> HttpResponse:
    """The versions of one vocabulary, the newest first."""
    groups = {word.code: word.label() for word in words().choices(BATCH)} if name == MEASURE else {}
    context = {"name": name, "label": label_of(name), "versions": _versions(name), "groups": groups}
    return render(request, "registry/vocabulary.html", {**context, "today": timezone.localdate()})


@page("registry.vocabulary", "POST")
def load(request: HttpRequest) -> HttpResponse:
    """Store the first versions that are not stored yet."""
    added = actions.load_vocabularies(actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, _("新增 %s 个代码表") % added)
    return redirect("registry:vocabularies")


def _terms(request: HttpRequest) -> Iterator[actions.NewTerm]:
    columns = [request.POST.getlist(name) for name in ("code", "label_zh", "label_en", "group_code")]
    ended = set(request.POST.getlist("ended"))
    for code, zh, en, group in zip(*columns, strict=False):
        if code.strip() or zh.strip():
            text = code.strip()[:60]
            yield actions.NewTerm(text, zh.strip()[:120], en.strip()[:120], group.strip()[:40], text in ended)


@page("registry.vocabulary", "GET", "POST")
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """A new version, made from the newest."""
    newest = _versions(name)[0]
    rows: list[Any] = list(newest.terms.all())
    given: Any = {"version": "", "issuer": newest.issuer, "valid_from": "", "based_on": newest.version}
    errors: dict[str, str] = {}
    if request.method == "POST":
        given, rows = request.POST, list(_terms(request))
        try:
            actions.new_version(
                actor=request.actor,  # type: ignore[attr-defined]
                name=name,
                version=given.get("version", ""),
                issuer=given.get("issuer", "")[:80],
                valid_from=_date(given.get("valid_from", "")),
                terms=rows,
                based_on=given.get("based_on", ""),
            )
        except Invalid as wrong:
            errors = wrong.errors
        except Conflict:
            errors = {"": _("别人刚建立了新版本，请在它的基础上重新修改")}
        else:
            messages.success(request, _("新版本已建立"))
            return HttpResponseRedirect(reverse("registry:vocabulary", args=[name]))
    context = {
        "name": name,
        "label": label_of(name),
        "rows": rows,
        "empty": range(EXTRA_ROWS),
        "given": given,
        "errors": errors,
        "batches": words().choices(BATCH) if name == MEASURE else [],
    }
    return render(request, "registry/vocabulary_edit.html", context, status=400 if errors else 200)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({"valid_from": _("请填日期，如 2026-10-31")}) from None
