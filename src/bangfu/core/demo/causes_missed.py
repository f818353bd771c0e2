"""Causes by which somebody in need gets nothing, or is at risk and nobody has noticed."""

from __future__ import annotations

from datetime import date

from bangfu.core.demo import posted
from bangfu.core.demo.administration import (
    DIBAO,
    HARDSHIP,
    LIVING,
    NURSING,
    OLD_AGE,
    YULU,
    net_income,
    risks,
)
from bangfu.core.demo.bureau import settlement
from bangfu.core.demo.causes_paid import plain
from bangfu.core.demo.families import birthday
from bangfu.core.demo.lives import set_income
from bangfu.core.demo.people import Household, OtherRow, age, check_character, given_name
from bangfu.core.demo.planting import Catalogue, Scene, Unfit, Victim

causes = Catalogue()
RISK = "at_risk_household"


@causes.add(
    "missed",
    DIBAO,
    "poor",
    0.25,
    "",
    "家庭困难，从未填过申请表；机动车文件不含本乡镇，现有文件不能确定",
    id="form_never_filled_unsure",
    correction="undo",
    detectable=False,
    covered=False,
)
@causes.add(
    "missed",
    DIBAO,
    "poor",
    2.0,
    "households.人均纯收入",
    "家庭困难，从未填过申请表，什么也没领",
    correction="undo",
    covered=True,
)
def form_never_filled(scene: Scene, h: Household) -> Victim:
    plain(h)
    _no_dibao(scene, h)
    return None


def _no_dibao(scene: Scene, h: Household) -> None:
    scene.withhold(h, DIBAO)
    received = [amount for (programme, _), (amount, _) in h.benefits.items() if programme == DIBAO]
    scene.set(h, "assistance", max(0, h.assistance - 12 * sum(received)))


@causes.add(
    "missed",
    DIBAO,
    "poor",
    0.4,
    "households.人均纯收入",
    "儿子去世，工资没了，家里真的困难，没有人再问过",
    correction="undo",
    covered=True,
)
def son_died_with_wage(scene: Scene, h: Household) -> Victim:
    """A son died and took the wage with him: the registry has removed him, and nobody has asked since."""
    plain(h)
    elder = h.persons[0]
    if age(elder, scene.as_of) < 56:
        raise Unfit
    _no_dibao(scene, h)
    birth = birthday(scene.rng.randint(28, 38), scene.rng)
    body = f"990199{birth:%Y%m%d}{int(h.no[-3:]) % 500 * 2 + 1:03d}"
    died = date(2026, scene.rng.randint(5, 8), scene.rng.randint(1, 28)).isoformat()
    name = elder.name[0] + given_name("男", scene.rng)
    scene.set(
        elder, "others", (*elder.others, OtherRow("deaths", body + check_character(body), name, birth, "男", (died,)))
    )
    scene.set(h, "last_year", h.last_year + 14000_00)
    return None


@causes.add(
    "missed",
    HARDSHIP,
    "hardship",
    0.5,
    "persons.法定赡养抚养扶养义务人有无履行能力",
    "无人赡养、无劳动能力、无收入，未申请特困",
    correction="undo",
    covered=True,
)
def hardship_never_applied(scene: Scene, h: Household) -> Victim:
    person = h.persons[0]
    received = h.benefits[HARDSHIP, person.no][0]
    scene.withhold(h, HARDSHIP, person)
    scene.set(h, "assistance", max(0, h.assistance - 12 * received))
    # the village sees the need and watches the household; it is the application that nobody made
    scene.set(h, "monitored", "脱贫不稳定户" if h.registered else "边缘易致贫户")
    scene.set(h, "monitored_since", date(2024, 5, 1))
    scene.set(h, "risks", risks(h))
    return person


