"""Forms of campaigns: what it looks at, a look at a household, how a finding is put right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.pairing import campaign_queries as cq
from bangfu.office.pairing.campaign_actions import Look
from bangfu.office.pairing.models import Campaign, CampaignFinding, CampaignRow
from bangfu.office.pairing.web.forms import Choices, EvidenceFields, Refusable, day_field, words_field
from bangfu.office.registry import api as registry

ANSWERS = (("yes", _("是")), ("no", _("否")), ("unknown", _("不清楚")))
MOST_NUMBERS = 2000
SCOPE = {"type": "household_type", "monitored": "monitored_kind", "cause": "poverty_cause", "status": "status_kind"}


class CampaignForm(Refusable):
    """A campaign: its checklist, where, which households, from when until when."""

    title = forms.CharField(label=_("名称"), max_length=80)
    template = forms.ChoiceField(label=_("检查清单"))
    area_code = forms.ChoiceField(label=_("范围（区划）"))
    type = forms.ChoiceField(label=_("户类型"), required=False)
    monitored = forms.ChoiceField(label=_("监测类别"), required=False)
    cause = forms.ChoiceField(label=_("致贫原因"), required=False)
    status = forms.ChoiceField(label=_("现有身份（政策）"), required=False)
    numbers = forms.CharField(
        label=_("或者：按名单，每行一个户编号"), required=False, max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=_("填了名单，上面的条件不再使用"),
    )  # fmt: skip
    starts_on = day_field(_("开始日期"))
    due_on = day_field(_("截止日"), initial=None)

    def __init__(self, places: Choices, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("template", cq.templates(), _("请选择"))
        self.choose("area_code", places)
        words = registry.words()
        for name, vocabulary in SCOPE.items():
            listed = [(word.code, word.label()) for word in words.choices(vocabulary)]
            first = [("any", _("任一监测类别"))] if name == "monitored" else []
            self.choose(name, [*first, *listed], _("不限"))
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=60)

    def scope(self) -> dict[str, Any]:
        """The condition or the numbers. Only after `is_valid`."""
        numbers = [one for one in re.split(r"[\s,，、;；]+", self.cleaned_data["numbers"]) if one]
        if numbers:
            return {"numbers": numbers}
        chosen = {name: self.cleaned_data[name] for name in SCOPE if self.cleaned_data[name]}
        return {"filter": urlencode(chosen)}

    def clean_numbers(self) -> str:
        """No more than a list can hold."""
        text: str = self.cleaned_data["numbers"]
        if len(text.split()) > MOST_NUMBERS:
            raise forms.ValidationError(_("一次最多 %s 户") % MOST_NUMBERS)
        return text


def scope_in_words(scope: dict[str, Any]) -> str:
    """A campaign's scope as people read it."""
    if "numbers" in scope:
        return str(_("按名单 %s 户") % len(scope["numbers"]))
    from django.http import QueryDict

    words, given = registry.words(), QueryDict(scope.get("filter", ""))
    parts = [
        str(_("任一监测类别")) if given[name] == "any" else words.label(vocabulary, given[name])
        for name, vocabulary in SCOPE.items()
        if name in given
    ]
    return "、".join(parts) or str(_("所有在册户"))


class LookForm(Refusable):
    """The checklist for one household."""

    on = day_field(_("查看日期"))
    note = words_field(_("说明"), required=False)
    more_kind = forms.ChoiceField(label=_("另外发现的问题"), required=False)
    more_words = forms.CharField(label=_("写明问题"), required=False, max_length=200)

    def __init__(self, found: Campaign, row: CampaignRow, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.questions = found.checklist["questions"]
        for question in self.questions:
            self.fields[f"q-{question['id']}"] = forms.ChoiceField(
                label=cq.question_text(question), choices=ANSWERS, widget=forms.RadioSelect,
                initial=row.answers.get(question["id"]),
            )  # fmt: skip
            self.fields[f"w-{question['id']}"] = forms.CharField(label=_("问题说明"), required=False, max_length=200)
        kinds = [(kind, cq.kind_label(found, kind)) for kind in found.checklist["findings"]]
        self.choose("more_kind", kinds, _("没有"))
        self.fields["note"].initial = row.note

    def lines(self) -> Iterator[tuple[Any, Any]]:
        """Each question with its words."""
        for question in self.questions:
            yield self[f"q-{question['id']}"], self[f"w-{question['id']}"]

    def rest(self) -> list[Any]:
        """The other fields."""
        return [self[name] for name in ("more_kind", "more_words", "on", "note")]

    def look(self) -> Look:
        """What was filled in. Only after `is_valid`."""
        given = self.cleaned_data
        more = [(given["more_kind"], given["more_words"])] if given["more_kind"] or given["more_words"].strip() else []
        return Look(
            given["on"], {q["id"]: given[f"q-{q['id']}"] for q in self.questions},
            {q["id"]: given[f"w-{q['id']}"] for q in self.questions}, given["note"], more,
        )  # fmt: skip


class AssignForm(Refusable):
    """What is to be done about a finding."""

    correction = words_field(_("整改措施"))
    responsible = forms.CharField(label=_("责任人"), max_length=60)
    due_on = day_field(_("整改时限"), initial=None)
    case = forms.CharField(
        label=_("已立案的事项编号"), required=False, max_length=40, help_text=_("为此立案的填写；办结后即为佐证")
    )

    def __init__(self, cases: Choices, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("case", cases, _("没有立案"))

    @staticmethod
    def of(found: CampaignFinding, responsible: str) -> dict[str, Any]:
        """A finding as the form shows it."""
        return {
            "correction": found.correction, "responsible": found.responsible or responsible, "due_on": found.due_on,
            "case": found.case_number,
        }  # fmt: skip


class ReportForm(EvidenceFields):
    """It is put right."""

    on = day_field(_("完成日期"))
    words = words_field(_("整改情况"))
    field_order = ("on", "words", "file", "document", "paper")

    def __init__(self, household: registry.Household, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.offer(household)


class SettleForm(Refusable):
    """Another person looks, or it was no fault."""

    words = words_field(_("意见"), required=False)


def progress(found: Campaign, on: date) -> str:
    """`bad` when a running campaign is past its day, `warn` in the last two weeks."""
    if found.state != "running" or found.due_on > on + timedelta(days=14):
        return ""
    return "bad" if found.due_on < on else "warn"
