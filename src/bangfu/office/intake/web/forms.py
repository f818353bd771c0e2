"""Forms of the one window and of the public pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.intake.actions import Came, Wanted
from bangfu.office.intake.proposing import Proposal
from bangfu.office.intake.public_actions import LONGEST_NAME, LONGEST_TEXT
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

MORE_PERSONS = 4
"""Members beside the head that the walk-in form has room for; others are added in the household's file."""


class Refusing(forms.Form):
    """A form that takes the messages of an action."""

    def refuse(self, error: Invalid) -> None:
        """Say what the action refused."""
        for name, message in error.errors.items():
            self.add_error(name if name in self.fields else None, message)


class CameForm(Refusing):
    """Who stands at the window, and where the papers are put."""

    phone = forms.CharField(
        label=_("联系电话"), required=False, max_length=20, help_text=_("凭回执查询进度时要用后四位"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    proxy_name = forms.CharField(label=_("代办人姓名"), required=False, max_length=60, help_text=_("本人来的不填"))
    proxy_relation = forms.CharField(label=_("代办人与申请人的关系"), required=False, max_length=30)
    paper = forms.CharField(
        label=_("收下的材料放在哪里"),
        required=False,
        max_length=60,
        help_text=_("勾选了已交材料时必填，如“便民大厅 3 号柜”"),
    )
    note = forms.CharField(
        label=_("说明"), required=False, max_length=200, help_text=_("不要写证件号码、电话或账号"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def came(self) -> Came:
        """Only after `is_valid`."""
        given = self.cleaned_data
        return Came(given["proxy_name"], given["proxy_relation"], given["phone"])


def wanted_in(post: Any, offered: list[Proposal]) -> list[Wanted]:
    """What was ticked among what was offered; anything else that was sent is not there."""
    ticked = set(post.getlist("matter"))
    found = []
    for one in offered:
        if one.key not in ticked:
            continue
        procedure, _sep, matter = one.key.partition("/")
        handed = tuple(name for name, _title in one.things if post.get(f"h:{one.key}:{name}"))
        person = post.get(f"p:{one.key}", "") if one.persons else ""
        if one.persons and person not in dict(one.persons):
            raise Invalid({"matters": str(_("请选择“%s”是为谁申请")) % one.title})
        found.append(Wanted(procedure, matter, person, handed))
    return found


def _terms(name: str) -> list[tuple[str, str]]:
    """A code list of the rulebook, as a drop-down."""
    known = registry.catalogue().codes[name]
    return [(value, known.label(value, get_language() or "zh")) for value in known.labels]


class WalkInForm(Refusing):
    """A household that is not in the registry: its village, its head, and whoever else is named."""

    area_code = forms.ChoiceField(label=_("行政村"))
    group = forms.CharField(label=_("村民小组"), required=False, max_length=40)
    phone = forms.CharField(label=_("联系电话"), required=False, max_length=20)
    name = forms.CharField(label=_("户主姓名"), max_length=60)
    id_number = forms.CharField(
        label=_("户主证件号码"), required=False, max_length=22, help_text=_("没有带证件的留空，以后补；有号码时出生日期和性别不用填"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    birth_date = forms.DateField(
        label=_("户主出生日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    sex = forms.ChoiceField(label=_("户主性别"), required=False)
    sure = forms.BooleanField(label=_("已查找核对，不是已登记的同名的人"), required=False)

    def __init__(self, actor: Actor, *args: Any) -> None:
        super().__init__(*args)
        villages = areas.choices(actor, "registry.confirm", ("village",)).order_by("code")[:600]
        self.fields["area_code"].choices = [("", str(_("请选择"))), *((row.code, row.name) for row in villages)]  # type: ignore[attr-defined]
        self.fields["sex"].choices = [("", str(_("不详"))), *_terms("sex")]  # type: ignore[attr-defined]
        relations = [term for term in _terms("relation") if term[0] != "head"]
        for number in range(1, MORE_PERSONS + 1):
            self.fields[f"name{number}"] = forms.CharField(label=_("姓名"), required=False, max_length=60)
            self.fields[f"relation{number}"] = forms.ChoiceField(
                label=_("与户主关系"), required=False, choices=[("", ""), *relations]
            )
            self.fields[f"id_number{number}"] = forms.CharField(label=_("证件号码"), required=False, max_length=22)

    def head(self) -> Iterator[Any]:
        """Fields of the household and its head."""
        for name in ("area_code", "group", "phone", "name", "id_number", "birth_date", "sex"):
            yield self[name]

    def members(self) -> Iterator[list[Any]]:
        """Fields of each further member."""
        for number in range(1, MORE_PERSONS + 1):
            yield [self[f"{name}{number}"] for name in ("name", "relation", "id_number")]

    def persons(self) -> list[Mapping[str, Any]]:
        """The members as values of the registry. Only after `is_valid`."""
        given = self.cleaned_data
        born = given["birth_date"].isoformat() if given["birth_date"] else None
        found: list[Mapping[str, Any]] = [
            {"name": given["name"].strip(), "relation": "head", "id_number": given["id_number"].strip(),
             "birth_date": born, "sex": given["sex"]}
        ]  # fmt: skip
        for number in range(1, MORE_PERSONS + 1):
            name, relation = given[f"name{number}"].strip(), given[f"relation{number}"]
            if not name and not relation and not given[f"id_number{number}"]:
                continue
            if not name or not relation:
                raise Invalid({f"name{number}": str(_("请填写姓名和与户主关系"))})
            found.append({"name": name, "relation": relation, "id_number": given[f"id_number{number}"].strip()})
        return found


class PublicForm(Refusing):
    """What every public form has: a field that people leave empty and programs fill in."""

    website = forms.CharField(required=False, max_length=200, label=_("请不要填写这一栏"),
                              widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))  # fmt: skip

    def clean_website(self) -> str:
        """Raises ValidationError where something stands in it."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("请把最后一栏清空后再提交"))
        return ""


class HelpForm(PublicForm):
    """A report of a need."""

    village = forms.CharField(max_length=12, required=False)
    name = forms.CharField(max_length=LONGEST_NAME, required=False)
    phone = forms.CharField(max_length=20, required=False)
    id_number = forms.CharField(max_length=22, required=False)
    text = forms.CharField(max_length=LONGEST_TEXT, required=False)
    needs = forms.MultipleChoiceField(required=False)
    consent = forms.BooleanField(required=False)

    def __init__(self, needs: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["needs"].choices = needs  # type: ignore[attr-defined]


class ObjectionForm(PublicForm):
    """An objection."""

    text = forms.CharField(max_length=LONGEST_TEXT, required=False)
    name = forms.CharField(max_length=LONGEST_NAME, required=False)
    phone = forms.CharField(max_length=20, required=False)


class ComplaintForm(PublicForm):
    """A complaint."""

    kind = forms.CharField(max_length=12, required=False)
    about_area = forms.CharField(max_length=12, required=False)
    text = forms.CharField(max_length=1000, required=False)
    about = forms.CharField(max_length=60, required=False)
    name = forms.CharField(max_length=LONGEST_NAME, required=False)
    phone = forms.CharField(max_length=20, required=False)
