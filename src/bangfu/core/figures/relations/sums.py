"""L1 and L14: parts and their total (其中, 分为, 共计), parts that exceed their whole. Kinds `sum`, `part_whole`, `mixed_units`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bangfu.core.figures.arithmetic import added, looks_mistyped, sum_agrees
from bangfu.core.figures.findings import Finding, found, plain, tidy
from bangfu.core.figures.numbers import TIME_UNITS
from bangfu.core.figures.relations.families import alike, closure, names_the_rest, overlap
from bangfu.core.figures.statements import Reading, Sentence, Statement

_MARKER = re.compile(r"其中[:,]?|分别为|分别是|包括|分为|包含|由|[(]|:")
_CLOSED = re.compile(r"分别为|分别是|分为|[(]$|即")
_TOTAL_AFTER = re.compile(
    r"(?:共计|合计|总计|总共|共)(?:(?:为|达到?|有|是)|[一二三四五六七八九两\d]+[年个类项]?|[\u4e00-\u9fff]{0,6})$"
    r"|累计[\u4e00-\u9fff]{0,6}$"
)
_STRONG = re.compile(r"共计|合计|总计|总共")
_OUTCOME = re.compile(r"带动|惠及|受益|覆盖|服务|解决|辐射|吸引|吸纳|接待|影响|促进|减少|增加|节约|实现|发展到|奖励|获")
_STOPS = re.compile(
    r"共计|合计|总计|总共|共有|^共(?!产)|^(?:同比|较|比|净|又)?[\u4e00-\u9fff\d]{0,4}?(?:减少|增加|下降|上升|净增|新增)(?:了)?$"
)
_NEVER = TIME_UNITS | {"%", "百分点", "倍", "成", "番", "级", "步", "类", "种", "次", "方面", "kw", ""}

_BEINGS = frozenset({"人", "户", "人次", "户次"})
_THINGS = frozenset("个座处家所件项台辆条套间栋口") | {
    "村",
    "行政村",
    "贫困村",
    "乡镇",
    "县区",
    "县市区",
    "社区",
    "乡",
    "镇",
    "县",
}
_PLACES = ("村", "行政村", "贫困村", "乡镇", "县区", "县市区", "社区", "乡", "镇", "县")


@dataclass(frozen=True)
class Listing:
    """A total and the parts that may make it up; `closed` where the text says that the parts are all of them."""

    total: Statement
    parts: tuple[Statement, ...]
    loose: tuple[Statement, ...]
    closed: bool
    after: bool


def relations(reading: Reading) -> Iterator[Finding]:
    """Every sum that the text states, and every part larger than its whole."""
    for sentence in reading.sentences:
        yield from _within(reading, sentence)
        yield from _mixed_total(reading, sentence)
    settled: set[int] = set()
    for sentence in _with_continuation(reading):
        listings = [*_forward(reading, sentence), *_backward(reading, sentence)]
        for listing in listings:
            if (parts := _exact(reading, listing)) and listing.total.index not in settled:
                settled.add(listing.total.index)
                yield _holds(reading, listing.total, parts)
        for listing in listings:
            if listing.total.index not in settled and (finding := _judged(reading, listing)):
                settled.add(listing.total.index)
                yield finding


def _within(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """培训的120人中,有136人: more within than there are."""
    for whole, part in pairwise(sentence.statements):
        if whole.kind != part.kind or whole.kind in _NEVER or part.figure.low <= whole.figure.high:
            continue
        if re.fullmatch(
            r"[\u4e00-\u9fff]{0,6}中(?:,|,?(?:共?有|已有|已))[\u4e00-\u9fff]{0,4}", reading.words(whole, part)
        ):
            yield _exceeds(reading, whole, part)


def _mixed_total(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """480户、320人,共计800户: households and persons are added."""
    for total in sentence.statements:
        if total.kind not in _BEINGS or not _TOTAL_AFTER.search(total.lead):
            continue
        before = [
            s for s in sentence.statements if s.index < total.index and s.kind in _BEINGS and s.depth == total.depth
        ]
        for count in range(2, len(before) + 1):
            parts = before[-count:]
            if len({p.kind for p in parts}) == 1 or any(
                reading.is_pair(a.figure, b.figure) for a, b in pairwise(parts)
            ):
                continue
            if added([p.figure for p in parts]) == total.figure.value and all(p.figure.exact for p in parts):
                shown = "+".join(reading.shown(p.figure) for p in parts)
                yield found(
                    reading.text, "mixed_units", "inconsistent", parts[0].figure.start, total.figure.end,
                    f"单位混用：{shown}合计为{reading.shown(total.figure)}，户与人（次）不能相加；请分别合计。",
                    f"Units are mixed: {shown} are added up to {reading.shown(total.figure)}; count each unit by itself.",
                    tidy(total.figure.value), None, total.figure.unit,
                )  # fmt: skip


def _with_continuation(reading: Reading) -> Iterator[Sentence]:
    """Sentences; one that begins with 其中 is read on from the one before."""
    every = reading.sentences
    for number, sentence in enumerate(every):
        following = every[number + 1] if number + 1 < len(every) else None
        if following and following.paragraph == sentence.paragraph:
            start = reading.even[following.span.start : following.span.start + 3]
            if start.startswith("其中"):
                joined = (*sentence.statements, *following.statements)
                yield Sentence(type(sentence.span)(sentence.span.start, following.span.end), joined, sentence.paragraph)
                continue
        yield sentence


def _forward(reading: Reading, sentence: Sentence) -> Iterator[Listing]:
    """Total first, then the parts: 共14个,其中…10个,…4个; 10座(…6座,…4座); 应到45人,同意38票 is none."""
    text = reading.even[sentence.span.start : sentence.span.end]
    for marker in _MARKER.finditer(text):
        place = sentence.span.start + marker.end()
        following = [s for s in sentence.statements if s.figure.start >= place]
        if not following or not _near(reading, place, following[0]):
            continue
        depth = following[0].depth
        for kind in _kinds_of_first(reading, following):
            total = _total_before(reading, sentence, place, kind, depth)
            same = tuple(s for s in following if s.kind == kind and s.depth == depth)
            if total is None or (marker[0] in ":由(" and reading.even[total.figure.end : place].count(",")):
                continue
            if "(" in marker[0]:
                same = tuple(s for s in same if ")" not in reading.even[place : s.figure.start])
            strict = _run(reading, same, place)
            if marker[0] == ":" and len(strict) < 2:
                continue
            yield Listing(total, strict, same, bool(_CLOSED.search(marker[0])), after=False)
    yield from _unmarked(reading, sentence)


def _near(reading: Reading, place: int, first: Statement) -> bool:
    """Whether a list's first figure follows its marker within the same clause or two."""
    words = reading.even[place : first.figure.start]
    return len(words) <= 40 and words.count(",") <= 1


