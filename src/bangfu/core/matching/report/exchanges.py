"""Where an exchange of files left a record, the report names it.

The exchange log is one JSON object a line; only the fields below are read here. Whether the log is whole and its
signatures hold is for its own verification to say, not for a report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.report.folder import SourceRead

_REQUEST, _RECEIVED = "request", "received"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came: the record's number, the file by name and SHA-256, and when it was asked for and came (UTC)."""

    record_no: str
    file: str = ""
    sha256: str = ""
    asked_at: str = ""
    received_at: str = ""

    def told(self) -> dict[str, Any]:
        """As the report carries it."""
        return {"record_no": self.record_no, "asked_at": self.asked_at, "received_at": self.received_at}


def exchange_of(exchanges: Sequence[Exchange], source: SourceRead) -> Exchange | None:
    """The latest record of a source's file, by the hash of its content: a name proves nothing."""
    if not source.sha256:
        return None
    wanted = source.sha256.lower()
    return next((one for one in reversed(exchanges) if one.sha256.lower() == wanted), None)


def read_exchanges(log: Path) -> tuple[Exchange, ...]:
    """Every file that was taken in, in the order of the log, with the last request to its source before it.

    Raises DataError for a line that is no record: the log then has to be verified first.
    """
    asked: dict[str, str] = {}
    found = []
    for number, line in enumerate(log.read_bytes().splitlines(), 1):
        record = _record(log, number, line)
        time = str(record.get("time") or "")
        if record.get("kind") == _REQUEST:
            asked[str(record.get("recipient") or "")] = time
        elif record.get("kind") == _RECEIVED:
            source = str(record.get("source") or "")
            found.append(
                Exchange(
                    str(record.get("number", number)),
                    str(record.get("file") or ""),
                    str(record.get("sha256") or ""),
                    _minute(asked.get(source, "")) if source else "",
                    _minute(time),
                )
            )
    return tuple(found)


def _record(log: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict) or "kind" not in record:
        raise DataError(
            f"{log}: 第 {number} 行不是交换记录；请先核验交换日志 / "
            f"line {number} is no exchange record; verify the log first"
        )
    return record


def _minute(time: str) -> str:
    """2026-10-03T01:20:33.000001Z → 2026-10-03 01:20 UTC."""
    return f"{time[:10]} {time[11:16]} UTC" if len(time) >= 16 else time
