"""What officials write beside what they do stays in the log for ever: no personal number gets in."""

from __future__ import annotations

import pytest

from bangfu.office.pages.free_text import checked, problem_of
from bangfu.office.pages.refusals import Invalid

NUMBERS = "请不要在文字中写证件号码、电话或账号"


@pytest.mark.parametrize(
    "text",
    ["身份证990101197503080012", "证号99010119750308001X的户", "旧证990101750308001", "打13800138000核实", "账号6217001234567890123"],
)  # fmt: skip
def test_a_personal_number_is_refused(text):
    assert problem_of(text) == NUMBERS
    with pytest.raises(Invalid) as refused:
        checked(text, "reason")
    assert refused.value.errors == {"reason": NUMBERS}


@pytest.mark.parametrize(
    "text", ["县府发〔2026〕12号", "并入户9901011012010001", "2026-11-25 入户", "村代码990101101201"]
)
def test_numbers_of_papers_households_days_and_areas_are_not(text):
    assert checked(f"  {text}  ", "reason") == text


def test_an_empty_or_endless_text_is_refused_where_it_is_needed():
    assert (problem_of("  "), problem_of("字" * 201)) == ("请写明理由", "最多 200 字")
    assert problem_of("", needed=False) == ""
