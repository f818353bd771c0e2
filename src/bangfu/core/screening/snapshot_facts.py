"""Facts that a cross-check of bureau files wrote take the place of the registry's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.rulebook.model import Rulebook, Table

_BY_FOUND_ROW = ("any", "worst")
"""How facts are made that say "none" only because no row was found: no, and no certificate."""


def override(table: Any, facts: Any, key: str, stated: Collection[str] = ()) -> Any:
    """The table with known values of `facts` in place of its own, matched by `key`; new columns are
    added.

    An unknown value of a cross-check does not unsay what the registry knows. Columns named in `stated` stay as the
    registry has them, blanks too, unless the registry does not keep them at all.
    """
    import pyarrow.compute as pc

    wanted = table.schema.field(key).type
    where = pc.index_in(table.column(key), value_set=facts.column(key).cast(wanted).combine_chunks())
    for name in facts.column_names:
        if name == key:
            continue
        given = facts.column(name).take(where)
        at = table.schema.get_field_index(name)
        if at < 0:
            table = table.append_column(name, given)
            continue
        own = table.column(name)
        if name not in stated or own.null_count == len(own):
            table = table.set_column(at, name, pc.coalesce(given.cast(own.type), own))
    return table


def stated_facts(rulebook: Rulebook, table: Table) -> frozenset[str]:
    """Columns in which the registry itself says yes or no, or the grade of a certificate, beside a bureau's file.

    A rulebook reads the bureau's rows of these by themselves, next to the registry's statement: who is certified but
    not registered, and the other way round, can be told only while both are there.
    """
    own = {fact.column for fact in rulebook.facts.values() if fact.table == table.id and fact.derive is None}
    return frozenset(spec.name for spec in catalogue().of(table.of) if spec.make in _BY_FOUND_ROW and spec.name in own)
