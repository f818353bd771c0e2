"""The table of villages, which the registry has no rows of: their names come from the tree of areas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bangfu.office.areas import api as areas

if TYPE_CHECKING:
    from bangfu.core.rulebook.model import Rulebook


def write_villages(folder: Path, area_code: str, book: Rulebook) -> None:
    """The names of villages and townships, by which forms and documents find them; there are no figures of them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = next((t for t in book.tables.values() if t.of == "village" and t.key), None)
    if table is None:
        return
    rows = list(areas.within((area_code,)).filter(level="village").order_by("code").values_list("code", "name"))
    if not rows:
        return
    townships = areas.names({code[:9] for code, _name in rows})
    columns = {
        str(table.key): [code for code, _name in rows],
        "name": [name for _code, name in rows],
        "township_name": [townships[code[:9]] for code, _name in rows],
    }
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    pq.write_table(pa.table(columns), folder / f"{table.file}.parquet")
