"""What the county consists of before anybody lives in it: townships, villages, and places for households.

A place says how many people a household has, how many of them are in school, whether the household was
registered as poor, and what the world makes of it. From 12,000 households upward one township has exactly the
figures of a published township report; the constants below are those figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

EXACT_FROM = 12_000
EXACT_TOWNSHIP = "990101201"

TOWNSHIPS = (
    ("990101201", "示例龙王乡"),
    ("990101101", "示例城关镇"),
    ("990101202", "示例北山乡"),
    ("990101203", "示例河口镇"),
    ("990101204", "示例南坪乡"),
)
URBAN_TOWNSHIP = "990101101"
UNCOVERED_TOWNSHIPS = ("990101204", "990101202")
"""The vehicle file does not cover the first of these that the county has."""

VILLAGE_NAMES = [
    "东风",
    "新华",
    "前进",
    "红旗",
    "和平",
    "光明",
    "胜利",
    "团结",
    "幸福",
    "向阳",
    "丰收",
    "长青",
    "柳树",
    "石桥",
    "大槐",
    "双河",
    "清泉",
    "高岭",
    "白杨",
    "西湾",
]

STATIONS = ((3, 6), (5, 4), (60, 4))
"""Kilowatts and number of the township's photovoltaic stations."""


@dataclass(slots=True)
class Place:
    """A household to be: `kind` is ordinary, near, poor or hardship."""

    size: int
    students: int = 0
    kind: str = "ordinary"
    registered: int = 0
    graduated: int = 0
    urban: bool = False
    industry: bool = False
    pv: bool = False


@dataclass(slots=True)
class Quotas:
    """How many of each the village must have exactly; None where chance decides."""

    contracts: int
    cards: int
    grants: int
    rangers: int
    base_workers: int
    base: str


@dataclass(slots=True)
class VillagePlan:
    """One village; `quotas` only in the township with published figures."""

    code: str
    name: str
    township: str
    poor_village: bool
    natural_villages: int
    groups: int
    places: list[Place]
    stations: tuple[int, ...] = ()
    quotas: Quotas | None = None

    @property
    def exact(self) -> bool:
        """True where published figures must hold."""
        return self.quotas is not None


@dataclass(slots=True)
class CountyPlan:
    """How many villages, and a stream of them."""

    households: int
    townships: tuple[tuple[str, str], ...]
    exact: bool
    uncovered: str
    outside: int
    """Households outside the township with published figures."""


def county(households: int) -> CountyPlan:
    """Which townships a county of this many households has."""
    exact = households >= EXACT_FROM
    townships = TOWNSHIPS if exact else (TOWNSHIPS[1], TOWNSHIPS[2])
    codes = [code for code, _ in townships]
    uncovered = next(code for code in UNCOVERED_TOWNSHIPS if code in codes)
    outside = households - sum(n for n, *_ in EXACT_CLASSES) if exact else households
    return CountyPlan(households, townships, exact, uncovered, outside)


# households, persons, kind, registered, graduated, pupils and students; the rows add up to 8848 and 34830,
# the rows registered in 2014 to 1239 and 4166, those graduated in 2020 to 38 and 121
EXACT_CLASSES = (
    (62, 62, "hardship", 2014, 2018, 0),
    (6, 6, "hardship", 2014, 2020, 0),
    (166, 362, "poor", 2014, 2018, 44),
    (14, 34, "poor", 2014, 2020, 3),
    (973, 3621, "ordinary", 2014, 2018, 371),
    (18, 81, "ordinary", 2014, 2020, 9),
    (30, 30, "hardship", 0, 0, 0),
    (90, 210, "poor", 0, 0, 26),
    (40, 150, "near", 0, 0, 17),
    (7449, 30274, "ordinary", 0, 0, 438),
)
EXACT_INDUSTRY, EXACT_PV = 623, 684
EXACT_VILLAGES, EXACT_NATURAL_VILLAGES, EXACT_GROUPS, EXACT_POOR_VILLAGES = 7, 108, 138, 3
EXACT_CONTRACTS, EXACT_CARDS, EXACT_GRANTS, EXACT_RANGERS = 1502, 1034, 318, 5
EXACT_BASES = (("示例服装加工扶贫基地", 6), ("示例蔬菜种植扶贫基地", 6), ("示例柳编扶贫基地", 5))

ORDINARY_SIZES = ((1, 0.06), (2, 0.16), (3, 0.2), (4, 0.24), (5, 0.17), (6, 0.11), (7, 0.04), (8, 0.02))
POOR_SIZES = ((1, 0.42), (2, 0.26), (3, 0.17), (4, 0.1), (5, 0.05))


def villages(plan: CountyPlan, seed: int) -> Iterator[VillagePlan]:
    """All villages in the order of their codes within townships, each built when asked for."""
    if plan.exact:
        yield from _exact_township(Random(f"{seed}:{EXACT_TOWNSHIP}"))
    others, per_village = _others(plan)
    for index, (code, _) in enumerate(others):
        households = _share(plan, index)
        for number in range(per_village):
            count = households // per_village + (number < households % per_village)
            village_code = f"{code}{201 + number:03d}"
            yield _village(village_code, number, count, code == URBAN_TOWNSHIP, seed)


def village_count(plan: CountyPlan) -> int:
    """How many villages `villages` yields."""
    others, per_village = _others(plan)
    return len(others) * per_village + (EXACT_VILLAGES if plan.exact else 0)


