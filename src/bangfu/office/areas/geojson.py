"""Outlines as the county's surveyors give them: a GeoJSON FeatureCollection in WGS 84, each feature with the area's code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from bangfu.office.areas.models import DIGITS
from bangfu.office.pages.refusals import Invalid

MOST_MB = 30
MOST_POINTS = 2_000_000
CODE_NAMES = ("code", "代码", "区划代码", "region_code", "adcode")
_DECIMALS = 6
"""About ten centimetres: finer digits only make the map slow."""
_SHORTEST_RING = 4
Geometry = dict[str, Any]


@dataclass
class Outlines:
    """Shapes by code, features that cannot be used as (number, message), and codes that name no area of the actor."""

    shapes: dict[str, Geometry] = field(default_factory=dict)
    errors: list[tuple[int, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class _Wrong(ValueError):
    """What is wrong with one geometry."""


def read(data: bytes, known: Iterable[str]) -> Outlines:
    """Read a file's bytes. Raises Invalid where the file as a whole is of no use.

    `known` are the codes that may be given an outline; others are listed and left out.
    """
    if len(data) > MOST_MB * 1024 * 1024:
        raise Invalid({"file": _("文件超过 %d MB，请简化边界或分开上传") % MOST_MB})
    try:
        whole = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Invalid({"file": _("不是可读的 GeoJSON 文件（应为 UTF-8 编码的 JSON）")}) from None
    features = whole.get("features") if isinstance(whole, dict) and whole.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise Invalid({"file": _("应为 GeoJSON 的 FeatureCollection，且至少有一个要素")})
    crs = json.dumps(whole.get("crs") or "CRS84")
    if "CRS84" not in crs and "4326" not in crs:
        raise Invalid({"file": _("坐标系应为 WGS 84 经纬度，请先转换坐标")})
    found, allowed, left = Outlines(), set(known), [MOST_POINTS]
    for number, feature in enumerate(features, 1):
        try:
            code, geometry = _feature(feature, left)
        except _Wrong as wrong:
            found.errors.append((number, str(wrong)))
            continue
        if code in found.shapes or code in found.unknown:
            found.errors.append((number, _("代码 %s 出现了两次") % code))
        elif code in allowed:
            found.shapes[code] = geometry
        else:
            found.unknown.append(code)
    return found


def _no_constant(text: str) -> float:
    raise ValueError(text)


def _feature(feature: Any, left: list[int]) -> tuple[str, Geometry]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        raise _Wrong(_("不是要素：缺少 properties 或 geometry"))
    code = next((str(properties[name]).strip() for name in CODE_NAMES if properties.get(name) not in (None, "")), "")
    if not (code.isascii() and code.isdigit()):
        raise _Wrong(_("properties 中没有代码（code）"))
    code = _meaning(code)
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        return code, {"type": "Polygon", "coordinates": _polygon(coordinates, left)}
    if kind == "MultiPolygon" and isinstance(coordinates, list) and coordinates:
        return code, {"type": "MultiPolygon", "coordinates": [_polygon(part, left) for part in coordinates]}
    raise _Wrong(_("几何类型应为 Polygon 或 MultiPolygon"))


def _meaning(code: str) -> str:
    """`990101101000` is the township `990101101`."""
    if len(code) == DIGITS["village"]:
        for digits in sorted(DIGITS.values()):
            if code[digits:].strip("0") == "" and digits < len(code):
                return code[:digits]
    return code


def _polygon(rings: Any, left: list[int]) -> list[list[list[float]]]:
    if not isinstance(rings, list) or not rings:
        raise _Wrong(_("边界没有坐标"))
    return [_ring(ring, left) for ring in rings]


def _ring(ring: Any, left: list[int]) -> list[list[float]]:
    if not isinstance(ring, list) or len(ring) < _SHORTEST_RING:
        raise _Wrong(_("边界的每一圈至少要有 4 个点"))
    left[0] -= len(ring)
    if left[0] < 0:
        raise Invalid({"file": _("边界的点太多，请先简化")})
    points = [_point(point) for point in ring]
    if points[0] != points[-1]:
        raise _Wrong(_("边界没有闭合：首尾两点应相同"))
    return points


def _point(point: Any) -> list[float]:
    if not isinstance(point, list) or len(point) < 2:
        raise _Wrong(_("坐标应为 [经度, 纬度]"))
    x, y = point[0], point[1]
    if any(isinstance(v, bool) or not isinstance(v, int | float) for v in (x, y)):
        raise _Wrong(_("坐标应为数字"))
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise _Wrong(_("坐标超出经纬度范围：应为 WGS 84 的经度、纬度，不是平面坐标"))
    return [round(float(x), _DECIMALS), round(float(y), _DECIMALS)]
