"""Rows in the order of their packed ID numbers, in memory or, where they do not fit, in sorted runs that are merged.

Rows with one number keep the order of the file, so the same file gives the same bytes whatever memory there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bangfu.core.matching.crosscheck.store import BATCH, NO_VALUE, NO_VALUE_32, LaneFile, ValueFile

_LANE = "lane:"
_NARROW = "int64"


def order_of(numbers: Any) -> Any:
    """The index array that sorts int64 `numbers` upwards, equal ones in the order in which they stand."""
    import numpy as np

    order = np.argsort(numbers)  # the quick sort, which leaves equal ones in any order
    ascending = numbers[order]
    tie = ascending[1:] == ascending[:-1]
    if tie.any():
        group = np.zeros(len(order), np.int64)
        np.cumsum(~tie, out=group[1:])
        group *= len(order)
        group += order
        group.sort()
        order = group % len(order)
    return order


class SortedRows:
    """Takes rows in the order of a file and writes their lanes and values in the order of their numbers.

    `limit`: bytes that may be held before a run is written to `folder`. Lanes of whole numbers are written in 32 bits
    where all of them fit. Every batch has the same lanes and columns.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._held: list[Any] = []
        self._bytes = 0
        self._runs: list[_Run] = []
        self._bounds: dict[str, tuple[int, int]] = {}
        self.rows = 0

    def add(self, numbers: Any, lanes: Mapping[str, Any], values: Any) -> None:
        """Append rows: packed numbers (int64), lanes (arrays), and an Arrow table of values."""
        import pyarrow as pa

        columns = {f"{_LANE}id": pa.array(numbers)}
        for name, lane in lanes.items():
            columns[_LANE + name] = pa.array(lane)
            self._bound(name, lane)
        for name in values.column_names:
            columns[name] = values.column(name)
        table = pa.table(columns)
        self.rows += table.num_rows
        self._held.append(table)
        self._bytes += table.nbytes
        if self._bytes > self._limit:
            self._spill()

    def _bound(self, name: str, lane: Any) -> None:
        if lane.dtype.name == _NARROW and len(lane):
            known = lane[lane != NO_VALUE]
            if len(known):
                low, high = self._bounds.get(name, (0, 0))
                self._bounds[name] = (min(low, int(known.min())), max(high, int(known.max())))

    def _spill(self) -> None:
        table = self._sorted(self._held)
        self._held, self._bytes = [], 0
        self._runs.append(_Run.write(table, self._folder, f"run-{len(self._runs):05d}"))

    @staticmethod
    def _sorted(tables: list[Any]) -> Any:
        import pyarrow as pa

        table = pa.concat_tables(tables).combine_chunks()
        numbers = table.column(f"{_LANE}id").to_numpy()
        if len(numbers) > 1 and (numbers[1:] < numbers[:-1]).any():
            table = table.take(pa.array(order_of(numbers)))
        return table

    def finish(self) -> dict[str, str]:
        """Write everything; returns the lanes with the type of their numbers."""
        pieces = iter([self._sorted(self._held)]) if not self._runs else self._merged()
        lanes: dict[str, LaneFile] = {}
        kinds: dict[str, str] = {}
        values: ValueFile | None = None
        for piece in pieces:
            own = [name for name in piece.column_names if not name.startswith(_LANE)]
            if values is None:
                values = ValueFile(self._folder / "values.arrow", piece.select(own).schema)
            values.add(piece.select(own))
            for name in piece.column_names:
                if name.startswith(_LANE):
                    short = name.removeprefix(_LANE)
                    numbers = self._narrowed(short, piece.column(name).to_numpy())
                    kinds[short] = numbers.dtype.name
                    if short not in lanes:
                        lanes[short] = LaneFile(self._folder, short)
                    lanes[short].add(numbers)
        for lane in lanes.values():
            lane.close()
        if values is not None:
            values.close()
        for run in self._runs:
            run.remove()
        return kinds

    def _narrowed(self, name: str, numbers: Any) -> Any:
        import numpy as np

        low, high = self._bounds.get(name, (0, 0))
        if name == "id" or numbers.dtype.name != _NARROW or low <= NO_VALUE_32 or high >= 2**31:
            return numbers
        return np.where(numbers == NO_VALUE, NO_VALUE_32, numbers).astype(np.int32)

    def _merged(self) -> Iterator[Any]:
        """Sorted tables that follow one another: all runs' rows of one range of numbers at a time."""
        import numpy as np

        if self._held:
            self._spill()
        wanted = max(1, len(self._runs) * 2)
        sample = np.sort(np.concatenate([run.numbers[:: max(1, len(run.numbers) // 1024)] for run in self._runs]))
        cuts = np.unique(sample[np.arange(1, wanted) * len(sample) // wanted])
        starts = [0] * len(self._runs)
        for cut in [*cuts.tolist(), None]:
            ends = [len(run.numbers) if cut is None else int(np.searchsorted(run.numbers, cut)) for run in self._runs]
            pieces = [run.rows(a, b) for run, a, b in zip(self._runs, starts, ends, strict=True) if b > a]
            if pieces:
                yield self._sorted(pieces)
            starts = ends


class _Run:
    """Sorted rows that were put aside: read piece by piece, not mapped, so that memory stays what was asked for."""

    def __init__(self, table: Path, numbers: Path) -> None:
        import numpy as np

        self._table, self._file = table, numbers
        self.numbers = np.memmap(numbers, np.int64, "r")

    @classmethod
    def write(cls, table: Any, folder: Path, name: str) -> _Run:
        """Put a sorted table aside."""
        import pyarrow as pa

        path, numbers = folder / f"{name}.arrow", folder / f"{name}.bin"
        table.column(f"{_LANE}id").to_numpy().tofile(numbers)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=BATCH)
        return cls(path, numbers)

    def rows(self, start: int, stop: int) -> Any:
        """The rows from `start` to before `stop` as a table."""
        import pyarrow as pa

        first = start // BATCH
        with pa.OSFile(str(self._table), "rb") as source:
            reader = pa.ipc.open_file(source)
            batches = [reader.get_batch(number) for number in range(first, -(-stop // BATCH))]
        return pa.Table.from_batches(batches).slice(start - first * BATCH, stop - start)

    def remove(self) -> None:
        """Delete the files."""
        del self.numbers
        self._table.unlink()
        self._file.unlink()