def in_uncovered(plan: CountyPlan) -> int:
    """About how many households live where the vehicle file does not cover."""
    codes = [code for code, _ in _others(plan)[0]]
    return _share(plan, codes.index(plan.uncovered))


def _share(plan: CountyPlan, index: int) -> int:
    """Households of the index-th other township; in a small county the uncovered one is the smaller."""
    if not plan.exact:
        quarter = plan.outside // 4
        return quarter if index else plan.outside - quarter
    return part(plan.outside, len(_others(plan)[0]), index)


def _others(plan: CountyPlan) -> tuple[list[tuple[str, str]], int]:
    """The townships without published figures, and the number of villages in each."""
    others = [t for t in plan.townships if not plan.exact or t[0] != EXACT_TOWNSHIP]
    few = max(2, min(7, plan.households // 150))
    return others, max(few, -(-plan.outside // (len(others) * 1250)))


def _village(code: str, number: int, count: int, town: bool, seed: int) -> VillagePlan:
    rng = Random(f"{seed}:{code}:plan")
    places = [_place(rng, town) for _ in range(count)]
    poor_village = number % 5 == 1
    stations = (60,) if poor_village else ()
    groups = max(2, count // 60)
    return VillagePlan(
        code, village_name(number), code[:9], poor_village, max(2, groups * 3 // 4), groups, places, stations
    )


def _place(rng: Random, town: bool) -> Place:
    from bangfu.core.demo.people import pick

    urban = town and rng.random() < 0.6
    registered = not urban and rng.random() < 0.13
    kinds = (("poor", 0.14), ("hardship", 0.05), ("near", 0.05), ("ordinary", 0.76))
    usual = (("poor", 0.038), ("hardship", 0.012), ("near", 0.012), ("ordinary", 0.938))
    kind = pick(rng, kinds if registered else usual)
    if urban and kind in ("near", "hardship"):
        kind = "ordinary"
    size = 1 if kind == "hardship" else pick(rng, POOR_SIZES if kind == "poor" else ORDINARY_SIZES)
    if kind == "near":
        size = max(2, size)
    students = min(3, sum(rng.random() < 0.42 for _ in range(size - 2)) + (size == 2 and rng.random() < 0.06))
    year = rng.choice((2014, 2014, 2014, 2015, 2016)) if registered else 0
    graduated = rng.choice((2016, 2017, 2018, 2018, 2019, 2020)) if registered else 0
    return Place(size, students, kind, year, max(year + 1, graduated) if registered else 0, urban)


def village_name(number: int) -> str:
    """The number-th name of a village within its township."""
    name = VILLAGE_NAMES[number % len(VILLAGE_NAMES)]
    turn = number // len(VILLAGE_NAMES)
    return f"示例{name}{turn + 1 if turn else ''}村"


def _exact_township(rng: Random) -> Iterator[VillagePlan]:
    """The seven villages whose sums are the published figures."""
    places = [place for row in EXACT_CLASSES for place in _class(row, rng)]
    for place in places:
        if place.graduated == 2018:
            place.graduated = rng.choice((2015, 2016, 2017, 2018, 2019))
    registered = [p for p in places if p.registered and p.kind != "hardship"]
    for place in rng.sample(registered, EXACT_INDUSTRY):
        place.industry = True
    for place in rng.sample(registered, EXACT_PV):
        place.pv = True
    rng.shuffle(places)
    stations = [kilowatts for kilowatts, number in STATIONS for _ in range(number)]
    n = EXACT_VILLAGES
    for i in range(n):
        base, workers = EXACT_BASES[i] if i < len(EXACT_BASES) else ("", 0)
        quotas = Quotas(
            contracts=part(EXACT_CONTRACTS, n, i),
            cards=part(EXACT_CARDS, n, i),
            grants=part(EXACT_GRANTS, n, i),
            rangers=part(EXACT_RANGERS, n, i),
            base_workers=workers,
            base=base,
        )
        yield VillagePlan(
            f"{EXACT_TOWNSHIP}{201 + i:03d}",
            village_name(i),
            EXACT_TOWNSHIP,
            i < EXACT_POOR_VILLAGES,
            part(EXACT_NATURAL_VILLAGES, n, i),
            part(EXACT_GROUPS, n, i),
            places[i::n],
            tuple(stations[i::n]),
            quotas,
        )


def part(total: int, parts: int, index: int) -> int:
    """The index-th of `parts` whole numbers that add up to `total` and differ by at most one."""
    return total // parts + (index < total % parts)


def _class(row: tuple[int, int, str, int, int, int], rng: Random) -> list[Place]:
    """Places of one class with sizes and students that add up exactly."""
    from bangfu.core.demo.people import pick

    households, persons, kind, registered, graduated, students = row
    if kind == "hardship":
        sizes = [1] * households
    else:
        table = POOR_SIZES if kind == "poor" else ORDINARY_SIZES
        least = 2 if kind == "near" else 1
        sizes = [max(least, pick(rng, table)) for _ in range(households)]
        difference = persons - sum(sizes)
        while difference:
            at = rng.randrange(households)
            step = 1 if difference > 0 else -1
            if least <= sizes[at] + step <= 8:
                sizes[at] += step
                difference -= step
    places = [Place(size, 0, kind, registered, graduated) for size in sizes]
    while students:
        place = rng.choice(places)
        if place.students < min(3, place.size - 1):
            place.students += 1
            students -= 1
    return places
