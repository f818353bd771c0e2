"""What is to be done with each row of a chunk, by what the registry holds now: add, change, leave, or refuse and why.

The same judgement is made at the check and again inside the transaction that writes, so that nothing slips in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from bangfu.core.values.id_number import read_id_number
from bangfu.core.values.text import mask
from bangfu.office.areas import api as areas
from bangfu.office.imports.identities import Identities
from bangfu.office.imports.models import Issue
from bangfu.office.imports.tables import HOUSEHOLDS, PERSONS, Kind
from bangfu.office.pages.among import Among
from bangfu.office.registry import api as registry

NEW, CHANGED, SAME, REJECTED, OUTSIDE = range(5)
PLACES = ("household_no", "person_no", "region_code")
Row = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """Something about one row: its index in the chunk, the column, the value as it may be shown, code and detail."""

    index: int
    column: str
    value: str
    code: str
    detail: str = ""
    severity: str = Issue.ERROR


@dataclass
class Verdict:
    """Per row what is to be done; what was found; the subjects that exist, and what would change in each row."""

    actions: Any
    findings: list[Finding] = field(default_factory=list)
    subjects: dict[int, Any] = field(default_factory=dict)
    changes: dict[int, Row] = field(default_factory=dict)

    def refuse(self, index: int, column: str, value: str, code: str, detail: str = "") -> None:
        """The row is not written."""
        self.actions[index] = OUTSIDE if code == "outside_area" else REJECTED
        self.findings.append(Finding(index, column, value, code, detail))

    def warn(self, index: int, column: str, value: str, code: str, detail: str = "") -> None:
        """The row is written all the same."""
        self.findings.append(Finding(index, column, value, code, detail, Issue.WARNING))


@dataclass(frozen=True)
class Scope:
    """Where the actor may write: prefixes, the villages that exist, and the day of the data."""

    prefixes: tuple[str, ...]
    villages: frozenset[str]
    as_of: date

    @classmethod
    def of(cls, prefixes: Iterable[str], as_of: date) -> Scope:
        """With the villages of today."""
        rows = areas.current().filter(level="village").values_list("code", flat=True)
        return cls(tuple(prefixes), frozenset(rows), as_of)

    def covers(self, code: str) -> bool:
        """Whether a place lies in the area."""
        return code.startswith(self.prefixes)


def values_of(chunk: pa.Table, names: Sequence[str], wanted: Sequence[int] | None = None) -> list[Row]:
    """Rows with JSON-typed values, without what is blank; all of them, or those at the given places."""
    part = chunk.select(names)
    if wanted is not None:
        part = part.take(pa.array(wanted, pa.int64()))
    columns = []
    for column in part.columns:
        values = column.to_pylist()
        if pa.types.is_date(column.type) or pa.types.is_decimal(column.type):
            values = [registry.to_json(value) for value in values]
        columns.append(values)
    return [{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in zip(*columns, strict=True)]


def column(chunk: pa.Table, name: str) -> list[Any]:
    """A column as Python values, all None where the file lacks it."""
    return chunk.column(name).to_pylist() if name in chunk.column_names else [None] * chunk.num_rows


def judge(kind: Kind, chunk: pa.Table, scope: Scope, ids: Identities | None, *, lock: bool = False) -> Verdict:
    """The verdict on a chunk. `lock` locks what will be written, inside a transaction."""
    verdict = Verdict(np.zeros(chunk.num_rows, np.int8))
    if kind.id == HOUSEHOLDS:
        _households(chunk, scope, verdict, lock)
    elif kind.id == PERSONS:
        _persons(chunk, scope, verdict, ids or Identities.of(chunk), lock)
    elif kind.bureau:
        _bureau(chunk, verdict)
    else:
        from bangfu.office.imports.judging_records import judge_records

        judge_records(kind, chunk, scope, verdict)
    return verdict


def _households(chunk: pa.Table, scope: Scope, verdict: Verdict, lock: bool) -> None:
    numbers, regions = column(chunk, "household_no"), column(chunk, "region_code")
    known = _found(registry.Household, numbers, lock, "key")
    for index, (number, region) in enumerate(zip(numbers, regions, strict=True)):
        held = known.get(number)
        withdrawn = held is not None and held.closed_reason == registry.WITHDRAWN
        if held is not None and not scope.covers(held.area_code):
            verdict.refuse(index, "household_no", number, "outside_area")
        elif held is not None and not withdrawn:
            if held.closed_on is not None:
                verdict.refuse(index, "household_no", number, "closed_household")
            elif region is not None and region != held.area_code:
                verdict.refuse(index, "region_code", region, "moved_area", held.area_code)
            else:
                verdict.subjects[index] = held
        elif region is None:
            verdict.refuse(index, "region_code", "", "no_area")
        elif not scope.covers(region):
            verdict.refuse(index, "region_code", region, "outside_area")
        elif region not in scope.villages:
            verdict.refuse(index, "region_code", region, "unknown_area")
        elif withdrawn:
            verdict.subjects[index] = held
    _differences(chunk, scope, verdict)


def _found(model: Any, numbers: Sequence[str], lock: bool, *related: str) -> dict[str, Any]:
    rows = model.objects.select_related(*related).filter(number__among=Among(numbers))
    return {row.number: row for row in (rows.select_for_update(of=("self",)) if lock else rows)}


def _persons(chunk: pa.Table, scope: Scope, verdict: Verdict, ids: Identities, lock: bool) -> None:
    numbers, homes, names = column(chunk, "person_no"), column(chunk, "household_no"), column(chunk, "name")
    known = _found(registry.Person, numbers, lock, "key", "household")
    wanted = {number for number in homes if number is not None}
    rows = registry.Household.objects.filter(number__among=Among(wanted))
    households = {n: rest for n, *rest in rows.values_list("number", "area_code", "closed_on")}
    prefixes = scope.prefixes
    for index, (number, home, name) in enumerate(zip(numbers, homes, names, strict=True)):
        held = known.get(number)
        if held is not None and held.left_reason != registry.WITHDRAWN:
            place = held.household.number if held.household else ""
            if not held.area_code.startswith(prefixes):
                verdict.refuse(index, "person_no", number, "outside_area")
            elif held.left_on is not None:
                verdict.refuse(index, "person_no", number, "person_left")
            elif home is not None and home != place:
                verdict.refuse(index, "household_no", home, "person_elsewhere", place)
            else:
                verdict.subjects[index] = held
            continue
        house = households.get(home) if home is not None else None
        if home is None:
            verdict.refuse(index, "household_no", "", "no_household")
        elif house is None:
            verdict.refuse(index, "household_no", home, "unknown_household")
        elif not house[0].startswith(prefixes):
            verdict.refuse(index, "household_no", home, "outside_area")
        elif house[1] is not None:
            verdict.refuse(index, "household_no", home, "closed_household")
        elif name is None:
            verdict.refuse(index, "name", "", "no_name")
        elif held is not None:
            verdict.subjects[index] = held
    _numbers(chunk, scope, verdict, ids)
    _differences(chunk, scope, verdict)


def _numbers(chunk: pa.Table, scope: Scope, verdict: Verdict, ids: Identities) -> None:
    """ID numbers that stand twice in the file or belong to somebody else; check digits that do not fit."""
    if ids.empty:
        return
    own = column(chunk, "person_no")
    open_rows = [i for i in ids.given if verdict.actions[i] < REJECTED]
    indexes: dict[bytes, list[int]] = {}
    texts = [ids.texts[i] or "" for i in open_rows]
    for i, index in zip(open_rows, registry.indexes_of_normal(registry.ID, texts), strict=True):
        held = verdict.subjects.get(i)
        if held is None or held.id_index is None or bytes(held.id_index) != index:
            indexes.setdefault(index, []).append(i)
    rows = registry.Person.objects.filter(id_index__among=Among(indexes), left_on=None)
    for index, number, area, home in rows.values_list("id_index", "number", "area_code", "household__number"):
        for i in indexes[bytes(index)]:
            if own[i] != number and verdict.actions[i] < REJECTED:
                where = f"{home} {number}" if area.startswith(scope.prefixes) else "管辖范围之外 / outside your area"
                verdict.refuse(i, "id_number", mask(ids.texts[i] or ""), "id_elsewhere", where)
    said_anew = {i for rows_of_one in indexes.values() for i in rows_of_one}  # what is known already is no news
    for i in sorted(said_anew):
        text = ids.texts[i] or ""
        if text in ids.twice and verdict.actions[i] < REJECTED:
            verdict.refuse(i, "id_number", mask(text), "id_twice", ids.twice[text])
    for i in ids.doubtful:
        if verdict.actions[i] >= REJECTED:
            continue
        if not ids.texts[i]:
            verdict.warn(i, "id_number", "", "id_unreadable")
        elif i in said_anew and i in verdict.subjects and _sound(verdict.subjects[i]):
            verdict.refuse(i, "id_number", mask(ids.texts[i] or ""), "id_worse")
        elif i in said_anew:
            verdict.warn(i, "id_number", mask(ids.texts[i] or ""), "id_doubtful")


def _sound(person: Any) -> bool:
    """Whether the number that is registered has the check digit that it should have."""
    held = registry.values_now(person, ["id_number"])["id_number"]
    return bool(held) and read_id_number(held).problem == "ok"


def _differences(chunk: pa.Table, scope: Scope, verdict: Verdict) -> None:
    """For rows of what exists: which facts differ. Rows of what was taken back count as new."""
    if not verdict.subjects:
        return
    names = [name for name in chunk.column_names if not name.startswith("_") and name not in PLACES]
    at = list(verdict.subjects)
    newer = newest(list(verdict.subjects.values()), scope.as_of)
    for index, row in zip(at, values_of(chunk, names, at), strict=True):
        held = verdict.subjects[index]
        if verdict.actions[index] >= REJECTED:
            continue
        if registry.WITHDRAWN in (getattr(held, "closed_reason", ""), getattr(held, "left_reason", "")):
            verdict.changes[index] = row
            continue
        differs = differences(held, row)
        verdict.changes[index] = differs
        verdict.actions[index] = CHANGED if differs else SAME
        if differs and held.pk in newer:
            verdict.warn(index, "", "", "newer_known", newer[held.pk].isoformat())


def newest(subjects: Sequence[Any], as_of: date) -> dict[int, date]:
    """Of which subjects the registry has statements later than the file, and as of when."""
    from django.db.models import Max

    link = "household" if isinstance(subjects[0], registry.Household) else "person"
    rows = registry.Statement.objects.filter(**{f"{link}__in": [s.pk for s in subjects]}, withdrawn_by=None)
    rows = rows.filter(as_of__gt=as_of).exclude(source="withdrawal").values_list(link)
    return dict(rows.annotate(last=Max("as_of")).values_list(link, "last"))


def differences(subject: Any, row: Row) -> Row:
    """The values of a row that differ from what is known; numbers that are found by index are compared by index."""
    differs: Row = {}
    rest: Row = {}
    for name, value in row.items():
        if name in ("id_number", "phone"):
            kind, held = (
                (registry.ID, subject.id_index) if name == "id_number" else (registry.PHONE, subject.phone_index)
            )
            if registry.index_of(kind, value) != (bytes(held) if held is not None else None):
                differs[name] = value
        else:
            rest[name] = value
    now = registry.values_now(subject, rest)
    differs.update({name: value for name, value in rest.items() if now[name] != value})
    return differs


def _bureau(chunk: pa.Table, verdict: Verdict) -> None:
    for index, (number, name, born, own) in enumerate(
        zip(*(column(chunk, n) for n in ("id_number", "name", "birth_date", "person_no")), strict=True)
    ):
        if number is None and own is None and (name is None or born is None):
            verdict.refuse(index, "id_number", "", "no_identity")
