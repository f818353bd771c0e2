"""Rows and persons that carry the same well-formed number, and whether the rest of what is known agrees."""

from __future__ import annotations

from typing import Any

from bangfu.core.matching.names import BLANK, EQUAL, ONE_CHARACTER, PART, SOUND, Names, relations
from bangfu.core.matching.numbers import birth_days
from bangfu.core.matching.rows import NO_DAY

AGREES, VARIANT, NUMBER_ONLY, BIRTH_AGREES, DOUBTFUL, CONTRADICTS = range(6)
"""What a pair with one number is worth.

AGREES: number and name. VARIANT: another writing of the name. NUMBER_ONLY: no name to compare, nothing against it.
BIRTH_AGREES: no name to compare, and the file's date of birth agrees. DOUBTFUL: the name is not quite the same: a
person must look. CONTRADICTS: the number is somebody else's.
"""


def spans(sorted_numbers: Any, wanted: Any) -> tuple[Any, Any]:
    """For each wanted number where it begins in ascending `sorted_numbers` and how often it stands there."""
    import numpy as np

    first = np.searchsorted(sorted_numbers, wanted, "left")
    inside = np.minimum(first, max(len(sorted_numbers) - 1, 0))
    hit = (sorted_numbers[inside] == wanted) if len(sorted_numbers) else np.zeros(len(wanted), bool)
    # almost every number stands once: only those whose neighbour is the same are counted
    count = hit.astype(np.int64)
    after = np.minimum(inside + 1, max(len(sorted_numbers) - 1, 0))
    several = hit & (after != inside) & (sorted_numbers[after] == wanted) if len(sorted_numbers) else hit
    if several.any():
        count[several] = np.searchsorted(sorted_numbers, wanted[several], "right") - first[several]
    return first, count


def judge(
    numbers: Any,
    person_names: Names,
    person_keys: Any,
    person_birth: Any,
    row_names: Names,
    row_keys: Any,
    row_born: Any,
) -> Any:
    """What each pair of one number is worth (uint8, AGREES …); all arrays run along the pairs.

    `person_birth`: the registry's date, NO_DAY where unknown. `row_born`: the file's own, NO_DAY where it has none. The
    date in the number counts for the person as well: registry and number may disagree, and either is right.
    """
    import numpy as np

    found = np.full(len(numbers), AGREES, np.uint8)
    unequal = np.flatnonzero((person_keys != row_keys) | (row_keys == 0))
    if not len(unequal):
        return found
    keys, others = person_keys[unequal], row_keys[unequal]
    how = relations(person_names, keys, row_names, others)
    born = row_born[unequal]
    known = born != NO_DAY
    same = known & ((born == person_birth[unequal]) | (born == birth_days(numbers[unequal])))
    differs = known & ~same
    value = np.full(len(unequal), CONTRADICTS, np.uint8)
    value[how == EQUAL] = AGREES
    value[how == SOUND] = VARIANT
    value[(how == SOUND) & differs] = DOUBTFUL
    value[how == BLANK] = NUMBER_ONLY
    value[(how == BLANK) & same] = BIRTH_AGREES
    value[(how == BLANK) & differs] = CONTRADICTS
    near = (how == ONE_CHARACTER) | (how == PART)
    value[near] = DOUBTFUL
    value[near & differs] = CONTRADICTS
    found[unequal] = value
    return found
