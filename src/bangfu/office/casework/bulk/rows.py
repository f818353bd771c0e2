"""Rows of what is done to many cases at once. What a row means: README.md of casework."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData

OPENING, MOVING, HANDING = "open", "move", "hand"
SORTS = ((OPENING, _("立案")), (MOVING, _("办理")), (HANDING, _("交办")))
DRAFT, CHECKING, CHECKED, WORKING, DONE, CANCELLED = "draft", "checking", "checked", "working", "done", "cancelled"
STATES = (
    (DRAFT, _("待填写")),
    (CHECKING, _("正在预览")),
    (CHECKED, _("待确认")),
    (WORKING, _("正在办理")),
    (DONE, _("已完成")),
    (CANCELLED, _("已取消")),
)
BUSY = (CHECKING, WORKING)
NEW, WOULD, ALREADY, REFUSED, CONFLICT, MADE = "new", "would", "already", "refused", "conflict", "made"
ANSWERS = (
    (NEW, _("待核对")),
    (WOULD, _("将办理")),
    (ALREADY, _("已在办理")),
    (REFUSED, _("不能办理")),
    (CONFLICT, _("已被他人办理")),
    (MADE, _("已办理")),
)


class BulkAction(models.Model):
    """One action on many cases: what was asked, by whom, and how far it is.

    `content` holds the parameters (a procedure for each kind of line; a move with its answers), no name and no number of
    anybody. `key` also names the action's stream in the log.
    """

    key = models.CharField("编号", max_length=32, unique=True)
    sort = models.CharField("种类", max_length=6, choices=SORTS)
    state = models.CharField("状态", max_length=10, choices=STATES, default=DRAFT)
    content = models.JSONField("内容", default=dict)
    note = models.CharField("说明", max_length=200, blank=True)
    language = models.CharField("语言", max_length=10, default="zh-hans")
    user = models.BigIntegerField("账户")
    actor_key = models.CharField("办理人标识", max_length=64)
    actor_name = models.CharField("办理人", max_length=60)
    total = models.PositiveIntegerField("总数", default=0)
    beat_at = models.DateTimeField("最近进展时间")
    created_at = models.DateTimeField("提出时间")
    finished_at = models.DateTimeField("结束时间", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"actor_name": "name of an official", "note": "words that stand in each of the cases"},
        erased_by="casework/erasing.py blanks the words in the cases; an action that names nobody stays",
        kept="as long as the cases",
    )

    class Meta:
        verbose_name = "批量办理"
        indexes = (models.Index(fields=("state", "beat_at"), name="casework_bulk_state"),)

    def __str__(self) -> str:
        return f"{self.sort} {self.key}"

    @property
    def busy(self) -> bool:
        """True while it is being looked at or done."""
        return self.state in BUSY


class BulkItem(models.Model):
    """One line or case of an action, as it was when it was chosen, and what became of it.

    `answer` goes from `new` by the preview to `would`, `already`, `refused` or `conflict`, and from `would` by the doing to
    `made` or one of the others. `version` is what was seen of the case.
    """

    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="items", verbose_name="批量办理")
    case = models.ForeignKey("casework.Case", models.CASCADE, null=True, related_name="+", verbose_name="个案")
    version = models.PositiveIntegerField("版本", default=0)
    finding = models.BigIntegerField("比对结果", null=True)
    household_number = models.CharField("户编号", max_length=40, blank=True)
    group = models.CharField("组", max_length=90, blank=True)
    topic = models.CharField("事由", max_length=60, blank=True)
    area_code = models.CharField("行政村代码", max_length=12)
    answer = models.CharField("结果", max_length=8, choices=ANSWERS, default=NEW)
    reason = models.CharField("原因", max_length=400, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"household_number": "which household was to get a case"},
        erased_by="numbers say nothing once the registry has blanked the household",
        kept="as long as the cases; previews that nobody confirmed for a day",
    )

    class Meta:
        verbose_name = "批量办理明细"
        indexes = (
            models.Index(fields=("action", "answer", "id"), name="casework_item_answer"),
            models.Index(fields=("action", "group"), name="casework_item_group"),
        )

    def __str__(self) -> str:
        return f"{self.action_id} {self.answer}"


class SharedDocument(models.Model):
    """A file that many cases have in common (the photo of a notice that hangs for all): stored once, under a key of its own."""

    key = models.ForeignKey("privacy.SubjectKey", models.PROTECT, related_name="+", verbose_name="密钥")
    file_name = models.CharField("文件", max_length=80)
    media_type = models.CharField("格式", max_length=40)
    sha256 = models.CharField("校验值", max_length=64)
    size = models.PositiveIntegerField("字节数")
    dated = models.DateField("日期", null=True)
    added_by = models.CharField("登记人标识", max_length=64)
    added_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"file_name": "where a sealed file lies that hung in public or that a meeting left"},
        erased_by="the file is of many households and holds what was public; who asks for more destroys its key",
        kept="as long as the cases",
    )

    class Meta:
        verbose_name = "共用材料"

    def __str__(self) -> str:
        return self.sha256[:12]
