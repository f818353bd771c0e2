"""Changing the master key while people work: every subject's key is wrapped again, every blind index is made again.

In batches, each a transaction. What is still to do is read from the tables (`SubjectKey.master`), so a rotation that was
killed goes on where it was. Until the end both keys are in the file and a search compares with the indexes of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

from bangfu.office.privacy.keyring import KeyFileError, keyring
from bangfu.office.privacy.models import SubjectKey
from bangfu.office.privacy.sealing import Erased, SealBroken, rewrap

BATCH = 1000
Progress = Callable[[str, int], object]


@dataclass(frozen=True)
class Index:
    """A column with blind indexes: of which sealed column, sealed under which label, and how a value is indexed.

    The model's row refers to its subject's key as `key`.
    """

    model: str
    sealed: str
    index: str
    label: str
    of: Callable[[str], bytes | None]

    @property
    def rows(self) -> models.QuerySet[Any]:
        """All rows with a value."""
        return apps.get_model(self.model)._default_manager.exclude(**{self.sealed: None}).select_related("key")

    def expected(self, row: Any) -> bytes | None:
        """The index under the key in use; None where the data were erased."""
        try:
            text = row.key.unseal(self.label, getattr(row, self.sealed))
        except Erased:
            return None
        return self.of(text) if text else None


INDEXES: list[Index] = []


def declare_index(index: Index) -> Index:
    """Every app with blind indexes names them here, so that a rotation reaches them."""
    INDEXES.append(index)
    return index


def unrotated() -> models.QuerySet[SubjectKey]:
    """Keys that are wrapped under another master key than the one in use."""
    return SubjectKey.objects.filter(destroyed_at=None).exclude(master=keyring().current.name)


def _write(index: Index, rows: Iterable[Any]) -> int:
    wrong = []
    for row in rows:
        expected = index.expected(row)
        held = getattr(row, index.index)
        if (None if held is None else bytes(held)) != expected:
            setattr(row, index.index, expected)
            wrong.append(row)
    if wrong:
        apps.get_model(index.model)._default_manager.bulk_update(wrong, [index.index], batch_size=200)
    return len(wrong)


def wrap_again(progress: Progress = lambda _what, _done: None) -> int:
    """Wrap every key under the master key in use and make its subjects' indexes again; returns how many keys."""
    done = 0
    while True:
        with transaction.atomic():
            keys = list(unrotated().select_for_update().order_by("pk")[:BATCH])
            if not keys:
                return done
            for key in keys:
                key.wrapped, key.master = rewrap(bytes(key.wrapped), key.master)
            SubjectKey.objects.bulk_update(keys, ["wrapped", "master"], batch_size=200)
            for index in INDEXES:
                _write(index, index.rows.select_for_update(of=("self",)).filter(key__in=[key.pk for key in keys]))
        done += len(keys)
        progress("keys", done)


def _parts(index: Index) -> Iterator[list[int]]:
    last = 0
    while pks := list(index.rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield pks
        last = pks[-1]


def index_again(progress: Progress = lambda _what, _done: None) -> int:
    """Compare every index with its value and make again what differs; returns how many differed.

    After `wrap_again` this finds what a page wrote in the second in which it had not yet seen the new key.
    """
    done = wrong = 0
    for index in INDEXES:
        for pks in _parts(index):
            with transaction.atomic():
                wrong += _write(index, index.rows.select_for_update(of=("self",)).filter(pk__in=pks))
            done += len(pks)
            progress("indexes", done)
    return wrong


@dataclass
class Health:
    """What a check of the keys saw: subjects by master key, erased ones, keys that do not open, indexes that differ."""

    by_master: dict[str, int]
    erased: int
    unknown: dict[str, int]
    broken: int = 0
    indexes: int = 0
    differing: int = 0

    @property
    def good(self) -> bool:
        """Everything opens and is found."""
        return not (self.unknown or self.broken or self.differing)


def check(progress: Progress = lambda _what, _done: None) -> Health:
    """Open every subject's key and compare every index. Changes nothing."""
    counted = SubjectKey.objects.filter(destroyed_at=None).values_list("master").annotate(n=models.Count("pk"))
    by_master = dict(counted.order_by("master").values_list("master", "n"))
    names = {key.name for key in keyring(fresh=True).keys}
    unknown = {name: n for name, n in by_master.items() if name not in names}
    health = Health(by_master, SubjectKey.objects.exclude(destroyed_at=None).count(), unknown)
    usable = SubjectKey.objects.filter(destroyed_at=None, master__in=names).order_by("pk")
    for done, key in enumerate(usable.iterator(BATCH), 1):
        try:
            _ = key.key
        except (SealBroken, Erased):
            health.broken += 1
        if done % BATCH == 0:
            progress("keys", done)
    for index in INDEXES:
        for pks in _parts(index):
            for row in index.rows.filter(pk__in=pks):
                health.indexes += 1
                try:
                    expected = index.expected(row)
                except (SealBroken, KeyFileError):
                    continue  # counted above
                held = getattr(row, index.index)
                health.differing += (None if held is None else bytes(held)) != expected
            progress("indexes", health.indexes)
    return health
