"""Figures of a text against the indicators of a monthly run (`indicators.parquet`, as `bangfu screen` leaves it)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bangfu.core.figures.dating import own_year, title_of
from bangfu.core.figures.files import DataError, Document
from bangfu.core.figures.findings import Finding, Verdict, found, plain, tidy
from bangfu.core.figures.statements import Reading, Statement

_UNITS = {"percent": "%", "千瓦": "kw", "元": "元", "名": "人"}
_ENDING = re.compile(r"(?:户数|人数|人次|金额|个数|数量|数|比例)$")
_WORDS = re.compile(r"[（(][^（）()]*[)）]")
_FEWEST = 3


@dataclass(frozen=True)
class Indicator:
    """One figure of a run: `area` is a code, empty for the whole; `period` a month (2026-10)."""

    id: str
    title: str
    area: str
    period: str
    value: Decimal
    unit: str


@dataclass(frozen=True)
class Registry:
    """The indicators of a run and the names of its areas."""

    indicators: tuple[Indicator, ...]
    areas: dict[str, str]

    @property
    def whole(self) -> str:
        """The code of the smallest area that holds all others."""
        codes = sorted({i.area for i in self.indicators if i.area}, key=len)
        top = [code for code in codes if len(code) == len(codes[0])] if codes else []
        return top[0] if len(top) == 1 else ""


def read_indicators(folder: Path) -> Registry:
    """Reads a run's folder. Raises DataError where it has no indicators."""
    path = folder / "indicators.parquet"
    if not path.is_file():
        raise DataError(
            f"{folder}: 没有 indicators.parquet；--registry 应是 bangfu screen 的结果文件夹，请先运行月度筛查 / no indicators.parquet; "
            "--registry takes a folder that bangfu screen wrote, run it first"
        )
    import pyarrow.parquet as pq

    try:
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        found_here = tuple(
            Indicator(
                r["indicator"], r["title_zh"], r["area"], r["period"], r["value"], _UNITS.get(r["unit"], r["unit"])
            )
            for r in rows
            if r["value"] is not None and not r.get("undecided")
        )
    except (KeyError, OSError, ValueError) as error:
        raise DataError(
            f"{path}: 不是 bangfu screen 写出的指标表 / not the table of indicators of a run ({type(error).__name__})"
        ) from None
    return Registry(found_here, _area_names(folder))


def _area_names(folder: Path) -> dict[str, str]:
    """Names of villages and townships with their codes, where the run's snapshot has them."""
    path = folder / "snapshot" / "villages.parquet"
    if not path.is_file():
        return {}
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    if not {"region_code", "name", "township_name"} <= set(table.schema.names):
        return {}
    names: dict[str, str] = {}
    for row in table.select(["region_code", "name", "township_name"]).to_pylist():
        if row["name"]:
            names[row["name"]] = row["region_code"]
        if row["township_name"]:
            names[row["township_name"]] = row["region_code"][:9]
    return names


def compare(document: Document, registry: Registry) -> Iterator[Finding]:
    """Every statement that names an indicator by its title, in the same unit. Equal is consistent; different is inconsistent
    only where area and period are certain, else ambiguous."""
    reading = Reading(document.text)
    titles = {i.title: i for i in registry.indicators}
    for statement in reading.statements:
        if not statement.figure.exact:
            continue
        names = [(stem, i) for title, i in titles.items() if (stem := _named(reading, statement, title, i.unit))]
        if names:
            longest = max(names, key=lambda n: len(n[0]))[1]
            same = [i for i in registry.indicators if i.title == longest.title]
            yield _judged(reading, statement, same, registry).in_file(document.name)


def _named(reading: Reading, statement: Statement, title: str, unit: str) -> str:
    """The part of the title that stands by the figure: 2014年建档立卡 of 2014年建档立卡户数 by 1239户."""
    if statement.figure.chinese or statement.depth or "其中" in statement.clause:
        return ""
    if statement.kind != unit and not (unit == "个" and statement.figure.unit in ("个", "座", "处", "所")):
        return ""
    stem = _ENDING.sub("", _WORDS.sub("", title))
    before = re.split(r"[。;\n]", reading.even[max(0, statement.figure.start - 40) : statement.figure.start])[-1]
    before = before.split(",")[-1] if "、" not in stem else before
    near = re.sub(r"(?:的|共有|共|现有|有|为|达到?|总数)*$", "", re.sub(r"\d+户$", "", before))
    fits = near.endswith(stem) or statement.tail.startswith(stem)
    return stem if fits and len(stem) >= _FEWEST and statement.role not in ("from", "delta", "average") else ""


