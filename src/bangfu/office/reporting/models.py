"""Forms of superiors that were filled, and what people said of their columns."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import NO_PERSONAL_DATA, PersonalData

QUEUED, WORKING, DONE, FAILED, CANCELLED = "queued", "working", "done", "failed", "cancelled"
ACTIVE = (QUEUED, WORKING)
STATES = (
    (QUEUED, _("排队中")),
    (WORKING, _("填写中")),
    (DONE, _("已填好")),
    (FAILED, _("未能填写")),
    (CANCELLED, _("已取消")),
)


class FilledForm(models.Model):
    """A superior's form that somebody brought, for an area, as of a day, and what became of it.

    The files lie under MEDIA_ROOT/forms/PK (`storage.py`) until `removed_at`; `answers` is what was said of this form's
    columns, `{header: {"blank": bool, "reading": text, "phrase": text}}`. `purpose` is why whole numbers stand in it.
    """

    area_code = models.CharField("区划代码", max_length=12)
    file_name = models.CharField("文件名", max_length=160)
    ending = models.CharField("扩展名", max_length=10)
    sha256 = models.CharField("空表校验值", max_length=64)
    as_of = models.DateField("截止日期")
    purpose = models.CharField("使用完整号码的目的", max_length=200, blank=True)
    state = models.CharField("状态", max_length=12, choices=STATES, default=QUEUED)
    failure = models.TextField("未能填写的原因", blank=True)
    answers = models.JSONField("对各列的答复", default=dict)
    made_by = models.CharField("填写人标识", max_length=64)
    made_name = models.CharField("填写人", max_length=60)
    made_at = models.DateTimeField("上传时间", auto_now_add=True)
    finished_at = models.DateTimeField("填好时间", null=True)
    removed_at = models.DateTimeField("文件删除时间", null=True)
    filled = models.PositiveIntegerField("已填格数", default=0)
    doubtful = models.PositiveIntegerField("请确认的格数", default=0)
    tables = models.PositiveIntegerField("表数", default=0)
    people = models.PositiveIntegerField("名册行数", default=0)
    result_sha256 = models.CharField("填好的表的校验值", max_length=64, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "sha256": "names a file that may hold what was typed into it before it came",
            "made_name": "name of an official",
            "result_sha256": "names a file that may hold a roster",
        },
        erased_by="actions.remove takes the files away; the name of the official stays with what was done",
        kept="the files 30 days (tidying.py); the row as long as the log",
    )

    class Meta:
        verbose_name = "填报的表"
        indexes = (models.Index(fields=("area_code", "id"), name="reporting_form_area"),)

    def __str__(self) -> str:
        return self.file_name

    @property
    def active(self) -> bool:
        """True while it waits or a worker has it."""
        return self.state in ACTIVE


class RememberedAnswer(models.Model):
    """What somebody of an area said that a header means; taken for granted when the same header comes again."""

    area_code = models.CharField("区划代码", max_length=12)
    header = models.CharField("列标题", max_length=200)
    answer = models.JSONField("答复", default=dict)
    user_key = models.CharField("答复人标识", max_length=64)
    used_at = models.DateTimeField("答复时间", auto_now=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "记住的答复"
        constraints = (models.UniqueConstraint(fields=("area_code", "header"), name="reporting_answer_once"),)

    def __str__(self) -> str:
        return self.header


class RankTarget(models.Model):
    """What one area is to reach by one indicator within the year, and from which figures on it has one star more.

    `stars` are up to five thresholds, the first star's first; `measured` says whether they are of the figure itself or of
    the share of the target that is reached. A row for each area, so that each office reads its own.
    """

    area_code = models.CharField("区划代码", max_length=12)
    indicator = models.CharField("指标", max_length=100)
    target = models.DecimalField("目标", max_digits=20, decimal_places=6, null=True)
    stars = models.JSONField("星级门槛", default=list)
    measured = models.CharField("门槛按什么算", max_length=8, default="value")
    user_key = models.CharField("设定人标识", max_length=64)
    set_at = models.DateTimeField("设定时间", auto_now=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "排名目标"
        constraints = (models.UniqueConstraint(fields=("area_code", "indicator"), name="reporting_target_once"),)

    def __str__(self) -> str:
        return f"{self.area_code} {self.indicator}"
