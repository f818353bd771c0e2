"""How truth is planted: a cause picks a household that it fits, changes the world or its records, is noted.

Every change goes through a `Scene`, which remembers what was before, so that a cause can be put right in a
later month exactly as it was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from bangfu.core.demo.people import Household, Person
from bangfu.core.demo.plan import VillagePlan
from bangfu.core.demo.slips import Slip

DENSITY = 1.6
"""How often everything goes wrong, relative to the rates given with the causes."""

Undo = list[tuple[object, str, Any]]
Victim = Person | None


@dataclass(slots=True)
class Scene:
    """Where and when a cause acts."""

    village: VillagePlan
    households: list[Household]
    uncovered: bool
    """True in the township that the vehicle file does not cover."""
    as_of: date
    rng: Random
    changes: Undo = field(default_factory=list)
    partner: tuple[Household, Victim] | None = None
    """A second household in which the same truth shows."""

    def set(self, target: object, attribute: str, value: object) -> None:
        """Change an attribute of a household or person and remember the old value."""
        self.changes.append((target, attribute, getattr(target, attribute)))
        setattr(target, attribute, value)

    def write(self, target: Household | Person, **texts: str) -> None:
        """Override what the registry sheet says, by header."""
        self.set(target, "written", {**target.written, **texts})

    def report(self, person: Person, table: str, *columns: str) -> None:
        """Put a row about a person into a bureau file."""
        self.set(person, "bureau", (*person.bureau, (table, columns)))

    def withhold(self, household: Household, programme: str, person: Person | None = None) -> None:
        """A benefit that is not paid although it should be."""
        key = (programme, person.no if person else "")
        self.set(household, "withheld", household.withheld | {key})

    def pay(self, household: Household, programme: str, amount: int, person: Person | None = None) -> None:
        """An amount in fen a month that is paid whatever would be right."""
        key = (programme, person.no if person else "")
        self.set(household, "amounts", {**household.amounts, key: amount})


class Unfit(Exception):
    """The household offered does not suit the cause."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One way in which records and world come apart.

    `rate` is per thousand households of the county. `pool` names the kind of household it takes. A cause that
    would disturb a township's published figures is planted `elsewhere` only. `correction` says what happens
    when an officer finds out: `undo` (record or benefit put right), `stop` (the benefit is stopped), or
    nothing. `apply` raises `Unfit`, or returns the person concerned (None: the household).
    """

    id: str
    kind: str
    programme: str
    pool: str
    rate: float
    revealed_by: str
    note_zh: str
    apply: Callable[[Scene, Household], Victim]
    elsewhere: bool = False
    correction: str = ""
    detectable: bool = True
    covered: bool | None = None
    """Only inside (True) or outside (False) what the vehicle file covers; None: anywhere."""
    also: tuple[str, ...] = ()
    """Further programmes that the household misses for the same reason."""


Action = Callable[[Scene, Household], Victim]


class Catalogue:
    """The causes of one module, in the order in which they are written down."""

    def __init__(self) -> None:
        self._causes: list[Cause] = []

    def add(
        self,
        kind: str,
        programme: str,
        pool: str,
        rate: float,
        *texts: str,
        id: str = "",
        **more: Any,
    ) -> Callable[[Action], Action]:
        """Declare the decorated action as a cause; its name is the id unless one is given.

        `texts` are `revealed_by` and `note_zh`.
        """
        revealed_by, note_zh = texts

        def declare(action: Action) -> Action:
            name = id or action.__name__
            self._causes.append(Cause(name, kind, programme, pool, rate, revealed_by, note_zh, action, **more))
            return action

        return declare

    def all(self) -> tuple[Cause, ...]:
        """Every cause declared so far."""
        return tuple(self._causes)


@dataclass(slots=True)
class Planted:
    """One planted truth, as long as it holds."""

    cause: Cause
    household: Household
    person_no: str | None
    changes: Undo
    programme: str
    partner: tuple[str, str | None] | None = None
    """Household and person number of the other household in which the same truth shows."""
    slip: Slip | None = None
    """What is wrong with the identity in the bureau's row that reveals this truth."""
    lost: bool = False
    """True where nobody can tell whom that row is about."""
    needs_linking: bool = False
    """True where that row is found only by more than a join on well-formed numbers."""

    @property
    def file(self) -> str:
        """The file that reveals this truth; empty where none does."""
        return self.cause.revealed_by.partition(".")[0]

    def put_right(self, as_of: date) -> None:
        """What an officer does who finds out."""
        key = (self.programme, self.person_no or "")
        if self.cause.correction == "undo":
            for target, attribute, value in reversed(self.changes):
                setattr(target, attribute, value)
            if self.cause.kind == "missed":
                self.household.since = {**self.household.since, key: as_of.replace(day=1)}
        elif self.cause.correction == "stop":
            self.household.withheld = self.household.withheld | {key}
            self.household.amounts = {k: v for k, v in self.household.amounts.items() if k != key}


class Planter:
    """Spreads each cause over the county: at least once, and in proportion to the households seen."""

    def __init__(self, causes: tuple[Cause, ...], households: int, outside: int, uncovered: int) -> None:
        """How many households there are, outside the exact township, and where vehicles are not covered."""
        self._causes = causes
        self._share = {}
        self._credit = {}
        for cause in causes:
            room = uncovered if cause.covered is False else outside if cause.elsewhere else households
            if cause.covered:
                room -= uncovered
            self._share[cause.id] = max(1.0, cause.rate * DENSITY * households / 1000) / room
            # the head start makes up for villages without a household that fits
            self._credit[cause.id] = 0.6

    def plant(self, scene: Scene, portion: float) -> list[Planted]:
        """Plant into the village as much as its size calls for, times `portion` of the whole."""
        size = len(scene.households)
        pools: dict[str, list[Household]] = {}
        for household in scene.households:
            if not household.planted:
                pools.setdefault(household.kind, []).append(household)
        for pool in pools.values():
            scene.rng.shuffle(pool)
        planted: list[Planted] = []
        for cause in self._causes:
            if cause.elsewhere and scene.village.exact:
                continue
            if cause.covered is not None and cause.covered == scene.uncovered:
                continue
            self._credit[cause.id] += self._share[cause.id] * size * portion
            while self._credit[cause.id] >= 1:
                found = _first_fit(cause, scene, pools.get(cause.pool, []))
                if found is None:
                    break
                planted.append(found)
                self._credit[cause.id] -= 1
        return planted


def _first_fit(cause: Cause, scene: Scene, pool: list[Household]) -> Planted | None:
    for household in pool:
        if household.planted or (household.locked and cause.kind in ("missed", "at_risk")):
            continue
        scene.changes, scene.partner = [], None
        try:
            person = cause.apply(scene, household)
        except Unfit:
            continue
        household.planted = True
        planted = Planted(cause, household, person.no if person else None, scene.changes, cause.programme)
        if scene.partner:
            other, victim = scene.partner
            other.planted = True
            planted.partner = (other.no, victim.no if victim else None)
        return planted
    return None
