"""The page of households that move: asked for, handed over, accepted, refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.benefits import transfers
from bangfu.office.benefits.models import Transfer
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid

TOWNSHIP = 9
"""Digits of a township's code: two of one county have villages of the same name."""


class AskForm(forms.Form):
    """Which household goes where, and why."""

    household = forms.CharField(label=gettext_lazy("户编号"), max_length=40)
    to_area = forms.CharField(label=gettext_lazy("转入村的代码或名称"), max_length=60)
    reason = forms.CharField(
        label=gettext_lazy("事由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("不要写证件号码、电话或账号"),
    )  # fmt: skip

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.counties = tuple(sorted({code[:6] for code in actor.areas("cases.act")}))

    def clean_to_area(self) -> str:
        """A village by its code, or by a name that only one village of the county has."""
        said = str(self.cleaned_data["to_area"]).strip()
        if said.isascii() and said.isdigit():
            return said
        found = areas.current().filter(areas.inside(self.counties, "code"), level="village", name=said)[:2]
        if len(found) != 1:
            raise forms.ValidationError(_("本县没有这个村，或有几个村同名；请填写 12 位代码"))
        return found[0].code


@page("cases.view")
def moving(request: HttpRequest) -> HttpResponse:
    """What waits for the actor, what is on its way, what was done; and the form for asking."""
    return _shown(request, None)


@page("cases.act", "POST")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask that a household be handed over."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = AskForm(actor, request.POST)
    if form.is_valid():
        try:
            row = transfers.ask(actor=actor, **form.cleaned_data)
        except Invalid as error:
            for name, message in error.errors.items():
                form.add_error(name if name in form.fields else None, message)
        else:
            told = _("已移交，等待转入地接收") if row.state == Transfer.HANDED_OVER else _("已提出，等待转出地确认")
            messages.success(request, told)
            return redirect("benefits:transfers")
    return _shown(request, form)


def _shown(request: HttpRequest, form: AskForm | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = form or AskForm(actor, initial={"household": request.GET.get("household", "")[:40]})
    waits = set(transfers.waiting_for(actor).values_list("pk", flat=True))
    with areas.everywhere():  # each end sees who comes or goes; the query itself keeps to the actor's area
        part = page_of(transfers.transfers(actor), ("id",), request.GET.get("page", ""), count=False, descending=True)
        codes = {code for row in part for code in (row.area_code, row.to_area)}
        names = areas.names(codes | {code[:TOWNSHIP] for code in codes})
    places = {code: f"{names[code[:TOWNSHIP]]} {names[code]}" for code in codes}
    rows = [
        {"row": row, "out": places[row.area_code], "into": places[row.to_area], "waits": row.pk in waits}
        for row in part
    ]
    context = {"form": form, "may_ask": actor.may("cases.act"), "rows": rows, "page": part}
    return render(request, "benefits/transfers.html", context)


@page("registry.confirm", "POST")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand over, accept or refuse."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    said = request.POST.get("answer", "")
    try:
        if said == "hand_over":
            transfers.hand_over(actor=actor, transfer=pk)
            messages.success(request, _("已移交，等待转入地接收"))
        elif said == "accept":
            row = transfers.accept(actor=actor, transfer=pk, group_name=request.POST.get("group_name", ""))
            messages.success(
                request,
                _("已接收：%(persons)s 人、%(cases)s 个个案、%(entitlements)s 项待遇、%(documents)s 份材料随户转入")
                % row.content,
            )
        else:
            transfers.refuse(actor=actor, transfer=pk, answer=request.POST.get("note", ""))
            messages.success(request, _("已退回"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("benefits:transfers")
