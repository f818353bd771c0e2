"""Forms of the areas."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.areas import queries
from bangfu.office.areas.codes import inside
from bangfu.office.areas.models import Area
from bangfu.office.areas.queries import Reaching

MANAGE = "areas.manage"


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ChangeForm(forms.Form):
    """What all changes have: the day and the document."""

    on = forms.DateField(label=_("生效日期"), widget=DayInput, initial=timezone.localdate)
    document = forms.CharField(label=_("批准文件"), max_length=120, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Reaching, area: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.area = actor, area
        self.prepare()

    def prepare(self) -> None:
        """Fill choices from what the actor may maintain."""

    def wanted(self) -> dict[str, Any]:
        """The arguments of the action or the planner."""
        raise NotImplementedError

    def common(self) -> dict[str, Any]:
        """Day and document."""
        return {"on": self.cleaned_data["on"], "document": self.cleaned_data["document"]}


class RenameForm(ChangeForm):
    """A new name."""

    new_name = forms.CharField(label=_("新名称"), max_length=60)
    field_order = ("new_name", "on", "document")

    def wanted(self) -> dict[str, Any]:
        """For actions.rename."""
        return {"code": self.area.code, "name": self.cleaned_data["new_name"], **self.common()}


class RecodeForm(ChangeForm):
    """A new code, perhaps under another parent."""

    new_code = forms.CharField(
        label=_("新代码"), max_length=12, help_text=_("以另一个上级的代码开头，就是划转；下级的代码随之变更")
    )
    field_order = ("new_code", "on", "document")

    def wanted(self) -> dict[str, Any]:
        """For plans.plan_recode."""
        return {"code": self.area.code, "new_code": self.cleaned_data["new_code"].strip(), **self.common()}


class MergeForm(ChangeForm):
    """This area and others become one."""

    others = forms.MultipleChoiceField(label=_("与哪些区划合并"), widget=forms.CheckboxSelectMultiple)
    into = forms.ChoiceField(label=_("合并后的区划"), help_text=_("可沿用其中一个，也可新设"))
    new_code = forms.CharField(label=_("新设区划的代码"), max_length=12, required=False)
    new_name = forms.CharField(label=_("新设区划的名称"), max_length=60, required=False)
    field_order = ("others", "into", "new_code", "new_name", "on", "document")

    def prepare(self) -> None:
        """Neighbours of the same level in the same county."""
        near = queries.choices(self.actor, MANAGE, [self.area.level]).filter(inside((self.area.code[:6],), "code"))
        rows = [(row.code, f"{row.name} {row.code}") for row in near if row.code != self.area.code]
        self.fields["others"].choices = rows  # type: ignore[attr-defined]
        own = (self.area.code, f"{self.area.name} {self.area.code}")
        self.fields["into"].choices = [own, *rows, ("new", _("新设"))]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """For plans.plan_merge."""
        data = self.cleaned_data
        new = data["into"] == "new"
        into = data["new_code"].strip() if new else data["into"]
        name = (data["new_name"].strip() or " ") if new else ""
        return {"codes": [self.area.code, *data["others"]], "into": into, "name": name, **self.common()}

    def clean(self) -> dict[str, Any]:
        """A new area needs a code and a name; the one that stays must be among those that merge."""
        data = super().clean() or {}
        if data.get("into") == "new":
            for name, label in (("new_code", _("请填写新区划的代码")), ("new_name", _("请填写新区划的名称"))):
                if not (data.get(name) or "").strip():
                    self.add_error(name, label)
        elif "others" in data and data.get("into") not in {self.area.code, *data["others"]}:
            self.add_error("into", _("沿用的区划应在合并的区划之中"))
        return data


class SplitForm(ChangeForm):
    """Part of this area becomes one of its own."""

    new_code = forms.CharField(label=_("新区划的代码"), max_length=12)
    new_name = forms.CharField(label=_("新区划的名称"), max_length=60)
    members = forms.MultipleChoiceField(label=_("划入新区划的部分"), widget=forms.CheckboxSelectMultiple)
    field_order = ("new_code", "new_name", "members", "on", "document")

    def prepare(self) -> None:
        """Groups of a village, villages of a township."""
        if self.area.level == "village":
            rows = [(g.number, g.name) for g in queries.groups(self.area.code)]
        else:
            rows = [(a.code, f"{a.name} {a.code}") for a in queries.children(self.area.code)]
        self.fields["members"].choices = rows  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """For plans.plan_split."""
        data = self.cleaned_data
        return {
            "code": self.area.code,
            "new_code": data["new_code"].strip(),
            "name": data["new_name"].strip(),
            "members": data["members"],
            **self.common(),
        }


class AddForm(ChangeForm):
    """An area below this one."""

    new_code = forms.CharField(label=_("代码"), max_length=12)
    new_name = forms.CharField(label=_("名称"), max_length=60)
    field_order = ("new_code", "new_name", "on", "document")

    def wanted(self) -> dict[str, Any]:
        """For actions.add_area."""
        data = self.cleaned_data
        common = {"valid_from": data["on"], "source": data["document"]}
        return {"code": data["new_code"].strip(), "name": data["new_name"], **common}


class AddGroupForm(ChangeForm):
    """A group in this village."""

    group_kind = forms.ChoiceField(label=_("类别"), choices=[("group", _("村民组")), ("natural_village", _("自然村"))])
    new_code = forms.CharField(label=_("编号"), max_length=30)
    new_name = forms.CharField(label=_("名称"), max_length=60)
    document = None  # type: ignore[assignment]
    field_order = ("group_kind", "new_code", "new_name", "on")

    def wanted(self) -> dict[str, Any]:
        """For actions.add_group."""
        data = self.cleaned_data
        return {
            "village_code": self.area.code,
            "kind": data["group_kind"],
            "number": data["new_code"],
            "name": data["new_name"],
            "valid_from": data["on"],
        }


class UploadForm(forms.Form):
    """A file of areas or of outlines."""

    kind = forms.ChoiceField(
        label=_("内容"),
        choices=[("tree", _("区划名单（Excel 或 CSV）")), ("boundaries", _("边界（GeoJSON）"))],
        widget=forms.RadioSelect,
        initial="tree",
    )
    file = forms.FileField(label=_("文件"))
