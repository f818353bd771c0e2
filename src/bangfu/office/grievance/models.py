"""Rows of complaints. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bangfu.office.grievance.machine import ACCEPTED, ANSWERED, CLOSED, RECEIVED, REFUSED
from bangfu.office.privacy.api import NO_PERSONAL_DATA, PersonalData, SubjectKey

KINDS = (
    ("complaint", _("投诉")),
    ("petition", _("诉求、建议")),
    ("misuse", _("举报：资金或权力被滥用")),
)
CHANNELS = (("visit", _("来访")), ("phone", _("来电")), ("letter", _("来信")), ("web", _("网上")))
STATES = (
    (RECEIVED, _("已收到")),
    (ACCEPTED, _("办理中")),
    (ANSWERED, _("已答复")),
    (REFUSED, _("不予受理，已告知")),
    (CLOSED, _("已办结")),
)
_ERASED = "the complaint's own key is destroyed when its time is over (bangfu keys); words cannot be read any more"
_KEPT = "ten years after it was closed"


class Complaint(models.Model):
    """A complaint, petition or report of misuse. Everything that was said is sealed under a key of its own.

    `area_code` is the office that has it: a township or the county, never the village that it is about; so that neither a
    list nor the database shows it there. `about_area` is the village, township or county that it is about.
    """

    number = models.CharField("回执号", max_length=10, unique=True)
    kind = models.CharField("类别", max_length=12, choices=KINDS)
    channel = models.CharField("来源", max_length=8, choices=CHANNELS)
    area_code = models.CharField("办理单位", max_length=12)
    about_area = models.CharField("所涉区域", max_length=12)
    key = models.ForeignKey(SubjectKey, models.PROTECT, related_name="+", verbose_name="密钥")
    content = models.BinaryField("内容密文", null=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default=RECEIVED)
    extended = models.BooleanField("已延长", default=False)
    reviewed = models.BooleanField("已复查", default=False)
    received_at = models.DateTimeField("收到时间")
    taken_by = models.CharField("登记人标识", max_length=64, blank=True)
    accepted_on = models.DateField("受理日期", null=True)
    due_on = models.DateField("到期日", null=True)
    assigned_to = models.CharField("承办人标识", max_length=64, blank=True)
    assigned_name = models.CharField("承办人", max_length=60, blank=True)
    case = models.ForeignKey(
        "casework.Case", models.PROTECT, null=True, related_name="complaints", verbose_name="相关个案"
    )
    closed_on = models.DateField("办结日期", null=True)
    version = models.PositiveIntegerField("版本", default=0)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "content": "who complains, telephone, about whom, words; sealed",
            "assigned_name": "name of an official",
            "case": "which household's case it is about",
        },
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "信访投诉"
        indexes = (models.Index(fields=("state", "area_code", "due_on", "id"), name="grievance_list"),)

    def __str__(self) -> str:
        return self.number


class Concern(models.Model):
    """An account that a complaint names: whoever holds it sees neither the complaint nor that there is one."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="concerns", verbose_name="信访投诉")
    user_key = models.CharField("账户标识", max_length=64)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "所涉人员"
        constraints = (models.UniqueConstraint(fields=("complaint", "user_key"), name="grievance_concern_once"),)
        indexes = (models.Index(fields=("user_key",), name="grievance_concern_user"),)

    def __str__(self) -> str:
        return f"{self.complaint_id}"


class ComplaintEvent(models.Model):
    """A move of a complaint, numbered; added, never changed. Its words are sealed under the complaint's key."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="events", verbose_name="信访投诉")
    seq = models.PositiveIntegerField("序号")
    move = models.CharField("办理", max_length=12)
    at = models.DateTimeField("时间")
    actor_key = models.CharField("办理人标识", max_length=64)
    actor_name = models.CharField("办理人", max_length=60)
    words = models.BinaryField("内容密文", null=True)
    detail = models.CharField("去向", max_length=64, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"words": "what was answered, sealed", "actor_name": "name of an official"},
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "信访投诉办理记录"
        constraints = (models.UniqueConstraint(fields=("complaint", "seq"), name="grievance_event_seq"),)

    def __str__(self) -> str:
        return f"{self.complaint_id}/{self.seq} {self.move}"
