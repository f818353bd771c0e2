"""Forms of public notices."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def _day(label: object) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}))


class IssueForm(forms.Form):
    """From when a notice hangs, and words beside what it always says."""

    from_on = _day(_("张贴日期"))
    note = forms.CharField(
        label=_("说明"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("人人可见：不要写证件号码、电话、账号、健康情况和未成年人"),
    )  # fmt: skip

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["from_on"].initial = timezone.localdate()


class ProofForm(forms.Form):
    """That it hangs."""

    posted_on = _day(_("张贴日期"))
    file = forms.FileField(
        label=_("张贴照片"), required=False, widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"})
    )
    paper = forms.CharField(label=_("或：照片存放处"), required=False, max_length=60)

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["posted_on"].initial = timezone.localdate()


class SheetForm(forms.Form):
    """Which households go onto one sheet."""

    from_on = _day(_("张贴日期"))
    cases = forms.MultipleChoiceField(error_messages={"required": _("请选择要公示的户")})

    def __init__(self, choices: list[tuple[str, str]], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["from_on"].initial = timezone.localdate()
        self.fields["cases"].choices = choices  # type: ignore[attr-defined]
