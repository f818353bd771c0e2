"""Lists, search, the household's file, and where a fact comes from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import actions, queries
from bangfu.office.registry.catalogue import catalogue
from bangfu.office.registry.filters import choices, read_filter
from bangfu.office.registry.household_file import Labels, household_file, since_last_visit
from bangfu.office.registry.list_workbook import workbook
from bangfu.office.registry.models import Household, Person, SavedFilter
from bangfu.office.registry.provenance import provenance
from bangfu.office.registry.search import find

EXPORT_LIMIT = 50_000
SUGGESTIONS = 8


def _language() -> str:
    return get_language() or "zh-hans"


@page("registry.view")
def household_list(request: HttpRequest) -> HttpResponse:
    """Households of the actor's area, filtered."""
    actor = request.actor  # type: ignore[attr-defined]
    wanted = read_filter(actor, request.GET)
    size = int(request.GET["size"]) if request.GET.get("size") in ("25", "50", "100") else 25
    rows = queries.filtered(actor, wanted, timezone.localdate())
    part = page_of(rows, ("area_code", "number"), request.GET.get("page", ""), size)
    known = catalogue()
    content = {
        "page": part,
        "names": areas.names(row.area_code for row in part),
        "filter": wanted,
        "areas": choices(actor, wanted),
        "types": _options(known, "household_type"),
        "kinds": _options(known, "monitored_kind"),
        "codes": known.codes,
        "saved": SavedFilter.objects.filter(user_key=actor.key).order_by("name"),
    }
    return render(request, "registry/households.html", content)


def _options(known: Any, code: str) -> list[tuple[str, str]]:
    codes = known.codes.get(code)
    return [(value, codes.label(value, _language())) for value in codes.labels if value != "none"] if codes else []


@page("export")
def household_export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook: same filter, same order, same columns."""
    actor = request.actor  # type: ignore[attr-defined]
    wanted = read_filter(actor, request.GET)
    rows = queries.filtered(actor, wanted, timezone.localdate()).order_by("area_code", "number")
    count = rows.count()
    if count > EXPORT_LIMIT:
        messages.warning(
            request, _("共 %(n)d 户，一次最多导出 %(most)d 户，请先筛选") % {"n": count, "most": EXPORT_LIMIT}
        )
        return redirect(f"{reverse('registry:households')}?{urlencode(wanted.given)}")
    actions.note_export(actor=actor, what="households", given=wanted.given, rows=count)
    about = f"{actor.name}  {urlencode(wanted.given)}"
    data = workbook(rows.iterator(chunk_size=2000), Labels(catalogue(), _language()), about, timezone.localtime())
    answer = HttpResponse(data, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = 'attachment; filename="households.xlsx"'
    return answer


@page("registry.view", "POST")
def filter_save(request: HttpRequest) -> HttpResponse:
    """Keep the present filter under a name."""
    actor = request.actor  # type: ignore[attr-defined]
    wanted = read_filter(actor, request.POST)
    try:
        actions.save_filter(actor=actor, name=request.POST.get("name", ""), given=wanted.given)
        messages.success(request, _("已保存筛选"))
    except Invalid as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(f"{reverse('registry:households')}?{urlencode(wanted.given)}")


@page("registry.view", "POST")
def filter_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a filter."""
    try:
        actions.delete_filter(actor=request.actor, pk=pk)  # type: ignore[attr-defined]
    except Invalid as error:
        messages.error(request, str(error))
    return redirect("registry:households")


def _file(request: HttpRequest, household: Household, *, unmasked: bool = False, **form: Any) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    made = household_file(household, _language(), timezone.localdate(), unmasked=unmasked)
    before, changes = since_last_visit(actor.key, household, timezone.now())
    content = {
        "file": made,
        "household": household,
        "codes": catalogue().codes,
        "before": before,
        "changes": changes,
        "errors": form.get("errors"),
        **form.get("form", {}),
        "may_unmask": actor.may("registry.unmask", household.area_code) and not unmasked,
    }
    return render(request, "registry/household.html", content, status=422 if form else 200)


@page("registry.view")
def household_page(request: HttpRequest, number: str) -> HttpResponse:
    """One household's file."""
    return _file(request, queries.household(request.actor, number))  # type: ignore[attr-defined]


@page("registry.unmask", "POST")
def household_full(request: HttpRequest, number: str) -> HttpResponse:
    """The file with personal data in full, for this one look and for a stated purpose."""
    actor = request.actor  # type: ignore[attr-defined]
    household = queries.household(actor, number, "registry.unmask")
    form = {name: request.POST.get(name, "") for name in ("purpose", "why")}
    try:
        actions.note_unmasking(actor=actor, household=household, **form)
    except Invalid as error:
        return _file(request, household, errors=error.errors, form=form)
    return _file(request, household, unmasked=True)


def _fact(
    request: HttpRequest, subject: Household | Person, household: Household, table: str, name: str
) -> HttpResponse:
    known = catalogue()
    field = known.field(table, name)
    if field is None:
        raise Http404
    said = provenance(subject, field, Labels(known, _language()), unmasked=False)
    return render(
        request, "registry/fact.html", {"household": household, "subject": subject, "field": field, "said": said}
    )


@page("registry.view")
def household_fact(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Every statement that named a fact of a household."""
    household = queries.household(request.actor, number)  # type: ignore[attr-defined]
    return _fact(request, household, household, "households", name)


@page("registry.view")
def person_fact(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Likewise of a person."""
    person = queries.person(request.actor, number)  # type: ignore[attr-defined]
    if person.household is None:
        raise Http404
    return _fact(request, person, person.household, "persons", name)


def _typed(request: HttpRequest) -> str:
    # a form posts, since an ID number in an address would stay in histories and in the log of a proxy
    return str(request.POST.get("q", request.GET.get("q", "")))


@page("registry.view", "GET", "POST")
def search(request: HttpRequest) -> HttpResponse:
    """Persons by whatever was typed; a single household that was named exactly is opened at once."""
    found = find(request.actor, _typed(request))  # type: ignore[attr-defined]
    homes = {person.household.number for person in found.persons if person.household}
    if found.understood in ("number", "id") and len(homes) == 1 and not found.more:
        return redirect("registry:household", homes.pop())
    content = {"found": found, "names": areas.names(row.area_code for row in found.persons), "codes": catalogue().codes}
    return render(request, "registry/search.html", content)


@page("registry.view", "GET", "POST")
def suggest(request: HttpRequest) -> HttpResponse:
    """The first few answers while one types."""
    text = _typed(request)
    found = find(request.actor, text, SUGGESTIONS) if len(text.strip()) > 1 else None  # type: ignore[attr-defined]
    names = areas.names(row.area_code for row in found.persons) if found else {}
    return render(request, "registry/suggestions.html", {"found": found, "names": names})
