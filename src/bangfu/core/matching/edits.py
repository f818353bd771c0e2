"""Numbers that are one slip of the pen away from a wrong one.

A clerk's slip is a digit mistaken, two neighbours or day and month swapped, a digit left out or put in. The check
digit says which of the numbers reached by undoing one slip can be meant at all: for a mistaken digit at a given
place, at most one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any

from bangfu.core.matching.numbers import CHECKS, WEIGHTS, real_dates

_POWERS = tuple(10 ** (16 - place) for place in range(17))
UNKNOWN = 255
"""What stands in a matrix of characters for one that is no digit."""


@cache
def _residues() -> Any:
    """The weighted sum modulo 11 that each check character stands for (index 0–10; 10 is X)."""
    import numpy as np

    order = [10 if text == "X" else int(text) for text in CHECKS]
    table = np.zeros(256, np.int64)
    for residue, check in enumerate(order):
        table[check] = residue
    return table


_INVERSES = tuple(pow(weight, -1, 11) for weight in WEIGHTS)


def one_edit(digits: Any) -> Iterator[tuple[Any, Any]]:
    """Every well-formed number that one slip may have turned into a text, as (rows, packed numbers), place by place.

    `digits`: the texts as a matrix (rows × 17, 18 or 19, uint8): 0–9, 10 for X, UNKNOWN for anything else. Rows with
    more than one character that is no digit yield nothing. A number may come twice, by two ways.
    """
    width = digits.shape[1]
    makers = {17: (_left_out,), 18: (_mistaken, _swapped, _x_moved, _day_for_month), 19: (_put_in,)}
    if width not in makers or not len(digits):
        return
    for rows, packed in chain.from_iterable(make(digits) for make in makers[width]):
        sound = real_dates(packed) & (packed // 10**11 != 999999)
        if sound.any():
            yield rows[sound], packed[sound]


def _packed(digits: Any) -> tuple[Any, Any]:
    """Seventeen columns as packed numbers and their weighted sums; what is no digit counts as 0."""
    import numpy as np

    number = np.zeros(len(digits), np.int64)
    total = np.zeros(len(digits), np.int64)
    for place, weight in enumerate(WEIGHTS):
        digit = np.where(digits[:, place] < 10, digits[:, place], 0).astype(np.int64)
        number = number * 10 + digit
        total += digit * weight
    return number, total


def _mistaken(digits: Any) -> Iterator[tuple[Any, Any]]:
    """One of eighteen characters is wrong."""
    import numpy as np

    number, total = _packed(digits)
    wrong = (digits[:, :17] > 9).sum(axis=1)
    whole = np.flatnonzero(wrong == 0)
    yield whole, number[whole]  # the check digit itself
    checked = digits[:, 17] <= 10
    target = _residues()[digits[:, 17]]
    for place in range(len(WEIGHTS)):
        here = digits[:, place]
        rows = np.flatnonzero(checked & ((wrong == 0) | ((wrong == 1) & (here > 9))))
        known = here[rows] <= 9
        now = np.where(known, here[rows], 0).astype(np.int64)
        meant = (now + (target[rows] - total[rows]) * _INVERSES[place]) % 11
        good = (meant <= 9) & ((meant != now) | ~known)
        rows, meant, now = rows[good], meant[good], now[good]
        yield rows, number[rows] + (meant - now) * _POWERS[place]


def _swapped(digits: Any) -> Iterator[tuple[Any, Any]]:
    """Two neighbours of eighteen characters stand the wrong way round."""
    import numpy as np

    plain = (digits[:, :17] <= 9).all(axis=1) & (digits[:, 17] <= 10)
    rows, digits = np.flatnonzero(plain), digits[plain].astype(np.int64)
    number, total = _packed(digits)
    target = _residues()[digits[:, 17]]
    for place in range(16):
        one, two = digits[:, place], digits[:, place + 1]
        moved = total + (WEIGHTS[place] - WEIGHTS[place + 1]) * (two - one)
        good = (moved % 11 == target) & (one != two)
        step = (two - one) * (_POWERS[place] - _POWERS[place + 1])
        yield rows[good], (number + step)[good]
    last, check = digits[:, 16], digits[:, 17]
    moved = total + WEIGHTS[16] * (check - last)
    good = (check <= 9) & (check != last) & (moved % 11 == _residues()[last])
    yield rows[good], (number + check - last)[good]


def _x_moved(digits: Any) -> Iterator[tuple[Any, Any]]:
    """The final X stands before the seventeenth digit instead of behind it."""
    import numpy as np

    moved = (digits[:, :16] <= 9).all(axis=1) & (digits[:, 16] == 10) & (digits[:, 17] <= 9)
    rows = np.flatnonzero(moved)
    number, total = _packed(np.delete(digits[rows], 16, axis=1))
    good = total % 11 == _residues()[10]
    yield rows[good], number[good]


def _day_for_month(digits: Any) -> Iterator[tuple[Any, Any]]:
    """Day and month of birth the wrong way round."""
    import numpy as np

    plain = (digits[:, :17] <= 9).all(axis=1) & (digits[:, 17] <= 10)
    rows = np.flatnonzero(plain)
    text = digits[rows][:, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15, 16, 17]]
    number, total = _packed(text)
    good = (total % 11 == _residues()[text[:, 17]]) & (text[:, 10:12] != text[:, 12:14]).any(axis=1)
    yield rows[good], number[good]


def _left_out(digits: Any) -> Iterator[tuple[Any, Any]]:
    """Seventeen characters: one was left out."""
    import numpy as np

    plain = (digits[:, :16] <= 9).all(axis=1)
    rows = np.flatnonzero(plain & (digits[:, 16] <= 9))
    yield rows, _packed(digits[rows])[0]  # the check digit is missing
    rows = np.flatnonzero(plain & (digits[:, 16] <= 10))
    text = digits[rows]
    target = _residues()[text[:, 16]]
    for place in range(17):
        wide = np.insert(text[:, :16], place, 0, axis=1)
        number, total = _packed(wide)
        meant = (target - total) * _INVERSES[place] % 11
        good = meant <= 9
        yield rows[good], (number + meant * _POWERS[place])[good]


def _put_in(digits: Any) -> Iterator[tuple[Any, Any]]:
    """Nineteen characters: one too many."""
    import numpy as np

    for place in range(19):
        text = np.delete(digits, place, axis=1)
        plain = (text[:, :17] <= 9).all(axis=1) & (text[:, 17] <= 10)
        rows = np.flatnonzero(plain)
        number, total = _packed(text[rows])
        good = total % 11 == _residues()[text[rows, 17]]
        yield rows[good], number[good]
