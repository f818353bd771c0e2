"""A document as PDF/A, through typst, with whatever official or free fonts are installed. The same document, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from bangfu.core.documents.means_report_pdf import chosen_fonts, installed_fonts, unprintable
from bangfu.core.documents.official.issue import Issue, noted
from bangfu.core.documents.official.model import TYPED, Figure, Gap, Grid, Official, Paragraph, Run, title_lines


def official_pdf(document: Official) -> bytes:
    """The document's bytes. Raises DataError where no font has Chinese characters or one has a character that none has."""
    import typst

    template = files("bangfu.core.documents.official").joinpath("official.typ").read_bytes()
    chosen = chosen_fonts(installed_fonts().families())
    inputs = {"view": json.dumps(view(document), ensure_ascii=False), "fonts": json.dumps(chosen, ensure_ascii=False)}
    compiler = typst.Compiler(template, root=Path(__file__).parent, font_paths=installed_fonts(), sys_inputs=inputs)
    day = document.day
    try:
        made = compiler.compile(
            format="pdf", timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC), pdf_standards=["a-2a"]
        )
    except typst.TypstError as error:
        raise unprintable(str(error.message)) from error
    if not isinstance(made, bytes):
        raise RuntimeError("typst gave pages, not a document")
    return made


def view(document: Official) -> dict[str, Any]:
    """The document as the template reads it."""
    head = ["序号", "指标", "数值", "口径", "范围", "记录数", "上次"]
    rows = [
        [
            str(s.number), s.name, s.printed, TYPED if s.status == "typed" else s.definition,
            "" if s.status == "typed" else f"{s.area}，截至{s.as_of}", "" if s.records is None else str(s.records), s.before or "",
        ]
        for s in document.sources
    ]  # fmt: skip
    return {
        "title": document.title,
        "title_lines": title_lines(document.title),
        "addressee": document.addressee.rstrip("：:"),
        "blocks": [_block(block) for block in document.blocks],
        "issue": _issue(document.issue),
        "signature": document.signature,
        "day": document.day_text,
        "sources": {"head": head, "rows": rows, "columns": [0, 2, 0, 4, 2, 0, 0]},
    }


def _issue(issue: Issue) -> dict[str, Any]:
    """Head, attachments, imprint and who was there, as the template reads them."""
    many = len(issue.attachments) > 1
    head = issue.head
    return {
        "head": None if head is None else {"mark": head.mark, "number": head.number, "signer": head.signer, "above": head.above},
        "minutes": head is not None and head.mark.endswith("纪要"),
        "noted": noted(issue.attachments),
        "present": [[label, names] for label, names in issue.present],
        "attachments": [
            {
                "label": f"附件{number if many else ''}", "title_lines": title_lines(a.title), "lines": a.lines,
                "grid": {"head": a.head, "rows": a.rows, "columns": [0] * len(a.head)} if a.rows else None,
            }
            for number, a in enumerate(issue.attachments, 1) if a.lines or a.rows
        ],
        "imprint": None if issue.imprint is None else {
            "copies": issue.imprint.copies, "printer": issue.imprint.printer, "day": issue.imprint.day,
        },
    }  # fmt: skip


def _block(block: Paragraph | Grid) -> Mapping[str, Any]:
    if isinstance(block, Grid):
        return {"kind": "grid", "head": block.head, "rows": block.rows, "columns": [0] * len(block.head)}
    return {"kind": "text", "level": block.level, "runs": [_run(run) for run in block.runs]}


def _run(run: Run) -> dict[str, Any]:
    if isinstance(run, Figure):
        return {"kind": "figure", "text": run.text, "typed": run.typed}
    return {"kind": "gap" if isinstance(run, Gap) else "text", "text": run.text}
