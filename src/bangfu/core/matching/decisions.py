"""What reviewers decided, kept from month to month: this row is about that person, or is not.

A decision holds for the same identity in the same bureau's file and for the person as registered then: it lapses when
either changes. No name, number or date of birth is kept, only digests of them.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.linking import NOBODY, Links
from bangfu.core.matching.methods import CODES
from bangfu.core.matching.names import text_of
from bangfu.core.matching.numbers import NO_NUMBER, number_text
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import Rows
from bangfu.core.values.id_number import cleaned_number

YES, NO = "yes", "no"
_DIGITS = 32
_DIGEST = re.compile(rf"[0-9a-f]{{{_DIGITS}}}")


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer: `row` and `person` are digests, `answer` is yes or no, `day` an ISO date or empty."""

    row: str
    person_no: str
    person: str
    answer: str
    verifier: str
    day: str


def digests(source: str, rows: Rows, index: Iterable[int], born: Any = None) -> list[str]:
    """The digest of some rows' identities as `source` (the file's name without ending) gives them.

    A well-formed number counts by what it says, however it was written; any other as it stands. `born`: dates of birth
    along all rows in place of the file's own.
    """
    import numpy as np

    places = list(index)
    numbers = rows.written_numbers(np.array(places, np.int64)) if places else []
    found = []
    days = rows.born if born is None else born
    for place, written in zip(places, numbers, strict=True):
        packed = int(rows.numbers.packed[place])
        number = number_text(packed) if packed != NO_NUMBER else cleaned_number(written) if written else ""
        name = text_of(rows.names, int(rows.names.keys[place]))
        parts = (source, number, name, str(int(days[place])))
        found.append(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS])
    return found


def person_digests(people: People, index: Iterable[int]) -> list[str]:
    """The digest of what is registered of some persons."""
    return digests("", people.rows, index, people.birth)


def read_decisions(path: Path) -> dict[tuple[str, str], Decision]:
    """The last decision on each row and person; none where the file is not there yet.

    Raises DataError where it is no list of decisions, or a spreadsheet has spoilt it: a shortened digest would match
    nothing, and nobody knew.
    """
    if not path.exists():
        return {}
    names = [field.name for field in fields(Decision)]
    found: dict[tuple[str, str], Decision] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames is not None and not set(names) <= set(reader.fieldnames):
                columns = ", ".join(names)
                raise _unusable(path, f"应有列 {columns}", f"expected the columns {columns}")
            for line in reader:
                decision = Decision(**{name: line[name] or "" for name in names})
                _sound(path, reader.line_num, decision)
                found[decision.row, decision.person_no] = decision
    except UnicodeDecodeError:
        raise _unusable(
            path, "不是 UTF-8 编码，可能被表格软件另存过", "not UTF-8: was it saved by a spreadsheet?"
        ) from None
    except csv.Error as error:
        raise _unusable(path, f"不是 CSV（{error}）", f"no CSV ({error})") from None
    return found


def _sound(path: Path, line: int, decision: Decision) -> None:
    if not _DIGEST.fullmatch(decision.row) or not (decision.person == "" or _DIGEST.fullmatch(decision.person)):
        raise _unusable(
            path, f"第 {line} 行的编号不完整", f"line {line}: row and person must be {_DIGITS} characters 0-9, a-f"
        )
    if decision.answer not in (YES, NO) or not decision.person_no:
        raise _unusable(
            path, f"第 {line} 行没有答案或人编号", f"line {line}: no person, or an answer other than yes, no"
        )


def _unusable(path: Path, zh: str, en: str) -> DataError:
    return DataError(
        f"{path}: 不是核实结果文件：{zh}；请用 bangfu reviews read 重新生成 / "
        f"not a file of decisions: {en}; write it again with bangfu reviews read"
    )


def add_decisions(path: Path, more: Iterable[Decision]) -> None:
    """Append decisions; the file is complete before and after, and readable by its owner only."""
    names = [field.name for field in fields(Decision)]
    before = path.read_text(encoding="utf-8-sig") if path.exists() else ",".join(names) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(before)
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([getattr(decision, name) for name in names] for decision in more)
        Path(made).replace(path)
    finally:
        Path(made).unlink(missing_ok=True)


def apply_decisions(
    people: People, source: str, rows: Rows, links: Links, decisions: Mapping[tuple[str, str], Decision]
) -> tuple[int, int]:
    """Settle, in place, rows that a reviewer has decided; returns how many were settled, and how many decisions have
    lapsed because the registered person is no longer the same."""
    import numpy as np

    if not decisions:
        return 0, 0
    at = np.flatnonzero(links.review).tolist()
    by_row: dict[str, list[Decision]] = {}
    for decision in decisions.values():
        by_row.setdefault(decision.row, []).append(decision)
    settled = lapsed = 0
    for row, digest in zip(at, digests(source, rows, at), strict=True):
        given = by_row.get(digest)
        if given is None:
            continue
        persons = _persons(people, given)
        holding = [one for one in given if one.person_no in persons and persons[one.person_no][1] == one.person]
        lapsed += len(given) - len(holding)
        settled += _settle(links, row, {persons[one.person_no][0]: one.answer for one in holding})
    return settled, lapsed


def _persons(people: People, decisions: Iterable[Decision]) -> dict[str, tuple[int, str]]:
    """Where the persons of decisions stand, with the digest of what is registered of them now."""
    import pyarrow as pa
    import pyarrow.compute as pc

    asked = sorted({decision.person_no for decision in decisions})
    numbers = people.person_no.cast(pa.string())
    places = pc.index_in(pa.array(asked), value_set=_flat(numbers)).to_pylist()
    found = {number: place for number, place in zip(asked, places, strict=True) if place is not None}
    prints = person_digests(people, found.values())
    return {number: (place, digest) for (number, place), digest in zip(found.items(), prints, strict=True)}


def _flat(column: object) -> object:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _settle(links: Links, row: int, answers: Mapping[int, str]) -> int:
    """One row by what is answered of its candidates; 1 where it is settled now."""
    yes = [person for person, answer in answers.items() if answer == YES]
    if len(yes) == 1:
        links.put(row, yes[0], "decision", 1.0, False)
        links.others.pop(row, None)
        return 1
    named = {int(links.person[row])} - {NOBODY}
    possible = [who for who in (*named, *links.others.get(row, ())) if answers.get(who) != NO]
    links.others[row] = tuple(dict.fromkeys(possible))
    if named - set(possible):
        links.person[row] = NOBODY
        links.method[row] = CODES["several"] if possible else CODES["no_candidate"]
    if not possible:
        links.put(row, NOBODY, "no_candidate", 0.0, False)
        links.others.pop(row, None)
        return 1
    return 0
