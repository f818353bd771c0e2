"""Causes by which a benefit is paid that should not be."""

from __future__ import annotations

from datetime import date, timedelta

from bangfu.core.demo import posted
from bangfu.core.demo.administration import DIBAO, HARDSHIP, LIVING, NURSING, OLD_AGE, YULU, due
from bangfu.core.demo.people import Household, Person, age
from bangfu.core.demo.planting import Catalogue, Scene, Unfit, Victim
from bangfu.core.demo.rows import yuan

causes = Catalogue()


def adult(h: Household, as_of: date, low: int = 22, high: int = 58) -> Person:
    """Somebody of working age without a disability and out of school, or `Unfit`."""
    for p in h.persons:
        if low <= age(p, as_of) <= high and not p.student and not p.disability_grade and not p.work:
            return p
    raise Unfit


def plain(h: Household) -> None:
    """`Unfit` where other benefits would change with this household's 低保."""
    if any(p.disability_grade for p in h.persons):
        raise Unfit


def report_dead(scene: Scene, p: Person) -> Person:
    days = scene.rng.randint(75, 300)
    scene.report(p, "deaths", (scene.as_of - timedelta(days=days)).isoformat())
    return p


@causes.add("wrongly_paid", DIBAO, "poor", 0.4, "deaths.死亡日期", "低保对象已死亡，家人未报，低保照发")
def death_kept_quiet_dibao(scene: Scene, h: Household) -> Victim:
    if len(h.persons) != 1 or age(h.persons[0], scene.as_of) >= 79 or h.persons[0].disability_grade:
        raise Unfit
    report_dead(scene, h.persons[0])
    return None


@causes.add("wrongly_paid", HARDSHIP, "hardship", 0.4, "deaths.死亡日期", "特困人员已死亡，供养金照发")
def death_kept_quiet_hardship(scene: Scene, h: Household) -> Victim:
    if age(h.persons[0], scene.as_of) >= 79:
        raise Unfit
    return report_dead(scene, h.persons[0])


@causes.add("wrongly_paid", OLD_AGE, "ordinary", 0.8, "deaths.死亡日期", "老人已死亡，高龄津贴照发")
def death_kept_quiet_old_age(scene: Scene, h: Household) -> Victim:
    for p in h.persons[1:]:
        if age(p, scene.as_of) >= 81 and not p.disability_grade:
            return report_dead(scene, p)
    raise Unfit


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.6,
    "payroll.月工资",
    "有单位发工资未申报，仍领低保",
    correction="stop",
)
def undeclared_wage(scene: Scene, h: Household) -> Victim:
    plain(h)
    worker = adult(h, scene.as_of)
    wage = (2600 + 1500 * len(h.persons) + scene.rng.randint(0, 90) * 10) * 100
    month = f"{scene.as_of:%Y-%m}"
    scene.report(worker, "payroll", "示例工业园电子有限公司", yuan(wage), month)
    return None


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.3,
    "pensions.月发放金额",
    "有职工养老金未申报，仍领低保",
    correction="stop",
)
def undeclared_pension(scene: Scene, h: Household) -> Victim:
    plain(h)
    for p in h.persons:
        if 62 <= age(p, scene.as_of) < 79:
            amount = (1800 + 1100 * len(h.persons)) * 100
            scene.report(p, "pensions", "城镇职工基本养老保险", yuan(amount))
            return None
    raise Unfit


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.4,
    "vehicles",
    "家中有小轿车，未申报，仍领低保",
    correction="stop",
    covered=True,
)
@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.15,
    "",
    "家中有小轿车，但机动车文件不含本乡镇，现有文件看不出",
    id="hidden_car_unseen",
    correction="stop",
    detectable=False,
    covered=False,
)
def hidden_car(scene: Scene, h: Household) -> Victim:
    plain(h)
    owner = adult(h, scene.as_of, 22, 65)
    row = (f"例B{h.no[-7:]}", "小型轿车", f"{scene.rng.randint(70, 180) * 1000}.00", "2025-02-11")
    scene.set(h, "vehicles", ((h.persons.index(owner), row),))
    return None


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.3,
    "business_registrations",
    "注册有公司，仍领低保",
    correction="stop",
)
def hidden_company(scene: Scene, h: Household) -> Victim:
    plain(h)
    owner = adult(h, scene.as_of, 22, 70)
    row = (f"示例{h.no[-6:]}建材有限公司", "法定代表人", "500000.00", "存续")
    scene.set(h, "companies", ((h.persons.index(owner), row),))
    return None


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.3,
    "real_estate",
    "县城有住房和门面房，仍领低保",
    correction="stop",
)
def second_home(scene: Scene, h: Household) -> Victim:
    plain(h)
    rows = (("住宅", "118", "2019-05-20"), ("商业", "46", "2022-08-03"))
    scene.set(h, "estates", tuple((0, row) for row in rows))
    return None


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.4,
    "financial_assets.余额",
    "存款超过张榜公布的限额，仍领低保",
    correction="stop",
)
def hidden_deposits(scene: Scene, h: Household) -> Victim:
    plain(h)
    cap = posted.ASSET_MONTHS * posted.DIBAO_STANDARD[h.urban] * len(h.persons)
    scene.set(h, "balances", (cap * scene.rng.randint(150, 400) // 100,))
    return None


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.2,
    "custody.收监日期",
    "服刑期间低保照发",
    correction="stop",
)
def custody_while_paid(scene: Scene, h: Household) -> Victim:
    if len(h.persons) != 1 or age(h.persons[0], scene.as_of) >= 70 or h.persons[0].disability_grade:
        raise Unfit
    scene.report(h.persons[0], "custody", "2026-03-12", "2028-03-11")
    return None


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.4,
    "households.生产经营性收入",
    "收入已明显提高，低保未停",
    correction="stop",
)
def income_rose_still_paid(scene: Scene, h: Household) -> Victim:
    """The farm did well and the registry says so, but nobody looked at the 低保 again."""
    plain(h)
    n = len(h.persons)
    amount = due(h, scene.as_of)[DIBAO, ""][0]
    surplus = posted.DIBAO_STANDARD[h.urban] * 12 * n * 19 // 10
    scene.set(h, "business", h.business + surplus)
    scene.pay(h, DIBAO, amount)
    scene.set(h, "monitored", "")
    scene.set(h, "monitored_since", None)
    scene.set(h, "risks", ())
    return None


