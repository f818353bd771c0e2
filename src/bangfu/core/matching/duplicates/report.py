"""Each group as people read it: its members with evidence, what differs, what they receive, and what to find out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bangfu.core.matching.duplicates.benefits import Benefits, benefits_of, in_words, paid_twice
from bangfu.core.matching.duplicates.groups import MANY_KIND, Group, Links
from bangfu.core.matching.duplicates.kinds import CODES, HOUSEHOLD_KINDS
from bangfu.core.matching.duplicates.pairs import SAME
from bangfu.core.matching.duplicates.registry import NOWHERE, Registry, texts_of
from bangfu.core.matching.duplicates.words import Words, home_words, many_words, pair_words
from bangfu.core.matching.rows import MALE, NO_DAY
from bangfu.core.matching.shown import compared_numbers, differing_places, shown_number

OVERLAPS = frozenset(HOUSEHOLD_KINDS - {CODES["same_head"]})
_EPOCH = date(1970, 1, 1)
_LEFT_BEHIND = (
    "其中一户只有这一条记录，可能是分户、并户后留下的旧户",
    "one of the households holds this record only: perhaps left behind when households split or merged",
)


@dataclass(slots=True)
class Member:
    """A record of a group. `both`: whether it stands in both households, None where none are compared. `receives`: None
    where nobody knows. `chance`: the smallest number of coincidences of its pairs, None where chance plays no part."""

    person: int
    evidence: list[tuple[Words, int]] = field(default_factory=list)
    both: bool | None = None
    programmes: set[str] = field(default_factory=set)
    receives: bool | None = None
    chance: float | None = None


@dataclass(slots=True)
class Described:
    """A group with everything that is told of it.

    `words`: what is said of the group as a whole. `twice`: programmes that are paid twice to what may be one person or
    household. `decided`: the earlier answer that did not settle it.
    """

    group: Group
    members: list[Member]
    words: list[Words]
    twice: set[str]
    place: tuple[str, str]
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What the registry says of the records of all groups, by person."""

    names: dict[int, str]
    numbers: dict[int, str | None]
    births: dict[int, str]
    sexes: dict[int, str]
    relations: dict[int, str]
    person_keys: dict[int, Any]
    home_keys: dict[int, Any]
    villages: dict[int, str]


def details(registry: Registry, persons: Any) -> Details:
    """Look up what is needed of some persons, once for all."""
    import pyarrow as pa

    who, where = persons.tolist(), pa.array(persons)
    rows = registry.people.rows
    nothing = [None] * len(who)
    names = nothing if rows.name_texts is None else rows.name_texts.take(where).cast(pa.string()).to_pylist()
    if rows.swapped and rows.texts is not None:
        numbers = rows.texts.take(where).cast(pa.string()).to_pylist()
        names = [numbers[at] if person in rows.swapped else names[at] for at, person in enumerate(who)]
    relations = nothing if registry.relation is None else registry.relation.take(where).to_pylist()
    villages = [registry.villages[at] if at >= 0 else "" for at in registry.village_of(persons).tolist()]
    columns = (
        [(name or "").strip() for name in names],
        texts_of(registry.people, persons),
        [day_text(day) for day in registry.birth[persons].tolist()],
        [("男" if sex == MALE else "女") if sex else "" for sex in registry.sex[persons].tolist()],
        [relation or "" for relation in relations],
        registry.people.person_no.take(where).to_pylist(),
        registry.people.household_no.take(where).to_pylist(),
        villages,
    )
    return Details(*(dict(zip(who, column, strict=True)) for column in columns))


def day_text(day: int) -> str:
    """A day since 1970 as 1988-01-01; empty where it is unknown."""
    return "" if day == NO_DAY else (_EPOCH + timedelta(days=day)).isoformat()


def describe(registry: Registry, links: Links, groups: list[Group], known: Details) -> list[Described]:
    """The groups in the order in which people should read them: the surest first, of these who is paid twice."""
    import numpy as np

    persons = np.array(sorted(known.names), np.int64)
    benefits = benefits_of(registry, persons)
    found = [_describe(registry, links, one, known, benefits) for one in groups]
    return sorted(found, key=lambda it: _order(it, known))


def _order(found: Described, known: Details) -> tuple[Any, ...]:
    first = found.members[0].person
    home = known.home_keys[first]
    place = (found.place[0], found.place[1], home is None, home or 0, known.person_keys[first], found.group.fingerprint)
    return (found.group.severity, not found.twice, found.group.kinds[0], *place)


