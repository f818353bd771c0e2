"""L2 and L4: what changed from one value to another, and by how much. Kinds `difference`, `percent_points`, `growth`,
`multiple`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bangfu.core.figures.arithmetic import Range, added, bounds, range_agrees, sum_agrees
from bangfu.core.figures.findings import Finding, Verdict, found, plain, rounded, tidy
from bangfu.core.figures.numbers import Figure
from bangfu.core.figures.statements import Reading, Sentence, Statement

_DELTA = re.compile(
    r"(?:累计减贫|累计脱贫|减贫|减少|下降|降低|压减|缩减|增加|净增|增长|提高|上升|提升|扩大|回落|降幅|增幅|上涨|净减|脱贫|退出|减|增|降|升)"
    r"(?:幅度)?(?:了|达到?|为|约)*$"
)
_RISE = re.compile(r"增|升|提高|扩大|上涨")
_FALL = re.compile(r"减|降|回落|缩|脱贫|退出")
_COMPARED = re.compile(
    r"(?:同比|较|比)[\u4e00-\u9fff\d年底末初同期]{0,10}?(?:净?增加|增长|提高|净增|多|减少|下降|降低|少)(?:了)?$|同比(?:净?增加|减少|增长)了?$"
)
_BASE = re.compile(r"(?:较|比)[^,;:。]{0,16}$|(?:上年同期|去年同期|上年|去年)[^,;:。\d]{0,6}$")
_ANOTHER_RATE = re.compile(r"年均|月均|分别|平均[每递]|每年|逐年|递增|递减|可比|不变价|实际(?:增|下|提)|扣除|剔除|名义")
"""Words by which a rate is no plain change from the first value to the last: an average over years, or of other prices."""
_OWN_SUBJECT = re.compile(r"率|度|占比|比重")
_COUNTS = {"百分点", "%", "倍", "番", ""}


@dataclass(frozen=True)
class Change:
    """From a value to a value, of one unit, in one sentence."""

    first: Statement
    last: Statement


def relations(reading: Reading) -> Iterator[Finding]:
    """Differences, percentage points and growth that the text states."""
    for sentence in reading.sentences:
        changes = list(_changes(reading, sentence))
        for change in changes:
            yield from _of_change(reading, sentence, change)
        yield from _unnamed_points(reading, sentence, changes)
        yield from _growth_by_increase(reading, sentence)
        yield from _growth_on_base(reading, sentence)
        yield from _on_a_basis(reading, sentence)


def _changes(reading: Reading, sentence: Sentence) -> Iterator[Change]:
    """由1239户4166人减少到38户121人 gives one change of 户 and one of 人."""
    for last in sentence.statements:
        if last.role != "to" or last.kind in ("百分点", "倍"):
            continue
        before = [s for s in sentence.statements if s.index < last.index and s.kind == last.kind]
        first = before[-1] if before else None
        if first is None or first.role not in ("from", "plain", "total") or first.depth != last.depth:
            continue
        begun = reading.even[max(sentence.span.start, first.figure.start - 60) : first.figure.start]
        if first.role != "from" and not re.search(r"[由从自][^;:。]{0,50}$", begun):
            continue
        if not re.search(r"[;。]", reading.words(first, last)) and len(reading.words(first, last)) <= 40:
            yield Change(first, last)


def _of_change(reading: Reading, sentence: Sentence, change: Change) -> Iterator[Finding]:
    first, last = change.first.figure, change.last.figure
    if finding := _wrong_way(reading, change):
        yield finding
        return
    for statement in sentence.statements:
        if statement.index <= change.last.index or statement.figure.start - last.end > 60:
            continue
        between = reading.even[last.end : statement.figure.start]
        if _ANOTHER_RATE.search(between):
            break
        if _another_subject(between, statement):
            if statement.kind != change.last.kind:
                continue
            break
        if not _DELTA.search(statement.lead) or statement.role in ("to", "from", "average"):
            continue
        if statement.kind == change.last.kind and statement.kind not in _COUNTS:
            yield _difference(reading, change, statement)
            break
        if change.last.kind == "%" and statement.kind in ("百分点", "%"):
            yield from _points(reading, change, statement)
            break
        if change.last.kind != "%" and statement.kind == "%":
            low, high = _relative(_range(first), _range(last))
            yield growth_of(reading, statement, [first, last], abs(low), abs(high))
            break
    yield from _multiple(reading, sentence, change)


def _wrong_way(reading: Reading, change: Change) -> Finding | None:
    """由4.4%下降到4.9%: it says down and goes up."""
    first, last = change.first.figure, change.last.figure
    lead = change.last.lead
    falls, rises = bool(_FALL.search(lead)), bool(_RISE.search(lead) or re.search(r"发展到", lead))
    if falls == rises or not (first.exact and last.exact) or first.value == last.value:
        return None
    if falls == (last.value < first.value):
        return None
    word = "下降" if falls else "上升"
    return found(
        reading.text, "difference", "inconsistent", first.start, last.end,
        f"升降不符：文中说{word}，而{reading.shown(first)}到{reading.shown(last)}是{'上升' if falls else '下降'}；请核对两个数。",
        f"The direction is off: the text says {'down' if falls else 'up'}, {reading.shown(first)} to {reading.shown(last)} "
        f"goes {'up' if falls else 'down'}; check both.",
        tidy(last.value / last.scale), tidy(first.value / first.scale), last.shown_unit,
    )  # fmt: skip


def _another_subject(between: str, statement: Statement) -> bool:
    """Whether a figure that follows is of something else: …降至38户,贫困发生率下降… is not about the households."""
    named = re.sub(r"[其共累计年均,同比分别约了达为净幅度\d户人万.亿元%个]", "", between)
    named = _DELTA.sub("", re.sub(r"[,;:]", "", named))
    return len(named) > (8 if statement.kind == "人" else 6) or ";" in between


def _range(figure: Figure) -> Range:
    return figure.low, figure.high


def _difference(reading: Reading, change: Change, stated: Statement) -> Finding:
    first, last, third = change.first.figure, change.last.figure, stated.figure
    gap = abs(first.value - last.value)
    larger, smaller = (first, last) if first.value >= last.value else (last, first)
    agreement = sum_agrees(larger, [smaller, third])
    unit, scale = third.shown_unit, third.scale
    shown = f"{reading.shown(larger)}−{reading.shown(smaller)}"
    verdict: Verdict = {"equal": "consistent", "rounding": "ambiguous", "unequal": "inconsistent"}[agreement]  # type: ignore[assignment]
    if verdict == "consistent":
        zh = f"差额相符：{shown} = {reading.shown(third)}。"
        en = f"The difference holds: {shown} = {reading.shown(third)}."
    else:
        zh = f"差额不符：文中为{reading.shown(third)}，{shown} = {plain(gap / scale)}{unit}；请核对三个数。"
        en = f"The difference is off: the text says {reading.shown(third)}, {shown} = {plain(gap / scale)}{unit}; check the three."
    return found(
        reading.text, "difference", verdict, change.first.figure.start, third.end, zh, en,
        tidy(third.value / scale), tidy(gap / scale), unit,
    )  # fmt: skip


def _points(reading: Reading, change: Change, stated: Statement) -> Iterator[Finding]:
    first, last, third = change.first.figure, change.last.figure, stated.figure
    gap = abs(first.value - last.value)
    start, end = change.first.figure.start, third.end
    slack = (first.ulp + last.ulp + third.ulp) / 2 if first.ulp != last.ulp or third.ulp != first.ulp else Decimal(0)
    fits = abs(gap - third.value) <= slack or (not third.exact and third.low <= gap <= third.high + third.ulp)
    shown = f"{plain(max(first.value, last.value))}%−{plain(min(first.value, last.value))}%"
    if third.kind == "百分点":
        verdict: Verdict = "consistent" if fits else "inconsistent"
        zh = f"百分点相符：{shown} = {plain(gap)}个百分点。"
        en = f"The percentage points hold: {shown} = {plain(gap)}."
        if not fits:
            zh = f"百分点不符：文中为{plain(third.value)}个百分点，{shown} = {plain(gap)}个百分点；请核对三个数。"
            en = f"The points are off: the text says {plain(third.value)}, {shown} = {plain(gap)}; check the three."
        yield found(reading.text, "percent_points", verdict, start, end, zh, en, third.value, gap, "个百分点")
        return
    low, high = _relative(_range(first), _range(last))
    if range_agrees(third, min(abs(low), abs(high)), max(abs(low), abs(high))) != "unequal":
        yield growth_of(reading, stated, [first, last], abs(low), abs(high))
        return
    if fits:
        relative = plain(rounded(_middle(low, high), 1))
        zh = f"{shown} = {plain(gap)}个百分点，应写“{plain(gap)}个百分点”；按百分比算变化为{relative}%。"
        en = f"{shown} is {plain(gap)} percentage points, not {plain(gap)}%; as a percentage it is {relative}%."
        yield found(reading.text, "percent_points", "inconsistent", start, end, zh, en, third.value, gap, "%")


_RATE_FALLS = re.compile(
    r"(?:发生率|覆盖率|普及率|失业率|合格率|入学率|参保率|满意度|占比|比重)(?:同比|较[\u4e00-\u9fff\d]{1,6}|比[\u4e00-\u9fff\d]{1,6})?"
    r"(?:下降|降低|提高|上升|提升|增长)了?$"
)


def _unnamed_points(reading: Reading, sentence: Sentence, changes: Sequence[Change]) -> Iterator[Finding]:
    """贫困发生率下降5.2%: per cent or percentage points, the text does not say."""
    if any(change.last.kind == "%" for change in changes):
        return
    for statement in sentence.statements:
        if statement.kind != "%" or not _RATE_FALLS.search(statement.lead):
            continue
        value = plain(statement.figure.value)
        yield found(
            reading.text, "percent_points", "ambiguous", statement.figure.start - len(statement.lead), statement.figure.end,
            f"比率的升降写作{value}%：若指差额，应写“{value}个百分点”；若指相对变化，请写明前后两个数。",
            f"The change of a rate is given as {value}%: write percentage points if it is a difference, or give both rates.",
            statement.figure.value, None, "%",
        )  # fmt: skip


def _relative(first: Range, last: Range) -> Range:
    """Bounds of the change in per cent of the first value."""
    ratios = [(b - a) / a * 100 for a in first for b in last if a > 0]
    return min(ratios, key=abs, default=Decimal(0)), max(ratios, key=abs, default=Decimal(0))


def _middle(low: Decimal, high: Decimal) -> Decimal:
    return abs(low + high) / 2


def growth_of(reading: Reading, stated: Statement, from_: Sequence[Figure], low: Decimal, high: Decimal) -> Finding:
    """A printed rate of change against the bounds of what the figures give, in per cent."""
    low, high = min(low, high), max(low, high)
    figure = stated.figure
    closeness = range_agrees(figure, low, high)
    middle = rounded((low + high) / 2, max(2, -int(figure.ulp.as_tuple().exponent)))
    basis = "、".join(reading.shown(f) for f in from_)
    kind, verdict = "growth", "consistent"
    zh = f"增减幅度相符：按{basis}计算为{plain(middle)}%。"
    en = f"The rate of change holds: {basis} gives {plain(middle)}%."
    if closeness == "truncated":
        kind, verdict = "truncated", "ambiguous"
        zh = f"按{basis}计算为{plain(middle)}%，只有截去尾数才得{plain(figure.value)}%；请说明取舍。"
        en = f"{basis} gives {plain(middle)}%; only cutting off digits gives {plain(figure.value)}%."
    elif closeness == "unequal":
        verdict = "inconsistent"
        zh = f"增减幅度不符：文中为{plain(figure.value)}%，按{basis}计算为{plain(middle)}%；请核对基数和增减额。"
        en = f"The rate of change is off: the text says {plain(figure.value)}%, {basis} gives {plain(middle)}%; check them."
    start = min(*(f.start for f in from_), figure.start)
    return found(reading.text, kind, verdict, start, figure.end, zh, en, figure.value, middle, "%")  # type: ignore[arg-type]


def _growth_by_increase(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """实现收入23.6亿元,同比增加1.6亿元,增长7.3%: the increase over what was there before."""
    for place, rate in enumerate(sentence.statements[2:], 2):
        now, more = sentence.statements[place - 2 : place]
        if (
            rate.kind != "%"
            or now.kind != more.kind
            or more.kind in _COUNTS
            or not now.figure.exact
            or not now.figure.value
        ):
            continue
        words, second = reading.words(more, rate), reading.words(now, more)
        if not re.fullmatch(r",?(?:增长|增幅|下降|降幅|上升|提高)(?:为|达到?|了)?(?:约)?", words):
            continue
        if not _COMPARED.search(second) or len(second) > 16 or now.role in ("from", "delta"):
            continue
        falls = bool(_FALL.search(second)) and not _RISE.search(second)
        low_now, high_now = bounds(now.figure, Decimal(0))
        low_more, high_more = bounds(more.figure, Decimal(0))
        if falls:
            low, high = low_more / (high_now + high_more), high_more / (low_now + low_more)
        elif low_now > high_more:
            low, high = low_more / (high_now - low_more), high_more / (low_now - high_more)
        else:
            continue
        yield growth_of(reading, rate, [now.figure, more.figure], low * 100, high * 100)


def _growth_on_base(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """总收入达到1150万元,较上年的920万元增长25%."""
    for place, rate in enumerate(sentence.statements[2:], 2):
        now, base = sentence.statements[place - 2 : place]
        if (
            rate.kind != "%"
            or now.kind != base.kind
            or base.kind in _COUNTS
            or not (now.figure.exact and base.figure.exact)
        ):
            continue
        words, second = reading.words(base, rate), reading.words(now, base)
        if not re.fullmatch(
            r",?(?:同比)?(?:增长|增加|上升|提高|下降|减少|降低|增幅|降幅)(?:为|达到?|了)?(?:约)?", words
        ):
            continue
        if "年均" in words or not _BASE.search(second) or len(second) > 20 or _COMPARED.search(second) or ";" in second:
            continue
        low, high = _relative(_range(base.figure), _range(now.figure))
        falls = bool(_FALL.search(words))
        if falls == (now.figure.value < base.figure.value):
            yield growth_of(reading, rate, [now.figure, base.figure], abs(low), abs(high))


def _on_a_basis(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """在225元基础上…提高30元,达到255元."""
    for place in range(len(sentence.statements) - 2):
        first, more, last = sentence.statements[place : place + 3]
        if not first.kind == more.kind == last.kind or first.kind in _COUNTS - {"%"}:
            continue
        if "基础上" not in reading.words(first, more) or not re.search(r"(?:达到?|至|到|为)$", last.lead):
            continue
        rises, falls = bool(_RISE.search(more.clause)), bool(_FALL.search(more.clause))
        if rises == falls or len(reading.words(more, last)) > 12:
            continue
        total, parts = (last, [first, more]) if rises else (first, [more, last])
        agreement = sum_agrees(total.figure, [p.figure for p in parts])
        if agreement == "equal":
            zh = f"相符：{'+'.join(reading.shown(p.figure) for p in parts)} = {reading.shown(total.figure)}。"
            en = f"It holds: {'+'.join(reading.shown(p.figure) for p in parts)} = {reading.shown(total.figure)}."
        elif agreement == "unequal":
            zh = f"不符：{'+'.join(reading.shown(p.figure) for p in parts)}不等于{reading.shown(total.figure)}；请核对三个数。"
            en = f"{'+'.join(reading.shown(p.figure) for p in parts)} is not {reading.shown(total.figure)}; check the three."
        else:
            continue
        yield found(
            reading.text, "sum", "consistent" if agreement == "equal" else "inconsistent",
            first.figure.start, last.figure.end, zh, en, tidy(total.figure.value / total.figure.scale),
            tidy(added([p.figure for p in parts]) / total.figure.scale), total.figure.shown_unit,
        )  # fmt: skip


_TIMES = re.compile(
    r"翻(?:了)?(?P<han>[一二两三四])?(?P<near>近)?番(?P<more>多|以上|有余)?|增长了?(?P<grow>[\d.]+|[一二两三四五六])倍(?P<over>多|以上)?"
    r"|(?P<near2>接?近)翻番|(?:是|为|达到)(?:(?:19|20)\d\d年)?[^,;。\d]{0,8}的(?P<of>[\d.]+|[一二两三四五六])倍"
)
_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}


def _multiple(reading: Reading, sentence: Sentence, change: Change) -> Iterator[Finding]:
    """翻了一番, 增长了2倍 beside 由…到…."""
    first, last = change.first.figure, change.last.figure
    window = reading.even[last.end : min(sentence.span.end, last.end + 16)]
    match = _TIMES.search(window)
    if (
        match is None
        or not first.value
        or not (first.exact and last.exact)
        or re.search(r"[;]", window[: match.start()])
    ):
        return
    ratio = last.value / first.value
    if word := match["grow"] or match["of"]:
        times = Decimal(_NUMBERS.get(word, 0) or word) + (1 if match["grow"] else 0)
        margin = Decimal("0.06") * times if times == int(times) else Decimal("0.06")
        low, high = times - margin, times + margin + (Decimal("0.9") if match["over"] else 0)
    else:
        times = Decimal(2) ** _NUMBERS.get(match["han"] or "一", 1)
        low, high = times * Decimal("0.95"), times * Decimal("1.15")
        if match["more"]:
            low, high = times, times * Decimal("1.6")
        if match["near"] or match["near2"] or window[: match.start()].endswith(("近", "约")):
            low, high = times * Decimal("0.8"), times * Decimal("1.05")
    fits = low <= ratio <= high
    shown = f"{reading.shown(last)}÷{reading.shown(first)} = {plain(rounded(ratio, 2))}倍"
    zh = f"倍数相符：{shown}。" if fits else f"倍数不符：文中为“{match[0]}”，{shown}；请核对。"
    en = (
        f"The multiple holds: {shown}."
        if fits
        else f"The multiple is off: the text says {match[0]}, {shown}; check it."
    )
    yield found(
        reading.text, "multiple", "consistent" if fits else "inconsistent", first.start, last.end + match.end(), zh, en,
        match[0], rounded(ratio, 2), "倍",
    )  # fmt: skip
