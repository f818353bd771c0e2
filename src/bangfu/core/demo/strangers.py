"""People whom the bureaus know and the registry does not: they moved away, or live in the next county."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bangfu.core.demo.bureau import STAGES, Entry, settlement
from bangfu.core.demo.families import birthday, school
from bangfu.core.demo.layout import DISABILITY_GRADES, DISABILITY_KINDS
from bangfu.core.demo.people import SURNAMES, Household, IdNumbers, given_name
from bangfu.core.demo.rows import yuan
from bangfu.core.demo.slips import Identity

SHARE = 0.25
"""Rows about strangers for each row about somebody registered: one row in five."""
NAMESAKES = 0.1
"""Share of strangers who bear the name of somebody in the village, with a number and a date of birth of their own."""
AREAS = (990101, 990102, 990103, 990201)

_AGES = {
    "deaths": (58, 94),
    "pensions": (60, 84),
    "school_enrolment": (7, 17),
    "dropouts": (8, 14),
    "medical_settlements": (3, 88),
    "disability_certificates": (6, 80),
}
_Columns = tuple[str, ...]


class Strangers:
    """The strangers of one village's rows, the same people every month."""

    def __init__(self, seed: int, village: str, people: list[Household], ids: IdNumbers) -> None:
        self._seed, self._village, self._ids = seed, village, ids
        self._people = people
        self._known: dict[str, list[Identity]] = {}

    def entries(self, file: str, registered: int, as_of: date) -> Iterator[Entry]:
        """Rows of a file about strangers, in proportion to the `registered` ones."""
        known = self._known.setdefault(file, [])
        # what is left of the proportion is one more or none, always the same for the village
        wanted = int(registered * SHARE + Random(f"{self._seed}:{self._village}:{file}").random())
        while len(known) < wanted:
            known.append(self._somebody(file, Random(f"{self._seed}:{self._village}:{file}:{len(known)}")))
        for n, who in enumerate(known[:wanted]):
            rng = Random(f"{self._seed}:{who.number}")
            columns = _COLUMNS[file](who, as_of, rng) if file in _COLUMNS else ()
            yield Entry(file, f"{file}:{self._village}:stranger{n}", who, None, columns)

    def _somebody(self, file: str, rng: Random) -> Identity:
        low, high = _AGES.get(file, (22, 70))
        birth, sex = birthday(rng.randint(low, high), rng), rng.choice("男女")
        name = rng.choice(SURNAMES) + given_name(sex, rng)
        if rng.random() < NAMESAKES:
            person = rng.choice(rng.choice(self._people).persons)
            name, sex = person.name, person.sex
            if person.birth == birth:
                birth -= timedelta(days=31)
        disability = f"{rng.randint(1, 7)}{rng.randint(1, 4)}" if file == "disability_certificates" else ""
        return Identity(self._ids.next(birth, sex, rng.choice(AREAS)), name, birth, sex, disability)


def _deaths(_who: Identity, _as_of: date, rng: Random) -> _Columns:
    return ((date(2026, 8, 28) - timedelta(days=rng.randint(0, 300))).isoformat(),)


def _vehicles(who: Identity, _as_of: date, rng: Random) -> _Columns:
    bought = date(2026, 8, 1) - timedelta(days=rng.randint(100, 3000))
    return (f"例C{who.number[-7:-1]}", "小型轿车", f"{rng.randint(20, 200) * 1000}.00", bought.isoformat())


def _real_estate(_who: Identity, _as_of: date, rng: Random) -> _Columns:
    bought = date(2026, 8, 1) - timedelta(days=rng.randint(100, 5000))
    return (rng.choice(("住宅", "住宅", "商业")), str(rng.randint(45, 140)), bought.isoformat())


def _accounts(_who: Identity, as_of: date, rng: Random) -> _Columns:
    return (f"{int(rng.lognormvariate(9.8, 0.9))}.00", as_of.isoformat())


def _companies(who: Identity, _as_of: date, rng: Random) -> _Columns:
    role, status = rng.choice(("法定代表人", "经营者")), rng.choice(("存续", "存续", "注销"))
    return (f"示例{who.number[-6:-1]}贸易有限公司", role, f"{rng.randint(1, 20) * 50000}.00", status)


def _payroll(_who: Identity, as_of: date, rng: Random) -> _Columns:
    return ("示例工业园电子有限公司", yuan(rng.randint(240, 620) * 1000), f"{as_of:%Y-%m}")


def _pensions(_who: Identity, _as_of: date, rng: Random) -> _Columns:
    return ("城镇职工基本养老保险", yuan(rng.randint(180, 420) * 1000))


def _settlements(who: Identity, _as_of: date, rng: Random) -> _Columns:
    total = int(rng.lognormvariate(8.6, 0.7)) * 100
    return settlement(f"{rng.randrange(10**6):06d}{who.number[6:10]}", total, total * 7 // 10, 0, False)


def _certificates(who: Identity, _as_of: date, _rng: Random) -> _Columns:
    kind, grade = DISABILITY_KINDS[int(who.disability[0])], DISABILITY_GRADES[int(who.disability[1])]
    return (f"{who.number}{who.disability}", kind, grade, "2029-12-31")


def _pupils(who: Identity, as_of: date, rng: Random) -> _Columns:
    years = as_of.year - who.birth.year - (who.birth.month >= 9)
    form = school(max(6, years), rng.random() < 0.5)
    stage = STAGES.get(form if form == "小学" else form[0], "高等教育")
    return (f"示例{stage}学校", stage, form, "2026年秋季")


_COLUMNS = {
    "deaths": _deaths,
    "custody": lambda *_: ("2026-03-12", "2028-03-11"),
    "vehicles": _vehicles,
    "real_estate": _real_estate,
    "financial_assets": _accounts,
    "business_registrations": _companies,
    "payroll": _payroll,
    "pensions": _pensions,
    "medical_settlements": _settlements,
    "disability_certificates": _certificates,
    "school_enrolment": _pupils,
    "dropouts": lambda *_: ("外出务工",),
}
