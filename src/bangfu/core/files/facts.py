"""Facts that one part of Bangfu hands to another as Parquet: the file itself says that its money is in fen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bangfu.core.files.layout import TableLayout

MONEY_IN_FEN = {"bangfu.money": "fen"}
"""Key and value of the file's metadata; a file without them has yuan, as every county's file does."""


def money_in_fen(path: Path) -> bool:
    """Whether a Parquet file says that its whole numbers of money are fen. False for any other file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        said = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return False
    return all(said.get(key.encode()) == value.encode() for key, value in MONEY_IN_FEN.items())


def in_fen(layout: TableLayout) -> TableLayout:
    """The layout of the same table with its money in fen."""
    columns = tuple(replace(column, fen=True) if column.kind == "money" else column for column in layout.columns)
    return replace(layout, columns=columns)
