"""What a cross-check left for some households: facts with where they come from, sources, conflicts, rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.report.catalogue import MONEY

HOUSEHOLDS, PERSONS, SOURCES, CONFLICTS = (
    "household_facts.parquet",
    "person_facts.parquet",
    "sources.parquet",
    "conflicts.parquet",
)
COVERED, NOT_COVERED, NO_MANIFEST = "covered", "not_covered", "no_manifest"
NO_FILE, NOT_AUTHORISED, UNDER_REVIEW = "no_file", "not_authorised", "under_review"


class ReturnedRow(Protocol):
    """A row of a bureau's file that was linked to a person of the household.

    `row_no` counts from 0 in the order of the file; `method` is a code of how it was linked; with `review` a person
    must look before it counts. `values` are by column name, money in fen.
    """

    @property
    def table(self) -> str: ...
    @property
    def row_no(self) -> int: ...
    @property
    def person_no(self) -> object: ...
    @property
    def method(self) -> str: ...
    @property
    def review(self) -> bool: ...
    @property
    def values(self) -> Mapping[str, object]: ...


RowsOf = Callable[[Path, Any], Sequence[ReturnedRow]]
"""From the folder and a household's number to every row that came back for it."""


@dataclass(frozen=True, slots=True)
class FactRead:
    """A fact as the cross-check left it: `value` is None where it is unknown; money in fen."""

    value: object
    source: str
    as_of: date | None
    coverage: str


@dataclass(frozen=True, slots=True)
class SourceRead:
    """One bureau file, by its manifest. `period_to` is exclusive; `areas` are codes or their beginnings."""

    table: str
    label_zh: str = ""
    label_en: str = ""
    file: str = ""
    sha256: str = ""
    source: str = ""
    as_of: date | None = None
    received_on: date | None = None
    areas: tuple[str, ...] = ()
    period_from: date | None = None
    period_to: date | None = None
    legal_basis: str = ""
    authorisation: str = ""
    rows: int | None = None
    linked: int | None = None
    review: int | None = None
    unlinked: int | None = None

    @property
    def dated(self) -> date | None:
        """As of when the file speaks; the day it came where its manifest does not say."""
        return self.as_of or self.received_on


@dataclass(frozen=True, slots=True)
class ConflictRead:
    """Two sources that say different things about one fact."""

    household_no: str
    person_no: str
    fact: str
    source: str
    value: object
    other_source: str
    other_value: object
    message_zh: str
    message_en: str


@dataclass(frozen=True)
class Crosscheck:
    """The parts of a cross-check that concern some households, by household number."""

    folder: Path
    keys: Mapping[str, Any] = field(default_factory=dict)
    households: Mapping[str, Mapping[str, FactRead]] = field(default_factory=dict)
    persons: Mapping[str, Sequence[tuple[str, Mapping[str, FactRead]]]] = field(default_factory=dict)
    sources: Sequence[SourceRead] = ()
    conflicts: Mapping[str, Sequence[ConflictRead]] = field(default_factory=dict)


def read_crosscheck(folder: Path, households: Set[str]) -> Crosscheck:
    """The facts, sources and conflicts of these households. `keys` holds each number in the folder's own type.

    Raises DataError where the folder is not one that `bangfu crosscheck` wrote.
    """
    facts: dict[str, Mapping[str, FactRead]] = {}
    keys: dict[str, Any] = {}
    for row in _rows(folder, HOUSEHOLDS, households):
        number = str(row["household_no"])
        keys[number], facts[number] = row["household_no"], _facts(row)
    persons: dict[str, list[tuple[str, Mapping[str, FactRead]]]] = {}
    for row in _rows(folder, PERSONS, households):
        persons.setdefault(str(row["household_no"]), []).append((str(row["person_no"]), _facts(row)))
    sources, conflicts = read_sources(folder), _conflicts(folder, households)
    return Crosscheck(folder, keys, facts, persons, sources, conflicts)


def read_conflicts(folder: Path, households: Set[str]) -> Crosscheck:
    """Only the sources and the contradictions of these households, which is quick: no fact is read.

    Raises DataError where the folder is not one that `bangfu crosscheck` wrote.
    """
    nothing: dict[str, Mapping[str, FactRead]] = {number: {} for number in households}
    return Crosscheck(folder, {}, nothing, {}, read_sources(folder), _conflicts(folder, households))


def _conflicts(folder: Path, households: Set[str]) -> dict[str, list[ConflictRead]]:
    found: dict[str, list[ConflictRead]] = {}
    for row in _rows(folder, CONFLICTS, households):
        found.setdefault(str(row["household_no"]), []).append(_conflict(row))
    return found


def read_sources(folder: Path) -> tuple[SourceRead, ...]:
    """One entry for each bureau file that the cross-check read. Raises DataError as above."""
    return tuple(_source(row) for row in _rows(folder, SOURCES, None))


def _rows(folder: Path, name: str, households: Set[str] | None) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = folder / name
    if not path.is_file():
        raise DataError(
            f"{path}: 没有这个文件；请指定 bangfu crosscheck 的结果文件夹 / "
            "no such file; name the folder that bangfu crosscheck wrote"
        )
    try:
        schema = pq.read_schema(path)
        needed = "table" if households is None else "household_no"
        if needed not in schema.names:
            raise DataError(
                f"{path}: 缺少列 {needed} / the column {needed} is missing; 请重新运行 crosscheck / run it again"
            )
        if households is None:
            return list(pq.read_table(path).to_pylist())
        kind = schema.field("household_no").type
        wanted = [number for number in households if not pa.types.is_integer(kind) or number.isdigit()]
        chosen = pa.array([int(number) if pa.types.is_integer(kind) else number for number in wanted], kind)
        return list(pq.read_table(path, filters=pc.field("household_no").isin(chosen)).to_pylist())
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path}: 无法读取 / cannot be read ({str(error)[:80]}); 请重新运行 crosscheck / run it again"
        ) from None


def _facts(row: Mapping[str, Any]) -> dict[str, FactRead]:
    """Every fact F for which there is a column F_coverage."""
    names = [column.removesuffix("_coverage") for column in row if column.endswith("_coverage")]
    return {
        name: FactRead(
            _in_fen(name, row.get(name)),
            row.get(f"{name}_source") or "",
            _day(row.get(f"{name}_as_of")),
            row[f"{name}_coverage"] or "",
        )
        for name in names
    }


def _in_fen(name: str, value: object) -> object:
    """Money stands in yuan in the tables of facts, as in every table that a run reads."""
    return int(value * 100) if name in MONEY and isinstance(value, Decimal) else value


def _source(row: Mapping[str, Any]) -> SourceRead:
    made: dict[str, Any] = {name: str(row.get(name) or "") for name in _TEXTS}
    made |= {name: _day(row.get(name)) for name in ("as_of", "received_on", "period_from", "period_to")}
    made |= {name: row.get(name) for name in ("rows", "linked", "review", "unlinked")}
    return SourceRead(**made, areas=tuple(str(area) for area in row.get("areas") or ()))


_TEXTS = ("table", "label_zh", "label_en", "file", "sha256", "source", "legal_basis", "authorisation")


def _conflict(row: Mapping[str, Any]) -> ConflictRead:
    person = row.get("person_no")
    return ConflictRead(
        str(row["household_no"]),
        "" if person is None else str(person),
        str(row.get("fact") or ""),
        str(row.get("source") or ""),
        row.get("value"),
        str(row.get("other_source") or ""),
        row.get("other_value"),
        str(row.get("message_zh") or ""),
        str(row.get("message_en") or ""),
    )


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value
