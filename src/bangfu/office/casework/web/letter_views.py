"""That letters were delivered, and where offices are found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.casework import deliveries, queries, showing
from bangfu.office.casework.letter_models import WAYS, OfficeContact
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid


class DeliveryForm(forms.Form):
    """Which letter reached the household, when and how."""

    letter = forms.ChoiceField(label=gettext_lazy("文书"))
    way = forms.ChoiceField(label=gettext_lazy("送达方式"), choices=WAYS)
    delivered_on = forms.DateField(
        label=gettext_lazy("送达日期"), widget=forms.DateInput(attrs={"type": "date"}), initial=timezone.localdate
    )
    delivered_by = forms.CharField(label=gettext_lazy("送达人"), max_length=60)
    received_by = forms.CharField(label=gettext_lazy("签收人"), max_length=60, required=False)
    file = forms.FileField(
        label=gettext_lazy("送达回证照片"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )  # fmt: skip
    paper = forms.CharField(label=gettext_lazy("或：送达回证存放处"), required=False, max_length=60)

    def __init__(self, letters: list[deliveries.Letter], chosen: str, who: str, *args: Any) -> None:
        super().__init__(*args)
        open_ones = [(one.code, f"{one.title} {one.made_on}") for one in letters if one.delivery is None]
        self.fields["letter"].choices = open_ones  # type: ignore[attr-defined]
        self.fields["letter"].initial = chosen
        self.fields["delivered_by"].initial = who


class ContactForm(forms.Form):
    """Where an office is found."""

    area = forms.ChoiceField(label=gettext_lazy("县或乡镇"))
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120)
    telephone = forms.CharField(label=gettext_lazy("办公电话"), max_length=30, required=False)
    hours = forms.CharField(label=gettext_lazy("办公时间"), max_length=60, required=False)

    def __init__(self, places: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["area"].choices = places  # type: ignore[attr-defined]


def _add(form: forms.Form, error: Invalid) -> None:
    for name, message in error.errors.items():
        form.add_error(name if name in form.fields else None, message)


@page("cases.act", "GET", "POST")
def deliver(request: HttpRequest, pk: int) -> HttpResponse:
    """Register that a letter reached the household."""
    actor = actor_in(request)
    case = queries.case(actor, pk, queries.ACT)
    letters = deliveries.letters_of(case)
    chosen = request.GET.get("letter", "")[:20]
    form = DeliveryForm(
        letters, chosen, actor.name, *((request.POST, request.FILES) if request.method == "POST" else ())
    )
    if request.method == "POST" and form.is_valid():
        try:
            deliveries.record(actor=actor, case=case.pk, **form.cleaned_data)
        except Invalid as error:
            _add(form, error)
        else:
            messages.success(request, _("已登记送达"))
            return redirect("casework:case", case.pk)
    context = {
        "case": case, "form": form, "letters": letters, "title": showing.title_of(case),
        "left": any(one.delivery is None for one in letters),
    }  # fmt: skip
    return render(request, "casework/deliver.html", context)


@page("cases.decide", "GET", "POST")
def contacts(request: HttpRequest) -> HttpResponse:
    """The addresses that stand on letters and notices."""
    actor = actor_in(request)
    rows = (
        areas.current().filter(actor.limit(queries.DECIDE, "code"), level__in=("county", "township")).order_by("code")
    )
    places = [(row.code, row.name) for row in rows[:400]]
    form = ContactForm(places, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            deliveries.set_contact(actor=actor, area_code=given.pop("area"), **given)
        except Invalid as error:
            _add(form, error)
        else:
            messages.success(request, _("已登记"))
            return redirect("casework:contacts")
    known = {row.area_code: row for row in OfficeContact.objects.filter(area_code__in=[code for code, _name in places])}
    context = {"form": form, "rows": [(name, known.get(code)) for code, name in places]}
    return render(request, "casework/contacts.html", context)
