"""Shares as texts list them: the part beside each, how it is judged, and what a row of shares of one whole must give.
Kinds `ratio`, `truncated`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bangfu.core.figures.arithmetic import Closeness, added, quotient_agrees, sum_agrees
from bangfu.core.figures.findings import Finding, Verdict, found, plain, rounded
from bangfu.core.figures.relations.wholes import COUNTED, Whole, wholes
from bangfu.core.figures.statements import SHARE, Reading, Sentence, Statement


def countable(statement: Statement) -> bool:
    """Whether a figure may be part or whole of a share."""
    return statement.kind in COUNTED and statement.figure.value > 0


def parts_of(reading: Reading, sentence: Sentence, share: Statement, place: int) -> list[Statement]:
    """The figure just before the share, or the pair of 户 and 人."""
    before = [
        s for s in sentence.statements
        if s.figure.end <= place and s.depth == share.depth and countable(s)
    ]  # fmt: skip
    if not before:
        return []
    last = before[-1]
    words = reading.even[last.figure.end : place]
    if len(words) > 40 or re.search(r"[;]|同比", words) or words.count(",") > 2:
        return []
    if any(s.kind == "%" for s in reading.statements[last.index + 1 : share.index]):
        return []
    pair = len(before) > 1 and reading.is_pair(before[-2].figure, last.figure)
    return [before[-2], last] if pair else [last]


def close_to(part: Statement, whole: Statement, share: Statement) -> Closeness:
    above, below = part.figure, whole.figure
    planned = below.exact and re.search(r"(?:计划|目标|任务)[^,;。]{0,4}$", whole.lead)
    low, high = (below.value, below.value) if planned else (below.low, below.high)
    return quotient_agrees(share.figure, (above.low, above.high), (low, high))


def share_told(
    reading: Reading, part: Statement, share: Statement, of: Sequence[Whole], closeness: Closeness
) -> Finding:
    stated, above = share.figure, part.figure
    digits = max(2, -int(stated.ulp.as_tuple().exponent) + 1)
    computed = [rounded(above.value / w.statement.figure.value * 100, digits) for w in of]
    shown = "；".join(
        f"{reading.shown(above)}÷{reading.shown(w.statement.figure)} = {plain(value)}%"
        for w, value in zip(of, computed, strict=True)
    )
    kind = "ratio"
    verdict: Verdict = "consistent"
    zh, en = f"比例相符：{shown}。", f"The share holds: {shown}."
    if closeness == "truncated":
        kind, verdict = "truncated", "ambiguous"
        zh = f"{shown}，只有截去尾数才得{plain(stated.value)}%，四舍五入不得此数；请说明取舍或分母。"
        en = f"{shown}; only cutting off digits gives {plain(stated.value)}%; say how it is rounded, or of what it is."
    elif closeness == "unequal":
        verdict = "inconsistent"
        zh = f"比例不符：文中为{plain(stated.value)}%，{shown}；请核对分子、分母和比例。"
        en = f"The share is off: the text says {plain(stated.value)}%, {shown}; check part, whole and share."
    first = min([above.start, *(w.statement.figure.start for w in of if not far(reading, w.statement, share))])
    return found(
        reading.text, kind, verdict, first, stated.end, zh, en, stated.value, computed[0], "%"
    )  # fmt: skip


def far(reading: Reading, whole: Statement, share: Statement) -> bool:
    return whole.figure.end > share.figure.start or reading.apart(whole, share)


def odd_one_out(
    reading: Reading, sentence: Sentence, unsettled: Sequence[tuple[Statement, Statement]]
) -> Iterator[Finding]:
    """A占48.3%, B占34.5%, C占10.3%, D占7.9%: where the others are all of one whole, so is the one that does not fit."""
    for part, share in unsettled:
        if not (part.figure.exact and share.figure.exact):
            continue
        for candidate in wholes(reading, part, ""):
            whole = candidate.statement
            fits = [
                close_to(other, whole, beside) == "equal"
                for other, beside in _shares_beside(reading, sentence, part.kind)
                if beside is not share
            ]
            if len(fits) >= 2 and all(fits):
                if close_to(part, whole, share) == "unequal":
                    yield share_told(reading, part, share, [Whole(whole, True)], "unequal")
                break


def _shares_beside(reading: Reading, sentence: Sentence, kind: str) -> list[tuple[Statement, Statement]]:
    """Parts of one unit with their shares, as the sentence lists them."""
    found_here = []
    for statement in sentence.statements:
        match = SHARE.search(statement.clause) if statement.kind == "%" else None
        if match and not match["whole"]:
            parts = parts_of(reading, sentence, statement, statement.figure.start - len(match[0]))
            found_here += [(part, statement) for part in parts[-1:] if part.kind == kind]
    return found_here


def hundred(reading: Reading, sentence: Sentence) -> Iterator[Finding]:
    """Parts that make up their whole have shares that make up a hundred, give or take what is rounded."""
    for kind in COUNTED:
        beside = _shares_beside(reading, sentence, kind)
        if len(beside) < 3 or not all(part.figure.exact and share.figure.exact for part, share in beside):
            continue
        first, parts = beside[0][0], [part.figure for part, _share in beside]
        whole = next(
            (c.statement for c in wholes(reading, first, "") if sum_agrees(c.statement.figure, parts) == "equal"), None
        )
        if whole is None or any(close_to(part, whole, share) == "unequal" for part, share in beside):
            continue
        total = added([share.figure for _part, share in beside])
        slack = sum((share.figure.ulp for _part, share in beside), Decimal(0)) / 2
        if abs(total - 100) <= slack:
            continue
        yield found(
            reading.text, "ratio", "inconsistent", first.figure.start, beside[-1][1].figure.end,
            f"各项合计为全部{reading.shown(whole.figure)}，占比之和却为{plain(total)}%，应为100%；请核对各项占比。",
            f"The parts make up all of {reading.shown(whole.figure)}, their shares {plain(total)}% instead of 100%; check them.",
            total, Decimal(100), "%",
        )  # fmt: skip
