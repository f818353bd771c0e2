"""Causes by which a record is wrong although nobody is paid too much or too little."""

from __future__ import annotations

from dataclasses import replace as copy_of
from datetime import timedelta

from bangfu.core.demo.causes_paid import report_dead
from bangfu.core.demo.people import Household, Person, age, next_number
from bangfu.core.demo.planting import Catalogue, Scene, Unfit, Victim
from bangfu.core.demo.rows import yuan

causes = Catalogue()


def someone(h: Household, scene: Scene, low: int = 30, high: int = 57) -> Person:
    """A healthy adult out of school."""
    for p in h.persons:
        if low <= age(p, scene.as_of) <= high and p.health == "健康" and not p.student:
            return p
    raise Unfit


@causes.add("bad_record", "", "ordinary", 0.5, "deaths.死亡日期", "成员已死亡，户册未减员")
def death_not_removed(scene: Scene, h: Household) -> Victim:
    for p in h.persons[1:]:
        if 62 <= age(p, scene.as_of) < 79 and not p.disability_grade and not p.pension:
            return report_dead(scene, p)
    raise Unfit


@causes.add("bad_record", "", "ordinary", 1.0, "persons.证件号码", "证件号码录错一位", correction="undo")
def id_digit_mistyped(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    at = scene.rng.randint(14, 15)
    digit = str((int(p.id_number[at]) + scene.rng.randint(1, 9)) % 10)
    scene.write(p, 证件号码=p.id_number[:at] + digit + p.id_number[at + 1 :])
    return p


@causes.add("bad_record", "", "ordinary", 0.5, "persons.证件号码", "证件号码为占位号", correction="undo")
def id_placeholder(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 证件号码="999999" + p.id_number[6:])
    return p


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.4,
    "persons.证件号码",
    "证件号码被表格软件截断",
    correction="undo",
    elsewhere=True,
)
def id_truncated(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 证件号码=f"{p.id_number[0]}.{p.id_number[1:6]}E+17")
    return p


@causes.add("bad_record", "", "ordinary", 0.4, "persons.性别", "性别与证件号码不符", correction="undo")
def sex_mismatch(scene: Scene, h: Household) -> Victim:
    p = h.persons[0]
    if len(h.persons) > 1 and h.persons[1].relation == "配偶":
        raise Unfit
    scene.write(p, 性别="女" if p.sex == "男" else "男")
    return p


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.5,
    "persons.出生日期",
    "出生日期与证件号码不符",
    correction="undo",
)
def birth_mismatch(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene, 35, 55)
    scene.write(p, 出生日期=(p.birth - timedelta(days=scene.rng.randint(3, 60))).isoformat())
    return p


@causes.add("bad_record", "", "ordinary", 0.4, "persons.与户主关系", "一户两个户主", correction="undo")
def two_heads(scene: Scene, h: Household) -> Victim:
    for p in h.persons[2:]:
        if p.relation == "之子" and age(p, scene.as_of) > 25:
            scene.write(p, 与户主关系="户主")
            return None
    raise Unfit


@causes.add("bad_record", "", "ordinary", 0.3, "persons.与户主关系", "户内没有户主", correction="undo")
def no_head(scene: Scene, h: Household) -> Victim:
    if len(h.persons) < 2 or h.persons[1].relation == "配偶" or h.persons[0].sex != "男":
        raise Unfit
    scene.write(h.persons[0], 与户主关系="之兄弟姐妹")
    return None


