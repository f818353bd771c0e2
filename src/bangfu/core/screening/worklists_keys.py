"""The key that ties a line of a worklist to its finding, through a person's spreadsheet and back.

`policies|household|person|finding|check`: stable from month to month, so that an answer finds its finding
whatever was sorted, filtered, moved or collected into another workbook. The last part is a checksum: a key
that was edited or cut is noticed and never taken for another household's.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

from bangfu.core.screening.labels import hide_numbers


@dataclass(frozen=True, slots=True, order=True)
class LineKey:
    """What a line is about. `policies` has several ids where one line asks for what several policies miss.

    For an alert or a check `policies` holds its id and `finding` is `alert` or `check`, with `.2`, `.3` …
    where one id has several rows for the same unit.
    """

    policies: tuple[str, ...]
    household_no: str
    person_no: str
    finding: str

    def __str__(self) -> str:
        body = "|".join(
            (
                "+".join(_escape(one) for one in self.policies),
                _escape(_public(self.household_no)),
                _escape(_public(self.person_no)),
                _escape(self.finding),
            )
        )
        return f"{body}|{_check(body)}"


def parse_key(text: str) -> LineKey | None:
    """The key written in a cell, or None where it is not one of ours or was edited."""
    body, _, check = text.strip().rpartition("|")
    parts = body.split("|")
    if len(parts) != 4 or not parts[0] or not parts[3] or check.strip().lower() != _check(body):
        return None
    policies = tuple(_unescape(one) for one in parts[0].split("+"))
    return LineKey(policies, *(_unescape(part) for part in parts[1:]))


def _public(number: str) -> str:
    """A county may use ID numbers as its keys; they never reach a workbook.

    Such a number is written as a short digest: the same for the same number, and of use only to whoever holds
    the registry.
    """
    if hide_numbers(number) == number:
        return number
    return "~" + hashlib.blake2b(number.upper().encode(), digest_size=6).hexdigest()


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("|", "%7C").replace("+", "%2B")


def _unescape(text: str) -> str:
    return text.replace("%2B", "+").replace("%7C", "|").replace("%25", "%")


def _check(body: str) -> str:
    return f"{zlib.crc32(body.encode()) & 0xFFFFF:05x}"
