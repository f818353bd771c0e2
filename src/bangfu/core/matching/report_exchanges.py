"""Where an exchange of files left a record, the report names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.core.matching.report_folder import SourceRead


@dataclass(frozen=True, slots=True)
class Exchange:
    """One record of the exchange log: its number, the file that came (by name and SHA-256), and the two dates."""

    record_no: str
    file: str = ""
    sha256: str = ""
    asked_on: date | None = None
    received_on: date | None = None

    def told(self) -> dict[str, Any]:
        """As the report carries it."""
        return {
            "record_no": self.record_no,
            "asked_on": self.asked_on.isoformat() if self.asked_on else None,
            "received_on": self.received_on.isoformat() if self.received_on else None,
        }


def exchange_of(exchanges: Sequence[Exchange], source: SourceRead) -> Exchange | None:
    """The record of a source's file: by the hash of its content, never by its name alone where a hash is there."""
    for exchange in exchanges:
        if exchange.sha256 and source.sha256:
            if exchange.sha256.lower() == source.sha256.lower():
                return exchange
        elif exchange.file and exchange.file == source.file:
            return exchange
    return None
