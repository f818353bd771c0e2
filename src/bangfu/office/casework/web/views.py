"""The board, a case, the form of one action, decisions, letters and notices."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.casework import actions, answering, engine, from_visits, means_checks, openings, queries, showing
from bangfu.office.casework.deciding import Changed, basis_of, opened
from bangfu.office.casework.deliveries import letters_of
from bangfu.office.casework.documents import letters
from bangfu.office.casework.models import Case, CaseDocument, Determination, OpenStep, Proposal
from bangfu.office.casework.web.forms import ActForm, Visits
from bangfu.office.casework.web.opening import OpenForm, about_for, finding_for, household_of
from bangfu.office.pages.downloads import PDF, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.pages.versions import seen_version
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import api as registry


@page("cases.view")
def board(request: HttpRequest) -> HttpResponse:
    """What is due, overdue, and waits for others, in the actor's area."""
    actor, today = actor_in(request), timezone.localdate()
    filters = queries.Filters.read(request.GET.dict())
    counts = queries.counts(actor, filters)
    lists = queries.views(actor, today)
    chosen = request.GET.get("view", "")
    if chosen not in lists:
        chosen = next((name for name in ("mine", "overdue", "others") if counts[name]), "mine")
    rows = queries.board(actor, chosen, filters)
    part = page_of(rows, ("listed_on", "id"), request.GET.get("page", ""), count=False)
    steps: dict[int, dict[str, None]] = {}
    for case, step in OpenStep.objects.filter(case__in=list(part)).order_by("pk").values_list("case", "step"):
        steps.setdefault(case, {})[step] = None
    places = areas.names({row.area_code for row in part})
    known = {one.name: getattr(filters, one.name) for one in fields(filters)}
    context = {
        "ticks": chosen not in ("closed", "all") and actor.may(queries.ACT), "total": counts[chosen],
        "kept": [(name, value) for name, value in known.items() if value and name != "procedure"],
        "narrowed": _narrowed(request, known),
        "page": part, "chosen": chosen, "filters": filters, "by_area": queries.by_area(actor, chosen, filters),
        "tabs": [(name, label, counts[name]) for name, (label, _c) in lists.items() if name != "all" or chosen == "all"],
        "procedures": [(one.id, one.title.get(reader_language())) for one in engine.current().values()],
        "rows": [
            {"case": row, "title": showing.title_of(row), "place": places[row.area_code],
             "steps": showing.open_titles(row, list(steps.get(row.pk, {}))), "tone": showing.tone_of(row.due_on, today)}
            for row in part
        ],
    }  # fmt: skip
    return render(request, "casework/board.html", context)


def _narrowed(request: HttpRequest, known: dict[str, str]) -> list[tuple[str, str]]:
    """What a link from a figure narrows the list to, in words, each with the address without it."""
    found = []
    for name, value in known.items():
        if not value or name in ("area", "procedure"):
            continue
        without = request.GET.copy()
        without.pop(name, None)
        without.pop("page", None)
        found.append((showing.narrowed_by(name, value, known["procedure"]), f"?{without.urlencode()}"))
    return found


@page("cases.act", "GET", "POST")
def new_case(request: HttpRequest) -> HttpResponse:
    """Open a case of a household, from its page or from a line of a run."""
    actor = actor_in(request)
    asked = request.POST if request.method == "POST" else request.GET
    finding = finding_for(actor, asked.get("finding", ""))
    about = about_for(actor, asked.get("about", ""))
    number = finding.household_number if finding else asked.get("household", "").strip()
    household = about.household if about is not None else household_of(actor, number)
    form = OpenForm(actor, household, finding, about, request.POST if request.method == "POST" else None)
    if request.method == "POST" and household is not None and form.is_valid():
        try:
            case = _opened(actor, form.cleaned_data, finding, household.number, about)
        except actions.AlreadyOpen as same:
            messages.warning(request, str(same))
            if _joined(actor, same.case, form.cleaned_data, finding):
                messages.success(request, _("这条线索已并入正在办理的监测个案"))
            return redirect("casework:case", same.case.pk)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已立案：%s") % case.number)
            return redirect("casework:case", case.pk)
    already = queries.of_household(actor, household.pk) if household is not None else []
    context = {
        "form": form,
        "household": household,
        "number": number,
        "finding": finding,
        "about": about,
        "already": _titled(already),
    }
    return render(request, "casework/new.html", context)