@causes.add(
    "wrongly_paid",
    DIBAO,
    "poor",
    0.3,
    "",
    "赶集做现金生意，收入未申报，任何文件都看不出",
    detectable=False,
)
def cash_trade_undeclared(scene: Scene, h: Household) -> Victim:
    """Sells at markets for cash: the income is real, and no file knows of it."""
    plain(h)
    adult(h, scene.as_of)
    return None


@causes.add(
    "wrongly_paid",
    HARDSHIP,
    "hardship",
    0.3,
    "persons.法定赡养抚养扶养义务人有无履行能力",
    "找到有能力赡养的子女，仍领特困供养",
)
def supporter_found(scene: Scene, h: Household) -> Victim:
    scene.set(h.persons[0], "supporter_able", "是")
    return h.persons[0]


@causes.add(
    "wrongly_paid",
    DIBAO,
    "hardship",
    0.3,
    "benefits",
    "同一人既领低保又领特困",
    correction="undo",
    elsewhere=True,
)
def dibao_and_hardship(scene: Scene, h: Household) -> Victim:
    scene.pay(h, DIBAO, posted.DIBAO_STANDARD[h.urban] - h.counted // 12)
    return None


@causes.add(
    "wrongly_paid",
    YULU,
    "ordinary",
    0.4,
    "persons.在校生状况",
    "普通高中学生领了雨露计划补助",
    correction="stop",
)
def yulu_to_other_school(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if h.registered and p.student.startswith("普通高中"):
            scene.pay(h, YULU, posted.YULU_MONTHLY, p)
            return p
    raise Unfit


@causes.add(
    "wrongly_paid",
    OLD_AGE,
    "ordinary",
    0.5,
    "persons.出生日期",
    "未满80周岁领高龄津贴",
    correction="stop",
)
def paid_before_eighty(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if 68 <= age(p, scene.as_of) <= 77 and not p.disability_grade:
            scene.pay(h, OLD_AGE, posted.OLD_AGE_ALLOWANCE, p)
            return p
    raise Unfit


@causes.add(
    "wrongly_paid",
    NURSING,
    "ordinary",
    0.4,
    "persons.残疾等级",
    "四级残疾领了重度护理补贴",
    correction="stop",
)
def nursing_for_light_grade(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.disability_grade == 4 and p.disability_kind in (1, 2, 4):
            scene.pay(h, NURSING, posted.DISABILITY_NURSING, p)
            return p
    raise Unfit


@causes.add(
    "wrongly_paid",
    NURSING,
    "ordinary",
    0.4,
    "disability_certificates.有效期至",
    "残疾人证已过期，护理补贴照发",
    correction="stop",
)
def certificate_expired(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.disability_grade in (1, 2):
            scene.set(p, "certificate_to", "2026-04-30")
            return p
    raise Unfit


@causes.add(
    "wrongly_paid",
    LIVING,
    "ordinary",
    0.4,
    "benefits",
    "不是低保户，领了困难残疾人生活补贴",
    correction="stop",
)
def living_without_dibao(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.disability_grade in (3, 4):
            scene.pay(h, LIVING, posted.DISABILITY_LIVING, p)
            return p
    raise Unfit


CAUSES = causes.all()
