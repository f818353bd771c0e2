"""The sections of the summary page, each from its figures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

from bangfu.core.screening.charts import Part, bar, stacked_bar
from bangfu.core.screening.labels import EventTitle, RunTitles
from bangfu.core.screening.summary_figures import UNITS, Events, Figures, Village, Wanted, kind_of
from bangfu.core.screening.summary_html import (
    Head,
    both,
    details,
    empty,
    label,
    measured,
    money,
    section,
    table,
)
from bangfu.core.screening.worklists_results import (
    CANNOT_TELL,
    DIFFERS,
    ENTITLED,
    RECEIVING,
    PolicyCounts,
    RunResults,
)

NAMES = {
    ENTITLED: ("应享未享（漏保）", "Entitled, not receiving"),
    RECEIVING: ("享受不符（错保）", "Receiving, not entitled"),
    DIFFERS: ("金额不符", "Amount differs"),
    CANNOT_TELL: ("无法判定", "Cannot tell"),
}
SEVERITIES = {
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
    "must_fix": ("必须更正", "must fix"),
    "explain": ("需说明", "explain"),
    "hint": ("提示", "hint"),
}
ENGLISH_UNITS = {
    **{"户": "households", "人": "persons", "人次": "person cases", "户次": "household cases", "元": "yuan"},
    **{"percent": "%", "percentage_point": "percentage points"},
}
CHINESE_UNITS = {"percent": "%", "percentage_point": "个百分点"}
TOP = 10


def policies_section(results: RunResults, titles: RunTitles) -> str:
    """Each policy: who meets it, who does not, who cannot be told; then findings and money."""
    heading = ("各项政策", "Policies")
    if not results.policies:
        return section(heading, empty("本次没有核查政策。", "No policy was screened."))
    heads = [
        Head("政策", "Policy"),
        Head("判定", "Decisions", "c"),
        *(Head(zh, en, "n") for zh, en in NAMES.values()),
    ]
    key = "".join(
        f'<li><svg aria-hidden="true" viewBox="0 0 1 1"><rect class="{style}" width="1" height="1"/></svg>'
        f"{both(zh, en)}</li>"
        for style, zh, en in (
            ("yes", "符合", "eligible"),
            ("no", "不符合", "not eligible"),
            ("unsure", "无法判定", "unknown"),
        )
    )
    rows = [_policy_row(one, titles) for one in results.policies]
    note = (
        "条形按本政策判定的总数分段；户政策按户、人政策按人计数，互不相加。",
        "Bars split what each policy decided; household policies count households, person policies persons.",
    )
    return section(
        heading,
        f'<ul class="key">{key}</ul>' + table(("各项政策的判定", "Decisions by policy"), heads, rows, cards=True),
        note,
    )


def _policy_row(one: PolicyCounts, titles: RunTitles) -> list[str]:
    title = titles.policy(one.policy)
    unit = UNITS.get(title.of, "项").removesuffix("次")
    parts = [
        Part(one.eligible, "yes", "符合"),
        Part(one.ineligible, "no", "不符合"),
        Part(one.unknown, "unsure", "无法判定"),
    ]
    english = {"户": "household", "人": "person"}.get(unit, "item")
    words = both(
        f"符合 {one.eligible:,} · 不符合 {one.ineligible:,} · 无法判定 {one.unknown:,}",
        f"{one.eligible:,} eligible · {one.ineligible:,} not · {one.unknown:,} unknown",
    )
    counting = both(f"按{unit}判定", f"by {english}")
    cells = [
        f"{label(title.title)}<small>{counting}</small>",
        f"{stacked_bar(parts)}<small>{words}</small>",
    ]
    for kind in NAMES:
        sums = kind_of([one], titles, kind)
        amount = money(sums.fen, *_MONEY[kind])
        small = "".join(f"<small>{both(*words)}</small>" for words in amount)
        # a policy that does not say how to tell who receives it is not compared, which is not the same as none
        cells.append((measured(f"{one.findings[kind]:,}", unit) if kind in one.findings else "—") + small)
    return cells


_MONEY = {
    ENTITLED: ("应发", "due"),
    RECEIVING: ("实发", "paid"),
    DIFFERS: ("相差", "apart"),
    CANNOT_TELL: ("", ""),
}


def money_words(kind: str, fen: Mapping[str, int]) -> list[tuple[str, str]]:
    """The money of one finding in words."""
    return money(fen, *_MONEY[kind])


def villages_section(figures: Figures) -> str:
    """Villages by findings per 100 registered households."""
    heading = ("各村排名", "Villages ranked")
    if figures.kinds[ENTITLED].households is None:
        return section(heading, empty("本次没有计算核查结果。", "Findings were not computed."))
    if not figures.villages:
        return section(heading, empty("没有村的户数，不能排名。", "No villages with households to rank."))
    note = (
        "每百户条数＝应享未享、享受不符、金额不符的条数 ÷ 该村登记户数 × 100。高，说明要核实的多，不说明工作差。",
        "Findings to act on per 100 registered households. A high rate means more to verify, not worse work.",
    )
    top = [it for it in figures.villages if it.findings][:TOP]
    body = (
        _villages(top, ("每百户条数最多的村", "Villages with the highest rates"))
        if top
        else empty("各村都没有需要核实的条目。", "No village has a finding.")
    )
    if len(figures.villages) > len(top):
        every = _villages(figures.villages, ("全部村", "All villages"))
        body += details(f"全部 {len(figures.villages)} 个村", f"All {len(figures.villages)} villages", every)
    if figures.elsewhere:
        body += empty(
            f"另有 {figures.elsewhere:,} 条不属于上面任何一个村（户没有村代码或代码不在册）。",
            f"{figures.elsewhere:,} more findings belong to no village listed.",
        )
    return section(heading, body, note)


def _villages(villages: list[Village], caption: tuple[str, str]) -> str:
    largest = max((it.rate or 0.0 for it in villages), default=0.0)
    heads = [
        Head("村", "Village"),
        Head("每百户条数", "Per 100 households", "c"),
        Head("条数", "Findings", "n"),
        Head("登记户数", "Households", "n"),
    ]
    rows = []
    for it in villages:
        rate = "—" if it.rate is None else f"{it.rate:.2f}"
        chart = bar(it.rate or 0.0, largest, f"{it.name} 每百户 {rate} 条")
        rows.append(
            [
                f"{escape(it.name)}<small>{escape(it.township)}</small>",
                f"{rate}{chart}",
                measured(f"{it.findings:,}", "条"),
                measured(f"{it.households:,}", "户"),
            ]
        )
    return table(caption, heads, rows)


def wanted_section(figures: Figures) -> str:
    """What is missing, and who can supply it."""
    heading = ("缺什么、谁能补", "What is missing, and who can supply it")
    note = (
        "缺情况不等于不符合。补上靠前的几项，能判定的最多；一项判定可能同时缺几样，所以各行不能相加。",
        "Missing is not ineligible. One decision may wait for several inputs, so the rows do not add up.",
    )
    if figures.wanted is None:
        return section(heading, empty("本次没有计算核查结果。", "Findings were not computed."))
    if not figures.wanted:
        return section(heading, empty("没有因缺情况而无法判定的。", "Nothing is undecided for want of a fact."))
    body = _wanted(figures.wanted[:TOP], ("等待最多的缺项", "Inputs that most decisions wait for"))
    if len(figures.wanted) > TOP:
        rest = _wanted(figures.wanted[TOP:], ("其余缺项", "The other inputs"))
        body += details(f"其余 {len(figures.wanted) - TOP} 项", f"{len(figures.wanted) - TOP} more", rest)
    return section(heading, body, note)


def _wanted(wanted: list[Wanted], caption: tuple[str, str]) -> str:
    heads = [
        Head("缺少什么", "Missing"),
        Head("等待的判定", "Decisions waiting", "c"),
        Head("涉及户数", "Households", "n"),
        Head("谁能提供", "Who can supply it"),
    ]
    largest = max(it.findings for it in wanted)
    rows = []
    for it in wanted:
        group = it.title.group_label
        source = f"<small>{label(group)}</small>" if group.zh and group.zh != it.title.label.zh else ""
        chart = bar(it.findings, largest, f"{it.title.label.zh} {it.findings:,} 项", style="wait")
        who = label(it.title.who) if it.title.who.zh else both("未注明", "not stated")
        count = measured(f"{it.findings:,}", "项") + chart
        rows.append([f"{label(it.title.label)}{source}", count, measured(f"{it.households:,}", "户"), who])
    return table(caption, heads, rows)


def events_section(kind: str, events: list[Events] | None, titles: RunTitles) -> str:
    """Alerts, or data problems, by kind: most first."""
    alerts = kind == "alerts"
    heading = ("预警", "Early warnings") if alerts else ("疑点数据", "Data problems")
    if events is None:
        return section(heading, empty("本次没有计算。", "Not computed in this run."))
    if not events:
        return section(heading, empty("没有发现。", "None found."))
    known = titles.alerts if alerts else titles.checks
    body = _events(events[:TOP], known, ("按条数排列", "Most frequent first"))
    if len(events) > TOP:
        rest = _events(events[TOP:], known, ("其余", "The others"))
        body += details(f"其余 {len(events) - TOP} 种", f"{len(events) - TOP} more kinds", rest)
    total = sum(it.rows for it in events)
    return section(heading, body, (f"共 {len(events)} 种 {total:,} 条。", f"{total:,} in {len(events)} kinds."))


def _events(events: list[Events], known: Any, caption: tuple[str, str]) -> str:
    heads = [
        Head("事项", "Kind"),
        Head("级别", "Severity"),
        Head("条数", "Rows", "n"),
        Head("涉及户数", "Households", "n"),
    ]
    rows = []
    for it in events:
        title: EventTitle | None = known.get(it.id)
        name = label(title.title) if title else escape(it.id)
        due = f"<small>{label(title.deadline)}</small>" if title and title.deadline.zh else ""
        severity = both(*SEVERITIES.get(it.severity, (it.severity, it.severity)))
        counts = [measured(f"{it.rows:,}", "条"), measured(f"{it.households:,}", "户")]
        rows.append([f"{name}{due}", severity, *counts])
    return table(caption, heads, rows)


_FOLDED = 40
"""More figures than this that no document prints are folded away."""


def indicators_section(figures: Figures, titles: RunTitles) -> str:
    """Indicators as computed, each ratio with its denominator, the printed figure beside where it differs."""
    heading = ("指标", "Indicators")
    if figures.indicators is None:
        return section(heading, empty("本次没有计算指标。", "Indicators were not computed."))
    if not figures.indicators:
        return section(heading, empty("规则里没有指标。", "The rulebook has no indicators."))
    heads = [
        Head("指标", "Indicator"),
        Head("计算值", "Computed", "n"),
        Head("怎么来的", "From"),
        Head("文件所载", "As printed", "n"),
    ]
    printed = [row for row in figures.indicators if row["stated"] not in (None, "")]
    others = [row for row in figures.indicators if row["stated"] in (None, "")]
    note = (
        "比率都写明分母；红字为文件所载与计算值不同。",
        "Ratios name their denominator; red: printed and computed differ.",
    )
    caption = ("计算值与文件所载", "Computed and printed")
    body = table(caption, heads, [_indicator(row, titles) for row in printed]) if printed else ""
    if others:
        rest = table(("计算值", "Computed"), heads, [_indicator(row, titles) for row in others])
        many = len(others) > _FOLDED
        zh, en = ("其他", "other ") if printed else ("全部", "")
        body += details(f"{zh}指标 {len(others)} 项", f"{len(others)} {en}indicators", rest) if many else rest
    return section(heading, body, note)


def _indicator(row: dict[str, Any], titles: RunTitles) -> list[str]:
    title = titles.indicators.get(row["indicator"])
    name = label(title.title) if title else escape(row["title_zh"] or row["indicator"])
    where = "，".join(str(row[key]) for key in ("area_name", "period") if row.get(key))
    unit = row["unit"] or ""
    units = (CHINESE_UNITS.get(unit, unit), ENGLISH_UNITS.get(unit, unit))
    if row["value"] is None:
        value = both("无法计算", "cannot be computed")
    else:
        value = f"{escape(number(row['value']))} {both(*units)}"
    made = ""
    if row["denominator"] is not None:
        over = title.denominator if title and title.denominator.zh else None
        of = title.numerator if title and title.numerator.zh else None
        top, below = number(row["numerator"]), number(row["denominator"])
        made = both(
            f"{of.zh if of else '分子'} {top} ÷ {over.zh if over else '分母'} {below}",
            f"{of.en if of else 'numerator'} {top} ÷ {over.en if over else 'denominator'} {below}",
        )
    printed = ""
    if row["stated"] not in (None, ""):
        same = _same(row["value"], row["stated"])
        text = f"{escape(number(row['stated']))} {both(*units)}"
        printed = text if same else f'<span class="off">{text} {both("（不同）", "(differs)")}</span>'
    return [f"{name}<small>{escape(where)}</small>" if where else name, value, made, printed]


def number(value: object) -> str:
    """A number for people: thousands separated, without zeros that say nothing."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite():
        return "—"
    whole = exact.to_integral_value()
    return f"{whole if exact == whole else exact.normalize():,f}"


