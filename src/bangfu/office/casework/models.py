"""Rows of cases. What a row means: README.md of this app."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bangfu.office.privacy.api import NO_PERSONAL_DATA, PersonalData

OPEN, DECIDED, CLOSED = "open", "decided", "closed"
STATUSES = ((OPEN, _("办理中")), (DECIDED, _("已决定，待办结")), (CLOSED, _("已办结")))
NEVER = date(9999, 12, 31)
"""Where a case that has no day stands in a list: at the end."""
ORIGINS = (
    ("application", _("申请")),
    ("found", _("主动发现")),
    ("finding", _("比对结果")),
    ("case", _("另一事项")),
)
_KEPT = "as long as the household's file; decisions of public money are archives"
_ERASED = "registry.erase_household or erase_person, through casework/erasing.py; sealed contents go with the key"


class StoredDefinition(models.Model):
    """A procedure as it was when a case began with it; the digest is the sha256 of the text. Never changed."""

    digest = models.CharField("校验值", max_length=64, primary_key=True)
    procedure = models.CharField("程序", max_length=60)
    text = models.TextField("内容")

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "程序版本"

    def __str__(self) -> str:
        return f"{self.procedure} {self.digest[:12]}"


class Case(models.Model):
    """One household's matter on its way. The events are the truth; what is here beside them is for lists.

    `version` is the number of events. `due_on` is the earliest day on which an open step or the whole is due, None while
    suspended and where there is no limit. `topic` is what may be open once for a household: the policy, else the procedure.
    `running` and `listed_on` (`due_on`, else NEVER) are what lists go by.
    `found_as` is the kind of the run's line that it was opened from.
    """

    number = models.CharField("事项编号", max_length=40, unique=True)
    definition = models.ForeignKey(StoredDefinition, models.PROTECT, related_name="+", verbose_name="程序版本")
    procedure = models.CharField("程序", max_length=60)
    matter = models.CharField("政策", max_length=60, blank=True)
    topic = models.CharField("事由", max_length=60)
    household = models.ForeignKey("registry.Household", models.PROTECT, related_name="cases", verbose_name="户")
    person_number = models.CharField("人编号", max_length=40, blank=True)
    area_code = models.CharField("行政村代码", max_length=12)
    status = models.CharField("状态", max_length=10, choices=STATUSES, default=OPEN)
    end = models.CharField("办结方式", max_length=60, blank=True)
    suspended = models.CharField("中止事由", max_length=60, blank=True)
    due_on = models.DateField("到期日", null=True)
    listed_on = models.DateField("排序日", default=NEVER)
    running = models.BooleanField("未办结", default=True)
    whole_due_on = models.DateField("总时限到期日", null=True)
    opened_at = models.DateTimeField("立案时间")
    opened_by = models.CharField("立案人标识", max_length=64)
    opened_name = models.CharField("立案人", max_length=60)
    moved_at = models.DateTimeField("最近办理时间")
    origin = models.CharField("来源", max_length=12, choices=ORIGINS)
    origin_ref = models.CharField("来源编号", max_length=80, blank=True)
    found_as = models.CharField("比对结果类别", max_length=24, blank=True)
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="later", verbose_name="所涉事项")
    version = models.PositiveIntegerField("版本", default=0)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "household": "that a household asked for help",
            "person_number": "for whom",
            "matter": "for what",
            "end": "how it came out",
            "opened_name": "name of an official",
        },
        erased_by="numbers say nothing once the registry has blanked the household; officials' names stay",
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "个案"
        constraints = (
            models.UniqueConstraint(
                fields=("household", "person_number", "topic"), condition=~Q(status="closed"), name="casework_case_once"
            ),
        )
        indexes = (
            models.Index(fields=("running", "listed_on", "id", "area_code"), name="casework_case_board"),
            models.Index(fields=("running", "area_code", "listed_on", "suspended"), name="casework_case_area"),
            models.Index(fields=("household", "id"), name="casework_case_household"),
            models.Index(fields=("found_as", "area_code", "status"), name="casework_case_found"),
        )

    def __str__(self) -> str:
        return self.number


class OpenStep(models.Model):
    """A step that is to be done now, once for each role that may do it: what boards read. Made anew by every event.

    `assigned_to` is the account whose step it is, blank where it is anybody's with the role; it is kept until the step is
    done. `bureau` says whose officers, where the role is that of other bureaus.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps", verbose_name="个案")
    procedure = models.CharField("程序", max_length=60, default="")
    step = models.CharField("步骤", max_length=60)
    role = models.CharField("角色", max_length=40)
    bureau = models.CharField("部门", max_length=40, blank=True)
    area_code = models.CharField("行政村代码", max_length=12)
    entered_at = models.DateTimeField("进入时间")
    due_on = models.DateField("到期日", null=True)
    held = models.BooleanField("被中止", default=False)
    assigned_to = models.CharField("承办人标识", max_length=64, blank=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "待办步骤"
        constraints = (models.UniqueConstraint(fields=("case", "step", "role"), name="casework_step_once"),)
        indexes = (
            models.Index(fields=("role", "area_code", "held", "case"), name="casework_step_role"),
            models.Index(fields=("bureau", "area_code"), name="casework_step_bureau", condition=~Q(bureau="")),
            models.Index(fields=("assigned_to", "held", "case"), name="casework_step_owner"),
            models.Index(fields=("procedure", "step", "area_code", "case"), name="casework_step_waiting"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"


class StepPassed(models.Model):
    """A step that was done, for the figures of how long things take: one row for each `step_done` event, with its number.

    `days` are working days from its entry, suspensions left out; `late` says that its limit had passed.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="passed", verbose_name="个案")
    seq = models.PositiveIntegerField("办理记录序号")
    procedure = models.CharField("程序", max_length=60)
    step = models.CharField("步骤", max_length=60)
    outcome = models.CharField("结果", max_length=60)
    decides = models.CharField("决定", max_length=10, blank=True)
    area_code = models.CharField("行政村代码", max_length=12)
    entered_at = models.DateTimeField("进入时间")
    done_on = models.DateField("完成日")
    days = models.PositiveIntegerField("工作日数")
    late = models.BooleanField("超期", default=False)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "已办步骤"
        constraints = (models.UniqueConstraint(fields=("case", "seq"), name="casework_passed_event"),)
        indexes = (
            models.Index(fields=("procedure", "step", "days", "id"), name="casework_passed_list"),
            models.Index(
                fields=("done_on", "procedure", "step", "days", "late", "area_code"), name="casework_passed_days"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.step}"


class CaseEvent(models.Model):
    """Something that happened: the engine's event as JSON, in order. Rows are added, never changed.

    `content` holds keys of accounts, references and figures, no name; `note` are the words of who acted.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name="个案")
    seq = models.PositiveIntegerField("序号")
    kind = models.CharField("类别", max_length=20)
    content = models.TextField("内容")
    at = models.DateTimeField("时间")
    actor_key = models.CharField("办理人标识", max_length=64)
    actor_name = models.CharField("办理人", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"note": "words about a household", "actor_name": "name of an official"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "办理记录"
        constraints = (models.UniqueConstraint(fields=("case", "seq"), name="casework_event_seq"),)

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.kind}"


class CaseDocument(models.Model):
    """What a step left behind: a document of the household's file, a paper by its shelf mark, a home visit, a meeting, or as
    means check a run or a means-check report.

    The engine's event names it as `doc:PK` of this row.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="documents", verbose_name="个案")
    thing = models.CharField("材料", max_length=60)
    document = models.BigIntegerField("档案材料", null=True)
    paper = models.CharField("纸质材料存放处", max_length=60, blank=True)
    run = models.BigIntegerField("月度比对", null=True)
    visit = models.BigIntegerField("入户记录", null=True)
    means = models.BigIntegerField("核对报告", null=True)
    meeting = models.BigIntegerField("会议", null=True)
    shared = models.ForeignKey("SharedDocument", models.PROTECT, null=True, related_name="+", verbose_name="共用材料")
    dated = models.DateField("日期", null=True)
    added_by = models.CharField("登记人标识", max_length=64)
    added_at = models.DateTimeField("登记时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"paper": "where a paper about a household lies"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "个案材料"
        indexes = (models.Index(fields=("case", "thing"), name="casework_document_case"),)

    def __str__(self) -> str:
        return f"doc:{self.pk}"


class Proposal(models.Model):
    """A decision on a clause that the facts leave open, drafted by one person for another to sign.

    `content` is what the form held, sealed under the household's key. It is dropped when the case moves on without it.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="proposal", verbose_name="个案")
    version = models.PositiveIntegerField("版本")
    content = models.BinaryField("内容")
    proposed_by = models.CharField("拟定人标识", max_length=64)
    proposed_name = models.CharField("拟定人", max_length=60)
    proposed_at = models.DateTimeField("拟定时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"content": "a decision about a household, sealed", "proposed_name": "name of an official"},
        erased_by=_ERASED,
        kept="until it is signed or turned down",
    )

    class Meta:
        verbose_name = "待签署的决定"

    def __str__(self) -> str:
        return str(self.case_id)


class Determination(models.Model):
    """A decision, frozen: the sealed bytes say outcome, class, amount, start month, every clause with its values, who
    decided, by which rules and on which facts. `sha256` is of the open bytes. Nothing updates a row.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="determinations", verbose_name="个案")
    seq = models.PositiveIntegerField("办理记录序号")
    decides = models.CharField("决定", max_length=10)
    run = models.BigIntegerField("月度比对", null=True)
    rulebook_digest = models.CharField("规则集校验值", max_length=64, blank=True)
    snapshot_hash = models.CharField("快照校验值", max_length=64, blank=True)
    content = models.BinaryField("内容密文")
    sha256 = models.CharField("校验值", max_length=64)
    made_by = models.CharField("决定人标识", max_length=64)
    made_at = models.DateTimeField("决定时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"content": "the decision and the facts it rests on, sealed", "decides": "how it was decided"},
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "决定"
        constraints = (models.UniqueConstraint(fields=("case", "seq"), name="casework_determination_event"),)

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.decides}"


from bangfu.office.casework.bulk.rows import BulkAction, BulkItem, SharedDocument  # noqa: E402
from bangfu.office.casework.letter_models import Delivery, OfficeContact  # noqa: E402 - likewise
from bangfu.office.casework.notice_models import PublicNotice  # noqa: E402 - a table of this app

__all__ = [
    "CLOSED",
    "DECIDED",
    "NEVER",
    "OPEN",
    "ORIGINS",
    "STATUSES",
    "BulkAction",
    "BulkItem",
    "Case",
    "CaseDocument",
    "CaseEvent",
    "Delivery",
    "Determination",
    "OfficeContact",
    "OpenStep",
    "Proposal",
    "PublicNotice",
    "SharedDocument",
    "StepPassed",
    "StoredDefinition",
]
