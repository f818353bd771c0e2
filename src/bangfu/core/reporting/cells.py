"""Indicators as cells: a figure with its unit, area, dates, both sides, their definitions and the data behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

RATES = ("percent", "percentage_point", "per_mille")
"""Units of ratios that are shown multiplied; none of them adds up."""


class CellError(Exception):
    """Cells that cannot be read, opened, added or compared; the message says why and what to do, in two languages."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one run.

    `value` is as printed (money in yuan), None where the denominator is 0; `numerator` and `denominator` are exact
    (money in fen). `area` is a code, empty for the whole. `kind` is `stock` or `flow`. `approximate` is empty for an
    exact figure; `以上` where rows that could not be told may add to it, `约` where they may move it either way.
    `snapshot_hash` is the same for two cells exactly where they rest on the same files, rules and date.
    """

    indicator: str
    title_zh: str
    title_en: str
    value: Decimal | None
    unit: str
    kind: str
    area: str
    period: str
    as_of: date
    numerator: int
    denominator: int | None
    numerator_query: str
    denominator_query: str | None
    denominator_name: str | None
    snapshot_hash: str
    approximate: str = ""
    undecided: int = 0
    stated: str | None = None
    balance: Mapping[str, str] = field(default_factory=dict)

    @property
    def ratio(self) -> bool:
        """Whether the figure has a denominator."""
        return self.denominator_query is not None

    @property
    def exact(self) -> Fraction | None:
        """The figure before rounding, in the unit it is printed in; None where the denominator is 0."""
        if self.ratio and not self.denominator:
            return None
        plain = Fraction(self.numerator, self.denominator if self.ratio and self.denominator else 1)
        return (
            plain
            * {"percent": 100, "percentage_point": 100, "per_mille": 1000}.get(self.unit, 1)
            / _FEN.get(self.unit, 1)
        )

    def as_dict(self) -> dict[str, Any]:
        """The cell as JSON takes it."""
        value = None if self.value is None else float(self.value)
        plain = {key: getattr(self, key) for key in _PLAIN}
        return {"indicator": self.indicator, "value": value, "as_of": self.as_of.isoformat(), **plain,
                "balance": dict(self.balance)}  # fmt: skip


_FEN = {"元": 100, "万元": 1_000_000}
_PLAIN = (
    "unit", "kind", "area", "period", "numerator", "denominator", "numerator_query", "denominator_query",
    "denominator_name", "snapshot_hash", "approximate", "undecided", "stated", "title_zh", "title_en",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run's folder: its record, what it rests on as one hash, and its cells by indicator and area."""

    folder: Path
    as_of: date
    rulebook: str
    snapshot_hash: str
    found: Mapping[tuple[str, str], Cell]

    def cell(self, indicator: str, area: str = "") -> Cell:
        """One cell. Raises CellError with what is near where there is none."""
        if (indicator, area) in self.found:
            return self.found[indicator, area]
        known = sorted({name for name, _ in self.found})
        if indicator not in known:
            from bangfu.core.rulebook.mistakes import nearest

            near = nearest(indicator, known)
            hint_zh, hint_en = (f"；是否 {near}？", f"; did you mean {near}?") if near else ("", "")
            raise CellError(
                f"{self.folder}: 没有指标“{indicator}”{hint_zh} / no indicator {indicator} in this run{hint_en}"
            )
        areas = [area for name, area in self.found if name == indicator]
        listed = ", ".join(area or "''" for area in areas[:8]) + ("…" if len(areas) > 8 else "")
        raise CellError(
            f"{self.folder}: 指标“{indicator}”没有地区 {area}；有 {listed} / "
            f"{indicator} has no area {area}; there are {listed}"
        )


def cells(run_dir: Path) -> list[Cell]:
    """All cells of a run, by indicator and area. Raises CellError where the folder is no run with indicators."""
    return list(read_run(run_dir).found.values())


def read_run(run_dir: Path, indicator: str = "") -> Run:
    """Read `run.json` and `indicators.parquet`; of one indicator only where it is named, which may have no cell."""
    record = _record(run_dir)
    as_of = date.fromisoformat(record["as_of"])
    mark = snapshot_hash(record)
    rows = _rows(run_dir, indicator)
    found = {(row["indicator"], row["area"]): _cell(row, as_of, mark) for row in rows}
    return Run(run_dir, as_of, record["rulebook"]["sha256"], mark, found)


