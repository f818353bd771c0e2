"""Opens a cell: the very households, persons or villages that it counts, from the snapshot that the run froze."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bangfu.core.reporting.cells import Cell, CellError, read_run

if TYPE_CHECKING:
    from bangfu.core.engines.duckdb_engine import Connection
    from bangfu.core.rulebook.model import Rulebook
    from bangfu.core.screening.dataset import Dataset, Range
    from bangfu.core.screening.worker import Worker

SIDES = ("numerator", "denominator")


@dataclass(frozen=True, slots=True)
class Counted:
    """One row behind a figure. Keys are as the data have them, as text; None where the row has none of that kind.

    `unit_no` is the row's own key where it is neither a household nor a person (a village). `amount` is what it adds:
    1, or the summand, money in fen. `known` is False for a row that could not be told; it adds nothing.
    """

    household_no: str | None
    person_no: str | None
    unit_no: str | None
    area: str
    amount: int
    known: bool


@dataclass(frozen=True, slots=True)
class Behind:
    """All rows of one side of a cell: `counted` add up to the figure, `undecided` are those that could not be told."""

    cell: Cell
    side: str
    unit: str
    counted: tuple[Counted, ...]
    undecided: tuple[Counted, ...]

    @property
    def total(self) -> int:
        """What the counted rows add up to."""
        return sum(row.amount for row in self.counted)

    @property
    def households(self) -> tuple[str, ...]:
        """The numbers of the households, each once, in order."""
        return tuple(sorted({row.household_no for row in self.counted if row.household_no is not None}))

    @property
    def persons(self) -> tuple[str, ...]:
        """The numbers of the persons, each once, in order; empty where households or villages are counted."""
        return tuple(sorted({row.person_no for row in self.counted if row.person_no is not None}))


def households_behind(
    run_dir: Path, cell: Cell, *, rulebook: Path, data: Path | None = None, side: str = "numerator"
) -> Behind:
    """The rows that one side of a cell counts; `Opener` opens many cells of a run without reading it again."""
    with Opener(run_dir, rulebook, data=data, indicators=(cell.indicator,)) as opener:
        return opener.behind(cell, side)


class Opener:
    """Opens cells of one run.

    The run's own snapshot is read; a run on clean Parquet has none, and then `data` is the folder that it read. The
    rulebook must be the one the run was made with, and the data unchanged: what comes out counts exactly what the
    cell says, and CellError is raised where it would not.
    """

    def __init__(
        self, run_dir: Path, rulebook: Path, *, data: Path | None = None, indicators: Sequence[str] | None = None
    ) -> None:
        self.run_dir, self.data = run_dir, data
        self.run = read_run(run_dir)
        self.book = _book(rulebook, indicators, self.run.rulebook)
        self._scratch = tempfile.TemporaryDirectory(prefix="bangfu-cells-")
        try:
            self._connection, self.dataset = _open(self.book, run_dir, data, Path(self._scratch.name))
        except BaseException:
            self._scratch.cleanup()
            raise
        self._computed: dict[bool, Any] = {}

    def __enter__(self) -> Opener:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._scratch.cleanup()

    def behind(self, cell: Cell, side: str = "numerator") -> Behind:
        """The rows that one side of a cell counts, in the order of their keys."""
        if side not in SIDES or (side == "denominator" and not cell.ratio):
            raise CellError(f"“{cell.title_zh}”没有分母 / {cell.indicator} has no {side}")
        if self.run.snapshot_hash != cell.snapshot_hash:
            raise CellError(
                f"{self.run_dir}: 这个数不是出自这次筛查 / the figure {cell.indicator} does not come from this run"
            )
        quantity = getattr(self.book.indicators[cell.indicator], side)
        unit = self.dataset.units.table_of(quantity.table)
        mine = sorted(
            (row for row in self._rows(cell.indicator, unit, side) if _within(cell.area, row.area)), key=_order
        )
        counted = tuple(row for row in mine if row.amount)
        found = Behind(cell, side, unit, counted, tuple(row for row in mine if not row.known))
        want = cell.numerator if side == "numerator" else cell.denominator
        if found.total != want:
            raise CellError(
                f"{self.run_dir}: “{cell.title_zh}”重新计算为 {found.total}，原为 {want}：数据在筛查后改动过；请重新筛查 / "
                f"{cell.indicator} now counts {found.total}, the run said {want}: the data changed after the run; "
                "run again"
            )
        return found

    def _rows(self, indicator: str, unit: str, side: str) -> Iterator[Counted]:
        """All rows that add something or could not be told, of all areas."""
        if unit not in self.dataset.tables:
            return
        inner = self.dataset.units.in_household(unit)
        for compiled in self._compiled(inner):
            yield from _counted(self._connection, compiled, self.dataset, indicator, unit, side)

    def _compiled(self, inner: bool) -> Iterator[Any]:
        """The compiled indicators of each chunk, whose step tables are then in the connection.

        Both kinds of tables, inside households and above them, write under the same names: the other kind's are
        computed again when it is asked for.
        """
        if inner in self._computed:
            yield self._computed[inner]
            return
        self._computed.clear()
        chunks, worker = self._worker(inner)
        for chunk in chunks:
            compiled = worker.compute(chunk)
            if len(chunks) == 1:
                self._computed[inner] = compiled
            yield compiled

    def _worker(self, inner: bool) -> tuple[Sequence[Range], Worker]:
        from bangfu.core.compiler.lookup import Lookup
        from bangfu.core.rulebook.resolver import Resolver
        from bangfu.core.screening import inputs
        from bangfu.core.screening.chunks import chunks_of
        from bangfu.core.screening.dataset import Range
        from bangfu.core.screening.worker import Compilations, Wanted, Worker

        book, dataset = self.book, self.dataset
        snapshot = self.run_dir / "snapshot"
        frozen = snapshot if snapshot.is_dir() else None
        tables = inputs.parameter_tables(self._connection, book, self.data or snapshot, frozen)
        there = [t for t in book.tables if t in dataset.tables and book.tables[t].key]
        wanted = Wanted(("indicators",), None, frozenset(t for t in there if dataset.units.in_household(t) == inner))
        chunks = chunks_of(self._connection, dataset) if inner else [Range()]
        lookup = Lookup(book, self.run.as_of, tables)
        shared = Compilations(book, Resolver(book), dataset, lookup, wanted, self._connection, chunks)
        return chunks, Worker(shared, self._connection)


def _order(row: Counted) -> tuple[str, str, str]:
    return row.household_no or "", row.person_no or "", row.unit_no or ""


def _within(area: str, code: str) -> bool:
    from bangfu.core.screening.figures import levels

    held = levels(code)
    return any(part in held for part in area.split("+"))


def _book(path: Path, indicators: Sequence[str] | None, digest: str) -> Rulebook:
    """The rulebook with these indicators alone."""
    from bangfu.core.rulebook.loader import load

    book = load(path, cases=False)
    if book.digest != digest:
        raise CellError(
            f"{path}: 规则集与筛查时不同，请用当时的规则集 / "
            "the rulebook is not the one that the run was made with; give that one"
        )
    if indicators is None:
        return book
    return dataclasses.replace(book, indicators={name: book.indicators[name] for name in indicators})


def _open(book: Rulebook, run_dir: Path, data: Path | None, scratch: Path) -> tuple[Connection, Dataset]:
    from bangfu.core.engines import duckdb_engine
    from bangfu.core.screening import inputs
    from bangfu.core.screening.dataset import Dataset

    snapshot = run_dir / "snapshot"
    folders = [scratch, *([snapshot] if snapshot.is_dir() else []), *([data] if data else [])]
    connection = duckdb_engine.connect(folders, threads=2, memory_mb=2048, scratch=scratch)
    if snapshot.is_dir():
        found = {table: inputs.parquet_files(snapshot, table) for table in book.tables}
        return connection, Dataset.open(connection, book, {t: p for t, p in found.items() if p}, snapshot=True)
    files = inputs.clean_files(book, data) if data is not None and data.is_dir() else None
    dataset = inputs.open_clean(connection, book, files) if files else None
    if dataset is None:
        raise CellError(
            f"{run_dir}: 这次筛查直接读取了 Parquet，请用 --data 给出当时的数据文件夹 / "
            "this run read clean Parquet as it stands; give its folder with --data"
        )
    return connection, dataset


def _counted(
    connection: Connection, compiled: Any, dataset: Dataset, indicator: str, unit: str, side: str
) -> Iterator[Counted]:
    from bangfu.core.compiler.book import AREA
    from bangfu.core.compiler.sql import name, quoted
    from bangfu.core.engines.duckdb_engine import run
    from bangfu.core.screening.decisions import column

    quantity = next(q for q in compiled.quantities if (q.indicator, q.side) == (indicator, side))
    area = compiled.plan.roots[unit].get(AREA)
    value, undecided = column(quantity.value), column(quantity.open_, "bool")
    units = dataset.units
    chain = units.chain(unit)
    household = f"k_{units.household}" if units.household in chain else "NULL"
    person = f"k_{units.person}" if units.person in chain else "NULL"
    own = "NULL" if unit in (units.household, units.person) else f"k_{unit}"
    place = "''" if area is None else f"coalesce(CAST({name(area)} AS VARCHAR), '')"
    keys = ", ".join(f"CAST({key} AS VARCHAR)" for key in (household, person, own))
    table = quoted(compiled.plan.last[unit].name)
    text = f"SELECT {keys}, {place}, {value}, {undecided} FROM {table} WHERE {value} <> 0 OR {undecided}"
    for row in run(connection, text):
        yield Counted(row[0], row[1], row[2], row[3], int(row[4] or 0), not row[5])
