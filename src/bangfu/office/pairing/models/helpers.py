"""Officials who help households, which they help and helped, and the leaders' four assignments."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from bangfu.office.privacy.api import PersonalData

_PUBLIC = "never; who holds an office and helps whom is a public matter"
KEPT = "as long as the household's file"


class Helper(models.Model):
    """An official who may be paired with households, with an account or without.

    `area_code` is where the official serves: a county's official helps anywhere in it. `load` is the number of pairings
    without an end; only actions write it, so that a township sees a county official's whole load without seeing which
    households of other townships make it up.
    """

    user = models.OneToOneField("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="账户")
    name = models.CharField("姓名", max_length=60)
    unit = models.CharField("单位", max_length=80)
    rank = models.CharField("职级", max_length=40)
    area_code = models.CharField("服务区划代码", max_length=12)
    load = models.PositiveIntegerField("结对户数", default=0)
    ended_on = models.DateField("离任日期", null=True)
    added_by = models.CharField("登记人标识", max_length=64)
    added_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"name": "name of an official", "unit": "where they work", "rank": "their rank"},
        erased_by=_PUBLIC,
        kept="as long as the audit log",
    )

    class Meta:
        verbose_name = "帮扶干部"
        indexes = (models.Index(fields=("area_code", "ended_on", "id"), name="pairing_helper_area"),)

    def __str__(self) -> str:
        return self.name


class Pairing(models.Model):
    """An official helps a household from one day to another; `ends_on` is the first day no more.

    A household has one helper on any day. One that ends on the day it starts never came into force.
    """

    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="pairings", verbose_name="户")
    helper = models.ForeignKey(Helper, models.PROTECT, related_name="pairings", verbose_name="帮扶干部")
    area_code = models.CharField("行政村代码", max_length=12)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True)
    start_reason = models.CharField("结对说明", max_length=200, blank=True)
    end_reason = models.CharField("解除原因", max_length=200, blank=True)
    made_by = models.CharField("登记人标识", max_length=64)
    made_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "household": "that a household is helped, and by whom",
            "start_reason": "words about a household",
            "end_reason": "words about a household",
        },
        erased_by="registry.erase_household, through pairing/erasing.py: words are blanked; who helped when stays",
        kept=KEPT,
    )

    class Meta:
        verbose_name = "结对"
        constraints = (
            models.UniqueConstraint(fields=("household",), condition=Q(ends_on=None), name="pairing_pairing_one_open"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="pairing_pairing_dates"
            ),
        )
        indexes = (
            models.Index(fields=("area_code", "ends_on", "household"), name="pairing_pairing_area"),
            models.Index(fields=("helper", "ends_on"), name="pairing_pairing_helper"),
            models.Index(fields=("household", "starts_on"), name="pairing_pairing_household"),
        )

    def __str__(self) -> str:
        return f"{self.helper_id}→{self.household_id}"


class LeaderDuty(models.Model):
    """One of the 四个一 of a leader: the township, enterprise, unit or village that is theirs for a time.

    `place` is the area's code where it is one, else empty.
    """

    helper = models.ForeignKey(Helper, models.PROTECT, related_name="duties", verbose_name="领导")
    kind = models.CharField("类别", max_length=40)
    target = models.CharField("联系对象", max_length=80)
    place = models.CharField("联系区划代码", max_length=12, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True)
    made_by = models.CharField("登记人标识", max_length=64)
    made_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"helper": "which official has which assignment"}, erased_by=_PUBLIC, kept="as long as the audit log"
    )

    class Meta:
        verbose_name = "“四个一”"
        constraints = (
            models.UniqueConstraint(fields=("helper", "kind"), condition=Q(ends_on=None), name="pairing_duty_one_open"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="pairing_duty_dates"
            ),
        )

    def __str__(self) -> str:
        return f"{self.helper_id} {self.kind}"
