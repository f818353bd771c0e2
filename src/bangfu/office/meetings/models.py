"""Rows of meetings. What a row means: README.md of this app."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import PersonalData, SubjectKey

DRAFT, HELD, CLOSED = "draft", "held", "closed"
STATES = ((DRAFT, _("待召开")), (HELD, _("已召开")), (CLOSED, _("已办结")))
KINDS = (("review", _("民主评议会")), ("hearing", _("听证会")), ("villagers", _("村民代表会议")))
ROLES = (
    ("head", _("村委会主任")),
    ("member", _("村委会成员")),
    ("supervisor", _("村务监督委员会成员")),
    ("representative", _("村民代表")),
    ("official", _("乡镇干部")),
    ("guest", _("列席人员")),
)
ENTITLED = ("head", "member", "supervisor", "representative")
"""Roles whose holders are entitled to vote in their village; the others attend only."""
FILES = (("sign_in", _("签到表")), ("photo", _("会议照片")), ("paper", _("其他材料")))
RESULTS = (("carried", _("通过")), ("lost", _("未通过")))
_OFFICIALS = "names of people in a public function stay; the files of a village's meetings are archives"
_HOUSEHOLD = "registry.erase_household, through meetings/erasing.py; what is sealed goes with the key"
_KEPT = "as long as the file of the case that was discussed"


class CommitteeMember(models.Model):
    """Somebody who is entitled to vote in a village for a term. `user_key` is their account, where they have one."""

    area_code = models.CharField("行政村代码", max_length=12)
    name = models.CharField("姓名", max_length=60)
    role = models.CharField("身份", max_length=16, choices=ROLES)
    user_key = models.CharField("账户标识", max_length=64, blank=True)
    starts_on = models.DateField("任期开始")
    ends_on = models.DateField("任期结束", null=True)
    added_by = models.CharField("登记人标识", max_length=64)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"name": "name of somebody in a public function"}, erased_by=_OFFICIALS, kept=_KEPT
    )

    class Meta:
        verbose_name = "评议人员"
        indexes = (models.Index(fields=("area_code", "ends_on"), name="meetings_member_area"),)

    def __str__(self) -> str:
        return f"{self.area_code} {self.pk}"

    def serves(self, on: date) -> bool:
        """Whether the term holds that day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


class NearRelative(models.Model):
    """近亲属备案: somebody who votes, or has an account, is a near relative of a household; until `ended_on` they abstain."""

    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    member = models.ForeignKey(CommitteeMember, models.PROTECT, null=True, related_name="+", verbose_name="评议人员")
    user_key = models.CharField("账户标识", max_length=64, blank=True)
    name = models.CharField("姓名", max_length=60)
    relation = models.CharField("关系", max_length=20)
    since = models.DateField("登记日期")
    ended_on = models.DateField("终止日期", null=True)
    filed_by = models.CharField("登记人标识", max_length=64)
    filed_name = models.CharField("登记人", max_length=60)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"name": "who is related to a household", "relation": "how", "filed_name": "name of an official"},
        erased_by=_HOUSEHOLD,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "近亲属备案"
        constraints = (
            models.UniqueConstraint(
                fields=("household", "member"),
                condition=Q(ended_on=None, member__isnull=False),
                name="meetings_relative_member",
            ),
            models.UniqueConstraint(
                fields=("household", "user_key"),
                condition=Q(ended_on=None) & ~Q(user_key=""),
                name="meetings_relative_account",
            ),
        )
        indexes = (models.Index(fields=("area_code", "id"), name="meetings_relative_area"),)

    def __str__(self) -> str:
        return f"{self.household_id} {self.pk}"


class Meeting(models.Model):
    """A meeting of a village (or of a township). From `closed` on nothing of it changes.

    `content` is what was frozen: the JSON of everything but what is sealed with its households, whose hashes stand in it;
    `sha256` is of its bytes. Photos and the sign-in sheet are sealed under `key`.
    """

    area_code = models.CharField("地区代码", max_length=12)
    kind = models.CharField("类别", max_length=12, choices=KINDS)
    state = models.CharField("状态", max_length=8, choices=STATES, default=DRAFT)
    starts_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=60)
    chair = models.CharField("主持人", max_length=60)
    recorder = models.CharField("记录人", max_length=60)
    entitled = models.PositiveSmallIntegerField("应到人数", default=0)
    present = models.PositiveSmallIntegerField("实到人数", default=0)
    discussion = models.TextField("发言要点", blank=True)
    key = models.ForeignKey(SubjectKey, models.PROTECT, related_name="+", verbose_name="密钥")
    called_by = models.CharField("召集人标识", max_length=64)
    called_name = models.CharField("召集人", max_length=60)
    closed_at = models.DateTimeField("办结时间", null=True)
    closed_by = models.CharField("办结人标识", max_length=64, blank=True)
    content = models.TextField("封存内容", blank=True)
    sha256 = models.CharField("校验值", max_length=64, blank=True)
    version = models.PositiveIntegerField("版本", default=0)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "chair": "name of somebody in a public function",
            "recorder": "name of somebody in a public function",
            "discussion": "what was said",
            "content": "who came, and figures of the votes; what concerns a household is sealed with the household",
            "called_name": "name of an official",
        },
        erased_by=_OFFICIALS,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "会议"
        indexes = (models.Index(fields=("area_code", "starts_at", "id"), name="meetings_meeting_area"),)

    def __str__(self) -> str:
        return f"{self.area_code} {self.pk}"


