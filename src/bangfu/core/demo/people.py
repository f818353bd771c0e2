"""The people of the synthetic county: records, names, and ID numbers that belong to no real person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from bangfu.core.demo.posted import BASIC_PENSION_YEARLY

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
MALE = "伟强磊军勇杰涛明超辉刚平建国志海峰文武斌龙波宁凯俊浩鹏旭亮东宏学兵林"
FEMALE = "芳娜敏静丽艳娟霞秀英兰梅红玉珍慧玲燕萍桂花雪莲琴云洁莉彩凤香月荣"
MINORITY = (
    ("阿依努尔", "买买提"),
    ("古丽娜", "艾山"),
    ("麦麦提", "吐尔逊"),
    ("卓玛", "次仁"),
    ("扎西", "多吉"),
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"


@dataclass(slots=True)
class Work:
    """Off-farm work: `monthly` fen, `months` of the last twelve; `ended` when it is over."""

    place: str
    county: str
    employer: str
    channel: str
    started: date
    months: int
    monthly: int
    ended: date | None = None


@dataclass(slots=True)
class Post:
    """A welfare post (公益性岗位) with its yearly pay in fen."""

    kind: str
    months: int
    yearly: int


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A row of a bureau's file about somebody who is not in the registry, or under a number that is not its owner's.

    `columns` are those after number, name and date of birth. `fixed`: it stands in the file just so.
    """

    file: str
    number: str
    name: str
    birth: date
    sex: str
    columns: tuple[str, ...]
    fixed: bool = False


@dataclass(slots=True)
class Person:
    """One person of the world; `written` overrides what the registry sheet says (header to text)."""

    no: str
    name: str
    sex: str
    birth: date
    relation: str
    id_number: str
    student: str = ""
    education: str = ""
    health: str = "健康"
    disability_kind: int = 0
    disability_grade: int = 0
    certificate_to: str = "2029-12-31"
    labour: str = "无劳动力"
    marriage: str = "未婚"
    party: str = "群众"
    ethnicity: str = "汉族"
    work: Work | None = None
    post: Post | None = None
    formal: bool = False
    pension: int = 0
    in_scope: int = 0
    basic_paid: int = 0
    major_paid: int = 0
    supporter_able: str = ""
    self_care: str = ""
    employee_insurance: bool = False
    hardship: bool = False
    hardship_since: date | None = None
    subsidy_since: date | None = None
    chronic_card: bool = False
    contract: date | None = None
    grant_times: int = 0
    grant_amount: int = 0
    job_base: str = ""
    cadre_relative: bool = False
    cadre_filed: bool = False
    written: dict[str, str] = field(default_factory=dict)
    bureau: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Rows that planted causes put into bureau files: file and the columns after number, name and date of birth."""
    others: tuple[OtherRow, ...] = ()
    """Rows about others that hang on this person: a son who died, a stranger under this person's number."""

    @property
    def wage(self) -> int:
        """Yearly wage in fen, from off-farm work and posts."""
        total = self.work.monthly * self.work.months if self.work else 0
        return total + (self.post.yearly if self.post else 0)


