"""The figures of a monthly run as cells, limited to the reader's area, and the households behind each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bangfu.core.reporting.cells import Cell, CellError, read_run
from bangfu.core.reporting.cells import Run as Cells
from bangfu.core.reporting.cells_compared import Change, Difference, difference
from bangfu.core.reporting.cells_text import amount
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.registry import api as registry
from bangfu.office.reporting.events import FIGURE_OPENED
from bangfu.office.runs import api as runs

if TYPE_CHECKING:
    from bangfu.core.reporting.cells_behind import Behind, Counted

VIEW = "runs.view"
GROUPS = (("stock", _("期末数")), ("flow", _("本期发生数")), ("ratio", _("比例和人均")))
MOST_CHANGES = 200
"""Records that are counted otherwise than last time, as many as a page lists."""


class NotKept(Exception):
    """The run's figures, or the data and rules behind them, are no longer there; the message says so in both languages."""


@dataclass(frozen=True)
class Line:
    """A figure with that of the run before: `by` is the difference in words, `direction` -1, 0 or 1, None where unknown."""

    cell: Cell
    title: str
    value: str
    before: str
    by: str
    direction: int | None


def _kept(pk: int) -> Cells:
    path = runs.results(pk) / "indicators.parquet"
    try:
        return _read(path.parent, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise NotKept("这次比对的数字已不在 / the figures of this run are no longer there") from None
    except CellError as error:
        raise NotKept(str(error)) from None


@lru_cache(maxsize=6)
def _read(folder: Path, _changed: int) -> Cells:
    return read_run(folder)


def kept(run: runs.Run) -> Cells:
    """The cells of a run. Raises NotKept."""
    return _kept(run.pk)


def before(run: runs.Run) -> Cells | None:
    """The cells of the run before, None where there was none or nothing of it is kept."""
    try:
        return _kept(run.previous_id) if run.previous_id else None
    except NotKept:
        return None


def area_of(actor: Actor, run: runs.Run, asked: str) -> str:
    """The area that is looked at. Raises OutOfReach for one that is not wholly the actor's: a count tells of all its people."""
    code = asked or runs.scope(actor, run, "")
    if not code or not any(code.startswith(prefix) for prefix in actor.areas(VIEW)):
        raise OutOfReach(VIEW, code[:12])
    return code


def key_of(run: runs.Run, code: str) -> str:
    """How the cells call an area: the run's own is the whole."""
    return "" if code == run.area_code else code


def lines(run: runs.Run, code: str, language: str, words: str = "") -> dict[str, list[Line]]:
    """All figures of an area by group, in the rulebook's order; `words` narrows by title. Raises NotKept."""
    whole, earlier = kept(run), before(run)
    at = 0 if language.startswith("zh") else 1
    found: dict[str, list[Line]] = {name: [] for name, _label in GROUPS}
    order = {name: place for place, name in enumerate(registry.rulebook().indicators)}
    for cell in sorted(whole.found.values(), key=lambda c: (order.get(c.indicator, len(order)), c.indicator)):
        if (
            cell.area == key_of(run, code)
            and words.lower() in f"{cell.title_zh} {cell.title_en} {cell.indicator}".lower()
        ):
            old = earlier.found.get((cell.indicator, cell.area)) if earlier else None
            found["ratio" if cell.ratio else cell.kind].append(line_of(cell, old, at))
    return found


def line_of(cell: Cell, old: Cell | None, at: int) -> Line:
    """One figure in words, beside the run before's."""
    title = (cell.title_en if at else cell.title_zh) or cell.indicator
    by, direction, earlier = "", None, "—"
    if old is not None and old.unit == cell.unit:
        earlier = amount(old.value, old.unit, at)
        if old.value is not None and cell.value is not None:
            gap = cell.value - old.value
            direction = (gap > 0) - (gap < 0)
            by = _signed(gap, "percentage_point" if cell.unit == "percent" else cell.unit, at)
    return Line(cell, title, shown(cell, at), earlier, by, direction)


def shown(cell: Cell, at: int) -> str:
    """The value with its unit, and whether it is exact."""
    mark = {"以上": "以上 / or more", "约": "约 / about"}.get(cell.approximate, "")
    return amount(cell.value, cell.unit, at) + (f"（{mark.split(' / ')[at]}）" if mark else "")


def _signed(gap: Decimal | Fraction, unit: str, at: int) -> str:
    text = amount(abs(gap), unit, at)
    return ("+" if gap > 0 else "−" if gap < 0 else "") + text


def parts(actor: Actor, run: runs.Run, cell: Cell, code: str, at: int) -> list[tuple[runs.Place, Line, int]]:
    """The same figure of the areas right below, with a share of the largest for a bar, the largest first."""
    whole, earlier = kept(run), before(run)
    places = {p.code: p for p in runs.places(actor, run) if p.code.startswith(code) and len(p.code) == _below(code)}
    found = [
        (places[c.area], c) for (name, area), c in whole.found.items() if name == cell.indicator and area in places
    ]
    most = max((abs(c.value) for _p, c in found if c.value is not None), default=Decimal(0)) or Decimal(1)
    rows = [
        (place, line_of(c, earlier.found.get((c.indicator, c.area)) if earlier else None, at),
         int(100 * abs(c.value) / most) if c.value is not None else 0)
        for place, c in found
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row[1].cell.value is None, -(row[1].cell.value or 0), row[0].code))


