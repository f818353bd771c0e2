"""Making a visit: begin, one section after another, hand in; the record of one that was handed in; a whole one as JSON."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bangfu.core.api import visits as v
from bangfu.office.accounts.api import Actor, User, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.fieldwork import actions, asking, queries, sending_in, submitting
from bangfu.office.fieldwork.actions import Answered
from bangfu.office.fieldwork.models import DRAFT, Visit
from bangfu.office.fieldwork.showing import FINISH, START, Page
from bangfu.office.fieldwork.web.parsing import OTHERS, about_of, answered_of, photos_of
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Conflict, Invalid
from bangfu.office.registry import api as registry


@page("registry.propose", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Which form for which household; a draft that is there is gone on with."""
    actor, asked = actor_in(request), request.POST if request.method == "POST" else request.GET
    number = asked.get("household", "").strip().replace("\0", "")[:40]
    household = registry.household(actor, number, queries.MAKE) if number else None
    errors: dict[str, str] = {}
    if request.method == "POST" and household is not None:
        amends = asked.get("amends", "")
        try:
            visit = actions.begin(
                actor=actor, household=household.number, form=asked.get("form", ""),
                amends=int(amends) if amends.isdigit() and len(amends) < 16 else None,
            )  # fmt: skip
            return redirect("fieldwork:section", visit.pk, START)
        except Invalid as error:
            errors = error.errors
    tongue = reader_language()
    context = {
        "household": household, "number": number, "errors": errors, "wanted": asked.get("form", ""),
        "forms": [(one.id, one.title.get(tongue), one.persons) for one in asking.forms(queries.today()).values()],
        "drafts": list(queries.drafts(actor).filter(household=household).select_related("definition")) if household else [],
    }  # fmt: skip
    return render(request, "fieldwork/new.html", context, status=400 if errors else 200)


def _draft(actor: Actor, pk: int) -> Visit:
    return queries.visit(actor, pk, queries.MAKE)


@page("cases.view")
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """A record; a draft opens where something is still missing."""
    actor = actor_in(request)
    row = queries.visit(actor, pk)
    content = asking.content_of(row)
    if row.status == DRAFT and content is not None:
        steps = Page.of(row, content).steps("")
        return redirect("fieldwork:section", row.pk, next((step.id for step in steps if not step.done), FINISH))
    shown = Page.of(row, content) if content is not None else None
    context = {
        "visit": row, "shown": shown, "content": content, "title": asking.title_of(row),
        "place": areas.names([row.area_code])[row.area_code], "findings": list(row.findings.order_by("pk")),
        "differences": list(row.differences.order_by("pk")), "later": row.later.exclude(status=DRAFT).first(),
        "may_make": actor.may(queries.MAKE, row.area_code), "may_act": actor.may("cases.act", row.area_code),
        "visitors": ([one["name"] for one in content.about.get("visitors", [])] if content else [row.made_name]),
        "met": [(shown.met_name(i), one["said"]) for i, one in enumerate(content.met)] if shown and content else [],
        "worked": bool(asking.form_of(row).works_out),
    }  # fmt: skip
    return render(request, "fieldwork/visit.html", context)


