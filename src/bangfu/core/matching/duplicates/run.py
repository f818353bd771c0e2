"""Records of one person and one household that stand in the registry more than once, as a worklist with evidence.

Nothing is merged: people decide. `docs/howto/find-duplicates.md` says how to use the list.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.files.whole import whole_folder
from bangfu.core.matching.duplicates.answers import read_decisions
from bangfu.core.matching.duplicates.book import write_book
from bangfu.core.matching.duplicates.candidates import candidates
from bangfu.core.matching.duplicates.decided import Settled, settle
from bangfu.core.matching.duplicates.groups import Links
from bangfu.core.matching.duplicates.households import households, with_members
from bangfu.core.matching.duplicates.kinds import KINDS, SEVERITIES
from bangfu.core.matching.duplicates.pairs import judge
from bangfu.core.matching.duplicates.registry import NOWHERE, Registry, problems_of, read_registry
from bangfu.core.matching.duplicates.report import Described, Details, describe, details
from bangfu.core.matching.duplicates.table import duplicates_table
from bangfu.core.matching.names import NO_NAME
from bangfu.core.matching.rows import NO_DAY
from bangfu.core.values.words import PROBLEM_WORDS

MARK = "summary.json"
TABLE, BOOK = "duplicates.parquet", "duplicates.xlsx"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Found:
    """What a search gave: the groups in the order of their numbers, the table of their records, and the summary."""

    groups: list[Described]
    details: Details
    table: Any
    summary: dict[str, Any]


def find_duplicates(
    registry: Path, out: Path, *, decisions: Path | None = None, progress: Progress | None = None
) -> Found:
    """Search a registry folder for duplicates and write `out` whole or not at all.

    Writes duplicates.parquet, duplicates.xlsx and summary.json. `decisions`: what was decided earlier; groups that were
    found not to be the same are left out until one of their records changes. Raises FileError where the registry cannot
    be compared, which is never the same as finding none.
    """
    said = progress or (lambda *_: None)
    started = time.perf_counter()
    with whole_folder(out, MARK) as made:
        said("read", 0, 4)
        decided = {} if decisions is None else read_decisions(decisions)
        known = read_registry(registry)
        said("compare", 1, 4)
        settled, too_common = search(known, decided)
        said("describe", 2, 4)
        groups, told = _described(known, settled)
        table = duplicates_table(known, groups, told)
        summary = _summary(known, groups, settled, too_common)
        said("write", 3, 4)
        _write(table, made / TABLE)
        notes = [f"注意：{zh}。" for zh, _ in (*known.warnings, *_not_compared(summary))]
        summary["not_in_workbook"] = write_book(made / BOOK, groups, told, known.village_names, notes)
        summary["seconds"] = round(time.perf_counter() - started, 3)
        (made / MARK).write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        said("write", 4, 4)
    return Found(groups, told, table, summary)


def search(registry: Registry, decided: dict[str, dict[str, Any]]) -> tuple[Settled, int]:
    """The groups of a registry, and how many records too many others resemble to be compared by name and birth."""
    found = candidates(registry)
    judged = judge(registry, found)
    homes = households(registry, judged)
    links = Links(with_members(registry, judged, homes), homes, found.many)
    return settle(registry, links, decided), found.too_common


def _described(registry: Registry, settled: Settled) -> tuple[list[Described], Details]:
    import numpy as np

    persons = np.array(sorted({person for one in settled.groups for person in one.persons}), np.int64)
    told = details(registry, persons)
    groups = describe(registry, settled.links, settled.groups, told)
    for one in groups:
        notes = {settled.notes[person] for person in one.group.persons if person in settled.notes}
        one.decided = "；".join(sorted(notes))
    return groups, told


def _write(table: Any, path: Path) -> None:
    import pyarrow.parquet as pq

    words = ["kind", "also", "severity", "evidence_zh", "evidence_en", "check_zh", "check_en"]
    pq.write_table(table, path, use_dictionary=words, compression="snappy")


def _summary(registry: Registry, groups: list[Described], settled: Settled, too_common: int) -> dict[str, Any]:
    import numpy as np

    people = registry.people
    counts = Counter((KINDS[one.group.kinds[0]].code, SEVERITIES[one.group.severity].code) for one in groups)
    by_kind: dict[str, dict[str, int]] = {}
    for (kind, severity), count in sorted(counts.items()):
        by_kind.setdefault(kind, {})[severity] = count
    return {
        "persons": len(people),
        "households": len(registry.homes),
        "groups": len(groups),
        "records": sum(len(one.members) for one in groups),
        "by_kind": by_kind,
        "by_severity": dict(Counter(SEVERITIES[one.group.severity].code for one in groups)),
        "paid_twice": sum(bool(one.twice) for one in groups),
        "suppressed": settled.suppressed,
        "decided_but_not_corrected": settled.still_open,
        "not_compared": {
            "number": problems_of(people),
            "name": int(np.count_nonzero(people.rows.names.keys == NO_NAME)),
            "birth": int(np.count_nonzero(registry.birth == NO_DAY)),
            "household": int(np.count_nonzero(registry.home == NOWHERE)),
            "too_common": too_common,
        },
        "warnings": [{"zh": zh, "en": en} for zh, en in registry.warnings],
    }


def _not_compared(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """What could not be compared, in words for whoever reads the list."""
    left = summary["not_compared"]
    unusable = sum(left["number"].values())
    kinds = "、".join(f"{PROBLEM_WORDS[code]}{count}条" for code, count in sorted(left["number"].items()))
    told = [
        (
            unusable,
            f"{unusable}条记录没有可用的证件号码（{kinds}），只能按姓名和出生日期查",
            "records without a usable number",
        ),
        (left["name"], f"{left['name']}条记录没有姓名", "records without a name"),
        (left["birth"], f"{left['birth']}条记录没有出生日期", "records without a date of birth"),
        (left["household"], f"{left['household']}条记录没有户编号", "records without a household"),
        (
            left["too_common"],
            f"{left['too_common']}条记录与太多人同名同生日（多半是填充值），未按此比对",
            "records too alike",
        ),
        (
            summary["suppressed"],
            f"{summary['suppressed']}组以前核实为不同，记录未变，本次未列",
            "groups decided earlier",
        ),
    ]
    return [(zh, f"{count} {en}") for count, zh, en in told if count]
