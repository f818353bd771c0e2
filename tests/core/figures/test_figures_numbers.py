"""Numbers of official prose: what is one, with which unit, how exact; what only looks like one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.figures.check import check_text
from bangfu.core.figures.numbers import chinese_number, figures_of
from bangfu.core.figures.text import text_of


def read(text: str) -> list[tuple[str, Decimal, str, str]]:
    even = text_of(text).even
    return [(even[f.start : f.end], f.value, f.kind, f.approximate) for f in figures_of(even)]


@pytest.mark.parametrize(
    "text",
    [
        "2020年10月17日", "10月14日-10月17日", "二〇二〇年", "2016.01.01-2016.09.12", "第28个", "第三，", "川府函〔2013〕75号",
        "G220国道", "“54321”机制", "“1+17”方案", "351.180政策", "《2021年200户改造方案》", "一户一策", "一是抓落实", "5·12地震",
        "13900001111", "0558-6712345", "1-6级残疾军人", "70岁以上", "一等奖",
    ],
)  # fmt: skip
def test_dates_ordinals_titles_codes_and_idioms_are_no_figures(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "value", "kind", "approximate"),
    [
        ("1239户", 1239, "户", ""),
        ("1,239户", 1239, "户", ""),
        ("１２３９户", 1239, "户", ""),
        ("1 239 户", 1239, "户", ""),
        ("三百二十户", 320, "户", ""),
        ("两万三千人", 23000, "人", ""),
        ("9928名", 9928, "人", ""),
        ("300余人次", 300, "人次", "more"),
        ("近500户", 500, "户", "less"),
        ("签约3102人", 3102, "人", ""),
        ("约3102人", 3102, "人", "about"),
        ("1.478亿元", 147_800_000, "元", ""),
        ("35万余元", 350_000, "元", "more"),
        ("10万余本", 100_000, "本", "more"),
        ("5万2千元", 52_000, "元", ""),
        ("百分之十一点四", Decimal("11.4"), "%", ""),
        ("0.5个百分点", Decimal("0.5"), "百分点", ""),
        ("12.6兆瓦", 12600, "kw", ""),
        ("300千瓦", 300, "kw", ""),
        ("50%以上", 50, "%", "more"),
    ],
)
def test_a_figure_has_value_unit_and_whether_it_is_exact(text: str, value: object, kind: str, approximate: str) -> None:
    ((shown, found, unit, words),) = read(text)
    assert (found, unit, words) == (value, kind, approximate)
    assert shown.endswith(text_of(text).even[-1])


def spoken(number: int) -> str:
    """A number below 10,000 as it is said: an independent way to write it."""
    digits, names = str(number), ["", "十", "百", "千"]
    said = ""
    for place, digit in enumerate(digits):
        power = len(digits) - 1 - place
        if digit != "0":
            said += "零一二三四五六七八九"[int(digit)] + names[power]
        elif said and not said.endswith("零") and digits[place:].strip("0"):
            said += "零"
    return said


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_a_chinese_number_is_read_as_it_is_said(number: int, high: int) -> None:
    assert chinese_number(spoken(number)) == number
    assert chinese_number(f"{spoken(high)}万{spoken(number)}") == high * 10_000 + number


def test_a_row_of_chinese_digits_is_no_count() -> None:
    assert chinese_number("二〇二〇") is None


_SENTENCE = "全乡共有脱贫户412户1350人，其中低保户120户380人、一般户292户970人，占比29.1%。"


@given(st.lists(st.integers(0, len(_SENTENCE)), max_size=6), st.sampled_from([" ", "\u3000", "\u200b", "\t\u200b"]))
def test_offsets_name_the_quote_whatever_spaces_a_text_carries(places: list[int], space: str) -> None:
    text = _SENTENCE
    for place in sorted(places, reverse=True):
        text = text[:place] + space + text[place:]
    for finding in check_text(text):
        assert text[finding.start : finding.end] == finding.quote


@given(st.text(alphabet="共有其中占比由降至、，。：；（）“”%户人元万亿0123456789一二三第年月日", max_size=80))
def test_no_text_stops_the_checker(text: str) -> None:
    for finding in check_text(text):
        assert text[finding.start : finding.end] == finding.quote


SOURCES = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "texts").glob("*.txt"))]


@given(st.data())
def test_no_damage_to_a_real_text_stops_the_checker(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(SOURCES))
    start = data.draw(st.integers(0, max(0, len(source) - 200)))
    text = source[start : start + 200]
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(text)))
        text = (
            text[:place]
            + data.draw(st.sampled_from(["", "0", "、", "“", ")", "户", "%", "其中", "\n"]))
            + text[place + 1 :]
        )
    for finding in check_text(text):
        assert text[finding.start : finding.end] == finding.quote
