"""Columns of a table for measuring: numbers as they stand, and what could not be used, told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.files.header import find_headers, title_key
from bangfu.core.files.layout import VERBATIM, ColumnLayout, TableLayout
from bangfu.core.files.open_book import open_book
from bangfu.core.files.parquet import parquet_columns
from bangfu.core.files.reader import read_table
from bangfu.core.files.sheet import Book
from bangfu.core.measures.distribution import MeasureError
from bangfu.core.values.money import read_number
from bangfu.core.values.text import half_width, is_blank, label_key, mask, squeeze, tidy

_PLAIN = r"^[+-]?[0-9]{1,15}(\.[0-9]{1,30})?$"
_UNITS = {"元": 1, "元整": 1, "百元": 100, "千元": 1_000, "万": 10_000, "万元": 10_000, "亿": 10**8, "亿元": 10**8}
_LISTED, _TOLD = 12, 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a table as text, one entry per row of data, None where the cell is empty or says so.

    `rejected` counts rows that the reader could not take (too many or too few cells); `left_out` counts lines that
    are no rows of data, such as totals. `problems` are the first twenty things that the reader found wrong, in Chinese
    and English.
    """

    file: str
    titles: Mapping[str, str]
    texts: Mapping[str, Any]
    rows: int
    rejected: int
    left_out: int
    problems: tuple[tuple[str, str], ...] = ()


def read_columns(path: Path, names: Sequence[str], meant: Mapping[str, frozenset[str]] | None = None) -> Columns:
    """The named columns of a CSV, Excel or Parquet table. Raises MeasureError, with the titles there are, where one lacks.

    A title fits as the one reader has it, without regard to spaces, width or case, and also where it goes on with
    brackets: 收入 is 收入（万元）, if only one title begins so. `meant` are words of a column, as `label_key` has them, that
    count as said although they elsewhere say that nothing was written: a toilet of the kind `none`.
    """
    wanted = tuple(dict.fromkeys(names))
    parquet = path.is_dir() or path.suffix.lower() == ".parquet"
    book = None if parquet else open_book(path)
    seen = list(parquet_columns(path)) if book is None else _titles(book, wanted)
    found = {name: _fitting(name, seen) for name in wanted}
    missing = [name for name in wanted if found[name] is None]
    if missing:
        listed = "、".join(
            mask(title) if any(map(str.isdigit, title)) and len(title) > _LISTED else title for title in seen
        )
        raise MeasureError(
            f"{path.name}: 没有“{'、'.join(missing)}”列；表中有：{listed or '（空）'} / "
            f"no column {', '.join(missing)}; the table has: {listed or '(nothing)'}"
        )
    columns = tuple(ColumnLayout(name, VERBATIM, headers=(str(found[name]),)) for name in wanted)
    reading = read_table(path, TableLayout("table", path.name, columns), book)
    texts = {name: _cells(reading.table.column(name), (meant or {}).get(name, frozenset())) for name in wanted}
    left = sum(note.code in {"text_line", "total_row", "repeated_header"} for note in reading.notes)
    told = tuple((problem.line("zh"), problem.line("en")) for problem in reading.problems[:_TOLD])
    rows = int(reading.table.num_rows)
    return Columns(path.name, dict(reading.headers), texts, rows, len(reading.rejected), left, told)


def _titles(book: Book, wanted: Sequence[str]) -> list[str]:
    """All titles of the sheet that has most of the columns, or what stands where a header would."""
    layout = TableLayout("table", book.path.name, tuple(ColumnLayout(name, VERBATIM) for name in wanted), rest=True)
    found = find_headers(book, layout)
    if not found.sheets:
        return list(found.seen)
    best = max(found.sheets, key=lambda item: len(item[1].at))[1]
    return [" ".join(title.split()) for title in best.titles if title]


def _fitting(name: str, titles: Sequence[str]) -> str | None:
    """The title that is the name, or the only one that is the name with brackets behind it."""
    key = title_key(name)
    same = [title for title in titles if title_key(title) == key]
    longer = [title for title in titles if title_key(title).startswith(f"{key}(")]
    return same[0] if same else longer[0] if len(longer) == 1 else None


def _cells(column: Any, meant: frozenset[str]) -> Any:
    """Text cells with what says that nothing was written as null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = column.combine_chunks().cast(pa.string()).dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = [
        None if word is None or (is_blank(word) and label_key(word) not in meant) else tidy(word)
        for word in encoded.dictionary.to_pylist()
    ]
    return pc.take(pa.array(words, pa.string()), encoded.indices)


def as_numbers(texts: Any, title: str) -> tuple[Any, int]:
    """Numbers as float64, NaN where there is none, and how many cells hold something that is no number.

    A unit in the title's brackets (万元) multiplies, as does one behind the number (3.5万元).
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    factor = _factor(title)
    plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN), False)
    cast = pc.if_else(plain, texts, None).cast(pa.float64())
    found = np.array(pc.fill_null(cast, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64) * factor
    odd = np.flatnonzero(np.asarray(pc.and_(pc.is_valid(texts), pc.invert(plain)).to_numpy(zero_copy_only=False)))
    wrong = 0
    for index, text in zip(odd.tolist(), texts.take(pa.array(odd)).to_pylist(), strict=True):
        number = _number(text, factor)
        wrong += number is None
        found[index] = np.nan if number is None else number
    return found, wrong


def _factor(title: str) -> int:
    """What the unit in a title's last brackets counts; 1 where it names none."""
    shown = half_width(title).strip()
    unit = shown[shown.rfind("(") + 1 : -1] if shown.endswith(")") and "(" in shown else ""
    return _UNITS.get(unit.partition("/")[0], 1)


def _number(text: str, factor: int) -> float | None:
    shown = squeeze(text).replace("，", ",").lstrip("￥¥")
    for unit in sorted(_UNITS, key=len, reverse=True):
        if shown.endswith(unit):
            shown, factor = shown[: -len(unit)], _UNITS[unit]
            break
    number = read_number(shown)
    return None if number is None else float(number) * factor
