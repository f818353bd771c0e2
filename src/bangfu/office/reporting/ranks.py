"""Townships or villages in order of one indicator of a monthly run: against a target, the run before, and the year.

Every figure is a cell of the run (`core/reporting/cells`). Figures are compared as they are printed, ratios with two
places: what reads the same is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from django.utils.translation import gettext as _

from bangfu.core.reporting.cells import RATES, Cell, CellError, read_run
from bangfu.core.reporting.cells import Run as Cells
from bangfu.core.reporting.cells_text import amount
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.registry.api import rulebook
from bangfu.office.reporting.rank_targets import REACHED, VALUE, Declared, declared, read_target, stars_of
from bangfu.office.runs import api as runs

VIEW = "runs.view"
LEVELS = {"township": 9, "village": 12}
HIGHER, LOWER = "higher", "lower"
KEPT = 12
"""Runs that a streak looks back on, one for each day they are of."""
MET, MISSED, BETTER, WORSE = "met", "missed", "better", "worse"
_APPROXIMATE = {"以上": ("以上", "or more"), "约": ("约", "about")}


@dataclass(frozen=True)
class Asked:
    """What the reader chose. `target` is None where none was typed; `wrong` says what is wrong with what was typed."""

    indicator: str
    level: str
    better: str
    target: Decimal | None
    typed: str
    wrong: str = ""
    order: str = VALUE
    """By the figure, or by the share of the target that is reached."""

    @property
    def falling(self) -> bool:
        """Whether lower is better."""
        return self.better == LOWER


@dataclass(frozen=True)
class Row:
    """An area in its place. `rank` is None where the figure is not known; `moved` is places won (+) or lost (-).

    `against`: 1 above the target, 0 equal, -1 below, None without one; `by` and `change` are differences in words.
    `streak` counts runs back from this one, all `streak_kind`. `share` and `mark` are of a hundred, for the bar.
    """

    code: str
    name: str
    rank: int | None
    moved: int | None
    value: str
    plain: Decimal | None
    approximate: str
    against: int | None
    good: bool | None
    by: str
    before: str
    change: str
    direction: int | None
    improved: bool | None
    reached: Decimal | None
    pace: Decimal | None
    streak: int
    streak_kind: str
    share: int
    target: str = ""
    mark: int | None = None
    stars: int | None = None


@dataclass(frozen=True)
class Ranks:
    """A page of ranks. `elapsed` is the share of the year that is over, in percent, where 时间过半任务过半 applies."""

    title: str
    unit: str
    ratio: bool
    rows: list[Row]
    elapsed: Decimal | None
    target: str
    """The one target of all, words where each area has its own, empty without one."""
    own_targets: bool
    declared: Declared
    counts: Mapping[str, int]
    has_before: bool


def read_asked(query: Mapping[str, str], known: Mapping[str, str], levels: Sequence[str]) -> Asked:
    """What a query string asks for; what is not known becomes the first of what is."""
    typed = (query.get("target") or "").strip()[:30]
    target, wrong = read_target(typed)
    indicator = query.get("indicator", "")
    level = query.get("level", "")
    return Asked(
        indicator if indicator in known else next(iter(known), ""),
        level if level in levels else next(iter(levels), ""),
        LOWER if query.get("better") == LOWER else HIGHER,
        target,
        typed,
        wrong,
        REACHED if query.get("order") == REACHED else VALUE,
    )


# -- what a run has -----------------------------------------------------------------------------------------------


def cells_of(pk: int, indicator: str) -> Cells | None:
    """The cells of one indicator of a run; None where nothing of the run is kept."""
    path = runs.results(pk) / "indicators.parquet"
    try:
        return _read(path.parent, path.stat().st_mtime_ns, indicator)
    except (FileNotFoundError, CellError):
        return None


@lru_cache(maxsize=64)
def _read(folder: Path, _changed: int, indicator: str) -> Cells:
    return read_run(folder, indicator)


def indicators_of(pk: int, language: str) -> dict[str, str]:
    """Titles of a run's indicators in the rulebook's order; empty where nothing of the run is kept."""
    path = runs.results(pk) / "indicators.parquet"
    try:
        found = dict(_titles(path, path.stat().st_mtime_ns, not language.startswith("zh")))
    except FileNotFoundError:
        return {}
    order = {name: place for place, name in enumerate(rulebook().indicators)}
    return dict(sorted(found.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])))


@lru_cache(maxsize=8)
def _titles(path: Path, _changed: int, english: bool) -> tuple[tuple[str, str], ...]:
    import pyarrow.parquet as pq

    name = "title_en" if english else "title_zh"
    table = pq.ParquetFile(path).read(columns=["indicator", name])
    found = dict(zip(table["indicator"].to_pylist(), table[name].to_pylist(), strict=True))
    return tuple((indicator, title or indicator) for indicator, title in found.items())


def levels_of(actor: Actor, run: runs.Run) -> list[str]:
    """The levels at which the actor may see areas of a run; the one with something to compare comes first."""
    codes = {place.code for place in places_of(actor, run)}
    found = [level for level, digits in LEVELS.items() if any(len(code) == digits for code in codes)]
    return sorted(found, key=lambda level: sum(len(code) == LEVELS[level] for code in codes) < 2)


def places_of(actor: Actor, run: runs.Run) -> list[runs.Place]:
    """Townships and villages of a run that lie wholly in the actor's areas: a figure tells of all people of its area."""
    own = actor.areas(VIEW)
    return [p for p in runs.places(actor, run) if any(p.code.startswith(prefix) for prefix in own)]


