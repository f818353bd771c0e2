"""Rows of text messages. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData

QUEUED, SENDING, SENT, RECORDED = "queued", "sending", "sent", "recorded"
FAILED, UNCLEAR, NO_PHONE, OPTED_OUT = "failed", "unclear", "no_phone", "opted_out"
STATES = (
    (QUEUED, _("待发")),
    (SENDING, _("发送中")),
    (SENT, _("已发送")),
    (RECORDED, _("已记录（试运行，未发送）")),
    (FAILED, _("发送失败")),
    (UNCLEAR, _("结果不明")),
    (NO_PHONE, _("没有手机号")),
    (OPTED_OUT, _("不接收短信")),
)


class Message(models.Model):
    """One text message to one household. `key` names what it tells of, so that it is queued once however often that is said.

    The text names a case and an office, never help, health, an amount or an ID. The telephone is not kept here: it is read
    from the registry when the message is sent, and what is left of it is `masked`.
    """

    key = models.CharField("标识", max_length=120, unique=True)
    template = models.CharField("模板", max_length=20)
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    reference = models.CharField("事项编号", max_length=40)
    text = models.CharField("内容", max_length=300)
    state = models.CharField("状态", max_length=10, choices=STATES, default=QUEUED)
    masked = models.CharField("号码（遮盖）", max_length=20, blank=True)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    next_at = models.DateTimeField("下次发送时间")
    gateway = models.CharField("通道", max_length=12, blank=True)
    receipt = models.CharField("网关回执", max_length=80, blank=True)
    error = models.CharField("失败原因", max_length=80, blank=True)
    queued_at = models.DateTimeField("生成时间")
    changed_at = models.DateTimeField("最近变动时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "household": "to whom",
            "text": "that a case of the household moved on; no name and no number of a person",
            "masked": "the telephone with its middle hidden",
            "receipt": "the gateway's number of the message",
        },
        erased_by="registry.erase_household, through sending/erasing.py",
        kept="as long as the household's file",
    )

    class Meta:
        verbose_name = "短信"
        indexes = (
            models.Index(fields=("area_code", "state", "id"), name="sending_message_area"),
            models.Index(fields=("next_at",), condition=Q(state="queued"), name="sending_message_due"),
        )

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"


class OptOut(models.Model):
    """A household that wants no text messages."""

    household = models.OneToOneField("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    since = models.DateField("登记日期")
    added_by = models.CharField("登记人标识", max_length=64)
    added_name = models.CharField("登记人", max_length=60)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"household": "who wants no messages", "added_name": "name of an official"},
        erased_by="registry.erase_household: a number says nothing once the household is blanked",
        kept="until it is withdrawn",
    )

    class Meta:
        verbose_name = "不接收短信"
        indexes = (models.Index(fields=("area_code", "id"), name="sending_optout_area"),)

    def __str__(self) -> str:
        return f"{self.household_id}"
