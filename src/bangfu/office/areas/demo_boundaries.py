"""Outlines for the synthetic county: a rectangle cut into townships and villages, with edges that wander a little.

No real county lies there. Neighbours share their edges, since every point is shifted by the same smooth function of where
it is; the same areas always give the same outlines.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

WEST, EAST, SOUTH, NORTH = 110.0, 110.6, 30.0, 30.5
_MARGIN = 0.02
_STEP = 0.012
Rectangle = tuple[float, float, float, float]


def _shifted(x: float, y: float) -> list[float]:
    """A point, moved by at most 0.009 degrees."""
    dx = 0.005 * math.sin(37 * y + 11 * x) + 0.004 * math.sin(91 * y + 2.1)
    dy = 0.005 * math.sin(41 * x + 7 * y) + 0.004 * math.sin(83 * x + 0.7)
    return [round(x + dx, 6), round(y + dy, 6)]


def _side(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    parts = max(1, math.ceil(max(abs(x1 - x0), abs(y1 - y0)) / _STEP))
    return [_shifted(x0 + (x1 - x0) * i / parts, y0 + (y1 - y0) * i / parts) for i in range(parts)]


def _outline(rectangle: Rectangle) -> dict[str, Any]:
    west, south, east, north = rectangle
    ring = _side(west, south, east, south) + _side(east, south, east, north)
    ring += _side(east, north, west, north) + _side(west, north, west, south)
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _cut(rectangle: Rectangle, parts: int) -> list[Rectangle]:
    """A rectangle in so many pieces: halves, across the longer side, in proportion."""
    if parts == 1:
        return [rectangle]
    west, south, east, north = rectangle
    first = parts // 2
    share = first / parts
    if east - west >= north - south:
        middle = west + (east - west) * share
        one, two = (west, south, middle, north), (middle, south, east, north)
    else:
        middle = south + (north - south) * share
        one, two = (west, south, east, middle), (west, middle, east, north)
    return _cut(one, first) + _cut(two, parts - first)


def outlines(codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """GeoJSON geometry by code for a county (6 digits), its townships (9) and villages (12) among the codes given."""
    given = sorted(set(codes))
    found: dict[str, dict[str, Any]] = {}
    whole = (WEST + _MARGIN, SOUTH + _MARGIN, EAST - _MARGIN, NORTH - _MARGIN)
    for county in (code for code in given if len(code) == 6):
        found[county] = _outline(whole)
        townships = _below(county, 9, given)
        for township, place in zip(townships, _cut(whole, len(townships)) if townships else [], strict=True):
            found[township] = _outline(place)
            villages = _below(township, 12, given)
            pieces = _cut(place, len(villages)) if villages else []
            found.update({code: _outline(piece) for code, piece in zip(villages, pieces, strict=True)})
    return found


def _below(code: str, digits: int, given: Sequence[str]) -> list[str]:
    return [other for other in given if len(other) == digits and other.startswith(code)]
