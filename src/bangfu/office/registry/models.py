"""Rows of the registry. What a row means: README.md of this app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT

from bangfu.office.privacy.api import NO_PERSONAL_DATA, Keep, PersonalData, SubjectKey

_KEPT = "while the household is assisted and ten years after its file is closed"
_ERASED = "erasure.erase_person or erase_household, which destroys the subject's key and blanks the name"


def _from_facts(name: str, label: str) -> models.GeneratedField:
    """A column that the database itself keeps equal to one of the plain facts, so that lists can be filtered by it."""
    return models.GeneratedField(
        verbose_name=label,
        expression=KT(f"facts__{name}"),
        output_field=models.CharField(max_length=40, null=True),
        db_persist=True,
    )


class Household(models.Model):
    """A household as it stands now: the columns that lists need, and its current facts.

    `facts` and `sealed_facts` are what the statements say when the newest of each fact is taken; they are rewritten with
    every statement and never by themselves. `version` grows with every write, so that two people are told of each other.
    """

    number = models.CharField("户编号", max_length=30, unique=True)
    area_code = models.CharField("行政村代码", max_length=12)
    group_name = models.CharField("村民组", max_length=60, blank=True)
    head_name = models.CharField("户主姓名", max_length=60, blank=True)
    person_count = models.PositiveSmallIntegerField("在册人数", default=0)
    household_type = models.CharField("户类型", max_length=30, blank=True)
    monitored_kind = models.CharField("监测对象类别", max_length=30, blank=True)
    per_capita_fen = models.BigIntegerField("填报人均纯收入（分）", null=True)
    phone_sealed = models.BinaryField("户联系电话密文", null=True)
    phone_index = models.BinaryField("户联系电话盲索引", null=True, max_length=16)
    facts = models.JSONField("现况", default=dict)
    poverty_cause = _from_facts("poverty_cause", "主要致贫原因")
    risk_1 = _from_facts("risk_1", "第一风险")
    risk_2 = _from_facts("risk_2", "第二风险")
    sealed_facts = models.BinaryField("现况密文", null=True)
    key = models.ForeignKey(SubjectKey, models.PROTECT, related_name="+", verbose_name="密钥")
    opened_on = models.DateField("建档日期", null=True)
    closed_on = models.DateField("销户日期", null=True)
    closed_reason = models.CharField("销户原因", max_length=60, blank=True)
    turn = models.PositiveIntegerField("销户和恢复次数", default=0)
    version = models.PositiveIntegerField("版本", default=1)
    changed_at = models.DateTimeField("最近变更时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "head_name": "name of the head",
            "phone_sealed": "telephone, sealed",
            "phone_index": "blind index of the telephone",
            "sealed_facts": "health and other sensitive facts, sealed",
            "facts": "how the household lives, its income and spending",
            "poverty_cause": "copy of a fact",
            "risk_1": "copy of a fact",
            "risk_2": "copy of a fact",
        },
        erased_by=_ERASED,
        kept=_KEPT,
        keep=Keep(10, "closed_on"),
    )

    class Meta:
        verbose_name = "户"
        indexes = (
            # holds all that lists filter and sort by: any combination is counted and ordered without reading a row
            models.Index(
                fields=(
                    "area_code",
                    "number",
                    "closed_on",
                    "household_type",
                    "monitored_kind",
                    "poverty_cause",
                    "risk_1",
                    "risk_2",
                    "person_count",
                    "per_capita_fen",
                    "head_name",
                    "group_name",
                ),
                name="registry_household_list",
            ),
            models.Index(fields=("head_name", "area_code"), name="registry_household_head"),
            models.Index(fields=("monitored_kind", "area_code"), name="registry_household_monitored"),
            models.Index(fields=("household_type", "area_code"), name="registry_household_type"),
            models.Index(fields=("phone_index",), name="registry_household_phone"),
        )

    def __str__(self) -> str:
        return self.number


class Person(models.Model):
    """A person as they stand now. `household` and `relation` repeat the open membership; `area_code` the household's."""

    number = models.CharField("人编号", max_length=40, unique=True)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="members", verbose_name="户")
    area_code = models.CharField("行政村代码", max_length=12)
    name = models.CharField("姓名", max_length=60)
    pinyin = models.CharField("拼音", max_length=120, blank=True)
    initials = models.CharField("拼音首字母", max_length=24, blank=True)
    sex = models.CharField("性别", max_length=8, blank=True)
    birth_date = models.DateField("出生日期", null=True)
    relation = models.CharField("与户主关系", max_length=30, blank=True)
    id_sealed = models.BinaryField("证件号码密文", null=True)
    id_index = models.BinaryField("证件号码盲索引", null=True, max_length=16)
    phone_sealed = models.BinaryField("电话密文", null=True)
    phone_index = models.BinaryField("电话盲索引", null=True, max_length=16)
    facts = models.JSONField("现况", default=dict)
    sealed_facts = models.BinaryField("现况密文", null=True)
    key = models.ForeignKey(SubjectKey, models.PROTECT, related_name="+", verbose_name="密钥")
    left_on = models.DateField("离册日期", null=True)
    left_reason = models.CharField("离册原因", max_length=30, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    changed_at = models.DateTimeField("最近变更时间")

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={
            "name": "name",
            "pinyin": "name, spelled",
            "initials": "name, first letters",
            "sex": "sex",
            "birth_date": "date of birth",
            "id_sealed": "ID number, sealed",
            "id_index": "blind index of the ID number",
            "phone_sealed": "telephone, sealed",
            "phone_index": "blind index of the telephone",
            "facts": "schooling, work, income",
            "sealed_facts": "health, disability, medical costs, sealed",
        },
        erased_by=_ERASED,
        kept=_KEPT,
        keep=Keep(10, "left_on"),
    )

    class Meta:
        verbose_name = "人"
        indexes = (
            models.Index(fields=("household", "left_on", "birth_date"), name="registry_person_household"),
            models.Index(fields=("name", "area_code", "number", "left_on"), name="registry_person_name"),
            models.Index(fields=("pinyin", "area_code"), name="registry_person_pinyin"),
            models.Index(fields=("initials", "area_code"), name="registry_person_initials"),
            models.Index(fields=("id_index",), name="registry_person_id"),
            models.Index(fields=("phone_index",), name="registry_person_phone"),
            models.Index(
                fields=("area_code", "number", "left_on", "birth_date", "sex", "relation", "household", "name"),
                name="registry_person_list",
            ),
        )

    def __str__(self) -> str:
        return self.number


