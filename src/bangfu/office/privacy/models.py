"""A subject's key: one row for each person, household or user whose data are sealed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bangfu.office.pages.inserting import build
from bangfu.office.privacy.declarations import NO_PERSONAL_DATA, PersonalData
from bangfu.office.privacy.sealing import new_key, seal, unseal, unwrap


class SubjectKey(models.Model):
    """A wrapped key. Destroying it erases all that was sealed with it; the row stays, so that references hold."""

    wrapped = models.BinaryField(verbose_name="密钥密文")
    master = models.CharField("主密钥编号", max_length=16)
    destroyed_at = models.DateTimeField("销毁时间", null=True)

    personal_data: ClassVar[PersonalData] = NO_PERSONAL_DATA

    class Meta:
        verbose_name = "个人密钥"

    def __str__(self) -> str:
        return f"key {self.pk}"

    @classmethod
    def fresh(cls) -> SubjectKey:
        """A new key, not yet saved."""
        key, wrapped, master = new_key()
        row = build(cls, wrapped=wrapped, master=master)
        row._key = key
        return row

    @property
    def key(self) -> bytes:
        """The key itself. Raises Erased."""
        held: bytes | None = getattr(self, "_key", None)
        if held is None:
            held = self._key = unwrap(bytes(self.wrapped), self.master)
        return held

    def seal(self, label: str, text: str | None) -> bytes | None:
        """Text under this key; None and the empty text stay None, since a missing value is nobody's secret."""
        return seal(self.key, label, text) if text else None

    def unseal(self, label: str, sealed: bytes | None) -> str | None:
        """The text again, None where nothing was sealed. Raises Erased, SealBroken."""
        return unseal(self.key, label, bytes(sealed)) if sealed else None

    _key: bytes
