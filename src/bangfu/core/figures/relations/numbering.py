"""L6: headings and points that are numbered twice or leave one out. Kind `numbering`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bangfu.core.figures.findings import Finding, found
from bangfu.core.figures.numbers import chinese_number
from bangfu.core.figures.statements import Reading

_HAN = "[一二三四五六七八九十]{1,3}"
_NO_COUNT = "(?![一二三四五六七八九十]{1,2}(?:季|月|产|类|级|线|组|期|批|等|年级|社))"  # 三、四季度
_STYLES = (
    ("heading", re.compile(rf"(?:^|(?<=\n)|(?<=[。!?]))(?P<n>{_HAN})、(?=[^\n]{{2}}){_NO_COUNT}")),
    ("bracket", re.compile(rf"(?:^|(?<=\n)|(?<=[。;:!?]))[(](?P<n>{_HAN})[)]")),
    ("arabic", re.compile(r"(?:^|(?<=\n)|(?<=[。;:!?]))(?P<n>\d{1,2})[、.](?=[\u4e00-\u9fff“])(?!\d)")),
    ("small", re.compile(r"(?:^|(?<=\n)|(?<=[。;:!?]))[(](?P<n>\d{1,2})[)](?=[\u4e00-\u9fff“])")),
    ("is", re.compile(rf"(?:^|(?<=[\n。;:,“(!?]))(?P<n>{_HAN})是(?!否)")),
    ("must", re.compile(rf"(?:^|(?<=[\n。;:,“(!?]))(?P<n>{_HAN})要(?=[\u4e00-\u9fff])")),
    ("ordinal", re.compile(
        rf"(?:^|(?<=[\n。;:”!?]))第(?P<n>{_HAN})[,、:]|(?<=,)第(?P<one>一)[,、:]"
        r"|(?:^|(?<=[\n。;:”!?]))(?P<first>首先|其次|其[三四五六])[,、]"
    )),
)  # fmt: skip
_WORDS = {"首先": 1, "其次": 2, "其三": 3, "其四": 4, "其五": 5, "其六": 6}


@dataclass
class _Series:
    last: int
    begun: str


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    number: int
    word: str


def relations(reading: Reading) -> Iterator[Finding]:
    """Each style of numbering by itself; inner series may restart, outer ones go on."""
    for style, pattern in _STYLES:
        marks = [_mark(match) for match in pattern.finditer(reading.even)]
        yield from _checked(reading, style, [mark for mark in marks if mark is not None])


def _mark(match: re.Match[str]) -> _Mark | None:
    first = match.groupdict().get("first")
    if first:
        return _Mark(match.start(), match.end(), _WORDS[first], "first")
    text = match.groupdict().get("one") or match["n"]
    number = int(text) if text.isdigit() else int(chinese_number(text) or 0)
    return _Mark(match.start(), match.end(), number, "plain") if number else None


def _checked(reading: Reading, style: str, marks: list[_Mark]) -> Iterator[Finding]:
    stack: list[_Series] = []
    previous: _Mark | None = None
    for mark in marks:
        if (
            style in ("is", "must", "small", "bracket", "arabic")
            and previous
            and _new_scope(reading, style, previous, mark)
        ):
            stack.clear()
        twice = previous is not None and mark.number == previous.number and mark.word == previous.word == "plain"
        problem = _placed(stack, mark, twice)
        if problem is not None and not (style == "must" and mark.number == 1):
            yield _told(reading, previous, mark, problem)
        previous = mark


def _new_scope(reading: Reading, style: str, previous: _Mark, mark: _Mark) -> bool:
    """A heading of a higher level between two marks ends the inner series."""
    between = reading.even[previous.end : mark.start]
    higher = [rf"\n{_HAN}、", r"。" + _HAN + "、"]
    if style != "bracket":
        higher.append(rf"\n[(]{_HAN}[)]")
    if style == "small":
        higher.append(r"(?:\n|[。;])\d{1,2}[、.][\u4e00-\u9fff]")
    return any(re.search(pattern, between) for pattern in higher)


def _placed(stack: list[_Series], mark: _Mark, twice: bool) -> int | None:
    """Puts a mark into the series it continues; returns the number that was expected where it continues none."""
    if mark.number == 1 and not twice:
        stack.append(_Series(1, mark.word))
        return None
    if not stack:
        stack.append(_Series(mark.number, mark.word))
        return None
    for depth in range(len(stack) - 1, -1, -1):
        series = stack[depth]
        if mark.number == series.last + 1 and not (twice and depth < len(stack) - 1):
            del stack[depth + 1 :]
            series.last = mark.number
            return None
    if twice and mark.number == 1:
        stack.append(_Series(1, mark.word))
        return None
    expected = stack[-1].last + 1
    if twice and any(mark.number == series.last + 1 for series in stack):
        series = next(s for s in reversed(stack) if mark.number == s.last + 1)
        expected = mark.number + 1
        del stack[stack.index(series) + 1 :]
        series.last = mark.number
        return expected
    stack[-1].last = mark.number
    return expected


def _told(reading: Reading, previous: _Mark | None, mark: _Mark, expected: int) -> Finding:
    shown = reading.even[mark.start : mark.end]
    start = mark.start
    end = min(len(reading.even), mark.end + 12)
    stop = re.search(r"[,。;:\n]", reading.even[mark.end : end])
    end = mark.end + stop.start() if stop else end
    if previous is not None and previous.number == mark.number:
        zh = f"序号重复：“{shown.strip(',、:')}”出现两次；请改正序号。"
        en = f"Numbered twice: {shown}; correct the number."
    else:
        before = previous.number if previous else 0
        zh = f"序号不连续：第{before}项之后是第{mark.number}项，应为第{expected}项；请补上或改正序号。"
        en = f"Numbering skips: {mark.number} follows {before}, {expected} is expected; add the point or correct it."
    return found(reading.text, "numbering", "inconsistent", start, end, zh, en, mark.number, expected, "")
