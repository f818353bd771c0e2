"""What the invented county has posted on its wall: the figures of its own world, in fen.

These are figures that households and officers of the synthetic county know, not rules: the generator decides
who is poor and what is paid from them, and from nothing else.
"""

from __future__ import annotations

from datetime import date

STANDARD_CHANGED_ON = date(2026, 7, 1)
"""The day from which the raised 低保 standard is paid."""

DIBAO_STANDARD_BEFORE = {False: 520_00, True: 750_00}
DIBAO_STANDARD = {False: 560_00, True: 800_00}
"""低保 standard per person and month, by urban, before and from `STANDARD_CHANGED_ON`."""

ASSET_MONTHS = 24
"""Financial assets of a 低保 household stay below this many monthly standards per person."""

NEAR_MULTIPLE = (3, 2)
"""低保边缘: income below 3/2 of the standard."""

MONITORING_THRESHOLD = 8500_00
"""监测范围线, net income per person and year of rural households (assistance and pensions included)."""

DISABILITY_LIVING = 80_00
DISABILITY_NURSING = 80_00
DISABILITY_NURSING_BEFORE = 60_00
OLD_AGE_ALLOWANCE = 50_00
OLD_AGE_FROM = 80
YULU_PER_TERM = 1500_00
YULU_MONTHLY = 250_00
RANGER_YEARLY = 8000_00
PV_YEARLY = 3000_00
BASIC_PENSION_YEARLY = 1500_00
"""城乡居民基础养老金 from 60 on; the county goes on not counting it (nor social assistance) for 低保."""

DISPOSABLE_INCOME_LAST_YEAR = {False: 21_600_00, True: 41_300_00}
"""上年度居民人均可支配收入, per year."""

LEAST_DISTANCE = (3, 100)
"""Incomes keep at least 3% away from each posted line, but for the stated share below."""

NEAR_LINE_SHARE = 0.002
"""Share of ordinary households whose income lies within 1% to 3% above one and a half 低保 lines."""


def standard(urban: bool, on: date) -> int:
    """The posted 低保 standard in fen per person and month on a day."""
    return (DIBAO_STANDARD if on >= STANDARD_CHANGED_ON else DIBAO_STANDARD_BEFORE)[urban]


def extreme_hardship(urban: bool, on: date) -> int:
    """Basic living money of a 特困 person in fen per month: 1.3 standards, whole fen."""
    return standard(urban, on) * 13 // 10
