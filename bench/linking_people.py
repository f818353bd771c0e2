"""The population of the linking bench: families with names, birth dates and valid resident ID numbers, as arrays.

Part of the population stands in the registry; the others are outsiders, whom a bureau's file knows as well: whole
households, and relatives of registered persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import linking_names as names
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

AS_OF = np.datetime64("2024-09-01")
MALE, FEMALE = 1, 2
SIZES, SIZE_SHARES = np.arange(1, 8), (0.15, 0.20, 0.21, 0.21, 0.13, 0.07, 0.03)
HEAD, SPOUSE, CHILD, PARENT, GRANDCHILD = range(5)
VILLAGE_HOUSEHOLDS, TOWN_VILLAGES, COUNTY_HOUSEHOLDS = 350, 12, 140_000
CHECK_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
CHECK_CHARACTERS = "10X98765432"
# area codes of a county: the code before its prefecture became a city, the code since, and the year of the change;
# a number keeps the code under which it was issued, also when the person is older than the code
COUNTIES = (
    *((522422 + i, 520521 + i, 2011) for i in range(7)),
    *((522222 + i, 520621 + i, 2011) for i in range(8)),
    *((522121 + i, 520321 + i, 1997) for i in (0, 1, 2, 3, 6, 7, 8)),
    (522401, 520502, 2011), (522201, 520602, 2011),
)  # fmt: skip
ELSEWHERE = np.array(
    [
        330324, 330327, 410482, 411722, 413026, 420381, 422801, 430521, 431281, 433127, 450821, 500235, 510524, 511381,
        512501, 513021, 530381, 532128, 530627, 360782, 350583, 341225, 342222, 371323, 372925, 130623, 612322, 610124,
        622424, 630121, 640422, 653125, 653024, 650105, 150430, 210902, 220183, 230281, 469003, 110105, 310115, 320382,
        321084, 542421,
    ]
)  # fmt: skip


@dataclass
class People:
    """One entry per person, families together; households are numbered from 0 in this order."""

    made: names.Tables
    household: np.ndarray  # int32
    first_of: np.ndarray  # of each household, the place of its first person
    family: np.ndarray  # of each household, the surname its children carry, int16
    sex: np.ndarray  # int8, MALE or FEMALE
    birth: np.ndarray  # int32, days since 1970-01-01
    surname: np.ndarray  # int16
    first: np.ndarray  # int16, a number of made.texts
    second: np.ndarray  # int16
    outside: np.ndarray  # bool: not in the registry
    planted: np.ndarray  # int8: 0, SAME_NAME or SAME_NAME_BIRTH as somebody in the registry
    packed: np.ndarray  # int64, the first 17 digits of the ID number

    def name_texts(self, rows: np.ndarray) -> pa.Array:
        """Full names of some persons."""
        drawn = (
            (self.made.surnames, self.surname),
            (self.made.texts, self.first),
            (self.made.texts, self.second),
        )
        parts = [pa.array(texts).take(pa.array(numbers[rows])) for texts, numbers in drawn]
        return pc.binary_join_element_wise(*parts, "")

    def id_texts(self, rows: np.ndarray) -> pa.Array:
        """ID numbers of 18 characters of some persons."""
        return id_texts(self.packed[rows])


SAME_NAME, SAME_NAME_BIRTH = 1, 2


def digits_of(values: np.ndarray, width: int) -> np.ndarray:
    """Decimal digits, first digit first: an array of shape (n, width)."""
    found = np.empty((len(values), width), np.uint8)
    rest = values.astype(np.int64)
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        found[:, place] = digit
    return found


def fixed_texts(letters: np.ndarray) -> pa.Array:
    """Texts of one length from ASCII codes of shape (n, width)."""
    n, width = letters.shape
    offsets = np.arange(0, (n + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters)))


def padded(values: np.ndarray, width: int) -> pa.Array:
    """Numbers as texts with leading zeros."""
    return fixed_texts(digits_of(values, width) + ord("0"))


def check_places(packed: np.ndarray) -> np.ndarray:
    """For numbers of 17 digits, which of CHECK_CHARACTERS follows (GB 11643-1999: the weighted sum modulo 11)."""
    return digits_of(packed, 17) @ CHECK_WEIGHTS % 11


def id_texts(packed: np.ndarray) -> pa.Array:
    """ID numbers of 18 characters."""
    letters = np.empty((len(packed), 18), np.uint8)
    digits = digits_of(packed, 17)
    letters[:, :17] = digits + ord("0")
    letters[:, 17] = np.frombuffer(CHECK_CHARACTERS.encode(), np.uint8)[digits @ CHECK_WEIGHTS % 11]
    return fixed_texts(letters)


def date_numbers(birth: np.ndarray) -> np.ndarray:
    """Days since 1970 as YYYYMMDD."""
    days = birth.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    years = months.astype("datetime64[Y]")
    month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return (years.astype(np.int64) + 1970) * 10_000 + month * 100 + day


def years_of(birth: np.ndarray) -> np.ndarray:
    """Year of birth."""
    return birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def household_sizes(dice: np.random.Generator, persons: int) -> np.ndarray:
    """Sizes that add up to exactly `persons`."""
    sizes = dice.choice(SIZES, persons // 2 + 8, p=SIZE_SHARES)
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, persons))
    sizes = sizes[: last + 1]
    sizes[-1] -= int(ends[last]) - persons
    return sizes


def roles_and_ages(
    dice: np.random.Generator, sizes: np.ndarray, household: np.ndarray, place: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Role in the household and age in years of each person."""
    n = len(household)
    head_age = np.clip(dice.normal(51, 15, len(sizes)), 20, 93)[household]
    roll = dice.random(n)
    role = np.where((roll < 0.16) & (head_age < 62), PARENT, CHILD)
    role = np.where((roll > 0.80) & (head_age > 48), GRANDCHILD, role)
    role = np.where((place == 1) & (dice.random(n) < 0.82), SPOUSE, role)
    role[place == 0] = HEAD
    ages = np.select(
        [role == HEAD, role == SPOUSE, role == PARENT, role == CHILD],
        [
            head_age,
            np.maximum(head_age + dice.normal(-1.5, 3.0, n), 20),
            head_age + dice.uniform(20, 32, n),
            head_age - 20 - dice.gamma(3.0, 2.4, n),
        ],
        head_age - 43 - dice.gamma(3.0, 2.4, n),
    )
    young = dice.uniform(0, 6, n)
    return role.astype(np.int8), np.where(ages < 0, young, np.minimum(ages, 101))


