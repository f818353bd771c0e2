"""The small tables beside the facts: sources, contradictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.crosscheck.conflicts import KINDS, Conflict
from bangfu.core.matching.crosscheck.coverage import Source
from bangfu.core.matching.crosscheck.registry import NO_HOUSEHOLD, Registry


def write_sources(sources: Mapping[str, Source], counts: Mapping[str, Mapping[str, int]], path: Path) -> None:
    """One row per bureau table, those without a file as well."""
    import pyarrow as pa

    rows = []
    for table in catalogue().tables.values():
        source = sources.get(table.name)
        told = None if source is None else source.manifest
        rows.append(
            {
                "table": table.name,
                "label_zh": table.label.zh,
                "label_en": table.label.en,
                "file": None if source is None else source.path.name,
                "sha256": None if source is None else source.sha256,
                "source": None if told is None else told.source,
                "as_of": None if told is None else told.as_of,
                "received_on": None if told is None else told.received_on,
                "areas": None if told is None else list(told.areas),
                "period_from": None if told is None else told.start,
                "period_to": None if told is None else told.end,
                "legal_basis": None if told is None else told.legal_basis,
                "authorisation": None if told is None else told.authorisation,
                **{name: counts.get(table.name, {}).get(name) for name in ("rows", "linked", "review", "unlinked")},
            }
        )
    text, day, number = pa.string(), pa.date32(), pa.int64()
    schema = pa.schema(
        [
            *((name, text) for name in ("table", "label_zh", "label_en", "file", "sha256", "source")),
            ("as_of", day),
            ("received_on", day),
            ("areas", pa.list_(text)),
            ("period_from", day),
            ("period_to", day),
            ("legal_basis", text),
            ("authorisation", text),
            *((name, number) for name in ("rows", "linked", "review", "unlinked")),
        ]
    )
    _write(pa.Table.from_pylist(rows, schema=schema), path)


def conflict_rows(registry: Registry, conflicts: Iterable[Conflict]) -> tuple[Any, Any]:
    """Contradictions as an Arrow table, and the places of its persons.

    Columns: household_no, person_no, kind, fact, source, value, other_source, other_value, message_zh,
    message_en.

    In the order of households, persons and kinds.
    """
    import numpy as np
    import pyarrow as pa

    found = list(conflicts)
    place = np.array([conflict.place for conflict in found], np.int64)
    household = np.asarray(registry.store.mapped("household")[place]) if found else np.empty(0, np.int32)
    order = np.lexsort((np.arange(len(found)), place, household))
    found, place, household = [found[at] for at in order.tolist()], place[order], household[order]
    texts = {
        "kind": [conflict.kind for conflict in found],
        "fact": [KINDS[conflict.kind].fact for conflict in found],
        "source": [conflict.source for conflict in found],
        "value": [conflict.value for conflict in found],
        "other_source": [conflict.other_source for conflict in found],
        "other_value": [conflict.other_value for conflict in found],
        "message_zh": [conflict.message("zh") for conflict in found],
        "message_en": [conflict.message("en") for conflict in found],
    }
    table = pa.table(
        {
            "household_no": registry.household_no.take(pa.array(household, mask=household == NO_HOUSEHOLD)),
            "person_no": registry.all_person_no().take(pa.array(place)),
            **{name: pa.array(values, pa.string()) for name, values in texts.items()},
        }
    )
    return table, place


def write_conflicts(table: Any, path: Path) -> None:
    """Write what `conflict_rows` gave."""
    _write(table, path)


def _write(table: Any, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", version="2.6", store_schema=False)
