"""What follows visits: findings as tasks, differences that the office settles, clauses worked out on what is known today."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bangfu.core.api import visits as v
from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.fieldwork import asking, queries, settling, working
from bangfu.office.fieldwork.models import FINDING_STATUSES, OPEN, REASONS, Difference
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import api as registry


@page("cases.view")
def findings(request: HttpRequest) -> HttpResponse:
    """What was found, and what became of it."""
    actor = actor_in(request)
    filters = queries.Filters.read(request.GET.dict())
    known = dict(FINDING_STATUSES)
    chosen = request.GET.get("status", OPEN)
    chosen = chosen if chosen in known else OPEN
    rows = queries.findings(actor, filters, chosen).select_related("household", "visit__definition")
    part = page_of(rows, ("found_on", "id"), request.GET.get("page", ""), count=False, descending=True)
    names = areas.names({row.area_code for row in part})
    context = {
        "page": part, "chosen": chosen, "tabs": FINDING_STATUSES, "filters": filters,
        "rows": [(row, names[row.area_code]) for row in part], "may_act": actor.may("cases.act"),
        "may_make": actor.may(queries.MAKE),
    }  # fmt: skip
    return render(request, "fieldwork/findings.html", context)


@page("registry.propose", "POST")
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """No case is needed, and why."""
    try:
        found = settling.dismiss(actor=actor_in(request), finding=pk, note=request.POST.get("note", ""))
        messages.success(request, _("已记下：不立案"))
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("fieldwork:findings")
    return redirect("fieldwork:visit", found.visit_id)


@page("registry.confirm")
def differences(request: HttpRequest) -> HttpResponse:
    """Facts that were found otherwise than the registry has them, to be settled one by one."""
    actor = actor_in(request)
    filters = queries.Filters.read(request.GET.dict())
    rows = queries.differences(actor, filters).select_related(
        "household__key", "visit__household__key", "visit__definition"
    )
    part = page_of(rows, ("id",), request.GET.get("page", ""), count=False)
    names = areas.names({row.area_code for row in part})
    numbers = {row.person_number for row in part} - {""}
    people = {p.number: p for p in registry.Person.objects.select_related("key").filter(number__in=numbers)}
    reader = registry.Reader.now()
    lines = [_difference(actor, reader, row, people, names[row.area_code]) for row in part]
    return render(request, "fieldwork/differences.html", {"page": part, "lines": lines, "filters": filters})


def _difference(
    actor: Actor, reader: registry.Reader, row: Difference, people: Mapping[str, registry.Person], place: str
) -> dict[str, object]:
    """One line: what was found, what the registry holds today, and from whom it had that when the visit was made. No query."""
    item = asking.form_of(row.visit).item(row.item)
    content = asking.content_of(row.visit)
    key = v.key_of(row.item, row.person_number)
    person = people.get(row.person_number)
    table, held = ("persons", person) if row.person_number else ("households", row.household)
    value = _present(held, row.fact)
    _state, text = reader.shown(table, row.fact, value)
    then = (content.about.get("known", {}) if content else {}).get(key, {})
    found = asking.text_of(item, content.answers.get(key)) if content and item else _("已删除")
    return {
        "row": row, "place": place, "who": person.name if person else "",
        "label": item.ask.get(reader_language()) if item else row.fact,
        "found": "＊＊＊" if row.fact in registry.HEALTH else found, "held": text,
        "source": reader.words.label("source", row.source), "as_of": then.get("as_of") or "",
        "reason": dict(REASONS)[row.reason], "mine": actor.key == row.visit.made_by or actor.key in row.visit.companions,
    }  # fmt: skip


def _present(held: registry.Household | registry.Person | None, fact: str) -> object:
    try:
        return registry.values_now(held, [fact])[fact] if held is not None else None
    except Erased:
        return None


@page("registry.confirm", "POST")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take what was found, or keep what is registered."""
    take = request.POST.get("answer") == "take"
    try:
        settling.settle(actor=actor_in(request), difference=pk, take=take, note=request.POST.get("note", ""))
        messages.success(request, _("已采用入户所见，登记已更新") if take else _("已保留登记值"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("fieldwork:differences")


@page("cases.view")
def worked(request: HttpRequest, number: str) -> HttpResponse:
    """Clauses on spending and income worked out on what the registry knows today: the verdict, or exactly what is missing."""
    actor = actor_in(request)
    household = registry.household(actor, number, queries.VIEW)
    actor.require("registry.view", household.area_code)
    given, errors = working.given_of(request.GET.dict())
    context = {
        "household": household, "errors": errors, "given": request.GET.dict(),
        "results": working.worked_out(household, given, queries.today()), "may_make": actor.may(queries.MAKE),
        "pending": Difference.objects.filter(household=household, status=OPEN).count(),
    }  # fmt: skip
    return render(request, "fieldwork/worked.html", context)
