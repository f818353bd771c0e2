"""The manifest that travels with a bureau's file: whom and when it covers, and by what right it was given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bangfu.core.files.remarks import Problem
from bangfu.core.values.area import NotAnArea, within
from bangfu.core.values.dates import parse_date

_OWN = (".manifest.json", ".manifest.yml", ".manifest.yaml")
_SHARED = ("manifest.json", "manifest.yml", "manifest.yaml")


class _Malformed(Exception):
    """The manifest does not say what it must; the text says which part, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bureau says of its file. A row that is not in it means "none" only where `covers` is true.

    `areas` are area codes or their prefixes; `end` is exclusive; None leaves the side open.
    """

    source: str
    as_of: date | None
    received_on: date | None
    areas: tuple[str, ...]
    start: date | None
    end: date | None
    legal_basis: str
    authorisation: str

    def covers(self, area_code: str | None, on: date) -> bool:
        """True where the file speaks for households of that area on that date."""
        if not area_code or (self.start is not None and on < self.start) or (self.end is not None and on >= self.end):
            return False
        return any(_within(area_code, area) for area in self.areas)


def _within(code: str, area: str) -> bool:
    try:
        return within(code, area)
    except NotAnArea:
        return code.startswith(area)


def read_manifest(path: Path) -> tuple[Manifest | None, Problem | None]:
    """The manifest of the bureau file `path`.

    `NAME.manifest.json|yml` beside it, or its entry in `manifest.json|yml`.

    None with a problem where there is none or where it is malformed: the file's rows count, but it
    covers nobody.
    """
    name = path.name if path.is_dir() else path.stem
    for ending in _OWN:
        own = path.parent / f"{name}{ending}"
        if own.is_file():
            return _read(own, None, path.name)
    for shared_name in _SHARED:
        shared = path.parent / shared_name
        if shared.is_file():
            return _read(shared, (name, path.name), path.name)
    return None, Problem(path.name, "", None, "", "", "no_manifest", f"{name}.manifest.json")


def read_manifest_file(manifest: Path, path: Path) -> tuple[Manifest | None, Problem | None]:
    """What the manifest file says of the bureau file `path`: its entry in it, else the whole of it.

    None with a problem where it is malformed.
    """
    name = path.name if path.is_dir() else path.stem
    try:
        entry = _load(manifest)
        return _manifest(next((entry[key] for key in (name, path.name) if key in entry), entry)), None
    except _Malformed as error:
        return None, Problem(path.name, "", None, "", "", "bad_manifest", f"{manifest.name}: {error}")


def _read(file: Path, names: tuple[str, ...] | None, about: str) -> tuple[Manifest | None, Problem | None]:
    try:
        entry = _load(file)
        if names is not None:
            entry = next((entry[name] for name in names if name in entry), None)
            if entry is None:
                return None, Problem(about, "", None, "", "", "no_manifest", f"{file.name}: {names[0]}")
        return _manifest(entry), None
    except _Malformed as error:
        return None, Problem(about, "", None, "", "", "bad_manifest", f"{file.name}: {error}")


def _load(file: Path) -> Any:
    import yaml

    try:
        text = file.read_text(encoding="utf-8-sig")
        loaded = json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise _Malformed(" ".join(str(error).split())[:120]) from None
    if not isinstance(loaded, Mapping):
        raise _Malformed("应为键值对 (expected a mapping)")
    return loaded


def _manifest(entry: object) -> Manifest:
    if not isinstance(entry, Mapping):
        raise _Malformed("应为键值对 (expected a mapping)")
    covers = entry.get("covers")
    if not isinstance(covers, Mapping):
        raise _Malformed("缺少 covers (covers is missing)")
    areas = covers.get("areas")
    if not isinstance(areas, list) or not areas:
        raise _Malformed("covers.areas 应列出地区代码 (covers.areas must list area codes)")
    codes = tuple(str(area).strip() for area in areas)
    if not all(code.isascii() and code.isdigit() for code in codes):
        raise _Malformed("covers.areas 只能是数字代码 (covers.areas must be digits)")
    period = covers.get("period") or {}
    if not isinstance(period, Mapping):
        raise _Malformed("covers.period 应含 from 和 to (covers.period must hold from and to)")
    return Manifest(
        source=str(entry.get("source") or ""),
        as_of=_date(entry, "as_of"),
        received_on=_date(entry, "received_on"),
        areas=codes,
        start=_date(period, "from"),
        end=_date(period, "to"),
        legal_basis=str(entry.get("legal_basis") or ""),
        authorisation=str(entry.get("authorisation") or ""),
    )


def _date(entry: Mapping[Any, Any], key: str) -> date | None:
    given = entry.get(key)
    if given is None or given == "":
        return None
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    reading = parse_date(str(given))
    if reading.value is None:
        raise _Malformed(f"{key} 不是日期 ({key} is no date): {given}")
    return reading.value
