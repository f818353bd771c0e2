"""The summary page: true to its input, complete in itself, and safe to pass on."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from worklists_factory import COUNTS, NAMES, TITLES, Names, finding, write_run

from bangfu.core.rulebook.model import Label
from bangfu.core.screening.charts import Part, bar, stacked_bar
from bangfu.core.screening.labels import PolicyTitle, RunTitles
from bangfu.core.screening.summary import write_summary
from bangfu.core.screening.summary_figures import Figures
from bangfu.core.screening.summary_sections import indicators_section
from bangfu.core.screening.worklists_results import PolicyCounts, PreviousRun

VOID = {"meta", "rect", "input", "br"}


class Page(HTMLParser):
    """The page's text in one language, and whether its tags nest."""

    def __init__(self, skip: str) -> None:
        super().__init__()
        self.skip = skip
        self.open: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class")))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        hidden = any(tag in ("style", "script", "title") or style == self.skip for tag, style in self.open)
        if not hidden:
            self.words.append(data)


def page(tmp_path: Path, *given: Any, titles: RunTitles = TITLES, **more: Any) -> str:
    return write_summary(write_run(tmp_path, *given, **more), NAMES, titles, tmp_path).read_text("utf-8")


def words(html: str, language: str = "zh") -> str:
    parser = Page("en" if language == "zh" else "zh")
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return re.sub(r"\s+", " ", "".join(parser.words))


def rows(html: str, language: str = "zh") -> dict[str, list[str]]:
    """The cells of every table's rows after the first, by the row's own header."""
    found = {}
    for row in re.findall(r"<tr[^>]*>(<th scope=\"row\".*?)</tr>", html, re.S):
        head, *cells = [words(cell, language).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        found[head] = cells
    return found


# What must not happen


def test_the_page_fetches_nothing_and_names_no_person(tmp_path: Path) -> None:
    html = page(tmp_path, warnings=("身份证 990101197001011234 重复；<script>alert(1)</script>",))
    assert not re.search(r"https?:|//|url\(|@import|<link|<img|src=", html)
    assert not re.search(r"\d{14,}[\dXx]", html)
    assert not [name for name in ("李有余", "王无助", "赵不详") if name in html]
    assert html.count("<script>") == 1


def test_titles_are_text_and_never_markup(tmp_path: Path) -> None:
    titles = RunTitles(policies={"dibao": PolicyTitle(Label("<b onclick=x>低保", '"><i>'))})
    html = page(tmp_path, titles=titles)
    assert "<b onclick" not in html
    assert "<i>" not in html


def test_what_was_not_computed_is_not_zero(tmp_path: Path) -> None:
    text = words(page(tmp_path, None, alerts=None, checks=None, indicators=None, previous=None, policies=()))
    assert "本次没有计算核查结果。" in text
    assert "应享未享（漏保）本次未计算" in text
    assert "预警 本次没有计算。" in text
    assert "本次没有计算指标。" in text
    assert "没有给出上次核查的结果，不能比较。" in text
    assert "0 户" not in text.replace("920 户", "")


def test_months_years_households_and_persons_are_never_added_up(tmp_path: Path) -> None:
    text = words(page(tmp_path))
    assert "每月应发 820.50 元每年应发 6,000.00 元共 1 户次，2 人次" in text
    assert "6,820.50" not in text


# What it shows


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tags_nest_and_there_is_one_main_heading(tmp_path: Path, language: str) -> None:
    html = page(tmp_path)
    assert words(html, language)
    parser = Page("")
    parser.feed(html)
    assert [parser.tags.count(tag) for tag in ("html", "header", "main", "footer", "nav", "h1")] == [1] * 6
    assert html.count("<table") == html.count("<caption>")
    assert len(re.findall(r"<svg class=\"chart\" role=\"img\" aria-label=\"[^\"]+\"", html)) == html.count(
        'class="chart"'
    )


def test_the_head_line_says_it_in_words(tmp_path: Path) -> None:
    text = words(page(tmp_path))
    assert (
        "本次核查 920 户、2,505 人：应享未享（漏保） 1 户，每月应发 820.50 元；"
        "享受不符（错保） 1 户，每月实发 410.00 元；"
        "金额不符 1 户，每月相差 19.50 元；无法判定 2 户。"
    ) in text
    english = words(page(tmp_path), "en")
    assert "Screened 920 households with 2,505 persons: entitled, not receiving: 1 households" in english


def test_each_policy_shows_the_counts_it_was_given(tmp_path: Path) -> None:
    html = page(tmp_path)
    found = rows(html)
    for one in COUNTS:
        title = TITLES.policy(one.policy)
        unit = {"household": "户", "person": "人"}[title.of]
        cells = found[f"{title.title.zh}按{unit}判定"]
        assert cells[0] == f"符合 {one.eligible:,} · 不符合 {one.ineligible:,} · 无法判定 {one.unknown:,}"
        kinds = ("entitled_not_receiving", "receiving_not_entitled", "amount_differs", "cannot_tell")
        assert [cell.split("每")[0] for cell in cells[1:]] == [
            f"{one.findings[kind]} {unit}" if kind in one.findings else "—" for kind in kinds
        ]
    assert found["雨露计划补助按人判定"][1] == "2 人每年应发 6,000.00 元"
    assert rows(html, "en")["Yulu subsidyby person"][1] == "26,000.00 yuan due a year"


def test_villages_are_ranked_by_findings_per_hundred_households(tmp_path: Path) -> None:
    # H1 twice and H2 once in 500 households; what is gone (H4) and what is unknown (H3) does not count.
    html = page(tmp_path)
    found = rows(html)
    assert found["河湾村丰乐镇"] == ["0.60", "3 条", "500 户"]
    assert found["石岭村青山乡"] == ["0.00", "0 条", "420 户"]
    assert "全部 2 个村" in words(html)


def test_findings_outside_every_village_are_said(tmp_path: Path) -> None:
    text = words(page(tmp_path, [finding("dibao", "H404", None, "entitled_not_receiving")]))
    assert "另有 1 条不属于上面任何一个村" in text


def test_what_is_missing_names_who_can_supply_it(tmp_path: Path) -> None:
    html = page(tmp_path)
    found = rows(html)
    assert found["工资性收入入户调查"] == ["3 项", "1 户", "村干部入户核实"]
    assert found["低保标准"] == ["1 项", "1 户", "县民政局发文"]
    assert rows(html, "en")["wage incomehome visit"] == ["3", "1", "village visit"]


def test_alerts_and_data_problems_are_counted_by_kind(tmp_path: Path) -> None:
    found = rows(page(tmp_path))
    assert found["收入较上年大幅下降2个工作日内"] == ["高", "1 条", "1 户"]
    assert found["一户多户主"] == ["必须更正", "2 条", "1 户"]


def test_a_ratio_names_its_denominator_and_a_differing_printed_figure_is_marked(tmp_path: Path) -> None:
    html = page(tmp_path)
    found = rows(html)
    assert found["贫困发生率2024-09-01"] == [
        "0.35 %",
        "贫困人口 121 ÷ 农业户籍人口 34,830",
        "0.33 % （不同）",
    ]
    assert found["登记户数2024-09-01"] == ["8,848 户", "", "8,848 户"]
    assert html.count('class="off"') == 1


def test_the_month_before_stands_beside(tmp_path: Path) -> None:
    html = page(
        tmp_path,
        previous=PreviousRun(date(2024, 8, 1), (PolicyCounts("dibao", 0, 0, 0, {"cannot_tell": 9}),)),
    )
    assert "上次核查 2024-08-01" in words(html)
    found = rows(html)
    assert found["享受不符（错保）"] == ["0", "1", "+1", "0", "1", "1"]
    assert found["无法判定"] == ["9", "4", "-5", "0", "0", "0"]


def test_files_are_named_with_rows_and_the_head_of_their_digest(tmp_path: Path) -> None:
    text = words(page(tmp_path))
    assert "households.xlsx" in text
    assert "9f2c9f2c9f2c" in text
    assert "9f2c9f2c9f2c9" not in text


def test_a_policy_that_decided_nobody_has_an_outline_for_a_bar(tmp_path: Path) -> None:
    html = page(tmp_path, policies=(PolicyCounts("dibao", 0, 0, 0),))
    assert 'class="none"' in html


def test_a_county_without_findings_says_so_in_words(tmp_path: Path) -> None:
    text = words(page(tmp_path, [], alerts=[], checks=[], indicators=[]))
    assert "各村都没有需要核实的条目。" in text
    assert "没有因缺情况而无法判定的。" in text
    assert "预警 没有发现。" in text
    assert "规则里没有指标。" in text


def test_numbers_as_keys_and_repeated_words_as_dictionaries_read_the_same(tmp_path: Path) -> None:
    results = write_run(tmp_path)
    path = tmp_path / "findings.parquet"
    table = pq.read_table(path)
    numbers = pa.array([int(number[1:]) for number in table["household_no"].to_pylist()])
    words_of = {name: table[name].dictionary_encode() for name in ("policy", "finding", "status", "change")}
    for name, column in {**words_of, "household_no": numbers}.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, path)
    by_number = Names({key[1:]: value for key, value in NAMES.households.items()}, NAMES.persons)
    html = write_summary(results, by_number, TITLES, tmp_path).read_text("utf-8")
    assert rows(html)["河湾村丰乐镇"] == ["0.60", "3 条", "500 户"]


