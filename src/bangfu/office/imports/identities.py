"""ID numbers of a file, a column at a time: their normal forms, which stand twice, which check digits do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bangfu.core.values.id_number import read_id_number

_REGULAR = r"^[0-9]{17}[0-9X]$"
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_DIGITS = np.frombuffer(b"10X98765432", np.uint8)


@dataclass(frozen=True)
class Identities:
    """Per row the normal form (None where no number can be told), rows with one, rows whose check digit does not fit.

    `twice` gives, for each number that stands more than once, the rows of the file where it does.
    """

    texts: Sequence[str | None]
    given: Sequence[int]
    doubtful: Sequence[int]
    twice: Mapping[str, str]

    @property
    def empty(self) -> bool:
        """True where there is no number at all."""
        return not self.given

    def part(self, start: int, length: int) -> Identities:
        """Those of a chunk, with what stands twice in the whole file."""
        end = start + length
        low, high = np.searchsorted(self.given, (start, end))
        first, last = np.searchsorted(self.doubtful, (start, end))
        return Identities(
            self.texts[start:end],
            [i - start for i in self.given[low:high]],
            [i - start for i in self.doubtful[first:last]],
            self.twice,
        )

    @classmethod
    def of(cls, table: pa.Table, rows: Sequence[int] | None = None) -> Identities:
        """The numbers of the column id_number. `rows` names the rows in the file, where repeats are to be told."""
        if "id_number" not in table.column_names or not table.num_rows:
            return cls([None] * table.num_rows, [], [], {})
        raw = table.column("id_number").combine_chunks()
        regular = pc.fill_null(pc.match_substring_regex(raw, _REGULAR), False)
        doubtful = _misfits(raw, regular)
        texts = raw.to_pylist()
        odd = pc.and_(pc.invert(regular), pc.is_valid(raw))
        for index in pc.indices_nonzero(odd).to_pylist():
            reading = read_id_number(texts[index])
            texts[index] = reading.number
            if reading.problem not in ("ok", "missing", "placeholder"):
                doubtful.append(index)
                texts[index] = texts[index] or None
        given = [index for index, text in enumerate(texts) if text]
        return cls(texts, given, sorted(doubtful), _repeats(texts, rows) if rows is not None else {})


def _misfits(raw: pa.Array, regular: pa.Array) -> list[int]:
    """Rows of regular numbers whose last character is not the one that GB 11643 asks for."""
    at = pc.indices_nonzero(regular).to_numpy()
    if not len(at):
        return []
    fixed = raw.filter(regular).cast(pa.binary(18)) if pa.types.is_string(raw.type) else None
    assert fixed is not None
    data = np.frombuffer(fixed.buffers()[1], np.uint8)[: len(at) * 18].reshape(-1, 18)
    expected = _DIGITS[((data[:, :17].astype(np.int64) - 48) @ _WEIGHTS) % 11]
    return [int(index) for index in at[expected != data[:, 17]]]


def _repeats(texts: Sequence[str | None], rows: Sequence[int]) -> dict[str, str]:
    counts = pc.value_counts(pa.array(texts, pa.string()))
    many = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").to_pylist()
    wanted = {text for text in many if text}
    if not wanted:
        return {}
    places: dict[str, list[int]] = {}
    for text, row in zip(texts, rows, strict=True):
        if text in wanted:
            places.setdefault(text, []).append(row)
    return {text: "、".join(str(row) for row in found[:6]) for text, found in places.items() if text is not None}
