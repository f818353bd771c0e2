"""The administration as it should work: who is enrolled, what is paid, who is watched, what was signed.

`settle` computes what is paid this month; what planted causes withhold or get wrong is applied on top.
"""

from __future__ import annotations

from datetime import date
from random import Random

from bangfu.core.demo import posted
from bangfu.core.demo.people import Household, Person, Post, age
from bangfu.core.demo.plan import VillagePlan

Paid = dict[tuple[str, str], tuple[int, date]]

DIBAO, HARDSHIP = "dibao", "extreme_hardship"
LIVING, NURSING = "disability_living_subsidy", "disability_nursing_subsidy"
OLD_AGE, YULU = "old_age_allowance", "yulu_subsidy"


def enrol(household: Household, as_of: date, rng: Random) -> None:
    """The days on which the household and its people were admitted to what they get."""
    if household.kind == "poor":
        household.dibao_since = date(rng.randint(2019, 2025), rng.randint(1, 12), 1)
    if household.kind == "near":
        household.near_since = date(2026, rng.randint(1, 8), 1)
    for person in household.persons:
        if person.hardship:
            turned = max(person.birth.year + 61, 2019)
            person.hardship_since = date(min(2025, max(turned, rng.randint(2019, 2025))), rng.randint(1, 12), 1)
        if person.disability_grade:
            person.subsidy_since = date(rng.randint(max(2020, person.birth.year + 3), 2026), rng.randint(1, 8), 1)
    settle(household, as_of)
    household.assistance = sum(
        amount * min(12, (as_of.year - since.year) * 12 + as_of.month - since.month)
        for amount, since in household.benefits.values()
    )
    watch(household, as_of, rng)


