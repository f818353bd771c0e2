"""Rows of entitlements. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData

ACTIVE, STOPPING, PHASING_OUT, ENDED = "active", "stopping", "phasing_out", "ended"
STATES = (
    (ACTIVE, _("享受中")),
    (STOPPING, _("已决定停发，公示中")),
    (PHASING_OUT, _("渐退期")),
    (ENDED, _("已停止")),
)
PERS = (("month", _("每月")), ("year", _("每年")), ("status", _("身份（不发钱）")))
REASONS = (
    ("taken_over", _("接收时已在享受")),
    ("granted", _("批准")),
    ("again", _("停止后再次批准")),
    ("changed", _("调整")),
    ("reduced", _("减发")),
    ("phase_out", _("渐退")),
    ("restored", _("撤销停发，恢复")),
    ("stopped", _("停发")),
    ("natural", _("死亡或迁出")),
    ("moved", _("迁往另一地")),
)
_KEPT = "as long as the household's file; decisions of public money are archives"
_ERASED = "benefits/erasing.py blanks words; numbers say nothing once the registry has blanked the household"


class Entitlement(models.Model):
    """What one household (or person) is entitled to under one policy: one row for ever, whatever begins and ends.

    The periods are the truth; what stands beside them is for lists: `since` is the first month of the unbroken time up to
    now, `until` the first month no more (None while open). `changed` are facts of the deciding clauses that are otherwise
    by now, as `{fact: [then, now]}`; `known_at` is when the facts were frozen on which the decision rests.
    """

    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="entitlements", verbose_name="户")
    person_number = models.CharField("人编号", max_length=40, blank=True)
    policy = models.CharField("政策", max_length=60)
    area_code = models.CharField("行政村代码", max_length=12)
    per = models.CharField("发放周期", max_length=8, choices=PERS, default="month")
    state = models.CharField("状态", max_length=12, choices=STATES, default=ACTIVE)
    class_name = models.CharField("类别", max_length=20, blank=True)
    amount_fen = models.BigIntegerField("金额（分）", default=0)
    since = models.DateField("享受自")
    until = models.DateField("停止月份（首个不再享受的月份）", null=True)
    last_month = models.DateField("拟停发或渐退的最后月份", null=True)
    review_due_on = models.DateField("复核到期日", null=True)
    case_number = models.CharField("作出决定的个案", max_length=40, blank=True)
    decision_sha256 = models.CharField("决定校验值", max_length=64, blank=True)
    decided_on = models.DateField("决定日期", null=True)
    record = models.BigIntegerField("户库记录", null=True)
    known_at = models.DateTimeField("决定所据资料的时间", null=True)
    checked_at = models.DateTimeField("检查情况变化的时间", null=True)
    changed = models.JSONField("情况变化", default=dict)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "household": "that a household is assisted",
            "person_number": "who",
            "policy": "by what",
            "amount_fen": "how much",
            "changed": "facts then and now, none about health",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "待遇"
        constraints = (
            models.UniqueConstraint(fields=("household", "policy", "person_number"), name="benefits_entitlement_once"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="benefits_entitlement_time"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="benefits_entitlement_amount"),
        )
        indexes = (
            models.Index(fields=("area_code", "policy", "state", "id"), name="benefits_entitlement_list"),
            models.Index(fields=("review_due_on", "area_code"), name="benefits_entitlement_review"),
        )

    def __str__(self) -> str:
        return f"{self.policy}@{self.household_id}"


class Period(models.Model):
    """Months of an entitlement with one amount and class, as known from `recorded_at` until `replaced_at`.

    `start` and `end` are first days of months, `end` exclusive. A row is added and once marked as replaced; nothing else
    changes it. The database refuses two that overlap among those not replaced (migrations/0002). `former` is the period
    before a break.
    """

    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="periods", verbose_name="待遇")
    start = models.DateField("开始月份")
    end = models.DateField("结束月份", null=True)
    amount_fen = models.BigIntegerField("金额（分）")
    class_name = models.CharField("类别", max_length=20, blank=True)
    reason = models.CharField("原因", max_length=12, choices=REASONS)
    end_reason = models.CharField("结束原因", max_length=12, choices=REASONS, blank=True)
    end_case_number = models.CharField("结束的个案", max_length=40, blank=True)
    end_sha256 = models.CharField("结束的决定校验值", max_length=64, blank=True)
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="前一期间")
    case_number = models.CharField("个案", max_length=40, blank=True)
    decision_sha256 = models.CharField("决定校验值", max_length=64, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人标识", max_length=64)
    replaced_at = models.DateTimeField("被取代时间", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"amount_fen": "how much a household receives"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "待遇期间"
        constraints = (
            models.UniqueConstraint(
                fields=("entitlement",), condition=Q(replaced_at=None, end=None), name="benefits_period_one_open"
            ),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gt=F("start")), name="benefits_period_time"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="benefits_period_amount"),
        )
        indexes = (models.Index(fields=("entitlement", "start"), name="benefits_period_time"),)

    def __str__(self) -> str:
        return f"{self.entitlement_id} {self.start}"


class OneOff(models.Model):
    """A sum granted once, by one decision; a later decision of the same case replaces it."""

    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="one_offs", verbose_name="户")
    person_number = models.CharField("人编号", max_length=40, blank=True)
    policy = models.CharField("政策", max_length=60)
    area_code = models.CharField("行政村代码", max_length=12)
    amount_fen = models.BigIntegerField("金额（分）")
    month = models.DateField("月份")
    case_number = models.CharField("个案", max_length=40)
    decision_sha256 = models.CharField("决定校验值", max_length=64)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人标识", max_length=64)
    replaced_at = models.DateTimeField("被取代时间", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"household": "that a household was helped", "amount_fen": "how much"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "一次性救助"
        constraints = (
            models.UniqueConstraint(
                fields=("case_number",), condition=Q(replaced_at=None), name="benefits_oneoff_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="benefits_oneoff_amount"),
        )
        indexes = (models.Index(fields=("area_code", "policy", "month"), name="benefits_oneoff_list"),)

    def __str__(self) -> str:
        return f"{self.policy}@{self.household_id} {self.month}"


CLUE_SOURCES = (
    ("household", _("农户自主申报")),
    ("cadre", _("干部走访发现")),
    ("bureau", _("部门筛查预警")),
    ("run", _("月度比对")),
)


class Clue(models.Model):
    """A hint that a household may fall into poverty. `case_number` is the monitoring case that looks into it."""

    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="clues", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    source = models.CharField("来源", max_length=10, choices=CLUE_SOURCES)
    bureau = models.CharField("部门", max_length=40, blank=True)
    words = models.CharField("内容", max_length=200, blank=True)
    ref = models.CharField("来源编号", max_length=80, blank=True)
    case_number = models.CharField("个案", max_length=40, blank=True)
    first = models.BooleanField("首条线索")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人标识", max_length=64)
    recorded_name = models.CharField("登记人", max_length=60)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"words": "words about a household", "recorded_name": "name of an official"},
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "返贫致贫线索"
        constraints = (
            models.UniqueConstraint(fields=("case_number",), condition=Q(first=True), name="benefits_clue_first"),
        )
        indexes = (
            models.Index(fields=("area_code", "source", "recorded_at"), name="benefits_clue_list"),
            models.Index(fields=("case_number",), name="benefits_clue_case"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.case_number}"


class Transfer(models.Model):
    """A household that moves with its whole file: asked for, handed over by where it lived, accepted where it lives.

    `area_code` is where it lives until it is accepted. While one is open the household has no second.
    """

    ASKED, HANDED_OVER, ACCEPTED, REFUSED = "asked", "handed_over", "accepted", "refused"
    STATES = (
        (ASKED, _("待转出地确认")),
        (HANDED_OVER, _("已移交，待转入地接收")),
        (ACCEPTED, _("已接收")),
        (REFUSED, _("已退回")),
    )
    OPEN = (ASKED, HANDED_OVER)
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="transfers", verbose_name="户")
    area_code = models.CharField("转出村代码", max_length=12)
    to_area = models.CharField("转入村代码", max_length=12)
    state = models.CharField("状态", max_length=12, choices=STATES, default=ASKED)
    reason = models.CharField("事由", max_length=200, blank=True)
    answer = models.CharField("退回理由", max_length=200, blank=True)
    asked_by = models.CharField("提出人标识", max_length=64)
    asked_name = models.CharField("提出人", max_length=60)
    asked_at = models.DateTimeField("提出时间")
    handed_name = models.CharField("移交人", max_length=60, blank=True)
    handed_at = models.DateTimeField("移交时间", null=True)
    accepted_name = models.CharField("接收人", max_length=60, blank=True)
    accepted_at = models.DateTimeField("接收时间", null=True)
    content = models.JSONField("移交内容", default=dict)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "household": "that a household moves",
            "reason": "why",
            "answer": "words about it",
            "asked_name": "name of an official",
            "handed_name": "name of an official",
            "accepted_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "转移"
        constraints = (
            models.UniqueConstraint(
                fields=("household",),
                condition=Q(state__in=("asked", "handed_over")),
                name="benefits_transfer_one_open",
            ),
        )
        indexes = (
            models.Index(fields=("state", "area_code"), name="benefits_transfer_from"),
            models.Index(fields=("state", "to_area"), name="benefits_transfer_to"),
        )

    def __str__(self) -> str:
        return f"{self.household_id} {self.area_code}→{self.to_area}"
