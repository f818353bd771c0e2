"""The list of complaints, one complaint, taking one at a desk, letters."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.core.values.receipt import shown_receipt
from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.casework import api as casework
from bangfu.office.grievance import actions, letters, machine, queries
from bangfu.office.grievance.models import CHANNELS, KINDS, ComplaintEvent
from bangfu.office.pages.downloads import PDF, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid, OutOfReach

LABELS = {
    "accept": gettext_lazy("受理"), "refuse": gettext_lazy("不予受理"), "assign": gettext_lazy("交办"),
    "extend": gettext_lazy("延长时限"), "escalate": gettext_lazy("转县级办理"), "answer": gettext_lazy("答复"),
    "review": gettext_lazy("复查"), "close": gettext_lazy("办结"),
}  # fmt: skip
"""What the moves are called."""


class NewForm(forms.Form):
    """What is taken at a desk."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=KINDS)
    channel = forms.ChoiceField(label=gettext_lazy("来源"), choices=[one for one in CHANNELS if one[0] != "web"])
    about_area = forms.ChoiceField(label=gettext_lazy("说的是哪里"))
    text = forms.CharField(
        label=gettext_lazy("事情的经过"), max_length=actions.LONGEST, widget=forms.Textarea(attrs={"rows": 5})
    )
    name = forms.CharField(
        label=gettext_lazy("来信来访人"), required=False, max_length=30, help_text=gettext_lazy("不愿留名的不填")
    )
    phone = forms.CharField(label=gettext_lazy("联系电话"), required=False, max_length=20)
    about = forms.CharField(label=gettext_lazy("说的是谁（文字）"), required=False, max_length=60)
    concerned = forms.CharField(
        label=gettext_lazy("所涉工作人员的账户名"), required=False, max_length=200,
        help_text=gettext_lazy("以空格分开；这些人看不到这一件，也看不到它的存在"),
    )  # fmt: skip

    def __init__(self, actor: Actor, *args: object) -> None:
        super().__init__(*args)
        rows = areas.choices(actor, queries.HANDLE, ("county", "township", "village")).order_by("code")[:600]
        self.fields["about_area"].choices = [("", str(_("请选择"))), *((row.code, row.name) for row in rows)]  # type: ignore[attr-defined]


@page("grievance.view")
def complaints(request: HttpRequest) -> HttpResponse:
    """What is open, overdue, answered. No name and no word of it: who reads one opens it, and that is logged."""
    actor, today = actor_in(request), timezone.localdate()
    lists, chosen = queries.views(actor, today), request.GET.get("view", "")
    chosen = chosen if chosen in lists else "open"
    part = page_of(
        queries.complaints(actor).filter(lists[chosen][1]), ("-id",), request.GET.get("page", ""), count=False
    )
    places = areas.names({row.about_area for row in part} | {row.area_code for row in part})
    counted = queries.counts(actor)
    context = {
        "page": part, "chosen": chosen, "tabs": [(name, label, counted[name]) for name, (label, _c) in lists.items()],
        "rows": [
            {"row": row, "shown": shown_receipt(row.number), "about": places[row.about_area],
             "office": places[row.area_code], "tone": casework.tone_of(row.due_on, today)}
            for row in part
        ],
    }  # fmt: skip
    return render(request, "grievance/complaints.html", context)


@page("grievance.handle", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Take a complaint at a desk; the receipt is shown, also to who may not see it afterwards."""
    actor = actor_in(request)
    form = NewForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        said = actions.Said(
            given["kind"],
            given["about_area"],
            given["text"],
            given["name"],
            given["phone"],
            given["about"],
            given["channel"],
        )
        names = given["concerned"].replace("，", " ").replace(",", " ").split()
        try:
            row = actions.take(actor=actor, said=said, concerned=names)
        except Invalid as error:
            for name, message in error.errors.items():
                form.add_error(name if name in form.fields else None, message)
        else:
            seen = queries.complaints(actor).filter(pk=row.pk).exists()
            context = {"shown": shown_receipt(row.number), "row": row if seen else None, "due_on": row.due_on}
            return render(request, "grievance/taken.html", context)
    return render(request, "grievance/new.html", {"form": form})


@page("grievance.handle", "POST")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """What a button of a complaint's page says."""
    actor = actor_in(request)
    queries.complaint(actor, pk, queries.HANDLE)
    try:
        messages.success(request, _done(request, pk))
    except Invalid as error:
        messages.warning(request, str(error))
    still = queries.complaints(actor).filter(pk=pk).exists()
    return redirect("grievance:complaint", pk) if still else redirect("grievance:complaints")


@page("grievance.view")
def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """One complaint: what was said, what happened, what may be done. Reading it is logged."""
    actor = actor_in(request)
    row = queries.complaint(actor, pk)
    said = actions.read(actor=actor, row=row)
    now, may = actions.standing(row), actor.may(queries.HANDLE, row.area_code)
    possible = [name for name in machine.MOVES if not machine.problem(now, name, actor.key, "x")] if may else []
    names = areas.names([row.about_area, row.area_code])
    happened = [
        {"event": event, "label": LABELS.get(event.move, event.move), "words": actions.words_of(row, event),
         "letter": event.move in letters.LETTERS}
        for event in row.events.order_by("seq")
    ]  # fmt: skip
    context = {
        "row": row, "shown": shown_receipt(row.number), "said": said, "may": may, "about": names[row.about_area],
        "office": names[row.area_code], "happened": happened, "today": timezone.localdate(),
        "moves": [(name, LABELS[name], machine.MOVES[name].words) for name in possible if name != "assign"],
        "people": queries.assignable(row) if "assign" in possible else [], "concerned": row.concerns.count(),
        "case": row.case if row.case is not None and casework.reaches(actor, row.case) else None,
    }  # fmt: skip
    return render(request, "grievance/complaint.html", context)


def _done(request: HttpRequest, pk: int) -> str:
    """Does what a button says; returns what is told. Raises Invalid."""
    actor, post = actor_in(request), request.POST
    text = post.get("version", "")
    expected = int(text) if text.isdigit() and len(text) < 8 else -1
    what = post.get("do", "")
    if what == "concern":
        names = post.get("concerned", "").replace("，", " ").replace(",", " ").split()
        actions.name_concerned(actor=actor, complaint=pk, expected=expected, accounts=names)
        return _("已登记所涉人员")
    if what == "link":
        actions.link(actor=actor, complaint=pk, expected=expected, case_number=post.get("case", "").replace("\0", ""))
        return _("已关联个案")
    actions.move(
        actor=actor, complaint=pk, name=what, expected=expected, words=post.get("words", ""), to=post.get("to", "")
    )
    return _("已办理")


@page("grievance.view")
def letter(request: HttpRequest, pk: int, seq: int) -> HttpResponse:
    """A letter to who complained."""
    actor = actor_in(request)
    row = queries.complaint(actor, pk)
    event = ComplaintEvent.objects.filter(complaint=row, seq=seq).first()
    if event is None:
        raise OutOfReach(queries.VIEW)
    try:
        made = letters.letter(actor, row, event)
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("grievance:complaint", pk)
    return sent(f"{row.number}-{seq}.pdf", made, PDF, attached=False)
