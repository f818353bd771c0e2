"""Reads a bureau's file once and keeps it in the order of ID numbers, until the file changes."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bangfu.core.files.identity import BIRTH_DATE, NAME, NUMBER
from bangfu.core.files.parquet import parquet_parts
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.crosscheck.batches import Batch, open_file
from bangfu.core.matching.crosscheck.catalogue import BureauTable, catalogue
from bangfu.core.matching.crosscheck.measures import lanes_of
from bangfu.core.matching.crosscheck.sorting import SortedRows
from bangfu.core.matching.crosscheck.store import Store, new_folder, open_store, write_arrow, write_meta
from bangfu.core.matching.numbers import NO_NUMBER
from bangfu.core.matching.rows import NO_DAY
from bangfu.core.values.id_number import PROBLEMS

VERSION = 2
"""Of the format: an ingest of another version is made again."""
HASHES = "hashes.json"


def digest(path: Path) -> str:
    """SHA-256 of a file, or of the parts of a folder one after the other."""
    found = hashlib.sha256()
    for part in parquet_parts(path):
        with part.open("rb") as file:
            while block := file.read(1 << 22):
                found.update(block)
    return found.hexdigest()


class Hashes:
    """Digests of files that were read before, known again by size, inode and times of change."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / HASHES
        self._known: dict[str, list[Any]] = {}
        self._used: dict[str, list[Any]] = {}
        try:
            self._known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._known = {}

    def of(self, path: Path) -> str:
        """The file's digest, computed only where the file may have changed."""
        states = [(s.st_size, s.st_ino, s.st_mtime_ns, s.st_ctime_ns) for s in map(Path.stat, parquet_parts(path))]
        state = json.dumps(states)
        key = str(path.resolve())
        known = self._known.get(key)
        value = known[1] if known and known[0] == state else digest(path)
        self._used[key] = [state, value]
        return str(value)

    def save(self) -> None:
        """Keep those of this run."""
        self._path.write_text(json.dumps({**self._known, **self._used}), encoding="utf-8")


@dataclass(frozen=True)
class Ingested:
    """A store and whether it was made just now."""

    store: Store
    fresh: bool
    seconds: float


def store_path(folder: Path, name: str, sha: str) -> Path:
    """Where the ingest of a file lies: another content, format or catalogue is another place."""
    key = hashlib.sha256(f"{VERSION}:{catalogue().digest}:{sha}".encode()).hexdigest()[:16]
    return folder / f"{name}-{key}"


def ingest_table(path: Path, table: BureauTable, folder: Path, sha: str, limit: int) -> Ingested:
    """The store of a bureau's file, made if there is none. `limit`: bytes to hold while sorting.

    Raises FileError where the file cannot be read or nothing in it says whom a row is about.
    """
    started = time.perf_counter()
    place = store_path(folder, table.name, sha)
    known = open_store(place)
    if known is not None:
        return Ingested(known, False, time.perf_counter() - started)
    with new_folder(place) as made:
        meta = _write(path, table, made, limit)
        write_meta(made, {**meta, "table": table.name, "file": path.name, "sha256": sha, "version": VERSION})
    store = open_store(place)
    assert store is not None
    return Ingested(store, True, time.perf_counter() - started)


@dataclass
class Seen:
    """What is gathered on the way through a file."""

    unnumbered: list[Any] = field(default_factory=list)
    repaired: list[tuple[int, str]] = field(default_factory=list)
    long_names: dict[int, str] = field(default_factory=dict)
    written: int = 0
    named: int = 0
    born: int = 0
    unreadable: int = 0

    def unnumbered_rows(self) -> int:
        """How many rows have no usable number."""
        return sum(piece.num_rows for piece in self.unnumbered)

    def look(self, batch: Batch) -> None:
        """Note what the lanes do not hold."""
        import numpy as np

        who = batch.who
        self.written += int((who.numbers.problems != PROBLEMS.index("missing")).sum())
        self.named += int((who.names.keys != 0).sum())
        self.born += int((who.born != NO_DAY).sum())
        self.unreadable += batch.unreadable
        self.unnumbered.append(_texts(batch, np.flatnonzero(who.numbers.packed == NO_NUMBER)))
        self.repaired.extend((int(batch.row_no[row]), ",".join(done)) for row, done in who.numbers.repairs.items())
        self.long_names.update(who.names.long)


