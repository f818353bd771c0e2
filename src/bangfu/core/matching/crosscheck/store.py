"""What an ingest keeps: columns of numbers that are read by ranges, and the rows' values for whoever asks for one of
them.

A folder holds one file of plain numbers per column (a lane), `values.arrow` with the columns as typed, and `meta.json`,
written last. Rows lie in the order of their packed ID numbers, those without a usable one before all others.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

META = "meta.json"
BATCH = 1 << 16
"""Rows of one batch of `values.arrow`: what is read to show one row."""
NO_VALUE = -(2**63)
NO_VALUE_32 = -(2**31)
"""What stands for a number that is not known, in a lane of 64 or of 32 bits."""


@dataclass(frozen=True)
class Store:
    """An ingest that is complete. `meta` has at least `rows` and `lanes` (name to the numbers' type)."""

    path: Path
    meta: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.meta["rows"])

    @property
    def unnumbered(self) -> int:
        """How many rows have no usable ID number; they come first."""
        return int(self.meta["unnumbered"])

    def has(self, lane: str) -> bool:
        """Whether there is such a lane."""
        return lane in self.meta["lanes"]

    def read(self, lane: str, start: int = 0, stop: int | None = None) -> Any:
        """The numbers of a lane from `start` to before `stop`, in memory of their own."""
        import numpy as np

        kind = np.dtype(self.meta["lanes"][lane])
        end = self.rows if stop is None else stop
        found = np.empty(end - start, kind)
        with (self.path / f"{lane}.bin").open("rb", buffering=0) as file:
            file.seek(start * kind.itemsize)
            view, done = found.view(np.uint8).data, 0
            while done < len(view):
                count = file.readinto(view[done:])
                if not count:
                    raise OSError(f"{self.path / lane}.bin is shorter than {self.rows} rows")
                done += count
        return found

    def mapped(self, lane: str) -> Any:
        """The whole lane, of which only what is looked at is read."""
        import numpy as np

        kind = np.dtype(self.meta["lanes"][lane])
        path = self.path / f"{lane}.bin"
        return np.memmap(path, kind, "r") if path.stat().st_size else np.empty(0, kind)

    def values(self, rows: list[int]) -> list[dict[str, Any]]:
        """The typed values of some rows, one mapping for each."""
        import pyarrow as pa

        with pa.memory_map(str(self.path / "values.arrow")) as source:
            reader = pa.ipc.open_file(source)
            return [reader.get_batch(row // BATCH).slice(row % BATCH, 1).to_pylist()[0] for row in rows]

    def texts(self) -> Any:
        """The identity of the rows without a usable number as written: row_no, id_number, name (an Arrow table)."""
        return read_arrow(self.path / "unnumbered.arrow")


def open_store(path: Path) -> Store | None:
    """A complete ingest, or None."""
    try:
        meta = json.loads((path / META).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Store(path, meta)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder that becomes `path` when the block ends well; only its owner may look inside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{path.name}.partial-{os.getpid()}-", dir=path.parent))
    try:
        yield made
        shutil.rmtree(path, ignore_errors=True)
        made.rename(path)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write_meta(folder: Path, meta: Mapping[str, Any]) -> None:
    """What makes a folder complete."""
    (folder / META).write_text(json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")


class LaneFile:
    """A lane that is being written, piece by piece."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = (folder / f"{name}.bin").open("wb", buffering=0)

    def add(self, numbers: Any) -> None:
        """Append an array."""
        import numpy as np

        view = np.ascontiguousarray(numbers).view(np.uint8).data
        done = 0
        while done < len(view):
            done += self._file.write(view[done:])

    def close(self) -> None:
        """Finish."""
        self._file.close()


class ValueFile:
    """`values.arrow` as it is written: batches of just BATCH rows, so that a row's batch is known from its number."""

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow as pa

        self._schema = schema
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_file(self._sink, schema)
        self._left: Any = None

    def add(self, table: Any) -> None:
        """Append the rows of a table."""
        import pyarrow as pa

        table = table.cast(self._schema)
        if self._left is not None and self._left.num_rows:
            table = pa.concat_tables([self._left, table])
        whole = table.num_rows // BATCH * BATCH
        if whole:
            self._write(table.slice(0, whole))
        self._left = table.slice(whole)

    def _write(self, table: Any) -> None:
        for start in range(0, table.num_rows, BATCH):
            piece = table.slice(start, BATCH).combine_chunks()
            for batch in piece.to_batches():
                self._writer.write_batch(batch)

    def close(self) -> None:
        """Write the rest and finish."""
        if self._left is not None and self._left.num_rows:
            self._write(self._left)
        self._writer.close()
        self._sink.close()


def write_arrow(table: Any, path: Path) -> None:
    """A table as one file."""
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def read_arrow(path: Path) -> Any:
    """A table from one file, mapped."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
