"""Rows of the changes. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData, SubjectKey

PROPOSED, QUEUED, CONFLICT = "proposed", "queued", "conflict"
APPLIED, RETURNED, WITHDRAWN, UNDONE = "applied", "returned", "withdrawn", "undone"
STATUSES = {
    PROPOSED: _("待确认"),
    QUEUED: _("排队中"),
    CONFLICT: _("有冲突"),
    APPLIED: _("已生效"),
    RETURNED: _("已退回"),
    WITHDRAWN: _("已撤回"),
    UNDONE: _("已撤销"),
}
PENDING = (PROPOSED, QUEUED, CONFLICT)
_KEPT = "as long as the household's file"
_ERASED = "destroying the subject's key; new persons' values are removed from the change when it takes effect"


class Change(models.Model):
    """One change of one household: what was, what shall be, from when and why, who proposed and who confirmed it.

    `content` and `base` hold plain values and codes, `sealed` the personal ones under the subject's key. `steps` is the
    journal with which it is undone. A change that undoes another names it in `undoes`.
    """

    kind = models.CharField("类别", max_length=30)
    status = models.CharField("状态", max_length=12, default=PROPOSED)
    area_code = models.CharField("行政村代码", max_length=12)
    other_area_code = models.CharField("另一行政村代码", max_length=12, blank=True)
    household = models.ForeignKey("registry.Household", models.PROTECT, null=True, related_name="+", verbose_name="户")
    other_household = models.ForeignKey(
        "registry.Household", models.PROTECT, null=True, related_name="+", verbose_name="另一户"
    )
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+", verbose_name="人")
    effective_on = models.DateField("生效日期")
    content = models.JSONField("内容", default=dict)
    base = models.JSONField("提出时的值", default=dict)
    sealed = models.BinaryField("个人资料密文", null=True)
    key = models.ForeignKey(SubjectKey, models.PROTECT, related_name="+", verbose_name="密钥")
    flags = models.JSONField("提示", default=list)
    reason = models.CharField("理由", max_length=200)
    evidence = models.CharField("依据", max_length=200, blank=True)
    second = models.BooleanField("须另一人确认", default=True)
    proposed_by = models.CharField("提出人", max_length=64)
    proposed_name = models.CharField("提出人姓名", max_length=60)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.CharField("确认人", max_length=64, blank=True)
    decided_name = models.CharField("确认人姓名", max_length=60, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True)
    remark = models.CharField("意见", max_length=200, blank=True)
    problem = models.CharField("未能生效的原因", max_length=300, blank=True)
    applied_at = models.DateTimeField("生效时间", null=True)
    steps = models.JSONField("步骤", default=list)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by", verbose_name="撤销的变更")
    version = models.PositiveIntegerField("版本", default=1)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "sealed": "names, ID numbers, telephones, health facts before and after, sealed",
            "content": "plain facts, relations",
            "base": "plain facts as they were",
            "reason": "free text of officials",
            "evidence": "free text of officials",
            "remark": "free text of officials",
            "problem": "why it did not take effect; may name a person",
            "proposed_name": "name of an official",
            "decided_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "变更"
        constraints = (
            models.UniqueConstraint(
                fields=("undoes",),
                condition=Q(status__in=(PROPOSED, QUEUED, APPLIED)),
                name="changes_change_one_undo",
            ),
            models.CheckConstraint(
                condition=Q(second=False) | Q(decided_by="") | ~Q(decided_by=F("proposed_by")),
                name="changes_change_two_people",
            ),
        )
        indexes = (
            models.Index(fields=("status", "area_code", "id"), name="changes_change_status"),
            models.Index(fields=("proposed_by", "id"), name="changes_change_proposer"),
            models.Index(fields=("household", "id"), name="changes_change_household"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ChangeWindow(models.Model):
    """A period in an area: `open` lets changes take effect in it and not outside, `freeze` holds them back in it."""

    KINDS: ClassVar = (("open", _("开放编辑")), ("freeze", _("冻结编辑")))

    area_code = models.CharField("区划代码", max_length=12)
    kind = models.CharField("类别", max_length=10, choices=KINDS)
    name = models.CharField("名称", max_length=60)
    opens_on = models.DateField("开始日期")
    closes_on = models.DateField("结束日期", null=True, help_text="最后一天；空白为另行通知")
    opened_by = models.CharField("设定人", max_length=64)
    opened_name = models.CharField("设定人姓名", max_length=60)
    opened_at = models.DateTimeField("设定时间")
    ended_at = models.DateTimeField("取消时间", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"opened_name": "name of an official"}, erased_by="never", kept="as long as the audit log"
    )

    class Meta:
        verbose_name = "窗口期"
        constraints = (
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(closes_on__gte=F("opens_on")), name="changes_window_dates"
            ),
        )
        indexes = (models.Index(fields=("area_code", "opens_on"), name="changes_window_area"),)

    def __str__(self) -> str:
        return self.name


class Reconciliation(models.Model):
    """One comparison of the registry in an area with the national system's export: when, of what, and what came of it."""

    area_code = models.CharField("区划代码", max_length=12)
    as_of = models.DateField("导出日期")
    status = models.CharField("状态", max_length=10, default="waiting")
    files = models.JSONField("文件", default=dict)
    counts = models.JSONField("结果", default=dict)
    problem = models.CharField("未能核对的原因", max_length=300, blank=True)
    made_by = models.CharField("核对人", max_length=64)
    made_name = models.CharField("核对人姓名", max_length=60)
    made_at = models.DateTimeField("核对时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"made_name": "name of an official"}, erased_by="never", kept="as long as the audit log"
    )

    class Meta:
        verbose_name = "核对"
        indexes = (models.Index(fields=("area_code", "id"), name="changes_reconciliation_area"),)

    def __str__(self) -> str:
        return f"{self.area_code} {self.as_of}"


class Difference(models.Model):
    """One field of one household or person that the registry and the national export hold differently.

    `sort`: `value`, `unreadable` (the export's cell), `only_ours`, `only_theirs`.
    Personal values lie in `sealed` under the subject's key; where the registry
    does not know the subject, no value is kept.
    """

    reconciliation = models.ForeignKey(Reconciliation, models.CASCADE, related_name="differences", verbose_name="核对")
    sort = models.CharField("类别", max_length=12)
    area_code = models.CharField("行政村代码", max_length=12)
    household_no = models.CharField("户编号", max_length=30)
    person_no = models.CharField("人编号", max_length=40, blank=True)
    table = models.CharField("表", max_length=30)
    field = models.CharField("字段", max_length=40, blank=True)
    ours = models.JSONField("本系统", null=True)
    theirs = models.JSONField("国家系统", null=True)
    sealed = models.BinaryField("个人资料密文", null=True)
    key = models.ForeignKey(SubjectKey, models.PROTECT, null=True, related_name="+", verbose_name="密钥")
    change = models.ForeignKey(Change, models.PROTECT, null=True, related_name="+", verbose_name="据此提出的变更")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "ours": "facts of a household or person",
            "theirs": "the same facts in the national export",
            "sealed": "personal values of both, sealed",
        },
        erased_by="destroying the subject's key; the rows go with the reconciliation",
        kept="until the next reconciliation of the area and a year after",
    )

    class Meta:
        verbose_name = "差异"
        indexes = (models.Index(fields=("reconciliation", "household_no", "id"), name="changes_difference_place"),)

    def __str__(self) -> str:
        return f"{self.household_no} {self.field}"
