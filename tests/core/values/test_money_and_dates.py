from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.values import area
from bangfu.core.values.dates import parse_date
from bangfu.core.values.money import LIMIT_FEN, NotMoney, format_yuan, parse_yuan, read_yuan
from bangfu.core.values.phone import read_phone
from bangfu.core.values.text import is_blank, label_key, mask, name_key, name_problem, tidy


@pytest.mark.parametrize(
    "text", ["", "无", "1.005", "1,23", "1e", "一百", "12元5角", "--5", "1.2.3", "￥", "NaN", "inf"]
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(NotMoney):
        parse_yuan(text)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50", 123450),
        ("￥50", 5000),
        ("¥50.5", 5050),
        ("50元", 5000),
        ("3.5万元", 3500000),
        ("３．５万", 3500000),
        ("１２３．４５", 12345),
        ("-12.3", -1230),
        ("(12.30)", -1230),
        (".5", 50),
        ("0", 0),
        ("人民币100元整", 10000),
        ("1.2E+05", 12000000),
    ],
)
def test_money_is_read_as_cells_carry_it(text: str, fen: int) -> None:
    assert read_yuan(text).value == fen


def test_more_than_two_decimals_are_rounded_half_up_with_a_note() -> None:
    assert read_yuan("1.005") == (101, "rounded", "")
    assert read_yuan("-1.005") == (-101, "rounded", "")


def test_none_declared_is_zero_but_a_dash_is_missing() -> None:
    assert read_yuan("无") == (0, "declared_zero", "")
    assert [read_yuan(text).value for text in ("/", "-", "—", "", " ")] == [None] * 5


def test_a_header_in_ten_thousand_yuan_counts_for_bare_numbers_only() -> None:
    assert read_yuan("3.5", 10_000).value == 3_500_000
    assert read_yuan("3.5元", 10_000).value == 350


@given(st.integers(-LIMIT_FEN + 1, LIMIT_FEN - 1))
def test_what_is_written_is_read_back(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen


def test_a_sum_beyond_any_registry_is_a_problem() -> None:
    assert read_yuan("9" * 18).problem == "too_large"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2019", "year_only"),
        ("2019年", "year_only"),
        ("2019.1", "ambiguous_month"),
        ("2019-02-30", "impossible"),
        ("20191301", "impossible"),
        ("1201-01-01", "impossible"),
        ("4/12/2019", "not_date"),
        ("去年", "not_date"),
        ("99", "not_date"),
        ("99999", "not_date"),
    ],
)
def test_what_is_no_date_says_why(text: str, problem: str) -> None:
    assert parse_date(text) == (None, "", problem)


@pytest.mark.parametrize(
    ("text", "day", "note"),
    [
        ("2019-04-12", date(2019, 4, 12), ""),
        ("2019/4/2", date(2019, 4, 2), ""),
        ("2019.4.2", date(2019, 4, 2), ""),
        ("2019年4月2日", date(2019, 4, 2), ""),
        ("2019-04-12 08:30:00", date(2019, 4, 12), ""),
        ("2019-04-12T08:30:00+08:00", date(2019, 4, 12), ""),
        ("20190412", date(2019, 4, 12), ""),
        ("20040229.0", date(2004, 2, 29), "float_text"),
        ("2019/4", date(2019, 4, 1), "month_only"),
        ("2019.04", date(2019, 4, 1), "month_only"),
        ("2019-11", date(2019, 11, 1), "month_only"),
        ("201904", date(2019, 4, 1), "month_only"),
        ("2019年4月", date(2019, 4, 1), "month_only"),
        ("43556", date(2019, 4, 1), "excel_serial"),
        ("43556.0", date(2019, 4, 1), "excel_serial"),
        ("２０１９０４１２", date(2019, 4, 12), ""),
        (" 2019-04-12\u3000", date(2019, 4, 12), ""),
    ],
)
def test_dates_are_read_as_they_are_written(text: str, day: date, note: str) -> None:
    assert parse_date(text) == (day, note, "")


@given(st.dates(date(1850, 1, 1), date(2100, 12, 31)))
def test_every_way_of_writing_a_day_means_that_day(day: date) -> None:
    written = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ]
    assert {parse_date(text).value for text in written} == {day}


@given(st.dates(date(1900, 3, 1), date(2099, 12, 31)))
def test_spreadsheet_day_numbers_mean_that_day(day: date) -> None:
    number = (day - date(1899, 12, 30)).days
    if number >= 10_000:
        assert parse_date(str(number)).value == day


@given(st.text(max_size=20))
def test_no_text_breaks_a_reader(text: str) -> None:
    for reading in (parse_date(text), read_yuan(text)):
        assert reading.value is None or not reading.problem
    assert read_phone(text).problem
    assert len(mask(text)) == len(tidy(text))


def test_area_codes_know_their_level_and_parent() -> None:
    assert area.level("341225100201") == "village"
    assert area.parent("341225100201") == "341225100"
    assert area.parent("341225100000") == "341225"
    assert area.parent("34") is None
    assert (area.county("341225100201"), area.township("341225100201")) == ("341225", "341225100")
    assert area.within("341225100201", "341225000000")
    assert not area.within("341226100201", "341225")
    with pytest.raises(area.NotAnArea):
        area.level("34122")
    assert area.read_area_code("341225100201.0") == ("341225100201", "area_repaired", "")
    assert area.read_area_code("3412").value == "3412"
    assert area.read_area_code("34122x").problem == "not_area"


@pytest.mark.parametrize(
    ("raw", "number", "problem"),
    [
        ("13912345678.0", "13912345678", "ok"),
        ("139 1234 5678", "13912345678", "ok"),
        ("１３９１２３４５６７８", "13912345678", "ok"),
        ("+8613912345678", "13912345678", "ok"),
        ("139-1234-5678", "13912345678", "ok"),
        (None, None, "missing"),
        ("无", None, "missing"),
        ("1391234567", None, "malformed"),
        ("11111111111", None, "placeholder"),
        ("0557-1234567", "05571234567", "landline"),
        ("13912345678/13912345679", None, "several"),
        ("1.39123E+10", None, "scientific"),
    ],
)
def test_phones_are_repaired_or_say_what_is_wrong(raw: str | None, number: str | None, problem: str) -> None:
    reading = read_phone(raw)
    assert (reading.number, reading.problem) == (number, problem)


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("张三", False),
        (" 张三 ", False),
        ("阿依古丽·买买提", False),
        ("阿依古丽•买买提", False),
        ("𠮷野", False),
        ("张 三", True),
        ("张三2", True),
        ("张?", True),
        ("Maria Lopez", False),
        ("", None),
        ("/", None),
    ],
)
def test_a_name_with_odd_characters_is_told(name: str, odd: bool | None) -> None:
    assert name_problem(name) is odd


def test_names_and_labels_are_compared_without_their_dirt() -> None:
    assert name_key("阿依•买 ") == name_key("阿依·买")
    assert label_key(" 是否 危房户（必填）\n") == "是否危房户(必填)"
    assert is_blank("　—")
    assert is_blank("NULL")
    assert not is_blank("0")
    assert mask("341225198801011234") == "3412**********1234"
    assert mask("张三丰") == "张**"