@page("registry.propose", "GET", "POST")
def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One page of the form."""
    actor = actor_in(request)
    row = _draft(actor, pk)
    content = asking.content_of(row)
    if row.status != DRAFT or content is None:
        messages.warning(request, _("这次入户记录已提交，不能再改；要更正请另作一次记录，写明更正哪一次"))
        return redirect("fieldwork:visit", row.pk)
    shown = Page.of(row, content)
    if section == FINISH:
        return _finish(request, shown)
    part = shown.section(section)
    if part is None and section != START:
        return redirect("fieldwork:visit", row.pk)
    errors: dict[str, str] = {}
    texts: dict[str, str] = {}
    if request.method == "POST":
        errors, texts = _save_start(request, actor, shown) if part is None else _save(request, actor, shown, part)
        row = _draft(actor, pk)
        content = asking.content_of(row)
        assert content is not None
        fresh = Page.of(row, content)
        if not errors:
            new_ones = part is not None and _newly_asked(shown, fresh, part)
            return redirect("fieldwork:section", row.pk, section if new_ones else _where(fresh, section, request))
        shown = fresh
    bad = {key: text for key, text in texts.items() if key in errors}
    context = {
        "visit": row, "shown": shown, "section": part, "steps": shown.steps(section), "errors": errors,
        "questions": list(shown.questions(part, errors, bad)) if part else [],
        "start": _start(shown, request) if part is None else None, "title": asking.title_of(row),
        "note": part.note.get(reader_language()) if part else "", "here": section,
        "other_errors": [text for key, text in errors.items() if part is None or shown.section_of(key) != section],
    }  # fmt: skip
    return render(request, "fieldwork/section.html", context, status=400 if errors else 200)


def _newly_asked(before: Page, after: Page, part: v.Section) -> bool:
    """Questions that the answers of this page brought up: they are asked before one goes on."""
    own = {item.id for item in part.items}
    fresh = after.keys_asked() - before.keys_asked()
    return any(v.split_key(key)[0] in own and after.content.answers.get(key) is None for key in fresh)


def _where(shown: Page, here: str, request: HttpRequest) -> str:
    order = [step.id for step in shown.steps(here)]
    step = {"back": -1, "stay": 0}.get(request.POST.get("go", ""), 1)
    return order[min(max(order.index(here) + step, 0), len(order) - 1)]


def _save_start(request: HttpRequest, actor: Actor, shown: Page) -> tuple[dict[str, str], dict[str, str]]:
    try:
        actions.save(actor=actor, visit=shown.visit.pk, about=about_of(request, shown))
    except Invalid as error:
        return error.errors, {}
    return {}, {}


def _save(request: HttpRequest, actor: Actor, shown: Page, part: v.Section) -> tuple[dict[str, str], dict[str, str]]:
    """What can be kept is kept; the rest is told."""
    answered, texts = answered_of(request, shown, part)
    errors: dict[str, str] = {}
    try:
        actions.save(actor=actor, visit=shown.visit.pk, answered=answered)
    except Invalid as error:
        errors = dict(error.errors)
        good = {key: value for key, value in answered.answers.items() if key not in errors}
        voices = {key: said for key, said in answered.voices.items() if key not in errors}
        actions.save(actor=actor, visit=shown.visit.pk, answered=Answered(good, voices))
    for key, file in photos_of(request, shown, part):
        try:
            actions.add_photo(actor=actor, visit=shown.visit.pk, key=key, file=file)
        except Invalid as error:
            errors.update(error.errors)
    return errors, texts


def _start(shown: Page, request: HttpRequest) -> dict[str, Any]:
    """The first page as it was filled in."""
    content, sent = shown.content, request.POST if request.method == "POST" else None
    met = {one["person"]: one for one in content.met if one["person"]}
    others = [one for one in content.met if not one["person"] and one["name"]]
    others += [{"name": "", "relation": "", "said": ""}] * (OTHERS - len(others))
    names = list(User.objects.filter(key__in=shown.visit.companions).values_list("username", flat=True))
    relation = registry.words()
    return {
        "visited_on": sent.get("visited_on") if sent else shown.visit.visited_on.isoformat(),
        "time": sent.get("time") if sent else content.time, "place": sent.get("place") if sent else content.place,
        "gps": sent.get("gps") if sent else ", ".join(map(str, content.gps)),
        "companions": sent.get("companions") if sent else " ".join(names),
        "people": [
            (p, relation.label("relation", p.relation), p.number in met, met.get(p.number, {}).get("said", ""))
            for p in shown.home.people
        ],
        "others": list(enumerate(others[:OTHERS])), "today": queries.today().isoformat(),
    }  # fmt: skip


def _finish(request: HttpRequest, shown: Page) -> HttpResponse:
    wanting = submitting.problems(shown.visit, shown.content, shown.form, shown.home)
    found = v.findings(shown.form, shown.home.members, shown.content.answers)
    tongue = reader_language()
    context = {
        "visit": shown.visit, "shown": shown, "steps": shown.steps(FINISH), "here": FINISH,
        "title": asking.title_of(shown.visit),
        "wanting": [(text, shown.section_of(key)) for key, text in wanting.items()], "changes": shown.changes(),
        "disagreements": shown.disagreements(), "unclear": shown.unclear(),
        "findings": [
            (shown.called(f.question.item, f.question.person), f.question.item.finding.text.get(tongue)) for f in found
            if f.question.item.finding
        ],
    }  # fmt: skip
    return render(request, "fieldwork/finish.html", context)


@page("registry.propose", "POST")
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in."""
    actor = actor_in(request)
    _draft(actor, pk)
    try:
        row = submitting.submit(actor=actor, visit=pk)
    except Invalid as error:
        messages.warning(request, next(iter(error.errors.values())))
        return redirect("fieldwork:section", pk, FINISH)
    messages.success(request, _("已提交：%s") % row.number)
    return redirect("fieldwork:visit", pk)


@page("registry.propose", "POST")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    actor = actor_in(request)
    _draft(actor, pk)
    try:
        actions.discard(actor=actor, visit=pk)
        messages.success(request, _("草稿已删除"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("fieldwork:visits")


@page("registry.propose", "POST")
def drop_photo(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """Take a picture out of the draft."""
    actor = actor_in(request)
    row = _draft(actor, pk)
    try:
        actions.drop_photo(actor=actor, visit=pk, document=document)
    except Invalid as error:
        messages.warning(request, str(error))
    back = request.POST.get("section", "")
    return redirect("fieldwork:section", row.pk, back if back.isidentifier() and len(back) < 65 else START)


@page("registry.propose", "POST")
def sync(request: HttpRequest) -> HttpResponse:
    """A whole visit: the field `visit` is JSON, files `p:KEY` its photos. Sent twice, it is there once.

    201 taken in, 200 it was there already, 202 kept as a draft because something is missing (`problems` says what), 400 not
    readable, 409 the key belongs to another visit.
    """
    photos = {name[2:]: request.FILES.getlist(name) for name in request.FILES if name.startswith("p:")}
    text = request.POST.get("visit") or (
        request.body.decode("utf-8", "replace") if request.content_type == "application/json" else ""
    )
    try:
        received = sending_in.take_in(actor=actor_in(request), text=text, photos=photos)
    except Invalid as error:
        return JsonResponse({"errors": error.errors}, status=400)
    except Conflict:
        return JsonResponse({"errors": {"client_id": _("这个标识已用于另一次入户")}}, status=409)
    row = received.visit
    status = 202 if row.status == DRAFT else 200 if received.again else 201
    found = {
        "client_id": row.client_id,
        "number": row.number,
        "status": row.status,
        "problems": dict(received.problems),
    }
    return JsonResponse(found, status=status)
