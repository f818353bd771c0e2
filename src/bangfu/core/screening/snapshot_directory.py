"""Takes the names that worklists need out of the readings, before these are forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bangfu.core.files.reading import TableReading
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.screening.directory import Directory
from bangfu.core.screening.snapshot_layout import Roles


def make_directory(
    rulebook: Rulebook, who: Roles, readings: Mapping[str, TableReading], tables: Mapping[str, Any]
) -> Directory:
    """Names of households, persons and villages; keys in the type that the snapshot's `tables` have."""
    villages = next((table for table in rulebook.tables.values() if table.of == "village" and table.key), None)
    village, code = (villages.id, str(villages.key)) if villages is not None else ("", "")
    area = who.households.area or "region_code"
    home = (who.household_key, "head_name", area, "group_name", "natural_village", "phone")
    person = (who.person_key, "name", "id_number", who.household_key)

    def named(table: str, columns: Sequence[str]) -> Any:
        keys = {
            key: tables[table].schema.field(key).type
            for key in (who.household_key, who.person_key)
            if table in tables and key in tables[table].column_names
        }
        return _named(readings.get(table), columns, keys)

    return Directory(
        named(who.households.id, home),
        named(who.persons.id, person),
        named(village, (code, "name", "township_name")),
    )


def _named(reading: TableReading | None, columns: Sequence[str], keys: Mapping[str, Any]) -> Any:
    """These columns of a reading, numbered; empty ones where the file has none."""
    import pyarrow as pa

    if reading is None:
        return pa.table({str(index): pa.array([], pa.string()) for index in range(len(columns))})
    given = {}
    for index, name in enumerate(columns):
        if name in reading.table.column_names:
            given[str(index)] = reading.table.column(name).cast(keys.get(name, pa.string()))
        else:
            given[str(index)] = pa.chunked_array([pa.nulls(reading.table.num_rows, pa.string())])
    return pa.table(given)
