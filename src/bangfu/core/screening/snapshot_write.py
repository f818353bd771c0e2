"""Writes tables so that the same rows give the same bytes, and a household's rows lie together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROW_GROUP = 122_880
"""DuckDB's own unit of work."""


def in_order(table: Any, keys: Sequence[str]) -> Any:
    """The rows sorted by these columns, missing last; rows that are equal in all of them keep their order."""
    import pyarrow.compute as pc

    present = [key for key in keys if key in table.column_names]
    if not present or table.num_rows < 2:
        return table
    return table.take(pc.sort_indices(table, sort_keys=[(key, "ascending") for key in present]))


def write_table(table: Any, path: Path) -> None:
    """Write Parquet without anything that changes from run to run. The folder must exist."""
    import pyarrow.parquet as pq

    pq.write_table(
        table.replace_schema_metadata(None).combine_chunks(),
        path,
        compression="zstd",
        row_group_size=ROW_GROUP,
        store_schema=False,
        write_statistics=True,
        version="2.6",
    )
