"""The day that a camera wrote into a JPEG (EXIF). Reads only what it needs, and never fails on odd bytes."""

from __future__ import annotations

import re
import struct
from datetime import date

_DAY = re.compile(rb"(\d{4}):(\d{2}):(\d{2}) ")
_SUB_IFD, _TAKEN, _CHANGED = 0x8769, 0x9003, 0x0132
_MOST_SEGMENTS, _MOST_TAGS = 64, 512


def taken_on(content: bytes) -> date | None:
    """The day on which the photo was taken; None where the file does not say it."""
    try:
        tiff = _exif(content)
        return None if tiff is None else _day(tiff)
    except (struct.error, IndexError, ValueError):
        return None


def _exif(content: bytes) -> bytes | None:
    """The TIFF block of a JPEG's Exif segment."""
    if not content.startswith(b"\xff\xd8"):
        return None
    at = 2
    for _ in range(_MOST_SEGMENTS):
        mark, length = struct.unpack_from(">HH", content, at)
        if mark == 0xFFE1 and content[at + 4 : at + 10] == b"Exif\0\0":
            return content[at + 10 : at + 2 + length]
        if mark >> 8 != 0xFF or mark == 0xFFDA or length < 2:
            return None
        at += 2 + length
    return None


def _day(tiff: bytes) -> date | None:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    tags = _tags(tiff, order, first)
    if _SUB_IFD in tags:
        tags = {**tags, **_tags(tiff, order, tags[_SUB_IFD])}
    for tag in (_TAKEN, _CHANGED):
        found = _DAY.match(tiff[tags[tag] : tags[tag] + 20]) if tag in tags else None
        if found:
            return date(*map(int, found.groups()))
    return None


def _tags(tiff: bytes, order: str, at: int) -> dict[int, int]:
    """The value or offset of each tag of a directory."""
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    found = {}
    for n in range(min(count, _MOST_TAGS)):
        tag, _kind, _count, value = struct.unpack_from(f"{order}HHII", tiff, at + 2 + 12 * n)
        found[tag] = value
    return found
