"""Rows of the one window and of what the public hands in. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import NO_PERSONAL_DATA, PersonalData, SubjectKey

RECEIVED, LOOKING, JOINED, TURNED, ANSWERED = "received", "looking", "joined", "turned", "answered"
STATES = (
    (RECEIVED, _("已收到")),
    (LOOKING, _("核实中")),
    (JOINED, _("并入已有事项")),
    (TURNED, _("已转为申请")),
    (ANSWERED, _("已答复")),
)
OPEN_STATES = (RECEIVED, LOOKING)
_ERASED = "registry.erase_household, through intake/erasing.py; sealed contents go with the key"
_KEPT = "as long as the household's file; reports that fit no household ten years after they were answered"


class Application(models.Model):
    """What a household asked for at one go; its cases hang on it. `number` is the receipt that the household holds.

    `content` (needs, who came for the household, telephone, words) is sealed under the household's key.
    """

    number = models.CharField("回执号", max_length=10, unique=True)
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="applications", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    content = models.BinaryField("内容密文", null=True)
    walk_in = models.BooleanField("当场建档", default=False)
    taken_at = models.DateTimeField("受理时间")
    taken_by = models.CharField("受理人标识", max_length=64)
    taken_name = models.CharField("受理人", max_length=60)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "household": "that a household asked for help",
            "content": "needs, who came, telephone, words; sealed",
            "taken_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "申请"
        indexes = (models.Index(fields=("area_code", "-id"), name="intake_application_area"),)

    def __str__(self) -> str:
        return self.number


class ApplicationCase(models.Model):
    """A case that an application led to. `recognised`: it was open already and was not opened twice.

    `handed` are the things that were handed in, `missing` those that the first step still lacks, by their ids.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="lines", verbose_name="申请")
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="applications", verbose_name="个案")
    recognised = models.BooleanField("已在办理", default=False)
    handed = models.JSONField("已交材料", default=list)
    missing = models.JSONField("尚缺材料", default=list)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "申请的事项"
        constraints = (models.UniqueConstraint(fields=("application", "case"), name="intake_line_once"),)

    def __str__(self) -> str:
        return f"{self.application_id}:{self.case_id}"


class Report(models.Model):
    """What somebody without an account reported of a household. Name, ID, telephone, needs and words are sealed."""

    number = models.CharField("回执号", max_length=10, unique=True)
    area_code = models.CharField("行政村代码", max_length=12)
    key = models.ForeignKey(SubjectKey, models.PROTECT, related_name="+", verbose_name="密钥")
    content = models.BinaryField("内容密文", null=True)
    id_sealed = models.BinaryField("证件号码密文", null=True)
    id_index = models.BinaryField("证件号码盲索引", null=True, max_length=16)
    phone_sealed = models.BinaryField("电话密文", null=True)
    phone_index = models.BinaryField("电话盲索引", null=True, max_length=16)
    state = models.CharField("状态", max_length=10, choices=STATES, default=RECEIVED)
    consent = models.CharField("同意书版本", max_length=12)
    received_at = models.DateTimeField("收到时间")
    due_on = models.DateField("应核实日期", null=True)
    household = models.ForeignKey(
        "registry.Household", models.PROTECT, null=True, related_name="reports", verbose_name="户"
    )
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="reports", verbose_name="申请")
    joined_case = models.ForeignKey(
        "casework.Case", models.PROTECT, null=True, related_name="reports", verbose_name="并入的个案"
    )
    answer = models.BinaryField("答复密文", null=True)
    ended_at = models.DateTimeField("办结时间", null=True)
    ended_name = models.CharField("办结人", max_length=60, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "content": "name, needs, words; sealed",
            "id_sealed": "ID number, sealed",
            "phone_sealed": "telephone, sealed",
            "id_index": "blind index of the ID number",
            "phone_index": "blind index of the telephone",
            "household": "whose need it is",
            "answer": "what was answered, sealed",
            "ended_name": "name of an official",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "自主申报"
        indexes = (
            models.Index(fields=("state", "area_code", "due_on", "id"), name="intake_report_list"),
            models.Index(fields=("household",), name="intake_report_household"),
            models.Index(fields=("phone_index",), name="intake_report_phone"),
        )

    def __str__(self) -> str:
        return self.number


class WebObjection(models.Model):
    """Words that came over a notice's page. The event of the case says that somebody objected; who and why is here, sealed."""

    number = models.CharField("回执号", max_length=10, unique=True)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="web_objections", verbose_name="个案")
    area_code = models.CharField("行政村代码", max_length=12)
    key = models.ForeignKey(SubjectKey, models.PROTECT, related_name="+", verbose_name="密钥")
    content = models.BinaryField("内容密文", null=True)
    seq = models.PositiveIntegerField("办理记录序号")
    received_at = models.DateTimeField("收到时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"content": "who objects, telephone, words; sealed"},
        erased_by="erasure of the household that it is about, through intake/erasing.py",
        kept="as long as the case",
    )

    class Meta:
        verbose_name = "网上异议"
        indexes = (models.Index(fields=("case", "seq"), name="intake_objection_case"),)

    def __str__(self) -> str:
        return self.number


class Attempt(models.Model):
    """Something sent to a public page, for counting: by whom is a keyed hash of an address or a telephone. Kept two days."""

    kind = models.CharField("类别", max_length=20)
    mark = models.BinaryField("标记", max_length=16)
    at = models.DateTimeField("时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"mark": "keyed hash of a network address or a telephone"},
        erased_by="intake.limits.clear_out, after two days",
        kept="two days",
    )

    class Meta:
        verbose_name = "公众提交计数"
        indexes = (models.Index(fields=("kind", "mark", "at"), name="intake_attempt_mark"),)

    def __str__(self) -> str:
        return self.kind