def _kinds_of_first(reading: Reading, following: Sequence[Statement]) -> list[str]:
    """The units of the first item of a list."""
    kinds: list[str] = []
    at = following[0].figure.start
    for statement in following[:4]:
        if re.search(r"[,;、]", reading.even[at : statement.figure.start]):
            break
        kinds.append(statement.kind)
        at = statement.figure.end
    return [kind for kind in dict.fromkeys(kinds) if kind not in _NEVER]


def _total_before(reading: Reading, sentence: Sentence, place: int, kind: str, depth: int) -> Statement | None:
    """The nearest figure of the same unit before the marker, not deeper in brackets than the parts. What is counted by 个
    may have parts that are counted by 座 or 所, if nothing stands between."""
    before = [s for s in sentence.statements if s.figure.end <= place]
    for statement in reversed(before):
        if statement.kind == kind and statement.depth <= depth:
            return None if _part_of_list(reading, statement) else statement
    last = before[-1] if before else None
    if last and (last.kind == "个" or kind == "个") and {last.kind, kind} <= _THINGS and last.depth <= depth:
        return last
    return None


def _part_of_list(reading: Reading, statement: Statement) -> bool:
    """In 小学6所、中学4所,其中… the 4 is no total."""
    before = reading.even[max(0, statement.figure.start - 30) : statement.figure.start]
    return bool(re.search(r"\d[\u4e00-\u9fff]{1,3}、[^,;:、。\d]{0,12}$", before)) and statement.role != "total"


def _run(reading: Reading, same: Sequence[Statement], place: int) -> tuple[Statement, ...]:
    """The parts that stand as one list: one figure of the unit an item, no item without, no new total."""
    run: list[Statement] = []
    at = place
    for statement in same:
        words = reading.even[at : statement.figure.start]
        if run and not _one_item(words):
            break
        if run and (statement.role in ("to", "from", "average") or _STOPS.search(statement.lead)):
            break
        run.append(statement)
        at = statement.figure.end
    return tuple(run)


def _one_item(words: str) -> bool:
    """Whether the text between two parts starts just one new item: `人、初中`, `人(占20%),低保户`, `;有`."""
    words = re.sub(r"[(][^()]*[)]", "", words)
    words = re.sub(r"[,、](?:占比?|比例|[\u4e00-\u9fff]{1,8}率)[^,;、]*?\d[\d.]*%", "", words)
    if words in ("和", "与", "及", "以及"):
        return True
    if re.search(r"同比|较上|比上|其中|。|;(?!有|另有|还有|另)", words.replace("。其中", "")):
        return False
    breaks = re.findall(r"[,;、]", words)
    return len(breaks) == 1 or (len(breaks) > 1 and set(breaks) <= {"、"} and not re.search(r"\d", words))


