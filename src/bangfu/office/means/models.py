"""Rows of means checks. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData

DRAFT, QUEUED, EXPORTING, MATCHING, MAKING = "draft", "queued", "exporting", "matching", "making"
DONE, FAILED, CANCELLED, INTERRUPTED = "done", "failed", "cancelled", "interrupted"
STATUSES = (
    (DRAFT, _("待确认")),
    (QUEUED, _("排队中")),
    (EXPORTING, _("取出户库")),
    (MATCHING, _("核对部门数据")),
    (MAKING, _("逐户出具")),
    (DONE, _("已完成")),
    (FAILED, _("失败")),
    (CANCELLED, _("已取消")),
    (INTERRUPTED, _("已中断")),
)
WORKING = (EXPORTING, MATCHING, MAKING)
ACTIVE = (QUEUED, *WORKING)
_KEPT = "as long as the household's file; what a decision rests on is an archive"
_ERASED = "registry.erase_household or erase_person, through means/erasing.py; sealed contents go with the key"


class Job(models.Model):
    """Work in the background: where it is, whose process has it, and how it ended."""

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
    error = models.TextField("错误", blank=True)

    class Meta:
        abstract = True

    @property
    def active(self) -> bool:
        """True while it waits or works."""
        return self.status in ACTIVE


class Crosscheck(Job):
    """All bureaus' files of a run matched with a county's registry. Its results may be read only where it is `done`.

    They lie in MEDIA_ROOT/means/PK/results: facts, contradictions and rows by number, no name and no ID number.
    """

    run = models.ForeignKey("runs.Run", models.PROTECT, related_name="crosschecks", verbose_name="月度比对")
    area_code = models.CharField("区划代码", max_length=12)
    as_of = models.DateField("基准日")
    counts = models.JSONField("数字", default=dict)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"started_by_name": "name of the official who started it"},
        erased_by="never; what an office did is a public matter",
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "部门数据核对"
        constraints = (
            models.UniqueConstraint(
                fields=("area_code",), condition=Q(status__in=ACTIVE), name="means_crosscheck_one_active"
            ),
        )
        indexes = (models.Index(fields=("area_code", "status", "as_of", "id"), name="means_crosscheck_latest"),)

    def __str__(self) -> str:
        return f"{self.area_code} {self.as_of}"


class Authorisation(models.Model):
    """Somebody of a household agreed that sources may be asked about them.

    `person_number` is empty where one paper speaks for all members. `scope` names tables, none of them means all.
    `end` is the first day on which it no longer holds.
    """

    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    person_number = models.CharField("人编号", max_length=40, blank=True)
    number = models.CharField("授权编号", max_length=40)
    signed_on = models.DateField("签署日期")
    start = models.DateField("有效期起")
    end = models.DateField("失效日期", null=True)
    purpose = models.CharField("用途", max_length=60)
    scope = models.JSONField("核对范围", default=list)
    document = models.BigIntegerField("档案材料", null=True)
    paper = models.CharField("纸质授权书存放处", max_length=60, blank=True)
    recorded_by = models.CharField("登记人标识", max_length=64)
    recorded_name = models.CharField("登记人", max_length=60)
    recorded_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "person_number": "who agreed",
            "purpose": "what the household asks for",
            "paper": "where a paper about a household lies",
            "recorded_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "核对授权"
        constraints = (
            models.CheckConstraint(condition=Q(end=None) | Q(end__gt=F("start")), name="means_authorisation_dates"),
        )
        indexes = (models.Index(fields=("household", "id"), name="means_authorisation_house"),)

    def __str__(self) -> str:
        return self.number


class Withdrawal(models.Model):
    """From `on`, everything that was signed until then is at an end, for the person (empty: all) and the sources named."""

    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    person_number = models.CharField("人编号", max_length=40, blank=True)
    scope = models.JSONField("撤回的来源", default=list)
    on = models.DateField("撤回日期")
    document = models.BigIntegerField("档案材料", null=True)
    paper = models.CharField("撤回书存放处", max_length=60, blank=True)
    recorded_by = models.CharField("登记人标识", max_length=64)
    recorded_name = models.CharField("登记人", max_length=60)
    recorded_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "person_number": "who no longer agrees",
            "paper": "where a paper about a household lies",
            "recorded_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "撤回核对授权"
        indexes = (models.Index(fields=("household", "id"), name="means_withdrawal_house"),)

    def __str__(self) -> str:
        return f"{self.household_id} {self.on}"


class MeansReport(models.Model):
    """A means-check report as it was made. Nothing updates `content`; `sha256` is the core's, over what is in it.

    `until` is the first day on which it no longer holds, empty where it rests on no dated source. `closed` says that
    consent to a source that it used has been taken back; it is brought up to date with every change of the register.
    """

    number = models.CharField("报告编号", max_length=80, unique=True)
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    purpose = models.CharField("用途", max_length=60)
    case = models.CharField("事项编号", max_length=40, blank=True)
    crosscheck = models.ForeignKey(Crosscheck, models.PROTECT, related_name="reports", verbose_name="部门数据核对")
    run = models.BigIntegerField("月度比对")
    made_by = models.CharField("出具人标识", max_length=64)
    made_name = models.CharField("出具人", max_length=60)
    made_at = models.DateTimeField("出具时间")
    made_on = models.DateField("出具日期")
    as_of = models.DateField("数据截至", null=True)
    until = models.DateField("失效日期", null=True)
    sha256 = models.CharField("校验值", max_length=64)
    unknown = models.PositiveIntegerField("未知项数", default=0)
    conflicts = models.PositiveIntegerField("不一致处数", default=0)
    closed = models.BooleanField("授权已撤回", default=False)
    content = models.BinaryField("内容密文", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "purpose": "what the household asks for",
            "content": "the household's means, sealed",
            "made_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "核对报告"
        indexes = (
            models.Index(fields=("until", "id"), name="means_report_until"),
            models.Index(fields=("household", "id"), name="means_report_house"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def area_code(self) -> str:
        """Where it lies: where its household lies today."""
        return str(self.household.area_code)


class ReportBatch(Job):
    """Reports of many households at once: `items` are pairs of a household's and a case's number, `refused` pairs of a
    household's number and the reason."""

    purpose = models.CharField("用途", max_length=60)
    area_code = models.CharField("区划代码", max_length=12)
    items = models.JSONField("户", default=list)
    refused = models.JSONField("未出具", default=list)
    made = models.PositiveIntegerField("已出具", default=0)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"items": "which households are checked", "started_by_name": "name of an official"},
        erased_by="numbers say nothing once the registry has blanked the household",
        kept="until the next spring-clean of lists",
    )

    class Meta:
        verbose_name = "批量核对"

    def __str__(self) -> str:
        return f"batch {self.pk}"
