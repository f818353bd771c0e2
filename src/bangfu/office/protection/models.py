"""Requests to erase. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bangfu.office.privacy.api import PersonalData

OPEN, DONE, REFUSED, WITHDRAWN = "open", "done", "refused", "withdrawn"


class ErasureRequest(models.Model):
    """A request to erase a household's or a person's data, and what became of it."""

    subject_type = models.CharField("对象类别", max_length=12)
    subject_number = models.CharField("对象编号", max_length=40)
    area_code = models.CharField("行政村代码", max_length=12)
    reason = models.CharField("理由", max_length=30)
    document = models.CharField("依据文件", max_length=120, blank=True)
    state = models.CharField("状态", max_length=12, default=OPEN)
    requested_by = models.CharField("提出人", max_length=64)
    requested_by_name = models.CharField("提出人姓名", max_length=60)
    requested_at = models.DateTimeField("提出时间")
    decided_by = models.CharField("确认人", max_length=64, blank=True)
    decided_by_name = models.CharField("确认人姓名", max_length=60, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"requested_by_name": "name of an official", "decided_by_name": "name of an official"},
        erased_by="never; who decided is a public matter",
        kept="as long as the audit log",
    )

    class Meta:
        verbose_name = "删除申请"
        constraints = (
            models.UniqueConstraint(
                fields=("subject_type", "subject_number"), condition=Q(state="open"), name="protection_one_open"
            ),
        )
        indexes = (models.Index(fields=("state", "area_code", "id"), name="protection_request_state"),)

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_number}"
