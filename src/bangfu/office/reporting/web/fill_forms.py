"""The form by which an empty form comes in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.reporting import queries


class UploadForm(forms.Form):
    """An empty form, for whom it is filled, as of when; whether whole numbers are needed is beside it, with its purpose."""

    file = forms.FileField(label=_("空表"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls"}))
    area = forms.ChoiceField(label=_("填报区划"))
    as_of = forms.DateField(label=_("截止日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = queries.places(actor)  # type: ignore[attr-defined]
        self.fields["as_of"].initial = queries.usual_day(actor)
        self.fields["as_of"].help_text = _("年龄、在册、享受待遇等按这一天算；户库用的是现在的登记")
        self.fields["as_of"].widget.attrs["max"] = timezone.localdate().isoformat()