class Membership(models.Model):
    """A person in a household from one day to another, and their relation to its head. `end` is the first day no more."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="人")
    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships", verbose_name="户")
    relation = models.CharField("与户主关系", max_length=30, blank=True)
    start = models.DateField("开始日期", null=True, help_text="空白：建档时已在户内")
    end = models.DateField("结束日期", null=True)
    start_reason = models.CharField("增加原因", max_length=30, blank=True)
    end_reason = models.CharField("减少原因", max_length=30, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"person": "who lived with whom"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "户成员"
        constraints = (
            models.UniqueConstraint(fields=("person",), condition=Q(end=None), name="registry_membership_one_open"),
            models.CheckConstraint(
                condition=Q(end=None) | Q(start=None) | Q(end__gte=F("start")), name="registry_membership_dates"
            ),
        )
        indexes = (models.Index(fields=("household", "end"), name="registry_membership_house"),)

    def __str__(self) -> str:
        return f"{self.person_id}@{self.household_id}"


class Statement(models.Model):
    """What one source said about one household or person as of a day: dated facts, never changed.

    Of each fact the statement with the latest `as_of`, then the latest `recorded_at`, counts. A wrong statement is
    withdrawn by a counter-entry (`withdrawn_by`), and stays readable.
    """

    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="statements", verbose_name="户")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="statements", verbose_name="人")
    as_of = models.DateField("截至日期")
    recorded_at = models.DateTimeField("登记时间")
    source = models.CharField("来源", max_length=30)
    source_note = models.CharField("来源说明", max_length=120, blank=True)
    values = models.JSONField("内容", default=dict)
    sealed = models.BinaryField("内容密文", null=True)
    actor_key = models.CharField("登记人", max_length=64)
    batch = models.CharField("批次", max_length=40, blank=True)
    # no index: almost every row has none, and a planner that believes in it reads them all
    withdrawn_by = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name="冲销记录", db_index=False
    )

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"values": "facts", "sealed": "sensitive facts, sealed"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "陈述"
        constraints = (
            models.CheckConstraint(
                condition=Q(household=None, person__isnull=False) | Q(household__isnull=False, person=None),
                name="registry_statement_one_subject",
            ),
        )
        indexes = (
            models.Index(fields=("household", "as_of"), name="registry_statement_household"),
            models.Index(fields=("person", "as_of"), name="registry_statement_person"),
            models.Index(fields=("batch",), name="registry_statement_batch", condition=~Q(batch="")),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.as_of}"


class StatusEpisode(models.Model):
    """A status from one day to another: 建档立卡, 脱贫, monitored, 低保, 特困, … A re-entry is a new episode."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="episodes", verbose_name="户")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="episodes", verbose_name="人")
    area_code = models.CharField("行政村代码", max_length=12)
    kind = models.CharField("身份类别", max_length=40)
    start = models.DateField("开始日期", null=True)
    end = models.DateField("结束日期", null=True)
    reason = models.CharField("原因", max_length=120, blank=True)
    source = models.CharField("来源", max_length=30)
    batch = models.CharField("批次", max_length=40, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"household": "whether a household was poor or assisted"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "身份变化"
        indexes = (
            models.Index(fields=("household", "start"), name="registry_episode_household"),
            models.Index(fields=("kind", "end", "area_code"), name="registry_episode_kind"),
        )

    def __str__(self) -> str:
        return self.kind


class Record(models.Model):
    """A row of one of the other registry tables (measures, benefits, off-farm work, posts, contracts, loans, visits …).

    `table` and the keys of `values` are those of the rulebook's catalogue. `start` and `end` are the row's own dates.
    """

    table = models.CharField("表", max_length=30)
    household = models.ForeignKey(Household, models.PROTECT, related_name="records", verbose_name="户")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="records", verbose_name="人")
    area_code = models.CharField("行政村代码", max_length=12)
    kind = models.CharField("类别", max_length=40, blank=True)
    start = models.DateField("开始日期", null=True)
    end = models.DateField("结束日期", null=True)
    values = models.JSONField("内容", default=dict)
    sealed = models.BinaryField("内容密文", null=True)
    source = models.CharField("来源", max_length=30)
    batch = models.CharField("批次", max_length=40, blank=True)
    withdrawn_on = models.DateField("撤回日期", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"values": "benefits, work, posts, contracts", "sealed": "account numbers and the like, sealed"},
        erased_by=_ERASED,
        kept=_KEPT,
    )

    class Meta:
        verbose_name = "记录"
        indexes = (
            models.Index(fields=("household", "table", "start"), name="registry_record_household"),
            models.Index(fields=("table", "kind", "area_code"), name="registry_record_kind"),
            models.Index(fields=("batch",), name="registry_record_batch", condition=~Q(batch="")),
        )

    def __str__(self) -> str:
        return f"{self.table}:{self.kind}"


