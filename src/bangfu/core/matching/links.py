"""The table of links: which row of a file is about which registered person, how that was found, and how sure it is."""

from __future__ import annotations

from typing import Any

from bangfu.core.matching.linking import NOBODY, Links
from bangfu.core.matching.methods import CODES, METHODS
from bangfu.core.matching.people import People
from bangfu.core.matching.reading import FileRows
from bangfu.core.values.id_number import PROBLEMS
from bangfu.core.values.words import PROBLEM_WORDS, REPAIR_WORDS

COLUMNS = ("row_no", "person_no", "method", "score", "review", "note")


def links_table(people: People, file: FileRows, links: Links) -> Any:
    """One row for each row of data of the file, in its order.

    `row_no` (int64, 0-based), `person_no` (in the registry's type; null where none is named), `method` (text,
    dictionary), `score` (float32, 0 to 1), `review` (boolean), `note` (text, Chinese; null where there is nothing to
    say).
    """
    import numpy as np
    import pyarrow as pa

    order = file.order
    read = order >= 0
    place = np.where(read, order, 0)

    def along(values: Any, unread: Any) -> Any:
        # no row at all may have been read
        return np.where(read, values[place], unread) if len(values) else np.full(len(order), unread)

    person = along(links.person, NOBODY)
    method = along(links.method, CODES["unreadable_row"])
    named = people.person_no.take(pa.array(np.maximum(person, 0), mask=person < 0))
    words = pa.array([entry.code for entry in METHODS])
    return pa.table(
        {
            "row_no": pa.array(np.arange(len(order), dtype=np.int64)),
            "person_no": named,
            "method": pa.DictionaryArray.from_arrays(pa.array(method.astype(np.int8)), words),
            "score": pa.array(along(links.score, 0).astype(np.float32)),
            "review": pa.array(along(links.review, True)),
            "note": _notes(people, file, links, place, read),
        }
    )


def _notes(people: People, file: FileRows, links: Links, place: Any, read: Any) -> Any:
    """Only a few rows have something to say: what was repaired, what is wrong, who else may be meant."""
    import numpy as np
    import pyarrow as pa

    rows = file.rows
    said: dict[int, str] = {}
    for row in {*rows.numbers.repairs, *np.flatnonzero(rows.numbers.problems).tolist(), *links.others}:
        said[row] = note_of(people, file, links, row)
    values = np.array(sorted(said), np.int64)
    texts = pa.array([said[row] or None for row in values.tolist()], pa.string())
    if not len(values):
        return pa.nulls(len(place), pa.string())
    at = np.minimum(np.searchsorted(values, place), len(values) - 1)
    return texts.take(pa.array(at, mask=(values[at] != place) | ~read))


def note_of(people: People, file: FileRows, links: Links, row: int) -> str:
    """What was repaired in a row, what is wrong with it, and which persons may be meant; without personal data."""
    numbers = file.rows.numbers
    parts = [REPAIR_WORDS[repair] for repair in numbers.repairs.get(row, ())]
    problem = PROBLEMS[numbers.problems[row]]
    if problem != "ok":
        parts.append("证件号码" + PROBLEM_WORDS[problem])
    if links.review[row] and (others := links.others.get(row, ())):
        parts.append("可能是：" + "、".join(str(people.person_no[who].as_py()) for who in others))
    return "；".join(parts)