def snapshot_hash(record: Mapping[str, Any]) -> str:
    """One hash of all that a run's figures rest on: the files' digests, the rulebook's, and the date."""
    what = {"inputs": record["inputs"], "rulebook": record["rulebook"]["sha256"], "as_of": record["as_of"]}
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _record(run_dir: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((run_dir / "run.json").read_text(encoding="utf-8"))
        found["inputs"], found["rulebook"]["sha256"], found["as_of"]
    except (OSError, ValueError, KeyError, TypeError):
        raise CellError(
            f"{run_dir}: 不是 bangfu screen 的结果文件夹（没有可读的 run.json） / "
            "not a folder that bangfu screen wrote (no run.json that can be read)"
        ) from None
    return found


def _rows(run_dir: Path, indicator: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    path = run_dir / "indicators.parquet"
    if not path.is_file():
        raise CellError(
            f"{run_dir}: 没有 indicators.parquet；筛查时请不要用 --only 去掉 indicators / "
            "no indicators.parquet; run screen with indicators among --only"
        )
    table = pq.ParquetFile(path).read()
    if indicator:
        import pyarrow.compute as pc

        table = table.filter(pc.equal(table["indicator"], indicator))
    rows: list[dict[str, Any]] = table.to_pylist()
    if rows and "numerator_query" not in rows[0]:
        raise CellError(
            f"{run_dir}: 是旧版本的结果，没有指标的定义；请重新筛查 / "
            "from an earlier version, without definitions of its figures; run screen again"
        )
    return rows


def _cell(row: Mapping[str, Any], as_of: date, mark: str) -> Cell:
    undecided = int(row["undecided"])
    ratio = row["denominator_query"] is not None
    return Cell(
        indicator=row["indicator"],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        value=row["value"],
        unit=row["unit"],
        kind=row["kind"],
        area=row["area"],
        period=row["period"],
        as_of=as_of,
        numerator=row["numerator"],
        denominator=row["denominator"],
        numerator_query=row["numerator_query"],
        denominator_query=row["denominator_query"],
        denominator_name=row["denominator_zh"],
        snapshot_hash=mark,
        approximate=("约" if ratio or row["unit"] in _FEN else "以上") if undecided else "",
        undecided=undecided,
        stated=row["stated"],
        balance=dict(part.split("=", 1) for part in (row["balance"] or "").split()),
    )


def contains(outer: str, inner: str) -> bool:
    """Whether an area lies within another (or is it): codes of county, township and village by their beginnings."""
    return inner.startswith(outer)


def total(parts: Sequence[Cell]) -> Cell:
    """The sum of one indicator's cells over areas that do not overlap, from one run.

    Raises CellError for what does not add up: ratios, different units (户 and 户次, 人 and 人次), stock and flow,
    different dates or data, different indicators (the same household may be in both), an area twice.
    """
    if not parts:
        raise CellError("没有可以相加的数 / no cells to add")
    first = parts[0]
    for other in parts[1:]:
        _addable(first, other)
    for cell in parts:
        if cell.ratio:
            raise CellError(
                f"“{cell.title_zh}”是比率，不能相加；请用分子之和除以分母之和 / "
                f"{cell.indicator} is a ratio and does not add up; divide the sum of numerators by that of denominators"
            )
    _apart([cell.area for cell in parts])
    numerator = sum(cell.numerator for cell in parts)
    values = [cell.value for cell in parts if cell.value is not None]
    undecided = sum(cell.undecided for cell in parts)
    areas = "+".join(cell.area or "全部" for cell in parts)
    from dataclasses import replace

    return replace(
        first,
        area=areas,
        value=sum(values, Decimal(0)),
        numerator=numerator,
        undecided=undecided,
        approximate=next((cell.approximate for cell in parts if cell.approximate), ""),
        stated=None,
    )


def _addable(one: Cell, other: Cell) -> None:
    both = f"“{one.title_zh}”与“{other.title_zh}”"
    if one.unit != other.unit:
        raise CellError(
            f"{both}单位不同（{one.unit}、{other.unit}），不能相加 / {one.unit} and {other.unit} do not add up"
        )
    if one.kind != other.kind:
        raise CellError(f"{both}一个是时点数、一个是时期数，不能相加 / a stock and a flow do not add up")
    if one.indicator != other.indicator:
        raise CellError(
            f"{both}是不同指标，同一户或同一人可能两边都有，不能直接相加；请用一个同时定义两者的指标 / "
            "different indicators may count the same household or person; use one indicator that defines both"
        )
    if one.as_of != other.as_of:
        raise CellError(
            f"“{one.title_zh}”日期不同（{one.as_of}、{other.as_of}），不能相加 / "
            f"figures of {one.as_of} and {other.as_of} do not add up"
        )
    if one.snapshot_hash != other.snapshot_hash:
        raise CellError(
            f"“{one.title_zh}”出自不同的数据或规则，不能相加 / figures from different data or rules do not add up"
        )


def _apart(areas: Iterable[str]) -> None:
    listed = sorted(areas)
    for one, other in pairwise(listed):
        if contains(one, other):
            raise CellError(
                f"地区 {other or '（全部）'} 包含在 {one or '（全部）'} 之内，会重复计算 / "
                f"the area {other or '(all)'} lies within {one or '(all)'} and would count twice"
            )
