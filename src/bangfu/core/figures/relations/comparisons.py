"""L2 and L3: a figure beside that of the year before and the difference; the incomes of town and country. Kinds `difference`,
`growth`, `ratio`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bangfu.core.figures.arithmetic import range_agrees, sum_agrees
from bangfu.core.figures.findings import Finding, Verdict, found, plain, rounded, tidy
from bangfu.core.figures.relations.changes import growth_of
from bangfu.core.figures.statements import Reading, Sentence, Statement

_BASE = re.compile(
    r"(?:比|较)(?:(?:19|20)\d{2}年|上年|去年|上一年|年初|上年同期|去年同期|同期)(?:同期|末|底)?的?$"
    r"|^(?:(?:19|20)\d{2}年|上年|去年)(?:同期|末|底)?(?:的|为|是)?$"
)
_MORE = re.compile(r"(?:净?增加|增长|提高|新增|多|上升)了?$")
_LESS = re.compile(r"(?:净?减少|下降|降低|少|减)了?$")
_RATE = re.compile(r",?(?:增长|增幅|下降|降幅|上升|提高)(?:为|达到?|了)?(?:约)?")
_NO_AMOUNT = {"%", "百分点", "倍", "番", "成", ""}
_GAP = re.compile(
    r"城乡(?:居民)?(?:人均)?(?:可支配)?收入(?:差距)?(?:倍差|比值?|倍数)(?:为|是|达到?|约为?)?(?P<n>\d\.\d{1,2})(?::1)?(?!\d)"
)
_INCOME = re.compile(r"(?P<who>城镇|农村)(?:常住)?居民(?:家庭)?人均可支配收入(?:为|达到?)?$")


def relations(reading: Reading) -> Iterator[Finding]:
    """A figure, that of another year, and their difference; 城乡收入比."""
    for sentence in reading.sentences:
        yield from _beside_a_base(reading, sentence)
    yield from _town_and_country(reading)


def _beside_a_base(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """3200人,比2023年的2950人增加250人,增长8.5%; 512户986人,上年536户1027人,减少24户41人."""
    for kind in dict.fromkeys(s.kind for s in sentence.statements):
        same = [s for s in sentence.statements if s.kind == kind]
        for now, base, change in zip(same, same[1:], same[2:], strict=False):
            if kind in _NO_AMOUNT or not _in_one_breath(reading, now, base, change):
                continue
            way = 1 if _MORE.search(change.lead) else -1 if _LESS.search(change.lead) else 0
            if way:
                yield _difference(reading, now, base, change, way)
                yield from _rate(reading, sentence, now, base, change)


def _in_one_breath(reading: Reading, now: Statement, base: Statement, change: Statement) -> bool:
    """Whether the second figure is said to be that of another year, with nothing else between the three."""
    if not (now.figure.exact and base.figure.exact and change.figure.exact) or now.role in ("from", "delta", "average"):
        return False
    if not _BASE.search(base.lead) or now.depth != change.depth or change.index - now.index > 4:
        return False
    words = reading.words(now, base) + reading.words(base, change)
    return len(words) <= 40 and not re.search(r"[;。]|其中|分别", words)


def _difference(reading: Reading, now: Statement, base: Statement, change: Statement, way: int) -> Finding:
    larger, smaller = (now, base) if way > 0 else (base, now)
    agreement = sum_agrees(larger.figure, [smaller.figure, change.figure])
    gap = (now.figure.value - base.figure.value) * way
    verdict: Verdict = {"equal": "consistent", "rounding": "ambiguous", "unequal": "inconsistent"}[agreement]  # type: ignore[assignment]
    scale, unit = change.figure.scale, change.figure.shown_unit
    shown = f"{reading.shown(larger.figure)}−{reading.shown(smaller.figure)} = {plain(gap / scale)}{unit}"
    zh, en = f"差额相符：{shown}。", f"The difference holds: {shown}."
    if verdict != "consistent":
        zh = f"差额不符：文中为{reading.shown(change.figure)}，{shown}；请核对三个数。"
        en = f"The difference is off: the text says {reading.shown(change.figure)}, {shown}; check the three."
    return found(
        reading.text, "difference", verdict, now.figure.start, change.figure.end, zh, en,
        tidy(change.figure.value / scale), tidy(gap / scale), unit,
    )  # fmt: skip


def _rate(
    reading: Reading, sentence: Sentence, now: Statement, base: Statement, change: Statement
) -> Iterator[Finding]:
    following = next((s for s in sentence.statements if s.index == change.index + 1), None)
    if following is None or following.kind != "%" or not _RATE.fullmatch(reading.words(change, following)):
        return
    gap = (abs(now.figure.low - base.figure.high), abs(now.figure.high - base.figure.low))
    low, high = min(gap) / base.figure.high * 100, max(gap) / base.figure.low * 100
    if range_agrees(following.figure, low, high) == "equal":  # then the difference is what is wrong, if anything
        yield growth_of(reading, following, [now.figure, base.figure], low, high)
        return
    low, high = change.figure.low / base.figure.high * 100, change.figure.high / base.figure.low * 100
    yield growth_of(reading, following, [base.figure, change.figure], low, high)


def _town_and_country(reading: Reading) -> Iterator[Finding]:
    """城镇34435元, 农村15236元, 城乡收入比2.26: the ratio of the two, where one paragraph gives them once."""
    for match in _GAP.finditer(reading.even):
        paragraph = reading.text.paragraphs[reading.text.paragraph_no(match.start())]
        incomes: dict[str, list[Statement]] = {"城镇": [], "农村": []}
        for statement in reading.inside(paragraph):
            who = _INCOME.search(statement.lead)
            if who and statement.kind == "元" and statement.figure.exact:
                incomes[who["who"]].append(statement)
        if any(len(given) != 1 for given in incomes.values()):
            continue
        yield _gap(reading, match, incomes["城镇"][0], incomes["农村"][0])


def _gap(reading: Reading, match: re.Match[str], town: Statement, country: Statement) -> Finding:
    stated, value = Decimal(match["n"]), town.figure.value / country.figure.value
    ulp = Decimal(1).scaleb(int(stated.as_tuple().exponent))
    shown = f"{reading.shown(town.figure)}÷{reading.shown(country.figure)} = {plain(rounded(value, 3))}"
    verdict: Verdict = "inconsistent"
    kind, zh = "ratio", f"比值不符：文中为{stated}，{shown}；请核对两项收入和比值。"
    en = f"The ratio is off: the text says {stated}, {shown}; check both incomes."
    if abs(stated - value) <= ulp / 2:
        verdict, zh, en = "consistent", f"比值相符：{shown}。", f"The ratio holds: {shown}."
    elif stated <= value < stated + ulp:
        kind, verdict = "truncated", "ambiguous"
        zh = f"{shown}，只有截去尾数才得{stated}；请说明取舍。"
        en = f"{shown}; only cutting off digits gives {stated}."
    start, end = match.span()
    return found(reading.text, kind, verdict, start, end, zh, en, stated, rounded(value, 3), "")
