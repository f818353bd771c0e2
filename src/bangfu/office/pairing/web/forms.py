"""Forms of officials, pairings and plans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.pages.refusals import Invalid
from bangfu.office.pairing import quotas
from bangfu.office.pairing.models import Helper, Measure
from bangfu.office.pairing.plan_actions import Content, Evidence
from bangfu.office.registry import api as registry

NO_NUMBERS = _("不要写证件号码、电话或账号")
Choices = Iterable[tuple[str, Any]]


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A date, today at first."""
    more.setdefault("initial", timezone.localdate)
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


def words_field(label: Any, required: bool = True, **more: Any) -> forms.CharField:
    """A line or two of words."""
    more.setdefault("help_text", NO_NUMBERS)
    return forms.CharField(
        label=label, required=required, max_length=200, widget=forms.Textarea(attrs={"rows": 2}), **more
    )


class Refusable(forms.Form):
    """A form that says what an action refused."""

    def refuse(self, error: Invalid) -> None:
        """Each message at its field, the others above the form."""
        for name, message in error.errors.items():
            self.add_error(name if name in self.fields else None, message)

    def choose(self, name: str, choices: Choices, empty: Any = None) -> None:
        """What may be chosen in a field."""
        first = [] if empty is None else [("", empty)]
        self.fields[name].choices = [*first, *choices]  # type: ignore[attr-defined]


