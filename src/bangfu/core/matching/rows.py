"""Rows that say whom they are about: the columns of identity of any file, read and packed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bangfu.core.matching.names import Names, name_key, read_names
from bangfu.core.matching.numbers import (
    NO_NUMBER,
    Numbers,
    birth_days,
    number_text,
    packed_number,
    read_numbers,
    rows_of_length,
    text_chunks,
)
from bangfu.core.values.area import read_area_code
from bangfu.core.values.dates import parse_date
from bangfu.core.values.id_number import PROBLEMS, read_id_number
from bangfu.core.values.phone import read_phone
from bangfu.core.values.text import label_key

NO_DAY = -(2**31)
"""What stands for a date that is not known, among days since 1970."""
_MONTHS_FROM = 5
"""So many dates of birth, all of them the first of a month, are months: by chance once in twenty million files."""
MALE, FEMALE = 1, 2
_SEXES = {"男": MALE, "女": FEMALE, "male": MALE, "female": FEMALE, "m": MALE, "f": FEMALE, "1": MALE, "2": FEMALE}
_SEXES |= {"男性": MALE, "女性": FEMALE, "1.男": MALE, "2.女": FEMALE, "01": MALE, "02": FEMALE}
_DIGITS = re.compile(r"(?:\d[\s\u3000]*){14,}[\dXx×*]*")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Rows:
    """Identities of a file's rows, as arrays of one length.

    `numbers`, `names`: as read. `born`: int32, days since 1970 by the file's own column of birth dates, NO_DAY where it
    has none. `sex`: uint8, 0 where unknown. `phone`, `township`: int64, 0 where unknown. `texts`, `name_texts`: Arrow
    columns as written (None where the file has no such column); a number that stood there in eighteen plain characters
    is null in `texts`, since `numbers` says it all: use `written_numbers`. `swapped`: rows whose number and name stood
    in each other's column.
    """

    numbers: Numbers
    names: Names
    born: Any
    sex: Any
    texts: Any
    name_texts: Any
    phone: Any = None
    township: Any = None
    swapped: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.born)

    def take(self, index: Any) -> Rows:
        """The rows of an index array, in its order."""
        import numpy as np
        import pyarrow as pa

        places = pa.array(index)
        kept = {int(old): new for new, old in enumerate(np.asarray(index).tolist())} if self._sparse() else {}
        repairs = {kept[row]: done for row, done in self.numbers.repairs.items() if row in kept}
        return Rows(
            Numbers(self.numbers.packed[index], self.numbers.problems[index], repairs),
            Names(self.names.keys[index], self.names.long),
            self.born[index],
            self.sex[index],
            None if self.texts is None else self.texts.take(places),
            None if self.name_texts is None else self.name_texts.take(places),
            None if self.phone is None else self.phone[index],
            None if self.township is None else self.township[index],
            frozenset(kept[row] for row in self.swapped if row in kept),
        )

    def written_numbers(self, index: Any) -> list[str | None]:
        """The numbers of some rows as the file has them; from the column of names where the two were swapped."""
        import pyarrow as pa

        where = pa.array(index)
        nothing: list[str | None] = [None] * len(index)
        texts = nothing if self.texts is None else self.texts.take(where).cast(pa.string()).to_pylist()
        names = self.name_texts.take(where).cast(pa.string()).to_pylist() if self.swapped else nothing
        packed = self.numbers.packed[index].tolist()
        return [
            name if row in self.swapped else number_text(number) if text is None and number != NO_NUMBER else text
            for row, text, name, number in zip(list(index), texts, names, packed, strict=True)
        ]

    def _sparse(self) -> bool:
        return bool(self.numbers.repairs or self.swapped)

    def known_birth(self) -> Any:
        """The file's own date of birth, else the one in a well-formed number (int32, NO_DAY where neither is known)."""
        import numpy as np

        own = self.born
        well = (own == NO_DAY) & (self.numbers.packed != NO_NUMBER)
        if not well.any():
            return own
        return np.where(well, birth_days(np.where(well, self.numbers.packed, 0)), own)


def read_rows(columns: Mapping[str, Any]) -> Rows:
    """Read Arrow columns by the names of `files.identity`: id_number, name, birth_date, sex, phone, region_code.

    Any may be absent.
    """
    import numpy as np
    import pyarrow as pa

    length = max((len(column) for column in columns.values()), default=0)
    nothing = pa.nulls(length, pa.string())
    texts, names = columns.get("id_number"), columns.get("name")
    found = Rows(
        read_numbers(nothing if texts is None else texts),
        read_names(nothing if names is None else names),
        _whole(read_days(columns["birth_date"])) if "birth_date" in columns else np.full(length, NO_DAY, np.int32),
        read_sexes(columns["sex"]) if "sex" in columns else np.zeros(length, np.uint8),
        texts,
        names,
        read_phones(columns["phone"]) if "phone" in columns else None,
        read_townships(columns["region_code"]) if "region_code" in columns else None,
    )
    if texts is not None and names is not None:
        found = _unswapped(found)
    return found if texts is None else replace(found, texts=_unless_plain(texts, found.numbers))


