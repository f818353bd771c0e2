"""What a document says of its own time: the years of its title, its day of signing, the day up to which it speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bangfu.core.figures.statements import Reading
from bangfu.core.figures.text import Span

YEAR = r"(?<!\d)((?:19|20)\d{2})(?!\d)"
_KIND = r"总结|计划|打算|安排|要点|方案|思路|回顾|汇报|报告|情况"
PLAN = re.compile(r"计划|打算|安排|思路|下一?步|要点")
REVIEW = re.compile(r"总结|回顾|完成情况|开展情况|工作情况|成效|做法")
_HEADING = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|[(][一二三四五六七八九十]{1,3}[)])")


@dataclass(frozen=True)
class TitleYear:
    """A year in the title with the kind of text it is about: a plan, a review, or neither by name (报告)."""

    year: int
    plan: bool
    review: bool


@dataclass(frozen=True)
class Heading:
    """A heading: its stretch, its number's style (`main` 一、, `sub` (一)), and its words."""

    span: Span
    level: str
    words: str


def title_of(reading: Reading) -> Span | None:
    """The first line, where it looks like a title: short, without a full stop, no heading."""
    if not reading.text.paragraphs:
        return None
    first = reading.text.paragraphs[0]
    words = reading.even[first.start : first.end]
    if len(words) <= 45 and not re.search(r"[。;:]$|,.*,", words) and not _HEADING.match(words):
        return first
    return None


def title_years(reading: Reading) -> list[TitleYear]:
    """2020年…总结及2021年…计划 gives 2020 (review) and 2021 (plan)."""
    title = title_of(reading)
    if title is None:
        return []
    words = reading.even[title.start : title.end]
    found = []
    for match in re.finditer(rf"{YEAR}年?", words):
        after = words[match.end() :]
        following = re.search(rf"{YEAR}", after)
        own = after[: following.start()] if following else after
        kinds = re.findall(_KIND, own)
        plan = bool(kinds) and bool(PLAN.search(kinds[-1])) and "总结" not in own
        found.append(TitleYear(int(match[1]), plan, bool(REVIEW.search(own)) and not plan))
    if len(found) == 1 and "总结" in words and re.search(r"计划|打算|安排|思路", words):
        found.append(TitleYear(found[0].year + 1, plan=True, review=False))
    return found


def headings(reading: Reading) -> list[Heading]:
    """Headings 一、 and (一), at the start of a paragraph, and one that follows a full stop at the text's very end."""
    found = []
    for paragraph in reading.text.paragraphs:
        words = reading.even[paragraph.start : paragraph.end]
        match = _HEADING.match(words)
        if match:
            stop = re.search(r"[。;:!?]", words)
            end = paragraph.start + (stop.start() if stop else len(words))
            level = "main" if "、" in match[0] else "sub"
            found.append(Heading(Span(paragraph.start, end), level, reading.even[paragraph.start + match.end() : end]))
    last = reading.text.paragraphs[-1] if reading.text.paragraphs else None
    if last:
        words = reading.even[last.start : last.end]
        if tail := re.search(r"(?<=[。!?])([一二三四五六七八九十]{1,3})、[^。;:,]{2,20}$", words):
            found.append(Heading(Span(last.start + tail.start(), last.end), "main", tail[0].split("、", 1)[1]))
    return found


def signed_year(reading: Reading) -> int | None:
    """The year of the day of signing, on a line of its own near the end, or of 截至2023年11月; the latest of them."""
    found = [int(m[1]) for m in re.finditer(rf"截[至止][到]?(?:目前)?{YEAR}年", reading.even)]
    for paragraph in reading.text.paragraphs[-3:]:
        if match := re.fullmatch(rf"{YEAR}年\d{{1,2}}月\d{{1,2}}日", reading.even[paragraph.start : paragraph.end]):
            found.append(int(match[1]))
    return max(found, default=None)


def own_year(reading: Reading) -> int | None:
    """The year that a document reports on: of its signing, else of a title that is no plan."""
    signed = signed_year(reading)
    if signed is not None:
        return signed
    reviews = [t.year for t in title_years(reading) if not t.plan]
    return max(reviews, default=None)