def _judged(reading: Reading, statement: Statement, same: Sequence[Indicator], registry: Registry) -> Finding:
    figure = statement.figure
    area, sure_area = _area(reading, statement, registry)
    own = [i for i in same if i.area == area] if sure_area else list(same)
    fitting = [i for i in own if figure.low <= _value(i) <= figure.high or _rounds(i, statement)]
    shown = reading.shown(figure)
    if fitting:
        held = fitting[0]
        zh = f"与登记数相符：{held.title}{shown}（{_where(held, registry, 'zh')}，{held.period}）。"
        en = f"Agrees with the registry: {held.title} {shown} ({_where(held, registry, 'en')}, {held.period})."
        return _finding(reading, statement, "consistent", held, zh, en)
    nearest = min(own or same, key=lambda i: abs(_value(i) - figure.value))
    certain = sure_area and bool(own) and _period_certain(reading, statement, nearest)
    verdict: Verdict = "inconsistent" if certain else "ambiguous"
    value = f"{plain(nearest.value)}{figure.unit}"
    zh = f"与登记数不同：文中为{shown}，登记数“{nearest.title}”为{value}（{_where(nearest, registry, 'zh')}，{nearest.period}）；"
    zh += "请核对。" if certain else "请确认地区和时点是否相同。"
    en = f"Differs from the registry: the text says {shown}, {nearest.title} is {value} ({_where(nearest, registry, 'en')}, "
    en += f"{nearest.period}); " + ("check it." if certain else "see whether area and date are the same.")
    return _finding(reading, statement, verdict, nearest, zh, en)


def _value(indicator: Indicator) -> Decimal:
    return indicator.value


def _rounds(indicator: Indicator, statement: Statement) -> bool:
    """A percentage that is printed with fewer digits."""
    return statement.kind == "%" and abs(indicator.value - statement.figure.value) <= statement.figure.ulp / 2


def _finding(reading: Reading, statement: Statement, verdict: Verdict, held: Indicator, zh: str, en: str) -> Finding:
    figure = statement.figure
    return found(
        reading.text, "registry", verdict, figure.start, figure.end, zh, en,
        tidy(figure.value / figure.scale), tidy(held.value / figure.scale), figure.shown_unit,
    )  # fmt: skip


def _area(reading: Reading, statement: Statement, registry: Registry) -> tuple[str, bool]:
    """The code of the area that is meant, and whether that is certain: named in the clause, else in the title."""
    title = title_of(reading)
    heading = reading.even[title.start : title.end] if title else ""
    for words in (reading.around(statement, 60), heading):
        named = [name for name in registry.areas if name in words]
        if named:
            return registry.areas[max(named, key=len)], True
    if re.search(r"全县|我县|本县|全区|全市", reading.around(statement, 60)):
        return registry.whole, bool(registry.whole)
    return "", False


def _period_certain(reading: Reading, statement: Statement, indicator: Indicator) -> bool:
    """The clause, or the text's own year and month, is the indicator's period; a title with its own year needs none."""
    if re.search(r"(?:19|20)\d{2}年", indicator.title):
        return True
    year, month = indicator.period[:4], int(indicator.period[5:7] or 0)
    words = reading.around(statement, 80)
    dated = re.findall(r"((?:19|20)\d{2})年(?:(\d{1,2})月)?", words)
    if dated:
        return (year, str(month)) in dated
    return own_year(reading) == int(year) and bool(re.search(rf"截[至止]到?{year}年{month}月", reading.even))


def _where(indicator: Indicator, registry: Registry, lang: str) -> str:
    name = next((name for name, code in registry.areas.items() if code == indicator.area), "")
    return name or indicator.area or ("全部" if lang == "zh" else "the whole")