def _opened(actor: Actor, given: dict[str, Any], finding: Any, number: str, about: Case | None) -> Case:
    procedure, _sep, matter = given["what"].partition("/")
    if finding is not None:
        return actions.open_from_finding(
            actor=actor, finding=finding.pk, procedure=procedure, matter=matter, note=given["note"]
        )
    origin = "case" if about is not None else given["origin"]
    return actions.open_case(
        actor=actor, household=number, procedure=procedure, matter=matter, origin=origin, about=about, note=given["note"],
        origin_ref=about.number if about is not None else "",
    )  # fmt: skip


@page("cases.act", "POST")
def from_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """A finding of a home visit becomes a case with one click; where the matter is open already, it is laid to that case."""
    actor = actor_in(request)
    try:
        case = from_visits.open_from_visit(actor=actor, finding=pk)
        messages.success(request, _("已立案：%s") % case.number)
    except actions.AlreadyOpen as same:
        case = same.case
        from_visits.lay_to_case(actor=actor, finding=pk, case=case)
        messages.warning(request, str(same))
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("fieldwork:findings")
    return redirect("casework:case", case.pk)


def _joined(actor: Actor, case: Case, given: dict[str, Any], finding: Any) -> bool:
    if not given["what"].startswith(f"{case.procedure}/"):
        return False
    ref = f"run:{finding.run_id}/{finding.kind}/{finding.definition}" if finding is not None else ""
    origin = "finding" if finding is not None else given.get("origin", "found")
    return openings.joined(actor, case, origin, ("", ""), given["note"], ref)


def _titled(cases: list[Case]) -> list[tuple[Case, str]]:
    return [(case, showing.title_of(case)) for case in cases]


@page("cases.view")
def of_household(request: HttpRequest, number: str) -> HttpResponse:
    """The cases of one household: a part of its page, or a page where there is no JavaScript."""
    actor = actor_in(request)
    household = registry.household(actor, number, queries.VIEW)
    cases = queries.of_household(actor, household.pk)
    part = request.htmx  # type: ignore[attr-defined]
    template = "casework/household.html" if part else "casework/household_page.html"
    return render(request, template, {"cases": _titled(cases), "household": household})


