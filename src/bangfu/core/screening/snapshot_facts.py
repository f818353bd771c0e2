"""Facts that a cross-check of bureau files wrote take the place of the registry's."""

from __future__ import annotations

from typing import Any


def override(table: Any, facts: Any, key: str) -> Any:
    """The table with known values of `facts` in place of its own, matched by `key`; new columns are
    added.

    An unknown value of a cross-check does not unsay what the registry knows.
    """
    import pyarrow.compute as pc

    wanted = table.schema.field(key).type
    where = pc.index_in(table.column(key), value_set=facts.column(key).cast(wanted).combine_chunks())
    for name in facts.column_names:
        if name == key:
            continue
        given = facts.column(name).take(where)
        at = table.schema.get_field_index(name)
        if at >= 0:
            own = table.column(name)
            table = table.set_column(at, name, pc.coalesce(given.cast(own.type), own))
        else:
            table = table.append_column(name, given)
    return table
