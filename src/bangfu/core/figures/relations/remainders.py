"""L2: what was there, what is done and what is left (剩余, 结余, 尚有). Kind `difference`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bangfu.core.figures.arithmetic import added, sum_agrees
from bangfu.core.figures.findings import Finding, found, plain, tidy
from bangfu.core.figures.numbers import TIME_UNITS
from bangfu.core.figures.statements import Reading, Sentence, Statement

_LEFT = re.compile(
    r"(?:剩余|剩下|还剩|尚余|结余|节余|余下|尚有|其余|仅剩|只剩|仍剩|未(?:脱贫|整改|完成|拨付|支付|使用|竣工|办结|到|入户|参保|就业)(?:的)?)"
    r"(?:[\u4e00-\u9fff]{0,6})$"
)
_DONE = re.compile(
    r"已|实际|完成|支付|支出|使用|拨付|脱贫|整改|到|办结|竣工|建成|走访|退出|出列|摘帽|销号|消除|发放|购置|入户|参保|就业|款"
)
_OVER = re.compile(r"(?:超额完成|超额|超计划|超任务|超出(?:计划|任务)?|超)(?:了)?$")
_NEVER = TIME_UNITS | {"%", "百分点", "倍", "成", "番", "步", "类", "kw", ""}


def relations(reading: Reading) -> Iterator[Finding]:
    """共发现问题213个,已整改198个,剩余15个: whole = done + left, in one sentence."""
    for sentence in reading.sentences:
        for left in sentence.statements:
            if left.kind in _NEVER or not left.figure.exact:
                continue
            if _OVER.search(left.lead) and (finding := _over(reading, sentence, left)):
                yield finding
            if not _LEFT.search(left.lead):
                continue
            if finding := _checked(reading, sentence, left):
                yield finding


def _checked(reading: Reading, sentence: Sentence, left: Statement) -> Finding | None:
    same = [
        s for s in sentence.statements
        if s.index < left.index and s.kind == left.kind and s.depth == left.depth and s.figure.exact
    ]  # fmt: skip
    for start in range(len(same) - 1):
        if sum_agrees(same[start].figure, [s.figure for s in same[start + 1 :]], left.figure) == "equal":
            return _told(reading, same[start], same[start + 1 :], left, holds=True)
    if len(same) < 2 or not _plain_list(reading, same, left):
        return None
    whole, done = same[0], same[1:]
    if any(s.figure.value > whole.figure.value for s in [*done, left]):
        return None
    agreement = sum_agrees(whole.figure, [s.figure for s in done], left.figure)
    finding = _told(reading, whole, done, left, holds=False)
    return finding if agreement == "unequal" else replace(finding, verdict="ambiguous")


def _over(reading: Reading, sentence: Sentence, over: Statement) -> Finding | None:
    """完成2150户,占计划2000户的107.5%,超额完成150户: done and planned stand before, in either order."""
    same = [s for s in sentence.statements if s.index < over.index and s.kind == over.kind and s.figure.exact]
    if len(same) != 2 or not any(re.search(r"计划|任务|目标|指标", s.lead) for s in same):
        return None
    larger, smaller = sorted(same, key=lambda s: -s.figure.value)
    agreement = sum_agrees(larger.figure, [smaller.figure], over.figure)
    if agreement == "rounding":
        return None
    return _told(reading, larger, [smaller], over, holds=agreement == "equal")


def _plain_list(reading: Reading, same: list[Statement], left: Statement) -> bool:
    """Whether the clauses are a whole, then what is done, then what is left, and nothing else."""
    text = reading.even[same[0].figure.end : left.figure.start]
    if re.search(r"[;]|其中|同比|较上|新增|另", text) or len(text) > 60:
        return False
    if any(s.role in ("from", "to", "delta", "average") for s in (same[0], *same[1:])):
        return False
    return all(_DONE.search(s.lead + s.tail) for s in same[1:])


def _told(reading: Reading, whole: Statement, done: list[Statement], left: Statement, holds: bool) -> Finding:
    unit, scale = left.figure.shown_unit, left.figure.scale
    rest = whole.figure.value - added([s.figure for s in done])
    shown = "−".join(reading.shown(s.figure) for s in [whole, *done])
    stated = reading.shown(left.figure)
    if holds:
        zh, en = f"余数相符：{shown} = {stated}。", f"What is left holds: {shown} = {stated}."
    else:
        zh = f"余数不符：文中为{stated}，{shown} = {plain(rest / scale)}{unit}；请核对总数、已完成数和剩余数。"
        en = f"What is left is off: the text says {stated}, {shown} = {plain(rest / scale)}{unit}; check the figures."
    start = min(s.figure.start for s in [whole, *done])
    return found(
        reading.text, "difference", "consistent" if holds else "inconsistent", start, left.figure.end, zh, en,
        tidy(left.figure.value / scale), tidy(rest / scale), unit,
    )  # fmt: skip
