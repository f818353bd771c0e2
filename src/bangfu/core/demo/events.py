"""What happens between one month and the next, and what the registry honestly leaves blank."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bangfu.core.demo import posted
from bangfu.core.demo.lives import Settler, labour
from bangfu.core.demo.people import Household, OtherRow, Person, age
from bangfu.core.demo.plan import VillagePlan


def leave_blank(households: list[Household], rng: Random) -> None:
    """Wages that nobody wrote down: some households cannot be decided, and no truth says that they can."""
    for household in households:
        if household.planted or household.kind not in ("ordinary", "poor"):
            continue
        if rng.random() < (0.03 if household.kind == "poor" else 0.006):
            for person in household.persons:
                if 18 <= 2026 - person.birth.year < 60 and not person.student and not person.disability_grade:
                    person.written = {**person.written, "年工资性收入": ""}
                    blank = {"工资性收入": "", "家庭纯收入": "", "人均纯收入": ""}
                    household.written = {**household.written, **blank}
                    household.planted = True
                    break


def advance(village: VillagePlan, households: list[Household], as_of: date, settler: Settler, rng: Random) -> None:
    """One month passes: people die and are removed, children are born, some turn sixty.

    Where published figures must hold, as many are born as die, and only in households that no figure counts.
    """
    free = [h for h in households if not h.planted and not h.locked and h.kind == "ordinary" and not h.monitored]
    rng.shuffle(free)
    number = max(1, len(households) // 300)
    dying = [(h, p) for h in free if (p := _old_member(h, as_of))][:number]
    taken = {h.no for h, _ in dying}
    growing = [h for h in free if h.no not in taken and _young_couple(h, as_of)][:number]
    if village.exact:
        fewer = min(len(dying), len(growing))
        dying, growing = dying[:fewer], growing[:fewer]
    for household, person in dying:
        _die(household, person, as_of, rng)
    for household in growing:
        born = as_of - timedelta(days=rng.randint(3, 27))
        household.persons = [*household.persons, settler.newborn(household, born, rng)]
    for household in households:
        for person in household.persons:
            if person.birth.year == as_of.year - 60 and age(person, as_of) == 60:
                _turn_sixty(person, rng)


def _old_member(household: Household, as_of: date) -> Person | None:
    """Somebody old, not the head, on whom no asset, post or pension of the household hangs."""
    if household.vehicles or household.estates or household.companies or len(household.persons) < 5:
        return None
    for person in household.persons[2:]:
        if age(person, as_of) >= 68 and not person.pension and not person.work and not person.contract:
            return None if person.chronic_card or person.post else person
    return None


def _young_couple(household: Household, as_of: date) -> bool:
    n = len(household.persons)
    couple = n >= 2 and household.persons[1].relation == "配偶" and n < 8
    line = posted.DIBAO_STANDARD[household.urban] * 12 * 2
    ages = [age(p, as_of) for p in household.persons[:2]]
    return couple and min(ages) >= 21 and max(ages) <= 42 and household.counted // (n + 1) > line


def _die(household: Household, person: Person, as_of: date, rng: Random) -> None:
    died = (as_of - timedelta(days=rng.randint(3, 27))).isoformat()
    household.given = max(household.given, int(person.no[-2:]))
    household.persons = [p for p in household.persons if p is not person]
    head = household.persons[0]
    dead = OtherRow("deaths", person.id_number, person.name, person.birth, person.sex, (died,))
    head.others = (*head.others, dead)
    if person.relation in ("之父", "之母"):
        for other in household.persons:
            if other.relation in ("之父", "之母"):
                other.marriage = "丧偶"


def _turn_sixty(person: Person, rng: Random) -> None:
    """At sixty the registry no longer writes full labour, and children owe support."""
    if person.labour in ("普通劳动力", "技能劳动力", "丧失劳动力"):
        person.labour = labour(person, 60, rng)
    person.supporter_able = person.supporter_able or "是"
    person.self_care = person.self_care or "6"
