"""Explanations as one self-contained page: prints on paper, needs no network, runs no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from bangfu.core.screening.explain_model import ClauseSaid, Explanation, Operand
from bangfu.core.screening.explain_phrases import MARKS
from bangfu.core.screening.explain_text import Letter, Names

_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:46rem;margin:2rem auto;
padding:0 1rem;color:#1d1d1f}
h1{font-size:1.35rem;margin:0 0 .3rem}h2{font-size:1.05rem;margin:1.4rem 0 .4rem}
.law{color:#555;font-size:.9rem;margin:0}
.answer{border-left:5px solid;padding:.5rem .9rem;background:#f6f6f4;margin:1rem 0}
.eligible{border-color:#2e7d32}.ineligible{border-color:#b23b2e}.unknown{border-color:#a8700a}
ol{padding-left:1.6rem}li{margin:.5rem 0}.values{color:#444;font-size:.92rem;margin:.1rem 0}
.met::marker{color:#2e7d32}.mark{font-weight:700;margin-right:.3rem}
.met .mark{color:#2e7d32}.not_met .mark{color:#b23b2e}.undecided .mark{color:#a8700a}
details{font-size:.9rem;color:#444}summary{cursor:pointer}details ul{margin:.2rem 0;padding-left:1.2rem}
.closing{color:#666;font-size:.85rem;border-top:1px solid #ddd;padding-top:.6rem;margin-top:1.6rem}
article+article{break-before:page;border-top:2px solid #999;margin-top:3rem;padding-top:2rem}
@media print{body{margin:0}details>*{display:block}}
"""


def page(found: Sequence[Explanation], language: str = "zh", names: Names | None = None) -> str:
    """The explanations as HTML; everything that came from data or rules is escaped."""
    title = "帮扶政策说明" if language == "zh" else "Explanation"
    body = "\n".join("\n".join(_article(Letter(one, language, names))) for one in found)
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n<main>\n{body}\n</main>\n</html>"
    )


def _article(letter: Letter) -> Iterator[str]:
    said = letter.said
    yield f"<article><h1>{escape(letter.heading())}</h1>"
    for line in letter.preamble():
        yield f'<p class="law">{escape(line)}</p>'
    yield f'<p class="answer {said.status}">{escape(letter.conclusion())}</p>'
    yield f"<h2>{escape(letter.title('clauses'))}</h2><ol>"
    for clause in said.clauses:
        yield from _clause(letter, clause)
    yield "</ol>"
    for name, lines in letter.sections():
        if lines:
            yield f"<h2>{escape(letter.title(name))}</h2>"
            yield from (f'<p class="values">{escape(line.strip())}</p>' for line in lines)
    yield f'<p class="closing">{escape(letter.closing())}</p></article>'


def _clause(letter: Letter, clause: ClauseSaid) -> Iterator[str]:
    kind = "undecided" if clause.verdict == "unknown" else clause.verdict
    yield f'<li class="{kind}"><span class="mark">{MARKS[clause.verdict]}</span>{escape(letter.clause_head(clause))}'
    for line in letter.clause_lines(clause):
        yield f'<div class="values">{escape(line.strip())}</div>'
    deep = [operand for operand in clause.operands if operand.parts]
    if deep:
        yield f"<details><summary>{'计算过程' if letter.zh else 'How it was computed'}</summary>"
        yield from _tree(letter, deep)
        yield "</details>"
    yield "</li>"


def _tree(letter: Letter, operands: Sequence[Operand]) -> Iterator[str]:
    yield "<ul>"
    for operand in operands:
        yield f"<li>{escape(letter.operand(operand))}"
        if operand.parts:
            yield from _tree(letter, operand.parts)
        yield "</li>"
    yield "</ul>"