@page("cases.view")
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One case."""
    actor = actor_in(request)
    case = queries.case(actor, pk)
    draft = Proposal.objects.filter(case=case).first()
    shown = showing.shown(actor, case)
    context = {
        "case": case, "shown": shown, "means": means_checks.panel(actor, case, shown.procedure, shown.state, shown.allowed),
        "matter": showing.matter_title(case.matter),
        "place": areas.names([case.area_code])[case.area_code], "draft": draft, "today": timezone.localdate(),
        "decisions": list(Determination.objects.filter(case=case).defer("content").order_by("seq")),
        "may_sign": draft is not None and draft.proposed_by != actor.key and actor.may(queries.DECIDE, case.area_code),
        "may_act": actor.may(queries.ACT, case.area_code), "origin": _origin(case),
        "notices": letters.notices_of(case), "letters": letters_of(case),
        "worked": from_visits.works_out(engine.procedure_of(case)),
    }  # fmt: skip
    return render(request, "casework/case.html", context)


def _origin(case: Case) -> str:
    return str(dict(Case._meta.get_field("origin").choices or ()).get(case.origin, case.origin))


@page("cases.act", "GET", "POST")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one action, and doing it."""
    actor = actor_in(request)
    case = queries.case(actor, pk, queries.ACT)
    procedure = engine.procedure_of(case)
    state = engine.folded(procedure, [event for _row, event in engine.events_of(case)])
    wanted = tuple(request.GET.get(name, "") for name in ("kind", "name", "outcome", "to"))
    found = showing.actions_of(actor, case, procedure, state, timezone.now())
    action = next((one for one in found if (one.kind, one.name, one.outcome, one.to) == wanted), None)
    if action is None or not action.allowed:
        reason = action.reason.text.get(reader_language()) if action and action.reason else _("现在没有这一项可办")
        messages.warning(request, reason)
        return redirect("casework:case", case.pk)
    step = procedure.steps.get(action.name) if action.kind == "step_done" else None
    decides = step.outcomes[action.outcome].decides if step is not None else ""
    basis = basis_of(case) if decides else None
    seen = Visits.of(actor, case, procedure, action, state)
    form = ActForm(case, procedure, action, basis, seen, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        expected = request.POST.get("version", "")
        try:
            done = actions.act(
                actor=actor, case=case.pk, move=form.move(), expected=int(expected) if expected.isdigit() else -1
            )
        except Invalid as error:
            form.refuse(error)
        else:
            waits = isinstance(done, Proposal)
            messages.success(request, _("已拟定，须由第二人签署后生效") if waits else _("已办理"))
            return redirect("casework:case", case.pk)
    version = request.POST.get("version") or case.version
    context = {
        "case": case, "form": form, "label": showing.doable(procedure, action), "step": step, "basis": basis,
        "version": version, "decides": decides, "title": showing.title_of(case),
        "visit_forms": [form for name in action.leaves if name in procedure.things for form in procedure.things[name].form],
    }  # fmt: skip
    return render(request, "casework/act.html", context, status=200)


@page("cases.decide", "POST")
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign what another drafted, or turn it down."""
    actor = actor_in(request)
    queries.case(actor, pk, queries.DECIDE)
    try:
        if request.POST.get("answer") == "turn_down":
            note = request.POST.get("note", "")
            actions.turn_down(actor=actor, case=pk, expected=seen_version(request), note=note)
            messages.success(request, _("已退回拟定的决定"))
        else:
            actions.sign(actor=actor, case=pk, expected=seen_version(request))
            messages.success(request, _("已签署，决定生效"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("casework:case", pk)


@page("cases.act", "POST")
def bar(request: HttpRequest, pk: int) -> HttpResponse:
    """Register who must abstain."""
    actor = actor_in(request)
    queries.case(actor, pk, queries.ACT)
    names = tuple(request.POST.get("companions", "").replace("，", " ").replace(",", " ").split())
    reason = request.POST.get("reason", "near_relative")
    try:
        actions.bar(actor=actor, case=pk, expected=seen_version(request), companions=names, reason=reason)
        messages.success(request, _("已登记回避"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("casework:case", pk)


def _decision(actor: Actor, pk: int, decision: int) -> tuple[Determination, dict[str, Any] | None]:
    case = queries.case(actor, pk)
    found = Determination.objects.filter(case=case, pk=decision).first()
    if found is None:
        raise OutOfReach(queries.VIEW, case.area_code)
    found.case = case
    try:
        return found, opened(found)
    except (Erased, SealBroken, Changed):
        return found, None


@page("cases.view")
def decision(request: HttpRequest, pk: int, decision: int) -> HttpResponse:
    """Who decided this, on what facts, by which rule, who could object."""
    actor = actor_in(request)
    found, content = _decision(actor, pk, decision)
    language, shown = reader_language(), showing.shown(actor, found.case)
    context = {
        "case": found.case, "decision": found, "content": content, "title": showing.title_of(found.case),
        "told": (content or {}).get("told", {}).get(language), "outcome": (content or {}).get("title", {}).get(language),
        "without": ((content or {}).get("without_means_check") or {}).get(language), "shown": shown,
        "answer": answering.answer(actor, found, shown),
        "replayed": answering.replayed(found) if "replay" in request.GET else None,
    }  # fmt: skip
    return render(request, "casework/decision.html", context)


def _printed(request: HttpRequest, case: Case, name: str, make: Any) -> HttpResponse:
    """A PDF, or the case's page with the reason why there is none."""
    language = "en" if request.GET.get("language") == "en" else "zh-hans"
    try:
        with translation.override(language):  # a letter is for the household, whatever the official reads
            return sent(name, make(), PDF, attached=False)
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect(reverse("casework:case", args=[case.pk]))


@page("cases.view")
def decision_letter(request: HttpRequest, pk: int, decision: int) -> HttpResponse:
    """The letter of a decision."""
    actor = actor_in(request)
    found, content = _decision(actor, pk, decision)
    return _printed(
        request, found.case, f"{found.case.number}.pdf", lambda: letters.decision_letter(actor, found, content)
    )


@page("cases.view")
def letter(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    """Another letter that the office makes: a receipt, what is missing, a suspension."""
    actor = actor_in(request)
    case = queries.case(actor, pk)
    row = CaseDocument.objects.filter(case=case, pk=paper).first()
    if row is None:
        raise OutOfReach(queries.VIEW, case.area_code)
    return _printed(request, case, f"{case.number}-{row.pk}.pdf", lambda: letters.letter(actor, case, row))