class Attendee(models.Model):
    """Somebody who came and signed. `member` is the row of the list of those entitled; without it they do not vote."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendees", verbose_name="会议")
    member = models.ForeignKey(CommitteeMember, models.PROTECT, null=True, related_name="+", verbose_name="评议人员")
    name = models.CharField("姓名", max_length=60)
    role = models.CharField("身份", max_length=16, choices=ROLES)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"name": "who was at a meeting"}, erased_by=_OFFICIALS, kept=_KEPT
    )

    class Meta:
        verbose_name = "到会人员"
        constraints = (models.UniqueConstraint(fields=("meeting", "member"), name="meetings_attendee_once"),)

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.pk}"


class Matter(models.Model):
    """One household's matter on a meeting's agenda: its quorum, its votes, and what was objected.

    `reference` is the number of the case. `abstained` are the rows of attendees who must abstain. `sealed` is what was
    frozen of it, under the household's key; `sha256` of its open bytes.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="matters", verbose_name="会议")
    position = models.PositiveSmallIntegerField("序号")
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="+", verbose_name="户")
    reference = models.CharField("事项编号", max_length=40)
    title = models.CharField("议题", max_length=120)
    quorum = models.CharField("到会比例", max_length=7, default="2/3")
    least = models.PositiveSmallIntegerField("最少到会人数", default=5)
    chair = models.CharField("本议题主持人", max_length=60, blank=True)
    abstained = models.ManyToManyField(Attendee, verbose_name="回避人员")
    in_favour = models.PositiveSmallIntegerField("赞成", null=True)
    against = models.PositiveSmallIntegerField("反对", null=True)
    abstaining = models.PositiveSmallIntegerField("弃权", null=True)
    relatives_abstained = models.PositiveSmallIntegerField("近亲属回避", null=True)
    objections = models.CharField("异议", max_length=400, blank=True)
    result = models.CharField("结果", max_length=8, choices=RESULTS, blank=True)
    sealed = models.BinaryField("封存内容密文", null=True)
    sha256 = models.CharField("校验值", max_length=64, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "household": "that a household's matter was discussed",
            "title": "for what help",
            "objections": "words about a household",
            "result": "how it came out",
            "sealed": "the same, frozen",
        },
        erased_by=_HOUSEHOLD,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "议题"
        constraints = (models.UniqueConstraint(fields=("meeting", "reference"), name="meetings_matter_once"),)
        indexes = (models.Index(fields=("reference",), name="meetings_matter_reference"),)

    def __str__(self) -> str:
        return f"{self.meeting_id}/{self.position}"


class MeetingFile(models.Model):
    """A photo, the sign-in sheet or another paper: a file sealed under the meeting's key, or the place of a paper."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="files", verbose_name="会议")
    kind = models.CharField("类别", max_length=8, choices=FILES)
    file_name = models.CharField("文件", max_length=60, blank=True)
    media_type = models.CharField("格式", max_length=40, blank=True)
    sha256 = models.CharField("校验值", max_length=64, blank=True)
    paper = models.CharField("纸质材料存放处", max_length=60, blank=True)
    taken_on = models.DateField("照片拍摄日期", null=True)
    added_by = models.CharField("登记人标识", max_length=64)
    added_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"file_name": "a sealed picture of people at a meeting"}, erased_by=_OFFICIALS, kept=_KEPT
    )

    class Meta:
        verbose_name = "会议材料"

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.kind}"


class Task(models.Model):
    """What a meeting decided somebody does until a day; done with a proof."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="tasks", verbose_name="会议")
    area_code = models.CharField("地区代码", max_length=12)
    what = models.CharField("事项", max_length=200)
    owner = models.CharField("责任人", max_length=60)
    due_on = models.DateField("期限")
    done_at = models.DateTimeField("办结时间", null=True)
    done_name = models.CharField("办结登记人", max_length=60, blank=True)
    proof = models.CharField("办结证明", max_length=200, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"owner": "name of somebody in a public function", "what": "what is to be done", "proof": "what was done",
                "done_name": "name of an official"},
        erased_by=_OFFICIALS,
        kept=_KEPT,
    )  # fmt: skip

    class Meta:
        verbose_name = "决定事项"
        indexes = (models.Index(fields=("area_code", "done_at", "due_on", "id"), name="meetings_task_area"),)

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.pk}"
