"""Writes facts as Parquet: each with its file, its date and whether that file covers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.matching.crosscheck.answers import NO_SOURCE, Answer
from bangfu.core.matching.crosscheck.catalogue import FactSpec
from bangfu.core.matching.crosscheck.coverage import CODES, Codes, Source
from bangfu.core.matching.crosscheck.measures import MICRO

DECIMALS, YUAN = (18, 6), (18, 2)
"""Precision and scale of other decimals, and of money: in yuan, as every table that a run reads has it."""


def arrow_type(fact: FactSpec) -> Any:
    """The type of a fact's column: decimal yuan for money, int32 for counts, int8 for codes, boolean, date32,
    decimal.
    """
    import pyarrow as pa

    return {
        "integer": pa.int32(),
        "money": pa.decimal64(*YUAN),
        "decimal": pa.decimal64(*DECIMALS),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "code": pa.int8(),
    }[fact.type]


class FactFile:
    """One Parquet file of facts; every `add` is a row group."""

    def __init__(self, path: Path, keys: dict[str, Any], facts: Iterable[FactSpec], sources: dict[str, Source]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._facts, self._sources = tuple(facts), sources
        word = pa.dictionary(pa.int8(), pa.string())
        fields = [pa.field(name, kind) for name, kind in keys.items()]
        words, packed = [], [name for name, kind in keys.items() if pa.types.is_integer(kind)]
        plain = []
        for fact in self._facts:
            files = [self._sources[table] for table in fact.tables if table in sources]
            # a column that is never null is declared so: it takes a third of the time to write
            undated = not files or any(_day(source) is None for source in files)
            fields.append(pa.field(fact.name, arrow_type(fact)))
            fields.append(pa.field(f"{fact.name}_source", word, nullable=not files))
            fields.append(pa.field(f"{fact.name}_as_of", pa.date32(), nullable=undated))
            fields.append(pa.field(f"{fact.name}_coverage", word, nullable=False))
            if len(keys) == 1 and fact.numeric:
                packed.append(fact.name)  # of a household: seldom nought, so that packing is quicker than compressing
                plain.append(fact.name)
            words += [f"{fact.name}_source", f"{fact.name}_coverage"]
            if fact.numeric:
                fields.append(pa.field(f"{fact.name}_found", arrow_type(fact)))
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            version="2.6",
            compression={name: "none" if name in plain else "lz4" for name in self._schema.names},
            use_dictionary=words,
            column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED") or None,
            write_statistics=False,
            store_schema=False,
            store_decimal_as_integer=True,
        )
        self._cache: dict[tuple[str, int, int], Any] = {}

    def table(self, keys: dict[str, Any], answers: Iterable[Answer]) -> Any:
        """The rows of one row group, ready to be written."""
        import pyarrow as pa

        columns = list(keys.values())
        size = len(columns[0])
        for answer in answers:
            columns.append(_array(answer.value, answer.known, answer.fact))
            columns.append(self._source(answer, size))
            columns.append(self._as_of(answer, size))
            columns.append(self._coverage(answer.code))
            if answer.fact.numeric:
                nothing = answer.found is None or not answer.found.any()
                kind = arrow_type(answer.fact)
                columns.append(pa.nulls(size, kind) if nothing else _array(answer.value, answer.found, answer.fact))
        return pa.Table.from_arrays(columns, schema=self._schema)

    def add(self, table: Any) -> None:
        """Write a row group."""
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()

    def _source(self, answer: Answer, size: int) -> Any:
        import numpy as np
        import pyarrow as pa

        sources = [self._sources.get(table) for table in answer.fact.tables]
        names = pa.array(["" if source is None else source.path.name for source in sources], pa.string())
        if isinstance(answer.which, int):
            return self._same(answer.fact.name, answer.which, size, names)
        mask = answer.which == NO_SOURCE
        index = np.where(mask, 0, answer.which).astype(np.int8)
        return pa.DictionaryArray.from_arrays(pa.array(index, mask=mask), names)

    def _same(self, name: str, which: int, size: int, names: Any) -> Any:
        """A column with one text in every row, made once."""
        import numpy as np
        import pyarrow as pa

        key = (name, which, size)
        if key not in self._cache:
            mask = np.full(size, which == NO_SOURCE)
            index = pa.array(
                np.zeros(size, np.int8) if which == NO_SOURCE else np.full(size, which, np.int8), mask=mask
            )
            self._cache[key] = pa.DictionaryArray.from_arrays(index, names)
        return self._cache[key]

    def _as_of(self, answer: Answer, size: int) -> Any:
        import numpy as np
        import pyarrow as pa

        days = [_day(self._sources.get(table)) for table in answer.fact.tables]
        if isinstance(answer.which, int):
            key = (f"{answer.fact.name}:as_of", answer.which, size)
            if key not in self._cache:
                day = None if answer.which == NO_SOURCE else days[answer.which]
                column = pa.nulls(size, pa.date32()) if day is None else pa.array(np.full(size, day, np.int32))
                self._cache[key] = column.cast(pa.date32())
            return self._cache[key]
        table = np.array([0 if day is None else day for day in days] + [0] * (256 - len(days)), np.int32)
        unknown = np.array([day is None for day in days] + [True] * (256 - len(days)))
        return pa.array(table[answer.which], mask=unknown[answer.which]).cast(pa.date32())

    def _coverage(self, code: Codes) -> Any:
        import numpy as np
        import pyarrow as pa

        words = pa.array(CODES)
        if code.same is None:
            return pa.DictionaryArray.from_arrays(pa.array(code.each.astype(np.int8)), words)
        key = ("coverage", code.same, len(code.each))
        if key not in self._cache:
            self._cache[key] = pa.DictionaryArray.from_arrays(pa.array(code.each.astype(np.int8)), words)
        return self._cache[key]


def _day(source: Source | None) -> int | None:
    if source is None or source.manifest is None or source.manifest.as_of is None:
        return None
    return (source.manifest.as_of - date(1970, 1, 1)).days


def _array(value: Any, known: Any, fact: FactSpec) -> Any:
    """Numbers as an Arrow array of the fact's type, null where they are not known."""
    import numpy as np
    import pyarrow as pa

    mask = None if known is None or known.all() else ~known
    if fact.type == "boolean":
        return pa.array(value.astype(bool, copy=False), mask=mask)
    if fact.type == "decimal":
        assert 10 ** DECIMALS[1] == MICRO
        return _decimals(value, mask, DECIMALS)
    if fact.type == "money":  # fen are hundredths of a yuan
        return _decimals(value, mask, YUAN)
    if fact.type == "date":
        return pa.array(value.astype(np.int32), mask=mask).cast(pa.date32())
    kind = {"integer": np.int32, "code": np.int8}[fact.type]
    return pa.array(value.astype(kind, copy=False), mask=mask)


def _decimals(value: Any, mask: Any, kind: tuple[int, int]) -> Any:
    """Whole numbers of the last place as decimals, without going through text or floats."""
    import numpy as np
    import pyarrow as pa

    validity = None if mask is None else pa.array(~mask).buffers()[1]
    words = pa.py_buffer(np.ascontiguousarray(value, np.int64))
    return pa.Array.from_buffers(pa.decimal64(*kind), len(value), [validity, words])
