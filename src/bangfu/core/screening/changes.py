"""What is new, unchanged or gone since the previous run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bangfu.core.screening.dataset import DataError

Key = tuple[Any, ...]
FINDING_KEY = ("policy", "household_no", "person_no", "finding")
FLAG_KEY = ("id", "household_no", "person_no")


def previous_keys(path: Path, columns: tuple[str, ...]) -> dict[Key, dict[str, Any]]:
    """The rows of an earlier result by key, without those that were gone already."""
    import pyarrow.parquet as pq

    if not path.exists():
        raise DataError(
            f"--previous: {path} 不存在，需要一次完整运行的结果 / is not there; name the results of a full run"
        )
    rows = pq.read_table(path).to_pylist()
    return {tuple(row[c] for c in columns): row for row in rows if row["change"] != "gone"}


def mark_findings(parts: list[Path], previous: Path, schema: Any) -> list[dict[str, Any]]:
    """Mark each finding as new or unchanged in place; return those that are gone."""
    return _mark(parts, previous_keys(previous / "findings.parquet", FINDING_KEY), FINDING_KEY, schema)


def mark_flags(parts: list[Path], previous: Path) -> None:
    """Mark each alert or check as new or unchanged in place; those that are gone go to the last part."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not parts:
        return
    schema = pq.read_schema(parts[0])
    gone = _mark(parts, previous_keys(previous, FLAG_KEY), FLAG_KEY, schema)
    if gone:
        last = pq.read_table(parts[-1])
        joined = pa.concat_tables([last, pa.Table.from_pylist(gone, schema)])
        pq.write_table(joined, parts[-1], compression="snappy", store_schema=False)


def _mark(
    parts: list[Path], before: dict[Key, dict[str, Any]], columns: tuple[str, ...], schema: Any
) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    left = dict(before)
    for part in parts:
        rows = pq.read_table(part).to_pylist()
        for row in rows:
            key = tuple(row[c] for c in columns)
            row["change"] = "unchanged" if key in before else "new"
            left.pop(key, None)
        pq.write_table(pa.Table.from_pylist(rows, schema), part, compression="snappy", store_schema=False)
    return [{**row, "change": "gone"} for _, row in sorted(left.items(), key=lambda item: tuple(map(str, item[0])))]
