"""Rows about letters: that one was delivered, and where an office is found. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import NO_PERSONAL_DATA, PersonalData

WAYS = (
    ("in_person", _("当面送达")),
    ("family", _("成年家属代收")),
    ("post", _("邮寄送达")),
    ("left", _("留置送达（有见证人）")),
    ("electronic", _("电子送达（本人同意）")),
)
"""How a letter reached its household."""


class Delivery(models.Model):
    """送达: a letter of a case reached its household, when, how, by whom; its proof is a document of the file or a paper.

    Either `determination` (the letter of a decision) or `paper` (another letter) says which.
    """

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="deliveries", verbose_name="个案")
    determination = models.ForeignKey(
        "casework.Determination", models.PROTECT, null=True, related_name="+", verbose_name="决定"
    )
    paper = models.ForeignKey("casework.CaseDocument", models.PROTECT, null=True, related_name="+", verbose_name="文书")
    way = models.CharField("送达方式", max_length=12, choices=WAYS)
    delivered_on = models.DateField("送达日期")
    delivered_by = models.CharField("送达人", max_length=60)
    received_by = models.CharField("签收人", max_length=60, blank=True)
    proof_document = models.BigIntegerField("送达凭证", null=True)
    proof_paper = models.CharField("送达凭证存放处", max_length=60, blank=True)
    recorded_by = models.CharField("登记人标识", max_length=64)
    recorded_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "received_by": "who signed for it",
            "delivered_by": "name of an official",
            "proof_paper": "where the signed receipt lies",
        },
        erased_by="registry.erase_household or erase_person, through casework/erasing.py",
        kept="as long as the household's file; decisions of public money are archives",
    )

    class Meta:
        verbose_name = "送达"
        constraints = (
            models.UniqueConstraint(fields=("case", "determination"), name="casework_delivery_decision"),
            models.UniqueConstraint(fields=("case", "paper"), name="casework_delivery_paper"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.delivered_on}"


class OfficeContact(models.Model):
    """Where a township's or a county's office is found: printed on letters and notices, so that people know where to go."""

    area_code = models.CharField("地区代码", max_length=12, unique=True)
    address = models.CharField("地址", max_length=120)
    telephone = models.CharField("办公电话", max_length=30, blank=True)
    hours = models.CharField("办公时间", max_length=60, blank=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "经办单位联系方式"

    def __str__(self) -> str:
        return self.area_code
