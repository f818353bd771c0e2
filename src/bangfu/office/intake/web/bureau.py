"""The work of other bureaus: the cases with a step of theirs, and in each only what the step needs."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import BUREAUS, Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.intake import events
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.pages.versions import seen_version

PERMISSION = "cases.bureau"


class BureauForm(casework.ActForm):
    """The form of a step, without the titles of the household's other papers."""

    offers_papers = False


def _case(actor: Actor, pk: int) -> casework.Case:
    """A case with an open step of the actor's bureau. Raises OutOfReach."""
    found = casework.of_bureaus(actor).filter(pk=pk).first()
    if found is None:
        known = casework.Case.objects.filter(pk=pk).values_list("area_code", flat=True).first()
        raise OutOfReach(PERMISSION, known or "")
    return found


@transaction.atomic
def _looked(actor: Actor, case: casework.Case) -> None:
    audit.record(
        actor,
        events.BUREAU_READ,
        audit.Subject("case", case.number, case.area_code),
        after={"bureaus": list(actor.bureaus())},
    )


@page(PERMISSION)
def board(request: HttpRequest) -> HttpResponse:
    """The steps of one's bureau, the earliest due first."""
    actor, today = actor_in(request), timezone.localdate()
    part = page_of(casework.of_bureaus(actor), ("id",), request.GET.get("page", ""), count=False)
    steps: dict[int, list[casework.OpenStep]] = {}
    for step in casework.steps_of_bureaus(actor).filter(case__in=list(part)).order_by("pk"):
        steps.setdefault(step.case_id, []).append(step)
    places = areas.names({row.area_code for row in part} | {row.area_code[:9] for row in part})
    rows = []
    for case in part:
        mine = steps.get(case.pk, [])
        due = min((step.due_on for step in mine if step.due_on), default=None)
        rows.append(
            {"case": case, "title": casework.title_of(case), "place": places[case.area_code], "due": due,
             "township": places[case.area_code[:9]], "tone": casework.tone_of(due, today),
             "steps": casework.open_titles(case, [step.step for step in mine]), "held": any(step.held for step in mine)}
        )  # fmt: skip
    context = {"page": part, "rows": rows, "bureaus": [BUREAUS.get(name, name) for name in actor.bureaus()]}
    return render(request, "intake/bureau.html", context)


@page(PERMISSION)
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What the step needs: whose house, where, what was left by the steps before that it builds on, what may be done."""
    actor = actor_in(request)
    case = _case(actor, pk)
    _looked(actor, case)
    procedure = casework.procedure_of(case)
    mine = list(casework.steps_of_bureaus(actor).filter(case=case).values_list("step", flat=True))
    shown = casework.shown(actor, case)
    wanted = {name for step in mine for name in procedure.steps[step].needs}
    titles = {procedure.things[name].title.get(reader_language()) for name in wanted}
    papers = [paper for happened in shown.events for paper in happened.papers if paper.title in titles]
    own = {procedure.steps[name].title.get(reader_language()) for name in mine}
    draft = casework.Proposal.objects.filter(case=case).first()
    context = {
        "case": case, "title": casework.title_of(case), "place": _place(case), "shown": shown, "papers": papers,
        "steps": [line for line in shown.lines if line.title in own], "draft": draft,
        "may_sign": draft is not None and draft.proposed_by != actor.key, "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "intake/bureau_case.html", context)


def _place(case: casework.Case) -> str:
    names = areas.names([case.area_code, case.area_code[:9]])
    return f"{names[case.area_code[:9]]} {names[case.area_code]} {case.household.group_name}".strip()


@page(PERMISSION, "GET", "POST")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one action, and doing it."""
    actor = actor_in(request)
    case = _case(actor, pk)
    procedure = casework.procedure_of(case)
    state = casework.folded(procedure, [event for _row, event in casework.events_of(case)])
    wanted = tuple(request.GET.get(name, "") for name in ("kind", "name", "outcome", "to"))
    found = casework.actions_of(actor, case, procedure, state, timezone.now())
    action = next((one for one in found if (one.kind, one.name, one.outcome, one.to) == wanted), None)
    if action is None or not action.allowed:
        reason = action.reason.text.get(reader_language()) if action and action.reason else _("现在没有这一项可办")
        messages.warning(request, reason)
        return redirect("intake:bureau_case", case.pk)
    step = procedure.steps.get(action.name) if action.kind == "step_done" else None
    decides = step.outcomes[action.outcome].decides if step is not None else ""
    basis = casework.basis_of(case) if decides else None
    form = BureauForm(case, procedure, action, basis, casework.Visits(), request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = casework.act(actor=actor, case=case.pk, move=form.move(), expected=seen_version(request))
        except Invalid as error:
            form.refuse(error)
        else:
            waits = isinstance(done, casework.Proposal)
            messages.success(request, _("已拟定，须由第二人签署后生效") if waits else _("已办理"))
            return _back(actor, pk)
    context = {
        "case": case, "form": form, "label": casework.doable(procedure, action), "step": step, "basis": basis,
        "version": request.POST.get("version") or case.version, "decides": decides, "title": casework.title_of(case),
    }  # fmt: skip
    return render(request, "intake/bureau_act.html", context)


@page(PERMISSION, "POST")
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign what a colleague drafted, or turn it down."""
    actor = actor_in(request)
    _case(actor, pk)
    try:
        if request.POST.get("answer") == "turn_down":
            casework.turn_down(actor=actor, case=pk, expected=seen_version(request), note=request.POST.get("note", ""))
            messages.success(request, _("已退回拟定的决定"))
        else:
            casework.sign(actor=actor, case=pk, expected=seen_version(request))
            messages.success(request, _("已签署，决定生效"))
    except Invalid as error:
        messages.warning(request, str(error))
    return _back(actor, pk)


def _back(actor: Actor, pk: int) -> HttpResponse:
    """To the case while a step of it is the bureau's, else to the list."""
    still = casework.of_bureaus(actor).filter(pk=pk).exists()
    return redirect("intake:bureau_case", pk) if still else redirect("intake:bureau")
