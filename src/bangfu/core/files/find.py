"""Where a table's file lies."""

from __future__ import annotations

from pathlib import Path

from bangfu.core.files.remarks import FileError

ENDINGS = (".parquet", ".csv", ".xlsx", ".xls", ".xlsm")


def find_table(folder: Path, name: str) -> Path | None:
    """The file `NAME.parquet|csv|xlsx|xls|xlsm` or the folder `NAME/` of Parquet parts.

    None if there is none.

    Raises FileError where two lie side by side, since nobody knows which of them is meant.
    """
    candidates = [path for ending in ENDINGS if (path := _entry(folder, name + ending)) is not None]
    parts = folder / name
    if parts.is_dir() and any(parts.glob("*.parquet")):
        candidates.append(parts)
    if len(candidates) > 1:
        raise FileError("two_files", str(folder / name), found="、".join(path.name for path in candidates))
    return candidates[0] if candidates else None


def _entry(folder: Path, name: str) -> Path | None:
    """The file of that name; endings written in capitals (DEATHS.XLS from an old program) count too."""
    plain = folder / name
    if plain.is_file():
        return plain
    stem, dot, ending = name.rpartition(".")
    capital = folder / f"{stem}{dot}{ending.upper()}"
    return capital if capital.is_file() else None
