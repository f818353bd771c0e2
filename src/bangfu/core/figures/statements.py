"""Statements: a figure with what the words around it say of it: its subject, its role, its place in the document."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

from bangfu.core.figures.numbers import Figure, figures_of
from bangfu.core.figures.text import Span, Text

T = TypeVar("T")

_LONGEST_CLAUSE = 120
_MOST_FIGURES = 60
_BOUNDARIES = ",;:。!?\n"
_TOTAL = re.compile(
    r"(?:共计|合计|总计|总共|共有|共|合共|累计|总(?:数|额|量|投资|收入|户数|人数|人口|面积|产值|规模|费用|里程|装机|容量|长度))"
    r"(?:(?:达到?|为|有|计|约)|[^,;:。、\d]{0,14})$"
)
_ROLES = (
    (
        "remaining",
        re.compile(
            r"(?:剩余|剩下|还剩|尚余|结余|余下|尚有|尚未|仍有|还有|未脱贫|未整改|未完成|未竣工)[^,;:。、]{0,10}$"
        ),
    ),
    (
        "to",
        re.compile(
            r"(?:减少|下降|降低|降|缩减|压减|增加|增长|提高|上升|提升|扩大|上涨|发展|回落|升|增|减)(?:到|至|为)了?"
            r"(?:约|近)?[^,;:。、]{0,14}$"
        ),
    ),
    (
        "from",
        re.compile(
            r"(?:(?<![理缘事自])由(?![于此])|(?<![服自顺依])从(?![事业严而])|自(?=(?:19|20)\d\d|去年|年初|上年))"
            r"[^,;:。]{0,40}$"
        ),
    ),
    (
        "delta",
        re.compile(
            r"(?:累计减贫|减贫|减少|下降|降低|压减|缩减|增加|净增|增长|提高|上升|提升|扩大|新增|回落|降幅|增幅|上涨|净减)"
            r"(?:了|达|为)?[^,;:。、\d]{0,6}$"
        ),
    ),
    ("average", re.compile(r"(?:人均|户均|村均|平均每[户人个村座所]|亩均|每[户人个村座所]平均)[^,;:。、]{0,12}$")),
    ("total", _TOTAL),
)
SHARE = re.compile(
    r"(?:占|完成(?=[^,;:。\d]{0,10}\d[^,;:。]*的$))(?P<whole>[^,;:。占]{0,30}?)(?:的)?(?:比例|比重|比率|比)?(?:也)?(?:控制在|达到了?|达|为|约为|约|近|超过|超|提高到|仅)*$"
)
RATE = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{1,14}?(?:率|进度|满意度|完成度))(?:均|已|也)?(?:为|达到了?|达|约|近|保持在)*$"
)


@dataclass(frozen=True)
class Statement:
    """A figure and its words. `lead` is the text from the last boundary or figure to it, `clause` the whole of its clause
    before it (figures included), `tail` what follows to the next boundary or figure."""

    figure: Figure
    lead: str
    clause: str
    tail: str
    role: str
    index: int
    depth: int

    @property
    def kind(self) -> str:
        """The class of its unit: 人, 户, 元 …"""
        return self.figure.kind

    @property
    def subject(self) -> str:
        """What is counted, as far as the words next to the figure say."""
        return (self.lead + "|" + self.tail).strip("|")


@dataclass(frozen=True)
class Sentence:
    """A sentence with its statements, in order."""

    span: Span
    statements: tuple[Statement, ...]
    paragraph: int


class Reading:
    """A text with all statements found in it."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.even = text.even
        self.figures = tuple(figures_of(text.even))
        self._memory: dict[str, object] = {}

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """How many brackets are open at each place; a bracket left open closes with its paragraph."""
        found, depth = [], 0
        for character in self.even:
            if character == "\n":
                depth = 0
            if character == ")":
                depth = max(0, depth - 1)
            found.append(depth)
            if character == "(":
                depth += 1
        return tuple(found)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """One statement for each figure, in order."""
        found: list[Statement] = []
        for index, figure in enumerate(self.figures):
            before = self.figures[index - 1].end if index else 0
            after = self.figures[index + 1].start if index + 1 < len(self.figures) else len(self.even)
            lead = self._back(figure.start, before, _BOUNDARIES + "、()")
            clause = self._back(figure.start, figure.start - _LONGEST_CLAUSE, _BOUNDARIES)
            tail = re.match(r"[^,;:。!?、()\n]*", self.even[figure.end : min(after, figure.end + 60)])
            role = role_of(clause, lead)
            if found and self.is_pair(found[-1].figure, figure):
                lead, clause, role = found[-1].lead, found[-1].clause, found[-1].role
            depth = self.depths[figure.start]
            found.append(Statement(figure, lead, clause, tail[0] if tail else "", role, index, depth))
        return tuple(found)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences that hold at least one figure."""
        found, at = [], 0
        for span in self.text.sentences:
            inside = []
            while at < len(self.statements) and self.statements[at].figure.start < span.end:
                inside.append(self.statements[at])
                at += 1
            # a list without an end is no sentence: no relation spans so many figures
            for start in range(0, len(inside), _MOST_FIGURES):
                part = tuple(inside[start : start + _MOST_FIGURES])
                found.append(Sentence(span, part, self.text.paragraph_no(span.start)))
        return tuple(found)

    def inside(self, span: Span) -> list[Statement]:
        """The statements whose figures begin in a stretch of the even text."""
        starts = self._starts
        return list(self.statements[bisect.bisect_left(starts, span.start) : bisect.bisect_left(starts, span.end)])

    def earlier(self, statement: Statement) -> Iterator[Statement]:
        """The statements of the same unit before one, the nearest first."""
        same = self._by_kind[statement.kind]
        place = bisect.bisect_left(same, statement.index, key=lambda s: s.index)
        return (same[number] for number in range(place - 1, -1, -1))

    def remembered(self, name: str, make: Callable[[], T]) -> T:
        """What is reckoned from the whole text, once for all who ask for it by this name."""
        if name not in self._memory:
            self._memory[name] = make()
        return cast(T, self._memory[name])

    def sentence_no(self, statement: Statement) -> int:
        """Which of `sentences` holds a statement."""
        return self._sentence_numbers[statement.index]

    def apart(self, first: Statement, second: Statement) -> bool:
        """Whether a full stop or a line's end stands between two figures, in this order."""
        place = bisect.bisect_left(self._stops, first.figure.end)
        return place < len(self._stops) and self._stops[place] < second.figure.start

    @cached_property
    def _by_kind(self) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for statement in self.statements:
            found.setdefault(statement.kind, []).append(statement)
        return found

    @cached_property
    def _starts(self) -> list[int]:
        return [statement.figure.start for statement in self.statements]

    @cached_property
    def _stops(self) -> list[int]:
        return [match.start() for match in re.finditer(r"[。\n]", self.even)]

    @cached_property
    def _sentence_numbers(self) -> dict[int, int]:
        return {s.index: number for number, sentence in enumerate(self.sentences) for s in sentence.statements}

    def is_pair(self, first: Figure, second: Figure) -> bool:
        """Households and persons said in one breath: 1239户4166人, 8848户、34830人."""
        together = self.even[first.end : second.start] in ("", "、", ",")
        return together and (first.kind, second.kind) in (("户", "人"), ("户次", "人次"))

    def shown(self, figure: Figure) -> str:
        """A figure as printed."""
        return self.even[figure.start : figure.end]

    def words(self, first: Statement, second: Statement) -> str:
        """The text from the end of one figure to the start of another."""
        return self.even[first.figure.end : second.figure.start]

    def around(self, statement: Statement, reach: int = 40) -> str:
        """The sentence's text before a figure, at most `reach` characters."""
        return self._back(statement.figure.start, statement.figure.start - reach, "。!?\n")

    def paragraph(self, number: int) -> str:
        """The text of a paragraph."""
        span = self.text.paragraphs[number]
        return self.even[span.start : span.end]

    def _back(self, place: int, floor: int, stops: str) -> str:
        start = place
        while start > max(0, floor) and self.even[start - 1] not in stops:
            start -= 1
        return self.even[start:place]


def role_of(clause: str, lead: str) -> str:
    """The role that the words before a figure give it; `plain` where they give none."""
    for role, pattern in _ROLES:
        if pattern.search(lead if role in ("total", "remaining", "delta", "average") else clause):
            return role
    return "plain"
