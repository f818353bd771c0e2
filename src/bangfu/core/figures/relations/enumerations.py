"""L5: a stated number of items against the items that are listed. Kind `enumeration`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bangfu.core.figures.findings import Finding, Verdict, found
from bangfu.core.figures.numbers import chinese_number
from bangfu.core.figures.statements import Reading

_NUMBER = "[一二两三四五六七八九十]{1,3}|[1-9]\\d?"
_NOUN = (
    "个方面|大方面|方面|个重点|个问题|个环节|个步骤|个阶段|个部门|个单位|个乡镇|个镇|个村|个社区|个县|个区|个街道|个领域|个行业|个维度|个类别"
    "|个专项|个项目|项工作|项重点工作|项任务|项重点任务|项措施|项举措|项制度|项机制|项内容|项行动|项工程|项政策|项指标|项原则"
    "|类人员|类对象|类群体|类问题|类地区|大工程|大行动|大产业|大任务|大举措|大体系|大机制|大类|家单位|家企业|所学校|种模式|种方式|条措施|点意见|点要求"
    "|个板块|大板块|个模块|个主题|个系列|个篇章|项活动|个环境|道程序|个机制|个平台|条主线|条底线|条路径|条战线|道防线|个层面|个抓手|个目标|个关键|大战役|大班子|步工作法|步法|步走|步程序|部门|级|类|项|种"
)
_LISTED = re.compile(
    rf"(?P<list>[^,;:。!?()“”\n、]{{1,24}}(?:、[^,;:。!?()“”\n、]{{1,24}}){{1,11}}?)”?(?P<etc>等)?(?:这|共|以上)?(?<![一二三四五六七八九十百千\d])(?P<n>{_NUMBER})(?P<noun>{_NOUN})"
)
_QUOTED_AFTER = re.compile(
    rf"(?P<q>[“\"])?(?P<list>[^,;:。!?()“”\n、]{{1,24}}(?:、[^,;:。!?()“”\n、]{{1,24}}){{1,11}})(?P<etc>等)?[”\"]?的?"
    rf"“(?P<n>{_NUMBER})(?P<noun>[\u4e00-\u9fff]{{1,4}})”"
)
_QUOTED_BEFORE = re.compile(
    rf"“(?P<n>{_NUMBER})(?P<noun>[\u4e00-\u9fff]{{1,4}})”(?P<words>[\u4e00-\u9fff]{{0,8}}?)"
    r"(?:[(](?P<inner>[^()\n]{2,200})[)]|(?:[,:]?即|的?(?:情形|内容|标准|要求)?(?:是|为)?:|,即:?|是:)(?P<outer>[^。\n]{2,400}))"
)
_ANNOUNCED = re.compile(
    rf"(?:以下|如下|下列|抓好|抓|做好|强调|做到|重点(?:推进|抓好|做好)|突出|体现在|概括为|主要有|存在|着力|讲|提)?(?:这)?"
    rf"(?P<n>{_NUMBER})(?P<noun>个方面|方面|点(?:意见|要求|建议)?|项(?:工作|任务|措施|重点)?|个(?:问题|重点|环节|要求)|条(?:意见|措施)?)"
    r"[^。:;\n一二三四五六七八九十]{0,14}[。::]\n?"
)
_ORDINARY = re.compile(r"(?:^|(?<=[。;:,、\n“(]))([一二三四五六七八九十])是(?!否)")
_FORMAL = re.compile(r"(?:^|(?<=[。;:\n]))第([一二三四五六七八九十])[,、]")
_DOING = re.compile(
    r"(?:、|^)(?:进行|开展|实施|落实|推进|推行|坚持|实行|执行|做到|实现|开好|搞好|抓好|完善|健全|建立|打好)$"
)
_FREE = {"三农", "四化", "两不愁", "三保障", "双随机"}


@dataclass(frozen=True)
class _List:
    start: int
    end: int
    stated: int
    low: int
    high: int
    noun: str
    open: bool


def relations(reading: Reading) -> Iterator[Finding]:
    """Lists with a number: A、B、C三项工作, “四有”(…), 以下四个方面:一是…"""
    told: list[tuple[int, int]] = []
    for listed in [*_before(reading, _QUOTED_AFTER), *_after_quoted(reading), *_before(reading, _LISTED)]:
        if any(listed.start < end and start < listed.end for start, end in told):
            continue
        told.append((listed.start, listed.end))
        if finding := _judged(reading, listed):
            yield finding
    yield from _announced(reading)
    yield from _named(reading)
    yield from _respectively(reading)


def _before(reading: Reading, pattern: re.Pattern[str]) -> Iterator[_List]:
    for match in pattern.finditer(reading.even):
        number = _value(match["n"])
        items = match["list"].split("、")
        if re.fullmatch("第?[一二三四五六七八九十]{1,3}", items[0]):  # 第五、… is numbered so; it is no item
            items = items[1:]
        if number is None or number < 2 or re.search(r"\d", match["list"].replace("+", "")):
            continue
        if all(
            re.fullmatch("[第一二三四五六七八九十A-Za-z甲乙丙丁]{1,2}", item[-2:]) and len(item) <= 2
            for item in items[1:]
        ):
            continue
        before = reading.even[max(0, match.start() - 1) : match.start()]
        if pattern is _QUOTED_AFTER and (_apposition(reading, match) or _has_blank(items)):
            continue
        if match["noun"] == "级" and match["list"].endswith("省、市、自治区"):  # 中央和省、市、自治区两级: one level
            continue
        if before == "、" or any(item.endswith("等") for item in items):
            continue
        joins = len(re.findall(r"[和与及]|以及", items[-1]))
        quoted = match.groupdict().get("q")
        last = re.search(r"[和与及](?!谐|平)", items[-1])
        low = len(items) + (1 if last and not quoted and len(items) < number else 0)
        yield _List(match.start("list"), match.end(), number, min(low, len(items) + joins), len(items) + joins,
                    match["noun"], bool(match["etc"]))  # fmt: skip


def _apposition(reading: Reading, match: re.Match[str]) -> bool:
    """In 县区、服务业“两区” the number belongs to the last item alone: it stands with the same word elsewhere too."""
    if reading.even[match.end("list")] != "“":
        return False
    if _DOING.search(match["list"]):  # 镇压反革命、进行“三反”: what is quoted is the verb's own
        return True
    word = reading.even[match.end("list") - 2 : match.end()]
    return reading.even.count(word) > 1 or _value(match["n"]) == 2


def _has_blank(items: list[str]) -> bool:
    """抓项目、抓招商、抓、抓创建: one item has lost its word, which is another finding."""
    return any(len(item) == 1 and all(other.startswith(item) for other in items[1:]) for item in items)


def _after_quoted(reading: Reading) -> Iterator[_List]:
    for match in _QUOTED_BEFORE.finditer(reading.even):
        number = _value(match["n"])
        body = match["inner"] or match["outer"]
        if number is None or number < 2 or not body:
            continue
        body = re.split(rf"[;,]“(?:{_NUMBER})", body)[0]  # “两提高”即…;“两降低”即…: the next one explains itself
        separator = next((s for s in (";", "、", ",") if s in body), None)
        if separator is None:
            continue
        if match["outer"] and separator != ";":
            body = re.split(r"[,;]", body)[0] if separator == "、" else body
            if separator == ",":
                continue
        items = [item for item in body.rstrip(";。").split(separator) if item]
        if len(items) < 2:
            continue
        joins = len(re.findall(r"[和与及]", items[-1])) if separator == "、" else 0
        yield _List(match.start(), match.end(), number, len(items), len(items) + joins, match["noun"],
                    items[-1].endswith("等"))  # fmt: skip


def _judged(reading: Reading, listed: _List) -> Finding | None:
    if listed.low <= listed.stated <= listed.high:
        verdict: Verdict = "consistent"
    elif (
        (listed.open and listed.stated > listed.high)
        or abs(listed.stated - listed.high) > 2
        or listed.low < 3
        or (listed.low < listed.high and listed.low < 4)
    ):
        return None
    else:
        verdict = "inconsistent"
    return _told(reading, listed.start, listed.end, listed.stated, listed.high, verdict)


def _told(reading: Reading, start: int, end: int, stated: int, counted: int, verdict: Verdict) -> Finding:
    zh = (
        f"项数相符：所列{counted}项。"
        if verdict == "consistent"
        else f"项数不符：文中为{stated}，所列{counted}项；请补齐或改数。"
    )
    en = f"The count holds: {counted} items." if verdict == "consistent" else (
        f"The count is off: the text says {stated}, {counted} are listed; add what is missing or correct the number."
    )  # fmt: skip
    return found(reading.text, "enumeration", verdict, start, end, zh, en, stated, counted, "项")


def _value(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    value = chinese_number(text)
    return None if value is None else int(value)


def _announced(reading: Reading) -> Iterator[Finding]:
    """以下四个方面的工作。一是…二是…三是… in the same paragraph or those that follow."""
    for match in _ANNOUNCED.finditer(reading.even):
        number = _value(match["n"])
        if number is None or number < 2:
            continue
        pattern = _ORDINARY if _ORDINARY.match(reading.even, match.end()) else _FORMAL
        if not pattern.match(reading.even, match.end()):
            continue
        last, end = _length(reading, pattern, match.end())
        if last is None:
            continue
        verdict: Verdict = "consistent" if last == number else "inconsistent"
        if last < number and end >= len(reading.even.rstrip()) and _cut_short(reading):
            continue
        yield _told(reading, match.start(), match.end(), number, last, verdict)


_NAMED = re.compile(
    r"(?<![一二三四五六七八九十百千\d])(?P<n>[二两三四五六七八九十]{1,3}|[2-9]|1\d)个(?P<noun>乡镇|镇|乡|村|社区|部门|单位|县区?|街道|企业|项目|合作社)"
    r"[^,;:。\d]{0,8},?分别(?:是|为|有):?(?P<list>[^,;:。!?()\d\n、]{2,16}(?:、[^,;:。!?()\d\n、]{2,16})+)(?=[,;。\n]|$)"
)


def _named(reading: Reading) -> Iterator[Finding]:
    """有3个乡镇,分别是甲乡、乙镇: as many names as are announced."""
    for match in _NAMED.finditer(reading.even):
        items, number = match["list"].split("、"), _value(match["n"])
        if number is None or items[-1].endswith("等"):
            continue
        joins = len(re.findall(r"[和与及]", items[-1]))
        if len(items) <= number <= len(items) + joins:
            yield _told(reading, match.start(), match.end(), number, number, "consistent")
        elif abs(number - len(items)) <= 2:
            yield _told(reading, match.start(), match.end(), number, len(items), "inconsistent")


def _cut_short(reading: Reading) -> bool:
    return reading.even.rstrip()[-1:] not in "。!?”)"


def _length(reading: Reading, pattern: re.Pattern[str], start: int) -> tuple[int | None, int]:
    """(how far a row of 一是二是三是 goes, where it ends); None where it is not in order (numbering says so)."""
    expected, end = 1, start
    paragraph = reading.text.paragraph_no(start)
    for mark in pattern.finditer(reading.even, start):
        value = int(chinese_number(mark[1]) or 0)
        here = reading.text.paragraph_no(mark.start())
        if (value == 1 and expected > 1) or (value != expected and here > paragraph + 6):
            break
        if value != expected:
            return None, end
        expected, end, paragraph = expected + 1, mark.end(), here
    following = re.compile(r"[。\n]").search(reading.even, end)
    return expected - 1, following.end() if following else len(reading.even)


def _respectively(reading: Reading) -> Iterator[Finding]:
    """A、B、C三个村…分别为45户、38户、62户: as many figures as names."""
    for sentence in reading.sentences:
        text = reading.even[sentence.span.start : sentence.span.end]
        if "分别" not in text:
            continue
        match = re.search(
            rf"(?:、[^,;:。、]{{1,10}}){{1,12}}?({_NUMBER})个[^,;:。]{{1,16}}分别[^,;:。\d]{{0,10}}", text
        )
        if match is None:
            continue
        number = _value(match[1])
        place = sentence.span.start + match.end()
        row = [s for s in sentence.statements if s.figure.start >= place]
        run = row[:1]
        for statement in row[1:]:
            if statement.kind != run[-1].kind or reading.words(run[-1], statement) not in ("、", "和", ",", "以及"):
                break
            run.append(statement)
        if number is None or len(run) < 2 or run[0].figure.start != place:
            continue
        verdict: Verdict = "consistent" if len(run) == number else "inconsistent"
        yield _told(reading, sentence.span.start + match.start(1), run[-1].figure.end, number, len(run), verdict)
