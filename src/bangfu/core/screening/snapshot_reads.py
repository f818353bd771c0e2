"""Facts that are read off personal values, so that the values themselves stay out of the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bangfu.core.files.arrays import arrow_type
from bangfu.core.files.layout import ColumnLayout
from bangfu.core.values.id_number import IdReading, read_id_number
from bangfu.core.values.phone import PhoneReading, read_phone
from bangfu.core.values.text import label_key, name_key, name_problem

_COUNTED = {"groups", "in_group"}


class Identities:
    """The ID numbers of a table's rows, each distinct text read once."""

    def __init__(self, texts: Sequence[str | None]) -> None:
        read: dict[str | None, IdReading] = {text: read_id_number(text) for text in set(texts)}
        self.readings: list[IdReading] = [read[text] for text in texts]

    def numbers(self) -> list[str | None]:
        """The well-formed numbers; None where a number identifies nobody."""
        return [reading.number if reading.problem == "ok" else None for reading in self.readings]


def derive_reads(
    reads: str,
    texts: Sequence[str | None],
    households: Any,
    column: ColumnLayout,
    identities: Identities | None,
) -> Any:
    """The Arrow array of one `reads:` fact, e.g. `id_number.problem`, from the texts of its source
    column.

    `households` is the Arrow array of the rows' households, for counting. Raises LookupError for a
    reading that is not known, which is a mistake of the rulebook.
    """
    import pyarrow as pa

    source, _, aspect = reads.rpartition(".")
    if aspect in _COUNTED:
        return _counts(_same(source, texts, identities), households, aspect)
    if identities is not None:
        values: list[object] = [getattr(reading, aspect) for reading in _known(identities, aspect)]
    elif aspect == "problem":
        values = _problems(source, texts)
    else:
        raise LookupError(f"no such reading: {reads}")
    return pa.array(_coded(values, column), arrow_type(column))


def _known(identities: Identities, aspect: str) -> list[IdReading]:
    if aspect not in IdReading._fields:
        raise LookupError(f"no such reading: id_number.{aspect}")
    return identities.readings


def _phones(texts: Sequence[str | None]) -> list[PhoneReading]:
    read = {text: read_phone(text) for text in set(texts)}
    return [read[text] for text in texts]


def _problems(source: str, texts: Sequence[str | None]) -> list[object]:
    if source.endswith("phone"):
        return [reading.problem != "ok" for reading in _phones(texts)]
    judge: Callable[[str], bool | None] = name_problem
    return [None if text is None else judge(text) for text in texts]


def _same(source: str, texts: Sequence[str | None], identities: Identities | None) -> list[str | None]:
    """What two rows must share to count as the same: the repaired value.

    None where there is nothing to compare.
    """
    if identities is not None:
        return [reading.number for reading in identities.readings]
    if source.endswith("phone"):
        return [reading.number if reading.problem != "placeholder" else None for reading in _phones(texts)]
    return [name_key(text) if text else None for text in texts]


def _counts(values: list[str | None], households: Any, aspect: str) -> Any:
    """How many households carry each row's value, or how often it occurs within the row's own household."""
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = pa.array(values, pa.string()).dictionary_encode().indices
    groups = households.dictionary_encode(null_encoding="encode").indices
    frame = pa.table({"value": codes, "group": groups})
    if aspect == "groups":
        found = frame.group_by("value", use_threads=False).aggregate([("group", "count_distinct")])
        where = pc.index_in(codes, value_set=found.column("value").combine_chunks())
        count = found.column("group_count_distinct").combine_chunks().take(where)
    else:
        pair = pc.add(pc.multiply(codes.cast(pa.int64()), 1 << 32), groups.cast(pa.int64()))
        counted = pc.value_counts(pair)
        count = counted.field(1).take(pc.index_in(pair, value_set=counted.field(0)))
    return pc.if_else(pc.is_valid(codes), count.cast(pa.int64()), pa.scalar(None, pa.int64()))


def _coded(values: list[object], column: ColumnLayout) -> list[object]:
    """Words such as `male` as the values of the fact's code list, which may number them.

    A boolean for `problem`.
    """
    if column.kind == "boolean":
        return [value != "ok" if isinstance(value, str) else value for value in values]
    if column.kind != "code":
        return values
    labels: Mapping[str, int | str] = column.labels
    numbered = any(isinstance(value, int) for value in labels.values())
    return [
        labels.get(label_key(value), None if numbered else value) if isinstance(value, str) else value
        for value in values
    ]
