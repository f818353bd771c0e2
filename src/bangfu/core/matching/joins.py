"""Pairs of equal keys, where one side is small beside the other."""

from __future__ import annotations

from typing import Any

_MIXER = 0x9E3779B97F4A7C15


def mixed(*parts: Any) -> Any:
    """Several integer arrays as one array of 64-bit hashes."""
    import numpy as np

    found = np.zeros(len(parts[0]), np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            found ^= part.astype(np.uint64)
            found *= np.uint64(_MIXER)
            found ^= found >> np.uint64(29)
    return found


def member_filter(keys: Any) -> tuple[Any, int]:
    """A table of which hashes occur, and the shift that goes with it: sixteen places for each key, 2^16 to 2^27."""
    import numpy as np

    bits = min(27, max(16, int(16 * max(1, len(keys))).bit_length()))
    table = np.zeros(1 << bits, bool)
    table[mixed(keys) >> np.uint64(64 - bits)] = True
    return table, 64 - bits


def may_be_in(keys: Any, table: Any, shift: int) -> Any:
    """Whether each key may be among those of a filter; False is certain."""
    import numpy as np

    return table[mixed(keys) >> np.uint64(shift)]


def pairs(few: Any, many: Any, most: int = 0) -> tuple[Any, Any]:
    """Index arrays (into `few`, into `many`) of all pairs with equal keys (64-bit integers, no nulls).

    `most`: a key that stands more often than this in `many` is passed over; 0 for no limit.
    """
    import numpy as np

    if not len(few) or not len(many):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    table, shift = member_filter(few)
    near = np.flatnonzero(may_be_in(many, table, shift))
    order = np.argsort(many[near], kind="stable")
    near = near[order]
    ascending = many[near]
    first = np.searchsorted(ascending, few, "left")
    count = np.searchsorted(ascending, few, "right") - first
    if most:
        count[count > most] = 0
    one = np.repeat(np.arange(len(few)), count)
    starts = np.repeat(first - np.concatenate(([0], np.cumsum(count)[:-1])), count)
    return one, near[starts + np.arange(len(one))]
