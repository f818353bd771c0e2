"""Tells the spreadsheet program to compute all formulas when it opens the workbook."""

from __future__ import annotations

import re

_CALC = re.compile(rb"<((?:\w+:)?)calcPr\b([^>]*?)(/?)>")
# what may follow calcPr in a workbook part, in the order of the standard
_AFTER = re.compile(
    rb"<(?:\w+:)?(?:oleSize|customWorkbookViews|pivotCaches|smartTagPr|smartTagTypes|webPublishing|fileRecoveryPr|webPublishObjects|extLst)\b"
    rb"|</(?:\w+:)?workbook>"
)


def recalculating(workbook: bytes) -> bytes:
    """The workbook part with `fullCalcOnLoad`; nothing else in it changes."""
    found = _CALC.search(workbook)
    if found:
        rest = re.sub(rb"""\s+fullCalcOnLoad\s*=\s*("[^"]*"|'[^']*')""", b"", found[2]).rstrip()
        made = b"<" + found[1] + b"calcPr" + rest + b' fullCalcOnLoad="1"' + found[3] + b">"
        return workbook[: found.start()] + made + workbook[found.end() :]
    prefix = re.search(rb"<((?:\w+:)?)workbook\b", workbook)
    place = _AFTER.search(workbook)
    if prefix is None or place is None:
        return workbook
    made = b"<" + prefix[1] + b'calcPr fullCalcOnLoad="1"/>'
    return workbook[: place.start()] + made + workbook[place.start() :]