class HelperForm(Refusable):
    """An official."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    unit = forms.CharField(label=_("单位"), max_length=80)
    rank = forms.ChoiceField(label=_("职级"))
    area_code = forms.ChoiceField(label=_("在哪里服务"), help_text=_("只能帮扶这个区划内的户"))
    username = forms.CharField(
        label=_("账户名"),
        max_length=40,
        required=False,
        help_text=_("有账户的填写，可在手机上看到自己的帮扶户；没有的留空"),
    )

    def __init__(self, places: Choices, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("rank", quotas.choices(quotas.RANK), _("请选择"))
        self.choose("area_code", places)


class PairForm(Refusable):
    """Who helps a household from when."""

    helper = forms.ChoiceField(label=_("帮扶责任人"))
    on = day_field(_("从哪一天起"))
    reason = words_field(_("说明"), required=False, help_text=_("超过定额时必须写明理由；不要写证件号码、电话或账号"))

    def __init__(self, helpers: Choices, needs_reason: bool, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("helper", helpers, _("请选择"))
        if needs_reason:
            self.fields["reason"] = words_field(_("交接原因"))


class EndForm(Refusable):
    """From when a household is helped no more."""

    on = day_field(_("从哪一天起不再帮扶"))
    reason = words_field(_("原因"))


class HandOverForm(Refusable):
    """Many households of one official go to another."""

    receiver = forms.ChoiceField(label=_("交给谁"))
    on = day_field(_("交接日期"))
    reason = words_field(_("交接原因"))
    households = forms.MultipleChoiceField(label=_("哪些户"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, receivers: Choices, homes: Choices, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("receiver", receivers, _("请选择"))
        self.choose("households", homes)


class DutyForm(Refusable):
    """One of a leader's four assignments."""

    kind = forms.ChoiceField(label=_("类别"))
    place = forms.ChoiceField(label=_("区划（乡镇或村）"), required=False)
    target = forms.CharField(label=_("企业、项目或单位名称"), max_length=80, required=False)
    on = day_field(_("从哪一天起"))

    def __init__(self, places: Choices, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.places = dict(places)
        self.choose("kind", quotas.choices(quotas.FOUR_ONES))
        self.choose("place", self.places.items(), _("不是区划"))

    def target_name(self) -> str:
        """The name that was written, else that of the area."""
        return self.cleaned_data["target"].strip() or str(self.places.get(self.cleaned_data["place"], "")).strip("　")


class PlanForm(Refusable):
    """The aim of a year's plan."""

    goal = words_field(_("本年目标"), required=False, help_text=_("如：家庭人均纯收入稳定超过标准，住房达到安全"))
    reason = words_field(_("变更原因"), required=False)

    def __init__(self, changes: bool, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if changes:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]


class MeasureForm(Refusable):
    """What a measure says."""

    kind = forms.ChoiceField(label=_("措施类别"))
    what = words_field(_("做什么"))
    responsible = forms.CharField(label=_("责任人"), max_length=60)
    due_on = day_field(_("完成时限"))
    amount = forms.DecimalField(
        label=_("计划资金（元）"), required=False, min_value=Decimal(0), max_value=Decimal(10**9), decimal_places=2,
        help_text=_("没有资金的留空"),
    )  # fmt: skip
    fund = forms.CharField(
        label=_("资金来源"), required=False, max_length=80, help_text=_("如：中央衔接资金、小额信贷、帮扶单位")
    )
    expected = forms.DecimalField(label=_("预期成效（数）"), required=False, max_digits=12, decimal_places=2)
    effect_unit = forms.CharField(
        label=_("成效单位"), required=False, max_length=40, help_text=_("如：元/年、人、亩、平方米")
    )
    reason = words_field(_("变更原因"))

    def __init__(self, changes: bool, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("kind", quotas.choices(quotas.MEASURE), _("请选择"))
        if not changes:
            del self.fields["reason"]

    @staticmethod
    def of(measure: Measure) -> dict[str, Any]:
        """A measure as the form shows it."""
        names = ("kind", "what", "responsible", "due_on", "fund", "expected", "effect_unit")
        found = {name: getattr(measure, name) for name in names}
        return {**found, "amount": None if measure.amount_fen is None else f"{measure.amount_fen / 100:.2f}"}

    def content(self) -> Content:
        """What was filled in. Only after `is_valid`."""
        given = dict(self.cleaned_data)
        given.pop("reason", None)
        amount = given.pop("amount")
        return Content(**given, amount_fen=None if amount is None else int(amount * 100))


class EvidenceFields(Refusable):
    """Where the proof is: a file, a document of the household's file, or paper."""

    file = forms.FileField(
        label=_("上传佐证（照片或 PDF）"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )  # fmt: skip
    document = forms.ChoiceField(label=_("选用本户档案中的材料"), required=False)
    paper = forms.CharField(label=_("或：纸质材料存放处"), required=False, max_length=60)

    def offer(self, household: registry.Household) -> None:
        """The papers of the household's file."""
        rows = registry.Document.objects.filter(household=household, withdrawn_at=None).order_by("-added_at")[:60]
        self.choose("document", [(str(row.pk), f"{row.title} {row.dated or ''}".strip()) for row in rows], _("不选用"))

    def evidence(self) -> Evidence:
        """What was brought. Only after `is_valid`."""
        given = self.cleaned_data
        document = given.get("document") or ""
        return Evidence(given.get("file"), int(document) if document else None, given.get("paper", ""))


class MoveForm(EvidenceFields):
    """How far a measure has come."""

    on = day_field(_("日期"))
    effect = forms.DecimalField(label=_("实际成效（数）"), required=False, max_digits=12, decimal_places=2)
    effect_words = words_field(_("成效说明"), required=False)
    reason = words_field(_("原因"), required=False)
    field_order = ("on", "effect", "effect_words", "reason", "file", "document", "paper")

    def __init__(self, measure: Measure, to: str, household: registry.Household, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if to != "done":
            for name in ("effect", "effect_words", "file", "document", "paper"):
                del self.fields[name]
        else:
            self.offer(household)
            if measure.effect_unit:
                self.fields["effect"].label = _("实际成效（%s）") % measure.effect_unit
            del self.fields["reason"]
        if to in ("dropped", "planned") or measure.state == "done":
            self.fields["reason"].required = True
        elif "reason" in self.fields:
            del self.fields["reason"]


def helper_choices(rows: Iterable[Helper], on: date) -> list[tuple[str, str]]:
    """Officials to choose from, with what they have and should have."""
    found = []
    for one in rows:
        allowed = quotas.quota(one.rank, one.area_code, on)
        quota = allowed.households if allowed else "—"
        found.append(
            (str(one.pk), f"{one.name}（{one.unit}，{quotas.label(quotas.RANK, one.rank)}）{one.load}/{quota}")
        )
    return found