def due(household: Household, as_of: date) -> Paid:
    """What the county's posted figures give this household, by programme and person: (fen a month, since)."""
    paid: Paid = {}
    if household.dibao_since:
        total = posted.standard(household.urban, as_of) * 12 * len(household.persons)
        paid[DIBAO, ""] = (max(0, (total - household.counted) // 12), household.dibao_since)
    watched = bool(household.monitored) and not household.resolved_on
    for person in household.persons:
        if person.hardship and person.hardship_since:
            basic = posted.extreme_hardship(household.urban, as_of)
            paid[HARDSHIP, person.no] = (basic, person.hardship_since)
        if person.disability_grade and person.subsidy_since:
            if household.dibao_since:
                since = max(person.subsidy_since, household.dibao_since)
                paid[LIVING, person.no] = (posted.DISABILITY_LIVING, since)
            if person.disability_grade <= 2:
                paid[NURSING, person.no] = (posted.DISABILITY_NURSING, person.subsidy_since)
        if age(person, as_of) >= posted.OLD_AGE_FROM:
            eightieth = date(person.birth.year + posted.OLD_AGE_FROM, person.birth.month, 1)
            paid[OLD_AGE, person.no] = (posted.OLD_AGE_ALLOWANCE, max(date(2018, 1, 1), eightieth))
        if person.student[:2] in ("中职", "高职") and (household.registered or watched):
            paid[YULU, person.no] = (posted.YULU_MONTHLY, date(2026, 9, 1))
    return paid


def settle(household: Household, as_of: date) -> None:
    """What is paid in the month of `as_of`, errors included."""
    paid = due(household, as_of)
    for key in household.withheld:
        paid.pop(key, None)
    for key, amount in household.amounts.items():
        paid[key] = (amount, paid[key][1] if key in paid else date(2025, 3, 1))
    for key, day in household.since.items():
        if key in paid:
            paid[key] = (paid[key][0], day)
    household.benefits = paid


def net_income(household: Household, as_of: date) -> int:
    """Yearly net income in fen with everything in it: assistance, preferential money and pensions."""
    return household.counted + household.assistance + household.preferential + household.basic_pension(as_of)


def watch(household: Household, as_of: date, rng: Random) -> None:
    """Rural households below the posted monitoring threshold are listed, with their risks."""
    if household.urban:
        return
    n, line = len(household.persons), posted.MONITORING_THRESHOLD
    margin = line * posted.LEAST_DISTANCE[0] // posted.LEAST_DISTANCE[1]
    if abs(net_income(household, as_of) // n - line) <= margin + 100_00:
        household.preferential += (2 * margin + 200_00) * n
    per_person = net_income(household, as_of) // n
    if per_person < posted.MONITORING_THRESHOLD:
        household.monitored = "脱贫不稳定户" if household.registered else "边缘易致贫户"
        household.monitored_since = date(rng.randint(2021, 2025), rng.randint(1, 12), 1)
        household.risks = risks(household)
    elif household.registered and household.kind == "ordinary" and rng.random() < 0.015:
        household.monitored = "脱贫不稳定户"
        household.monitored_since = date(2022, rng.randint(1, 12), 1)
        household.resolved_on = date(2024, rng.randint(1, 12), 1)
        household.risks = risks(household)


def risks(household: Household) -> tuple[str, ...]:
    """Up to two risks that the household's people really have."""
    found = []
    if any(p.disability_grade for p in household.persons):
        found.append("因残")
    if household.out_of_pocket and any(p.health in ("长期慢性病", "患有大病") for p in household.persons):
        found.append("因病")
    if any(p.student and p.student != "学龄前儿童" for p in household.persons) and len(found) < 2:
        found.append("因学")
    able = sum(p.labour in ("普通劳动力", "技能劳动力") for p in household.persons)
    if able * 4 <= len(household.persons) and len(found) < 2:
        found.append("缺劳动力")
    if not found:
        found.append("因务工就业不稳" if any(p.work for p in household.persons) else "因产业项目失败")
    return tuple(found[:2])


def measures(household: Household) -> list[tuple[str, date]]:
    """The assistance measures on record, each with its day; development measures only with their income."""
    if not (household.registered or household.monitored):
        return []
    since = household.monitored_since or date(2021, 3, 1)
    kinds = []
    if household.industry or (household.business and (household.monitored or household.registered % 2 == 0)):
        kinds.append("产业帮扶")
    if any(p.work for p in household.persons):
        kinds.append("就业帮扶")
    if any(p.post for p in household.persons):
        kinds.append("公益岗位帮扶")
    if any(p.labour in ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力") for p in household.persons) and not kinds:
        kinds.append("金融帮扶")
    if (household.risks and "因病" in household.risks) or any(p.contract for p in household.persons):
        kinds.append("健康帮扶")
    if any(p.student and p.student != "学龄前儿童" for p in household.persons):
        kinds.append("教育帮扶")
    if (
        any(programme in (DIBAO, HARDSHIP, LIVING, NURSING) for programme, _ in household.benefits)
        or "因残" in household.risks
    ):
        kinds.append("综合保障")
    if household.renovated or "因安全住房" in household.risks:
        kinds.append("住房安全保障")
    if "因安全饮水" in household.risks:
        kinds.append("饮水安全保障")
    return [(kind, since) for kind in kinds or ["社会帮扶"]]


def serve(village: VillagePlan, households: list[Household], as_of: date, rng: Random) -> None:
    """Contracts, chronic-disease cards, education grants, posts and job bases: by quota or by habit."""
    poor = [p for h in households if h.registered for p in h.persons]
    sick = [p for p in poor if p.health in ("长期慢性病", "患有大病")]
    others = [p for h in households if not h.registered for p in h.persons]
    sick += [p for p in others if p.health in ("长期慢性病", "患有大病")]
    pupils = [p for p in poor if p.student and p.student != "学龄前儿童"]
    quotas = village.quotas
    first = sorted(poor, key=lambda p: p.health == "健康" and age(p, as_of) < 65)
    signed = first[: quotas.contracts if quotas else len(poor) * 36 // 100]
    for person in signed:
        person.contract = date(2026, rng.randint(1, 4), rng.randint(1, 28))
    for person in sick[: quotas.cards] if quotas else rng.sample(sick, len(sick) // 2):
        person.chronic_card = True
    for i in range(quotas.grants if quotas else len(pupils) // 2):
        person = pupils[i % len(pupils)]
        person.grant_times += 1
        person.grant_amount += (1000_00, 1250_00)[i % 2]
    able = [
        (h, p)
        for h in households
        if h.registered and h.kind == "ordinary"
        for p in h.persons
        if p.labour in ("普通劳动力", "弱劳动力或半劳动力") and 18 <= age(p, as_of) < 65
    ]
    _posts(able, quotas.rangers if quotas else len(able) // 60, "护林员", posted.RANGER_YEARLY)
    _posts(able, len(able) // 40, "保洁员", 6000_00)
    workers = [p for _, p in able if p.work and not p.post]
    for person in workers[: quotas.base_workers] if quotas else []:
        assert quotas is not None
        person.job_base = quotas.base


def _posts(able: list[tuple[Household, Person]], number: int, kind: str, yearly: int) -> None:
    """The pay of a post takes the place of as much farm income, so that the household's income stays."""
    for household, person in able:
        if number and not person.work and not person.post and household.business - household.cost >= yearly:
            person.post = Post(kind, 12, yearly)
            household.business -= yearly
            number -= 1
    for _, person in able:
        if number and not person.work and not person.post:
            person.post = Post(kind, 12, yearly)
            number -= 1


def place_names(village: VillagePlan, households: list[Household]) -> None:
    """Natural village and group of each household, in the order of their numbers."""
    for i, household in enumerate(households):
        group = i * village.groups // max(1, len(households))
        household.group = f"第{group + 1}组"
        household.natural_village = natural_village(group * village.natural_villages // village.groups)


def natural_village(index: int) -> str:
    """The name of a village's index-th natural village."""
    surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
    kinds = ("庄", "寨", "湾", "坡")
    return f"{surnames[index % len(surnames)]}{kinds[index // len(surnames) % 4]}"