def _unless_plain(texts: Any, numbers: Numbers) -> Any:
    """The texts that say more than the packed number does: millions of plain ones are not kept twice."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    odd = numbers.packed == NO_NUMBER
    odd[np.fromiter(numbers.repairs, np.int64, len(numbers.repairs))] = True
    kept, start = [], 0
    for chunk in text_chunks(texts):
        here = odd[start : start + len(chunk)] & np.asarray(chunk.is_valid())
        start += len(chunk)
        few = chunk.filter(pa.array(here))
        lengths = np.zeros(len(chunk) + 1, np.int32)
        lengths[1:][here] = np.asarray(pc.binary_length(few))
        # the same bytes with offsets for all rows: what is null takes no room
        bits = pa.array(here).buffers()[1]
        body = pa.py_buffer(b"".join(text.encode() for text in few.to_pylist()))
        offsets = pa.py_buffer(np.cumsum(lengths, dtype=np.int32))
        kept.append(pa.StringArray.from_buffers(len(chunk), offsets, body, bits))
    return pa.chunked_array(kept, pa.string())


def _whole(days: Any) -> Any:
    """The days, or none of them where they are months: a reader gives a month without a day its first one."""
    import numpy as np

    return np.full(len(days), NO_DAY, np.int32) if only_months(days) else days


def only_months(days: Any) -> bool:
    """Whether a column of dates, some of them NO_DAY, holds months: enough of them, and all the first of one."""
    known = days[days != NO_DAY]
    first_of_month = known.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(int)
    return len(known) >= _MONTHS_FROM and bool((first_of_month == known).all())


def read_days(column: Any, *, months: bool = False) -> Any:
    """A column of dates (date, timestamp or text) as days since 1970, NO_DAY where there is none, only a month (with
    `months` that is its first day), or it is unreadable.
    """
    import numpy as np
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.date32(), safe=False)
    if pa.types.is_date(column.type):
        days = column.cast(pa.date32()).cast(pa.int32())
        return np.asarray(days.fill_null(NO_DAY)).astype(np.int32, copy=False)
    encoded = column.cast(pa.string()).combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = encoded.cast(pa.string()).dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    start = np.datetime64("1970-01-01")
    answers = []
    for text in encoded.dictionary.to_pylist():
        read = parse_date(text or "")
        whole = read.value is not None and (months or read.note != "month_only")
        answers.append(int((np.datetime64(read.value) - start).astype(int)) if whole else NO_DAY)
    table = np.array([*answers, NO_DAY], np.int32)
    return table[np.asarray(encoded.indices.fill_null(len(answers)))]


def read_sexes(column: Any) -> Any:
    """A column of sexes as MALE, FEMALE, 0 where neither is written; by label, and 1 and 2 as GB/T 2261.1 has them."""
    import numpy as np
    import pyarrow as pa

    encoded = column.cast(pa.string())
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    encoded = encoded.dictionary_encode()
    table = [_SEXES.get(label_key(text or ""), 0) for text in encoded.dictionary.to_pylist()]
    return np.array([*table, 0], np.uint8)[np.asarray(encoded.indices.fill_null(len(table)))]


def read_phones(column: Any) -> Any:
    """A column of telephone numbers as integers, 0 where there is none that names somebody."""
    import numpy as np
    import pyarrow as pa

    found: list[Any] = []
    for chunk in text_chunks(column):
        numbers = np.zeros(len(chunk), np.int64)
        rows, text = rows_of_length(chunk, 11)
        plain = ((text - np.uint8(48)) < 10).all(axis=1) & (text[:, 0] == ord("1")) if len(rows) else np.zeros(0, bool)
        for place in range(11):
            numbers[rows[plain]] = numbers[rows[plain]] * 10 + (text[plain, place] - 48)
        rest = np.setdiff1d(np.arange(len(chunk)), rows[plain])
        for row, written in zip(rest.tolist(), chunk.take(pa.array(rest)).to_pylist(), strict=True):
            read = read_phone(written)
            numbers[row] = int(read.number) if read.problem in ("ok", "landline") and read.number else 0
        numbers[np.isin(numbers % 10**8, np.arange(10) * 11_111_111)] = 0  # 13800000000 and its like name nobody
        found.append(numbers)
    return np.concatenate(found) if found else np.empty(0, np.int64)


def read_townships(column: Any) -> Any:
    """A column of area codes as the nine digits of the township, 0 where a code is none or names a larger area."""
    import numpy as np
    import pyarrow as pa

    encoded = column.cast(pa.string())
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    encoded = encoded.dictionary_encode()
    table = []
    for text in encoded.dictionary.to_pylist():
        code = read_area_code(text or "").value
        deep = isinstance(code, str) and len(code) >= 9 and code[6:9] != "000"
        table.append(int(str(code)[:9]) if deep else 0)
    return np.array([*table, 0], np.int64)[np.asarray(encoded.indices.fill_null(len(table)))]


def _unswapped(rows: Rows) -> Rows:
    """Where the number stands in the name's column and the name in the number's, each is read from its right place."""
    import numpy as np
    import pyarrow as pa

    suspects = np.flatnonzero(rows.numbers.problems != PROBLEMS.index("ok"))
    if not len(suspects):
        return rows
    where = pa.array(suspects)
    packed, problems, keys = rows.numbers.packed.copy(), rows.numbers.problems.copy(), rows.names.keys.copy()
    repairs, swapped = dict(rows.numbers.repairs), set()
    written = zip(
        suspects.tolist(),
        rows.texts.take(where).cast(pa.string()).to_pylist(),
        rows.name_texts.take(where).cast(pa.string()).to_pylist(),
        strict=True,
    )
    for row, number, name in written:
        if name and _DIGITS.search(name) and not _HAN.search(name) and not (number and _DIGITS.search(number)):
            found = read_id_number(name)
            problems[row] = PROBLEMS.index(found.problem)
            packed[row] = packed_number(found)
            keys[row] = name_key(number, dict_of(rows.names))
            repairs[row] = (*found.repairs, "swapped")
            swapped.add(row)
    if not swapped:
        return rows
    numbers = Numbers(packed, problems, repairs)
    return replace(rows, numbers=numbers, names=Names(keys, rows.names.long), swapped=frozenset(swapped))


def dict_of(names: Names) -> dict[int, str]:
    """The texts behind hashed keys, to be added to."""
    long = names.long
    assert isinstance(long, dict)
    return long
