"""Pairs of equal keys, where one side is small beside the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_MIXER = 0x9E3779B97F4A7C15
_BLOCK = 1 << 18
"""Arrays of millions are worked in pieces, so that what is needed in between stays small and near."""


def mixed(*parts: Any) -> Any:
    """Several integer arrays as one array of 64-bit hashes."""
    import numpy as np

    found = np.empty(len(parts[0]), np.uint64)
    for start in range(0, len(found), _BLOCK):
        here = slice(start, start + _BLOCK)
        block = np.zeros(len(found[here]), np.uint64)
        with np.errstate(over="ignore"):
            for part in parts:
                block ^= part[here].astype(np.uint64, copy=False)
                block *= np.uint64(_MIXER)
                block ^= block >> np.uint64(29)
        found[here] = block
    return found


def ascending(keys: Any) -> Any:
    """The order that sorts `keys`, equal ones in the order in which they stand.

    Sorting without that care is twice as fast; the few equal ones are put right afterwards.
    """
    import numpy as np

    order = np.argsort(keys)
    sorted_keys = keys[order]
    same = np.zeros(len(order) + 1, bool)
    same[1:-1] = sorted_keys[1:] == sorted_keys[:-1]
    tied = np.flatnonzero(same[1:] | same[:-1])
    if len(tied):
        few = order[tied]
        order[tied] = few[np.lexsort((few, keys[few]))]
    return order


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

    found = np.empty(len(keys), bool)
    for start in range(0, len(keys), _BLOCK):
        here = slice(start, start + _BLOCK)
        found[here] = table[mixed(keys[here]) >> np.uint64(shift)]
    return found


def pairs(few: Any, many: Any, most: int = 0, first_of: int = 0) -> tuple[Any, Any]:
    """Index arrays (into `few`, into `many`) of all pairs with equal keys (64-bit integers, no nulls).

    `most`: a key that stands more often than this in `many` is passed over; `first_of`: only so many of one key are
    taken, the first ones; 0 for no limit.
    """
    import numpy as np

    near, first, count = _spans(few, many)
    if most:
        count[count > most] = 0
    if first_of:
        count = np.minimum(count, first_of)
    return _spread(near, first, count)


def pairs_in_parts(few: Any, many: Any, most: int, at_once: int) -> Iterator[tuple[Any, Any]]:
    """As `pairs`, in parts of about `at_once` pairs: for keys that stand so often that most pairs are to be dropped."""
    import numpy as np

    near, first, count = _spans(few, many)
    count[count > most] = 0
    part = np.cumsum(count) // at_once
    ends = [*np.flatnonzero(np.diff(part)) + 1, len(count)]
    for start, end in zip([0, *ends], ends, strict=False):
        one, two = _spread(near, first[start:end], count[start:end])
        yield one + start, two


def _spans(few: Any, many: Any) -> tuple[Any, Any, Any]:
    """Places in `many` in the order of their keys, and for each of `few` where its key begins there and how often it
    stands.
    """
    import numpy as np

    nothing = np.zeros(len(few), np.int64)
    if not len(few) or not len(many):
        return np.empty(0, np.int64), nothing, nothing.copy()
    table, shift = member_filter(few)
    near = np.flatnonzero(may_be_in(many, table, shift))
    near = near[ascending(many[near])]
    in_order = many[near]
    first = np.searchsorted(in_order, few, "left")
    return near, first, np.searchsorted(in_order, few, "right") - first


def _spread(near: Any, first: Any, count: Any) -> tuple[Any, Any]:
    import numpy as np

    one = np.repeat(np.arange(len(count)), count)
    starts = np.repeat(first - (np.cumsum(count) - count), count)
    return one, near[starts + np.arange(len(one))]
