"""`filter(number__among=Among(numbers))`: IN for thousands of values, without Django's work on each of them.

`__in` prepares and checks every value for itself, which costs more than the database takes to find the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, Lookup


class Among:
    """Values as the database driver takes them: text, bytes or whole numbers; no more than a few thousand."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = [value for value in values if value is not None]


@Field.register_lookup
class AmongLookup(Lookup[Any]):
    """The lookup behind `__among`."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """IN with a place for each value."""
        if not self.rhs.values:
            raise EmptyResultSet
        left, parameters = self.process_lhs(compiler, connection)
        places = ", ".join(["%s"] * len(self.rhs.values))
        return f"{left} IN ({places})", [*parameters, *self.rhs.values]
