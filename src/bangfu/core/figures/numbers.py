"""Numbers of Chinese official prose with unit and precision: 1239户, 三百二十户, 1.26亿元, 35万余元, 近500户, 11.4%, 1500-2000元."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bangfu.core.figures.masks import masked
from bangfu.core.figures.text import Span

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
SCALES = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
SCALES |= {"万亿": 10**12, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11}

_COUNTERS = (
    "个|座|处|项|件|所|家|辆|台|条|本|份|幅|张|次|场|期|批|套|间|栋|幢|眼|口|盏|头|只|羽|株|棵|尾|匹|枚|篇|首|部|册|块|面|袋|箱"
    "|把|支|队|组|门|课|班|节|架|艘|类|种|级|笔|宗|起|例|对|双|股|轮|届|站|户次|票|床|张床|岗|点|名|位|人|户|步|方面|款|章|村次"
)
_NOUNS = "行政村|自然村|村民小组|村民组|自然庄|贫困村|村|社区|乡镇|镇街|乡|镇|县市区|县区|县|街道"
_MEASURES = (
    "口人|人次|户次|车次|场次|批次|件次|个百分点|百分点|%|‰|元/月|元/年|元|美元|公里|千米|平方公里|平方千米|平方米|立方米|米|里|亩|公顷|吨|公斤|千克|斤"
    "|千瓦时|千瓦|兆瓦|吉瓦|kwh|kw|mw|度电|度|个月|个工作日|小时|分钟|分|天|日|年|月|岁|周|倍|成|番|号"
)
UNIT = re.compile(f"(?:{_MEASURES}|{_NOUNS}|{_COUNTERS})", re.IGNORECASE)
_NOT_A_UNIT = re.compile(
    r"户(?:籍|均|主|外|用|厕)|人(?:均|民|大)|口(?:井)?腔|分(?:别|为|之)|级别|组织|次(?:产|要|日)|部(?:门|分)|班子|站位|点(?:对|名)"
)

_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_HAN = r"[零〇一二两三四五六七八九十百千]+(?:[万亿][零〇一二两三四五六七八九十百千]*)*"
_HAN_TENTHS = r"点[零〇一二三四五六七八九]+(?![零〇一二三四五六七八九十百千万亿两])"
_PART = rf"{_ARABIC}(?:万亿|[十百千]?亿|[十百千]?万|千(?![瓦米克])|百)?"
_NUMBER = re.compile(
    rf"百分之(?P<percent>{_HAN}(?:点[零〇一二三四五六七八九]+)?|\d+(?:\.\d+)?)|(?P<arabic>(?:{_PART})+)"
    rf"|(?P<han>{_HAN})(?P<tenths>{_HAN_TENTHS})?"
)
_ARABIC_PART = re.compile(r"([\d,]+(?:\.\d+)?)(万亿|[十百千]?亿|[十百千]?万|千(?![瓦米克])|百)?")
_LEADING = re.compile(
    r"(?:大约|(?<![签合节预制条履公集契特])约|大概|将近|接近|(?<![附最靠临])近|超过|超|逾|突破|不足|不到|至少|不少于|不低于|不超过|最多|高达)(?:为|了)?$"
)
_TRAILING = re.compile(r"余|多(?!次|种|个)|来")
_AFTER_UNIT = re.compile(r"以上|以下|以内|左右|上下|多|余")

_CLASSES = {
    "名": "人", "位": "人", "口人": "人", "千米": "公里", "千瓦": "kw", "兆瓦": "kw", "吉瓦": "kw", "mw": "kw", "度": "kwh",
    "度电": "kwh", "千瓦时": "kwh", "个百分点": "百分点", "千克": "公斤", "平方千米": "平方公里", "元/月": "元", "元/年": "元",
}  # fmt: skip
_FACTORS = {"兆瓦": 1000, "mw": 1000, "吉瓦": 10**6}
_LONGEST = 24
TIME_UNITS = frozenset({"个月", "小时", "分钟", "天", "日", "年", "月", "岁", "周", "号", "分", "个工作日"})


@dataclass(frozen=True)
class Figure:
    """A number with its unit. `value` is in the unit's base (元, not 万元); `low` and `high` bound what the printed digits,
    余, 约 and the like allow; `ulp` is the worth of the last printed digit, and `scale` what a printed 1 is worth."""

    start: int
    end: int
    number_end: int
    value: Decimal
    low: Decimal
    high: Decimal
    ulp: Decimal
    scale: Decimal
    unit: str
    kind: str
    approximate: str
    printed: str
    chinese: bool = False

    @property
    def exact(self) -> bool:
        """Whether no word such as 余 or 约 stands by the number."""
        return not self.approximate

    @property
    def digits(self) -> str:
        """The printed digits without point, commas and scale."""
        return str(int(self.value / self.ulp)) if self.ulp else ""

    @property
    def shown_unit(self) -> str:
        """Unit with its scale, as printed: 万元."""
        return self.printed


def chinese_number(text: str) -> Decimal | None:
    """三百二十 → 320, 四亿八千三百万 → 483000000, 二〇二〇 → None (a row of digits is no count); None where it is no number."""
    if not text or re.fullmatch(r"[零〇一二三四五六七八九]{2,}", text):
        return None
    total = section = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in _SMALL:
            section += (digit or (1 if character == "十" else 0)) * _SMALL[character]
            digit = 0
        elif character == "万" and total < 10**8:
            total, section, digit = (total + section + digit) * 10**4, 0, 0
        elif character == "万":  # 四亿八千三百万: the 亿 stands already
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif character == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        else:
            return None
    value = total + section + digit
    return Decimal(value) if value or text in "零〇" else None


def figures_of(even: str) -> list[Figure]:
    """All numbers with a unit, in order. Dates, titles in 《》, ordinals (第三), document numbers and codes are left out."""
    hidden = masked(even)
    found: list[Figure] = []
    place = 0
    while match := _NUMBER.search(even, place):
        place = match.end()
        if any(match.start() < span.end and span.start < match.end() for span in hidden.near(match.start())):
            place = max(place, hidden.end_after(match.start()))
            continue
        if figure := _figure(even, match):
            found.append(figure)
            place = max(place, figure.end)
    return found


def _figure(even: str, match: re.Match[str]) -> Figure | None:
    start, end = match.span()
    if start and (even[start - 1].isascii() and (even[start - 1].isalpha() or even[start - 1] in ".+/#")):
        return None
    if match["percent"]:
        value = _percent(match["percent"])
        ulp = Decimal(1).scaleb(-len(match["percent"].partition("点")[2])) if value is not None else Decimal(1)
        return None if value is None else _made(even, start, end, end, value, ulp, Decimal(1), "%", "%", chinese=True)
    if match["han"]:
        return _chinese(even, match)
    number = _arabic(match["arabic"]) if len(match["arabic"]) <= _LONGEST else None
    if number is None:
        return None
    return _with_unit(even, start, end, *number)


def _percent(text: str) -> Decimal | None:
    if text[0].isdigit():
        return Decimal(text)
    whole, _, fraction = text.partition("点")
    value = chinese_number(whole)
    if value is None:
        return None
    return value + Decimal("0." + "".join(str(DIGITS[c]) for c in fraction)) if fraction else value


def _arabic(text: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """(value, worth of the last digit, scale) of 1.26亿, 5万2千, 1,239; None where scales do not fall."""
    value, last, scale = Decimal(0), Decimal(10) ** 18, Decimal(1)
    for digits, name in _ARABIC_PART.findall(text):
        scale = Decimal(SCALES[name])
        if scale >= last:
            return None
        plain = digits.replace(",", "")
        value += Decimal(plain) * scale
        last = scale
        ulp = scale.scaleb(-len(plain.partition(".")[2]))
    return value, ulp, scale


def _chinese(even: str, match: re.Match[str]) -> Figure | None:
    start, end = match.span()
    before = even[start - 1] if start else "\n"
    text, tenths = match["han"], match["tenths"] or ""
    value = Decimal(0) if text in "零〇" and tenths else chinese_number(text) if len(text) <= _LONGEST else None
    if value is None or before in "第初其之星周每" or (value < 2 and not tenths and before not in "奖人户"):
        return None
    if tenths:  # 二点一倍
        value += Decimal("0." + "".join(str(DIGITS[c]) for c in tenths[1:]))
        return _with_unit(even, start, end, value, Decimal(1).scaleb(1 - len(tenths)), Decimal(1), chinese=True)
    last = next((name for name in reversed(text) if name in "万亿"), "")
    if not last:
        return _with_unit(even, start, end, value, Decimal(1), Decimal(1), chinese=True)
    # zeros at the end are not said: 八千三百万 may be good to the hundred 万 only, as far as three places are left
    scale = Decimal(SCALES[last]) if text.endswith(last) else Decimal(1)
    ulp = scale
    while value % (ulp * 10) == 0 and ulp * 1000 <= value:
        ulp *= 10
    return _with_unit(even, start, end, value, ulp if text.endswith(last) else Decimal(1), scale, chinese=True)


def _with_unit(
    even: str, start: int, end: int, value: Decimal, ulp: Decimal, scale: Decimal, chinese: bool = False
) -> Figure | None:
    after = end
    if trailing := _TRAILING.match(even, after):
        after = trailing.end()
    if scaled := re.compile("[十百千]?[万亿]").match(even, after) if after > end else None:
        # 35余万元
        factor = Decimal(SCALES[scaled[0]])
        value, ulp, scale, after = value * factor, ulp * factor, factor, scaled.end()
    unit = UNIT.match(even, after)
    if unit is None or _NOT_A_UNIT.match(even, after):
        if scale == 1 or chinese:
            return None
        return _made(even, start, after, end, value, ulp, scale, "", "", chinese)
    name = unit[0].lower()
    factor = Decimal(_FACTORS.get(name, 1))
    kind = _CLASSES.get(name, name)
    return _made(even, start, unit.end(), end, value * factor, ulp * factor, scale * factor, unit[0], kind, chinese)


def _made(
    even: str, start: int, end: int, number_end: int, value: Decimal, ulp: Decimal, scale: Decimal, unit: str, kind: str,
    chinese: bool = False,
) -> Figure:  # fmt: skip
    words = _approximation(even, start, number_end, end)
    if after := _AFTER_UNIT.match(even, end):
        end = after.end()
    half = ulp / 2 if scale > 1 or ulp < 1 else Decimal(0)
    low, high = value - half, value + half
    if words == "more":
        low, high = value, value + max(ulp, value * Decimal("0.15"))
    elif words == "less":
        low, high = value * Decimal("0.85"), value
    elif words == "about":
        low, high = value * Decimal("0.93"), value * Decimal("1.07")
    names = {int(v): k for k, v in SCALES.items()}
    shown = names.get(int(scale), "") if unit.lower() not in _FACTORS else ""
    return Figure(start, end, number_end, value, low, high, ulp, scale, unit, kind, words, shown + unit, chinese)


def _approximation(even: str, start: int, number_end: int, end: int) -> str:
    before = _LEADING.search(even[max(0, start - 5) : start])
    between = even[number_end:end]
    after = _AFTER_UNIT.match(even, end)
    word = (before[0] if before else "") + (after[0] if after else "")
    if re.search(r"约|大概|左右|上下", word):
        return "about"
    if re.search(r"近|不足|不到|不超过|最多|以下|以内", word):
        return "less"
    if word or re.search(r"余|多|来", between[:1]):
        return "more" if word != "高达" else ""
    return ""


def range_partner(even: str, first: Figure, second: Figure) -> bool:
    """Whether two figures are the ends of one range (1500元-2000元)."""
    return re.fullmatch(r"[-—~至到]{1,2}", even[first.end : second.start]) is not None


def between(even: str, first: Figure, second: Figure) -> str:
    """The text between two figures."""
    return even[first.end : second.start]


def spans(figures: list[Figure]) -> list[Span]:
    """Where figures stand."""
    return [Span(figure.start, figure.end) for figure in figures]
