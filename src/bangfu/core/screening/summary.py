"""Writes summary.html: one page, complete in itself, that a person would rather look at than a table."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from bangfu.core.screening.labels import Directory, RunTitles
from bangfu.core.screening.summary_figures import Figures, Kind, figures
from bangfu.core.screening.summary_html import both, counted
from bangfu.core.screening.summary_sections import (
    NAMES,
    comparison_section,
    events_section,
    indicators_section,
    money_words,
    policies_section,
    sources_section,
    villages_section,
    wanted_section,
    warnings_section,
)
from bangfu.core.screening.worklists_results import RunResults


def write_summary(results: RunResults, directory: Directory, titles: RunTitles, out: Path) -> Path:
    """Write `summary.html` into the folder `out` and return its path.

    The page names villages but no household and no person, carries no ID number, and fetches nothing: styles
    and charts are inside. It reads without JavaScript; English is shown under `#en`.
    """
    found = figures(results, directory, titles)
    here = files("bangfu.core.screening")
    page = Template((here / "summary.html").read_text("utf-8")).substitute(
        title=escape(f"{results.county.zh or '全县'}帮扶核查摘要 {results.as_of:%Y-%m-%d}"),
        style=(here / "summary.css").read_text("utf-8").strip(),
        header=_header(results),
        main="\n".join(_sections(results, found, titles)),
        footer=_footer(results),
    )
    path = out / "summary.html"
    path.write_text(page, "utf-8", newline="\n")
    return path


def _sections(results: RunResults, found: Figures, titles: RunTitles) -> list[str]:
    return [
        _lead(results, found),
        _tiles(found),
        policies_section(results, titles),
        villages_section(found),
        wanted_section(found),
        '<div class="two">',
        events_section("alerts", found.alerts, titles),
        events_section("checks", found.checks, titles),
        "</div>",
        indicators_section(found, titles),
        comparison_section(results, found),
        '<div class="two">',
        sources_section(results),
        warnings_section(results),
        "</div>",
    ]


def _header(results: RunResults) -> str:
    county = both(results.county.zh or "全县", results.county.en or "The county")
    as_of = f"{results.as_of:%Y-%m-%d}"
    return f"""<div class="top">
<h1>{county} {both("帮扶核查摘要", "assistance screening")}</h1>
<nav aria-label="语言 Language"><a href="#zh" lang="zh-CN">中文</a><a href="#en" lang="en">English</a></nav>
</div>
<p class="soft">{both(f"核查日期 {as_of}", f"As of {as_of}")} ·
{both("规则", "Rules")} {escape(results.rulebook or "—")}
· {both("批次号", "Run")} <code>{escape(results.run_id)}</code></p>"""


def _lead(results: RunResults, found: Figures) -> str:
    """The head line in words."""
    zh = [f"本次核查 <strong>{results.households:,} 户</strong>、<strong>{results.persons:,} 人</strong>："]
    en = [f"Screened {results.households:,} households with {results.persons:,} persons: "]
    said_zh, said_en = [], []
    for kind, it in found.kinds.items():
        if it.households is None:
            continue
        sums = money_words(kind, it.fen)
        tail_zh, tail_en = "".join(f"，{zh}" for zh, _ in sums[:1]), "".join(f", {en}" for _, en in sums[:1])
        said_zh.append(f"{NAMES[kind][0]} <strong>{it.households:,} 户</strong>{tail_zh}")
        said_en.append(f"{NAMES[kind][1].lower()}: {it.households:,} households{tail_en}")
    zh.append("；".join(said_zh) + "。" if said_zh else "本次没有计算核查结果。")
    en.append("; ".join(said_en) + "." if said_en else "findings were not computed.")
    law_zh = "以上都是线索：须由人核实后按程序办理，不能直接停发待遇。"
    law_en = " These are leads: a person verifies them, and no payment stops by itself."
    words = f'<span class="zh">{"".join(zh)}{law_zh}</span>'
    return f'<p class="lead">{words}<span class="en" lang="en">{escape("".join(en) + law_en)}</span></p>'


def _tiles(found: Figures) -> str:
    return '<ul class="tiles">\n' + "\n".join(_tile(kind, it) for kind, it in found.kinds.items()) + "\n</ul>"


def _tile(kind: str, it: Kind) -> str:
    heading = f"<h2>{both(*NAMES[kind])}</h2>"
    if it.households is None:
        return f'<li class="tile {kind}">{heading}<p>{both("本次未计算", "not computed")}</p></li>'
    cases = counted(it.units)
    body = f"<b>{it.households:,}<small>{both('户', 'households')}</small></b>"
    body += "".join(f'<p class="money">{both(*words)}</p>' for words in money_words(kind, it.fen))
    body += f"<p>{both(f'共 {cases[0]}', cases[1]) if cases[0] else both('没有', 'none')}</p>"
    return f'<li class="tile {kind}">{heading}{body}</li>'


def _footer(results: RunResults) -> str:
    return both(
        f"由 Bangfu 帮扶按 {results.as_of:%Y-%m-%d} 的资料计算。本页没有户主、人员姓名和身份证号；"
        "逐户清单见 worklists 文件夹。缺情况既不算符合也不算不符合。金额只合计能准确算出的。",
        f"Computed by Bangfu from the data as of {results.as_of:%Y-%m-%d}. No names of persons and no ID "
        "numbers here; the lists by household are in the folder worklists. A missing fact is neither yes nor "
        "no. Money sums only amounts that are exactly known.",
    )