def _unmarked(reading: Reading, sentence: Sentence) -> Iterator[Listing]:
    """A total followed by a whole family without 其中: 任务225户,…已竣工178户,在建39户,未开工18户."""
    for place, total in enumerate(sentence.statements):
        if total.kind in _NEVER or total.depth or total.role in ("to", "delta", "average"):
            continue
        if _part_of_list(reading, total) or "其中" in total.lead:
            continue
        if reading.even[total.figure.end : total.figure.end + 1] == "、":
            continue
        kinds = (total.kind, "个") if total.kind in _PLACES else (total.kind,)
        same = [s for s in sentence.statements[place + 1 :] if s.kind in kinds and s.depth == 0]
        run = _run(reading, same, total.figure.end)
        words = [p.lead + p.tail for p in run]
        if len(run) < 2 or any(p.figure.value > total.figure.value for p in run):
            continue
        if closure(total.lead + total.tail, words) == "none":
            continue
        if closure("", [total.lead + total.tail, *words]) == "none":
            yield Listing(total, run, (), closed=False, after=False)


def _backward(reading: Reading, sentence: Sentence) -> Iterator[Listing]:
    """Parts first, then the total: A6所、B3所,共计9所."""
    for total in sentence.statements:
        if total.kind in _NEVER or not _TOTAL_AFTER.search(total.lead) or _OUTCOME.search(total.lead):
            continue
        before = [
            s for s in sentence.statements if s.index < total.index and s.depth == total.depth and s.kind == total.kind
        ]
        run = _run_back(reading, before, total)
        if len(run) >= 2:
            yield Listing(total, run, (), bool(_STRONG.search(total.lead)), after=True)


def _run_back(reading: Reading, before: Sequence[Statement], total: Statement) -> tuple[Statement, ...]:
    run: list[Statement] = []
    at = total.figure.start
    for statement in reversed(before):
        words = reading.even[statement.figure.end : at]
        if not _one_item(words) or statement.role in ("total", "from", "to", "average"):
            break
        run.insert(0, statement)
        at = statement.figure.start
        if "其中" in statement.lead:
            break
    return tuple(run)


def _exact(reading: Reading, listing: Listing) -> tuple[Statement, ...] | None:
    """The parts that add up to the total, if some beginning of the list does."""
    figure = listing.total.figure
    choices: list[Sequence[Statement]] = [listing.parts]
    if listing.after:
        choices += [listing.parts[n:] for n in range(1, len(listing.parts) - 1)]
    else:
        choices += [
            listing.loose[:n] for n in range(2, min(len(listing.loose), 12) + 1) if _may_end(reading, listing, n)
        ]
    for parts in choices:
        every = [p.figure for p in parts]
        if len(parts) >= 2 and all(f.exact for f in (figure, *every)) and sum_agrees(figure, every) == "equal":
            return tuple(parts)
    return None


def _may_end(reading: Reading, listing: Listing, length: int) -> bool:
    """Whether a list may end after so many parts: not where the next follows with 、 in the same run."""
    if length >= len(listing.parts):
        return length >= len(listing.loose) or listing.loose[length] not in listing.parts
    return "、" not in reading.words(listing.loose[length - 1], listing.loose[length])


def _holds(reading: Reading, total: Statement, parts: Sequence[Statement]) -> Finding:
    sums = "+".join(reading.shown(p.figure) for p in parts)
    unit, scale = total.figure.shown_unit, total.figure.scale
    whole = added([p.figure for p in parts])
    return found(
        reading.text, "sum", "consistent", *_stretch(total, parts),
        f"合计相符：{reading.shown(total.figure)} = {sums}。", f"The parts add up: {reading.shown(total.figure)} = {sums}.",
        tidy(total.figure.value / scale), tidy(whole / scale), unit,
    )  # fmt: skip


