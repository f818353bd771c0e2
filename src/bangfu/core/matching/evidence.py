"""How much a candidate pair is worth: how many persons would agree as well by mere chance.

For each pair the kinds of agreement are multiplied to the number of registered persons who would agree so by chance
(`docs/algorithms/linking.md`). Weighed against how many rows of the file are about nobody registered, that gives the
probability that the pair is right, among all candidates of the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bangfu.core.matching.candidates import Pairs, Unreadable
from bangfu.core.matching.edits import UNKNOWN
from bangfu.core.matching.names import DIFFERENT, EQUAL, ONE_CHARACTER, PART, SOUND, relations, sound_keys
from bangfu.core.matching.numbers import NO_NUMBER, birth_days
from bangfu.core.matching.patterns import partly_agrees, person_digits
from bangfu.core.matching.people import People, counted
from bangfu.core.matching.rows import NO_DAY

AREA, YEAR, MONTH_DAY, REST = slice(0, 6), slice(6, 10), slice(10, 14), slice(14, 18)
SAME_AREA, SAME_YEAR, SAME_DAY, SAME_DIGIT = 0.3, 1 / 60, 1 / 365, 0.1
"""How often two persons of one county share the area code, the year of birth, the day, a digit of the rest."""
FEWEST_SLIPS = 1e-3
OTHER_SEX, OTHER_NAME, OTHER_BIRTH, NEAR_BIRTH, OTHER_NUMBER, OTHER_LENGTH = 0.02, 0.002, 0.002, 0.2, 0.001, 0.01
"""By how much a pair that does not agree in these is less likely to be right."""
ASKED = 1000
ONE_DAY, ONE_NAME, ONE_SOUND, ONE_SURNAME, ONE_PHONE, ONE_TOWNSHIP = 1 / 25_000, 5e-4, 1e-5, 0.02, 1e-4, 0.1
"""The shares of people with one date of birth, name, sound, surname, telephone, township; as far as the registry is too
small to tell."""
SHORT_NAMES_ALIKE, LONG_NAMES_ALIKE = 0.3, 0.1
"""How often two bearers of one surname have names that differ in one character, where these have two or more."""
_SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """Along the pairs: how the names stand, whether the file's own birth date and telephone agree, how many places of
    the number can be seen and how many of these agree, and how many persons would agree so by chance (float64)."""

    name: Any
    same_birth: Any
    same_phone: Any
    visible: Any
    agreeing: Any
    chance: Any


def weigh(found: Pairs, sought: Unreadable, people: People) -> Evidence:
    """The evidence of each pair."""
    import numpy as np

    row, person = found.row, found.person
    keys, others = sought.rows.names.keys[row], people.rows.names.keys[person]
    name = relations(sought.rows.names, keys, people.rows.names, others)
    packed = people.rows.numbers.packed[person]
    numbered = packed != NO_NUMBER
    in_number = np.where(numbered, birth_days(np.where(numbered, packed, 0)), NO_DAY)
    own = sought.rows.born[row]
    told = own != NO_DAY
    same_birth = told & ((own == people.birth[person]) | (own == in_number))
    known = sought.known[row]
    digits = person_digits(packed)
    seen = (known != UNKNOWN) & numbered[:, None]
    equal = seen & (known == digits)
    visible, agreeing = seen.sum(axis=1), equal.sum(axis=1)
    chance = np.full(len(row), float(max(1, len(people))))
    chance *= _by_name(name, sought, keys, people, others)
    chance *= np.where(same_birth, share(people.birth_counts, people.birth[person], ONE_DAY, len(people)), 1.0)
    chance *= _by_number(found.slip, seen, equal, same_birth, name, len(sought), len(people))
    # that two clerks make one wrong number out of two persons' numbers is as rare as a slip that leads to a stranger
    chance[found.text] *= FEWEST_SLIPS / max(1, len(people))
    same_phone = _same(sought.rows.phone, row, people.rows.phone, person)
    same_township = _same(sought.rows.township, row, people.rows.township, person)
    if same_phone.any():
        chance[same_phone] *= share(people.phone_counts, sought.rows.phone[row][same_phone], ONE_PHONE, len(people))
    if same_township.any():
        townships = sought.rows.township[row][same_township]
        chance[same_township] *= share(people.township_counts, townships, ONE_TOWNSHIP, len(people))
    found_so_far = _Compared(name, told, same_birth, own, visible, agreeing)
    chance /= _against(found, found_so_far, sought, people)
    return Evidence(name, same_birth, same_phone, visible, agreeing, np.maximum(chance, 1e-12))


def _by_name(how: Any, sought: Unreadable, keys: Any, people: People, others: Any) -> Any:
    """The share of persons whose name would stand so to the row's."""
    import numpy as np

    size = max(1, len(people))
    found = np.ones(len(how))
    equal = how == EQUAL
    found[equal] = share(people.name_counts, others[equal], ONE_NAME, size)
    alike = how == SOUND
    if alike.any():
        sounds = sound_keys(sought.rows.names, keys[alike])
        found[alike] = np.maximum(share(people.sound_counts, sounds, ONE_NAME, size), ONE_SOUND)
    near = (how == ONE_CHARACTER) | (how == PART)
    if near.any():
        surname = ((keys ^ others) & np.uint64(0xFFFF)) == 0
        short = (others[near] >> np.uint64(32)) == 0
        within = share(people.surname_counts, others[near] & np.uint64(0xFFFF), ONE_SURNAME, size)
        within *= np.where(short, SHORT_NAMES_ALIKE, LONG_NAMES_ALIKE)
        found[near] = np.where(surname[near], np.maximum(within, _near_names(people)), _near_names(people))
    return found