def _texts(batch: Batch, rows: Any) -> Any:
    """Identity as written of rows without a usable number."""
    import pyarrow as pa

    at = pa.array(rows)
    nothing = pa.nulls(len(rows), pa.string())

    def taken(column: Any) -> Any:
        if column is None:
            return nothing
        found = column.take(at).cast(pa.string())
        return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found

    columns = {"id_number": taken(batch.who.texts), "name": taken(batch.who.name_texts)}
    return pa.table({"row_no": pa.array(batch.row_no[rows]), **columns})


def _write(path: Path, table: BureauTable, folder: Path, limit: int) -> dict[str, Any]:
    import pyarrow as pa

    opened = open_file(path, table.layout)
    facts = catalogue().from_table(table.name)
    own = [column for column in table.columns if column.name in opened.found]
    sorter, seen = SortedRows(folder, limit), Seen()
    for batch in opened.batches:
        lanes = lanes_of(table, facts, batch.columns, len(batch.row_no))
        lanes["row"] = batch.row_no
        if NAME in opened.found:
            lanes["name"] = batch.who.names.keys
        if BIRTH_DATE in opened.found:
            lanes["born"] = batch.who.born
        if "sex" in opened.found:
            lanes["sex"] = batch.who.sex
        for name, lane in (("phone", batch.who.phone), ("township", batch.who.township)):
            if lane is not None:
                lanes[name] = lane
        values = pa.table({column.name: batch.columns[column.name] for column in own})
        if not own:
            values = pa.table({"row_no": pa.array(batch.row_no)})
        sorter.add(batch.who.numbers.packed, lanes, values)
        seen.look(batch)
    linkable(path.name, sorter.rows, seen.written, min(seen.named, seen.born))
    kinds = sorter.finish()
    keep_seen(folder, seen)
    return {
        "rows": sorter.rows,
        "unnumbered": seen.unnumbered_rows(),
        "rejected": sorted(opened.rejected),
        "unreadable": seen.unreadable,
        "columns": [column.name for column in own],
        "lanes": kinds,
    }


def linkable(file: str, rows: int, written: int, otherwise: int) -> None:
    """An empty column of numbers must never read as "nobody is in the file". Raises FileError."""
    if rows and not written and not otherwise:
        raise FileError("empty_column", file, column=NUMBER.headers[0])


def keep_seen(folder: Path, seen: Seen) -> None:
    """Write what is not a lane: texts of rows without a number, repairs, and the names behind hashed keys."""
    import pyarrow as pa

    nothing = pa.table({"row_no": pa.array([], pa.int64()), "id_number": pa.array([], pa.string())})
    nothing = nothing.append_column("name", pa.array([], pa.string()))
    texts = pa.concat_tables([nothing, *seen.unnumbered]).combine_chunks()
    write_arrow(texts.sort_by("row_no"), folder / "unnumbered.arrow")
    repaired = sorted(seen.repaired)
    rows, done = [row for row, _ in repaired], [text for _, text in repaired]
    write_arrow(pa.table({"row_no": pa.array(rows, pa.int64()), "repairs": done}), folder / "repairs.arrow")
    keys, names = list(seen.long_names), list(seen.long_names.values())
    write_arrow(
        pa.table({"key": pa.array(keys, pa.uint64()), "name": pa.array(names, pa.string())}), folder / "names.arrow"
    )


def sweep(folder: Path, kept: Iterable[Path]) -> list[str]:
    """Remove ingests that no longer belong to a file; returns their names."""
    import shutil

    wanted = {path.name for path in kept}
    gone = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in wanted and not path.name.startswith("."):
            shutil.rmtree(path, ignore_errors=True)
            gone.append(path.name)
    return gone