def _judged(reading: Reading, listing: Listing) -> Finding | None:
    total, parts = listing.total, listing.parts
    if _other_sentence(reading, listing):
        return None
    if not listing.after and len(parts) >= 1 and (finding := _too_large(reading, listing)):
        return finding
    if len(parts) < 2:
        return None
    figures = [p.figure for p in parts]
    agreement = sum_agrees(total.figure, figures)
    if agreement == "equal" or not _certain(reading, listing):
        return None
    unit, scale = total.figure.shown_unit, total.figure.scale
    whole = added(figures)
    sums = "+".join(reading.shown(figure) for figure in figures)
    if agreement == "rounding":
        verdict, zh, en = "ambiguous", "，可能因四舍五入", ", perhaps by rounding"
    else:
        verdict, zh, en = "inconsistent", "", ""
    return found(
        reading.text, "sum", verdict, *_stretch(total, parts),  # type: ignore[arg-type]
        f"合计不符：文中为{reading.shown(total.figure)}，各项之和 {sums} = {plain(whole / scale)}{unit}"
        f"，相差{plain(abs(whole - total.figure.value) / scale)}{unit}{zh}；请核对总数和各项。",
        f"The parts do not add up: the text says {reading.shown(total.figure)}, {sums} = {plain(whole / scale)}{unit}{en}; "
        "check the total and the parts.",
        tidy(total.figure.value / scale), tidy(whole / scale), unit,
    )  # fmt: skip


def _other_sentence(reading: Reading, listing: Listing) -> bool:
    """Whether 其中 begins a new sentence and more than one figure before it may be the total."""
    total, first = listing.total, listing.parts[0] if listing.parts else listing.total
    if listing.after or not re.search(r"[。!?]", reading.even[total.figure.end : first.figure.start]):
        return False
    sentence = next((s for s in reading.sentences if total in s.statements), None)
    return sentence is None or sum(s.kind == total.kind for s in sentence.statements) > 1


def _certain(reading: Reading, listing: Listing) -> bool:
    """Whether a list that does not add up is certainly a list of all parts."""
    total, parts = listing.total, listing.parts
    if (not total.figure.exact and total.figure.approximate != "about") or total.role in ("delta", "average"):
        return False
    words = [p.lead + p.tail for p in parts]
    whole, gap = added([p.figure for p in parts]), Decimal(0)
    gap = abs(whole - total.figure.value) / total.figure.value if total.figure.value else Decimal(1)
    if names_the_rest(words) or listing.closed:
        return gap < 1
    family = closure(total.lead + total.tail, words)
    if family == "whole":
        return gap < 1
    over, slip = whole > total.figure.value, looks_mistyped(total.figure, [p.figure for p in parts])
    if family == "some" and (over or slip or gap <= Decimal("0.25")):
        return True
    if listing.after:
        return slip or gap <= Decimal("0.2")
    after = reading.even[parts[-1].figure.end : parts[-1].figure.end + 16]
    if not listing.loose or (total.kind in _BEINGS and overlap([p.lead for p in parts] + [p.tail for p in parts])):
        return False
    if re.search(r"同时|交叉|重复|兼", after):
        return False
    if slip or (over and gap <= Decimal("0.5")):
        return True
    together = all("、" in reading.words(a, b) for a, b in pairwise(parts))
    alike_names = alike([p.tail or p.lead for p in parts])
    return bool(alike_names or len(parts) >= 3 or together) and gap <= (Decimal("0.15") if together else Decimal("0.1"))


def _too_large(reading: Reading, listing: Listing) -> Finding | None:
    """A part that is larger than its whole."""
    total = listing.total
    if not listing.loose or listing.total.role in ("from", "to", "delta", "average"):
        return None
    for number, part in enumerate(listing.parts):
        if number and "、" not in reading.words(listing.parts[number - 1], part):
            break
        if total.kind == "个" and not _same_noun(total, part):
            break
        if part.figure.low > total.figure.high and "其中" in reading.even[total.figure.end : part.figure.start]:
            return _exceeds(reading, total, part)
    return None


def _exceeds(reading: Reading, total: Statement, part: Statement) -> Finding:
    return found(
        reading.text, "part_whole", "inconsistent", total.figure.start, part.figure.end,
        f"部分大于整体：其中{reading.shown(part.figure)}超过总数{reading.shown(total.figure)}；请核对两数及其口径。",
        f"A part exceeds its whole: {reading.shown(part.figure)} of {reading.shown(total.figure)}; check both figures.",
        tidy(part.figure.value / part.figure.scale), tidy(total.figure.value / total.figure.scale), part.figure.shown_unit,
    )  # fmt: skip


def _same_noun(total: Statement, part: Statement) -> bool:
    """Whether two counts by 个 are of one thing: 行政村 and 重点帮扶村 end alike, or the part has no noun of its own."""
    nouns = [re.sub(r"^其中|[^\u4e00-\u9fff]", "", s.tail or s.lead) for s in (total, part)]
    return len(nouns[1]) <= 2 or (bool(nouns[0]) and nouns[0][-2:] == nouns[1][-2:])


def _stretch(total: Statement, parts: Sequence[Statement]) -> tuple[int, int]:
    every = [total, *parts]
    return min(s.figure.start for s in every), max(s.figure.end for s in every)
