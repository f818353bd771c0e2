"""Measures as a person reads them: a table in Chinese or English."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MEASURES: Mapping[str, tuple[str, str, str]] = {
    "poverty_line": ("贫困线", "poverty line", "money"),
    "population": ("人口（加权）", "population (weighted)", "money"),
    "sample_size": ("计算的行数", "rows measured", "count"),
    "mean": ("平均收入", "mean income", "money"),
    "median": ("收入中位数", "median income", "money"),
    "headcount_ratio": ("贫困发生率 FGT0", "headcount ratio FGT0", "share"),
    "fgt1": ("贫困深度（差距）指数 FGT1", "poverty gap index FGT1", "index"),
    "fgt2": ("贫困强度指数 FGT2", "squared poverty gap FGT2", "index"),
    "income_gap_ratio": ("贫困人口平均缺口占贫困线", "mean gap of the poor over line", "share"),
    "watts": ("Watts 指数", "Watts index", "index"),
    "watts_positive": ("Watts 指数（只计收入大于0者）", "Watts index, incomes above 0 only", "index"),
    "sen": ("Sen 指数", "Sen index", "index"),
    "sen_shorrocks_thon": ("Sen-Shorrocks-Thon 指数", "Sen-Shorrocks-Thon index", "index"),
    "gini": ("基尼系数", "Gini index", "index"),
    "quintile_share_ratio": ("五等分收入比 S80/S20", "quintile share ratio S80/S20", "index"),
    "quintile_share_ratio_split": ("同上，边界行按比例分", "the same, rows at a border divided", "index"),
    "relative_median_gap": ("相对贫困缺口（中位数）", "relative median poverty gap", "share"),
}
_GROUP = ("population_share", "poverty_line", "headcount_ratio", "fgt1", "fgt2", "gini", "contribution_headcount_ratio")
_GROUP_TITLES = {
    "population_share": ("人口占比", "of population", "share"),
    "contribution_headcount_ratio": ("占贫困人口", "of the poor", "share"),
    "poverty_line": ("贫困线", "line", "money"),
    "headcount_ratio": ("发生率", "headcount", "share"),
    "fgt1": ("FGT1", "FGT1", "index"),
    "fgt2": ("FGT2", "FGT2", "index"),
    "gini": ("基尼系数", "Gini", "index"),
}
_TARGETING = {
    "exclusion_error": ("漏保率（贫困者中未享受）", "exclusion error"),
    "inclusion_error": ("错保率（享受者中非贫困）", "inclusion error"),
    "targeting_differential": ("瞄准差", "targeting differential"),
    "share_of_poorest_40_over_neutral": ("最穷40%所得相对均分", "poorest 40% over neutral"),
}
_ROWS = {
    "without_income": ("没有收入数，未计入", "without an income, left out"),
    "income_not_a_number": ("其中写的不是数", "of these not a number"),
    "without_weight": ("没有权数，未计入", "without a weight, left out"),
    "weight_zero": ("权数为0", "with weight 0"),
    "not_read": ("格数不对，未读入", "could not be read"),
    "no_rows_of_data": ("合计、标题等，不是数据", "totals and text lines"),
    "income_zero": ("收入为0，计入", "with income 0, counted"),
    "income_negative": ("收入为负，计入", "with a negative income, counted"),
}


def table(found: Mapping[str, Any], language: str = "zh") -> str:
    """The measures of `measure_file` as lines; language `zh` or `en`."""
    at = 1 if language == "en" else 0
    lines = list(_rows(found, at))
    lines.append("")
    interval = found.get("confidence", {}).get("intervals", {})
    body = [
        [names[at], shown(found[key], names[2]), _interval(interval.get(key), names[2])]
        for key, names in MEASURES.items()
        if key in found
    ]
    lines += columns(body)
    if interval:
        kept = found["confidence"]
        lines.append(
            f"[ ]: {kept['level']:.0%} 置信区间，重抽样 {kept['replicates']} 次，种子 {kept['seed']}"
            if at == 0
            else f"[ ]: {kept['level']:.0%} interval, {kept['replicates']} bootstrap samples, seed {kept['seed']}"
        )
    if found.get("watts") is None:
        lines.append(
            "有贫困者收入不大于0，Watts 指数无定义。"
            if at == 0
            else "A poor person has no income above 0: the Watts index is not defined."
        )
    lines += _groups(found, at)
    lines += _targeting(found, at)
    return "\n".join(lines)


def _rows(found: Mapping[str, Any], at: int) -> Iterator[str]:
    rows = found["rows"]
    names = ("读到 {} 行，计算 {} 行", "{} rows read, {} measured")
    yield f"{found['file']}: " + names[at].format(rows["read"], rows["measured"])
    for key, words in _ROWS.items():
        if rows.get(key):
            yield f"  {words[at]}: {rows[key]}"
    yield from (f"  {one[('zh', 'en')[at]]}" for one in found["problems"])


def _groups(found: Mapping[str, Any], at: int) -> Iterator[str]:
    groups = found.get("groups")
    if groups is None:
        return
    yield ""
    head = [str(found["columns"]["by"]), *(_GROUP_TITLES[key][at] for key in _GROUP)]
    none = ("（空）", "(blank)")[at]
    body = [
        [none if row["group"] is None else row["group"], *(shown(row[key], _GROUP_TITLES[key][2]) for key in _GROUP)]
        for row in groups
    ]
    yield from columns([head, *body])


def _targeting(found: Mapping[str, Any], at: int) -> Iterator[str]:
    held = found.get("targeting")
    if held is None:
        return
    yield ""
    yield from columns([[names[at], shown(held[key], "index")] for key, names in _TARGETING.items()])


def _interval(ends: Sequence[float] | None, kind: str) -> str:
    return "" if ends is None else f"[{shown(ends[0], kind)}, {shown(ends[1], kind)}]"


def shown(value: float | None, kind: str) -> str:
    """A figure as printed: `12.3%`, `0.1234`, `1,234.50`; a dash where it is not defined."""
    if value is None:
        return "—"
    if kind == "share":
        return f"{value * 100:.2f}%"
    if kind == "index":
        return f"{value:.4f}"
    return f"{value:,}" if kind == "count" else f"{value:,.2f}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines of aligned columns; a Chinese character is two wide. The first column is left, the rest right."""
    if not rows:
        return []
    widths = [max(_width(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0] + " " * (widths[0] - _width(row[0]))]
        cells += [" " * (wide - _width(cell)) + cell for cell, wide in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


_MPI = {
    "H": ("多维贫困发生率 H", "multidimensional headcount H", "share"),
    "A": ("平均剥夺份额 A", "intensity A", "share"),
    "M0": ("调整后发生率 M0", "adjusted headcount M0", "index"),
    "M1": ("调整后差距 M1", "adjusted gap M1", "index"),
    "M2": ("调整后差距平方 M2", "adjusted squared gap M2", "index"),
}
_MPI_HEAD = (
    ("维度", "指标", "权重", "剥夺率", "贫困且剥夺", "贡献", "情况不明行"),
    ("dimension", "indicator", "weight", "deprived", "poor and deprived", "contribution", "rows not known"),
)


def mpi_table(found: Mapping[str, Any], language: str = "zh") -> str:
    """The result of `mpi_file` as lines; language `zh` or `en`."""
    at = 1 if language == "en" else 0
    rows = found["rows"]
    lines = [f"{found['file']}: " + ("读到 {} 行，计算 {} 行", "{} rows read, {} measured")[at].format(
        rows["read"], rows["measured"])]  # fmt: skip
    unknown = rows["with_an_indicator_not_known"]
    if unknown:
        low, high = (shown(end, "share") for end in found["bounds"]["H"])
        lines.append(
            (
                f"  有指标情况不明，未计入: {unknown} 行；若都不剥夺或都剥夺，H 在 {low} 至 {high} 之间",
                f"  with an indicator not known, left out: {unknown}; as if not deprived or deprived, H from {low} to {high}",
            )[at]
        )
    lines += [f"  {note[language]}" for note in (*found["notes"], *found["problems"])]
    body = [[names[at], shown(found[key], names[2])] for key, names in _MPI.items()]
    lines += ["", *columns([*body, [("贫困临界值 k", "cutoff k")[at], shown(found["k"], "share")]]), ""]
    listed = [
        [
            one["dimension"], one["indicator"], shown(one["weight"], "share"), shown(one["uncensored_headcount"], "share"),
            shown(one["censored_headcount"], "share"), shown(one["contribution"], "share"),
            str(found["not_known"][one["indicator"]]),
        ]
        for one in found["indicators"]
    ]  # fmt: skip
    lines += columns([_MPI_HEAD[at], *listed])
    lines += ["", *columns([[one["dimension"], shown(one["weight"], "share"), shown(one["contribution"], "share")]
                            for one in found["dimensions"]])]  # fmt: skip
    if found["ordinal"]:
        names = ", ".join(found["ordinal"])
        lines.append((f"差距按1计（不量差距）: {names}", f"counted as 1 in M1 and M2, no gap measured: {names}")[at])
    if "groups" in found:
        head = [
            str(found["columns"]["by"]),
            ("人口占比", "of population")[at],
            "H",
            "A",
            "M0",
            ("贡献", "contribution")[at],
        ]
        kinds = ("population_share", "H", "A")
        none = ("（空）", "(blank)")[at]
        body = [
            [one["group"] or none, *(shown(one[key], "share") for key in kinds), shown(one["M0"], "index"),
             shown(one["contribution"], "share")]
            for one in found["groups"]
        ]  # fmt: skip
        lines += ["", *columns([head, *body])]
    return "\n".join(lines)
