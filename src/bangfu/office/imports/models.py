"""Batches, what was found wrong in them, remembered columns. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import NO_PERSONAL_DATA, PersonalData

MAPPING, CHECKED = "mapping", "checked"
CHECKING, COMMITTING, WITHDRAWING = "checking", "committing", "withdrawing"
COMMITTED, WITHDRAWN, FAILED, CANCELLED, DISCARDED = "committed", "withdrawn", "failed", "cancelled", "discarded"
WORKING = (CHECKING, COMMITTING, WITHDRAWING)
STATES = (
    (CHECKING, "检查中"),
    (MAPPING, "待对应列"),
    (CHECKED, "待确认"),
    (COMMITTING, "写入中"),
    (COMMITTED, "已导入"),
    (WITHDRAWING, "撤回中"),
    (WITHDRAWN, "已撤回"),
    (FAILED, "未能完成"),
    (CANCELLED, "已取消"),
    (DISCARDED, "已放弃"),
)
ALL, GOOD = "all", "good"
MODES = ((ALL, "有错误则全部不导入"), (GOOD, "只导入没有错误的行"))
SOURCES = (
    ("national_export", _("国家系统导出")),
    ("township_list", _("乡镇台账")),
    ("bureau_list", _("部门名单")),
    ("survey", _("入户采集")),
    ("other", _("其他")),
)


class Batch(models.Model):
    """One file that somebody brought, and what became of it.

    The file itself lies under MEDIA_ROOT by its hash (`storage.py`). `position` counts the rows of the checked file that
    are written; `columns` maps the table's columns to the file's titles, `by_hand` names those that a person chose.
    """

    area_code = models.CharField("区划代码", max_length=12)
    bureau = models.CharField("部门", max_length=30, blank=True)
    table = models.CharField("表", max_length=40, blank=True)
    file_name = models.CharField("文件名", max_length=160)
    ending = models.CharField("扩展名", max_length=10)
    sha256 = models.CharField("文件校验值", max_length=64)
    size = models.PositiveBigIntegerField("大小")
    as_of = models.DateField("数据截至日期")
    source = models.CharField("来源", max_length=30, choices=SOURCES)
    state = models.CharField("状态", max_length=12, choices=STATES, default=CHECKING)
    mode = models.CharField("方式", max_length=4, choices=MODES, blank=True)
    uploaded_by = models.CharField("上传人标识", max_length=64)
    uploaded_name = models.CharField("上传人", max_length=60)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    committed_by = models.CharField("确认人标识", max_length=64, blank=True)
    committed_name = models.CharField("确认人", max_length=60, blank=True)
    committed_at = models.DateTimeField("导入时间", null=True)
    withdrawn_by = models.CharField("撤回人标识", max_length=64, blank=True)
    withdrawn_name = models.CharField("撤回人", max_length=60, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=100, blank=True)
    titles = models.JSONField("文件中的列", default=list)
    columns = models.JSONField("列的对应", default=dict)
    by_hand = models.JSONField("人工对应的列", default=list)
    fingerprint = models.CharField("表头指纹", max_length=64, blank=True)
    remembered = models.BooleanField("采用了上次的对应", default=False)
    sheets = models.JSONField("工作表", default=list)
    manifest = models.JSONField("部门数据说明", null=True)
    failure = models.JSONField("未能完成的原因", null=True)
    total = models.PositiveIntegerField("行数", default=0)
    added = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    rejected = models.PositiveIntegerField("有错误", default=0)
    outside = models.PositiveIntegerField("不在管辖范围", default=0)
    warnings = models.PositiveIntegerField("提醒", default=0)
    written = models.PositiveIntegerField("已写入", default=0)
    position = models.PositiveIntegerField("写到第几行", default=0)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "sha256": "names a file that holds personal data, kept readable by the server's account only",
            "uploaded_name": "name of an official",
            "committed_name": "name of an official",
            "withdrawn_name": "name of an official",
            "manifest": "who gave the file, by what right",
        },
        erased_by="actions.discard removes the file; the names of officials stay with what they did",
        kept="the file 30 days after the batch is settled, a bureau's 400 days (tidying.py); the row as long as the log",
    )

    class Meta:
        verbose_name = "导入批次"
        indexes = (
            models.Index(fields=("area_code", "id"), name="imports_batch_area"),
            models.Index(fields=("sha256",), name="imports_batch_hash"),
            models.Index(fields=("bureau", "table", "state"), name="imports_batch_bureau"),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def key(self) -> str:
        """The name of the batch in the registry and in the log."""
        return f"import:{self.pk}"

    @property
    def working(self) -> bool:
        """True while a worker has it, or should have."""
        return self.state in WORKING

    @property
    def good(self) -> int:
        """Rows that a commit of good rows would write."""
        return self.added + self.changed

    @property
    def bad(self) -> int:
        """Rows that will not be written."""
        return self.rejected + self.outside


class Issue(models.Model):
    """One thing found in a file: at a cell, a row, or in the whole; `code` and `detail` are put into words when shown."""

    ERROR, WARNING, NOTE = "error", "warning", "note"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="issues", verbose_name="批次")
    severity = models.CharField("程度", max_length=8)
    sheet = models.CharField("工作表", max_length=64, blank=True)
    row = models.PositiveIntegerField("行", null=True)
    column = models.CharField("列", max_length=120, blank=True)
    value = models.CharField("内容（已遮盖）", max_length=120, blank=True)
    code = models.CharField("问题", max_length=40)
    detail = models.CharField("说明", max_length=240, blank=True)
    count = models.PositiveIntegerField("处数", default=1)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"value": "what stood in the cell; personal values with their middle starred out"},
        erased_by="actions.discard, and deletion with the batch",
        kept="with the batch",
    )

    class Meta:
        verbose_name = "导入问题"
        indexes = (models.Index(fields=("batch", "severity", "id"), name="imports_issue_batch"),)

    def __str__(self) -> str:
        return f"{self.row} {self.code}"


class RememberedColumns(models.Model):
    """How somebody of an area or a bureau once mapped a header; proposed when a file with the same header comes again."""

    scope = models.CharField("区划或部门", max_length=30)
    fingerprint = models.CharField("表头指纹", max_length=64)
    table = models.CharField("表", max_length=40)
    columns = models.JSONField("列的对应", default=dict)
    by_hand = models.JSONField("人工对应的列", default=list)
    user_key = models.CharField("最近使用人", max_length=64)
    used_at = models.DateTimeField("最近使用时间", auto_now=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "记住的列对应"
        constraints = (models.UniqueConstraint(fields=("scope", "fingerprint"), name="imports_remembered_header"),)

    def __str__(self) -> str:
        return self.table


class Replaced(models.Model):
    """What a batch replaced in a table whose rows have no statements, so that withdrawing brings it back."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="replaced", verbose_name="批次")
    record = models.PositiveBigIntegerField("记录", null=True)
    episode = models.PositiveBigIntegerField("身份变化", null=True)
    before = models.JSONField("原内容", default=dict)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"before": "dates of a status"}, erased_by="deletion with the registry's row", kept="with the batch"
    )

    class Meta:
        verbose_name = "被替换的记录"
        constraints = (
            models.CheckConstraint(
                condition=Q(record=None, episode__isnull=False) | Q(record__isnull=False, episode=None),
                name="imports_replaced_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.record or self.episode}"
