"""Rows of the log, and the sealed heads of its chains."""

from __future__ import annotations

from typing import ClassVar, NoReturn

from django.db import models

from bangfu.office.privacy.api import PersonalData


class AppendOnly(TypeError):
    """A row of the log is written once."""


class EntryQuerySet(models.QuerySet["Entry"]):
    """Refuses what would change the log."""

    def update(self, **_fields: object) -> NoReturn:
        """Never."""
        raise AppendOnly("the audit log is append-only")

    def delete(self) -> NoReturn:
        """Never."""
        raise AppendOnly("the audit log is append-only")


class Entry(models.Model):
    """What one actor did to, or saw of, one subject.

    `stream` and `seq` give its place in a chain: `main`, or a stream of its own for a bulk action, whose end is anchored
    in `main`. `hash` is a keyed hash over `previous` and the row. `before` and `after` hold plain values; what is personal
    lies in `sealed`, under the subject's own key, and is gone when that key is destroyed, while the hash still holds.
    """

    stream = models.CharField("链", max_length=40)
    seq = models.PositiveBigIntegerField("序号")
    at = models.DateTimeField("时间")
    actor_key = models.CharField("操作人标识", max_length=64)
    actor_name = models.CharField("操作人", max_length=60)
    kind = models.CharField("事项", max_length=60)
    subject_type = models.CharField("对象类别", max_length=40)
    subject_id = models.CharField("对象编号", max_length=64)
    area_code = models.CharField("行政区划代码", max_length=12, blank=True)
    purpose = models.CharField("目的", max_length=200, blank=True)
    before = models.JSONField("变更前", null=True)
    after = models.JSONField("变更后", null=True)
    sealed = models.BinaryField("个人资料密文", null=True)
    subject_key_id = models.BigIntegerField("个人密钥编号", null=True)
    previous = models.BinaryField("前一条的校验值")
    hash = models.BinaryField("校验值")

    objects = EntryQuerySet.as_manager()

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"sealed": "personal values before and after, sealed", "actor_name": "name of the official who acted"},
        erased_by="destroying the subject's key; the official's name stays, as the law on public records asks",
        kept="for ever: the log answers for every decision",
    )

    class Meta:
        verbose_name = "审计记录"
        constraints = (models.UniqueConstraint(fields=("stream", "seq"), name="audit_entry_place"),)
        indexes = (
            models.Index(fields=("subject_type", "subject_id", "id"), name="audit_entry_subject"),
            models.Index(fields=("actor_key", "id"), name="audit_entry_actor"),
            models.Index(fields=("area_code", "id"), name="audit_entry_area"),
            models.Index(fields=("kind", "id"), name="audit_entry_kind"),
        )

    def __str__(self) -> str:
        return f"{self.stream}:{self.seq} {self.kind}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Once."""
        if self.pk is not None:
            raise AppendOnly("the audit log is append-only")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Never."""
        raise AppendOnly("the audit log is append-only")


class Head(models.Model):
    """How far a chain has come: its count and last hash, sealed with the audit key so that a shortened chain shows."""

    stream = models.CharField("链", max_length=40, primary_key=True)
    count = models.PositiveBigIntegerField("条数", default=0)
    hash = models.BinaryField("末条校验值", default=b"")
    seal = models.BinaryField("封印", default=b"")

    personal_data: ClassVar[PersonalData] = PersonalData()

    class Meta:
        verbose_name = "审计链头"

    def __str__(self) -> str:
        return f"{self.stream}: {self.count}"


class Verification(models.Model):
    """A reading of the whole log, started from its page: when, by whom, and what was found. `findings` are texts by language."""

    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间", null=True)
    actor_name = models.CharField("启动人", max_length=60)
    rows = models.PositiveBigIntegerField("条数", default=0)
    total = models.PositiveIntegerField("不符处数", default=0)
    findings = models.JSONField("不符之处", default=list)
    head = models.CharField("链头", max_length=90, blank=True)
    failed = models.BooleanField("未能完成", default=False)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"actor_name": "name of an official"}, erased_by="never", kept="as long as the audit log"
    )

    class Meta:
        verbose_name = "日志校验"

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
