"""L3 and L12: a total by heads, and heads times a rate for each. Kinds `average`, `product`, `truncated`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bangfu.core.figures.arithmetic import quotient_agrees
from bangfu.core.figures.findings import Finding, found, plain, rounded, tidy
from bangfu.core.figures.statements import Reading, Sentence, Statement

_AVERAGE = re.compile(
    r"(?P<by>人|户|村|亩|校|生|[座个所处台件辆次场期]|项目)均(?P<what>[\u4e00-\u9fff]{0,8}?)(?:为|达到?|约|近)*$"
    r"|平均每(?P<every>[人户村亩座个所处台件辆次场期名])(?P<each>[\u4e00-\u9fff]{0,8}?)(?:为|达到?|约|近)*$"
)
_BY = {"人": "人", "户": "户", "名": "人", "生": "人", "亩": "亩", "校": "所"}
_GIVEN = re.compile(r"补助|补贴|奖补|发放|慰问|资助|分红|救助|贷款|补偿|兑现|奖励|贴息|赔付|报销|放款|信贷|捐")
_EARNED = re.compile(r"增收|收入|纯收入|产值|投资|面积|住房|耕地|消费")
_TIMED = re.compile(r"[年月季日天]")
_UNITS = {"元", "亩", "平方米", "kw", "吨", "公斤", "公里"}
_EACH = re.compile(
    r"每(?P<by>公里|平方米|[人户名亩座个所处台件辆次头只株村生棵吨口套间条盏眼栋])(?:每?[年月天日])?(?P<what>[\u4e00-\u9fff]{0,8}?)(?:按|为|约|各)*$"
)
_SUMMED = re.compile(r"总投资|总造价|总产值|共计|合计|总计|累计|总共|共|需资金|总额")


def relations(reading: Reading) -> Iterator[Finding]:
    """户均3000元 against total and count; 28人每人1500元 against the total."""
    for sentence in reading.sentences:
        for statement in sentence.statements:
            if (match := _AVERAGE.search(statement.lead)) and (f := _average(reading, sentence, statement, match)):
                yield f
            if (match := _EACH.search(statement.lead)) and (f := _product(reading, sentence, statement, match)):
                yield f


def _average(reading: Reading, sentence: Sentence, mean: Statement, match: re.Match[str]) -> Finding | None:
    by = match["by"] or match["every"]
    kind, what = _BY.get(by, by), (match["what"] or match["each"] or "")
    if mean.kind not in _UNITS or not mean.figure.exact or not mean.figure.value:
        return None
    counts = [s for s in sentence.statements if s.index < mean.index and _counted(s, kind) and s.figure.value >= 2]
    totals = [
        s
        for s in sentence.statements
        if s.kind == mean.kind and s.index != mean.index and _AVERAGE.search(s.lead) is None
    ]
    before = [s for s in totals if s.index < mean.index]
    pairs = [(t, c) for t in totals for c in counts if t.figure.value > mean.figure.value and c.figure.exact]
    fitting = [(t, c) for t, c in pairs if _fits(mean, t, c) == "equal"]
    if fitting:
        return _told(reading, mean, *fitting[-1], "equal")
    beings = [s for s in sentence.statements if s.index < mean.index and s.kind in ("人", "户", "人次", "户次")]
    if kind in ("人", "户") and beings and beings[-1].kind != kind:
        return None
    if len(counts) != 1 or not counts[0].figure.exact:
        return None
    count = counts[0]
    total = before[0] if len(before) == 1 and not _TIMED.search(what) else None
    if not before:
        total = _total_after(totals, mean, count, what)
    if total is None or not total.figure.exact or total.figure.value <= mean.figure.value:
        return None
    first, last = sorted((total, mean), key=lambda s: s.index)
    if ";" in reading.words(first, last) or len(reading.words(first, last)) > 40:
        return None
    beside = total.index - count.index == 1 and not reading.words(count, total)
    lead = total.clause if beside else total.lead
    if not _same_thing(what, lead + total.tail, mean.kind):
        return None
    return _told(reading, mean, total, count, _fits(mean, total, count))


def _total_after(totals: list[Statement], mean: Statement, count: Statement, what: str) -> Statement | None:
    """护林员65名,人均年补助8000元,全年发放补助52万元: a total that follows, said to be of all, and about as large."""
    after = [s for s in totals if s.index > mean.index]
    if len(after) != 1 or not re.search(r"全年|共|累计|合计|总", after[0].lead):
        return None
    if _TIMED.search(what) and not ("年" in what and "年" in after[0].lead):
        return None
    ratio = after[0].figure.value / (mean.figure.value * count.figure.value)
    return after[0] if Decimal("0.6") <= ratio <= Decimal("1.7") else None


def _counted(statement: Statement, kind: str) -> bool:
    return (
        statement.kind == kind
        or (kind == "次" and statement.kind == "人次")
        or (kind == "村" and statement.kind in ("行政村", "个") and "村" in statement.tail[:6])
    )


def _same_thing(what: str, total: str, unit: str) -> bool:
    """Whether the average is of that total: 户均奖补 of 奖补资金, but 户均增收 is not of 投资."""
    if _EARNED.search(what):
        earned = _EARNED.search(what)
        return bool(earned) and earned[0] in total  # type: ignore[index]
    if unit != "元":
        return not what or what[:2] in total
    if not what:
        return bool(_GIVEN.search(total))
    given = _GIVEN.search(what)
    return bool(given and given[0] in total) or (len(what) >= 2 and what[-2:] in total)


def _fits(mean: Statement, total: Statement, count: Statement) -> str:
    """The count is exact; the total as printed, within its scale."""
    return quotient_agrees(
        mean.figure, (total.figure.low, total.figure.high), (count.figure.low, count.figure.high), factor=1
    )


def _told(reading: Reading, mean: Statement, total: Statement, count: Statement, closeness: str) -> Finding:
    scale, unit = mean.figure.scale, mean.figure.shown_unit
    value = rounded(total.figure.value / count.figure.value / scale, 2)
    shown = f"{reading.shown(total.figure)}÷{reading.shown(count.figure)} = {plain(value)}{unit}"
    stated = reading.shown(mean.figure)
    kind, verdict = "average", "consistent"
    zh, en = f"均值相符：{shown}。", f"The average holds: {shown}."
    if closeness == "truncated":
        kind, verdict = "truncated", "ambiguous"
        zh = f"{shown}，只有截去尾数才得{stated}；请说明取舍。"
        en = f"{shown}; only cutting off digits gives {stated}."
    elif closeness == "unequal":
        if mean.figure.ulp * 10 <= mean.figure.value and _round_number(mean, total.figure.value / count.figure.value):
            verdict = "ambiguous"
        else:
            verdict = "inconsistent"
        zh = f"均值不符：文中为{stated}，{shown}；请核对总额、数量和均值。"
        en = f"The average is off: the text says {stated}, {shown}; check total, count and average."
    start = min(s.figure.start for s in (mean, total, count))
    end = max(s.figure.end for s in (mean, total, count))
    return found(
        reading.text, kind, verdict, start, end, zh, en, tidy(mean.figure.value / scale), value, unit  # type: ignore[arg-type]
    )  # fmt: skip


def _round_number(mean: Statement, value: Decimal) -> bool:
    """8000 where 8012 comes out: a rounded average without 约."""
    stated = mean.figure.value
    step = Decimal(1)
    while stated % (step * 10) == 0:
        step *= 10
    return abs(stated - value) <= min(step / 2, stated / 50) and step > 1


def _product(reading: Reading, sentence: Sentence, each: Statement, match: re.Match[str]) -> Finding | None:
    """为28名…每人发放1500元,共计4.2万元."""
    kind = _BY.get(match["by"], match["by"])
    if not each.figure.exact or each.kind not in _UNITS:
        return None
    counts = [s for s in sentence.statements if s.index < each.index and s.kind == kind and s.figure.exact]
    after = [
        s for s in sentence.statements
        if s.index > each.index and s.kind == each.kind and _SUMMED.search(s.lead) and s.figure.exact
    ]  # fmt: skip
    if not counts or not after or ";" in reading.words(each, after[0]):
        return None
    count, total = counts[-1], after[0]
    if ";" in reading.words(count, each) or each.figure.start - count.figure.end > 25 or total.index - each.index > 2:
        return None
    value = count.figure.value * each.figure.value
    fits = total.figure.low <= value <= total.figure.high
    periods = _TIMED.search(match[0]) or re.search(r"[年月]$|/", each.figure.unit + reading.words(each, total)[:3])
    if not fits and (
        periods or re.search(r"不等|以上|起|最高|不超过", reading.even[each.figure.start : total.figure.start])
    ):
        return None
    scale, unit = total.figure.scale, total.figure.shown_unit
    shown = f"{reading.shown(count.figure)}×{reading.shown(each.figure)} = {plain(value / scale)}{unit}"
    zh = (
        f"乘积相符：{shown}。"
        if fits
        else f"乘积不符：文中为{reading.shown(total.figure)}，{shown}；请核对人数、标准和总额。"
    )
    en = (
        f"The product holds: {shown}."
        if fits
        else f"The product is off: the text says {reading.shown(total.figure)}, {shown}."
    )
    return found(
        reading.text, "product", "consistent" if fits else "inconsistent", count.figure.start, total.figure.end, zh, en,
        tidy(total.figure.value / scale), tidy(value / scale), unit,
    )  # fmt: skip