def _describe(registry: Registry, links: Links, one: Group, known: Details, benefits: Benefits) -> Described:
    members = {person: Member(person) for person in one.persons}
    village = next((known.villages[person] for person in one.persons if known.villages[person]), "")
    found = Described(one, list(members.values()), [], set(), (village[:9], village))
    for member in found.members:
        own, home = benefits.of(known.person_keys[member.person], known.home_keys[member.person])
        member.programmes = own | home
        member.receives = bool(member.programmes) if benefits.known else None
    for at in one.pairs:
        _tell_pair(links, at, members, found, known, benefits)
    for at in one.homes:
        _tell_homes(registry, links, at, found, benefits)
    if MANY_KIND in one.kinds:
        found.words.append(many_words(len(one.persons)))
    if OVERLAPS.intersection(one.kinds):
        both = {person for at in one.pairs for person in _apart(registry, links, at)}
        for member in found.members:
            member.both = member.person in both
    if one.kinds[0] not in HOUSEHOLD_KINDS and any(_alone(registry, person) for person in one.persons):
        found.words.append(_LEFT_BEHIND)
    found.words.sort()
    return found


def _alone(registry: Registry, person: int) -> bool:
    home = registry.home[person]
    return bool(home != NOWHERE and registry.size[home] == 1)


def _apart(registry: Registry, links: Links, at: int) -> tuple[int, ...]:
    """The two records of a pair that counts as one person in two households."""
    one, two = int(links.pairs.one[at]), int(links.pairs.two[at])
    counts = links.pairs.same_person[at] and registry.home[one] != registry.home[two]
    return (one, two) if counts else ()


def _tell_pair(
    links: Links, at: int, members: dict[int, Member], found: Described, known: Details, benefits: Benefits
) -> None:
    pairs = links.pairs
    one, two = int(pairs.one[at]), int(pairs.two[at])
    words = pair_words(pairs, at)
    chance = None if pairs.number[at] == SAME else float(pairs.chance[at])
    for person, other in ((one, two), (two, one)):
        member = members[person]
        member.evidence.append((words, other))
        if chance is not None:
            member.chance = chance if member.chance is None else min(member.chance, chance)
    paid = [benefits.of(known.person_keys[person], known.home_keys[person]) for person in (one, two)]
    same_key = known.person_keys[one] == known.person_keys[two]
    found.twice |= paid_twice(paid[0], paid[1], same_home=bool(pairs.same_home[at]), same_key=same_key)


def _tell_homes(registry: Registry, links: Links, at: int, found: Described, benefits: Benefits) -> None:
    one, two = sorted(
        (int(links.homes.one[at]), int(links.homes.two[at])), key=lambda home: registry.homes[home].as_py()
    )
    keys = registry.homes[one].as_py(), registry.homes[two].as_py()
    sizes = int(registry.size[one]), int(registry.size[two])
    found.words.append(home_words(links.homes, at, (str(keys[0]), str(keys[1])), sizes))
    found.twice |= benefits.of(None, keys[0])[1] & benefits.of(None, keys[1])[1]


def evidence_of(found: Described, member: Member, known: Details) -> Words:
    """The evidence for one record; in groups of more than two it says with which other record."""
    alone = len(found.members) == 2
    by_words: dict[Words, list[str]] = {}
    for words, other in member.evidence:
        by_words.setdefault(words, []).append(str(known.person_keys[other]))
    zh, en = [], []
    for words, others in sorted(by_words.items()):
        whom = sorted(others)[:5]
        zh.append(words[0] if alone else f"与人编号{'、'.join(whom)}：{words[0]}")
        en.append(words[1] if alone else f"with {', '.join(whom)}: {words[1]}")
    return "；".join((*zh, *(one for one, _ in found.words))), "; ".join((*en, *(one for _, one in found.words)))


def differences(member: Member, known: Details) -> str:
    """In which fields a record differs from those that it may be the same as."""
    fields = (
        ("姓名", known.names), ("出生日期", known.births), ("性别", known.sexes), ("户编号", known.home_keys),
        ("村", known.villages), ("与户主关系", known.relations),
    )  # fmt: skip
    others = [other for _, other in member.evidence]
    told = [name for name, column in fields if any(column[other] != column[member.person] for other in others)]
    places = {
        place for other in others for place in differing_places(known.numbers[member.person], known.numbers[other])
    }
    if places and len(places) <= 4:
        told.append("证件号码第" + "、".join(map(str, sorted(places))) + "位")
    elif any(known.numbers[other] != known.numbers[member.person] for other in others):
        told.append("证件号码")
    return "、".join(told)


def number_shown(member: Member, known: Details) -> str:
    """The number masked; with the places that tell it from the one that it is compared with, where these are few."""
    number = known.numbers[member.person]
    for _, other in member.evidence:
        shown = compared_numbers(number, known.numbers[other])[0]
        if "【" in shown:
            return shown
    return shown_number(number)


def receives_words(member: Member) -> str:
    """What a record receives, in words."""
    if member.receives is None:
        return "不详"
    return in_words(member.programmes) or "无"
