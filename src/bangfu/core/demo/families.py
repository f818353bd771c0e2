"""Who lives together: families of an exact size with an exact number of pupils and students."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SCHOOL_YEAR = date(2026, 9, 1)
"""Ages of the composition are ages on the eve of this day."""


@dataclass(slots=True)
class Member:
    """A place in a family: age on the eve of the school year."""

    relation: str
    sex: str
    age: int
    student: bool = False


def compose(size: int, students: int, rng: Random, mood: str = "ordinary") -> list[Member]:
    """A family of `size` with `students` in school; `mood` is ordinary, hard (older) or young (none near 60).

    The head comes first. Parents are at least 21 years older than their children.
    """
    rest = size - students
    skipped = bool(students) and rest <= 2 and mood != "young" and rng.random() < (0.4 if mood == "hard" else 0.2)
    three = not skipped and rest >= 4 and mood != "young" and rng.random() < 0.5
    if three:
        head_age = rng.randint(56, 66)
    elif skipped:
        head_age = rng.randint(62, 72) if mood == "hard" else rng.randint(55, 70)
    else:
        head_age = _head_age(rest, students, rng, mood)
    male = rng.random() < (0.88 if rest >= 2 else 0.55)
    family = [Member("户主", "男" if male else "女", head_age)]
    if rest >= 2:
        spouse_age = max(22, head_age - rng.randint(-2, 4))
        family.append(Member("配偶", "女" if male else "男", min(spouse_age, 58) if mood == "young" else spouse_age))
    parent_age = min(m.age for m in family)
    if three:
        son_age = rng.randint(30, min(42, parent_age - 21))
        family.append(Member("之子", "男", son_age))
        family.append(Member("之儿媳", "女", max(29, son_age - rng.randint(0, 3))))
        parent_age = min(son_age, family[-1].age)
    while len(family) < rest:
        family.append(_another(family, parent_age, three, rng, mood))
    for _ in range(students):
        family.append(_student(parent_age - (21 if skipped else 0), skipped or three, rng))
    return family


def _head_age(rest: int, students: int, rng: Random, mood: str) -> int:
    if students:
        return rng.randint(33, 48)
    if mood == "young":
        return rng.randint(26, 50)
    if mood == "hard":
        return rng.randint(62, 86) if rng.random() < 0.65 else rng.randint(42, 57)
    draw = rng.random()
    if rest == 1:
        return rng.randint(60, 78) if draw < 0.6 else rng.randint(24, 58)
    if draw < 0.22:
        return rng.randint(26, 36)
    return rng.randint(37, 54) if draw < 0.6 else rng.randint(55, 78)


def _another(family: list[Member], parent_age: int, three: bool, rng: Random, mood: str) -> Member:
    """One more member who is not in school: an infant, a grown child, an old parent or a sibling."""
    head = family[0]
    relations = [m.relation for m in family]
    options = []
    if 22 <= parent_age <= 44 and sum(m.age < 6 for m in family) < 2:
        options.append("infant")
    youngest = min(head.age, family[1].age if len(family) > 1 and relations[1] == "配偶" else head.age)
    if youngest >= 44 and not three and sum(r in ("之子", "之女") for r in relations) < 3:
        options += ["grown", "grown"]
    if 30 <= head.age <= 62 and mood != "young" and relations.count("之父") + relations.count("之母") < 2:
        options += ["parent", "parent"]
    chosen = rng.choice(options) if options else "sibling"
    boy = rng.random() < 0.52
    sex = "男" if boy else "女"
    if chosen == "infant":
        relation = ("之孙子" if boy else "之孙女") if three else ("之子" if boy else "之女")
        return Member(relation, sex, rng.randint(0, min(5, parent_age - 21)))
    if chosen == "grown":
        return Member("之子" if boy else "之女", sex, rng.randint(20, min(45, youngest - 21)))
    if chosen == "parent":
        father = "之父" not in relations and (boy or "之母" in relations)
        oldest = max(head.age + 22, min(93, head.age + 31))
        return Member("之父" if father else "之母", "男" if father else "女", rng.randint(head.age + 22, oldest))
    highest = 57 if mood == "young" else head.age + 6
    return Member("之兄弟姐妹", sex, max(23, min(highest, head.age + rng.randint(-6, 6))))


def _student(oldest_parent: int, grandchild: bool, rng: Random) -> Member:
    boy = rng.random() < 0.52
    highest = max(6, min(20, oldest_parent - 21))
    years = rng.randint(6, min(highest, 17)) if rng.random() < 0.9 or highest < 15 else rng.randint(15, highest)
    if grandchild:
        return Member("之孙子" if boy else "之孙女", "男" if boy else "女", min(years, 15), True)
    return Member("之子" if boy else "之女", "男" if boy else "女", years, True)


def birthday(years: int, rng: Random) -> date:
    """A date of birth with which a person is `years` old on the eve of the school year.

    Nobody turns six between September and December: whether that child should be in school depends on
    the day one asks, and the planted truth must not.
    """
    first = date(SCHOOL_YEAR.year - years - 1, 9, 1)
    return first + timedelta(days=rng.randint(122 if years == 5 else 0, 364))


def school(years: int, vocational: bool) -> str:
    """The label of 在校生状况 for a pupil or student of this age."""
    if years < 12:
        return "小学"
    if years < 15:
        return ("七年级", "八年级", "九年级")[years - 12]
    if years < 18:
        stage = "中职" if vocational else "普通高中"
        return f"{stage}{'一二三'[years - 15]}年级"
    if vocational:
        return f"高职高专{'一二三'[min(years - 18, 2)]}年级"
    return f"本科{'一二三四'[min(years - 18, 3)]}年级"
