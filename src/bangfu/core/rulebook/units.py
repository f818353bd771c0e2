"""How the tables of a rulebook hang together: which row is the parent of which."""

from __future__ import annotations

from collections.abc import Mapping

from bangfu.core.rulebook.model import Table


class Units:
    """The tree of tables. A keyed table is an entity; a keyless one is a list of rows of its entity."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self._entity = {table.of: table.id for table in tables.values() if table.key}
        self._by_key = {table.key: table.id for table in tables.values() if table.key}
        self.household = self._entity.get("household", "")
        self.person = self._entity.get("person", "")

    def table_of(self, name: str) -> str:
        """The id of the table that `name` (entity, table id, singular or plural) means, or ''."""
        if name in self._entity:
            return self._entity[name]
        if name in self.tables:
            return name
        for table in self.tables:
            if name in (f"{table}s",) or table in (f"{name}s", f"{name}es"):
                return table
        return ""

    def parent(self, table: str) -> str:
        """The table whose rows own the rows of `table`, or ''."""
        record = self.tables.get(table)
        if record is None:
            return ""
        if not record.key:
            return self._entity.get(record.of, "")
        return self._by_key.get(record.belongs_to or "", "") if record.belongs_to != record.key else ""

    def chain(self, table: str) -> list[str]:
        """`table`, its parent, and so on upwards."""
        found = [table]
        while (above := self.parent(found[-1])) and above not in found:
            found.append(above)
        return found

    def linked(self, child: str, unit: str) -> bool:
        """Whether rows of `child` are reached from a row of `unit` directly.

        Rows of a list that hangs on the household (benefits) are also reached from the person they name;
        rows that hang on a person (vehicles) are also reached from the household, as all members' rows.
        """
        if child == unit or child not in self.tables or not unit:
            return False
        if unit in self.chain(child)[1:]:
            return True
        return unit == self.person and not self.tables[child].key and self.parent(child) == self.household

    def in_household(self, table: str) -> bool:
        """Whether the rows of `table` belong to a household (and are therefore worked in chunks)."""
        return bool(self.household) and self.household in self.chain(table)