def history(actor: Actor, run: runs.Run) -> list[runs.Run]:
    """The run and those before it of the same area, one for each day, the newest first."""
    by_day: dict[date, runs.Run] = {run.as_of: run}
    for other in runs.finished(actor, most=60):
        if other.area_code == run.area_code and other.as_of < run.as_of:
            by_day.setdefault(other.as_of, other)
    return [by_day[day] for day in sorted(by_day, reverse=True)][:KEPT]


# -- the order ----------------------------------------------------------------------------------------------------


def ranks(actor: Actor, run: runs.Run, asked: Asked, english: bool, permission: str = VIEW) -> Ranks | None:
    """The order of the actor's areas; None where the run's figures are not kept. `permission` narrows further."""
    now = cells_of(run.pk, asked.indicator)
    if now is None:
        return None
    wanted = [
        p for p in places_of(actor, run) if len(p.code) == LEVELS.get(asked.level, 0) and actor.may(permission, p.code)
    ]
    found = {p.code: now.found[asked.indicator, p.code] for p in wanted if (asked.indicator, p.code) in now.found}
    first = next(iter(now.found.values()), None)
    runs_back = [cells_of(one.pk, asked.indicator) for one in history(actor, run)]
    series = {code: _series(asked.indicator, code, runs_back) for code in found}
    said = declared([p.code for p in wanted], asked.indicator)
    targets = _targets(found, asked, said)
    elapsed = year_elapsed(run.as_of) if targets and _paced(first, asked) else None
    measure = _Measure(asked, said, targets, elapsed)
    most = max([*(abs(v[0]) for v in series.values() if v[0] is not None), *targets.values()], default=Decimal(0))
    at = 1 if english else 0
    names = _names(wanted)
    ranked, old = (measure.places({code: v[n] for code, v in series.items() if len(v) > n}) for n in (0, 1))
    rows = [
        _row(names[code], cell, series[code], measure, ranked.get(code), old.get(code), most, at)
        for code, cell in found.items()
    ]
    rows.sort(key=lambda row: (row.rank is None, row.rank or 0, row.code))
    titles = (first.title_zh, first.title_en) if first else ("", "")
    unit = first.unit if first else ""
    shown = [row for row in rows if row.against is not None]
    one = amount(asked.target, unit, at) if asked.target is not None else ""
    return Ranks(
        titles[at] or asked.indicator, unit, bool(first and first.ratio), rows, elapsed,
        one or (_("各地不同") if targets else ""), bool(targets) and not one, said,
        {"above": sum(r.against == 1 for r in shown), "equal": sum(r.against == 0 for r in shown),
         "below": sum(r.against == -1 for r in shown)},
        len(runs_back) > 1,
    )  # fmt: skip


def _targets(found: Mapping[str, Cell], asked: Asked, said: Declared) -> dict[str, Decimal]:
    """The target of each area: the one that was typed for all, else what is declared for it."""
    if asked.target is not None:
        return dict.fromkeys(found, asked.target)
    return {code: target for code, target in said.targets.items() if code in found}


@dataclass(frozen=True)
class _Measure:
    """By what areas are put in order and starred."""

    asked: Asked
    said: Declared
    targets: Mapping[str, Decimal]
    elapsed: Decimal | None

    def places(self, values: Mapping[str, Decimal | None]) -> dict[str, int]:
        """Places by the figure, or by the share of each one's own target."""
        if self.asked.order == REACHED and self.targets:
            values = {code: _share(value, self.targets.get(code)) for code, value in values.items()}
        return places(values, self.asked.better)

    def stars(self, code: str, value: Decimal | None) -> int | None:
        """How many stars a figure has."""
        of = _share(value, self.targets.get(code)) if self.said.measured == REACHED else value
        return stars_of(self.said.stars, of, self.asked.falling)


