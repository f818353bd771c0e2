"""Many cases at once: chosen, looked at, confirmed, followed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.casework import engine, queries
from bangfu.office.casework.bulk import handing, moving, opening, running
from bangfu.office.casework.bulk.rows import (
    ALREADY,
    CONFLICT,
    DRAFT,
    HANDING,
    MADE,
    MOVING,
    NEW,
    OPENING,
    REFUSED,
    WOULD,
    BulkAction,
    SharedDocument,
)
from bangfu.office.casework.bulk.sharing import read as read_shared
from bangfu.office.casework.models import Case, CaseDocument, OpenStep, StoredDefinition
from bangfu.office.casework.web.bulk_forms import Doing, TogetherForm, doings
from bangfu.office.casework.web.opening import offered
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

SHOWN = 200
"""Items of each answer that are listed; all are counted."""


def _back(request: HttpRequest, wrong: str, where: str) -> HttpResponse:
    messages.warning(request, wrong)
    return redirect(where)


# -- from a run's lines ----------------------------------------------------------------------------------------------


@page("cases.act", "POST")
def open_many(request: HttpRequest) -> HttpResponse:
    """The lines that the list of a run shows, as cases: looked at first."""
    actor = actor_in(request)
    text = request.POST.get("run", "")
    run = runs.run(actor, int(text) if text.isdigit() and len(text) < 16 else 0)
    query = QueryDict(request.POST.get("query", "").lstrip("?"))
    lines = runs.findings(actor, run, runs.Filters.read(query.dict())).order_by("area_code", "household_number", "id")
    items = opening.items_of(lines[: running.MOST + 1])
    choices = {}
    for group in {item.group for item in items}:
        known = _offers(actor, group)
        choices[group] = known[0][0] if known else ""
    try:
        action = running.begin(actor=actor, sort=OPENING, items=items, content={"run": run.pk, "choices": choices})  # fmt: skip
        running.preview(actor=actor, action=action, content=action.content)
    except Invalid as wrong:
        return _back(request, str(wrong), reverse("runs:lines", args=[run.pk]))
    return redirect("casework:bulk", action.pk)


def _offers(actor: Actor, group: str) -> list[tuple[str, str]]:
    """Procedures for a kind of line, the fitting one first; nothing is chosen for an alert or a check, which are no policy."""
    kind, _sep, definition = group.partition("/")
    found: dict[str, str] = {}
    for area in actor.areas(queries.ACT):
        found |= dict(offered(actor, area, definition))
    fitting = [(code, label) for code, label in found.items() if code.partition("/")[2] == definition]
    if not fitting:
        every = {code: label for area in actor.areas(queries.ACT) for code, label in offered(actor, area)}
        return [("", str(_("请选择"))), *every.items()]
    wanted = "stop" if kind == "receiving_not_entitled" else "grant"
    return sorted(fitting, key=lambda pair: wanted not in _decides(pair[0]))


def _decides(code: str) -> set[str]:
    steps = engine.current()[code.partition("/")[0]].steps.values()
    return {outcome.decides for step in steps for outcome in step.outcomes.values() if outcome.decides}


@page("cases.act", "POST")
def bulk_choices(request: HttpRequest, pk: int) -> HttpResponse:
    """Other procedures for some kinds of lines: looked at again."""
    actor = actor_in(request)
    action = running.own(actor, pk)
    choices = dict(action.content.get("choices", {}))
    for group in choices:
        given = request.POST.get(f"g-{group}")
        if given is not None and given in dict(_offers(actor, group)) | {"": ""}:
            choices[group] = given
    try:
        note = checked(request.POST.get("note", ""), "note", needed=False)
        running.preview(actor=actor, action=action, content={**action.content, "choices": choices}, note=note)
    except Invalid as wrong:
        messages.warning(request, str(wrong))
    return redirect("casework:bulk", pk)


# -- from the board --------------------------------------------------------------------------------------------------


def _chosen(actor: Actor, request: HttpRequest) -> list[Case]:
    """The cases that were ticked, or all that the list holds; one more than the most where there are more."""
    if request.POST.get("which") == "all":
        query = QueryDict(request.POST.get("query", "").lstrip("?")).dict()
        view = query.get("view", "mine")
        if view not in queries.views(actor, queries.today()):
            view = "mine"
        rows = queries.board(actor, view, queries.Filters.read(query))
    else:
        keys = [int(text) for text in request.POST.getlist("case") if text.isdigit() and len(text) < 16]
        rows = queries.cases(actor).filter(pk__in=keys[: running.MOST])
    found = rows.filter(actor.limit(queries.ACT), running=True).select_related(None)
    return list(found.only("pk", "version", "area_code").order_by("pk")[: running.MOST + 1])


@page("cases.act", "POST")
def bulk_choose(request: HttpRequest) -> HttpResponse:
    """Cases of the board; what is done with them is asked next."""
    actor = actor_in(request)
    try:
        action = running.begin(actor=actor, sort=MOVING, items=moving.items_of(_chosen(actor, request)), content={})
    except Invalid as wrong:
        return _back(request, str(wrong), f"{reverse('casework:board')}?{request.POST.get('query', '').lstrip('?')}")
    return redirect("casework:bulk_what", action.pk)


def _groups(action: BulkAction) -> list[dict[str, Any]]:
    """The steps at which the chosen cases are, by version of the procedure, with what may be done there."""
    cases = action.items.values("case")
    rows = OpenStep.objects.filter(case__in=cases).order_by().values_list("case__definition", "step", "case").distinct()
    count = Counter((digest, step) for digest, step, _case in rows)
    texts = {row.digest: row for row in StoredDefinition.objects.filter(digest__in={digest for digest, _s in count})}
    found = []
    for (digest, step), n in count.most_common():
        procedure = engine.version(texts[digest])
        language = reader_language()
        found.append({
            "digest": digest, "step": step, "count": n, "title": procedure.title.get(language),
            "label": procedure.steps[step].title.get(language), "doings": doings(procedure, step),
        })  # fmt: skip
    return found


@page("cases.act", "GET", "POST")
def bulk_what(request: HttpRequest, pk: int) -> HttpResponse:
    """What is done with the chosen cases; handing them to somebody is asked for here."""
    actor = actor_in(request)
    action = running.own(actor, pk)
    if action.state != DRAFT:
        return redirect("casework:bulk", pk)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            receiver = handing.receiver_of(request.POST.get("to", ""))
            words = checked(request.POST.get("note", ""), "note")
            running.hand(actor=actor, action=action, to=receiver.key, step=request.POST.get("step", ""), note=words)
        except Invalid as wrong:
            errors = dict(wrong.errors)
        else:
            return redirect("casework:bulk", pk)
    context = {"action": action, "groups": _groups(action), "errors": errors, "given": request.POST}
    return render(request, "casework/bulk_what.html", context, status=400 if errors else 200)


@page("cases.act", "GET", "POST")
def bulk_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one move for all."""
    actor = actor_in(request)
    action = running.own(actor, pk)
    if action.state != DRAFT:
        return redirect("casework:bulk", pk)
    asked = request.GET
    digest, step = asked.get("digest", ""), asked.get("step", "")
    doing: Doing = (asked.get("kind", ""), asked.get("name", ""), asked.get("outcome", ""), asked.get("to", ""))
    stored = StoredDefinition.objects.filter(digest=digest).first()
    procedure = engine.version(stored) if stored else None
    known = doings(procedure, step) if procedure is not None and step in procedure.steps else []
    label = next((text for one, text, _d in known if one == doing), None)
    if procedure is None or label is None:
        return redirect("casework:bulk_what", pk)
    form = TogetherForm(procedure, step, doing, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            running.move(actor=actor, action=action, together=form.together(actor), note=form.cleaned_data["note"])
        except Invalid as wrong:
            form.add_error(None, str(wrong))
        else:
            return redirect("casework:bulk", pk)
    here = OpenStep.objects.filter(case__in=action.items.values("case"), step=step, case__definition=digest)
    context = {
        "action": action, "form": form, "label": label, "title": procedure.title.get(reader_language()),
        "step": procedure.steps[step].title.get(reader_language()), "count": here.values("case").distinct().count(),
    }  # fmt: skip
    return render(request, "casework/bulk_form.html", context)


# -- looked at, confirmed, followed ----------------------------------------------------------------------------------


@page("cases.act")
def bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """An action: its progress, its preview, or what came of it."""
    actor = actor_in(request)
    action = running.own(actor, pk)
    if action.state == DRAFT and action.sort != OPENING:
        return redirect("casework:bulk_what", pk)
    context: dict[str, Any] = {"action": action, "counts": running.counts(action), "stalled": running.stalled(action)}
    if not action.busy:
        context["tables"] = [(answer, label, tone, _listed(actor, action, answer)) for answer, label, tone in _tables(action)]  # fmt: skip
        if action.sort == OPENING:
            context["groups"] = _line_groups(actor, action)
        context["what"] = _what(action)
    return render(request, "casework/bulk.html", context)


@page("cases.act")
def bulk_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked for again while an action is under way."""
    action = running.own(actor_in(request), pk)
    counts = running.counts(action)
    context = {"action": action, "counts": counts, "stalled": running.stalled(action), "done": _through(action, counts)}
    response = render(request, "casework/bulk_progress.html", context)
    if not action.busy:
        response["HX-Refresh"] = "true"
    return response


def _through(action: BulkAction, counts: dict[str, int]) -> int:
    return action.total - counts.get(NEW if action.state == "checking" else WOULD, 0)


def _tables(action: BulkAction) -> list[tuple[str, str, str]]:
    would, made = {
        OPENING: (_("将立案"), _("已立案")),
        MOVING: (_("将办理"), _("已办理")),
        HANDING: (_("将交办"), _("已交办")),
    }[action.sort]
    return [
        (WOULD, str(would), "good"),
        (MADE, str(made), "good"),
        (CONFLICT, str(_("已被他人办理")), "warn"),
        (REFUSED, str(_("不能办理")), "bad"),
        (ALREADY, str(_("已在办理或已办结")), "quiet"),
    ]


def _listed(actor: Actor, action: BulkAction, answer: str) -> list[dict[str, Any]]:
    items = list(action.items.filter(answer=answer).select_related("case__household").order_by("pk")[:SHOWN])
    numbers = {item.household_number for item in items if item.household_number}
    heads = dict(registry.households(actor).filter(number__in=numbers).values_list("number", "head_name"))
    places = areas.names({item.area_code for item in items})
    choices = action.content.get("choices", {})
    titles = {code: _procedure_title(code) for code in set(choices.values())}
    rows = []
    for item in items:
        number = item.household_number or (item.case.household.number if item.case else "")
        head = item.case.household.head_name if item.case else heads.get(item.household_number, "")
        procedure = titles.get(choices.get(item.group, ""), "")
        place = places[item.area_code]
        rows.append({"item": item, "number": number, "head": head, "place": place, "procedure": procedure})
    return rows


def _procedure_title(code: str) -> str:
    found = engine.current().get(code.partition("/")[0])
    return found.title.get(reader_language()) if found else ""


def _line_groups(actor: Actor, action: BulkAction) -> list[dict[str, Any]]:
    """Kinds of lines with how many, the procedures for them, and the one that is chosen."""
    run = runs.run(actor, action.content["run"])
    count = Counter(action.items.values_list("group", flat=True))
    kinds, language = dict(runs.KINDS), reader_language()
    found = []
    for group, n in count.most_common():
        kind, _sep, definition = group.partition("/")
        title = runs.title_of_line(run, kind, definition, language)
        found.append({"group": group, "kind": kinds[kind], "title": title, "count": n, "offers": _offers(actor, group),
                      "chosen": action.content["choices"].get(group, "")})  # fmt: skip
    return found


def _what(action: BulkAction) -> str:
    """The action in words."""
    content = action.content
    if action.sort == OPENING:
        return str(_("从月度比对的结果立案"))
    if action.sort == HANDING:
        return str(_("交办给 %s")) % content.get("name", "")
    stored = StoredDefinition.objects.filter(digest=content.get("digest", "")).first()
    if stored is None:
        return ""
    procedure = engine.version(stored)
    doing = (content["kind"], content["name"], content["outcome"], content["to"])
    label = next((text for one, text, _d in doings(procedure, content["step"]) if one == doing), "")
    return f"{procedure.title.get(reader_language())} · {procedure.steps[content['step']].title.get(reader_language())}：{label}"


@page("cases.act", "POST")
def bulk_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Do it, once; or go on after an interruption, or leave it."""
    actor = actor_in(request)
    action, answer = running.own(actor, pk), request.POST.get("answer", "")
    try:
        {"cancel": running.cancel, "resume": running.resume}.get(answer, running.confirm)(actor=actor, action=action)
    except Invalid as wrong:
        messages.warning(request, str(wrong))
    if answer == "cancel":
        messages.info(request, _("已取消；已经办理的不撤回"))
    return redirect("casework:bulk", pk)


@page("cases.act")
def bulk_list(request: HttpRequest) -> HttpResponse:
    """One's own actions, the latest first."""
    actor = actor_in(request)
    rows = BulkAction.objects.filter(actor_key=actor.key).order_by("-pk")[:50]
    return render(
        request, "casework/bulk_list.html", {"rows": [(row, _what(row)) for row in rows if row.state != DRAFT]}
    )


@page("cases.view")
def shared(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """A file that many cases have in common, for who may see one of them."""
    actor = actor_in(request)
    case = queries.case(actor, pk)
    row = CaseDocument.objects.filter(case=case, shared=document).first()
    found = SharedDocument.objects.select_related("key").filter(pk=document).first() if row else None
    if found is None:
        raise OutOfReach(queries.VIEW, case.area_code)
    try:
        content = read_shared(actor=actor, case=case, document=found)
    except Invalid as wrong:
        return _back(request, str(wrong), reverse("casework:case", args=[pk]))
    response = HttpResponse(content, content_type=found.media_type)
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = "inline"
    return response
