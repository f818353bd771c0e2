"""The true world: health, schooling, work, income and wealth of one household.

The world decides here who is poor. Poor households lie clearly below what the county has posted, ordinary
ones clearly above; nothing here knows how a rule would decide.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bangfu.core.demo import posted
from bangfu.core.demo.families import Member, birthday, compose, school
from bangfu.core.demo.people import (
    MINORITY,
    SURNAMES,
    Household,
    IdNumbers,
    Person,
    Work,
    age,
    given_name,
    next_number,
    pick,
)
from bangfu.core.demo.plan import Place

YEAR = 12
YUAN = 100

WORKPLACES = (
    (("乡内", "示例省示例市示例县", 0.18), ("示例粮油合作社", "示例砖瓦厂", "示例农机服务队")),
    (("乡外县内", "示例省示例市示例县", 0.3), ("示例服装有限公司", "示例食品有限公司", "示例建筑劳务公司")),
    (("县外省内", "示例省江北市湖东区", 0.17), ("江北电子厂", "湖东物流公司", "江北建设集团")),
    (("省外", "临海省海州市港口区", 0.35), ("港口制衣厂", "海州机械厂", "东港快递公司", "海州餐饮公司")),
)
CHANNELS = ("自主就业", "亲友介绍", "企业招聘", "劳务输出组织")
DISABILITY_KINDS = ((4, 0.45), (1, 0.12), (2, 0.13), (3, 0.04), (5, 0.11), (6, 0.11), (7, 0.04))
DISABILITY_GRADES = ((1, 0.12), (2, 0.24), (3, 0.3), (4, 0.34))


class Settler:
    """Fills places with people; keeps the running numbers of the whole county."""

    def __init__(self, as_of: date) -> None:
        self.ids = IdNumbers()
        self.as_of = as_of
        self._phones = 0

    def settle(self, place: Place, number: str, rng: Random) -> Household:
        """A household with `number`, with everything the world knows about it."""
        if place.kind == "hardship":
            members = [Member("户主", "男" if rng.random() < 0.8 else "女", rng.randint(62, 86))]
        else:
            mood = {"poor": "hard", "near": "young"}.get(place.kind, "ordinary")
            members = compose(place.size, place.students, rng, mood)
        self._phones += 1
        household = Household(
            no=number,
            kind=place.kind,
            urban=place.urban,
            registered=place.registered,
            graduated=place.graduated,
            persons=[],
            phone=f"1990{self._phones:07d}",
            industry=place.industry,
            pv=place.pv,
        )
        surname = rng.choice(SURNAMES)
        for i, member in enumerate(members):
            household.persons.append(self._person(household, member, f"{number}{i + 1:02d}", surname, rng))
        _marriages(household)
        _health(household, rng, self.as_of)
        _work(household, rng, self.as_of)
        _labour(household, rng, self.as_of)
        _income(household, rng, self.as_of)
        _sickness_costs(household, rng)
        _wealth(household, rng, self.as_of)
        _house(household, rng)
        return household

    def _person(self, household: Household, member: Member, number: str, surname: str, rng: Random) -> Person:
        if member.relation in ("配偶", "之儿媳", "之母"):
            surname = rng.choice(SURNAMES)
        birth = birthday(member.age, rng)
        name = surname + given_name(member.sex, rng)
        ethnicity = "汉族"
        if rng.random() < 0.01:
            first, last = rng.choice(MINORITY)
            name, ethnicity = f"{first}·{last}", "回族" if first[0] in "阿古麦" else "藏族"
        person = Person(number, name, member.sex, birth, member.relation, self.ids.next(birth, member.sex))
        person.ethnicity = ethnicity
        if member.student:
            person.student = school(member.age, rng.random() < (0.55 if household.registered else 0.4))
        elif member.age < 6:
            person.student = "学龄前儿童"
        else:
            person.education = _education(member.age, rng)
        years = age(person, self.as_of)
        if years >= 26 and rng.random() < 0.06:
            person.party = "中共党员"
        elif 15 <= years <= 24 and rng.random() < 0.3:
            person.party = "共青团员"
        return person

    def newborn(self, household: Household, born: date, rng: Random) -> Person:
        """A child of the head, added at the end of the household."""
        boy = rng.random() < 0.52
        sex, number = ("男" if boy else "女"), next_number(household)
        name = household.persons[0].name[0] + given_name(sex, rng)
        child = Person(number, name, sex, born, "之子" if boy else "之女", self.ids.next(born, sex))
        child.student = "学龄前儿童"
        child.supporter_able = "是"
        return child


def _education(years: int, rng: Random) -> str:
    if years >= 60:
        return str(pick(rng, (("文盲或半文盲", 0.33), ("小学", 0.48), ("初中", 0.16), ("高中", 0.03))))
    if years >= 40:
        return str(pick(rng, (("小学", 0.3), ("初中", 0.53), ("高中", 0.13), ("大专", 0.04))))
    return str(pick(rng, (("初中", 0.5), ("高中", 0.25), ("大专", 0.17), ("本科及以上", 0.08))))


def _marriages(household: Household) -> None:
    relations = {p.relation for p in household.persons}
    has_child = bool(relations & {"之子", "之女", "之孙子", "之孙女"})
    for person in household.persons:
        if person.relation in ("配偶", "之儿媳") or (person.relation == "户主" and "配偶" in relations):
            person.marriage = "已婚"
        elif person.relation == "户主" and (has_child or household.kind != "hardship"):
            person.marriage = "丧偶" if person.birth.year < 1970 else "离婚" if has_child else "未婚"
        elif person.relation in ("之父", "之母"):
            person.marriage = "已婚" if relations >= {"之父", "之母"} else "丧偶"
        elif person.relation == "之子" and "之儿媳" in relations and person.birth.year < 1998:
            person.marriage = "已婚"


def _health(household: Household, rng: Random, as_of: date) -> None:
    hard = household.kind == "poor"
    for person in household.persons:
        years = age(person, as_of)
        if household.kind == "hardship":
            person.health = "长期慢性病" if rng.random() < 0.4 else "健康"
            continue
        disabled = 0.0 if years < 3 else 0.015 if years < 18 else 0.045 if years < 60 else 0.13
        if hard and 18 <= years < 60 and not person.student:
            disabled = 0.24
        chronic = 0.004 if years < 18 else 0.05 if years < 45 else 0.16 if years < 60 else 0.34
        draw = rng.random()
        if draw < disabled:
            person.health = "残疾"
            person.disability_kind = pick(rng, DISABILITY_KINDS)
            person.disability_grade = pick(rng, DISABILITY_GRADES)
        elif draw < disabled + 0.008 + (0.08 if hard and years >= 18 else 0):
            person.health = "患有大病"
        elif draw < disabled + 0.008 + chronic + (0.3 if hard and years >= 18 else 0):
            person.health = "长期慢性病"


def _work(household: Household, rng: Random, as_of: date) -> None:
    if household.kind in ("poor", "hardship"):
        return
    infants = any(age(p, as_of) < 3 for p in household.persons)
    for person in household.persons:
        years = age(person, as_of)
        if person.student or not 18 <= years < 64 or person.health in ("残疾", "患有大病"):
            continue
        chance = 0.76 if years < 50 else 0.5 if years < 58 else 0.16
        if person.health == "长期慢性病" or (infants and person.sex == "女"):
            chance *= 0.5
        if rng.random() < chance:
            person.work = job(person, household, rng, as_of)
            person.formal = (
                person.work.place != "省外" and person.work.months == YEAR and years < 60 and rng.random() < 0.55
            )
            person.employee_insurance = person.formal


def job(person: Person, household: Household, rng: Random, as_of: date) -> Work:
    """Off-farm work that started at least a year before the day, with a wage by education and place."""
    place, county, employers = _workplace(rng, household.urban)
    base = {"大专": 3900, "本科及以上": 4600, "高中": 3400}.get(person.education, 3000)
    monthly = int(base * rng.lognormvariate(0, 0.22) * (1.15 if place == "省外" else 1.0)) // 10 * 10
    months = YEAR if rng.random() < 0.45 else rng.randint(7, 11)
    started = date(as_of.year - rng.randint(1, 2), rng.randint(1, 8), 1)
    employer = rng.choice(employers)
    return Work(place, county, employer, rng.choice(CHANNELS), started, months, max(1500, monthly) * YUAN)


def _workplace(rng: Random, urban: bool) -> tuple[str, str, tuple[str, ...]]:
    if urban and rng.random() < 0.6:
        (place, county, _), employers = WORKPLACES[0]
        return place, county, employers
    place, county, employers = pick(rng, [((p, c, e), w) for (p, c, w), e in WORKPLACES])
    return place, county, employers


def _labour(household: Household, rng: Random, as_of: date) -> None:
    for person in household.persons:
        years = age(person, as_of)
        person.labour = labour(person, years, rng)
        helpless = years < 16 or years >= 60 or person.disability_grade or person.health == "患有大病"
        if household.kind == "hardship":
            person.supporter_able = "否"
            person.self_care = str(rng.choice((6, 6, 6, 5, 4, 2)))
            person.hardship = True
        elif helpless:
            person.supporter_able = "是"
            if years >= 60 or person.disability_grade:
                person.self_care = "6" if person.disability_grade not in (1, 2) else str(rng.randint(2, 5))
    if household.kind == "ordinary" and all(p.labour in ("无劳动力", "丧失劳动力") for p in household.persons):
        household.persons[0].labour = "弱劳动力或半劳动力"


def labour(person: Person, years: int, rng: Random) -> str:
    """What a person can do, by age, schooling, disability and illness."""
    if person.student or years < 16:
        return "无劳动力"
    severe = person.disability_grade in (1, 2)
    if years >= 60:
        return "弱劳动力或半劳动力" if years < 78 and not severe and person.health != "患有大病" else "无劳动力"
    if severe or person.health == "患有大病":
        return "丧失劳动力"
    if person.disability_grade or (person.health == "长期慢性病" and not person.work):
        return "弱劳动力或半劳动力"
    return "技能劳动力" if person.education in ("大专", "本科及以上") or rng.random() < 0.05 else "普通劳动力"


def _income(household: Household, rng: Random, as_of: date) -> None:
    n = len(household.persons)
    household.arable = rng.randint(0, 2) if household.urban else rng.randint(1, 3) * min(n, 4)
    if household.kind == "hardship":
        household.transfer = rng.choice((0, 240, 360, 480)) * YUAN
    elif household.kind == "poor":
        _poor_income(household, rng, as_of)
    else:
        _pensions(household, rng, as_of)
        _earn(household, rng)
        if household.kind == "near":
            set_income(household, rng.randint(8770, 9280) * YUAN * n)
        else:
            least = ordinary_least(household, rng)
            if household.counted < least * n:
                _raise(household, least * n, rng)
    change = rng.randint(88, 108)
    household.last_year = (household.counted // n) * change // 100


def ordinary_least(household: Household, rng: Random) -> int:
    """The least income per person and year, in fen, of an ordinary household: beyond every posted line."""
    line = posted.DIBAO_STANDARD[household.urban] * YEAR * posted.NEAR_MULTIPLE[0] // posted.NEAR_MULTIPLE[1]
    if rng.random() < posted.NEAR_LINE_SHARE:
        return line * rng.randint(1010, 1030) // 1000
    return line * rng.randint(1050, 1450) // 1000


def _poor_income(household: Household, rng: Random, as_of: date) -> None:
    """Clearly below the standard that was posted before July, even if basic pensions were counted."""
    n = len(household.persons)
    ceiling = posted.DIBAO_STANDARD_BEFORE[household.urban] * YEAR * 88 // 100 - household.basic_pension(as_of) // n
    # a share of the photovoltaic income, and something grown for those with an industry project, fit in
    least = max(1200_00, (posted.PV_YEARLY + 720_00) // n if household.pv else 0)
    total = -(-rng.randint(least, max(least, ceiling)) * n // (YEAR * YUAN)) * (YEAR * YUAN)
    household.property_income = posted.PV_YEARLY if household.pv else 0
    rest = total - household.property_income
    carers = [p for p in household.persons if p.labour in ("普通劳动力", "技能劳动力") and not p.student]
    if carers and rest >= 7200 * YUAN:
        months = rng.randint(4, 6)
        county, employers = WORKPLACES[0][0][1], WORKPLACES[0][1]
        started = date(as_of.year - 1, rng.randint(1, 8), 1)
        carers[0].work = Work("乡内", county, employers[0], "亲友介绍", started, months, 1200 * YUAN)
        rest -= carers[0].wage
    household.transfer = min(rest // 2, household.arable * 120 * YUAN)
    net = rest - household.transfer
    household.cost = net // 3
    household.business = net + household.cost


def _pensions(household: Household, rng: Random, as_of: date) -> None:
    chance = 0.6 if household.urban else 0.03
    for person in household.persons:
        if age(person, as_of) >= 60 and household.kind == "ordinary" and rng.random() < chance:
            person.pension = rng.randint(180, 420) * 10 * YEAR * YUAN
            person.employee_insurance = True


def _earn(household: Household, rng: Random) -> None:
    n = len(household.persons)
    if household.industry or not household.urban or rng.random() < 0.15:
        household.business = int(rng.lognormvariate(9.2, 0.55)) // 10 * 10 * YUAN
        household.cost = household.business * rng.randint(28, 45) // 100
    if rng.random() < 0.25:
        household.property_income = rng.randint(2, 40) * 100 * YUAN
    household.transfer = household.arable * 120 * YUAN
    if household.pv:
        household.property_income += posted.PV_YEARLY
    if n <= 4 and rng.random() < 0.06:
        household.preferential = 960 * YUAN


def set_income(household: Household, target: int) -> None:
    """Make the counted income exactly `target` fen a year: at most one wage, the rest from the farm."""
    workers = [p for p in household.persons if p.work]
    for person in household.persons:
        person.formal, person.employee_insurance, person.pension = False, False, 0
        if person not in workers[:1]:
            person.work = None
    for person in workers[:1]:
        assert person.work is not None
        person.work.months = 8
        person.work.monthly = min(6000 * YUAN, target * 6 // 10 // 8 // (10 * YUAN) * (10 * YUAN))
    household.property_income, household.pv = 0, False
    household.transfer = household.arable * 120 * YUAN
    net = target - household.wages - household.transfer
    household.cost = net // 2
    household.business = net + household.cost


def _raise(household: Household, target: int, rng: Random) -> None:
    """Lift the counted income to a target by what the household grows, or gets from its children."""
    missing = target - household.counted
    if any(p.labour in ("普通劳动力", "技能劳动力") for p in household.persons) or rng.random() < 0.3:
        household.cost += missing * 3 // 5
        household.business += missing + missing * 3 // 5
    else:
        household.transfer += missing


def _sickness_costs(household: Household, rng: Random) -> None:
    """Stays in hospital; what is left to pay stays well below what would bring a household down."""
    n = len(household.persons)
    limit = household.counted * (12 if household.kind == "ordinary" else 6) // 100 // n
    for person in household.persons:
        ill = person.health in ("患有大病", "长期慢性病")
        chance = 0.9 if person.health == "患有大病" else 0.3 if ill else 0.035
        if rng.random() < chance:
            total = int(rng.lognormvariate(9.6 if person.health == "患有大病" else 8.2, 0.6)) * YUAN
            total = min(total, limit * 4)
            person.in_scope = total // YUAN * YUAN
            person.basic_paid = total * 70 // 100 // YUAN * YUAN
            person.major_paid = total * 8 // 100 // YUAN * YUAN if total > 8000_00 else 0
    older = [p for p in household.persons if p.student and p.student[:2] in ("普通", "中职", "高职", "本科")]
    if household.kind == "ordinary":
        household.education_cost = min(len(older) * 2400 * YUAN, household.counted * 5 // 100 // YUAN * YUAN)


def _wealth(household: Household, rng: Random, as_of: date) -> None:
    n = len(household.persons)
    cap = posted.ASSET_MONTHS * posted.DIBAO_STANDARD_BEFORE[household.urban] * n
    if household.kind in ("poor", "hardship"):
        household.balances = (rng.randint(50, 400) * n * 10 * YUAN,) if rng.random() < 0.7 else ()
        if rng.random() < 0.015 and household.kind == "poor":
            household.companies = ((0, (f"示例{household.no[-6:]}小卖部", "经营者", "5000.00", "注销")),)
        return
    adults = [i for i, p in enumerate(household.persons) if 22 <= age(p, as_of) < 75]
    drivers = [i for i in adults if age(household.persons[i], as_of) < 60]
    if household.kind == "near":
        household.balances = (min(cap // 3, rng.randint(100, 800) * 10 * YUAN),)
        return
    household.balances = tuple(int(rng.lognormvariate(9.8, 0.9)) * YUAN for _ in adults[:2])
    if drivers and rng.random() < 0.24:
        plate = f"例A{household.no[-7:]}"
        bought = as_of - timedelta(days=rng.randint(200, 3000))
        worth = f"{rng.randint(20, 160) * 1000}.00"
        household.vehicles = ((drivers[0], (plate, "小型轿车", worth, bought.isoformat())),)
    if adults and rng.random() < (0.7 if household.urban else 0.06):
        bought = as_of - timedelta(days=rng.randint(400, 5000))
        household.estates = ((adults[0], ("住宅", f"{rng.randint(70, 130)}", bought.isoformat())),)
    if drivers and rng.random() < 0.025:
        name = f"示例{household.no[-6:]}商贸有限公司"
        household.companies = ((drivers[0], (name, "法定代表人", f"{rng.randint(1, 20) * 50000}.00", "存续")),)


def _house(household: Household, rng: Random) -> None:
    n = len(household.persons)
    household.grade = "A级" if rng.random() < 0.7 else "B级"
    household.area_m2 = n * rng.randint(18, 45) + 20
    household.renovated = household.registered > 0 and rng.random() < 0.3
    household.road = str(pick(rng, (("水泥", 0.8), ("沥青", 0.1), ("砂石", 0.1))))
    if household.registered:
        causes = [("缺技术", 0.4), ("缺资金", 0.3), ("缺劳动力", 0.3)]
        if any(p.disability_grade for p in household.persons):
            causes = [("因残", 1.0)]
        elif any(p.health != "健康" for p in household.persons):
            causes = [("因病", 1.0)]
        household.poverty_cause = str(pick(rng, causes))
