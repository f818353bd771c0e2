"""What looks like a number and is none to be reckoned with: dates, years, titles, ordinals, codes, document numbers."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from bangfu.core.figures.text import Span

_YEAR = r"(?:(?:19|20)\d{2}|20[xX×]{2})"
_HAN_YEAR = r"[一二][九〇零][〇零一二三四五六七八九]{2}"
_PATTERNS = (
    r"《[^《》\n]{1,80}》",
    rf"(?:{_YEAR}|{_HAN_YEAR})年(?:(?:0?[1-9]|1[0-2])月(?:\d{{1,2}}[日号])?)?",
    rf"{_YEAR}[-—~至到](?:{_YEAR})?年?",
    rf"{_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}",
    rf"{_YEAR}\.\d{{1,2}}(?!\d|%|万|亿|元)",
    r"(?<![\d.])(?:0?[1-9]|1[0-2])月(?:[0-3]?\d[日号])?(?:[-—~至到](?:(?:0?[1-9]|1[0-2])月)?[0-3]?\d[日号])?",
    r"(?<![\d.])(?:1[0-2]|[1-9])[-—~至到、]\d{1,2}月",
    r"[一二三四五六七八九十]{1,2}月(?:份|底|初|[一二三四五六七八九十]{1,3}[日号])",
    r"第[\d一二三四五六七八九十百零〇两]+",
    r"[〔\[【]\d{4}[〕\]】]\d*号?",
    r"\d+(?:\+\d+)+",
    r"[A-Za-z]+-?\d[\d.]*",
    r"(?<!\d)\d{11,}(?!\d|万|亿|元)",
    r"\d{3,4}-\d{7,8}",
    r"\d{1,2}[::]\d{2}(?!\d)",
    r"\d+·\d+",
    r"(?<![\d.])\d(?: \d)+(?![\d.])",  # 1 6 5 5: digits that a scan set apart
    r"(?<!\d)\d+[-—]\d+(?:级|岁|年级|周岁)",
    r"\d+(?:周岁|岁)(?:以上|以下|及以上)?(?:[-—至]\d+(?:周岁|岁))?",
    r"[一二三四五六七八九十]是(?=[^否])",
    r"[一二三四五六七八九]等奖|[一二三四]级(?!书)|[一二三四五六七八九十]季度|[一二三]产",
    r"“[一二三四五六七八九十\d][^“”]{0,8}[一二三四五六七八九十\d]?[^“”]{0,6}”",
    rf"(?<!\d){_YEAR}(?=脱贫|年|度|[(（])",
    r"每(?:人|户|名|家|亩|个|月|年|天|次|座|生|棵|所|村|学期)",
    r"[一每]户一\w|一[户月季年村企镇人][一1]\w",
)
_MASK = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))


@dataclass(frozen=True)
class Masks:
    """Stretches of the even text that hold no figures."""

    spans: tuple[Span, ...]
    starts: tuple[int, ...]

    def near(self, place: int) -> tuple[Span, ...]:
        """The stretches that may touch a match beginning at a place."""
        index = bisect.bisect_right(self.starts, place)
        return self.spans[max(0, index - 2) : index + 2]

    def end_after(self, place: int) -> int:
        """Where the stretch that covers a place ends; the place itself where none does."""
        return max((span.end for span in self.near(place) if place in span), default=place)


def masked(even: str) -> Masks:
    """All stretches to leave out, in order. Where patterns overlap, the first match wins, as the list is ordered."""
    found = tuple(Span(*match.span()) for match in _MASK.finditer(even))
    return Masks(found, tuple(span.start for span in found))
