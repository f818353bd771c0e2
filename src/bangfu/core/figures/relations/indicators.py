"""L9 and L14: one indicator with two values, a pair that is both left and gone, a part above what is left. Kinds `two_values`,
`part_whole`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bangfu.core.figures.arithmetic import one_slip
from bangfu.core.figures.findings import Finding, found, tidy
from bangfu.core.figures.statements import Reading, Statement

_STOCK = (
    "行政村|自然村|自然庄|村民小组|村民组|贫困村|脱贫村|重点村|建制村|社区|居委会|乡镇|总人口|户籍人口|常住人口|农业人口|耕地面积|国土面积"
    "|总面积|辖区面积|林地面积|建档立卡贫困户|建档立卡户|建档立卡人口|贫困户|贫困人口|脱贫户|脱贫人口|监测对象|监测户|低保户|低保对象"
    "|特困供养人员|特困人员|在校生|在校学生|教职工|党员|脱贫劳动力|村卫生室|乡镇卫生院|卫生院|敬老院|网格"
)
_AREA = r"(?:全|我|本|该)?(?:[县乡镇村区市州]|街道|社区)"
_BEFORE = re.compile(
    rf"(?P<area>{_AREA})?(?:现|目前|共|总计|累计识别)*(?P<cue>共有|辖区?有?|下辖|现辖|现有|有|总共)?(?P<noun>{_STOCK})(?:共有|共|现有|有|为|达到?|总数)*$"
)
_AFTER = re.compile(rf"^(?P<noun>{_STOCK})")
_LED = re.compile(
    rf"(?:(?P<area>{_AREA})(?:现|目前)?(?P<cue>共有|共|辖|下辖|现有|有|向|对|为|给)?|(?P<alone>下辖|共辖|辖|共有))(?:\d+个[\u4e00-\u9fff]{{1,4}}、)*$"
)
_ALL = re.compile(r"中|均|全部|都|全覆盖|实现全")
_NOT_STOCK = re.compile(
    r"其中|新增|新识|减少|增加|剩余|其余|未|已|退出|脱贫[了\d]|走访|排查|培训|带动|帮扶了|覆盖|惠及|有的|部分|个别|另|每|选派|涉及|下降|提高"
    r"|计划|目标|力争|拟|参加|享受|转移|中有|当中|组织|建成|实施|改造|年底?|上年|去年|当时|原"
)
_TIME = re.compile(r"(?:19|20)\d{2}年|去年|上年|年初|年底|月底")


@dataclass(frozen=True)
class _Stock:
    statement: Statement
    noun: str
    area: str
    sentence: int
    whole: bool
    """Whether the words say that it is the whole (共有, 辖, …户中, 全部): not 向全县106个村, which may be some."""


def relations(reading: Reading) -> Iterator[Finding]:
    """Figures that must be one and are two."""
    yield from _two_values(reading)
    yield from _pairs(reading)
    yield from _rates(reading)
    yield from _left_and_gone(reading)
    yield from _more_than_left(reading)


def _stocks(reading: Reading) -> Iterator[_Stock]:
    for number, sentence in enumerate(reading.sentences):
        for statement in sentence.statements:
            if not statement.figure.exact or statement.role in ("from", "to", "delta", "remaining", "average"):
                continue
            if stock := _stock(reading, statement, number):
                yield stock


def _stock(reading: Reading, statement: Statement, number: int) -> _Stock | None:
    lead = reading.even[max(0, statement.figure.start - 24) : statement.figure.start]
    lead = re.split(r"[。;:\n,]", lead)[-1]
    if _NOT_STOCK.search(lead) or re.search(r"[占中]", lead[-1:]):
        return None
    after, before = _AFTER.match(statement.tail), _BEFORE.search(lead)
    rest = statement.tail[after.end() :] if after else ""
    if after and (led := _LED.search(lead)) and not re.match(r"(?:的|中有)", rest[:2]):
        governs = led["cue"] in ("辖", "下辖") or led["alone"] in ("下辖", "共辖", "辖")
        counted = (led["alone"] or led["cue"] in ("共有", "共", "现有", "有")) and not rest
        return _Stock(
            statement, after["noun"], _level(led["area"]), number, bool(governs or counted or _ALL.match(rest))
        )
    if before and before.end() == len(lead) and (before["area"] or before["cue"] or before.start() == 0):
        full = re.fullmatch(
            rf"(?:[\u4e00-\u9fff]{{0,4}}?{_AREA})?(?:现|目前|共)*(?:共有|辖|下辖|现有|有)?(?:{_STOCK})(?:共有|共|现有|有|为|达到?)*",
            lead,
        )
        if full:
            return _Stock(statement, before["noun"], _level(before["area"]), number, whole=not statement.tail)
    return None


def _level(area: str | None) -> str:
    return area[-1] if area else ""


def _two_values(reading: Reading) -> Iterator[Finding]:
    seen: dict[tuple[str, str], dict[tuple[object, ...], tuple[_Stock, str]]] = {}
    for second in _stocks(reading):
        date = _dated(reading, second)
        figure = second.statement.figure
        before = seen.setdefault((second.noun, figure.kind), {})
        first = next((stock for stock, its in before.values() if its == date and _contradict(stock, second)), None)
        if first is not None:
            yield _told(reading, second.statement, first.statement, first.noun)
        worth = (figure.value, figure.low, figure.high, figure.digits, second.area, second.whole, date)
        before.setdefault(worth, (second, date))


def _contradict(first: _Stock, second: _Stock) -> bool:
    """Whether two figures of one thing, as of one day, cannot both be right and are near enough to be the same figure."""
    a, b = first.statement.figure, second.statement.figure
    if a.value == b.value or first.sentence == second.sentence or (a.low <= b.high and b.low <= a.high):
        return False
    if first.area != second.area and (first.area and second.area):
        return False
    if not (first.area or second.area) or not ((first.whole and second.whole) or _beyond(first, second)):
        return False
    return abs(a.value - b.value) <= max(a.value, b.value) / 4 or one_slip(b, a.value)


def _beyond(first: _Stock, second: _Stock) -> bool:
    """Whether what may be some is more than the whole."""
    if first.whole == second.whole:
        return False
    whole, some = (first, second) if first.whole else (second, first)
    return some.statement.figure.value > whole.statement.figure.value


def _dated(reading: Reading, stock: _Stock) -> str:
    sentence = reading.sentences[stock.sentence].span
    before = reading.even[sentence.start : stock.statement.figure.start]
    dates = _TIME.findall(before)
    return dates[-1] if dates else ""


def _told(reading: Reading, second: Statement, first: Statement, noun: str) -> Finding:
    a, b = first.figure, second.figure
    end = second.figure.end + (len(noun) if second.tail.startswith(noun) else 0)
    start = b.start - (len(noun) if second.lead.endswith(noun) else 0)
    return found(
        reading.text, "two_values", "inconsistent", start, end,
        f"同一指标两个数：“{noun}”前文为{reading.shown(a)}，此处为{reading.shown(b)}；请统一。",
        f"One indicator, two values: {noun} is {reading.shown(a)} before and {reading.shown(b)} here; make them one.",
        tidy(b.value / b.scale), tidy(a.value / a.scale), b.shown_unit,
    )  # fmt: skip


def _household_pairs(reading: Reading) -> list[tuple[Statement, Statement]]:
    return [
        (a, b)
        for a, b in zip(reading.statements, reading.statements[1:], strict=False)
        if a.kind == "户" and b.kind == "人" and not reading.words(a, b) and a.figure.exact and b.figure.exact
    ]


def _pairs(reading: Reading) -> Iterator[Finding]:
    """1239户4166人 and 1293户4166人: one half is the same, the other a slip of the pen."""
    seen: dict[tuple[str, Decimal], dict[Decimal, Statement]] = {}
    for households, persons in _household_pairs(reading):
        for same, other in ((persons, households), (households, persons)):
            if same.figure.value < 20 or other.figure.value < 20:
                continue
            before = seen.setdefault((same.kind, same.figure.value), {})
            first = next((f for f in before.values() if _slipped(f, other, same)), None)
            if first is not None:
                yield _told(reading, other, first, other.figure.unit)
            before.setdefault(other.figure.value, other)


def _slipped(first: Statement, second: Statement, same: Statement) -> bool:
    """Whether two figures beside one and the same are a slip of the pen apart; small ones only with their digits swapped."""
    if first.figure.value == second.figure.value:
        return False
    if same.figure.value < 100 and sorted(first.figure.digits) != sorted(second.figure.digits):
        return False
    return one_slip(second.figure, first.figure.value)


_RATE_NAME = re.compile(
    r"(?:综合)?(?:贫困发生率|漏评率|错退率|群众(?:综合)?满意度|群众认可度|森林覆盖率|自来水普及率|卫生厕所普及率|城镇化率|登记失业率|义务教育巩固率"
    r"|家庭医生签约率|毛入园率|参保率|通电率|入学率)"
)
_NOW = re.compile(r"(?:降至|降到|下降到|下降至|降为|为|达到|达|提高到|提升到|稳定在|保持在)(?:了)?$")
_AIM = re.compile(r"力争|确保|目标|计划|以上|以内|不低于|控制|标准|要求|下一步|全[国省市]")


def _rates(reading: Reading) -> Iterator[Finding]:
    """贫困发生率…下降到0.8% and later 贫困发生率降至0.9%: one rate, now, two values."""
    seen: dict[str, dict[tuple[str, str, Decimal, Decimal, str], Statement]] = {}
    for statement in reading.statements:
        if statement.kind != "%" or not statement.figure.exact:
            continue
        words = reading.around(statement, 40).split(";")[-1]
        names = list(_RATE_NAME.finditer(words))
        current = statement.role == "to" or _NOW.search(statement.lead) or (names and words.endswith(names[-1][0]))
        if (
            not names
            or not current
            or _AIM.search(words)
            or ("%" in words[names[-1].end() :] and statement.role != "to")
        ):
            continue
        areas = re.findall("[全我本该][县乡镇村区市州省]", words[: names[-1].start()])
        dates = _TIME.findall(words)
        own = re.sub(rf"{_AREA}|[^\u4e00-\u9fff]", "", words[max(0, names[-1].start() - 4) : names[-1].start()])
        own = own if re.search(r"人口|户籍|常住|城镇|农村|女|重点|贫困|脱贫", own) else ""
        name, area = own + names[-1][0], _level(areas[-1]) if areas else ""
        date = dates[-1] if dates else ""
        figure, same = statement.figure, seen.setdefault(name, {})
        before = (
            f for (a, d, *_), f in same.items()
            if (a == area or not a or not area) and (d == date or (_swapped(f, statement) and not (d and date)))
        )  # fmt: skip
        first = next(before, statement)
        same.setdefault((area, date, figure.value, figure.ulp, figure.digits), statement)
        if first.figure.value != statement.figure.value and first.figure.ulp == statement.figure.ulp:
            yield _told(reading, statement, first, names[-1][0])


def _swapped(first: Statement, second: Statement) -> bool:
    """0.42% and 0.24%: the same digits in another order, which another date hardly explains."""
    return first.figure.digits != second.figure.digits and sorted(first.figure.digits) == sorted(second.figure.digits)


_LEFT = re.compile(r"(?:减少|下降|降)(?:到|至)$|剩余[^,;。]{0,8}$|(?:尚有|仅剩|还剩)[^,;。]{0,8}$|未脱贫[^,;。]{0,6}$")
_GONE = re.compile(r"(?:脱贫|退出|减贫|减少)(?:了)?$")
_STILL = re.compile(r"未脱贫户|未脱贫人口|尚未脱贫|剩余贫困")


def _left_and_gone(reading: Reading) -> Iterator[Finding]:
    """减少到38户121人 and 2020脱贫38户121人: left and gone cannot be the same households while some are still poor."""
    if not _STILL.search(reading.even):
        return
    last: dict[tuple[Decimal, Decimal, str], tuple[Statement, Statement]] = {}
    for c, d in _household_pairs(reading):
        if c.figure.value < 5:
            continue
        lead = reading.even[max(0, c.figure.start - 14) : c.figure.start]
        ways = {"left": bool(_LEFT.search(lead)), "gone": bool(_GONE.search(lead))}
        opposite = [last.get((c.figure.value, d.figure.value, other)) for way, other in _OTHER_WAY if ways[way]]
        for way in (way for way in ways if ways[way]):
            last[c.figure.value, d.figure.value, way] = (c, d)
        first = max((pair for pair in opposite if pair), key=lambda pair: pair[0].index, default=None)
        later = reading.even[d.figure.end : d.figure.end + 12]
        if first is not None and not re.search(r"全部|清零|均已|如期|实现", lead + later):
            yield _both(reading, first, (c, d), lead)


_OTHER_WAY = (("left", "gone"), ("gone", "left"))


def _both(
    reading: Reading, first: tuple[Statement, Statement], second: tuple[Statement, Statement], lead: str
) -> Finding:
    (a, b), (c, d) = first, second
    return found(
        reading.text, "two_values", "inconsistent", c.figure.start - len(lead.rpartition(",")[2]), d.figure.end,
        f"前后矛盾：{reading.shown(a.figure)}{reading.shown(b.figure)}既写作剩余，又写作已脱贫，而文中仍有未脱贫户；请核对剩余数为0还是"
        f"{reading.shown(a.figure)}。",
        f"{reading.shown(a.figure)}{reading.shown(b.figure)} is said to be left and to have left poverty, while some are "
        "still poor; say which.",
        tidy(c.figure.value), tidy(a.figure.value), "户",
    )  # fmt: skip


_OF_NOW = r"贫困人口|贫困户|监测对象|低收入人口|存量[\u4e00-\u9fff]{2,4}"
_HOLDS = re.compile(rf"(?:目前|现有?|当前|现在)[^,;。]{{0,6}}?(?P<noun>{_OF_NOW})中,?(?:有|共有)$")


def _more_than_left(reading: Reading) -> Iterator[Finding]:
    """贫困人口…减少到…121人, then 目前…贫困人口中有464人."""
    lefts: dict[tuple[str, str], list[Statement]] = {}
    for statement in reading.statements:
        if statement.kind not in ("人", "户"):
            continue
        if now := _HOLDS.search(reading.around(statement, 30)):
            earlier = reversed(lefts.get((now["noun"], statement.kind), []))
            if left := next((s for s in earlier if statement.figure.low > s.figure.high), None):
                yield _exceeds(reading, left, statement, now["noun"])
        subject = re.search(_OF_NOW, reading.around(statement, 60)) if statement.role == "to" else None
        if subject and statement.figure.exact:
            lefts.setdefault((subject[0], statement.kind), []).append(statement)


def _exceeds(reading: Reading, left: Statement, later: Statement, noun: str) -> Finding:
    start = later.figure.start - len(re.split(r"[。;:\n]", reading.around(later, 30))[-1])
    return found(
        reading.text, "part_whole", "inconsistent", start, later.figure.end,
        f"部分大于整体：前文{noun}已减少到{reading.shown(left.figure)}，此处说其中有{reading.shown(later.figure)}；"
        "请写明是历年累计还是现存。",
        f"A part exceeds its whole: {noun} is down to {reading.shown(left.figure)}, of which {reading.shown(later.figure)} "
        "are said; say whether all years or what is left.",
        tidy(later.figure.value), tidy(left.figure.value), later.figure.unit,
    )  # fmt: skip