def _below(code: str) -> int:
    return next((digits for digits in (2, 4, 6, 9, 12) if digits > len(code)), 12)


def _behind(pk: int, indicator: str, area: str, side: str) -> Behind:
    _kept(pk)
    rules = runs.kept_rulebook(pk)
    if rules is None:
        raise NotKept("这次比对所用规则的副本已不在 / the copy of the rules of this run is gone")
    try:
        return _opened(runs.results(pk), rules, indicator, area, side)
    except CellError as error:
        raise NotKept(str(error)) from None


@lru_cache(maxsize=32)
def _opened(folder: Path, rules: Path, indicator: str, area: str, side: str) -> Behind:
    from bangfu.core.reporting.cells_behind import Opener

    with Opener(folder, rules, indicators=(indicator,)) as opener:
        return opener.behind(opener.run.cell(indicator, area), side)


def behind(run: runs.Run, cell: Cell, side: str = "numerator") -> Behind:
    """The rows that one side of a cell counts. Raises NotKept."""
    return _behind(run.pk, cell.indicator, cell.area, side)


def against_before(run: runs.Run, cell: Cell) -> Difference | None:
    """Why the figure differs from the run before's, with the records that changed; None without one. Raises NotKept."""
    earlier = before(run)
    old = earlier.found.get((cell.indicator, cell.area)) if earlier else None
    if old is None or run.previous_id is None:
        return None
    sides = ("numerator", "denominator") if cell.ratio else ("numerator",)
    try:
        now = tuple(_behind(run.pk, cell.indicator, cell.area, side) for side in sides)
        then = tuple(_behind(run.previous_id, cell.indicator, cell.area, side) for side in sides)
        return difference(old, cell, before=then, after=now)
    except (CellError, NotKept):
        return difference(old, cell)


def about_health(run: runs.Run, cell: Cell) -> bool:
    """Whether a list of those who are counted would tell each one's health; True where nobody can say any more."""
    try:
        return runs.counts_health(run, cell.indicator)
    except LookupError:
        return True


@transaction.atomic
def record_opening(*, actor: Actor, run: runs.Run, cell: Cell, code: str, purpose: str = "", why: str = "") -> None:
    """Write down who saw the households behind a figure; of one about health only for a stated purpose.

    Raises Refused, Invalid.
    """
    actor.require("registry.view", code)
    kind, stated = FIGURE_OPENED, actor
    if about_health(run, cell):
        actor.require("registry.unmask", code)
        kind, stated = registry.UNMASKED, actor.for_purpose(purpose_text(purpose, why))
    audit.record(stated, kind, audit.Subject("run", str(run.pk), code), after={"indicator": cell.indicator})


@dataclass(frozen=True)
class Counting:
    """A row behind a figure, with the names of today's registry; blank where the registry no longer has it."""

    household: str
    head: str
    person: str
    name: str
    unit: str
    area: str
    place: str
    amount: str
    before: str = ""


def named(actor: Actor, rows: Iterable[Counted], unit: str, at: int) -> list[Counting]:
    """Rows with names, limited to the actor's area. Three queries."""
    found = list(rows)
    heads = dict(
        registry.households(actor).filter(number__in={r.household_no for r in found if r.household_no}).values_list("number", "head_name")
    )  # fmt: skip
    names = dict(
        registry.persons(actor).filter(number__in={r.person_no for r in found if r.person_no}).values_list("number", "name")
    )  # fmt: skip
    places = areas.names({r.area for r in found if r.area})
    return [
        Counting(
            r.household_no or "", heads.get(r.household_no or "", ""), r.person_no or "",
            names.get(r.person_no or "", ""), r.unit_no or "", r.area, places.get(r.area, r.area),
            _adds(r.amount, unit, at),
        )
        for r in found
    ]  # fmt: skip


def _adds(number: int, unit: str, at: int) -> str:
    """What a row adds: money in yuan, anything else as a number."""
    return amount(Decimal(number) / 100, "元", at) if unit in ("元", "万元") else f"{number:,}"


def changed(actor: Actor, changes: Iterable[Change], unit: str, at: int) -> list[tuple[Counting, str, str]]:
    """Rows that are counted otherwise, with what they added before and add now."""
    found = list(changes)[:MOST_CHANGES]
    rows = named(actor, (change.row for change in found), unit, at)
    return [(row, _adds(c.before, unit, at), _adds(c.after, unit, at)) for row, c in zip(rows, found, strict=True)]
