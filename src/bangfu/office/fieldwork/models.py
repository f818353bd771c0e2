"""Rows of home visits. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import NO_PERSONAL_DATA, PersonalData

DRAFT, SUBMITTED = "draft", "submitted"
STATUSES = ((DRAFT, _("草稿")), (SUBMITTED, _("已提交")))
OPEN, CASE, DISMISSED = "open", "case", "dismissed"
FINDING_STATUSES = ((OPEN, _("待处理")), (CASE, _("已立案")), (DISMISSED, _("已说明，不立案")))
TAKEN, KEPT = "taken", "kept"
ANSWERED = ((OPEN, _("待核定")), (TAKEN, _("采用入户所见")), (KEPT, _("保留登记值")))
REASONS = (
    ("bureau", _("与部门数据不一致")),
    ("newer", _("登记中有更新的数据")),
    ("second", _("改动已登记的值，须由乡镇核定")),
)
_KEPT = "as long as the household's file"
_ERASED = "registry.erase_household or erase_person, through fieldwork/erasing.py; sealed contents go with the key"


class StoredForm(models.Model):
    """A form as it was when a visit was made with it; the digest is the sha256 of the text. Never changed."""

    digest = models.CharField("校验值", max_length=64, primary_key=True)
    form = models.CharField("入户表", max_length=60)
    text = models.TextField("内容")

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "入户表版本"

    def __str__(self) -> str:
        return f"{self.form} {self.digest[:12]}"


class Visit(models.Model):
    """One visit in a household: a draft of who makes it, then a record that nothing changes.

    `content` is JSON sealed under the household's key: who was met and what they said, every answer, photos by document,
    where it was. `sha256` is of the open bytes as they were handed in. `client_id` is the sender's own key of the visit:
    the same one is taken in once. What is beside is for lists.
    """

    client_id = models.CharField("客户端标识", max_length=64, unique=True)
    number = models.CharField("入户记录编号", max_length=40, blank=True)
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="field_visits", verbose_name="户")
    definition = models.ForeignKey(StoredForm, models.PROTECT, related_name="+", verbose_name="入户表版本")
    form = models.CharField("入户表", max_length=60)
    area_code = models.CharField("行政村代码", max_length=12)
    status = models.CharField("状态", max_length=10, choices=STATUSES, default=DRAFT)
    visited_on = models.DateField("入户日期")
    content = models.BinaryField("内容密文", null=True)
    sha256 = models.CharField("校验值", max_length=64, blank=True)
    made_by = models.CharField("记录人标识", max_length=64)
    made_name = models.CharField("记录人", max_length=60)
    companions = models.JSONField("同行人标识", default=list)
    begun_at = models.DateTimeField("开始时间")
    saved_at = models.DateTimeField("最近保存时间")
    submitted_at = models.DateTimeField("提交时间", null=True)
    version = models.PositiveIntegerField("保存次数", default=0)
    found = models.PositiveSmallIntegerField("发现数", default=0)
    amends = models.ForeignKey("self", models.PROTECT, null=True, related_name="later", verbose_name="更正的记录")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "content": "how a household lives, what its people said, where it was, sealed",
            "household": "that a household was visited",
            "made_name": "name of an official",
            "found": "that something is amiss there",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "入户记录"
        indexes = (
            models.Index(fields=("area_code", "status", "visited_on", "id"), name="fieldwork_visit_area"),
            models.Index(fields=("household", "status", "visited_on"), name="fieldwork_visit_household"),
            models.Index(fields=("made_by", "status", "saved_at"), name="fieldwork_visit_mine"),
        )

    def __str__(self) -> str:
        return self.number or self.client_id


class LastVisit(models.Model):
    """The latest visit of a household that was handed in: what the list of overdue visits joins."""

    household = models.OneToOneField("registry.Household", models.PROTECT, related_name="last_visit", verbose_name="户")
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="+", verbose_name="入户记录")
    area_code = models.CharField("行政村代码", max_length=12)
    on = models.DateField("日期")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"household": "that a household was visited"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "最近一次入户"

    def __str__(self) -> str:
        return f"{self.household_id} {self.on}"


class Finding(models.Model):
    """An answer that is a finding: a task until a case is opened from it or somebody says why none is needed."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings", verbose_name="入户记录")
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    item = models.CharField("项目", max_length=64)
    person_number = models.CharField("人编号", max_length=40, blank=True)
    severity = models.CharField("轻重", max_length=10)
    opens = models.CharField("可立案的程序", max_length=60, blank=True)
    text_zh = models.CharField("发现", max_length=120)
    text_en = models.CharField("发现（英文）", max_length=160, blank=True)
    found_on = models.DateField("入户日期")
    status = models.CharField("处理", max_length=10, choices=FINDING_STATUSES, default=OPEN)
    case = models.BigIntegerField("个案", null=True)
    case_number = models.CharField("事项编号", max_length=40, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    closed_by = models.CharField("处理人标识", max_length=64, blank=True)
    closed_name = models.CharField("处理人", max_length=60, blank=True)
    closed_at = models.DateTimeField("处理时间", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "text_zh": "what is amiss in a household",
            "text_en": "the same in English",
            "person_number": "whom it concerns",
            "note": "words about a household",
            "closed_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "走访发现"
        constraints = (
            models.UniqueConstraint(fields=("visit", "item", "person_number"), name="fieldwork_finding_once"),
        )
        indexes = (
            models.Index(fields=("area_code", "status", "found_on", "id"), name="fieldwork_finding_area"),
            models.Index(fields=("household", "status"), name="fieldwork_finding_household"),
        )

    def __str__(self) -> str:
        return f"{self.visit_id}/{self.item}"


class Difference(models.Model):
    """A fact that was found otherwise than the registry has it and was not written: the office takes it or keeps its own.

    The value stands in the visit's sealed content only.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="differences", verbose_name="入户记录")
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    item = models.CharField("项目", max_length=64)
    fact = models.CharField("事实", max_length=64)
    person_number = models.CharField("人编号", max_length=40, blank=True)
    reason = models.CharField("原因", max_length=10, choices=REASONS)
    source = models.CharField("登记值的来源", max_length=30, blank=True)
    status = models.CharField("核定", max_length=10, choices=ANSWERED, default=OPEN)
    note = models.CharField("说明", max_length=200, blank=True)
    settled_by = models.CharField("核定人标识", max_length=64, blank=True)
    settled_name = models.CharField("核定人", max_length=60, blank=True)
    settled_at = models.DateTimeField("核定时间", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "person_number": "whom it concerns",
            "fact": "which fact is in doubt",
            "note": "words about a household",
            "settled_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "入户与登记不一致"
        constraints = (
            models.UniqueConstraint(fields=("visit", "item", "person_number"), name="fieldwork_difference_once"),
        )
        indexes = (
            models.Index(fields=("area_code", "id"), condition=Q(status="open"), name="fieldwork_difference_open"),
        )

    def __str__(self) -> str:
        return f"{self.visit_id}/{self.item}"
