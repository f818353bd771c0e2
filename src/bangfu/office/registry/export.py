"""The registry as it stands, as the files that the core reads: one Parquet for each of the rulebook's tables.

They hold ID numbers and names, because a bureau's rows are linked by them: whoever asks for them gives a private folder
and removes it. Columns carry the rulebook's names; money is in yuan with two places, or in fen where the rulebook says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from bangfu.core.files.arrays import arrow_type
from bangfu.core.screening.snapshot_layout import layout_of, roles
from bangfu.office.areas import api as areas
from bangfu.office.privacy.api import Erased, SubjectKey
from bangfu.office.registry.catalogue import catalogue, rulebook
from bangfu.office.registry.models import Household, Person, Record, StatusEpisode
from bangfu.office.registry.projection import unpack, values_of_household, values_of_person

if TYPE_CHECKING:
    from bangfu.core.files.layout import ColumnLayout, TableLayout
    from bangfu.core.rulebook.model import Rulebook, Table

Row = Mapping[str, Any]
Progress = Callable[[int, int], None]
CHUNK = 5000
EPISODES = "status_episodes"


class ExportError(ValueError):
    """A value that does not fit its column; the message names table, field and record, never the value."""


@dataclass(frozen=True)
class Exported:
    """What was written: rows by table, and the tables of which this office holds nothing, which are left out."""

    rows: Mapping[str, int]
    left_out: tuple[str, ...]


def export_registry(folder: Path, area_code: str, progress: Progress | None = None) -> Exported:
    """Write every registry table of the rulebook for one area into a folder, in one consistent look at the database.

    A table without any row is left out: the core then says "unknown", where an empty table would say "none".
    Bureau tables are none of the registry's. Raises ExportError.
    """
    book = rulebook()
    total = Household.objects.filter(_open(area_code)).count()
    told: Progress = progress or (lambda *_: None)
    rows: dict[str, int] = {}
    absent: list[str] = []
    with consistent_read():
        for table in book.tables.values():
            if table.bureau:
                continue
            found = _rows(book, table, area_code, _counted(table.of == "person" and bool(table.key), total, told))
            count = 0 if found is None else write_table(folder, layout_of(book, table, roles(book)), table.id, found)
            if count:
                rows[table.id] = count
            else:
                absent.append(table.id)
    return Exported(rows, tuple(absent))


@contextmanager
def consistent_read() -> Iterator[None]:
    """All queries inside see the database as it was at the first of them, and hold up nobody's writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        if connection.is_in_memory_db():
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own atomic() would take the lock of writers
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


# -- rows ---------------------------------------------------------------------------------------------------------


def _open(area_code: str) -> Any:
    return areas.inside((area_code,)) & Q(closed_on=None)


def _counted(tells: bool, total: int, told: Progress) -> Callable[[Iterable[Row]], Iterator[Row]]:
    """Counts households on the way, by the table of persons, which takes longest."""

    def count(rows: Iterable[Row]) -> Iterator[Row]:
        seen: set[Any] = set()
        for row in rows:
            if tells:
                seen.add(row.get("household_no"))
                if len(seen) % 500 == 0:
                    told(len(seen), total)
            yield row
        if tells:
            told(total, total)

    return count


def _rows(book: Rulebook, table: Table, area_code: str, count: Any) -> Iterable[Row] | None:
    """The rows of one table, None where the office has no such table."""
    who = roles(book)
    if table.id == who.households.id:
        return _households(area_code)
    if table.id == who.persons.id:
        rows: Iterable[Row] = count(_persons(area_code))
        return rows
    if table.key:
        # the office knows of a village its name only; rows without its figures would read as figures left blank
        return _groups(table, area_code) if table.of in ("group", "natural_village") else None
    if table.id == EPISODES:
        return _episodes(area_code)
    return _records(book, table, area_code)


def _households(area_code: str) -> Iterator[Row]:
    rows = Household.objects.filter(_open(area_code)).select_related("key").order_by("area_code", "number")
    for household in rows.iterator(chunk_size=CHUNK):
        yield _unless_erased(values_of_household, household)


def _persons(area_code: str) -> Iterator[Row]:
    rows = Person.objects.filter(
        areas.inside((area_code,), "household__area_code"), household__closed_on=None, left_on=None
    )
    rows = rows.annotate(home=F("household__number")).select_related("key").defer("pinyin", "initials")
    for person in rows.order_by("area_code", "number").iterator(chunk_size=CHUNK):
        yield {**_unless_erased(values_of_person, person), "household_no": person.home}  # type: ignore[attr-defined]


def _unless_erased(values: Callable[[Any], dict[str, Any]], subject: Household | Person) -> dict[str, Any]:
    """The values; of one whose key was destroyed what is not sealed, so that everything sealed is unknown."""
    try:
        return values(subject)
    except Erased:
        plain = {**subject.facts}
        if isinstance(subject, Household):
            return {**plain, "household_no": subject.number, "region_code": subject.area_code}
        return {**plain, "person_no": subject.number, "relation": subject.relation or None}