@causes.add("bad_record", "", "ordinary", 0.3, "persons.与户主关系", "一户两个配偶", correction="undo")
def two_spouses(scene: Scene, h: Household) -> Victim:
    if len(h.persons) > 2 and h.persons[1].relation == "配偶":
        for p in h.persons[2:]:
            if p.relation == "之儿媳" and p.sex == h.persons[1].sex:
                scene.write(p, 与户主关系="配偶")
                return None
    raise Unfit


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.5,
    "persons.证件号码",
    "同一人登记在两户",
    correction="undo",
    elsewhere=True,
)
def person_in_two_households(scene: Scene, h: Household) -> Victim:
    """A married daughter is still on her parents' sheet as well."""
    for other in scene.households:
        if other is h or other.planted or other.kind != "ordinary" or other.locked or other.monitored:
            continue
        guest = other.persons[-1]
        adult = 22 <= age(guest, scene.as_of) <= 50 and not guest.student and guest.health == "健康"
        if adult and guest.relation in ("之子", "之女") and not guest.work and len(other.persons) > 2:
            twin = copy_of(guest, no=next_number(h), relation="之兄弟姐妹", contract=None)
            twin.chronic_card, twin.bureau, twin.others, twin.written = False, (), (), {}
            scene.set(h, "persons", [*h.persons, twin])
            scene.partner = (other, guest)
            return twin
    raise Unfit


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.3,
    "persons.证件号码",
    "同一人在本户登记两次",
    correction="undo",
    elsewhere=True,
)
def person_twice(scene: Scene, h: Household) -> Victim:
    p = h.persons[-1]
    if p.relation not in ("之子", "之女") or p.work or p.student or age(p, scene.as_of) < 22 or p.health != "健康":
        raise Unfit
    twin = copy_of(p, no=next_number(h), contract=None, chronic_card=False, bureau=(), others=(), written={})
    scene.set(h, "persons", [*h.persons, twin])
    return twin


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.5,
    "households.户人口数",
    "户人口数与成员表不符",
    correction="undo",
)
def members_miscounted(scene: Scene, h: Household) -> Victim:
    scene.write(h, 户人口数=str(len(h.persons) + scene.rng.choice((1, 2))))
    return None


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.6,
    "households.户联系电话",
    "联系电话为空或不是手机号",
    correction="undo",
)
def phone_malformed(scene: Scene, h: Household) -> Victim:
    scene.write(h, 户联系电话=scene.rng.choice((h.phone[:-1], h.phone + "3", "无", "")))
    return None


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.4,
    "households.户联系电话",
    "两户登记同一电话",
    correction="undo",
)
def phone_shared(scene: Scene, h: Household) -> Victim:
    """The village clerk wrote the same phone for two households."""
    for other in scene.households:
        if other is not h and not other.planted and not other.written and other.kind == "ordinary":
            scene.write(h, 户联系电话=other.phone)
            scene.partner = (other, None)
            return None
    raise Unfit


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.5,
    "households.家庭纯收入",
    "家庭纯收入与各项之和不符",
    correction="undo",
)
def net_income_wrong(scene: Scene, h: Household) -> Victim:
    basic = h.basic_pension(scene.as_of)
    net = h.counted + h.assistance + h.preferential + basic + scene.rng.randint(20, 60) * 100_00
    n = len(h.persons)
    scene.write(h, 家庭纯收入=yuan(net), 人均纯收入=yuan((net * 2 + n) // (2 * n)))
    return None


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.4,
    "households.人均纯收入",
    "人均纯收入乘人口不等于家庭纯收入",
    correction="undo",
)
def per_person_wrong(scene: Scene, h: Household) -> Victim:
    n = len(h.persons)
    if n < 3:
        raise Unfit
    net = h.counted + h.assistance + h.preferential + h.basic_pension(scene.as_of)
    scene.write(h, 人均纯收入=yuan(net // (n - 1)))
    return None


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.5,
    "persons.与户主关系",
    "与户主关系和性别矛盾",
    correction="undo",
)
def relation_contradicts_sex(scene: Scene, h: Household) -> Victim:
    for p in h.persons[1:]:
        if p.relation in ("之子", "之女") and p.health == "健康":
            scene.write(p, 与户主关系="之女" if p.sex == "男" else "之子")
            return p
    raise Unfit


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.4,
    "persons.劳动技能",
    "16岁以下填为普通劳动力",
    correction="undo",
)
def child_as_labourer(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if 8 <= age(p, scene.as_of) < 15 and p.health == "健康":
            scene.write(p, 劳动技能="普通劳动力")
            return p
    raise Unfit


@causes.add("bad_record", "", "ordinary", 0.4, "persons.健康状况", "健康状况为空", correction="undo")
def health_blank(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 健康状况="")
    return p


@causes.add("bad_record", "", "ordinary", 0.4, "persons.民族", "民族为空", correction="undo")
def ethnicity_blank(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 民族="")
    return p


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.4,
    "persons.是否参加城镇职工基本医疗保险",
    "居民医保与职工医保同时为是",
    correction="undo",
)
def insured_twice(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 是否参加城乡居民基本医疗保险="是", 是否参加城镇职工基本医疗保险="是")
    return p


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.3,
    "persons.证件号码",
    "残疾人证号后缀不符合编码规则",
    correction="undo",
)
def impossible_suffix(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.disability_grade in (3, 4):
            scene.write(p, 证件号码=f"{p.id_number}{scene.rng.choice(('85', '96', '07'))}")
            return p
    raise Unfit


@causes.add("bad_record", "", "ordinary", 0.3, "persons.姓名", "姓名含数字", correction="undo")
def name_with_digit(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    if p is h.persons[0]:
        raise Unfit
    scene.write(p, 姓名=p.name + "1")
    return p


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.4,
    "persons.务工时间",
    "务工时间超过12个月",
    correction="undo",
)
def too_many_months(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.work and not p.work.ended:
            scene.write(p, 务工时间=str(scene.rng.randint(13, 24)))
            return p
    raise Unfit


@causes.add(
    "bad_record",
    "",
    "poor",
    0.3,
    "persons.近亲属是否备案",
    "村干部近亲属享受低保，未备案",
    correction="undo",
)
def cadre_relative_unfiled(scene: Scene, h: Household) -> Victim:
    p = h.persons[0]
    scene.set(p, "cadre_relative", True)
    return p


@causes.add(
    "bad_record",
    "",
    "ordinary",
    0.3,
    "persons.出生日期",
    "出生日期不是有效日期",
    correction="undo",
    elsewhere=True,
)
def birth_unreadable(scene: Scene, h: Household) -> Victim:
    p = someone(h, scene)
    scene.write(p, 出生日期=f"{p.birth.year}-13-{p.birth.day:02d}")
    return p


CAUSES = causes.all()
