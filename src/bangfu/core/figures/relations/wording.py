"""L15, L19, L20 and slips of words: empty items, sections without text, outdated terms, personal data, a phrase repeated or
changed. Kinds `empty_item`, `truncated_section`, `obsolete_term`, `personal_data`, `repeated_phrase`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bangfu.core.figures.dating import Heading, headings, own_year, title_of, title_years
from bangfu.core.figures.findings import Finding, Verdict, found
from bangfu.core.figures.numbers import chinese_number
from bangfu.core.figures.statements import Reading
from bangfu.core.values.text import mask

_DOUBLE = re.compile(r"、[、,。;](?!“)|[,;][,;。、]|。[,、;]|:[;、。,]")
_LOST = re.compile(r"(?<=、)(?P<verb>[\u4e00-\u9fff])(?=、)")
# the year from which another name holds
OBSOLETE = {
    "五保": (2016, "特困人员救助供养"), "新农合": (2020, "城乡居民基本医疗保险"), "扶贫办": (2021, "乡村振兴部门（2023年起农业农村部门）"),
    "卫计": (2018, "卫生健康"), "卫生计生": (2018, "卫生健康"), "国土资源局": (2018, "自然资源局"), "工商局": (2018, "市场监督管理局"),
    "食药监局": (2018, "市场监督管理局"), "质监局": (2018, "市场监督管理局"), "安监局": (2018, "应急管理局"),
}  # fmt: skip
_ID = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:62|60|95|43|45|40)\d{14,17}(?!\d)")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾韦"
    "夏傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAMED = re.compile(
    rf"(?:贫困户|脱贫户|低保户|特困户|监测户|五保户|特困人员|困难户|户主|患者)(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)"
    r"(?=家(?!庭)|,男|,女|户|的|患|因|一家|,身份|(?:现年)?\d)"
)
_NOT_NAMES = re.compile(r"^(?:高血|白内|方可|任何|应|向|万|严重|程度|钱|龙|石|田|江|林|马|毛|段|方面|余|高|成|金)")


def relations(reading: Reading) -> Iterator[Finding]:
    """Slips of words and of structure."""
    yield from _empty_items(reading)
    yield from _sections(reading)
    yield from _obsolete(reading)
    yield from _personal(reading)
    yield from _changed_phrases(reading)
    yield from _doubled(reading)


def _empty_items(reading: Reading) -> Iterator[Finding]:
    for match in _DOUBLE.finditer(reading.even):
        yield _empty(reading, match.start(), match.end(), f"标点相连“{match[0]}”，中间缺一项或多一个标点")
    for match in _LOST.finditer(reading.even):
        around = reading.even[max(0, match.start() - 40) : match.end() + 40]
        row = re.findall(rf"(?<=[、头,])({match['verb']}[\u4e00-\u9fff]{{1,6}})(?=[、“,。])", around)
        if len(row) >= 2:
            yield _empty(reading, match.start() - 1, match.end() + 1, f"列举中有一项只剩“{match['verb']}”字，缺宾语")


def _empty(reading: Reading, start: int, end: int, what: str) -> Finding:
    return found(
        reading.text, "empty_item", "inconsistent", start, end, f"{what}；请补上或删去。",
        "An item of the list is empty; fill it in or remove it.",
    )  # fmt: skip


def _sections(reading: Reading) -> Iterator[Finding]:
    heads = headings(reading)
    bare = []
    for number, head in enumerate(heads):
        following = heads[number + 1] if number + 1 < len(heads) else None
        body = reading.even[head.span.end : following.span.start if following else len(reading.even)].strip("。;:\n")
        if not body and not (following and head.level == "main" and following.level == "sub"):
            bare.append(head)
    for head in bare:
        if _listed(reading, head, heads):
            continue
        peers = [h for h in heads if h.level == head.level]
        if len([h for h in bare if h.level == head.level]) * 2 > len(peers) or len(peers) < 2 or len(head.words) > 30:
            continue
        last = head is heads[-1]
        announced = _announced(reading, len(peers)) if last else None
        verdict: Verdict = "inconsistent" if announced or not last else "ambiguous"
        extra = f"，而文中说有{announced}" if announced else ""
        yield found(
            reading.text, "truncated_section", verdict, head.span.start, head.span.end,
            f"只有标题没有内容：“{head.words}”{extra}；请补写或删去。",
            f"A heading without text: {head.words}; write it or remove it.",
        )  # fmt: skip
    text = reading.even.rstrip()
    if text[-1:] in "、,:(" and len(text) > 40 and text:
        yield found(
            reading.text, "truncated_section", "ambiguous", max(0, len(text) - 8), len(text),
            f"全文在“{text[-1]}”处中断，似有缺失；请补全。", "The text breaks off in mid-sentence; complete it.",
        )  # fmt: skip


def _listed(reading: Reading, head: Heading, heads: list[Heading]) -> bool:
    """Whether a numbered line is an item of a list: it ends with a semicolon, or the one before it does."""
    place = heads.index(head)
    before = next((h for h in reversed(heads[:place]) if h.level == head.level), None)
    ends = [reading.even[h.span.end : h.span.end + 1] for h in (head, before) if h is not None]
    return ";" in ends


def _announced(reading: Reading, count: int) -> str | None:
    """三个方面的问题, where as many headings follow."""
    for match in re.finditer(
        r"([二两三四五六七八九十])(?:个方面(?:的问题|的工作|的意见)?|点(?:意见|要求|建议)|个问题|项工作)", reading.even
    ):
        if int(chinese_number(match[1]) or 0) == count and re.search(
            r"强调|讲|谈|说|做好|抓好", reading.even[max(0, match.start() - 8) : match.start()]
        ):
            return match[0]
    return None


def _obsolete(reading: Reading) -> Iterator[Finding]:
    year = own_year(reading)
    if year is None:
        years = [t.year for t in title_years(reading)]
        year = max(years, default=None)
    if year is None:
        return
    for term, (since, now) in OBSOLETE.items():
        place = reading.even.find(term)
        if place >= 0 and year > since:
            yield found(
                reading.text, "obsolete_term", "ambiguous", place, place + len(term),
                f"“{term}”自{since}年起的说法是“{now}”；如非引用旧文，请改。",
                f"{term} has had another name since {since}: {now}.",
            )  # fmt: skip


def _personal(reading: Reading) -> Iterator[Finding]:
    taken: list[tuple[int, int]] = []
    for pattern, zh, en, verdict in (
        (_ID, "身份证号", "an ID number", "inconsistent"),
        (_CARD, "银行账号", "a bank account", "inconsistent"),
        (_PHONE, "手机号", "a mobile number", "ambiguous"),
    ):
        for match in pattern.finditer(reading.even):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            yield found(
                reading.text, "personal_data", verdict, match.start(), match.end(),  # type: ignore[arg-type]
                f"文中有{zh}（{mask(match[0])}）；公开前请删去。", f"The text holds {en} ({mask(match[0])}); remove it before publishing.",
            )  # fmt: skip
    for match in _NAMED.finditer(reading.even):
        if _NOT_NAMES.match(match["name"]):
            continue
        yield found(
            reading.text, "personal_data", "ambiguous", match.start("name"), match.end("name"),
            f"疑似写出困难群众姓名（{mask(match['name'])}）及其情况；公开前请隐去。",
            f"A name of a person in need ({mask(match['name'])}) seems to be given; mask it before publishing.",
        )  # fmt: skip


def _changed_phrases(reading: Reading) -> Iterator[Finding]:
    """“回头看、后头帮” beside “回头看、回头帮” twice: the rare form is a slip."""
    quoted = list(re.finditer(r"“([^“”\n]{4,24})”", reading.even))
    counts = Counter(match[1] for match in quoted)
    for match in quoted:
        if counts[match[1]] > 1:
            continue
        for other, times in counts.items():
            if times < 2 or len(other) != len(match[1]):
                continue
            differ = [n for n, (a, b) in enumerate(zip(other, match[1], strict=True)) if a != b]
            if len(differ) != 1 or re.search(r"[\d一二三四五六七八九十]", other[differ[0]] + match[1][differ[0]]):
                continue
            yield found(
                reading.text, "repeated_phrase", "inconsistent", match.start(1), match.end(1),
                f"同一提法两种写法：别处为“{other}”（{times}次），此处为“{match[1]}”；请统一。",
                f"One phrase, two spellings: {other} ({times} times) elsewhere, {match[1]} here; make them one.",
                match[1], other,
            )  # fmt: skip


_DOUBLED = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<w>根据|按照|为了|通过|关于|对于|进一步|以|在|对|将|把|由|使|的|及)(?P=w)(?=[\u4e00-\u9fff])|(?P<l>根据|按照|进一步|通过)(?P=l)|(?<!目)的的|了了|、以以|以以购"
)


def _doubled(reading: Reading) -> Iterator[Finding]:
    title = title_of(reading)
    for match in _DOUBLED.finditer(reading.even):
        if title and match.start() in title:
            continue
        yield found(
            reading.text, "repeated_phrase", "ambiguous", match.start(), match.end(),
            f"字词重复：“{match[0]}”；请删去一个。", f"A word is doubled: {match[0]}; remove one.",
        )  # fmt: skip
