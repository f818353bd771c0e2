"""What was sent to whom, and who wants nothing."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.sending import actions
from bangfu.office.sending.models import FAILED, NO_PHONE, STATES, UNCLEAR, Message, OptOut
from bangfu.office.sending.templates import TEMPLATES

TONES = {
    "sent": "good",
    "failed": "bad",
    "unclear": "warn",
    "no_phone": "unknown",
    "opted_out": "quiet",
    "recorded": "quiet",
}


class RefusalForm(forms.Form):
    """Which household wants no messages."""

    household = forms.CharField(label=gettext_lazy("户编号"), max_length=30)


@page("cases.view")
def messages_page(request: HttpRequest) -> HttpResponse:
    """The messages of the actor's area, by state."""
    actor = actor_in(request)
    rows = Message.objects.filter(actor.limit(actions.VIEW))
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", "")
    chosen = state if state in dict(STATES) else ""
    if chosen:
        rows = rows.filter(state=chosen)
    part = page_of(rows.select_related("household"), ("id",), request.GET.get("page", ""), count=False, descending=True)
    places = areas.names({row.area_code for row in part})
    context = {
        "page": part, "chosen": chosen, "may_act": actor.may(actions.ACT),
        "tabs": [(code, label, counts[code]) for code, label in STATES if counts.get(code)],
        "rows": [
            {"row": row, "place": places[row.area_code], "label": TEMPLATES[row.template].label,
             "tone": TONES.get(row.state, ""), "again": row.state in (FAILED, UNCLEAR, NO_PHONE)}
            for row in part
        ],
    }  # fmt: skip
    return render(request, "sending/messages.html", context)


@page("cases.act", "POST")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message once more."""
    actor = actor_in(request)
    try:
        actions.send_again(actor=actor, message=actions.message_of(actor, pk, actions.ACT).pk)
        messages.success(request, _("已重新排入发送"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("sending:messages")


@page("cases.view", "GET", "POST")
def refusals(request: HttpRequest) -> HttpResponse:
    """Households that want no messages."""
    actor = actor_in(request)
    may_act = actor.may(actions.ACT)
    form = RefusalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        actor.require(actions.ACT)
        if form.is_valid():
            try:
                actions.opt_out(actor=actor, household=form.cleaned_data["household"].strip())
            except Invalid as error:
                for name, message in error.errors.items():
                    form.add_error(name if name in form.fields else None, message)
            else:
                messages.success(request, _("已登记，不再发送短信"))
                return redirect("sending:refusals")
    rows = OptOut.objects.filter(actor.limit(actions.VIEW)).select_related("household")
    part = page_of(rows, ("id",), request.GET.get("page", ""), count=False, descending=True)
    places = areas.names({row.area_code for row in part})
    context = {"page": part, "form": form, "may_act": may_act, "rows": [(row, places[row.area_code]) for row in part]}
    return render(request, "sending/refusals.html", context)


@page("cases.act", "POST")
def allow(request: HttpRequest, pk: int) -> HttpResponse:
    """A household wants messages again."""
    actions.opt_in(actor=actor_in(request), household=pk)
    messages.success(request, _("已恢复接收短信"))
    return redirect("sending:refusals")