def _groups(table: Table, area_code: str) -> Iterator[Row]:
    rows = areas.Group.objects.filter(areas.inside((area_code,), "village_code"), kind=table.of, valid_to=None)
    for group in rows.order_by("village_code", "number").iterator(chunk_size=CHUNK):
        yield {str(table.key): group.number, str(table.belongs_to): group.village_code, "name": group.name}


def _episodes(area_code: str) -> Iterator[Row]:
    rows = StatusEpisode.objects.filter(
        areas.inside((area_code,), "household__area_code"), household__closed_on=None
    ).order_by("household__number", "start", "pk")
    wanted = rows.values_list("household__number", "person__number", "kind", "start", "end", "reason")
    for household, person, kind, start, end, reason in wanted.iterator(chunk_size=CHUNK):
        yield {
            "household_no": household,
            "person_no": person,
            "kind": kind or None,
            "from": start,
            "to": end,
            "reason": reason or None,
        }


def _records(book: Rulebook, table: Table, area_code: str) -> Iterator[Row]:
    rows = Record.objects.filter(
        areas.inside((area_code,), "household__area_code"),
        table=table.id,
        withdrawn_on=None,
        household__closed_on=None,
    ).annotate(home=F("household__number"), who=F("person__number"))
    sealed = _needs_sealed(book, table)
    if sealed:
        rows = rows.select_related("household__key", "person__key")
    for record in rows.order_by("home", "pk").iterator(chunk_size=CHUNK):
        secret = _opened(record) if sealed and record.sealed else {}
        yield {**record.values, **secret, "household_no": record.home, "person_no": record.who}


def _needs_sealed(book: Rulebook, table: Table) -> bool:
    """True where a column that is exported is kept sealed; account numbers are sealed and not exported."""
    known = catalogue()
    return any(
        known.sealed(table.id, column.name) for column in _exported(layout_of(book, table, roles(book)), table.id)
    )


def _opened(record: Record) -> dict[str, Any]:
    key: SubjectKey = (record.person or record.household).key
    try:
        return unpack(key.unseal("record", record.sealed))
    except Erased:
        return {}


# -- files --------------------------------------------------------------------------------------------------------


def _exported(layout: TableLayout, table: str) -> list[ColumnLayout]:
    """What is written: personal columns only of households and persons, by which a bureau's rows are linked."""
    who = roles(rulebook())
    linking = table in (who.households.id, who.persons.id)
    return [column for column in layout.columns if linking or not column.personal]


def write_table(folder: Path, layout: TableLayout, table: str, rows: Iterable[Row]) -> int:
    """Write `FILE.parquet`; returns the rows, and writes nothing where there is none.

    A derived fact is a column only where some row states it, since a column that is there takes the derivation's place.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = _exported(layout, table)
    schema = pa.schema([(column.name, _type(column)) for column in columns])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target, whole = folder / f"{layout.file}.parquet", iter(rows)
    count, stated, writer = 0, set[str](), None
    try:
        while part := list(islice(whole, CHUNK)):
            writer = writer or pq.ParquetWriter(target, schema, compression="snappy")
            arrays = [_array(table, column, part) for column in columns]
            stated |= {c.name for c, array in zip(columns, arrays, strict=True) if array.null_count < len(array)}
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(part)
    finally:
        if writer is not None:
            writer.close()
    silent = [column.name for column in columns if column.optional and column.name not in stated]
    if count and silent:
        _without(target, silent)
    return count


def _without(path: Path, names: Sequence[str]) -> None:
    """The same file without some columns."""
    import pyarrow.parquet as pq

    whole = pq.ParquetFile(path)
    kept = [name for name in whole.schema_arrow.names if name not in names]
    fresh = path.with_suffix(".fresh")
    with pq.ParquetWriter(fresh, whole.schema_arrow.empty_table().select(kept).schema, compression="snappy") as writer:
        for batch in whole.iter_batches(batch_size=CHUNK, columns=kept):
            writer.write_batch(batch)
    fresh.replace(path)


def _type(column: ColumnLayout) -> Any:
    import pyarrow as pa

    if column.kind == "money" and not column.fen:
        return pa.decimal128(17, 2)
    return arrow_type(column)


def _array(table: str, column: ColumnLayout, rows: Sequence[Row]) -> Any:
    import pyarrow as pa

    try:
        return pa.array([_value(column, row.get(column.name)) for row in rows], _type(column))
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError, InvalidOperation):
        raise ExportError(
            _("户库中 %(table)s 表的 %(field)s 有一个值不是规则集要求的类型（%(kind)s），请更正后重试")
            % {"table": table, "field": column.name, "kind": column.kind}
        ) from None


def _value(column: ColumnLayout, value: Any) -> Any:
    if value is None or value == "":
        return None
    if column.kind == "money":
        return int(value) if column.fen else Decimal(int(value)).scaleb(-2)
    if column.kind == "decimal":
        return Decimal(str(value))
    if column.kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return value
