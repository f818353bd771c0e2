"""ID numbers by the million: the well-formed ones packed into integers, the rest read one by one.

Seventeen digits fit an int64 and the eighteenth follows from them, so a packed number sorts, compares and merges as
fast as the machine can. Whatever is not eighteen plain characters goes through `read_id_number`, text by text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bangfu.core.files.sheet import cell_text
from bangfu.core.values.id_number import PROBLEMS, IdReading, read_id_number

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643: the weights of the first seventeen digits; `CHECKS` is the eighteenth by their sum modulo 11."""
CHECKS = "10X98765432"
NO_NUMBER = -1
"""What stands where a text identifies nobody."""
_BLOCK = 1 << 21
_MISSING = PROBLEMS.index("missing")
_BAD_LENGTH = PROBLEMS.index("bad_length")
_PLACEHOLDER = PROBLEMS.index("placeholder")
_BAD_CHECKSUM = PROBLEMS.index("bad_checksum")
_IMPOSSIBLE = PROBLEMS.index("impossible_date")


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of ID numbers, read.

    `packed`: int64, the first seventeen digits of a well-formed number, else NO_NUMBER. `problems`: uint8, indexes into
    PROBLEMS; a certificate number with a wrong suffix has one and is packed all the same. `repairs`: what was repaired,
    by row, only for rows where something was.
    """

    packed: Any
    problems: Any
    repairs: Mapping[int, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.packed)


def read_numbers(column: Any) -> Numbers:
    """Read an Arrow column of ID numbers, of any type that prints as text. One answer per row."""
    import numpy as np

    blocks: list[tuple[Any, Any]] = []
    repairs: dict[int, tuple[str, ...]] = {}
    seen: dict[str | None, tuple[int, int, tuple[str, ...]]] = {}
    start = 0
    for chunk in text_chunks(column):
        for at in range(0, len(chunk), _BLOCK):
            piece = chunk.slice(at, _BLOCK)
            packed, problems, rest = _plain(piece)
            _other_lengths(piece, rest, packed, problems, repairs, start)
            _one_by_one(piece, rest, packed, problems, seen, repairs, start)
            blocks.append((packed, problems))
            start += len(piece)
    if not blocks:
        return Numbers(np.empty(0, np.int64), np.empty(0, np.uint8), {})
    return Numbers(np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks]), repairs)


def text_chunks(column: Any) -> list[Any]:
    """The chunks of an Arrow column as plain text arrays with 32-bit offsets."""
    import pyarrow as pa

    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return [chunk if chunk.type == pa.string() else _as_text(chunk) for chunk in chunks]


def _as_text(chunk: Any) -> Any:
    """A chunk as text. Numbers that a spreadsheet kept as such are written out as far as it holds them."""
    import pyarrow as pa

    if pa.types.is_floating(chunk.type):
        return pa.array([None if number is None else cell_text(number) for number in chunk.to_pylist()], pa.string())
    return chunk.cast(pa.string())


def raw_bytes(array: Any) -> tuple[Any, Any, Any]:
    """A text array's bytes (uint8), the offset of each row (n + 1), and which rows are not null."""
    import numpy as np

    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    body = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    valid = np.asarray(array.is_valid()) if array.null_count else np.ones(len(array), bool)
    return body, bounds, valid