def share(counts: tuple[Any, Any], keys: Any, usual: float, size: int) -> Any:
    """The share of people who have the same key as a given person, not counting this one.

    From the registry, and from what is usual (`usual`, as if a thousand more had been asked) where that is small.
    """
    return (counted(counts, keys) - 1 + ASKED * usual) / (max(1, size) - 1 + ASKED)


def _same(own: Any, row: Any, others: Any, person: Any) -> Any:
    """Whether both sides say the same of telephone or township. Another one says nothing: people move, files are
    old.
    """
    import numpy as np

    if own is None or others is None:
        return np.zeros(len(row), bool)
    return (own[row] != 0) & (own[row] == others[person])


def _near_names(people: People) -> float:
    """How often two persons taken at random have names that differ in one character or by one."""
    import numpy as np

    size = len(people)
    count = min(_SAMPLE, size)
    one = np.arange(count) * max(1, size // max(1, count))
    two = (one * 7919 + size // 2) % max(1, size)
    # places in the ascending names, so that the order of the registry does not matter
    names, bearers = people.name_counts
    up_to = np.cumsum(bearers)
    left, right = (names[np.searchsorted(up_to, places, "right")] for places in (one, two))
    how = relations(people.rows.names, left, people.rows.names, right)
    return max(float(np.mean((how == ONE_CHARACTER) | (how == PART))), 1e-4)


def _by_number(slip: Any, seen: Any, equal: Any, same_birth: Any, name: Any, rows: int, size: int) -> Any:
    """The share of persons whose number would agree as well with what the row shows of one."""
    import numpy as np

    share = np.ones(len(slip))
    # persons whom one slip leads to although nothing else fits came by chance: so many there are for a row
    strangers = int((slip & (name == DIFFERENT) & ~same_birth).sum())
    share[slip] = max(strangers / max(1, rows), FEWEST_SLIPS) / max(1, size)
    # the number that one slip leads to has the same birth in it more often than not: do not count that twice
    share[slip & same_birth] *= 0.5 / (1 / 365 / 60)
    share[slip] = np.minimum(share[slip], 1.0)
    rest = ~slip
    wrong = seen.sum(axis=1) - equal.sum(axis=1)
    agreeing = equal.sum(axis=1)
    fits = rest & partly_agrees(wrong + agreeing, agreeing)
    parts = np.ones(len(slip))
    parts *= np.where(equal[:, AREA].sum(axis=1) >= 4, SAME_AREA, 1.0)
    parts *= np.where(equal[:, YEAR].all(axis=1) & ~same_birth, SAME_YEAR, 1.0)
    parts *= np.where(equal[:, MONTH_DAY].all(axis=1) & ~same_birth, SAME_DAY, 1.0)
    parts *= SAME_DIGIT ** equal[:, REST].sum(axis=1)
    ways = np.array([1.0, 18 * 9, 153 * 81])  # in how many ways one or two of eighteen digits can be wrong
    share[fits] = np.minimum(1.0, parts[fits] * ways[wrong[fits]])
    return share


@dataclass(frozen=True, slots=True)
class _Compared:
    """Along the pairs: names, whether the file tells a birth date and it agrees, what of the number is seen and
    agrees.
    """

    name: Any
    told: Any
    same_birth: Any
    own: Any
    visible: Any
    agreeing: Any


def _against(found: Pairs, compared: _Compared, sought: Unreadable, people: People) -> Any:
    """The factor by which what does not agree speaks against a pair."""
    import numpy as np

    row, person, slip = found.row, found.person, found.slip
    factor = np.ones(len(row))
    sexes, others = sought.rows.sex[row], people.rows.sex[person]
    factor[(sexes > 0) & (others > 0) & (sexes != others)] *= OTHER_SEX
    factor[compared.name == DIFFERENT] *= OTHER_NAME
    birth = people.birth[person]
    apart = compared.told & ~compared.same_birth & (birth != NO_DAY)
    factor[apart] *= np.where(near_dates(compared.own[apart], birth[apart]), NEAR_BIRTH, OTHER_BIRTH)
    elsewhere = ~slip & (compared.visible >= 8) & (compared.visible - compared.agreeing > 2)
    factor[elsewhere] *= OTHER_NUMBER
    # a digit too few or too many would have been found as a slip, were it the only one
    lengths = np.array([len(text) for text in sought.shown])[row]
    moved = ~slip & ((lengths == 17) | (lengths == 19)) & (people.rows.numbers.packed[person] != NO_NUMBER)
    factor[moved] *= OTHER_LENGTH
    return factor


def near_dates(one: Any, two: Any) -> Any:
    """Whether two dates differ as by a slip: day and month the other way round, or one digit."""
    import numpy as np

    first, second = _ymd(one), _ymd(two)
    swapped = (first[0] == second[0]) & (first[1] == second[2]) & (first[2] == second[1])
    text = [parts[0] * 10_000 + parts[1] * 100 + parts[2] for parts in (first, second)]
    differing = np.zeros(len(one), np.int8)
    for power in range(8):
        differing += text[0] // 10**power % 10 != text[1] // 10**power % 10
    return swapped | (differing == 1)


def _ymd(days: Any) -> tuple[Any, Any, Any]:
    day = days.astype("datetime64[D]")
    month, year = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
    return (
        year.astype(int) + 1970,
        (month - year).astype(int) + 1,
        (day - month).astype(int) + 1,
    )


def probabilities(found: Pairs, chance: Any, outsiders: float) -> Any:
    """The probability that each pair is right, among all candidates of its row and that the row is about nobody here.

    `outsiders`: the share of rows that are about nobody registered.
    """
    import numpy as np

    odds = (1 - outsiders) / outsiders
    weight = odds / chance
    rows = int(found.row.max()) + 1 if len(found.row) else 0
    total = np.bincount(found.row, weight, rows)
    return weight / (1 + total[found.row])
