"""Who in a group receives what, and what is paid to both records of a pair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bangfu.core.matching.duplicates.registry import Registry

PROGRAMME_WORDS = {
    "dibao": "低保",
    "extreme_hardship": "特困供养",
    "tekun": "特困供养",
    "near_dibao": "低保边缘",
    "rigid_expense_hardship": "刚性支出困难",
    "medical_assistance": "医疗救助",
    "temporary_assistance_emergency": "临时救助（急难）",
    "temporary_assistance_expense": "临时救助（支出）",
    "disability_living_subsidy": "残疾人生活补贴",
    "disability_nursing_subsidy": "残疾人护理补贴",
    "old_age_allowance": "高龄津贴",
    "house_renovation": "危房改造",
    "yulu_subsidy": "雨露计划",
    "yulu": "雨露计划",
    "family_doctor_contract": "家庭医生签约",
}
"""The identifiers of programmes that are fixed, in Chinese; any other stands as the file has it."""


@dataclass(frozen=True, slots=True)
class Benefits:
    """Programmes by person and by household (as text keys); `known` is False where there is no such file."""

    known: bool
    persons: dict[str, set[str]] = field(default_factory=dict)
    homes: dict[str, set[str]] = field(default_factory=dict)

    def of(self, person: object, home: object) -> tuple[set[str], set[str]]:
        """What a person, and what the household as a whole receives."""
        return self.persons.get(str(person), set()), self.homes.get(str(home), set())


def benefits_of(registry: Registry, persons: Any) -> Benefits:
    """The benefits of some persons and their households."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = registry.benefits
    if table is None:
        return Benefits(False)
    where = pa.array(persons)
    own = registry.people.person_no.take(where).cast(pa.string())
    homes = registry.people.household_no.take(where).cast(pa.string())
    concerned = pc.or_(
        pc.is_in(table.column("person_no"), value_set=_plain(own)),
        pc.and_(
            pc.is_null(table.column("person_no")),
            pc.is_in(table.column("household_no"), value_set=_plain(homes).drop_null()),
        ),
    )
    found = Benefits(True)
    for row in table.filter(pc.fill_null(concerned, False)).to_pylist():
        person, home, programme = row["person_no"], row["household_no"], row["programme"]
        if programme:
            holder, key = (found.homes, home) if person is None else (found.persons, person)
            holder.setdefault(key, set()).add(programme)
    return found


def _plain(column: Any) -> Any:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def in_words(programmes: Iterable[str]) -> str:
    """Programmes as people call them."""
    return "、".join(sorted(PROGRAMME_WORDS.get(one, one) for one in programmes))


def paid_twice(
    one: tuple[set[str], set[str]], two: tuple[set[str], set[str]], *, same_home: bool, same_key: bool
) -> set[str]:
    """Programmes that two records of what may be one person are both paid."""
    (a, home_a), (b, home_b) = one, two
    found = set() if same_key else a & b
    return found if same_home else found | (home_a & home_b) | (a & home_b) | (home_a & b)