def rows_of_length(array: Any, length: int) -> tuple[Any, Any]:
    """The rows of just that many bytes, and their bytes as a matrix (rows × length, uint8)."""
    import numpy as np

    body, bounds, valid = raw_bytes(array)
    fits = (np.diff(bounds) == length) & valid
    if fits.all() and len(array):
        return np.arange(len(array)), body[bounds[0] : bounds[-1]].reshape(-1, length)
    rows = np.flatnonzero(fits)
    if not len(rows):
        return rows, np.empty((0, length), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(body, length)
    return rows, windows[bounds[rows]]


def _plain(array: Any) -> tuple[Any, Any, Any]:
    """Packed numbers and problems of the rows that are eighteen plain characters, and which rows those are not."""
    import numpy as np

    packed = np.full(len(array), NO_NUMBER, np.int64)
    problems = np.full(len(array), _MISSING, np.uint8)
    rest = np.ones(len(array), bool)
    rows, text = rows_of_length(array, 18)
    if not len(rows):
        return packed, problems, rest
    digits = text - np.uint8(48)
    is_x = text[:, 17] == 88
    plain = (digits[:, :17] < 10).all(axis=1) & ((digits[:, 17] < 10) | is_x)
    if not plain.all():
        rows, digits, is_x = rows[plain], digits[plain], is_x[plain]
    number, check = pack_digits(digits[:, :17])
    last = np.where(is_x, 10, digits[:, 17])
    problem = np.zeros(len(rows), np.uint8)
    problem[~real_dates(number)] = _IMPOSSIBLE
    problem[check != last] = _BAD_CHECKSUM
    same = np.flatnonzero(number % 111_111_111_111_111_11 == 0)
    problem[same[last[same] == digits[same, 0]]] = _PLACEHOLDER  # one digit all along, the last one too
    problem[number // 10**11 == 999999] = _PLACEHOLDER
    packed[rows] = np.where(problem == 0, number, NO_NUMBER)
    problems[rows] = problem
    rest[rows] = False
    return packed, problems, rest


def _other_lengths(
    array: Any, rest: Any, packed: Any, problems: Any, repairs: dict[int, tuple[str, ...]], start: int
) -> None:
    """Blanks, and the commonest slips that need no second look: a digit too few or too many, and numbers of fifteen."""
    import numpy as np

    if array.null_count:
        rest &= np.asarray(array.is_valid())
    for width in (15, 17, 19):
        rows, text = rows_of_length(array, width)
        digits = text - np.uint8(48)
        plain = (digits < 10).all(axis=1) & ~(digits[:, :6] == 9).all(axis=1)
        plain &= (digits != digits[:, :1]).any(axis=1)
        if width == 15:  # the sequence numbers 996 to 999 were kept for centenarians
            plain &= ~((digits[:, 12:14] == 9).all(axis=1) & (digits[:, 14] >= 6))
        rows, digits = rows[plain], digits[plain]
        rest[rows] = False
        problems[rows] = _BAD_LENGTH
        if width == 15 and len(rows):
            century = np.broadcast_to(np.array([1, 9], np.uint8), (len(rows), 2))
            number, _ = pack_digits(np.hstack([digits[:, :6], century, digits[:, 6:]]))
            sound = real_dates(number)
            packed[rows] = np.where(sound, number, NO_NUMBER)
            problems[rows] = np.where(sound, 0, _IMPOSSIBLE)
            repairs.update(dict.fromkeys((rows + start).tolist(), ("fifteen_digits",)))


def pack_digits(digits: Any) -> tuple[Any, Any]:
    """A matrix of digits (rows × 17) as packed numbers and the check digits that belong to them (10 is X)."""
    import numpy as np

    number = np.zeros(len(digits), np.int64)
    total = np.zeros(len(digits), np.int32)
    for position, weight in enumerate(WEIGHTS):
        digit = digits[:, position]
        number *= 10
        number += digit
        total += digit.astype(np.int32) * weight
    return number, _check_values()[total % 11]


@cache
def _check_values() -> Any:
    import numpy as np

    return np.array([10 if text == "X" else int(text) for text in CHECKS], np.uint8)


@cache
def _calendar() -> Any:
    """Which yyyymmdd of the years 1850 to 2100 exist, indexed by year − 1850 and mmdd."""
    import numpy as np

    days = np.zeros((251, 10_000), bool)
    lengths = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    for month, length in enumerate(lengths, 1):
        days[:, month * 100 + 1 : month * 100 + length + 1] = True
    leap = [year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) for year in range(1850, 2101)]
    days[:, 229] = leap
    return days


def real_dates(packed: Any) -> Any:
    """Whether the eight digits of birth in a packed number are a day of the years 1850 to 2100."""
    import numpy as np

    born = packed // 1000 % 10**8
    year = born // 10_000 - 1850
    within = (year >= 0) & (year <= 250)
    return within & _calendar()[np.where(within, year, 0), born % 10_000]


def birth_days(packed: Any) -> Any:
    """The date of birth in well-formed packed numbers as days since 1970 (int32); any value where it is none."""
    import numpy as np

    born = packed // 1000 % 10**8
    year = np.clip(born // 10_000 - 1850, 0, 250)
    return _days()[year, born % 10_000]


@cache
def _days() -> Any:
    """Days since 1970 of every yyyymmdd, indexed as `_calendar` is."""
    import numpy as np

    days = np.zeros((251, 10_000), np.int32)
    year, month_day = np.nonzero(_calendar())
    start = np.datetime64("1850-01-01").astype(np.int32)
    days[year, month_day] = np.arange(start, start + len(year))
    return days


def packed_number(found: IdReading) -> int:
    """A reading's number packed; NO_NUMBER where it identifies nobody. A wrong suffix leaves the number what it is."""
    return int(found.number[:17]) if found.problem in ("ok", "bad_suffix") and found.number else NO_NUMBER


def end_in_zeros(packed: Any) -> Any:
    """Whether each well-formed number ends in 000, as a spreadsheet leaves one whose last digits it has lost.

    One in eleven of these is well-formed all the same; so is one in a thousand of the sound ones.
    """
    import numpy as np

    ending = (packed >= 0) & (packed % 100 == 0)
    found = np.zeros(len(packed), bool)
    rows = np.flatnonzero(ending)
    if len(rows):
        digits = packed[rows, None] // np.array([10**place for place in range(16, -1, -1)]) % 10
        found[rows] = pack_digits(digits.astype(np.uint8))[1] == 0
    return found


def number_text(packed: int) -> str:
    """The eighteen characters of a packed number."""
    digits = f"{packed:017d}"
    return digits + CHECKS[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]


def _one_by_one(
    array: Any,
    rest: Any,
    packed: Any,
    problems: Any,
    seen: dict[str | None, tuple[int, int, tuple[str, ...]]],
    repairs: dict[int, tuple[str, ...]],
    start: int,
) -> None:
    """Read the rows of `rest` as texts, each distinct text once, into `packed`, `problems` and `repairs`."""
    import numpy as np
    import pyarrow as pa

    rows = np.flatnonzero(rest)
    if not len(rows):
        return
    for row, text in zip(rows.tolist(), array.take(pa.array(rows)).to_pylist(), strict=True):
        if text not in seen:
            found = read_id_number(text)
            seen[text] = (packed_number(found), PROBLEMS.index(found.problem), found.repairs)
        packed[row], problems[row], done = seen[text]
        if done:
            repairs[start + row] = done
