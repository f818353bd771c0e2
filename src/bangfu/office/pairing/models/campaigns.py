"""回头看: a frozen list of households, who looked at each, what was found, and how it was put right."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData

DRAFT, RUNNING, CLOSED, DROPPED = "draft", "running", "closed", "dropped"
CAMPAIGN_STATES = ((DRAFT, _("拟定")), (RUNNING, _("开展中")), (CLOSED, _("已结束")), (DROPPED, _("已放弃")))
FOUND, ASSIGNED, DONE, CORRECTED, JUSTIFIED = "found", "assigned", "done", "corrected", "justified"
FINDING_STATES = (
    (FOUND, _("待定整改")), (ASSIGNED, _("整改中")), (DONE, _("已整改，待复核")), (CORRECTED, _("已销号")),
    (JUSTIFIED, _("说明不成立")),
)  # fmt: skip
SETTLED = (CORRECTED, JUSTIFIED)
_KEPT = "as long as the household's file"
_ERASED = "registry.erase_household, through pairing/erasing.py: words are blanked; kinds, states and dates stay"


class Campaign(models.Model):
    """A campaign in an area. `checklist` is the rulebook's template as it was at the draft; the list freezes at the start.

    `scope` is the condition of the list as the registry's list takes it, or numbers of households. `list_hash` is the
    sha256 of the numbers in order, a line each. `outcome` holds the counts at the close, `outcome_hash` the sha256 of all
    that was looked at and found.
    """

    title = models.CharField("名称", max_length=80)
    template = models.CharField("检查清单", max_length=60)
    checklist = models.JSONField("检查项目")
    area_code = models.CharField("区划代码", max_length=12)
    scope = models.JSONField("范围")
    starts_on = models.DateField("开始日期")
    due_on = models.DateField("截止日期")
    state = models.CharField("状态", max_length=10, choices=CAMPAIGN_STATES, default=DRAFT)
    listed = models.PositiveIntegerField("名单户数", default=0)
    list_hash = models.CharField("名单校验值", max_length=64, blank=True)
    made_by = models.CharField("拟定人标识", max_length=64)
    made_name = models.CharField("拟定人", max_length=60)
    made_at = models.DateTimeField("拟定时间")
    started_at = models.DateTimeField("启动时间", null=True)
    closed_at = models.DateTimeField("结束时间", null=True)
    closed_name = models.CharField("结束人", max_length=60, blank=True)
    outcome = models.JSONField("结果", null=True)
    outcome_hash = models.CharField("结果校验值", max_length=64, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"made_name": "name of an official", "closed_name": "name of an official"},
        erased_by="never; who holds an office is a public matter",
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "回头看"
        indexes = (models.Index(fields=("state", "area_code", "id"), name="pairing_campaign_state"),)

    def __str__(self) -> str:
        return self.title


class CampaignRow(models.Model):
    """A household of the frozen list, and the look at it: by whom, when, with which answers."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="rows", verbose_name="回头看")
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    place = models.PositiveIntegerField("序号")
    looked_on = models.DateField("查看日期", null=True)
    looked_by = models.CharField("查看人标识", max_length=64, blank=True)
    looked_name = models.CharField("查看人", max_length=60, blank=True)
    answers = models.JSONField("回答", default=dict)
    note = models.CharField("说明", max_length=200, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"answers": "how a household lives", "note": "words about it", "looked_name": "name of an official"},
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "回头看名单"
        constraints = (
            models.UniqueConstraint(fields=("campaign", "household"), name="pairing_row_once"),
            models.UniqueConstraint(fields=("campaign", "place"), name="pairing_row_place"),
        )
        indexes = (models.Index(fields=("campaign", "area_code", "looked_on"), name="pairing_row_area"),)

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.place}"


class CampaignFinding(models.Model):
    """Something that is not in order in a household: its kind, the words, and the correction: what, who, by when, done how.

    `question` is the line of the checklist that raised it, empty where a person added it. Who says it is corrected is not
    who looks whether it is (`checked_by`).
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="findings", verbose_name="回头看")
    row = models.ForeignKey(CampaignRow, models.PROTECT, related_name="findings", verbose_name="名单")
    area_code = models.CharField("行政村代码", max_length=12)
    kind = models.CharField("类别", max_length=60)
    question = models.CharField("检查项目", max_length=60, blank=True)
    words = models.CharField("问题", max_length=200)
    state = models.CharField("状态", max_length=10, choices=FINDING_STATES, default=FOUND)
    correction = models.CharField("整改措施", max_length=200, blank=True)
    responsible = models.CharField("责任人", max_length=60, blank=True)
    due_on = models.DateField("整改时限", null=True)
    case_number = models.CharField("事项编号", max_length=40, blank=True)
    done_on = models.DateField("整改完成日期", null=True)
    done_words = models.CharField("整改情况", max_length=200, blank=True)
    document = models.BigIntegerField("佐证材料", null=True)
    paper = models.CharField("纸质佐证存放处", max_length=60, blank=True)
    done_by = models.CharField("报整改人标识", max_length=64, blank=True)
    done_name = models.CharField("报整改人", max_length=60, blank=True)
    settled_on = models.DateField("销号日期", null=True)
    settled_by = models.CharField("销号人标识", max_length=64, blank=True)
    settled_name = models.CharField("销号人", max_length=60, blank=True)
    settled_words = models.CharField("复核意见", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=0)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "words": "what is wrong in a household",
            "correction": "words about it",
            "done_words": "words about it",
            "paper": "where a paper about a household lies",
            "settled_words": "words about it",
            "responsible": "name of an official",
            "done_name": "name of an official",
            "settled_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "回头看问题"
        constraints = (
            models.UniqueConstraint(
                fields=("row", "question"), condition=~models.Q(question=""), name="pairing_finding_question"
            ),
        )
        indexes = (
            models.Index(fields=("campaign", "state", "due_on", "id"), name="pairing_finding_state"),
            models.Index(fields=("row", "id"), name="pairing_finding_row"),
            models.Index(fields=("area_code", "state", "due_on"), name="pairing_finding_due"),
        )

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.row_id} {self.kind}"
