"""Reading the whole log again: does every row follow from the one before, and every chain end where its head says?

Rows are streamed in the order of their chains, in batches, in constant memory, from one snapshot of the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from bangfu.office.audit.chain import MAIN, audit_key, canonical_row, head_seal, moment, row_hasher
from bangfu.office.privacy.api import MasterKey

BATCH = 10_000
MOST = 50
"""Findings that are told one by one; more are counted."""
_COLUMNS = (
    "stream, seq, {at}, actor_key, actor_name, kind, subject_type, subject_id, area_code, purpose, "
    "before, after, sealed, subject_key_id, previous, hash, id"
)
_ORDER = f"ORDER BY stream, seq, id LIMIT {BATCH}"


def _columns() -> str:
    # as text on SQLite, so that a time that was spoilt can still be read and told
    return _COLUMNS.format(at="at || ''" if connection.vendor == "sqlite" else "at")


MEANINGS: dict[str, tuple[str, str]] = {
    "edited": ("内容被改动：校验值与内容不符", "was edited: its hash does not belong to what it says"),
    "link": (
        "与前一条不衔接：有记录被插入、删除或调换",
        "does not follow the row before: a row was inserted, removed or reordered",
    ),
    "removed": ("缺失：记录被删除", "is missing: rows were removed"),
    "twice": ("序号重复：记录被插入", "stands twice: a row was inserted"),
    "order": ("登记次序被调换", "was moved: it was written in another order"),
    "truncated": ("链的末尾被截去", "is cut off: rows were removed from the end"),
    "beyond": ("超出链头：有记录绕过系统写入", "goes beyond its head: a row was written past the office"),
    "end": ("末条与链头不符：末条被替换", "ends otherwise than its head says: the last row was replaced"),
    "seal": ("链头封印不符：链头被伪造", "has a forged head: the seal is not ours"),
    "headless": ("没有链头：链头被删除", "has no head: the head was removed"),
    "unanchored": ("没有在主链登记：整条链为另行写入", "is not anchored in the main chain: it was written past the office"),
    "anchor": ("与主链登记不符：锚定后被改动", "differs from its anchor in the main chain"),
    "gone": ("主链登记的链不存在：整条链被删除", "is anchored in the main chain, but gone: all of it was removed"),
    "expected": ("与先前保存的链头不符：日志被整体替换或截去", "does not hold the head that was kept: the log was replaced or cut"),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something wrong: its code, the chain, the place in it (0 for the chain as a whole), the row's ID in the table."""

    code: str
    stream: str
    seq: int = 0
    row: int | None = None
    last: int = 0

    def text(self, language: str = "zh") -> str:
        """Which row, and what it means."""
        zh = language.startswith("zh")
        meaning = MEANINGS[self.code][0 if zh else 1]
        place = f"{self.stream}:{self.seq}" + (f"–{self.last}" if self.last > self.seq else "")
        row = "" if self.row is None else f"（表中 {self.row} 号）" if zh else f" (row {self.row})"
        return f"{place}{row} {meaning}"


@dataclass
class Report:
    """What a verification saw. `head` is COUNT:HASH of the main chain, for keeping elsewhere."""

    rows: int = 0
    streams: int = 0
    head: str = ""
    found: list[Finding] = field(default_factory=list)
    total: int = 0

    @property
    def good(self) -> bool:
        """Nothing was found."""
        return self.total == 0

    def add(self, finding: Finding) -> None:
        """Told one by one up to MOST, then counted."""
        self.total += 1
        if len(self.found) < MOST:
            self.found.append(finding)


@dataclass
class _End:
    count: int = 0
    last: bytes = b""
    row: int | None = None


