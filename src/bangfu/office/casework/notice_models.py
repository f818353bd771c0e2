"""Rows of public notices. What a row means: README.md of this app."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData

WITHDRAWN = (
    ("objection", _("有异议，重新调查")),
    ("returned", _("退回，重新办理")),
    ("replaced", _("已另行公示")),
    ("ended", _("事项已终止或撤回")),
    ("mistake", _("公示内容有误")),
)
"""Why a notice was taken down before its time, or stands no longer for what it said."""


class PublicNotice(models.Model):
    """What is posted about one case: exactly the words that everybody may read, as they were when it was made.

    It stands on the web from `from_on` to the end of `until_on`, unless it was withdrawn. `token` is the unguessable end of
    its address; `sheet` is the same for the rows of one sheet of paper. Its posting is proven by a document of the
    household's file or the place of a paper, of the day `posted_on`; `taken_on` is the day that the camera wrote into the photo.
    """

    token = models.CharField("网址标识", max_length=32, unique=True)
    sheet = models.CharField("合并公示标识", max_length=32, blank=True)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="notices", verbose_name="个案")
    area_code = models.CharField("行政村代码", max_length=12)
    thing = models.CharField("公示", max_length=60)
    step = models.CharField("步骤", max_length=60)
    head_name = models.CharField("户主", max_length=60, blank=True)
    persons = models.PositiveSmallIntegerField("家庭人数")
    matter_title = models.CharField("事项", max_length=120)
    category = models.CharField("类别", max_length=20, blank=True)
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    village = models.CharField("村（社区）", max_length=60)
    from_on = models.DateField("公示起始日")
    until_on = models.DateField("公示截止日")
    issued_by = models.CharField("出具人标识", max_length=64)
    issued_name = models.CharField("出具人", max_length=60)
    issued_at = models.DateTimeField("出具时间")
    proof_document = models.BigIntegerField("张贴照片", null=True)
    proof_paper = models.CharField("张贴照片存放处", max_length=60, blank=True)
    posted_on = models.DateField("张贴日期", null=True)
    taken_on = models.DateField("照片拍摄日期", null=True)
    withdrawn_at = models.DateTimeField("撤下时间", null=True)
    withdrawn_why = models.CharField("撤下原因", max_length=12, choices=WITHDRAWN, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "head_name": "name of the head, which the notice makes public while it stands",
            "persons": "how many live in the household",
            "matter_title": "for what help",
            "category": "how it was classed",
            "amount_fen": "how much",
            "note": "words about the household",
            "proof_paper": "where the photo of the posting lies",
            "issued_name": "name of an official",
        },
        erased_by="registry.erase_household or erase_person, through casework/erasing.py",
        kept="as long as the household's file; decisions of public money are archives",
    )

    class Meta:
        verbose_name = "公示"
        constraints = (
            models.UniqueConstraint(
                fields=("case", "thing"), condition=Q(withdrawn_at=None), name="casework_notice_once"
            ),
        )
        indexes = (models.Index(fields=("area_code", "until_on", "id"), name="casework_notice_area"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.thing} {self.from_on}"

    def stands(self, today: date) -> bool:
        """Whether it may be read on the web on that day."""
        return self.withdrawn_at is None and self.from_on <= today <= self.until_on

    @property
    def proven(self) -> bool:
        """Whether its posting is proven."""
        return self.posted_on is not None

    @property
    def photo_differs(self) -> bool:
        """Whether the camera's day is not the day on which it is said to have been posted."""
        return self.taken_on is not None and self.taken_on != self.posted_on
