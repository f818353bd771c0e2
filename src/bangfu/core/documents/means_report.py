"""The means-check report as JSON and as one self-contained page: it prints, needs no network and runs no script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from bangfu.core.documents.means_report_view import Block, Cell, Grid, Section, View, view_of

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_json(report: Mapping[str, Any]) -> str:
    """The report as it stands, indented; the hash in it is over its content, not over this way of writing it."""
    return json.dumps(report, ensure_ascii=False, indent=1) + "\n"


def page(report: Mapping[str, Any], lang: str = "zh") -> str:
    """The report as HTML in `zh` or `en`. Whatever came from data is escaped."""
    view = view_of(report, lang)
    style = files("bangfu.core.documents").joinpath("means_report.css").read_text(encoding="utf-8")
    body = "\n".join(_body(view))
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(view.title)} {escape(view.report_no)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(view: View) -> Iterator[str]:
    yield f"<header>\n<h1>{escape(view.title)}</h1>"
    yield f'<p class="status {view.status_tone}">{escape(view.status)}</p>'
    yield from (f'<p class="notice">{escape(notice)}</p>' for notice in view.notices)
    yield "<dl>"
    yield from (f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in view.meta)
    yield "</dl>\n</header>\n<main>"
    for section in view.sections:
        yield from _section(section)
    yield "</main>\n<footer>"
    yield '<ul class="sign">' + "".join(f"<li>{escape(label)}</li>" for label in view.signatures) + "</ul>"
    yield f"<p>{escape(view.report_no)}</p>"
    yield f"<p>{escape(view.hash_label)} <code>{escape(view.sha256)}</code></p>\n</footer>"


def _section(section: Section) -> Iterator[str]:
    yield f'<section class="{section.id}" aria-labelledby="{section.id}">'
    yield f'<h2 id="{section.id}">{escape(section.heading)}</h2>'
    for number, block in enumerate(section.blocks, 1):
        yield from _block(block, section.heading, number if len(section.blocks) > 1 else 0)
    yield "</section>"


def _block(block: Block, section: str, number: int) -> Iterator[str]:
    if block.heading:
        yield f"<h3>{escape(block.heading)}</h3>"
    yield from (f"<p>{escape(line)}</p>" for line in block.lines)
    if block.grid is not None:
        name = block.heading or (f"{section} {number}" if number else section)
        yield from _table(block.grid, name)


def _table(grid: Grid, name: str) -> Iterator[str]:
    """A row becomes a card on a phone; roles are written out, since CSS lays the table out otherwise there."""
    total = sum(grid.widths)
    yield f'<table role="table" aria-label="{escape(name)}"><colgroup>'
    yield "".join(f'<col style="width:{100 * width / total:.1f}%">' for width in grid.widths)
    heads = "".join(f'<th scope="col" role="columnheader">{escape(head)}</th>' for head in grid.heads)
    yield f'</colgroup>\n<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n<tbody role="rowgroup">'
    for row in grid.rows:
        first, *rest = row
        cells = "".join(
            f'<td role="cell" data-head="{escape(head)}"{_tone(cell)}>{_text(cell)}</td>'
            for head, cell in zip(grid.heads[1:], rest, strict=True)
        )
        yield f'<tr role="row"><th scope="row" role="rowheader">{_text(first)}</th>{cells}</tr>'
    yield "</tbody></table>"


def _text(cell: Cell) -> str:
    note = f"<small>{escape(cell.note)}</small>" if cell.note else ""
    return f"<span>{escape(cell.text)}</span>{note}"


def _tone(cell: Cell) -> str:
    return f' class="{cell.tone}"' if cell.tone else ""
