"""ID numbers of people who do not exist: the area 990101 is nowhere."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def made_number(born: date, sequence: int = 1, area: str = "990101") -> str:
    """The 18 characters for a day of birth and a sequence number from 0 to 999."""
    body = f"{area}{born:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def ending_in_x(born: date = date(1990, 3, 7)) -> str:
    """A number whose check digit is X."""
    return next(number for number in (made_number(born, s) for s in range(1000)) if number.endswith("X"))


DAYS = st.integers(0, 34_000).map(lambda days: date(1930, 1, 1) + timedelta(days))
NUMBERS = st.builds(made_number, DAYS, st.integers(0, 999))
"""Well-formed numbers for hypothesis."""