@dataclass(slots=True)
class Household:
    """One household of the world, money per year in fen.

    `kind` is what the world knows: ordinary, near, poor, hardship. `written` overrides the registry sheet;
    `withheld` and `amounts` are what the administration does wrong: benefits that it does not pay, and
    amounts that it pays instead of the right ones, both by (programme, person_no or "").
    """

    no: str
    kind: str
    urban: bool
    registered: int
    graduated: int
    persons: list[Person]
    phone: str
    natural_village: str = ""
    group: str = ""
    business: int = 0
    cost: int = 0
    property_income: int = 0
    transfer: int = 0
    preferential: int = 0
    assistance: int = 0
    education_cost: int = 0
    last_year: int = 0
    industry: bool = False
    pv: bool = False
    monitored: str = ""
    monitored_since: date | None = None
    resolved_on: date | None = None
    risks: tuple[str, ...] = ()
    poverty_cause: str = ""
    safe_water: bool = True
    grade: str = "A级"
    area_m2: int = 100
    renovated: bool = False
    road: str = "水泥"
    arable: int = 4
    sudden_loss: int = 0
    emergency_on: date | None = None
    dibao_since: date | None = None
    near_since: date | None = None
    benefits: dict[tuple[str, str], tuple[int, date]] = field(default_factory=dict)
    withheld: frozenset[tuple[str, str]] = frozenset()
    amounts: dict[tuple[str, str], int] = field(default_factory=dict)
    since: dict[tuple[str, str], date] = field(default_factory=dict)
    """First days of benefits that began late, where an error was put right."""
    vehicles: tuple[tuple[int, tuple[str, ...]], ...] = ()
    estates: tuple[tuple[int, tuple[str, ...]], ...] = ()
    companies: tuple[tuple[int, tuple[str, ...]], ...] = ()
    balances: tuple[int, ...] = ()
    given: int = 0
    """The highest running number of a member who has died: nobody gets it again."""
    planted: bool = False
    locked: bool = False
    """True where published figures of the township depend on this household's size and benefits."""
    written: dict[str, str] = field(default_factory=dict)

    @property
    def wages(self) -> int:
        """Yearly wages of all members, in fen."""
        return sum(p.wage for p in self.persons)

    @property
    def pensions(self) -> int:
        """Yearly employee pensions of all members, in fen."""
        return sum(p.pension for p in self.persons)

    @property
    def counted(self) -> int:
        """Income that the county counts for 低保: without assistance, preferential money, basic pension."""
        return self.wages + self.business - self.cost + self.property_income + self.transfer + self.pensions

    def basic_pension(self, as_of: date) -> int:
        """Basic pensions of members of 60 and more who draw no employee pension, yearly fen."""
        return BASIC_PENSION_YEARLY * sum(1 for p in self.persons if not p.pension and age(p, as_of) >= 60)

    @property
    def out_of_pocket(self) -> int:
        """In-scope medical cost that insurance did not pay, yearly fen."""
        return sum(p.in_scope - p.basic_paid - p.major_paid for p in self.persons)


def next_number(household: Household) -> str:
    """The number of a person who joins the household."""
    highest = max(household.given, *(int(p.no[-2:]) for p in household.persons))
    return f"{household.no}{highest + 1:02d}"


def age(person: Person, as_of: date) -> int:
    """Completed years on a day."""
    born = person.birth
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))


def check_character(seventeen: str) -> str:
    """The eighteenth character of an ID number (GB 11643-1999)."""
    return CHECK_CHARACTERS[sum(int(c) * w for c, w in zip(seventeen, WEIGHTS, strict=True)) % 11]


class IdNumbers:
    """Hands out ID numbers of invented areas, each once, the same for the same order of requests.

    The sequence of a day begins anywhere, as real ones do: else a few last digits would be everybody's.
    """

    def __init__(self) -> None:
        self._used: dict[tuple[date, bool], int] = {}

    def next(self, birth: date, sex: str, area: int = 990101) -> str:
        """An 18-character number for a birth date and sex (男 or 女); a very full day overflows into the next area."""
        male = sex == "男"
        n = self._used.get((birth, male), 0)
        self._used[(birth, male)] = n + 1
        # 277 and 500 share no factor, so the scrambled sequence repeats no number within an area code
        start = (birth.toordinal() * 2 + male) * 7919 + 13
        sequence = (n * 277 + start) % 500 * 2 + male
        body = f"{area + n // 500}{birth.year:04d}{birth.month:02d}{birth.day:02d}{sequence:03d}"
        return body + check_character(body)


def given_name(sex: str, rng: Random) -> str:
    """One or two characters."""
    pool = MALE if sex == "男" else FEMALE
    return rng.choice(pool) + (rng.choice(pool) if rng.random() < 0.7 else "")


def pick(rng: Random, table: Sequence[tuple[Any, float]]) -> Any:
    """A value drawn from (value, weight) pairs whose weights sum to one."""
    at = rng.random()
    for value, weight in table:
        at -= weight
        if at < 0:
            return value
    return table[-1][0]
