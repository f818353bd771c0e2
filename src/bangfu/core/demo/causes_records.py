"""Causes by which a record is wrong although nobody is paid too much or too little."""

from __future__ import annotations

from dataclasses import replace as copy_of
from datetime import timedelta

from bangfu.core.demo.causes_paid import death_not_removed
from bangfu.core.demo.people import Household, Person, age
from bangfu.core.demo.planting import Cause, Scene, Unfit, Victim
from bangfu.core.demo.rows import yuan


def someone(h: Household, scene: Scene, low: int = 30, high: int = 57) -> Person:
    """A healthy adult out of school."""
    for p in h.persons:
        if low <= age(p, scene.as_of) <= high and p.health == "健康" and not p.student:
            return p
    raise Unfit


def digit_mistyped(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    at = scene.rng.randint(14, 15)
    digit = str((int(p.id_number[at]) + scene.rng.randint(1, 9)) % 10)
    scene.write(p, 证件号码=p.id_number[:at] + digit + p.id_number[at + 1 :])
    return p


def placeholder(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 证件号码="999999" + p.id_number[6:])
    return p


def truncated_by_excel(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 证件号码=f"{p.id_number[0]}.{p.id_number[1:6]}E+17")
    return p


def sex_mismatch(scene: Scene, h: Household) -> Victim:
    p = h.persons[0]
    if len(h.persons) > 1 and h.persons[1].relation == "配偶":
        raise Unfit
    scene.write(p, 性别="女" if p.sex == "男" else "男")
    return p


def birth_mismatch(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene, 35, 55)
    scene.write(p, 出生日期=(p.birth - timedelta(days=scene.rng.randint(3, 60))).isoformat())
    return p


def two_heads(scene: Scene, h: Household) -> Victim:
    for p in h.persons[2:]:
        if p.relation == "之子" and age(p, scene.as_of) > 25:
            scene.write(p, 与户主关系="户主")
            return None
    raise Unfit


def no_head(scene: Scene, h: Household) -> Victim:
    if len(h.persons) < 2 or h.persons[1].relation == "配偶" or h.persons[0].sex != "男":
        raise Unfit
    scene.write(h.persons[0], 与户主关系="之兄弟姐妹")
    return None


def two_spouses(scene: Scene, h: Household) -> Victim:
    if len(h.persons) > 2 and h.persons[1].relation == "配偶":
        for p in h.persons[2:]:
            if p.relation == "之儿媳" and p.sex == h.persons[1].sex:
                scene.write(p, 与户主关系="配偶")
                return None
    raise Unfit


def in_two_households(scene: Scene, h: Household) -> Victim:
    """A married daughter is still on her parents' sheet as well."""
    for other in scene.households:
        if other is h or other.planted or other.kind != "ordinary" or other.locked or other.monitored:
            continue
        guest = other.persons[-1]
        adult = 22 <= age(guest, scene.as_of) <= 50 and not guest.student and guest.health == "健康"
        if adult and guest.relation in ("之子", "之女") and not guest.work and len(other.persons) > 2:
            twin = copy_of(guest, no=f"{h.no}{len(h.persons) + 1:02d}", relation="之兄弟姐妹", contract=None)
            twin.chronic_card, twin.bureau, twin.written = False, (), {}
            scene.set(h, "persons", [*h.persons, twin])
            scene.set(other, "planted", True)
            return twin
    raise Unfit


def twice_in_household(scene: Scene, h: Household) -> Victim:
    p = h.persons[-1]
    if (
        p.relation not in ("之子", "之女")
        or p.work
        or p.student
        or age(p, scene.as_of) < 22
        or p.health != "健康"
    ):
        raise Unfit
    twin = copy_of(
        p, no=f"{h.no}{len(h.persons) + 1:02d}", contract=None, chronic_card=False, bureau=(), written={}
    )
    scene.set(h, "persons", [*h.persons, twin])
    return twin


def members_miscounted(scene: Scene, h: Household) -> Victim:
    scene.write(h, 户人口数=str(len(h.persons) + scene.rng.choice((1, 2))))
    return None


def phone_malformed(scene: Scene, h: Household) -> Victim:
    scene.write(h, 户联系电话=scene.rng.choice((h.phone[:-1], h.phone + "3", "无", "")))
    return None


def phone_shared(scene: Scene, h: Household) -> Victim:
    """The village clerk wrote the same phone for two households; both are noted under the first."""
    for other in scene.households:
        if other is not h and not other.planted and not other.written and other.kind == "ordinary":
            scene.write(h, 户联系电话=other.phone)
            scene.set(other, "planted", True)
            return None
    raise Unfit


def net_income_wrong(scene: Scene, h: Household) -> Victim:
    basic = h.basic_pension(scene.as_of)
    net = h.counted + h.assistance + h.preferential + basic + scene.rng.randint(20, 60) * 100_00
    n = len(h.persons)
    scene.write(h, 家庭纯收入=yuan(net), 人均纯收入=yuan((net * 2 + n) // (2 * n)))
    return None


def per_person_wrong(scene: Scene, h: Household) -> Victim:
    n = len(h.persons)
    if n < 3:
        raise Unfit
    net = h.counted + h.assistance + h.preferential + h.basic_pension(scene.as_of)
    scene.write(h, 人均纯收入=yuan(net // (n - 1)))
    return None


def relation_contradicts_sex(scene: Scene, h: Household) -> Victim:
    for p in h.persons[1:]:
        if p.relation in ("之子", "之女") and p.health == "健康":
            scene.write(p, 与户主关系="之女" if p.sex == "男" else "之子")
            return p
    raise Unfit


def child_as_labourer(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if 8 <= age(p, scene.as_of) < 15 and p.health == "健康":
            scene.write(p, 劳动技能="普通劳动力")
            return p
    raise Unfit


def health_blank(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 健康状况="")
    return p


def ethnicity_blank(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 民族="")
    return p


def insured_twice(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 是否参加城乡居民基本医疗保险="是", 是否参加城镇职工基本医疗保险="是")
    return p


def impossible_suffix(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.disability_grade in (3, 4):
            scene.write(p, 证件号码=f"{p.id_number}{scene.rng.choice(('85', '96', '07'))}")
            return p
    raise Unfit


def name_with_digit(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    if p is h.persons[0]:
        raise Unfit
    scene.write(p, 姓名=p.name + "1")
    return p


def too_many_months(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.work and not p.work.ended:
            scene.write(p, 务工时间=str(scene.rng.randint(13, 24)))
            return p
    raise Unfit


def cadre_unfiled(scene: Scene, h: Household) -> Victim:
    p = h.persons[0]
    scene.set(p, "cadre_relative", True)
    return p


def birth_unreadable(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 出生日期=f"{p.birth.year}-13-{p.birth.day:02d}")
    return p


_ID, _REL = "persons.证件号码", "persons.与户主关系"


def _bad(name: str, rate: float, by: str, note: str, apply: object, **more: object) -> Cause:
    more.setdefault("correction", "undo")
    return Cause(name, "bad_record", "", "ordinary", rate, by, note, apply, **more)  # type: ignore[arg-type]


CAUSES = (
    _bad("death_not_removed", 0.5, "deaths.死亡日期", "成员已死亡，户册未减员", death_not_removed, correction=""),
    _bad("id_digit_mistyped", 1.0, _ID, "证件号码录错一位", digit_mistyped),
    _bad("id_placeholder", 0.5, _ID, "证件号码为占位号", placeholder),
    _bad("id_truncated", 0.4, _ID, "证件号码被表格软件截断", truncated_by_excel, elsewhere=True),
    _bad("sex_mismatch", 0.4, "persons.性别", "性别与证件号码不符", sex_mismatch),
    _bad("birth_mismatch", 0.5, "persons.出生日期", "出生日期与证件号码不符", birth_mismatch),
    _bad("birth_unreadable", 0.3, "persons.出生日期", "出生日期不是有效日期", birth_unreadable, elsewhere=True),
    _bad("two_heads", 0.4, _REL, "一户两个户主", two_heads),
    _bad("no_head", 0.3, _REL, "户内没有户主", no_head),
    _bad("two_spouses", 0.3, _REL, "一户两个配偶", two_spouses),
    _bad("person_in_two_households", 0.5, _ID, "同一人登记在两户", in_two_households, elsewhere=True),
    _bad("person_twice", 0.3, _ID, "同一人在本户登记两次", twice_in_household, elsewhere=True),
    _bad("members_miscounted", 0.5, "households.户人口数", "户人口数与成员表不符", members_miscounted),
    _bad("phone_malformed", 0.6, "households.户联系电话", "联系电话为空或不是手机号", phone_malformed),
    _bad("phone_shared", 0.4, "households.户联系电话", "两户登记同一电话", phone_shared),
    _bad("net_income_wrong", 0.5, "households.家庭纯收入", "家庭纯收入与各项之和不符", net_income_wrong),
    _bad("per_person_wrong", 0.4, "households.人均纯收入", "人均纯收入乘人口不等于家庭纯收入", per_person_wrong),
    _bad("relation_contradicts_sex", 0.5, _REL, "与户主关系和性别矛盾", relation_contradicts_sex),
    _bad("child_as_labourer", 0.4, "persons.劳动技能", "16岁以下填为普通劳动力", child_as_labourer),
    _bad("health_blank", 0.4, "persons.健康状况", "健康状况为空", health_blank),
    _bad("ethnicity_blank", 0.4, "persons.民族", "民族为空", ethnicity_blank),
    _bad("insured_twice", 0.4, "persons.是否参加城镇职工基本医疗保险", "居民医保与职工医保同时为是", insured_twice),
    _bad("impossible_suffix", 0.3, _ID, "残疾人证号后缀不符合编码规则", impossible_suffix),
    _bad("name_with_digit", 0.3, "persons.姓名", "姓名含数字", name_with_digit),
    _bad("too_many_months", 0.4, "persons.务工时间", "务工时间超过12个月", too_many_months),
    Cause("cadre_relative_unfiled", "bad_record", "", "poor", 0.3, "persons.近亲属是否备案", "村干部近亲属享受低保，未备案", cadre_unfiled, correction="undo"),
)  # fmt: skip
