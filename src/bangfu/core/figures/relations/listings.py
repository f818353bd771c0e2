"""Totals and the parts that may make them up, as prose lists them: 其中, brackets, 分为, 共计, 以上…合计."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bangfu.core.figures.numbers import TIME_UNITS
from bangfu.core.figures.relations.families import closure
from bangfu.core.figures.statements import Reading, Sentence, Statement

_MARKER = re.compile(r"其中[:,]?|分别为|分别是|包括|分为|包含|由|[(]|:|按[\u4e00-\u9fff]{1,8}分[,:]")
_BY = re.compile(r"按[\u4e00-\u9fff]{1,8}分[,:]")
_CLOSED = re.compile(r"分别为|分别是|分为|[(]$|即|^按.*分[,:]$")
TOTAL_AFTER = re.compile(
    r"(?:共计|合计|总计|总共|共)(?:(?:为|达到?|有|是)|[一二三四五六七八九两\d]+[年个类项]?|[\u4e00-\u9fff]{0,6})$"
    r"|累计[\u4e00-\u9fff]{0,6}$"
)
_STRONG = re.compile(r"共计|合计|总计|总共")
_OUTCOME = re.compile(r"带动|惠及|受益|覆盖|服务|解决|辐射|吸引|吸纳|接待|影响|促进|减少|增加|节约|实现|发展到|奖励|获")
_STOPS = re.compile(
    r"共计|合计|总计|总共|共有|^共(?!产)|^(?:同比|较|比|净|又)?[\u4e00-\u9fff\d]{0,4}?(?:减少|增加|下降|上升|净增|新增)(?:了)?$"
)
NEVER = TIME_UNITS | {"%", "百分点", "倍", "成", "番", "级", "步", "类", "种", "次", "方面", "kw", ""}

_PER_HEAD = re.compile(r"每[人户月年亩天]|人均|户均|标准")
BEINGS = frozenset({"人", "户", "人次", "户次"})
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


def listings(reading: Reading, sentence: Sentence) -> list[Listing]:
    """Every total of a sentence with the list that may make it up."""
    counts = tuple(s for s in sentence.statements if not _of_a_class(reading, s))
    if not counts:
        return []
    sentence = Sentence(sentence.span, counts, sentence.paragraph)
    lines = _lines(reading, sentence)
    return [*_forward(reading, sentence), *_backward(reading, sentence), *([lines] if lines else [])]


def with_continuation(reading: Reading) -> Iterator[Sentence]:
    """Sentences; one that begins with 其中 is read on from the one before."""
    every = reading.sentences
    for number, sentence in enumerate(every):
        following = every[number + 1] if number + 1 < len(every) else None
        if following and following.paragraph == sentence.paragraph:
            start = reading.even[following.span.start : following.span.start + 3]
            if start.startswith("其中") or _BY.match(reading.even, following.span.start):
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
    return [kind for kind in dict.fromkeys(kinds) if kind not in NEVER]


def _total_before(reading: Reading, sentence: Sentence, place: int, kind: str, depth: int) -> Statement | None:
    """The nearest figure of the same unit before the marker, not deeper in brackets than the parts. What is counted by 个
    may have parts that are counted by 座 or 所, if nothing stands between."""
    before = [s for s in sentence.statements if s.figure.end <= place]
    noun = next((s.tail for s in sentence.statements if s.figure.start >= place and s.kind == kind), "")
    if kind == "个" and noun:
        named = [s for s in before if s.kind == kind and s.depth <= depth and s.tail == noun]
        if named:
            return named[-1]
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
        if _PER_HEAD.search(statement.lead):
            break
        if run and (statement.role in ("to", "from", "average") or _STOPS.search(statement.lead)):
            break
        run.append(statement)
        at = statement.figure.end
    return tuple(run)


def _of_a_class(reading: Reading, statement: Statement) -> bool:
    """The bounds of a class (10万至20万元的, 50万元以上的), not a number of things."""
    before = reading.even[max(0, statement.figure.start - 8) : statement.figure.start]
    after = reading.even[statement.figure.end : statement.figure.end + 2]
    if re.search(r"\d[\u4e00-\u9fff]{0,2}[-—~至到]$", before) or re.match(r"[-—~至到]\d", after):
        return True
    bound = re.search(r"(?:以上|以下|以内)$", reading.shown(statement.figure))
    return bool(bound and statement.tail)


def _one_item(words: str) -> bool:
    """Whether the text between two parts starts just one new item: `人、初中`, `人(占20%),低保户`, `;有`."""
    words = re.sub(r"[(][^()]*[)]", "", words)
    words = re.sub(r"[,、](?:占比?|比例|[\u4e00-\u9fff]{1,8}率)[^,;、]*?\d[\d.]*%", "", words)
    words = re.sub(r",(?:同比|比上年)?(?:增长|下降|增加|减少|提高)\d[\d.]*%(?:;(?=[\u4e00-\u9fff])|(?=,))", ",", words)
    words = re.sub(r"^,,", ",", words)
    if words in ("和", "与", "及", "以及"):
        return True
    if re.search(r"同比|较上|比上|其中|。|;(?!有|另有|还有|另)", words.replace("。其中", "")):
        return False
    breaks = re.findall(r"[,;、]", words)
    return len(breaks) == 1 or (len(breaks) > 1 and set(breaks) <= {"、"} and not re.search(r"\d", words))


def _unmarked(reading: Reading, sentence: Sentence) -> Iterator[Listing]:
    """A total followed by a whole family without 其中: 任务225户,…已竣工178户,在建39户,未开工18户."""
    for place, total in enumerate(sentence.statements):
        if total.kind in NEVER or total.depth or total.role in ("to", "delta", "average"):
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
        if total.kind in NEVER or not TOTAL_AFTER.search(total.lead) or _OUTCOME.search(total.lead):
            continue
        before = [
            s for s in sentence.statements if s.index < total.index and s.depth == total.depth and s.kind == total.kind
        ]
        run = _run_back(reading, before, total)
        if len(run) >= 2:
            yield Listing(total, run, tuple(before), bool(_STRONG.search(total.lead)), after=True)


def _lines(reading: Reading, sentence: Sentence) -> Listing | None:
    """以上资金合计241.3万元 after short lines that each give one figure."""
    total = sentence.statements[0]
    start = reading.even[sentence.span.start : total.figure.start]
    if not re.match(r"(?:以上|合计|共计|总计|上述)", start) or total.kind in NEVER or len(start) > 20:
        return None
    found_here: list[Statement] = []
    for number in range(sentence.paragraph - 1, -1, -1):
        span = reading.text.paragraphs[number]
        inside = reading.inside(span)
        if span.end - span.start > 50 or len(inside) != 1 or inside[0].kind != total.kind:
            break
        found_here.insert(0, inside[0])
    return Listing(total, tuple(found_here), (), closed=True, after=True) if len(found_here) >= 2 else None


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
