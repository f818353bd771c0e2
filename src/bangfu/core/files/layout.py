"""What a table is expected to carry: the contract between a rulebook's facts and the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from bangfu.core.values.text import label_key

KINDS = ("integer", "money", "decimal", "boolean", "date", "text", "code", "verbatim")
VERBATIM = "verbatim"


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """One column: `name` is what the reading calls it, `headers` are further titles it may have in a
    file.

    `kind` is one of KINDS; `verbatim` is text as it stands in the file, only an empty cell is missing.
    `fen`: money is in fen in the file, not in yuan. `low`/`high` bound a value
    in the reading's own unit (fen for money). `labels` maps a label's `label_key` to the code value.
    `personal` values are masked in every remark. `key`: a row needs it, and once only. `link`: names a
    row of another table, so it is normalised as keys are. `period` is month or year where money is per
    period. `optional`: a file without the column is no news.
    """

    name: str
    kind: str = "text"
    fen: bool = False
    headers: tuple[str, ...] = ()
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    labels: Mapping[str, int | str] = field(default_factory=dict)
    personal: bool = False
    key: bool = False
    link: bool = False
    period: str = ""
    optional: bool = False

    @property
    def numeric(self) -> bool:
        """True for integer, money and decimal."""
        return self.kind in {"integer", "money", "decimal"}

    @property
    def titles(self) -> tuple[str, ...]:
        """The normalised titles, in order of preference: the name, then the headers as declared."""
        return _keys((self.name, *self.headers))


@lru_cache(maxsize=4096)
def _keys(titles: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(label_key, titles)))


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table: `name` for messages, `file` is the name its file carries, without an ending.

    `rest`: columns that the layout does not name are read too, verbatim and under their own titles; the
    reading's layout then names them.
    """

    name: str
    file: str
    columns: tuple[ColumnLayout, ...]
    rest: bool = False

    @property
    def key(self) -> ColumnLayout | None:
        """The column that identifies a row, if the table has one."""
        return next((column for column in self.columns if column.key), None)

    def with_rest(self, titles: Iterable[str]) -> TableLayout:
        """The layout with a verbatim column for each title; its values are masked in every remark."""
        return replace(
            self, columns=(*self.columns, *(ColumnLayout(t, VERBATIM, personal=True, optional=True) for t in titles))
        )


def own_names(titles: Sequence[str], taken: Iterable[str]) -> tuple[str, ...]:
    """The titles on one line each, and no two the same: the second 备注 is `备注 (2)`."""
    used = set(taken)
    found = []
    for title in titles:
        plain = " ".join(title.split())
        name, number = plain, 1
        while name in used:
            number += 1
            name = f"{plain} ({number})"
        used.add(name)
        found.append(name)
    return tuple(found)
