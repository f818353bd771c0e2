"""duplicates.parquet: one row for each record of each group; keys and words, no names and no numbers."""

from __future__ import annotations

from typing import Any

from bangfu.core.matching.duplicates.kinds import KINDS, SEVERITIES
from bangfu.core.matching.duplicates.registry import Registry
from bangfu.core.matching.duplicates.report import Described, Details, evidence_of

COLUMNS = {
    "group_no": "the group, counted from 1, the surest first",
    "kind": "what was found; the code of the group's kind",
    "also": "further kinds in the group, separated by commas",
    "severity": "`certain`, `likely` or `look`",
    "household_no": "the record's household, as the registry has it",
    "person_no": "the record, as the registry has it",
    "in_both": "whether the person stands in both households; null where no households are compared",
    "receives": "whether the record or its household receives a benefit; null without a table of benefits",
    "paid_twice": "whether a programme is paid to what may be one person or household twice",
    "evidence_zh": "what agrees and what differs, without names and numbers",
    "evidence_en": "the same in English",
    "check_zh": "what to find out",
    "check_en": "the same in English",
    "chance": "how many others would agree so by chance; null where a number agrees",
    "decided": "an earlier answer that has not settled the group; null where there is none",
    "fingerprint": "32 digits by which the group is known again until one of its records changes",
}
"""The columns and what they mean; `docs/commands.md` is compared with this."""


def duplicates_table(registry: Registry, groups: list[Described], known: Details) -> Any:
    """The Arrow table, in the order of the groups."""
    import pyarrow as pa

    rows: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for number, found in enumerate(groups, 1):
        kind = KINDS[found.group.kinds[0]]
        also = ",".join(KINDS[other].code for other in found.group.kinds[1:])
        alike = (number, kind.code, also, SEVERITIES[found.group.severity].code)
        for member in found.members:
            evidence = evidence_of(found, member, known)
            cells = (
                *alike, known.home_keys[member.person], known.person_keys[member.person], member.both, member.receives,
                bool(found.twice), *evidence, kind.check_zh, kind.check_en, member.chance, found.decided or None,
                found.group.fingerprint,
            )  # fmt: skip
            for name, cell in zip(COLUMNS, cells, strict=True):
                rows[name].append(cell)
    people = registry.people
    types = {
        "group_no": pa.int32(), "household_no": people.household_no.type, "person_no": people.person_no.type,
        "in_both": pa.bool_(), "receives": pa.bool_(), "paid_twice": pa.bool_(), "chance": pa.float64(),
    }  # fmt: skip
    return pa.table({name: pa.array(cells, types.get(name, pa.string())) for name, cells in rows.items()})