def births(dice: np.random.Generator, ages: np.ndarray) -> np.ndarray:
    """Birth dates; of some older people only the year or the month was known and the first or the 15th stands."""
    n = len(ages)
    days = (AS_OF.astype(np.int64) - 1 - ages * 365.2425 - dice.uniform(0, 400, n)).astype(np.int32)
    guessed = (ages > 50) & (dice.random(n) < 0.03)
    known = days[guessed].astype("datetime64[D]")
    whole_year = dice.random(len(known)) < 0.6
    month = known.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32) + 14
    year = known.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int32)
    days[guessed] = np.where(whole_year, year, month)
    return days


def families(dice: np.random.Generator, persons: int) -> tuple[People, np.ndarray]:
    """Persons without ID numbers, all of them registered as yet, and each one's role."""
    made = names.tables()
    sizes = household_sizes(dice, persons)
    household = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    first_of = (np.cumsum(sizes) - sizes).astype(np.int64)
    place = np.arange(persons) - first_of[household]
    role, ages = roles_and_ages(dice, sizes, household, place)
    head_male = dice.random(len(sizes)) < 0.83
    male = np.where(dice.random(persons) < 0.52, MALE, FEMALE)
    heads = np.where(head_male, MALE, FEMALE)[household]
    sex = np.where(role == HEAD, heads, np.where(role == SPOUSE, 3 - heads, male)).astype(np.int8)
    birth = births(dice, ages)
    twin = np.flatnonzero((role[1:] == role[:-1]) & np.isin(role[1:], (CHILD, GRANDCHILD)) & (place[1:] > 1)) + 1
    twin = twin[dice.random(len(twin)) < 0.012]
    birth[twin] = birth[twin - 1]
    sex[twin] = np.where(dice.random(len(twin)) < 0.65, sex[twin - 1], sex[twin])
    family, surname = surnames(dice, made, household, role, sex)
    first, second = given_names(dice, made, household, surname, sex, years_of(birth))
    empty = np.zeros(persons, np.int8)
    people = People(
        made, household, first_of, family, sex, birth, surname, first, second,
        empty.astype(bool), empty, np.zeros(persons, np.int64),
    )  # fmt: skip
    return people, role