@causes.add(
    "missed",
    OLD_AGE,
    "ordinary",
    1.0,
    "persons.出生日期",
    "已满80周岁，未领高龄津贴",
    correction="undo",
)
def eighty_not_enrolled(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if age(p, scene.as_of) >= posted.OLD_AGE_FROM:
            scene.withhold(h, OLD_AGE, p)
            return p
    raise Unfit


@causes.add(
    "missed",
    NURSING,
    "ordinary",
    0.8,
    "persons.残疾等级",
    "一二级残疾，未领护理补贴",
    correction="undo",
)
def nursing_not_enrolled(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.disability_grade in (1, 2):
            scene.withhold(h, NURSING, p)
            return p
    raise Unfit


@causes.add(
    "missed",
    NURSING,
    "ordinary",
    0.3,
    "disability_certificates.残疾等级",
    "残联已发一二级残疾人证，户册未登记，未领护理补贴",
    correction="undo",
)
def certificate_unknown(scene: Scene, h: Household) -> Victim:
    """The federation issued a certificate; the registry still writes 健康."""
    for p in h.persons[1:]:
        if p.disability_grade in (1, 2) and age(p, scene.as_of) >= 16 and not h.registered and not h.monitored:
            scene.withhold(h, NURSING, p)
            scene.write(p, 健康状况="长期慢性病", 残疾类别="", 残疾等级="")
            return p
    raise Unfit


@causes.add(
    "missed",
    LIVING,
    "poor",
    0.5,
    "persons.残疾等级",
    "低保户中的持证残疾人，未领生活补贴",
    correction="undo",
    covered=True,
)
def living_not_enrolled(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.disability_grade:
            scene.withhold(h, LIVING, p)
            return p
    raise Unfit


@causes.add(
    "missed",
    YULU,
    "ordinary",
    0.6,
    "persons.在校生状况",
    "脱贫户的中职、高职学生，未领雨露计划补助",
    correction="undo",
)
def yulu_not_enrolled(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if h.registered and p.student[:2] in ("中职", "高职"):
            scene.withhold(h, YULU, p)
            return p
    raise Unfit


@causes.add(
    "missed",
    "house_renovation",
    "poor",
    0.3,
    "households.住房等级",
    "低保户住D级危房，未享受危房改造",
    correction="undo",
    covered=True,
)
def house_not_renovated(scene: Scene, h: Household) -> Victim:
    if h.urban:
        raise Unfit
    plain(h)
    scene.set(h, "grade", "D级")
    scene.set(h, "renovated", False)
    scene.set(h, "risks", ("因安全住房", *h.risks[:1]))
    return None


@causes.add(
    "missed",
    "temporary_assistance_emergency",
    "ordinary",
    0.4,
    "households.突发事件日期",
    "突发事故损失大，未获临时救助",
    correction="undo",
    covered=True,
)
def emergency_unaided(scene: Scene, h: Household) -> Victim:
    if h.registered or h.urban or h.monitored:
        raise Unfit
    spare = net_income(h, scene.as_of) - posted.MONITORING_THRESHOLD * 11 // 10 * len(h.persons)
    if spare < 15_000_00:
        raise Unfit
    scene.set(h, "sudden_loss", min(spare, scene.rng.randint(15, 40) * 1000_00) // 100_00 * 100_00)
    scene.set(h, "emergency_on", date(2026, 9, scene.rng.randint(2, 26)))
    return None


def _unwatched(h: Household) -> None:
    if h.urban or h.monitored or any(p.disability_grade for p in h.persons):
        raise Unfit


@causes.add(
    "at_risk",
    RISK,
    "ordinary",
    0.5,
    "households.人均纯收入",
    "失去工作，收入大幅下降，未纳入监测",
    also=("near_dibao",),
    covered=True,
)
def job_lost(scene: Scene, h: Household) -> Victim:
    """The work ended, the year's income with it; nobody has come to see."""
    _unwatched(h)
    workers = [p for p in h.persons if p.work]
    if not workers or any(age(p, scene.as_of) >= 58 for p in h.persons) or h.out_of_pocket or h.locked:
        raise Unfit
    lost = workers[0].work
    assert lost is not None
    h.last_year = h.counted // len(h.persons)
    for p in h.persons:
        p.post, p.job_base = None, ""
    set_income(h, scene.rng.randint(7050, 8100) * 100 * len(h.persons))
    lost.ended = date(scene.as_of.year, scene.as_of.month, 10)
    h.preferential, h.education_cost = 0, 0
    _sold_everything(scene, h)
    return None


def _sold_everything(scene: Scene, h: Household) -> None:
    for attribute, left in (("vehicles", ()), ("estates", ()), ("companies", ()), ("balances", (3000_00,))):
        scene.set(h, attribute, left)


@causes.add(
    "at_risk",
    RISK,
    "ordinary",
    0.5,
    "persons.政策范围内医疗费用",
    "大病自付费用过高，未纳入监测",
    also=("rigid_expense_hardship",),
    covered=True,
)
def illness_ruins(scene: Scene, h: Household) -> Victim:
    """A serious illness this year: what insurance leaves open takes the household below the line."""
    _unwatched(h)
    n = len(h.persons)
    per_person = net_income(h, scene.as_of) // n
    if not 12_500_00 < per_person < 20_000_00 or n < 2:
        raise Unfit
    for p in h.persons[1:]:
        if 30 <= age(p, scene.as_of) < 58 and not p.work and p.health == "健康" and not p.student and not p.post:
            needed = net_income(h, scene.as_of) - posted.MONITORING_THRESHOLD * n // 2
            total = needed * 10 // 3 // 100 * 100
            scene.set(p, "health", "患有大病")
            scene.set(p, "labour", "丧失劳动力")
            scene.set(p, "in_scope", total)
            scene.set(p, "basic_paid", total * 60 // 100 // 100 * 100)
            scene.set(p, "major_paid", total * 8 // 100 // 100 * 100)
            scene.set(p, "supporter_able", "是")
            _sold_everything(scene, h)
            return None
    raise Unfit


@causes.add("at_risk", RISK, "ordinary", 0.4, "households.住房等级", "住房鉴定为D级，未纳入监测", covered=True)
def house_in_danger(scene: Scene, h: Household) -> Victim:
    _unwatched(h)
    scene.set(h, "grade", "D级")
    return None


@causes.add(
    "at_risk",
    RISK,
    "ordinary",
    0.4,
    "households.是否解决安全饮用水",
    "饮水不安全，未纳入监测",
    correction="undo",
    covered=True,
)
def unsafe_water(scene: Scene, h: Household) -> Victim:
    _unwatched(h)
    scene.set(h, "safe_water", False)
    return None


@causes.add(
    "at_risk",
    RISK,
    "ordinary",
    0.4,
    "persons.在校生状况",
    "义务教育年龄孩子不在校，无人过问",
    correction="undo",
    elsewhere=True,
    covered=True,
)
def child_out_of_school(scene: Scene, h: Household) -> Victim:
    _unwatched(h)
    for p in h.persons:
        if 8 <= age(p, scene.as_of) <= 14 and p.student[:1] in "小七八九" and p.health == "健康":
            scene.write(p, 在校生状况="", 文化程度="小学")
            scene.report(p, "dropouts", "厌学")
            return p
    raise Unfit


@causes.add(
    "at_risk",
    RISK,
    "ordinary",
    0.5,
    "medical_settlements.政策范围内费用",
    "大病住院自付很高，户册没有记载，村里不知情",
    covered=True,
)
def illness_untold(scene: Scene, h: Household) -> Victim:
    """A serious illness this year of which only the insurance knows."""
    _unwatched(h)
    n = len(h.persons)
    if not 12_500_00 < net_income(h, scene.as_of) // n < 20_000_00 or n < 2:
        raise Unfit
    for p in h.persons[1:]:
        if 30 <= age(p, scene.as_of) < 58 and p.health == "健康" and not p.in_scope and not p.student and not p.post:
            needed = net_income(h, scene.as_of) - posted.MONITORING_THRESHOLD * n // 2
            total = needed * 10 // 3 // 100 * 100
            basic, major = total * 60 // 100 // 100 * 100, total * 8 // 100 // 100 * 100
            scene.report(p, "medical_settlements", *settlement(p.no, total, basic, major, False))
            _sold_everything(scene, h)
            return p
    raise Unfit


@causes.add(
    "at_risk",
    RISK,
    "ordinary",
    0.4,
    "dropouts.辍学原因",
    "户册仍写在校，教育部门已列入疑似辍学名单",
    correction="undo",
    elsewhere=True,
)
def dropped_out_unnoticed(scene: Scene, h: Household) -> Victim:
    """The sheet still has the child in school; only the education bureau's list knows better."""
    _unwatched(h)
    for p in h.persons:
        if 8 <= age(p, scene.as_of) <= 14 and p.student[:1] in "小七八九" and p.health == "健康":
            scene.report(p, "dropouts", scene.rng.choice(("厌学", "外出务工", "家庭变故")))
            return p
    raise Unfit


CAUSES = causes.all()