def _names(found: Sequence[runs.Place]) -> dict[str, str]:
    """Names of areas; villages of several townships with their township's, since many are called the same."""
    townships = areas.names({p.code[:9] for p in found if p.leaf})
    if len(townships) < 2:
        return {p.code: p.name for p in found}
    return {p.code: f"{townships[p.code[:9]]} {p.name}" if p.leaf else p.name for p in found}


def _paced(cell: Cell | None, asked: Asked) -> bool:
    """时间过半任务过半 is about counts that a year is to bring up to a target."""
    return bool(cell and not cell.ratio and asked.better == HIGHER)


def year_elapsed(day: date) -> Decimal:
    """The share of the year that is over at the end of a day, in percent with one place."""
    whole = date(day.year + 1, 1, 1) - date(day.year, 1, 1)
    passed = day - date(day.year, 1, 1)
    return (Decimal(passed.days + 1) * 100 / whole.days).quantize(Decimal("0.1"))


def printed(cell: Cell | None) -> Decimal | None:
    """The figure as it is compared and shown: ratios and amounts with two places."""
    if cell is None or cell.value is None:
        return None
    value = Decimal(cell.value)
    return value.quantize(Decimal("0.01")) if cell.ratio or cell.unit in (*RATES, "元", "万元") else value


def _series(indicator: str, code: str, back: Sequence[Cells | None]) -> list[Decimal | None]:
    """An area's figures, this run's first; a run whose figures are gone is a gap."""
    return [printed(run.found.get((indicator, code))) if run else None for run in back]


def places(values: Mapping[str, Decimal | None], better: str) -> dict[str, int]:
    """Places by area, 1 the best; equal figures share a place and the next is left out (1, 2, 2, 4)."""
    known = {code: value for code, value in values.items() if value is not None}
    first: dict[Decimal, int] = {}
    for place, value in enumerate(sorted(known.values(), reverse=better == HIGHER), 1):
        first.setdefault(value, place)
    return {code: first[value] for code, value in known.items()}


def _row(
    name: str, cell: Cell, series: Sequence[Decimal | None], measure: _Measure, rank: int | None, old: int | None,
    most: Decimal, at: int,
) -> Row:  # fmt: skip
    asked = replace(measure.asked, target=measure.targets.get(cell.area))
    value, before, target = series[0], series[1] if len(series) > 1 else None, asked.target
    against = None if value is None or target is None else (value > target) - (value < target)
    direction = None if value is None or before is None else (value > before) - (value < before)
    wanted = -1 if asked.falling else 1
    reached = _share(value, target) if measure.elapsed is not None else None
    length, kind = streak(series, asked)
    approximate = _APPROXIMATE.get(cell.approximate, ("", ""))[at]
    return Row(
        cell.area, name, rank, old - rank if old and rank else None, amount(value, cell.unit, at), value, approximate,
        against, None if against is None else against in (0, wanted),
        gap_text(value, target, cell.unit, at), amount(before, cell.unit, at) if before is not None else "",
        gap_text(value, before, cell.unit, at), direction, None if not direction else direction == wanted,
        reached, reached - measure.elapsed if reached is not None and measure.elapsed is not None else None,
        length, kind, _of_hundred(value, most),
        amount(target, cell.unit, at) if target is not None else "",
        _of_hundred(target, most) if target is not None else None, measure.stars(cell.area, value),
    )  # fmt: skip


def gap_text(value: Decimal | None, other: Decimal | None, unit: str, at: int) -> str:
    """The difference in words with its sign; of percentages in percentage points; empty where there is none."""
    if value is None or other is None:
        return ""
    gap = value - other
    sign = "+" if gap > 0 else "−" if gap < 0 else ""
    return sign + amount(abs(gap), "percentage_point" if unit == "percent" else unit, at)


def _share(value: Decimal | None, target: Decimal | None) -> Decimal | None:
    return None if value is None or not target else (value * 100 / target).quantize(Decimal("0.1"))


def _of_hundred(value: Decimal | None, most: Decimal) -> int:
    return int(100 * abs(value) / most) if value is not None and most else 0


def streak(series: Sequence[Decimal | None], asked: Asked) -> tuple[int, str]:
    """How many runs in a row, back from this one, the same holds, and what: with a target that it is met or missed, without
    one that the figure got better or worse. (0, "") where nothing can be said."""
    if asked.target is not None:
        target = asked.target
        marks = [None if v is None else (v >= target if asked.better == HIGHER else v <= target) for v in series]
        yes, no = MET, MISSED
    else:
        marks = [
            None if new is None or old is None or new == old else (new > old) == (asked.better == HIGHER)
            for new, old in pairwise(series)
        ]
        yes, no = BETTER, WORSE
    if not marks or marks[0] is None:
        return 0, ""
    length = next((n for n, mark in enumerate(marks) if mark != marks[0]), len(marks))
    return length, yes if marks[0] else no
