"""L10, L11, L16, L18: a ratio turned over, units mixed between aim and count, an aim out of reach, a term with two lists. Kinds
`inverted_ratio`, `mixed_units`, `reachability`, `definition_conflict`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bangfu.core.figures.findings import Finding, found, plain, rounded
from bangfu.core.figures.statements import Reading, Statement

_RATIO = re.compile(
    r"(?P<a>[\u4e00-\u9fff]{2,14}?)占(?P<b>[\u4e00-\u9fff]{2,16}?)的?(?:(?:比例|比重|比)[\u4e00-\u9fff]{0,4}?)?(?P<p>\d+(?:\.\d+)?)%"
)


@dataclass(frozen=True)
class _Ratio:
    above: str
    below: str
    percent: str
    start: int
    end: int


def relations(reading: Reading) -> Iterator[Finding]:
    """What is defined in two ways, or cannot be as it is defined."""
    ratios = [
        _Ratio(m["a"], m["b"], m["p"], m.start("a"), m.end()) for m in _RATIO.finditer(reading.even)
    ]  # fmt: skip
    yield from _inverted(reading, ratios)
    yield from _mixed(reading, ratios)
    yield from _reachable(reading)
    yield from conflicts([("", reading)])


def _alike(first: str, second: str) -> bool:
    """Whether two names mean one group: one ends as the other does, for three characters or more."""
    short, long = sorted((first, second), key=len)
    return long.endswith(short) or (len(short) >= 3 and short[-3:] == long[-3:])


def _inverted(reading: Reading, ratios: list[_Ratio]) -> Iterator[Finding]:
    earlier: dict[str, list[_Ratio]] = {}
    for second in ratios:
        same = earlier.setdefault(second.percent, [])
        same.append(second)
        if _alike(second.above, second.below):
            continue
        for first in same[:-1]:
            if _alike(first.above, second.below) and _alike(first.below, second.above):
                yield found(
                    reading.text, "inverted_ratio", "inconsistent", second.start, second.end,
                    f"分子分母颠倒：前文为“{first.above}占{first.below}”，此处为“{second.above}占{second.below}”，同为{second.percent}%；"
                    "二者是不同指标，请写明以哪个为准。",
                    f"The ratio is turned over: {first.above} of {first.below} before, {second.above} of {second.below} here, "
                    f"both {second.percent}%; say which is meant.",
                    f"{second.above}/{second.below}", f"{first.above}/{first.below}", "%",
                )  # fmt: skip
                return


def _mixed(reading: Reading, ratios: list[_Ratio]) -> Iterator[Finding]:
    """An aim counted in households (低保户占贫困户), its state counted in persons (9941人, 2019人, 占比20%)."""
    for ratio in ratios:
        if not (ratio.above.endswith("户") and ratio.below.endswith("户")):
            continue
        number = reading.text.paragraph_no(ratio.start)
        paragraph = reading.text.paragraphs[number]
        inside = [s for s in reading.inside(paragraph) if s.figure.start > ratio.end]
        share = next((s for s in inside if s.kind == "%" and re.search(r"占比?$", s.lead)), None)
        if share is None:
            continue
        before = [s for s in inside if s.index < share.index and s.kind in ("人", "户")][-2:]
        if len(before) == 2 and {s.kind for s in before} == {"人"} and any("户" in s.clause for s in before):
            yield found(
                reading.text, "mixed_units", "inconsistent", before[0].figure.start, share.figure.end,
                f"单位混用：目标按户计（{ratio.above}占{ratio.below}），此处按人计（{reading.shown(before[0].figure)}、"
                f"{reading.shown(before[1].figure)}）；请统一为户或人。",
                f"Units are mixed: the aim counts households, this counts persons ({reading.shown(before[0].figure)}, "
                f"{reading.shown(before[1].figure)}); use one.",
                before[0].figure.unit, "户", "",
            )  # fmt: skip
            return


_MORE = re.compile(r"(?:新增|增加|再增|下达|预下达|新建|安排|追加|扩充)[^,;。\d]{0,14}$")
_AIM = re.compile(r"(?:占[^,;。]{0,20}|占比|率|比例|比重)[^,;。]{0,8}?(?:达到|提高到|提升到|达)(?:了)?$")


def _reachable(reading: Reading) -> Iterator[Finding]:
    """2019 of 9941 (20%), 1000 more, aim 50%: even all of them would not do."""
    for number, paragraph in enumerate(reading.text.paragraphs):
        inside = reading.inside(paragraph)
        now = next(_states(inside), None)
        if now is None:
            continue
        part, whole, share = now
        more = [
            s
            for s in inside
            if s.index > share.index and s.kind in (part.kind, "个", "人", "户") and _MORE.search(s.lead)
        ]
        aims = [
            s for s in inside
            if s.kind == "%" and s.index != share.index and s.figure.value > share.figure.value and _AIM.search(s.clause)
        ]  # fmt: skip
        aims.sort(key=lambda s: s.index < share.index)
        if not more or not aims or number < 0:
            continue
        if more[0].kind == "个" and not re.match(r"(?:指标|名额)", more[0].tail) and part.kind != "个":
            continue
        reached = (part.figure.high + more[0].figure.high) / whole.figure.low * 100
        if reached >= aims[0].figure.value - 1:
            continue
        needed = whole.figure.value * aims[0].figure.value / 100 - part.figure.value
        shown = f"({plain(part.figure.value)}+{plain(more[0].figure.value)})÷{plain(whole.figure.value)} = {plain(rounded(reached, 2))}%"
        first, last = min(more[0].figure.start, aims[0].figure.start), max(more[0].figure.end, aims[0].figure.end)
        yield found(
            reading.text, "reachability", "inconsistent", first, last,
            f"目标达不到：{shown}，到{plain(aims[0].figure.value)}%需增加{plain(rounded(needed, 0))}；请核对目标、指标数或基数。",
            f"The aim is out of reach: {shown}; {plain(aims[0].figure.value)}% needs {plain(rounded(needed, 0))} more.",
            aims[0].figure.value, rounded(reached, 2), "%",
        )  # fmt: skip


def _states(inside: list[Statement]) -> Iterator[tuple[Statement, Statement, Statement]]:
    """(part, whole, share) that hold: 9941人…2019人,占比20%."""
    for share in inside:
        if share.kind != "%" or not re.search(r"占", share.clause):
            continue
        before = [s for s in inside if s.index < share.index and s.kind not in ("%", "百分点", "年", "月", "")][-2:]
        if len(before) == 2 and before[0].kind == before[1].kind:
            part, whole = sorted(before, key=lambda s: s.figure.value)
            if whole.figure.value and abs(part.figure.value / whole.figure.value * 100 - share.figure.value) <= 1:
                yield part, whole, share


_LIST_BEFORE = re.compile(
    r"(?P<list>[^,;:。!?()“”\n、]{1,24}(?:、[^,;:。!?()“”\n、]{1,24}){1,11})[”]?(?:的)?“(?P<term>[一二三四五六七八九十][\u4e00-\u9fff]{1,5})”"
)
_LIST_AFTER = re.compile(
    r"“(?P<term>[一二三四五六七八九十][\u4e00-\u9fff]{1,5})”(?:[(](?P<a>[^()\n]{3,120})[)]"
    r"|[\u4e00-\u9fff]{0,4}?(?:,?即|是:|是指|包括|为:|:)(?P<b>[^,;。()\n]{3,120}))"
)


@dataclass(frozen=True)
class Definition:
    """A numbered term (六个精准) with the items it is said to stand for."""

    term: str
    items: tuple[str, ...]
    start: int
    end: int


def definitions(reading: Reading) -> list[Definition]:
    """Every list that a text gives for a quoted, numbered term."""
    found_here = []
    for pattern in (_LIST_BEFORE, _LIST_AFTER):
        for match in pattern.finditer(reading.even):
            groups = match.groupdict()
            body = groups.get("list") or groups.get("a") or groups.get("b") or ""
            word = match["term"].lstrip("一二三四五六七八九十").lstrip("个")
            items = [_item(item, word) for item in re.split(r"[、;]|[和与及](?=[^、]{2,8}$)", body) if item]
            number = "一二三四五六七八九十".find(match["term"][0]) + 1
            if len(items) == number:
                found_here.append(Definition(match["term"], tuple(items), match.start(), match.end()))
    return sorted(found_here, key=lambda d: d.start)


def _item(text: str, word: str) -> str:
    """An item without the words before a list's first one, and without the term's own word."""
    text = re.sub(r"^.*(?:落实|紧扣|坚持|做到|实现|围绕|对照|按照|实施|推进|抓好|包括|深化对)", "", text)
    text = text.removesuffix(f"{word}的").removesuffix(word) or text
    return text.removesuffix("的")


def conflicts(readings: Iterable[tuple[str, Reading]]) -> Iterator[Finding]:
    """One term, two lists. Within one text a contradiction; between texts (named) a matter of who defines it."""
    first: dict[str, tuple[str, Definition]] = {}
    for name, reading in readings:
        for definition in definitions(reading):
            seen = first.setdefault(definition.term, (name, definition))
            before = seen[1]
            common = [item for item in definition.items if any(_same_item(item, other) for other in before.items)]
            if before is definition or len(common) > len(definition.items) - 2:
                continue
            same = seen[0] == name
            yield found(
                reading.text, "definition_conflict", "inconsistent" if same else "ambiguous", definition.start, definition.end,
                f"“{definition.term}”有两种列法：{'前文' if same else seen[0]}为{_row(before)}，此处为{_row(definition)}，"
                f"共同的只有{len(common)}项；请以一个文件为准。",
                f"{definition.term} is listed in two ways: {_row(before)} and {_row(definition)}, {len(common)} in common; "
                "follow one document.",
                _row(definition), _row(before), "",
            ).in_file(name)  # fmt: skip


def _same_item(first: str, second: str) -> bool:
    """Whether two items name one thing: equal, or one a short form of the other (责任 of 摘帽不摘责任)."""
    short, long = sorted((first, second), key=len)
    return short == long or (len(short) >= 2 and short in long)


def _row(definition: Definition) -> str:
    return "、".join(definition.items)
