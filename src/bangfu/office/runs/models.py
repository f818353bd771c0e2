"""Rows of the monthly run. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData

QUEUED, EXPORTING, SCREENING, LOADING = "queued", "exporting", "screening", "loading"
DONE, FAILED, CANCELLED, INTERRUPTED = "done", "failed", "cancelled", "interrupted"
ACTIVE = (QUEUED, EXPORTING, SCREENING, LOADING)
STATUSES = (
    (QUEUED, _("排队中")),
    (EXPORTING, _("取出户库")),
    (SCREENING, _("逐户比对")),
    (LOADING, _("载入结果")),
    (DONE, _("已完成")),
    (FAILED, _("失败")),
    (CANCELLED, _("已取消")),
    (INTERRUPTED, _("已中断")),
)
ENTITLED, RECEIVING, DIFFERS = "entitled_not_receiving", "receiving_not_entitled", "amount_differs"
CANNOT_TELL, ALERT, CHECK = "cannot_tell", "alert", "check"
KINDS = (
    (ENTITLED, _("漏保")),
    (RECEIVING, _("错保")),
    (DIFFERS, _("金额不符")),
    (CANNOT_TELL, _("无法判定")),
    (ALERT, _("预警")),
    (CHECK, _("疑点")),
)
ERRORS = (ENTITLED, RECEIVING, DIFFERS)
"""Kinds of lines that say that an answer of today is wrong."""
NEW, UNCHANGED, GONE = "new", "unchanged", "gone"
CHANGES = ((NEW, _("新增")), (UNCHANGED, _("持续")), (GONE, _("消失")))
SEVERITIES = (
    ("high", _("高")),
    ("medium", _("中")),
    ("low", _("低")),
    ("must_fix", _("必须更正")),
    ("explain", _("需说明")),
    ("hint", _("提示")),
)
_KEPT = "as long as decisions refer to the run"


class Run(models.Model):
    """One monthly run of one area. What it found may be read only where its status is `done`.

    The folder of its results is MEDIA_ROOT/runs/PK/results (keys only); while it works, MEDIA_ROOT/runs/PK/work holds
    the registry as it went out, with ID numbers, and is removed in every case.
    """

    area_code = models.CharField("区划代码", max_length=12)
    as_of = models.DateField("基准日")
    status = models.CharField("状态", max_length=12, choices=STATUSES, default=QUEUED)
    step_done = models.PositiveIntegerField("本步已完成", default=0)
    step_total = models.PositiveIntegerField("本步总数", default=0)
    cancel_asked = models.BooleanField("已要求取消", default=False)
    started_by = models.CharField("启动人标识", max_length=64)
    started_by_name = models.CharField("启动人", max_length=60)
    created_at = models.DateTimeField("启动时间")
    heartbeat_at = models.DateTimeField("最近进展时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    worker = models.CharField("执行进程", max_length=80, blank=True)
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="对比的上次比对")
    rulebook_name = models.CharField("规则集", max_length=60, blank=True)
    rulebook_version = models.CharField("规则集版本", max_length=40, blank=True)
    rulebook_hash = models.CharField("规则集校验值", max_length=64, blank=True)
    snapshot_hash = models.CharField("快照校验值", max_length=64, blank=True)
    counts = models.JSONField("条数", default=dict)
    notes = models.JSONField("说明", default=dict)
    error = models.TextField("错误", blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"started_by_name": "name of the official who started it"},
        erased_by="never; what an office did is a public matter",
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "月度比对"
        constraints = (
            models.UniqueConstraint(fields=("area_code",), condition=Q(status__in=ACTIVE), name="runs_run_one_active"),
        )
        indexes = (models.Index(fields=("area_code", "as_of", "id"), name="runs_run_area"),)

    def __str__(self) -> str:
        return f"{self.area_code} {self.as_of:%Y-%m}"

    @property
    def active(self) -> bool:
        """True while it waits or works."""
        return self.status in ACTIVE


class Finding(models.Model):
    """One line of a run: a household, or one of its persons, and what a policy, an alert or a check says of it.

    No name, and no value of a fact: `reasons` names clauses and missing inputs by the ids of the rulebook. The values are
    read from the run's snapshot when somebody opens the explanation.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="findings", verbose_name="月度比对")
    kind = models.CharField("类别", max_length=24, choices=KINDS)
    definition = models.CharField("政策或规则", max_length=60)
    household_number = models.CharField("户编号", max_length=40, blank=True)
    person_number = models.CharField("人编号", max_length=40, blank=True)
    area_code = models.CharField("行政村代码", max_length=12)
    status = models.CharField("判定", max_length=12, blank=True)
    severity = models.CharField("程度", max_length=12, blank=True)
    change = models.CharField("与上次相比", max_length=10, choices=CHANGES, blank=True)
    due_fen = models.BigIntegerField("应发（分）", null=True)
    due_min_fen = models.BigIntegerField("应发下限（分）", null=True)
    due_max_fen = models.BigIntegerField("应发上限（分）", null=True)
    paid_fen = models.BigIntegerField("实发（分）", null=True)
    reasons = models.JSONField("依据", default=dict)
    means_check = models.CharField("核对报告", max_length=60, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "household_number": "which household is on a list",
            "person_number": "which person is on a list",
            "due_fen": "what a household is entitled to",
            "due_min_fen": "what a household is entitled to at least",
            "due_max_fen": "what a household is entitled to at most",
            "paid_fen": "what a household receives",
            "reasons": "which conditions a household does not meet",
        },
        erased_by="numbers say nothing once registry.erase_person has blanked the person",
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "比对结果"
        indexes = (
            models.Index(fields=("run", "area_code", "household_number", "id"), name="runs_finding_area"),
            models.Index(fields=("run", "kind", "area_code", "household_number", "id"), name="runs_finding_kind"),
            models.Index(fields=("run", "definition", "area_code", "household_number", "id"), name="runs_finding_def"),
            models.Index(fields=("run", "household_number"), name="runs_finding_household"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.definition} {self.household_number}"


class Tally(models.Model):
    """How many lines of one kind, definition and change one village has: what tables and tiles add up."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="tallies", verbose_name="月度比对")
    area_code = models.CharField("行政村代码", max_length=12)
    kind = models.CharField("类别", max_length=24, choices=KINDS)
    definition = models.CharField("政策或规则", max_length=60)
    change = models.CharField("与上次相比", max_length=10, choices=CHANGES, blank=True)
    lines = models.PositiveIntegerField("条数")

    personal_data: ClassVar[PersonalData] = PersonalData()

    class Meta:
        verbose_name = "比对条数"
        constraints = (
            models.UniqueConstraint(
                fields=("run", "area_code", "kind", "definition", "change"), name="runs_tally_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.area_code} {self.kind} {self.definition}: {self.lines}"
