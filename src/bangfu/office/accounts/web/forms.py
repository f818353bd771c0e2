"""Forms of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.models import Assignment, User
from bangfu.office.accounts.queries import MANAGE
from bangfu.office.accounts.roles import BUREAUS, ROLES
from bangfu.office.areas import api as areas

MOST_CHOICES = 1500
"""More areas than this are typed as a code instead of chosen from a list."""


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def area_choices(actor: Actor, permission: str = MANAGE) -> list[tuple[str, str]]:
    """The actor's areas, indented like the tree; empty where there are too many to choose from."""
    rows = list(areas.choices(actor, permission).order_by("code").values_list("code", "name")[: MOST_CHOICES + 1])
    if len(rows) > MOST_CHOICES:
        return []
    shortest = min((len(code) for code, _name in rows), default=0)
    depth = {2: 0, 4: 1, 6: 2, 9: 3, 12: 4}
    return [(code, "　" * (depth.get(len(code), 0) - depth.get(shortest, 0)) + f"{name} {code}") for code, name in rows]


class DutyForm(forms.Form):
    """A role in an area, from a day."""

    role = forms.ChoiceField(label=_("角色"), choices=[(code, role.label) for code, role in ROLES.items()])
    area_code = forms.ChoiceField(label=_("所在区划"))
    bureau = forms.ChoiceField(
        label=_("部门"),
        choices=[("", _("不属于某一部门")), *BUREAUS.items()],
        required=False,
        help_text=_("只有“其他部门”须选择"),
    )
    starts_on = forms.DateField(label=_("开始日期"), widget=DayInput, initial=timezone.localdate)
    ends_on = forms.DateField(label=_("结束日期"), widget=DayInput, required=False, help_text=_("不再担任的第一天"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        choices = area_choices(actor)
        if choices:
            self.fields["area_code"].choices = choices  # type: ignore[attr-defined]
        else:
            self.fields["area_code"] = forms.CharField(label=_("区划代码"), max_length=12)

    def clean_area_code(self) -> str:
        """A code that was typed must be one of those that could have been chosen."""
        code = str(self.cleaned_data["area_code"]).strip()
        if not areas.choices(self.actor, MANAGE).filter(code=code).exists():
            raise forms.ValidationError(_("没有这个区划，或它不在您的区划内"))
        return code

    def duty(self) -> dict[str, Any]:
        """The arguments of actions.grant_role."""
        return {name: self.cleaned_data[name] for name in ("role", "area_code", "bureau", "starts_on", "ends_on")}


class InviteForm(DutyForm):
    """A person with a first duty."""

    username = forms.CharField(
        label=_("用户名"), max_length=40, help_text=_("字母、数字、点、横线或下划线；登录时输入，不分大小写")
    )
    full_name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("电子邮箱"), required=False)
    field_order = ("full_name", "username", "email", "role", "area_code", "bureau", "starts_on", "ends_on")

    def person(self) -> dict[str, Any]:
        """The arguments about the person."""
        return {name: self.cleaned_data[name] for name in ("username", "full_name", "email")}


class CloseForm(forms.Form):
    """Why an account is closed."""

    reason = forms.CharField(label=_("停用原因"), max_length=120)


class PasswordForm(forms.Form):
    """A first or a new password, by a link."""

    password = forms.CharField(
        label=_("密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=_("至少 10 位，不能全是数字，不能太常见或与姓名相似"),
    )
    again = forms.CharField(
        label=_("再输一次"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )


class HandoverForm(forms.Form):
    """From whom, to whom, what, from which day."""

    giver = forms.ModelChoiceField(User.objects.none(), to_field_name="key", label=_("谁的工作"))
    receiver = forms.ModelChoiceField(User.objects.none(), to_field_name="key", label=_("交给谁"))
    duties = forms.ModelMultipleChoiceField(
        Assignment.objects.none(), label=_("要交接的职责"), widget=forms.CheckboxSelectMultiple
    )
    on = forms.DateField(
        label=_("交接日期"), widget=DayInput, initial=timezone.localdate, help_text=_("职责自这一天起由接手人承担")
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
