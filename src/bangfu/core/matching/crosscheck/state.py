"""What a later reader of results needs: which ingests they rest on, and what became of rows that were not certain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.matching.crosscheck.errors import DataError
from bangfu.core.matching.crosscheck.ranges import TableLinks
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.crosscheck.residual import Decided
from bangfu.core.matching.crosscheck.store import Store, open_store, read_arrow, write_arrow

FOLDER, FILE = "state", "state.json"


@dataclass(frozen=True)
class State:
    """The results of a folder, opened again. `allowed`: per table a mask along households where a register was kept."""

    registry: Registry
    stores: Mapping[str, Store]
    decided: Mapping[str, Decided]
    allowed: Mapping[str, Any]


def write_state(
    folder: Path,
    registry: Registry,
    links: Mapping[str, TableLinks],
    decided: Mapping[str, Decided],
    allowed: Mapping[str, Any],
) -> None:
    """Write `state/` into a folder of results: keys and places only."""
    import numpy as np
    import pyarrow as pa

    goal = folder / FOLDER
    goal.mkdir()
    for name, own in decided.items():
        others = [list(own.others.get(at, ())) for at in range(len(own.row))]
        columns = {
            "row": pa.array(own.row, pa.int64()),
            "person": pa.array(own.person, pa.int32()),
            "method": pa.array(own.method, pa.uint8()),
            "score": pa.array(own.score, pa.float32()),
            "review": pa.array(own.review, pa.bool_()),
            "others": pa.array(others, pa.list_(pa.int32())),
        }
        write_arrow(pa.table(columns), goal / f"{name}.arrow")
        if name in allowed:
            np.packbits(allowed[name]).tofile(goal / f"{name}.allowed")
    names = {"registry": registry.store.path.name, "tables": {name: own.store.path.name for name, own in links.items()}}
    (goal / FILE).write_text(json.dumps(names, sort_keys=True), encoding="utf-8")


def has_state(folder: Path) -> bool:
    """Whether a folder of results still has what `read_state` reads."""
    return (folder / FOLDER / FILE).is_file()


def read_state(folder: Path, ingest: str) -> State:
    """Open what a cross-check left in `folder`. Raises DataError where that is not complete."""
    try:
        names = json.loads((folder / FOLDER / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(f"{folder}: 不是核对结果 / this is no folder of a cross-check") from None
    opened = {name: open_store(folder / ingest / place) for name, place in names["tables"].items()}
    stores = {name: store for name, store in opened.items() if store is not None}
    registry = open_store(folder / ingest / names["registry"])
    if registry is None or len(stores) < len(opened):
        raise DataError(
            f"{folder}: 核对用的底稿已被删除，请重新运行 crosscheck / the ingests are gone: run crosscheck again"
        )
    people = Registry(registry)
    found = {name: _decided(folder / FOLDER / f"{name}.arrow") for name in stores}
    return State(people, stores, found, _allowed(folder / FOLDER, stores, people.households))


def _decided(path: Path) -> Decided:
    import numpy as np

    table = read_arrow(path)
    lane = {name: np.asarray(table.column(name)) for name in ("row", "person", "method", "score", "review")}
    others = {at: tuple(who) for at, who in enumerate(table.column("others").to_pylist()) if who}
    return Decided(lane["row"], lane["person"], lane["method"], lane["score"], lane["review"], others)


def _allowed(folder: Path, stores: Mapping[str, Store], households: int) -> dict[str, Any]:
    import numpy as np

    found = {}
    for name in stores:
        path = folder / f"{name}.allowed"
        if path.is_file():
            found[name] = np.unpackbits(np.fromfile(path, np.uint8), count=households).astype(bool)
    return found
