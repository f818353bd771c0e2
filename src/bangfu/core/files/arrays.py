"""Columns of text to typed Arrow arrays: each distinct text is read once."""

from __future__ import annotations

from typing import Any

from bangfu.core.files.cells import Read, reader_of
from bangfu.core.files.layout import ColumnLayout
from bangfu.core.files.plain import read_plain
from bangfu.core.values.reading import Reading

_CACHE_LIMIT = 200_000


def arrow_type(column: ColumnLayout) -> Any:
    """The Arrow type of a column: money, integers int64; decimal128(18,6); bool; date32; string.

    Codes by value.
    """
    import pyarrow as pa

    if column.kind == "code":
        return pa.int64() if any(isinstance(value, int) for value in column.labels.values()) else pa.string()
    return {
        "integer": pa.int64(),
        "money": pa.int64(),
        "decimal": pa.decimal128(18, 6),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "text": pa.string(),
        "verbatim": pa.string(),
    }[column.kind]


class ColumnReader:
    """Reads one column chunk by chunk, remembering what each text meant and which texts call for a remark."""

    def __init__(self, column: ColumnLayout, factor: int = 1) -> None:
        self.column = column
        self._factor = factor
        self._read: Read = reader_of(column, factor)
        self._type = arrow_type(column)
        self._values: dict[str, object] = {}
        self._marked: dict[str, Reading] = {}

    def read(self, texts: Any) -> tuple[Any, list[tuple[int, str, Reading]]]:
        """An Arrow string array to a typed array, and (index, text.

        Reading) of cells with a note or problem.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        if len(texts) == 0:
            return pa.array([], self._type), []
        easy = read_plain(texts, self.column, self._factor)
        if easy is None:
            return self._read_each(texts)
        values, plain = easy
        rest = pc.invert(plain)
        positions = pc.indices_nonzero(rest)
        if len(positions) == 0:
            return values, []
        read, found = self._read_each(texts.take(positions))
        at = positions.to_pylist()
        return pc.replace_with_mask(values, rest, read), [(at[i], text, reading) for i, text, reading in found]

    def _read_each(self, texts: Any) -> tuple[Any, list[tuple[int, str, Reading]]]:
        import pyarrow as pa

        encoded = texts.dictionary_encode()
        distinct: list[str] = encoded.dictionary.to_pylist()
        values = self._learn(distinct)
        array = pa.array(values, self._type).take(encoded.indices)
        return array, self._remarks(distinct, encoded.indices)

    def _learn(self, distinct: list[str]) -> list[object]:
        known = self._values
        if len(known) > _CACHE_LIMIT:
            known.clear()
            self._marked.clear()
        fresh = [text for text in distinct if text not in known]
        for text in fresh:
            reading = self._read(text)
            known[text] = reading.value
            if reading.note or reading.problem:
                self._marked[text] = reading
        return [known[text] for text in distinct]

    def _remarks(self, distinct: list[str], indices: Any) -> list[tuple[int, str, Reading]]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not self._marked:
            return []
        marked = [index for index, text in enumerate(distinct) if text in self._marked]
        if not marked:
            return []
        hit = pc.indices_nonzero(pc.is_in(indices, value_set=pa.array(marked, indices.type))).to_pylist()
        return [
            (position, text := distinct[code], self._marked[text])
            for position, code in zip(hit, indices.take(pa.array(hit)).to_pylist(), strict=True)
        ]
