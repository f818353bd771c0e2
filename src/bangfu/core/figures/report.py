"""Findings as text, as JSON, and as a page: the document with coloured marks and the reason beside each."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from bangfu.core.figures.files import Document
from bangfu.core.figures.findings import Finding, Verdict
from bangfu.core.figures.kinds import KINDS
from bangfu.core.values.text import mask

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "inconsistent": ("不符", "inconsistent"),
    "ambiguous": ("存疑", "ambiguous"),
    "consistent": ("相符", "consistent"),
}
_RANK: dict[Verdict, int] = {"inconsistent": 0, "ambiguous": 1, "consistent": 2}


def as_records(findings: Iterable[Finding], lang: str = "zh") -> list[dict[str, Any]]:
    """Findings as plain records: file, kind, verdict, quote, start, end, stated, computed, unit, message."""
    return [
        {
            "file": f.file,
            "kind": f.kind,
            "verdict": f.verdict,
            "quote": f.quote,
            "start": f.start,
            "end": f.end,
            "stated": _plain(f.stated),
            "computed": _plain(f.computed),
            "unit": f.unit,
            "message": f.message(lang),
        }
        for f in findings
    ]


def _plain(value: Decimal | int | str | None) -> int | float | str | None:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def as_json(findings: Iterable[Finding], lang: str = "zh") -> str:
    """The records as a JSON list, indented."""
    return json.dumps(as_records(findings, lang), ensure_ascii=False, indent=1) + "\n"


def as_text(documents: Sequence[Document], findings: Sequence[Finding], lang: str = "zh") -> str:
    """What does not hold and what is in doubt, file by file, with the place; what holds is counted."""
    index = 1 if lang == "en" else 0
    lines = []
    for document in documents:
        own = [f for f in findings if f.file == document.name]
        counts = Counter(f.verdict for f in own)
        summary = "  ".join(f"{_VERDICTS[v][index]} {counts[v]}" for v in _VERDICTS)
        lines.append(f"{document.name}: {summary}")
        for f in sorted(own, key=lambda f: (_RANK[f.verdict], f.start)):
            if f.verdict != "consistent":
                row = document.text.raw.count("\n", 0, f.start) + 1
                place = f"line {row}" if index else f"第{row}行"
                lines.append(f"  [{_VERDICTS[f.verdict][index]}] {place} {KINDS[f.kind][index]}: “{_quoted(f)}”")
                lines.append(f"      {f.message(lang)}")
    return "\n".join(lines) + "\n"


def _quoted(finding: Finding) -> str:
    """The quote on one line, shortened in the middle; personal data masked."""
    text = finding.quote.replace("\n", " ").replace("\t", " ")
    if finding.kind == "personal_data":
        return mask(text)
    return text if len(text) <= 60 else f"{text[:28]}……{text[-28:]}"


def as_page(documents: Sequence[Document], findings: Sequence[Finding], lang: str = "zh") -> str:
    """One self-contained page: needs no network, runs no script, and prints."""
    index = 1 if lang == "en" else 0
    title = ("数字核对", "Check of figures")[index]
    style = files("bangfu.core.figures").joinpath("report.css").read_text(encoding="utf-8")
    body = "\n".join(part for document in documents for part in _document(document, findings, lang))
    return (
        f'<!doctype html>\n<html lang="{"en" if index else "zh-CN"}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _document(document: Document, findings: Sequence[Finding], lang: str) -> Iterator[str]:
    index = 1 if lang == "en" else 0
    own = [f for f in findings if f.file == document.name]
    counts = Counter(f.verdict for f in own)
    yield f"<header><h1>{escape(Path(document.name).name)}</h1><p class=counts>"
    for verdict, names in _VERDICTS.items():
        yield f'<span class="{verdict}"><b>{counts[verdict]}</b> {names[index]}</span>'
    yield "</p></header><main>"
    yield sections(document, own, lang)
    yield "</main>"


def sections(document: Document, findings: Sequence[Finding], lang: str = "zh") -> str:
    """HTML of one document paragraph by paragraph, each with its marks and what was found in it: for a page of one's own."""
    return "\n".join(_sections(document, [f for f in findings if f.file == document.name], lang))


def _sections(document: Document, own: Sequence[Finding], lang: str) -> Iterator[str]:
    index = 1 if lang == "en" else 0
    numbered = _numbered(own)
    for start, end in _paragraphs(document.text.raw):
        here = [(n, f) for n, f in numbered if start <= f.start < end]
        marked = _marked(document.text.raw, start, end, numbered)
        head = " class=head" if len(document.text.raw[start:end].strip()) <= 30 and not here else ""
        yield f"<section{' class=noted' if here else ''}><p{head}>{marked}</p>"
        if here:
            label = ("本段核对结果", "findings of this paragraph")[index]
            yield f'<ol aria-label="{label}">'
            yield from (_note(n, f, lang) for n, f in sorted(here, key=lambda h: (h[0] == 0, h[0])))
            yield "</ol>"
        yield "</section>"


def _numbered(own: Sequence[Finding]) -> list[tuple[int, Finding]]:
    """What is wrong or in doubt is numbered in order of place; what holds has no number (0)."""
    number, found = 0, []
    for finding in own:
        if finding.verdict == "consistent":
            found.append((0, finding))
        else:
            number += 1
            found.append((number, finding))
    return found


def _paragraphs(raw: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in raw.split("\n"):
        if line.strip():
            yield start, start + len(line) + 1
        start += len(line) + 1


def _marked(raw: str, start: int, end: int, numbered: Sequence[tuple[int, Finding]]) -> str:
    """A paragraph with marks. Where marks overlap, the gravest colours the text; each number stands at its mark's end."""
    inside = [(n, f) for n, f in numbered if f.start < end and start < f.end]
    cuts = sorted({start, end, *(max(start, f.start) for _, f in inside), *(min(end, f.end) for _, f in inside)})
    parts = []
    for first, last in itertools.pairwise(cuts):
        over = [(n, f) for n, f in inside if f.start <= first and last <= f.end]
        text = raw[first:last].strip("\n")
        if any(f.kind == "personal_data" for _, f in over):
            text = mask(text)
        shown = escape(text).replace("\t", " ")
        if over and text:
            gravest = min(over, key=lambda o: (_RANK[o[1].verdict], o[1].end - o[1].start))
            shown = f'<mark class="{gravest[1].verdict}">{shown}</mark>'
        numbers = [n for n, f in inside if n and f.end == last]
        parts.append(shown + "".join(f"<sup>{n}</sup>" for n in numbers))
    return "".join(parts)


def _note(number: int, finding: Finding, lang: str) -> str:
    index = 1 if lang == "en" else 0
    badge = f"<b>{number}</b>" if number else "<b>✓</b>"
    name, message = KINDS[finding.kind][index], finding.message(lang)
    head = "" if message.startswith(name) else f"<strong>{name}</strong> "
    return f'<li class="{finding.verdict}">{badge}<div>{head}{escape(message)}</div></li>'
