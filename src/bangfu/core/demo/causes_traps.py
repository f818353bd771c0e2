"""Rows that must not be laid at a household's door: a stranger under its number, a stranger of its name.

Nothing is wrong with the household. Whoever joins on numbers, or on names, finds something wrong with it.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from random import Random

from bangfu.core.demo.administration import DIBAO
from bangfu.core.demo.causes_paid import plain
from bangfu.core.demo.families import birthday
from bangfu.core.demo.people import SURNAMES, Household, OtherRow, Person, age, check_character, given_name
from bangfu.core.demo.planting import Catalogue, Scene, Unfit, Victim

causes = Catalogue()
trap = partial(causes.add, "trap", DIBAO, "poor", 0.2, detectable=False)
CAR = ("小型轿车", "128000.00", "2024-11-20")


def _stranger(h: Household, rng: Random) -> tuple[str, str]:
    """A name that has nothing in common with one of the household, and a sex."""
    sex = rng.choice("男女")
    known = {c for p in h.persons for c in p.name}
    while True:
        name = rng.choice(SURNAMES) + given_name(sex, rng)
        if not known & set(name):
            return name, sex


def _adult(h: Household, scene: Scene) -> Person:
    for p in h.persons:
        if 22 <= age(p, scene.as_of) < 75:
            return p
    raise Unfit


def _put(scene: Scene, p: Person, file: str, number: str, name: str, birth: date, *columns: str) -> Person:
    row = OtherRow(file, number, name, birth, p.sex, columns, fixed=True)
    scene.set(p, "others", (*p.others, row))
    return p


def _under_number(scene: Scene, h: Household, file: str, *columns: str) -> Person:
    """A row about a stranger that carries the number of somebody in the household."""
    plain(h)
    p = _adult(h, scene)
    name, _ = _stranger(h, scene.rng)
    birth = birthday(scene.rng.randint(24, 60), scene.rng)
    if birth == p.birth:
        raise Unfit
    return _put(scene, p, file, p.id_number, name, birth, *columns)


def _number_of(birth: date, rng: Random) -> str:
    """A well-formed number of another county."""
    body = f"9902{rng.randint(1, 20):02d}{birth:%Y%m%d}{rng.randrange(1000):03d}"
    return body + check_character(body)


@trap("vehicles", "车主另有其人，登记了本户成员的证件号码", covered=True)
def trap_number_car(scene: Scene, h: Household) -> Victim:
    return _under_number(scene, h, "vehicles", f"例D{h.no[-7:]}", *CAR)


@trap("business_registrations", "企业法人另有其人，登记了本户成员的证件号码")
def trap_number_company(scene: Scene, h: Household) -> Victim:
    columns = (f"示例{h.no[-6:]}运输有限公司", "法定代表人", "800000.00", "存续")
    return _under_number(scene, h, "business_registrations", *columns)


@trap("deaths", "死者另有其人，登记了本户成员的证件号码")
def trap_number_death(scene: Scene, h: Household) -> Victim:
    if age(h.persons[0], scene.as_of) >= 79:
        raise Unfit
    return _under_number(scene, h, "deaths", date(2026, scene.rng.randint(2, 6), 11).isoformat())


@trap("payroll", "领工资的是邻居，登记了本户成员的证件号码")
def trap_number_neighbour(scene: Scene, h: Household) -> Victim:
    """The neighbour is registered too: his name, her number."""
    plain(h)
    p = _adult(h, scene)
    known = {c for member in h.persons for c in member.name}
    for other in scene.households:
        worker = next((w for w in other.persons if w.work and not w.formal and not known & set(w.name)), None)
        if worker and not other.planted and other.kind == "ordinary" and not other.monitored:
            other.planted = True
            month = f"{scene.as_of:%Y-%m}"
            return _put(scene, p, "payroll", p.id_number, worker.name, worker.birth, "示例建材厂", "6800.00", month)
    raise Unfit


@trap("financial_assets", "存款人与本户成员同名，证件号码不同")
def trap_name_deposits(scene: Scene, h: Household) -> Victim:
    plain(h)
    p = _adult(h, scene)
    number = _number_of(birthday(scene.rng.randint(24, 70), scene.rng), scene.rng)
    return _put(scene, p, "financial_assets", number, p.name, p.birth, "386000.00", scene.as_of.isoformat())


@trap("pensions", "领养老金的与本户成员同名，没有证件号码，出生日期不同")
def trap_name_pension(scene: Scene, h: Household) -> Victim:
    plain(h)
    p = _adult(h, scene)
    birth = birthday(scene.rng.randint(61, 80), scene.rng)
    if birth.year == p.birth.year or birth.day == p.birth.day:
        raise Unfit
    return _put(scene, p, "pensions", "", p.name, birth, "城镇职工基本养老保险", "4650.00")


@trap("deaths", "死者与本户成员同名同日出生，证件号码不同且格式正确")
def trap_name_death(scene: Scene, h: Household) -> Victim:
    """The same name and the same day of birth, and a sound number of their own: somebody else."""
    plain(h)
    p = _adult(h, scene)
    if age(p, scene.as_of) >= 79:
        raise Unfit
    number = _number_of(p.birth, scene.rng)
    return _put(scene, p, "deaths", number, p.name, p.birth, date(2026, scene.rng.randint(2, 6), 19).isoformat())


@trap("vehicles", "车主与本户成员同名，没有证件号码", covered=True)
def trap_name_car(scene: Scene, h: Household) -> Victim:
    plain(h)
    p = _adult(h, scene)
    return _put(scene, p, "vehicles", "", p.name, p.birth, f"例D{h.no[-7:]}", *CAR)


@trap("payroll", "领工资的另有其人，证件号码有误，与本户成员的只差一位")
def trap_slip_wage(scene: Scene, h: Household) -> Victim:
    """A stranger's number, mistyped, lies one digit away from this person's; the name says that it is not."""
    plain(h)
    p = _adult(h, scene)
    name, _ = _stranger(h, scene.rng)
    at = scene.rng.choice((6, 9, 11, 14, 15))
    digit = str((int(p.id_number[at]) + scene.rng.randint(1, 9)) % 10)
    number = p.id_number[:at] + digit + p.id_number[at + 1 :]
    return _put(scene, p, "payroll", number, name, p.birth, "示例食品有限公司", "5900.00", f"{scene.as_of:%Y-%m}")


CAUSES = causes.all()
