"""A household's plan of a year, its measures, and the plan as it was before each change."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData

PLANNED, UNDER_WAY, DONE, DROPPED = "planned", "under_way", "done", "dropped"
STATES = ((PLANNED, _("待实施")), (UNDER_WAY, _("实施中")), (DONE, _("已完成")), (DROPPED, _("不再实施")))
_KEPT = "as long as the household's file"
_ERASED = "registry.erase_household, through pairing/erasing.py: words are blanked; kinds, dates and amounts stay"


class Plan(models.Model):
    """一户一策: one for a household and a year. `version` is the number of `PlanVersion` rows."""

    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="plans", verbose_name="户")
    year = models.PositiveSmallIntegerField("年度")
    area_code = models.CharField("行政村代码", max_length=12)
    causes = models.JSONField("致贫原因和风险", default=list)
    goal = models.CharField("目标", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=0)
    changed_at = models.DateTimeField("最近变更时间")
    changed_by = models.CharField("变更人标识", max_length=64)
    changed_name = models.CharField("变更人", max_length=60)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"causes": "why a household is poor", "goal": "words about it", "changed_name": "name of an official"},
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "一户一策"
        constraints = (models.UniqueConstraint(fields=("household", "year"), name="pairing_plan_once"),)
        indexes = (models.Index(fields=("area_code", "year", "household"), name="pairing_plan_area"),)

    def __str__(self) -> str:
        return f"{self.household_id}/{self.year}"


class PlanVersion(models.Model):
    """A plan with all its measures as it stood after a change, as canonical JSON. Added, never changed."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions", verbose_name="一户一策")
    number = models.PositiveIntegerField("版本")
    content = models.TextField("内容")
    sha256 = models.CharField("校验值", max_length=64)
    reason = models.CharField("变更原因", max_length=200, blank=True)
    at = models.DateTimeField("时间")
    by = models.CharField("变更人标识", max_length=64)
    by_name = models.CharField("变更人", max_length=60)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"content": "a household's plan", "reason": "words about it", "by_name": "name of an official"},
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "一户一策版本"
        constraints = (models.UniqueConstraint(fields=("plan", "number"), name="pairing_version_once"),)

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"


class Measure(models.Model):
    """One measure of a plan: what, who, by when, with what money, to what effect, and how far it has come.

    `amount_fen` is planned money, None where none is planned or it is not known; `effect_unit` says what an effect counts.
    `document` is the evidence in the household's file, `paper` where it lies on paper.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="measures", verbose_name="一户一策")
    area_code = models.CharField("行政村代码", max_length=12)
    kind = models.CharField("类别", max_length=40)
    what = models.CharField("内容", max_length=200)
    responsible = models.CharField("责任人", max_length=60)
    due_on = models.DateField("完成时限")
    amount_fen = models.BigIntegerField("计划资金（分）", null=True)
    fund = models.CharField("资金来源", max_length=80, blank=True)
    expected = models.DecimalField("预期成效", max_digits=12, decimal_places=2, null=True)
    effect_unit = models.CharField("成效单位", max_length=40, blank=True)
    state = models.CharField("进展", max_length=10, choices=STATES, default=PLANNED)
    state_on = models.DateField("进展日期", null=True)
    state_reason = models.CharField("进展说明", max_length=200, blank=True)
    effect = models.DecimalField("实际成效", max_digits=12, decimal_places=2, null=True)
    effect_words = models.CharField("成效说明", max_length=200, blank=True)
    document = models.BigIntegerField("佐证材料", null=True)
    paper = models.CharField("纸质佐证存放处", max_length=60, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "what": "how a household is helped",
            "responsible": "name of an official",
            "state_reason": "words about a household",
            "effect_words": "words about a household",
            "effect": "what came of it",
            "paper": "where a paper about a household lies",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "帮扶措施"
        indexes = (
            models.Index(fields=("area_code", "state", "due_on", "id"), name="pairing_measure_due"),
            models.Index(fields=("plan", "id"), name="pairing_measure_plan"),
        )

    def __str__(self) -> str:
        return f"{self.plan_id} {self.kind}"
