"""Of what a share is: which figures of the text may be the denominator, and how surely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bangfu.core.figures.statements import Reading, Statement

COUNTED = frozenset("人户元亩个座处所家件项台辆条套份张村") | {
    "公里",
    "人次",
    "户次",
    "平方公里",
    "公顷",
    "吨",
    "kw",
    "行政村",
    "乡镇",
}
_GENERIC = re.compile(
    r"^(?:应|全[县乡镇村区市省]|本[县乡镇村区市]|该[县乡镇村区市])?(?:总?[户人]?数|总|总户数|总人数|总量|总额|全部|应?总人口)?$"
)
_WITHIN = re.compile(r"(?:中|里|当中|之中)[,，]?")
_FARTHEST, _FARTHEST_NAMED = 1500, 20_000
"""How many characters before a part its whole may stand: some pages where the share names it."""
_PARTIAL = re.compile(r"其中|^(?:已|新)|剩余|其余|未(?!脱贫)|新增")


@dataclass(frozen=True)
class Whole:
    """A figure that may be the whole of a share; `sure` where the text says so, and why."""

    statement: Statement
    sure: bool


def wholes(reading: Reading, part: Statement, named: str) -> list[Whole]:
    """Figures of the part's unit that the share may be of, the likeliest first. `named` is what stands between 占 and the
    share, without a figure."""
    found: list[Whole] = []
    name = re.sub(r"^(?:了|全部|所有)|[的总数量额]+$", "", named)
    for statement in reading.earlier(part):
        if part.figure.start - statement.figure.start > (_FARTHEST_NAMED if name else _FARTHEST):
            break
        if not statement.figure.value or statement.figure.high < part.figure.low:
            continue
        same_sentence = not reading.apart(statement, part)
        sure = same_sentence and _holds_part(reading, statement, part)
        if name and not _GENERIC.match(named):
            sure = _named(reading, statement, name)
        elif named and _GENERIC.match(named):
            sure = sure or (same_sentence and statement.role in ("total", "plain") and "其中" not in statement.lead)
        found.append(Whole(statement, sure))
    return found


def _holds_part(reading: Reading, whole: Statement, part: Statement) -> bool:
    """X 328户中有…41户; 812人,其中…296人: the whole is said to hold the part, and nothing of its unit stands between."""
    words = reading.words(whole, part)
    between = [
        s for s in reading.statements[whole.index + 1 : part.index] if s.kind == part.kind and s.depth <= part.depth
    ]
    if _WITHIN.match(re.sub(r"^[\u4e00-\u9fff]{0,8}?(?=中)", "", words)) and ";其中" not in words:
        return all(s.figure.value <= whole.figure.value for s in between)
    return words.count("其中") == 1 and all(s.figure.value <= whole.figure.value and s.role == "plain" for s in between)


def _named(reading: Reading, whole: Statement, name: str) -> bool:
    """Whether the words by a figure say that it counts what is named."""
    if len(name) < 2:
        return False
    clause = reading.even[max(0, whole.figure.start - 30) : whole.figure.start]
    clause = re.split(r"[。;\n]", clause)[-1]
    if _PARTIAL.search(clause.split(",")[-1]):
        return False
    return name in clause + whole.tail or (len(name) >= 4 and name[-4:] in clause.split(",")[-1] + whole.tail)


def population(reading: Reading, before: Statement, kind: str) -> Iterator[Statement]:
    """Figures that give a whole population: 8848户34830人, 总人口21356人, largest first, each value once."""
    every = reading.remembered(f"population {kind}", lambda: _populations(reading, kind))
    told: set[tuple[Decimal, Decimal, Decimal]] = set()
    for statement in every:
        figure = statement.figure
        worth = (figure.value, figure.low, figure.high)
        if statement.index != before.index and worth not in told:
            told.add(worth)
            yield statement


def _populations(reading: Reading, kind: str) -> list[Statement]:
    found = [s for s in reading.statements if s.kind == kind and s.figure.exact and _is_population(reading, s)]
    return sorted(found, key=lambda s: -s.figure.value)


def _is_population(reading: Reading, statement: Statement) -> bool:
    clause = re.split(r"[。;\n]", reading.even[max(0, statement.figure.start - 40) : statement.figure.start])[-1]
    if re.search(r"总人口|户籍人口|农业人口|农村人口|乡村人口|常住人口|辖", clause) and not re.search(
        r"贫|脱|监测|低保|残", clause
    ):
        return True
    pair = statement.index > 0 and reading.is_pair(reading.figures[statement.index - 1], statement.figure)
    return (
        pair and bool(re.search(r"村民?小?组|自然[庄村]|社区|行政村", clause)) and not re.search(r"贫|脱|监测", clause)
    )