# Charts


def test_a_bar_is_as_long_as_its_numbers() -> None:
    svg = stacked_bar([Part(1, "yes", "符合"), Part(3, "no", "不符合"), Part(0, "unsure", "无法判定")], width=200)
    assert re.findall(r'width="(\d+\.\d+)"', svg) == ["50.00", "150.00"]
    assert "<title>符合 1，不符合 3，无法判定 0</title>" in svg


def test_a_small_part_stays_visible_and_the_bar_keeps_its_length() -> None:
    svg = stacked_bar([Part(1, "yes", "a"), Part(10**6, "no", "b")], width=240)
    sizes = [float(size) for size in re.findall(r'width="(\d+\.\d+)"', svg)]
    assert sizes[0] > 0.9
    assert sum(sizes) == pytest.approx(240)


def test_a_scale_without_a_largest_value_draws_nothing() -> None:
    assert 'class="bar" width="0.00"' in bar(0, 0, "x")


def test_many_figures_that_no_document_prints_are_folded_away_and_the_printed_ones_are_not() -> None:
    def row(number: int, stated: str | None) -> dict[str, object]:
        return {
            "indicator": f"i{number}", "area": "", "area_name": "", "period": "2026-10", "numerator": number,
            "denominator": None, "value": number, "unit": "户", "title_zh": f"指标{number}", "stated": stated,
        }  # fmt: skip

    def shown(rows: list[dict[str, object]]) -> str:
        return indicators_section(Figures({}, [], 0, None, None, None, rows), RunTitles())

    many = shown([row(1, "1"), *(row(number, None) for number in range(2, 60))])
    assert "其他指标 58 项" in many
    assert many.index("指标1<") < many.index("<details>") < many.index("指标59")
    assert "全部指标 58 项" in shown([row(number, None) for number in range(2, 60)])
    assert "<details>" not in shown([row(number, None) for number in range(2, 30)])
