"""Many new rows at once, several times as quick as `bulk_create` on SQLite.

`bulk_create` builds one statement of 999 parameters after another there, by way of an expression for each value. Here
one prepared statement is executed for all rows. PostgreSQL keeps `bulk_create`, which sends whole columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState
from django.db.models.fields import NOT_PROVIDED

BATCH = 2000


Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any], Any] | None
_encode = json.JSONEncoder().encode


def build(model: type[Row], related: dict[str, models.Model] | None = None, **values: Any) -> Row:
    """A new row without the work of `Model.__init__`, a quarter of the time of a long import.

    Values are named as the database columns are (`household_id`); `related` gives objects by the names of foreign keys.
    """
    row = model.__new__(model)
    state = row._state = ModelState()
    held = row.__dict__
    held.update({name: default() if callable(default) else default for name, default in _defaults(model)})
    held.update(values)
    for name, other in (related or {}).items():
        state.fields_cache[name] = other
        held[f"{name}_id"] = other.pk
    return row


@lru_cache(maxsize=64)
def _defaults(model: type[models.Model]) -> tuple[tuple[str, Any], ...]:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    return tuple(
        (f.attname, f.default if callable(f.default) and f.default is not NOT_PROVIDED else f.get_default())
        for f in fields
    )


def insert(rows: Sequence[Row]) -> Sequence[Row]:
    """Insert new rows of one model and give them their keys, inside the caller's transaction."""
    if not rows:
        return rows
    model = type(rows[0])
    if connection.vendor != "sqlite" or not connection.in_atomic_block:
        model._default_manager.bulk_create(rows, batch_size=BATCH)  # type: ignore[arg-type]
        return rows
    sql, columns = _plan(model)
    with connection.cursor() as cursor:
        if (key := model._meta.pk) is not None and key.get_internal_type() in ("BigAutoField", "AutoField"):
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
            last = (cursor.fetchone() or (0,))[0]  # nobody else writes: the transaction is an immediate one
            for number, row in enumerate(rows, last + 1):
                if row.pk is None:
                    row.pk = number
        cursor.executemany(sql, [_values(row, columns) for row in rows])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return rows


def _values(row: models.Model, columns: Sequence[tuple[str, Convert]]) -> list[Any]:
    held = row.__dict__
    return [value if (value := held[name]) is None or convert is None else convert(value) for name, convert in columns]


@lru_cache(maxsize=64)
def _plan(model: type[models.Model]) -> tuple[str, tuple[tuple[str, Convert], ...]]:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({', '.join(['%s'] * len(fields))})"
    return sql, tuple((field.attname, _converter(field)) for field in fields)


def _converter(field: Any) -> Convert:
    """How SQLite's driver wants a value of the field: as Django's own adapters give it."""
    kind = field.get_internal_type()
    if kind == "JSONField":
        return _encode
    if kind == "DateTimeField":
        return _moment
    if kind == "DateField":
        return _day
    if (
        kind in ("CharField", "TextField", "BinaryField", "BooleanField", "ForeignKey")
        or "Integer" in kind
        or "Auto" in kind
    ):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _moment(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))


def _day(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the named fields of saved rows of one model, one prepared statement for all of them."""
    if not rows:
        return
    model = type(rows[0])
    fields = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    key = model._meta.pk
    assert key is not None
    changes = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {quote(key.column)} = %s"
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