def _same(value: object, stated: object) -> bool:
    try:
        return Decimal(str(value)) == Decimal(str(stated).rstrip("%").replace(",", ""))
    except InvalidOperation:
        return str(value) == str(stated)


def comparison_section(results: RunResults, figures: Figures) -> str:
    """This run beside the one before: totals, and what is new, the same and gone."""
    heading = ("与上次核查比", "Compared with the run before")
    if results.previous is None:
        return section(heading, empty("没有给出上次核查的结果，不能比较。", "No previous run was given."))
    heads = [
        Head("清单", "List"),
        *(Head(zh, en, "n") for zh, en in (("上次", "Before"), ("本次", "Now"), ("增减", "Change"))),
        *(Head(zh, en, "n") for zh, en in (("新增", "New"), ("持续", "Still"), ("消失", "Gone"))),
    ]
    rows = []
    for kind, name in NAMES.items():
        before = sum(one.findings.get(kind, 0) for one in results.previous.policies)
        now = sum(one.findings.get(kind, 0) for one in results.policies)
        changes = figures.kinds[kind].changes
        told = figures.kinds[kind].households is not None
        moved = [f"{changes[change]:,}" if told else "—" for change in ("new", "unchanged", "gone")]
        rows.append([both(*name), f"{before:,}", f"{now:,}", f"{now - before:+,}", *moved])
    on = f"{results.previous.as_of:%Y-%m-%d}"
    note = (
        f"上次核查 {on}。单位：条，一条是一项政策下的一户或一人。",
        f"The run before: {on}. A case is one household or person under one policy.",
    )
    return section(heading, table(("条数的变化", "Change in cases"), heads, rows), note)


def sources_section(results: RunResults) -> str:
    """What was read, so that anyone can tell whether two runs saw the same."""
    heads = [Head("文件", "File"), Head("行数", "Rows", "n"), Head("内容指纹（前12位）", "Digest (first 12)")]
    rows = [[escape(it.name), f"{it.rows:,}", f"<code>{escape(it.digest[:12])}</code>"] for it in results.inputs]
    body = (
        table(("本次读取的文件", "Files read by this run"), heads, rows)
        if rows
        else empty("没有登记读取了哪些文件。", "The files read were not recorded.")
    )
    return section(("读了什么", "What was read"), body)


def warnings_section(results: RunResults) -> str:
    """The run's own doubts."""
    if not results.warnings:
        return section(("提醒", "Warnings"), empty("没有提醒。", "No warnings."))
    listed = results.warnings[:50]
    body = '<ul class="plain">' + "".join(f"<li>{both(text, text)}</li>" for text in listed) + "</ul>"
    if len(results.warnings) > len(listed):
        more = len(results.warnings) - len(listed)
        body += empty(f"另有 {more} 条，见 run.json。", f"{more} more in run.json.")
    return section(("提醒", "Warnings"), body)
