"""L13: days that do not exist, intervals that run backwards, gaps and overlaps, lengths. Kind `date_interval`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bangfu.core.figures.findings import Finding, Verdict, found
from bangfu.core.figures.numbers import chinese_number
from bangfu.core.figures.statements import Reading

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTH_DAY = re.compile(r"(?<![\d.])(?:((?:19|20)\d{2})年)?(\d{1,2})月(\d{1,2})[日号]")
_FULL = r"((?:19|20)\d{2})[./-](\d{1,2})[./-](\d{1,2})"
_INTERVAL = re.compile(rf"{_FULL}\s*[-—~至到]+\s*{_FULL}")
_SPOKEN = re.compile(
    r"(?:((?:19|20)\d{2})年)?(\d{1,2})月(\d{1,2})[日号]?(?:(?:起|开始),?)?(?:-|—|~|至|到)+(?:((?:19|20)\d{2})年)?(?:(\d{1,2})月)?(\d{1,2})[日号]"
)
_LENGTH = re.compile(r"(?:为期|历时|前后|共|持续|集中)(\d{1,3}|[一二三四五六七八九十]{1,3})(?:个)?天")
_LENGTH_BEFORE = re.compile(r"(?:公示|会期|培训|活动)(?:期|时间|时长)?(?:为|共)?(\d{1,3})(?:个)?天[^。;\d]{0,10}$")
_PERIODS = re.compile(r"期|班|批|轮|场")


def relations(reading: Reading) -> Iterator[Finding]:
    """Everything about days."""
    yield from _impossible(reading)
    yield from _series(reading)
    for sentence in reading.text.sentences:
        yield from _spoken(reading, sentence.start, reading.even[sentence.start : sentence.end])


def _impossible(reading: Reading) -> Iterator[Finding]:
    for match in _MONTH_DAY.finditer(reading.even):
        year, month, day = match[1], int(match[2]), int(match[3])
        leap = year is None or (int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0))
        if 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and (leap or (month, day) != (2, 29)):
            continue
        yield found(
            reading.text, "date_interval", "inconsistent", match.start(), match.end(),
            f"没有这一天：{match[0]}；请核对日期。", f"There is no such day: {match[0]}; check the date.",
        )  # fmt: skip


def _day(parts: tuple[str, ...]) -> date | None:
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None


def _series(reading: Reading) -> Iterator[Finding]:
    """2016.01.01-2016.09.12…,2016.09.13-2016.12.31: each begins where the one before ended."""
    before: tuple[date, re.Match[str]] | None = None
    for match in _INTERVAL.finditer(reading.even):
        first, last = _day(match.groups()[:3]), _day(match.groups()[3:])
        if first is None or last is None or last < first:
            yield found(
                reading.text, "date_interval", "inconsistent", match.start(), match.end(),
                f"起止日期颠倒或不存在：{match[0]}；请核对。", f"The interval runs backwards: {match[0]}; check it.",
            )  # fmt: skip
            before = None
            continue
        if before and "\n" not in reading.even[before[1].end() : match.start()]:
            yield from _joint(reading, before, match, first)
        before = (last, match)


def _joint(
    reading: Reading, before: tuple[date, re.Match[str]], match: re.Match[str], first: date
) -> Iterator[Finding]:
    between = reading.even[before[1].end() : match.start()]
    gap = (first - before[0]).days - 1
    if len(between) > 60 or _PERIODS.search(between) or gap > 31 or gap < -31:
        return
    verdict: Verdict = "consistent" if gap == 0 else "inconsistent"
    zh = "时段首尾相接。"
    en = "The periods join."
    if gap > 0:
        zh = f"时段之间空出{gap}天：{before[0]:%Y.%m.%d}之后应从{before[0] + timedelta(1):%Y.%m.%d}起；请核对。"
        en = f"There is a gap of {gap} days between the periods; check the dates."
    elif gap < 0:
        zh = f"时段重叠{-gap}天：前一段到{before[0]:%Y.%m.%d}，后一段从{first:%Y.%m.%d}起；请核对。"
        en = f"The periods overlap by {-gap} days; check the dates."
    yield found(reading.text, "date_interval", verdict, before[1].start(), match.end(), zh, en, gap, 0, "天")


def _spoken(reading: Reading, offset: int, text: str) -> Iterator[Finding]:
    """5月8日至5月12日…为期七天: too long either way of counting; a period that ends before it begins."""
    periods = list(_SPOKEN.finditer(text))
    for match in periods:
        year = int(match[1] or 2023)
        first = _day((str(year), match[2], match[3]))
        last = _day((match[4] or str(year), match[5] or match[2], match[6]))
        if first is None or last is None:
            continue
        if last < first:
            same = match[5] is None or (match[1] and match[4]) or int(match[5]) == int(match[2])
            if same:
                yield found(
                    reading.text, "date_interval", "inconsistent", offset + match.start(), offset + match.end(),
                    f"起止日期颠倒：{match[0]}；请核对。", f"The interval runs backwards: {match[0]}; check it.",
                )  # fmt: skip
            continue
        length = _LENGTH.search(text, match.end(), match.end() + 40) or _LENGTH_BEFORE.search(text[: match.start()])
        if length is None or len(periods) > 1:
            continue
        stated = int(length[1]) if length[1].isdigit() else int(chinese_number(length[1]) or 0)
        days = (last - first).days
        if re.search(r"工作日|不含", text):
            continue
        holds = stated in (days, days + 1)
        zh = (
            f"天数相符：{match[0]}共{days + 1}天。"
            if holds
            else f"天数不符：文中为{stated}天，{match[0]}共{days + 1}天；请核对。"
        )
        en = (
            f"The days hold: {days + 1}."
            if holds
            else f"The days are off: {stated} are said, the dates give {days + 1}."
        )
        yield found(
            reading.text, "date_interval", "consistent" if holds else "inconsistent",
            offset + min(match.start(), length.start()), offset + max(match.end(), length.end()), zh, en, stated, days + 1, "天",
        )  # fmt: skip
