"""L12: what cannot be. Kind `plausibility`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bangfu.core.figures.findings import Finding, found, plain, rounded
from bangfu.core.figures.statements import RATE, SHARE, Reading, Statement

_FULL_SUN_HOURS = 1100
_HIGHEST_TARIFF = Decimal(2)
_MAY_EXCEED = re.compile(
    r"完成率|增长率|回报率|收益率|利率|增幅|进度|完成度|产能|利用率|负债|覆盖倍|成活|毛入学率|完成|产销|到位|巩固率|电话|手机|周转|回收"
)
_COUNT_OF_SOME = re.compile(r"就业|务工|外出|上岗|劳动力|户主|培训|患|残疾|学生|子女|党员|老人|儿童")
_STATION = re.compile(r"(?:每座|户用|单座)?$")


def relations(reading: Reading) -> Iterator[Finding]:
    """Persons by household, shares above 100%, income of a solar station."""
    yield from _households(reading)
    yield from _shares(reading)
    yield from _solar(reading)


def _households(reading: Reading) -> Iterator[Finding]:
    for first, second in zip(reading.statements, reading.statements[1:], strict=False):
        if not reading.is_pair(first.figure, second.figure) or first.kind != "户" or first.figure.value < 10:
            continue
        if not (first.figure.exact and second.figure.exact) or reading.words(first, second):
            continue
        mean = second.figure.value / first.figure.value
        if mean < 1 and _COUNT_OF_SOME.search(second.tail + first.lead):
            continue
        if 1 <= mean <= 8:
            continue
        shown = f"{reading.shown(second.figure)}÷{reading.shown(first.figure)} = {plain(rounded(mean, 2))}人/户"
        yield found(
            reading.text, "plausibility", "inconsistent", first.figure.start, second.figure.end,
            f"户与人不合常理：{shown}，一户一般1.5至6人；请核对户数和人数。",
            f"Households and persons do not go together: {shown}; 1.5 to 6 is usual. Check both.",
            None, rounded(mean, 2), "人/户",
        )  # fmt: skip


def _shares(reading: Reading) -> Iterator[Finding]:
    for statement in reading.statements:
        if statement.kind != "%" or statement.figure.value <= 100:
            continue
        rate, share = RATE.search(statement.lead), SHARE.search(statement.clause)
        name = rate["name"] if rate else "占比" if share else ""
        context = reading.around(statement, 16)
        if not name or _MAY_EXCEED.search(context) or (share and re.search(r"计划|目标|任务|预算|同期|标准", context)):
            continue
        yield found(
            reading.text, "plausibility", "inconsistent", statement.figure.start - len(statement.lead), statement.figure.end,
            f"“{name}”为{plain(statement.figure.value)}%，超过100%；请核对。",
            f"{name} is {plain(statement.figure.value)}%, above 100%; check it.",
            statement.figure.value, 100, "%",
        )  # fmt: skip


def _solar(reading: Reading) -> Iterator[Finding]:
    """What households are said to get from solar stations against what the stations can generate."""
    for paragraph in reading.text.paragraphs:
        inside = reading.inside(paragraph)
        text = reading.even[paragraph.start : paragraph.end]
        if "光伏" not in text:
            continue
        month = [
            s for s in inside
            if s.kind == "元" and re.search(r"户均.{0,6}月.{0,4}(?:收入|收益|增收|分红)", s.lead) and "光伏" in reading.around(s, 30)
        ]  # fmt: skip
        households = [s for s in inside if s.kind == "户" and month and _before(reading, s, month[0])]
        capacity = _capacity(inside)
        if month and households and capacity:
            yield from _solar_income(reading, month[0], households[-1], capacity)


def _before(reading: Reading, households: Statement, month: Statement) -> bool:
    """Whether households are said in the sentence of the income, before it."""
    return households.index < month.index and not re.search(r"[。;]", reading.words(households, month))


def _capacity(inside: list[Statement]) -> Decimal:
    """The stations' kilowatts: a total that is given, else each kind's number times its size."""
    total = Decimal(0)
    for statement in inside:
        if statement.kind != "kw":
            continue
        if re.search(r"总装机|装机容量|总容量|总规模", statement.lead):
            return statement.figure.value
        counts = [s for s in inside if s.kind in ("座", "个") and abs(s.index - statement.index) == 1]
        each = "每" in statement.lead
        near = [s for s in counts if (s.index < statement.index) == each]
        total += statement.figure.value * (near[0].figure.value if near else 1)
    return total


def _solar_income(reading: Reading, month: Statement, households: Statement, capacity: Decimal) -> Iterator[Finding]:
    yearly = month.figure.value * households.figure.value * 12
    price = yearly / (capacity * _FULL_SUN_HOURS)
    if price <= _HIGHEST_TARIFF:
        return
    wan = plain(rounded(yearly / 10000, 1))
    yield found(
        reading.text, "plausibility", "inconsistent", households.figure.start, month.figure.end,
        f"收益不合常理：{reading.shown(households.figure)}×{reading.shown(month.figure)}/月×12 = {wan}万元/年，而文中电站共"
        f"{plain(capacity)}千瓦，按年{_FULL_SUN_HOURS}小时折合{plain(rounded(price, 2))}元/千瓦时；请核对电站数量、容量或户数。",
        f"The income is not plausible: {wan}万元 a year from {plain(capacity)} kW is {plain(rounded(price, 2))} yuan a kWh "
        f"at {_FULL_SUN_HOURS} hours; check stations, capacity or households.",
        month.figure.value, rounded(price, 2), "元/千瓦时",
    )  # fmt: skip
