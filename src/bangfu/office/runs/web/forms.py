"""What the start page takes in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.runs.bureau import latest_month


def counties(actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the counties in which the actor may start a run."""
    found = areas.within(actor.areas("runs.start")).filter(level="county")
    return list(found.order_by("code").values_list("code", "name"))


def usual_day(area_code: str) -> date:
    """The last day of the latest month with bureau files, today where that month still runs or there is none."""
    today, month = timezone.localdate(), latest_month(area_code)
    if not month or f"{today:%Y-%m}" <= month:
        return today
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


class StartForm(forms.Form):
    """Which county, as of which day."""

    area = forms.ChoiceField(label=_("县"))
    as_of = forms.DateField(label=_("基准日"), widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = counties(actor)  # type: ignore[attr-defined]
        self.fields["area"].widget.attrs["class"] = "form-select"
        self.fields["as_of"].widget.attrs["max"] = timezone.localdate().isoformat()