class _Reader:
    """Follows the chains row by row."""

    def __init__(self, key: MasterKey, expect: tuple[int, str] | None) -> None:
        self.key, self.expect, self.met = key, expect, False
        self.hash = row_hasher(key)
        self.report = Report()
        self.ends: dict[str, _End] = {}
        self.anchors: dict[str, tuple[int, str]] = {}
        self.accepted: tuple[bytes, ...] = ()
        self.stream, self.place, self.row = "", 0, -1

    def read(self, values: tuple[Any, ...]) -> None:
        """One row."""
        stream, seq, previous, stored, row = values[0], values[1], bytes(values[14]), bytes(values[15]), values[16]
        report = self.report
        report.rows += 1
        if stream != self.stream or not self.ends:
            self.stream, self.place, self.row, self.accepted = stream, 0, -1, (b"",)
            self.ends[stream] = _End()
        if seq == self.place:
            report.add(Finding("twice", stream, seq, row))
        elif seq != self.place + 1:
            report.add(Finding("removed", stream, self.place + 1, None, seq - 1))
        elif previous not in self.accepted:
            report.add(Finding("link", stream, seq, row))
        if row < self.row:
            report.add(Finding("order", stream, seq, row))
        plain, after = _plain(values)
        computed = self.hash(canonical_row(plain), previous) if plain else b""
        if computed != stored:
            report.add(Finding("edited", stream, seq, row))
        # one edited row is one finding: the next may follow the hash that was or the one that is
        self.accepted = (stored,) if computed == stored else (stored, computed)
        self.place, self.row = seq, row
        end = self.ends[stream]
        end.count, end.last, end.row = seq, stored, row
        if stream == MAIN:
            self._main(seq, stored, after)

    def _main(self, seq: int, stored: bytes, after: Any) -> None:
        if self.expect and self.expect[0] == seq and self.expect[1] == stored.hex():
            self.met = True
        if isinstance(after, dict) and after.keys() == {"stream", "count", "hash"}:
            self.anchors[str(after["stream"])] = (after["count"], after["hash"])

    def close(self, heads: dict[str, tuple[int, bytes, bytes]]) -> Report:
        """Compare the ends of the chains with their heads and anchors."""
        report = self.report
        for stream, (count, last, seal) in heads.items():
            if seal != head_seal(stream, count, last, self.key) and (count or last or seal):
                report.add(Finding("seal", stream))
            end = self.ends.get(stream, _End())
            if end.count < count:
                report.add(Finding("truncated", stream, end.count + 1, None, count))
            elif end.count > count:
                report.add(Finding("beyond", stream, count + 1, None, end.count))
            elif end.last != last:
                report.add(Finding("end", stream, count, end.row))
        for stream in self.ends.keys() - heads.keys():
            report.add(Finding("headless", stream))
        for stream, end in self.ends.items():
            if stream != MAIN and stream not in self.anchors:
                report.add(Finding("unanchored", stream))
            elif stream != MAIN and self.anchors[stream] != (end.count, end.last.hex()):
                report.add(Finding("anchor", stream, end.count, end.row))
        for stream, (count, _) in self.anchors.items():
            if stream not in self.ends and count:
                report.add(Finding("gone", stream))
        main = self.ends.get(MAIN, _End())
        report.head, report.streams = f"{main.count}:{main.last.hex()}", len(self.ends)
        if self.expect and self.expect[0] and not self.met:
            report.add(Finding("expected", MAIN, self.expect[0]))
        return report


def _sqlite_moment(text: str) -> str:
    """SQLite holds times as text in UTC, the fraction left out where it is zero."""
    return f"{text[:10]}T{text[11:]}{'' if len(text) > 19 else '.000000'}+00:00"


_decode = json.JSONDecoder().decode


def _plain(values: tuple[Any, ...]) -> tuple[tuple[Any, ...] | None, Any]:
    """A row's values as the hash covers them and its `after`; None where the row no longer reads as one of ours."""
    at, before, after, sealed = values[2], values[10], values[11], values[12]
    try:
        text = moment(at) if isinstance(at, datetime) else _sqlite_moment(at)
        before = before if before is None else _decode(before)
        after = after if after is None else _decode(after)
        hexed = None if sealed is None else bytes(sealed).hex()
    except (TypeError, ValueError):
        return None, None
    return (*values[:2], text, *values[3:10], before, after, hexed, values[13]), after


@contextmanager
def _snapshot() -> Iterator[None]:
    """All statements within see one state of the database, and nobody's writing is held up."""
    if connection.in_atomic_block:
        yield
        return
    begin = "BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def verify(expect: tuple[int, str] | None = None, progress: Callable[[int], object] = lambda _rows: None) -> Report:
    """Read the whole log. `expect` is an earlier head of the main chain that it must still hold."""
    reader = _Reader(audit_key(), expect)
    with _snapshot(), connection.cursor() as cursor:
        cursor.execute('SELECT stream, count, hash, seal FROM "audit_head"')
        heads = {s: (count, bytes(last), bytes(seal)) for s, count, last, seal in cursor.fetchall()}
        columns = _columns()
        cursor.execute(f'SELECT {columns} FROM "audit_entry" {_ORDER}')
        while rows := cursor.fetchall():
            for row in rows:
                reader.read(row)
            progress(reader.report.rows)
            if len(rows) < BATCH:
                break
            sql = f'SELECT {columns} FROM "audit_entry" WHERE (stream, seq, id) > (%s, %s, %s) {_ORDER}'
            cursor.execute(sql, (rows[-1][0], rows[-1][1], rows[-1][16]))
    return reader.close(heads)


def head() -> str:
    """COUNT:HASH of the main chain as it stands, without reading the log."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT count, hash FROM "audit_head" WHERE stream = %s', (MAIN,))
        count, last = cursor.fetchone() or (0, b"")
    return f"{count}:{bytes(last).hex()}"
