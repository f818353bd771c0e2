"""Whether a file speaks for a household: only then is "no row" an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from bangfu.core.files.manifest import Manifest
from bangfu.core.matching.crosscheck.registry import NO_HOUSEHOLD, Registry

CODES = ("covered", "not_covered", "no_manifest", "no_file", "not_authorised", "under_review")
"""What `F_coverage` says; arrays hold the places in this list."""
COVERED, NOT_COVERED, NO_MANIFEST, NO_FILE, NOT_AUTHORISED, UNDER_REVIEW = range(len(CODES))
Allowed = Callable[[str, date], "set[Any] | None"]
"""The households that allow a table to be asked on a day (by household_no), or None where no register is kept."""


@dataclass(frozen=True)
class Source:
    """A bureau's file as it was given. `problem`: what is wrong with its manifest, in Chinese, if anything."""

    table: str
    path: Path
    sha256: str
    manifest: Manifest | None
    problem: str


@dataclass(frozen=True, slots=True)
class Codes:
    """Coverage along persons or households (uint8). `same`: the one code that all have, None where they differ."""

    each: Any
    same: int | None

    @property
    def covered(self) -> Any:
        """Where the file speaks (a mask); None stands for everywhere."""
        return None if self.same == COVERED else self.each == COVERED


@lru_cache(maxsize=64)
def _alike(code: int, size: int) -> Codes:
    import numpy as np

    return Codes(np.full(size, code, np.uint8), code)


@dataclass(frozen=True)
class Coverage:
    """What the files say of whom on a day. `by_area`: per table a code for each distinct area of the registry, and
    one more for households without an area. `allowed`: per table which households may be asked about, None where all
    may."""

    sources: Mapping[str, Source]
    by_area: Mapping[str, Any]
    allowed: Mapping[str, Any]
    area: Any

    def of(self, table: str, household: Any) -> Codes:
        """Codes for an array of households, NO_HOUSEHOLD among them."""
        import numpy as np

        by_area, allowed = self.by_area[table], self.allowed.get(table)
        first = int(by_area[0])
        if first in (NO_FILE, NO_MANIFEST) and (allowed is None or first == NO_FILE):
            return _alike(first, len(household))
        even = bool((by_area == first).all())
        nobody = household == NO_HOUSEHOLD
        if even and allowed is None and not nobody.any():
            return _alike(first, len(household))
        found = np.full(len(household), first, np.uint8) if even else by_area[self.area[household]]
        if first != NO_MANIFEST:
            found[nobody] = NOT_COVERED
        if allowed is not None:
            found[nobody | ~allowed[household]] = NOT_AUTHORISED
        return Codes(found, None)

    def plain(self, table: str) -> bool:
        """Whether the table speaks for every household, so that nobody needs to be looked at one by one."""
        return bool((self.by_area[table] == COVERED).all()) and self.allowed.get(table) is None


def coverage(
    registry: Registry,
    tables: list[str],
    sources: Mapping[str, Source],
    on: date,
    allowed: Allowed | None,
    asked_on: date | None = None,
) -> Coverage:
    """What each table says of each household on the day; `asked_on`: the day of asking, where it is another."""
    import numpy as np

    by_area = {}
    for table in tables:
        source = sources.get(table)
        if source is None:
            codes = [NO_FILE] * (len(registry.areas) + 1)
        elif source.manifest is None:
            codes = [NO_MANIFEST] * (len(registry.areas) + 1)
        else:
            speaks = [source.manifest.covers(area, on) for area in registry.areas]
            codes = [COVERED if told else NOT_COVERED for told in (*speaks, False)]
        by_area[table] = np.array(codes, np.uint8)
    area = registry.store.read("area", 0, registry.households)
    if (area >= 0).all() and len(area):  # then the last code, of no area, must not make a table look uneven
        by_area = {table: np.append(codes[:-1], codes[0]) for table, codes in by_area.items()}
    asked = (
        {} if allowed is None else {table: _households(registry, allowed(table, asked_on or on)) for table in sources}
    )
    return Coverage(sources, by_area, {table: mask for table, mask in asked.items() if mask is not None}, area)


def _households(registry: Registry, allowed: set[Any] | None) -> Any:
    """Which households are in the set, as a mask along the registry's households."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if allowed is None:
        return None
    numbers = registry.household_no
    wanted = pa.array(sorted(str(number) for number in allowed), pa.string())
    return np.asarray(pc.is_in(numbers.cast(pa.string()), value_set=wanted))


def joined(codes: list[Codes], reviewed: list[Any]) -> Codes:
    """One code for a fact of several tables: a doubt in any of them, else whichever speaks, else the first that has
    something to say of why not. `reviewed`: per table a mask of persons a row under review may be about, or None."""
    if all(mask is None for mask in reviewed):
        speaking = [code for code in codes if code.same != NO_FILE]
        if len(speaking) <= 1:
            return speaking[0] if speaking else codes[0]
        if speaking[0].same == COVERED:
            return speaking[0]
    found = codes[0].each.copy()
    for other in codes[1:]:
        better = (found != COVERED) & ((other.each == COVERED) | (found == NO_FILE))
        found[better] = other.each[better]
    for own, mask in zip(codes, reviewed, strict=True):
        if mask is not None:
            found[mask & (own.each != NOT_AUTHORISED)] = UNDER_REVIEW
    return Codes(found, None)