def surnames(
    dice: np.random.Generator, made: names.Tables, household: np.ndarray, role: np.ndarray, sex: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each household's surname, often one of the three that its village is known by, and each person's own."""
    count, everyone = int(household[-1]) + 1, np.arange(len(made.surnames), dtype=np.int16)
    village = np.arange(count) // VILLAGE_HOUSEHOLDS
    own = dice.choice(everyone, (int(village[-1]) + 1, 3), p=made.surname_weights)
    local = own[village, dice.choice(3, count, p=(0.55, 0.28, 0.17))]
    family = np.where(dice.random(count) < 0.5, local, dice.choice(everyone, count, p=made.surname_weights))
    married_in = (role == SPOUSE) | ((role == HEAD) | (role == PARENT))
    other = (sex == FEMALE) & married_in | (dice.random(len(role)) < 0.015)
    drawn = dice.choice(everyone, len(role), p=made.surname_weights)
    return family.astype(np.int16), np.where(other, drawn, family[household]).astype(np.int16)


def given_names(
    dice: np.random.Generator,
    made: names.Tables,
    household: np.ndarray,
    surname: np.ndarray,
    sex: np.ndarray,
    year: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Given names: popular and rare, the generation's character of a clan, rare characters, minority names."""
    n = len(household)
    first, second = names.given_names(dice, made, sex, year)
    clan_pool = np.array([made.index[letter] for letter in dict.fromkeys("".join(names.POOLS[:3]))], np.int16)
    village = household // VILLAGE_HOUSEHOLDS
    generation = year // 25
    clan = clan_pool[
        (village.astype(np.int64) * 7919 + surname.astype(np.int64) * 104_729 + generation * 31) % len(clan_pool)
    ]
    follows = (second > 0) & (dice.random(n) < np.where(sex == MALE, 0.25, 0.10))
    first = np.where(follows, clan, first)
    rare = np.array([made.index[letter] for letter in names.RARE], np.int16)
    second = np.where(dice.random(n) < 0.005, dice.choice(rare, n), second)
    kind = dice.random(int(household[-1]) + 1)[household]
    for share, heads, tails in (
        (kind < 0.010, names.MINORITY_FIRST, [f"·{part}" for part in names.MINORITY_SECOND]),
        ((kind >= 0.010) & (kind < 0.015), names.TIBETAN, names.TIBETAN),
    ):
        who = np.flatnonzero(share)
        first[who] = dice.choice(np.array([made.index[text] for text in heads], np.int16), len(who))
        second[who] = dice.choice(np.array([made.index[text] for text in tails], np.int16), len(who))
        surname[who] = 0
    return first, second


def put_outside(dice: np.random.Generator, people: People, outsiders: int) -> None:
    """Mark exactly so many persons as not registered: four in five by household, the others relatives of registered."""
    count = len(people.first_of)
    sizes = np.diff(np.append(people.first_of, len(people.household)))
    order = dice.permutation(count)
    whole = order[: int(np.searchsorted(np.cumsum(sizes[order]), outsiders * 0.8))]
    out = np.zeros(count, bool)
    out[whole] = True
    people.outside = out[people.household]
    inside = np.flatnonzero(~people.outside)
    people.outside[dice.choice(inside, outsiders - int(people.outside.sum()), replace=False)] = True


def plant_namesakes(dice: np.random.Generator, people: People, names_share: float, births_share: float) -> None:
    """Give some outsiders the name of a registered person of their sex, and a few also the birth date."""
    outsiders = np.flatnonzero(people.outside)
    roll = dice.random(len(outsiders))
    for sex in (MALE, FEMALE):
        inside = np.flatnonzero(~people.outside & (people.sex == sex))
        for kind, low, high in (
            (SAME_NAME_BIRTH, 0.0, births_share),
            (SAME_NAME, births_share, births_share + names_share),
        ):
            who = outsiders[(roll >= low) & (roll < high) & (people.sex[outsiders] == sex)]
            like = dice.choice(inside, len(who))
            for column in (people.surname, people.first, people.second):
                column[who] = column[like]
            if kind == SAME_NAME_BIRTH:
                people.birth[who] = people.birth[like]
            people.planted[who] = kind


def county_codes(people: People) -> np.ndarray:
    """The county of each household, as its place in COUNTIES."""
    count = len(people.first_of)
    counties = min(len(COUNTIES), max(1, round(count / COUNTY_HOUSEHOLDS)))
    return (np.arange(count) * counties // count).astype(np.int8)


def number(dice: np.random.Generator, people: People, role: np.ndarray) -> None:
    """Give everybody an ID number that nobody else has."""
    n = len(people.household)
    county = county_codes(people)[people.household]
    old, new, change = (np.array(column)[county] for column in zip(*COUNTIES, strict=True))
    late = dice.random(n) < 0.05
    area = np.where((years_of(people.birth) >= change) | late, new, old)
    moved = dice.random(n) < np.where((role == SPOUSE) & (people.sex == FEMALE), 0.12, 0.025)
    neighbours = np.array([old for old, _, _ in COUNTIES])
    area = np.where(moved, np.where(dice.random(n) < 0.4, dice.choice(neighbours, n), dice.choice(ELSEWHERE, n)), area)
    base = area.astype(np.int64) * 10**11 + date_numbers(people.birth) * 1000
    parity = (people.sex == MALE).astype(np.int64)
    # a town's police station hands out its own range, from the start: neighbours born on one day are close together
    town = people.household // (VILLAGE_HOUSEHOLDS * TOWN_VILLAGES) % 24
    serial = town.astype(np.int64) * 40 + 2 * np.minimum(dice.geometric(0.45, n), 19) + parity
    packed = base + serial
    taken, again = np.unique(packed, return_index=True)
    todo = np.setdiff1d(np.arange(n), again, assume_unique=True)
    while len(todo):
        tried = base[todo] + 2 * dice.integers(0, 499, len(todo)) + 2 - parity[todo]
        fresh, where = np.unique(tried, return_index=True)
        free = taken[np.minimum(np.searchsorted(taken, fresh), len(taken) - 1)] != fresh
        packed[todo[where[free]]] = fresh[free]
        taken = np.sort(np.concatenate([taken, fresh[free]]), kind="stable")
        todo = np.delete(todo, where[free])
    people.packed = packed


def population(
    dice: np.random.Generator, registered: int, outsiders: int, names_share: float, births_share: float
) -> People:
    """Exactly so many registered persons and outsiders."""
    people, role = families(dice, registered + outsiders)
    put_outside(dice, people, outsiders)
    plant_namesakes(dice, people, names_share, births_share)
    number(dice, people, role)
    return people
