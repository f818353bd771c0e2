"""L1 and L14: parts and their total (其中, 分为, 共计), parts that exceed their whole. Kinds `sum`, `part_whole`, `mixed_units`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from bangfu.core.figures.arithmetic import added, looks_mistyped, sum_agrees
from bangfu.core.figures.findings import Finding, found, plain, tidy
from bangfu.core.figures.relations.families import alike, closure, names_the_rest, overlap
from bangfu.core.figures.relations.listings import BEINGS, NEVER, TOTAL_AFTER, Listing, listings, with_continuation
from bangfu.core.figures.statements import Reading, Sentence, Statement


def relations(reading: Reading) -> Iterator[Finding]:
    """Every sum that the text states, and every part larger than its whole."""
    for sentence in reading.sentences:
        yield from _within(reading, sentence)
        yield from _mixed_total(reading, sentence)
    settled: set[int] = set()
    for sentence in with_continuation(reading):
        found_here = listings(reading, sentence)
        for listing in found_here:
            if (parts := _exact(reading, listing)) and listing.total.index not in settled:
                settled.add(listing.total.index)
                yield _holds(reading, listing.total, parts)
        for listing in found_here:
            sister = _sister_adds_up(listing, found_here)
            if listing.total.index not in settled and (finding := _judged(reading, listing, sister)):
                settled.add(listing.total.index)
                yield finding


def _within(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """培训的120人中,有136人: more within than there are."""
    for whole, part in pairwise(sentence.statements):
        if whole.kind != part.kind or whole.kind in NEVER or part.figure.low <= whole.figure.high:
            continue
        if re.fullmatch(
            r"[\u4e00-\u9fff]{0,6}中(?:,|,?(?:共?有|已有|已))[\u4e00-\u9fff]{0,4}", reading.words(whole, part)
        ):
            yield _exceeds(reading, whole, part)


def _mixed_total(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """480户、320人,共计800户: households and persons are added."""
    for total in sentence.statements:
        if total.kind not in BEINGS or not TOTAL_AFTER.search(total.lead):
            continue
        before = [
            s for s in sentence.statements if s.index < total.index and s.kind in BEINGS and s.depth == total.depth
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


def _exact(reading: Reading, listing: Listing) -> tuple[Statement, ...] | None:
    """The parts that add up to the total, if some beginning of the list does."""
    figure = listing.total.figure
    choices: list[Sequence[Statement]] = [listing.parts]
    if listing.after:
        choices += [listing.parts[n:] for n in range(1, len(listing.parts) - 1)]
        choices += [listing.loose[n:] for n in range(len(listing.loose) - 2)]  # the list may begin further back
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


def _sister_adds_up(listing: Listing, every: Sequence[Listing]) -> bool | None:
    """Whether the same parts counted in another unit (户 beside 人, 笔 beside 万元) add up; None where they are not."""
    for other in every:
        if other.total.kind == listing.total.kind or len(other.parts) != len(listing.parts):
            continue
        if all(abs(a.index - b.index) == 1 for a, b in zip(listing.parts, other.parts, strict=True)):
            return sum_agrees(other.total.figure, [p.figure for p in other.parts]) == "equal"
    return None


def _judged(reading: Reading, listing: Listing, sister: bool | None) -> Finding | None:
    total, parts = listing.total, listing.parts
    if _other_sentence(reading, listing):
        return None
    if not listing.after and len(parts) >= 1 and (finding := _too_large(reading, listing)):
        return finding
    if len(parts) < 2:
        return None
    figures = [p.figure for p in parts]
    agreement = sum_agrees(total.figure, figures)
    if agreement == "equal" or not (sister or _certain(reading, listing)):
        return None
    if sister is False and not listing.closed and added(figures) < total.figure.value:
        # both units leave a remainder: the list names some parts only
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
    sentence = reading.sentences[reading.sentence_no(total)]
    return sum(s.kind == total.kind for s in sentence.statements) > 1


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
    if family in ("most", "some") and (
        over or slip or gap <= (Decimal("0.25") if family == "most" else Decimal("0.1"))
    ):
        return True
    if listing.after:
        return not _of_another(listing) and (slip or gap <= Decimal("0.2"))
    after = reading.even[parts[-1].figure.end : parts[-1].figure.end + 16]
    if not listing.loose or (total.kind in BEINGS and overlap([p.lead for p in parts] + [p.tail for p in parts])):
        return False
    if re.search(r"同时|交叉|重复|兼", after):
        return False
    together = all("、" in reading.words(a, b) for a, b in pairwise(parts))
    if (slip and (len(parts) > 2 or gap <= Decimal("0.35"))) or (over and together and gap <= Decimal("0.5")):
        return True
    alike_names = alike([p.tail or p.lead for p in parts])
    nearly = Decimal("0.1") if together else Decimal("0.05") if total.kind in BEINGS else Decimal("0.01")
    return bool(alike_names or len(parts) >= 3 or together) and gap <= nearly


def _of_another(listing: Listing) -> bool:
    """Whether a total is said to be of something that the parts do not name: 广场3个、公厕5个,共建设项目9个."""
    match = re.search(r"(?:共|累计)([\u4e00-\u9fff]{2,6})$", listing.total.lead)
    word = re.sub("^[计有为达到]+", "", match[1]) if match else ""
    return len(word) >= 2 and not any(word[-2:] in p.lead + p.tail for p in listing.parts)


def _too_large(reading: Reading, listing: Listing) -> Finding | None:
    """A part that is larger than its whole."""
    total = listing.total
    if not listing.loose or not total.figure.exact or listing.total.role in ("from", "to", "delta", "average"):
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