class Vocabulary(models.Model):
    """A list of terms as one body issued it: codes of the registry, the 14 kinds of measures, 五个一批, 六个精准 …"""

    name = models.CharField("代码表", max_length=40)
    version = models.CharField("版本", max_length=20)
    issuer = models.CharField("发布单位", max_length=80, blank=True)
    valid_from = models.DateField("启用日期", null=True)
    valid_to = models.DateField("停用日期", null=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "代码表"
        constraints = (models.UniqueConstraint(fields=("name", "version"), name="registry_vocabulary_version"),)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Term(models.Model):
    """A term of a vocabulary: the code that is stored, its labels, its place in the list."""

    vocabulary = models.ForeignKey(Vocabulary, models.PROTECT, related_name="terms", verbose_name="代码表")
    code = models.CharField("代码", max_length=60)
    label_zh = models.CharField("名称", max_length=120)
    label_en = models.CharField("英文名称", max_length=120, blank=True)
    group_code = models.CharField("归类", max_length=40, blank=True)
    ended = models.BooleanField("不再使用", default=False, help_text="旧记录仍显示其名称，新记录不能再选")
    position = models.PositiveSmallIntegerField("顺序")

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "代码"
        ordering = ("vocabulary", "position")
        constraints = (models.UniqueConstraint(fields=("vocabulary", "code"), name="registry_term_code"),)

    def __str__(self) -> str:
        return self.label_zh


class SavedFilter(models.Model):
    """A filter of the household list that a user keeps under a name."""

    user_key = models.CharField("用户", max_length=64)
    name = models.CharField("名称", max_length=40)
    query = models.JSONField("条件", default=dict)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "常用筛选"
        constraints = (models.UniqueConstraint(fields=("user_key", "name"), name="registry_filter_name"),)

    def __str__(self) -> str:
        return self.name


class LastSeen(models.Model):
    """When a user last opened a household's file, so that the file can say what changed since."""

    user_key = models.CharField("用户", max_length=64)
    household = models.ForeignKey(Household, models.CASCADE, related_name="+", verbose_name="户")
    at = models.DateTimeField("时间")

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "上次查看"
        constraints = (models.UniqueConstraint(fields=("user_key", "household"), name="registry_last_seen"),)

    def __str__(self) -> str:
        return f"{self.user_key} {self.household_id}"


class Document(models.Model):
    """A photo or paper of a household's file. The bytes lie sealed under MEDIA_ROOT; `sha256` is of the open bytes.

    Which area it lies in is the household's business. One that was taken in by mistake is withdrawn and stays in the log.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="documents", verbose_name="户")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="documents", verbose_name="人")
    kind = models.CharField("类别", max_length=30)
    title = models.CharField("名称", max_length=80)
    dated = models.DateField("日期", null=True)
    file_name = models.CharField("存放名", max_length=80, unique=True)
    media_type = models.CharField("格式", max_length=80)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("校验值", max_length=64)
    added_by = models.CharField("登记人", max_length=64)
    added_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=120, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"title": "what the paper is about", "file_name": "names the sealed file"}, erased_by=_ERASED, kept=_KEPT
    )

    class Meta:
        verbose_name = "档案材料"
        indexes = (models.Index(fields=("household", "added_at"), name="registry_document_household"),)

    def __str__(self) -> str:
        return self.title

    @property
    def is_image(self) -> bool:
        """True for a photo, which a browser shows by itself."""
        return self.media_type.startswith("image/")


class BulkChange(models.Model):
    """One bulk action that was applied. `key` comes from its preview, so that the same preview is applied once only."""

    key = models.CharField("预览编号", max_length=32, unique=True)
    actor_key = models.CharField("操作人", max_length=64)
    action = models.CharField("操作", max_length=30)
    parameters = models.JSONField("参数", default=dict)
    changed = models.PositiveIntegerField("变更户数")
    skipped = models.PositiveIntegerField("跳过户数")
    at = models.DateTimeField("时间")

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "批量操作"

    def __str__(self) -> str:
        return f"{self.action} {self.key}"
