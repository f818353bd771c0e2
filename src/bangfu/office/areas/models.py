"""The dated tree of administrative areas."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import NO_PERSONAL_DATA, PersonalData

LEVELS = (
    ("province", "省"),
    ("city", "市"),
    ("county", "县"),
    ("township", "乡镇"),
    ("village", "行政村"),
)
LABELS = {
    "province": _("省"),
    "city": _("市"),
    "county": _("县"),
    "township": _("乡镇"),
    "village": _("行政村"),
    "group": _("村民组"),
    "natural_village": _("自然村"),
    "merge": _("合并"),
    "split": _("拆分"),
    "rename": _("更名"),
    "recode": _("变更代码"),
    "transfer": _("划转"),
}
"""Levels, kinds of groups and kinds of changes as pages show them."""
DIGITS = {"province": 2, "city": 4, "county": 6, "township": 9, "village": 12}


class Area(models.Model):
    """An area while it existed under one code and one name.

    `code` holds the meaning digits only (2, 4, 6, 9 or 12), so that what lies in an area is what begins with its code.
    A code that is reused later, or a new name, is a new row; `valid_to` is the first day on which it is no more.
    """

    code = models.CharField("代码", max_length=12)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10, choices=LEVELS)
    parent_code = models.CharField("上级代码", max_length=12, blank=True)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    source = models.CharField("依据", max_length=120, blank=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "行政区划"
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=("code",), condition=Q(valid_to=None), name="areas_area_one_current"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")), name="areas_area_dates"
            ),
        )
        indexes = (models.Index(fields=("parent_code", "code"), name="areas_area_children"),)

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> object:
        """The level as pages show it."""
        return LABELS[self.level]


class Group(models.Model):
    """A villagers' group or natural village inside an administrative village; it has no code of its own in the standard."""

    KINDS = (("group", "村民组"), ("natural_village", "自然村"))

    village_code = models.CharField("行政村代码", max_length=12, db_index=True)
    kind = models.CharField("类别", max_length=16, choices=KINDS)
    number = models.CharField("编号", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "村民组"
        ordering = ("village_code", "number")

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> object:
        """The kind as pages show it."""
        return LABELS[self.kind]


class Succession(models.Model):
    """What became of an area: merged into, split into, renamed to. One row for each pair of old and new code."""

    KINDS = (("merge", "合并"), ("split", "拆分"), ("rename", "更名"), ("recode", "变更代码"), ("transfer", "划转"))

    kind = models.CharField("方式", max_length=10, choices=KINDS)
    old_code = models.CharField("原代码", max_length=12, db_index=True)
    new_code = models.CharField("现代码", max_length=12, db_index=True)
    on = models.DateField("生效日期")
    document = models.CharField("批准文件", max_length=120, blank=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "区划沿革"

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"

    @property
    def label(self) -> object:
        """The kind as pages show it."""
        return LABELS[self.kind]


class Boundary(models.Model):
    """The outline of an area as imported by the county, as GeoJSON geometry in WGS 84 longitude and latitude."""

    code = models.CharField("代码", max_length=12, unique=True)
    geometry = models.JSONField("边界")
    source = models.CharField("来源", max_length=120, blank=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "边界"

    def __str__(self) -> str:
        return self.code


class Draft(models.Model):
    """A file that was read and shown and waits for somebody's yes: a list of areas, or outlines. Gone once done."""

    KINDS = (("tree", "区划"), ("boundaries", "边界"))

    kind = models.CharField("类别", max_length=12, choices=KINDS)
    actor_key = models.CharField("上传人", max_length=64)
    file = models.CharField("文件", max_length=120)
    at = models.DateTimeField("时间", auto_now_add=True)
    content = models.JSONField("内容")

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "待确认的文件"

    def __str__(self) -> str:
        return self.file
