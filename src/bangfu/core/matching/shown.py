"""Numbers for the eyes of a reviewer: masked, but with the places that tell two of them apart."""

from __future__ import annotations

from difflib import SequenceMatcher

from bangfu.core.values.text import mask, squeeze

MOST_SHOWN = 4
"""Two numbers that differ in more places than this are shown as any other: their differences would give them away."""
_ENDS = 4


def shown_number(text: str | None) -> str:
    """A number with its middle starred out; what is written where there is none stays readable."""
    if text is None or not text.strip():
        return "（空）"
    return mask(text) if sum(map(str.isdigit, text)) >= 6 else text.strip()[:20]


def compared_numbers(one: str | None, two: str | None) -> tuple[str, str]:
    """Two numbers masked in the same places, the characters by which they differ between 【 and 】.

    `341225198801011230` and `341225198801011320` become `3412*********【12】30`-like texts; a character that the other
    lacks is marked on one side only.
    """
    a, b = squeeze(one or ""), squeeze(two or "")
    if min(len(a), len(b)) < 15 or a == b:
        return shown_number(one), shown_number(two)
    steps = _steps(a, b)
    if sum(max(end - start, stop - begin) for tag, start, end, begin, stop in steps if tag != "equal") > MOST_SHOWN:
        return shown_number(one), shown_number(two)
    left = "".join(_piece(a, start, end, tag) for tag, start, end, _, _ in steps)
    right = "".join(_piece(b, start, end, tag) for tag, _, _, start, end in steps)
    return left, right


def differing_places(one: str | None, two: str | None) -> tuple[int, ...]:
    """The places, counted from 1, in which two numbers of one length differ; empty for any others."""
    a, b = squeeze(one or ""), squeeze(two or "")
    if len(a) != len(b) or len(a) < 15:
        return ()
    return tuple(place for place, (x, y) in enumerate(zip(a, b, strict=True), 1) if x != y)


def _steps(a: str, b: str) -> list[tuple[str, int, int, int, int]]:
    if len(a) != len(b):
        found = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        return [(str(tag), start, end, begin, stop) for tag, start, end, begin, stop in found]
    steps: list[tuple[str, int, int, int, int]] = []
    for at, (x, y) in enumerate(zip(a, b, strict=True)):
        tag = "equal" if x == y else "replace"
        if steps and steps[-1][0] == tag:
            steps[-1] = (tag, steps[-1][1], at + 1, steps[-1][3], at + 1)
        else:
            steps.append((tag, at, at + 1, at, at + 1))
    return steps


def _piece(text: str, start: int, end: int, tag: str) -> str:
    if tag != "equal":
        return f"【{text[start:end]}】" if end > start else ""
    return "".join(c if at < _ENDS or at >= len(text) - _ENDS else "*" for at, c in enumerate(text[start:end], start))
