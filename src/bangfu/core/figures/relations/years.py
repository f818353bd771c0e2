"""L7, L8, L17: years in headings, ordinals of years, what is finished before its time. Kinds `year_heading`, `ordinal_year`,
`future_as_finished`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from bangfu.core.figures.dating import PLAN, REVIEW, YEAR, headings, own_year, title_years
from bangfu.core.figures.findings import Finding, Verdict, found
from bangfu.core.figures.numbers import chinese_number
from bangfu.core.figures.statements import Reading

# the year of the first one
FIRSTS = {
    "国际消除贫困日": 1993, "全国扶贫日": 2014, "国家扶贫日": 2014, "扶贫日": 2014, "中国农民丰收节": 2018,
    "教师节": 1985, "全国土地日": 1991, "世界读书日": 1996, "全民国家安全教育日": 2016, "国家宪法日": 2014, "世界环境日": 1972,
    "全国助残日": 1991, "世界水日": 1993, "中国水周": 1988, "安全生产月": 2002, "中国医师节": 2018, "中国人民警察节": 2021,
    "记者节": 2000, "全国爱眼日": 1996, "世界艾滋病日": 1988, "国际禁毒日": 1988,
}  # fmt: skip
_LENGTHS = {
    "新中国成立": 1949, "中华人民共和国成立": 1949, "建国": 1949, "建党": 1921, "中国共产党成立": 1921, "建军": 1927,
    "改革开放": 1978,
}  # fmt: skip
_NUMBER = r"(\d{1,3}|[一二三四五六七八九十]{1,4})"
_DAY = re.compile(
    rf"第{_NUMBER}(?:个|届|次|轮)?(?:的)?(?:全国|我国|国家|中国)?“?({'|'.join(sorted(FIRSTS, key=len, reverse=True))})"
)
_ANNIVERSARY = re.compile(rf"({'|'.join(_LENGTHS)}){_NUMBER}周年")
_RUN = re.compile(
    rf"{YEAR}年?(?:-|—|~|至|到){YEAR}年?[,,]?(?:[\u4e00-\u9fff]{{0,4}}?)(?:连续|这|共|历时)?(?<![一二三四五六七八九十\d]){_NUMBER}年(?:来|间|连续|累计|,)"
)
_DONE = re.compile(
    r"(?:已|均|也|皆)*(?:全部|全面|如期|圆满)[^,;。%]{0,12}?(?:完成|建成|竣工|完工|验收|达标)"
    r"|已[^,;。%\d]{0,18}?(?:完成|建成|竣工|完工|通过验收)(?!\d|了?\d|率|情况)"
)
_AHEAD = re.compile(
    r"提前|预计|计划|将|拟|力争|确保|如|规划|方案|招标|前期|可研|下达|申报|立项|编制|征缴|缴费|参保|预算|征订|招生|征兵|采购|选聘|签约"
)
_RANGE = re.compile(rf"{YEAR}年?[-—~至到]{YEAR}年?")


def relations(reading: Reading) -> Iterator[Finding]:
    """Years that do not fit one another."""
    yield from _headings(reading)
    yield from _ordinals(reading)
    yield from _finished(reading)
    yield from _finished_plan_year(reading)


def _headings(reading: Reading) -> Iterator[Finding]:
    years = title_years(reading)
    plans, reviews = [t.year for t in years if t.plan], [t.year for t in years if t.review]
    if not years or re.search(r"上半年|季度|半年|月份|1-\d", reading.even[: reading.text.paragraphs[0].end]):
        return
    for heading in headings(reading):
        match = re.search(rf"{YEAR}年", heading.words)
        if match is None or _RANGE.search(heading.words) or re.search(r"下半年|以来|上年|去年", heading.words):
            continue
        year = int(match[1])
        about_plan = bool(PLAN.search(heading.words)) and not re.search(r"完成|落实情况|执行", heading.words)
        about_review = bool(REVIEW.search(heading.words)) and not about_plan
        expected: int | None = None
        verdict: Verdict = "inconsistent"
        if about_plan and plans and year not in plans:
            expected = plans[0]
        elif about_plan and not plans and reviews and year < max(reviews):
            expected = max(reviews) + 1
        elif about_plan and not plans and year in reviews:
            expected, verdict = year + 1, "ambiguous"
        elif about_review and reviews and year not in reviews and not (plans and year == min(plans) - 1):
            expected = reviews[0]
        elif about_review and not reviews and plans and year not in (plans[0], plans[0] - 1):
            expected = plans[0] - 1
        if expected is None:
            continue
        yield found(
            reading.text, "year_heading", verdict, heading.span.start, heading.span.end,
            f"标题与年份不符：此处为{year}年，按文题应为{expected}年；请改正年份。",
            f"The heading says {year}, the title asks for {expected}; correct the year.", year, expected, "年",
        )  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isdigit() else int(chinese_number(text) or 0)


def _ordinals(reading: Reading) -> Iterator[Finding]:
    for sentence in reading.text.sentences:
        text = reading.even[sentence.start : sentence.end]
        for pattern, table, plus in ((_DAY, FIRSTS, 1), (_ANNIVERSARY, _LENGTHS, 0)):
            for match in pattern.finditer(text):
                number, name = (match[1], match[2]) if plus else (match[2], match[1])
                before = re.findall(rf"{YEAR}年", text[: match.start()])
                years = before or re.findall(rf"{YEAR}年", text)
                if len(set(years)) != 1:
                    continue
                year, stated = int(years[0]), _number(number)
                yield _ordinal(reading, sentence.start, match, year, stated, year - table[name] + plus)
        for match in _RUN.finditer(text):
            count, stated = int(match[2]) - int(match[1]) + 1, _number(match[3])
            if stated in (count, count - 1):
                continue
            yield _ordinal(reading, sentence.start, match, int(match[2]), stated, count)


def _ordinal(reading: Reading, offset: int, match: re.Match[str], year: int, stated: int, right: int) -> Finding:
    holds = stated == right
    zh = f"年次相符：{year}年为{right}。" if holds else f"年次不符：文中为{stated}，按{year}年推算应为{right}；请核对。"
    en = (
        f"The ordinal holds: {right} in {year}."
        if holds
        else f"The ordinal is off: {stated} is said, {year} gives {right}."
    )
    return found(
        reading.text, "ordinal_year", "consistent" if holds else "inconsistent", offset + match.start(), offset + match.end(),
        zh, en, stated, right, "",
    )  # fmt: skip


def _finished(reading: Reading) -> Iterator[Finding]:
    """2024年…已全部完成 in a report on 2023."""
    own = own_year(reading)
    if own is None:
        return
    for sentence in reading.text.sentences:
        for clause in re.finditer(r"[^,;:。!?\n]+", reading.even[sentence.start : sentence.end]):
            years = [int(y) for y in re.findall(rf"{YEAR}年", clause[0])]
            if not years or max(years) <= own or not _DONE.search(clause[0]) or _AHEAD.search(clause[0]):
                continue
            start = sentence.start + clause.start()
            yield found(
                reading.text, "future_as_finished", "inconsistent", start, start + len(clause[0]),
                f"时间不符：{max(years)}年的事写成已完成，而本文截至{own}年；请核对年份或改为计划。",
                f"What belongs to {max(years)} is said to be finished, while this text speaks as of {own}; check the year.",
                max(years), own, "年",
            )  # fmt: skip


def _all(pattern: str, text: str) -> list[re.Match[str]]:
    return list(re.finditer(pattern, text))


def _finished_plan_year(reading: Reading) -> Iterator[Finding]:
    """2016-2019年以来均已…完成 where the same text still means to complete the tasks of 2019."""
    for match in _RANGE.finditer(reading.even):
        clause = re.match(r"[^;。!?\n(]*", reading.even[match.start() :])
        last = int(match[2])
        if clause is None or not re.search(r"(?:均|都|全部)?已[^,;。]{0,24}完成", clause[0]) or "提前" in clause[0]:
            continue
        aims = rf"{last}年[^,;。]{{0,14}}(?:目标任务|任务目标|工作计划|摘帽)"
        ahead = rf"(?:全面|确保|力争|如期)?完成{last}年[^,;。]{{0,8}}(?:目标|任务)|{aims}"
        every = reading.remembered(ahead, partial(_all, ahead, reading.even))
        still = [m for m in every if not (match.start() <= m.start() < match.start() + len(clause[0]))]
        if len(still) < 2 and not any("完成" in m[0][:6] for m in still):
            continue
        yield found(
            reading.text, "future_as_finished", "inconsistent", match.start(), match.start() + len(clause[0]),
            f"时间不符：{last}年列为已完成，而文中{last}年的目标任务尚待完成；请改为到{last - 1}年，或写明{last}年的进度。",
            f"{last} is said to be finished, while the same text still has the tasks of {last} before it; check the years.",
            last, last - 1, "年",
        )  # fmt: skip
