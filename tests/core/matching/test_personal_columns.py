"""Which columns may not travel beside tokens: by title and by what stands in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.demo.layout import BUREAU
from bangfu.core.matching.rows import read_days
from bangfu.core.matching.tokens.personal import REASONS, owners, personal_text, personal_title, personal_values
from bangfu.core.rulebook.loader import load
from tests.core.support.made_numbers import DAYS, NUMBERS, made_number

ROOT = Path(__file__).parents[3]
BORN = date(1990, 3, 7)
NUMBER = made_number(BORN, 112)
KEPT = [
    "死亡日期", "收监日期 释放日期", "车辆类型 估值 登记日期", "用途 建筑面积 登记日期", "余额 截止日期",
    "企业名称 担任职务 注册资本 登记状态", "工作单位 月工资 月份", "养老金类别 月发放金额",
    "入院日期 医院级别 是否县内 总费用 医疗救助支付", "残疾类别 残疾等级 有效期至", "学校名称 学段 年级 学期", "辍学原因",
    "与户主关系 户编号 人编号 行政村代码 账户余额 账户类型 性别 民族 年龄 申请人数 慢性病卡号 一卡通发放金额",
    "company_name school household_no account_balance grade",
]  # fmt: skip


def judged(*texts: str | None, names: Any = None, births: Any = None) -> Any:
    column = pa.chunked_array([pa.array(texts, pa.string())])
    born = read_days(pa.array(births or [None] * len(texts), pa.date32()))
    return personal_values(column, owners(pa.array(names or [None] * len(texts), pa.string()), born))


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("身份证号", "id"), ("配偶证件号码", "id"), ("证件类型", "id"), ("残疾人证号", "id"), ("社会保障卡号", "id"),
        ("个人编号", "id"), ("学籍号", "id"), ("GMSFHM", "id"), ("certificate_number", "id"), ("身份证号*（必填）", "id"),
        ("户主姓名", "name"), ("户主", "name"), ("监护人", "name"), ("法定代表人", "name"), ("车主", "name"), ("xm", "name"),
        ("出生年月", "birth"), ("生日", "birth"), ("csrq", "birth"), ("联系电话", "phone"), ("手 机", "phone"),
        ("lxdh", "phone"), ("邮箱", "phone"), ("家庭住址", "address"), ("房屋坐落", "address"), ("户籍所在地", "address"),
        ("不动产单元号", "address"), ("银行账号", "account"), ("开户行", "account"), ("账户", "account"), ("号牌号码", "vehicle"),
    ],
)  # fmt: skip
def test_a_title_that_says_who_or_where_is_known(title: str, reason: str) -> None:
    assert personal_title(title) == reason


@pytest.mark.parametrize("title", " ".join(KEPT).split())
def test_a_title_of_a_fact_travels(title: str) -> None:
    assert personal_title(title) == ""


def test_what_the_national_rulebook_calls_personal_is_known_by_every_title() -> None:
    facts = [fact for fact in load(ROOT / "rulebook" / "cn", cases=False).facts.values() if fact.personal]
    titles = {title for fact in facts for title in (fact.column, *fact.headers)}
    assert len(titles) > 10
    assert sorted(title for title in titles if not personal_title(title)) == []


def test_of_the_demo_countys_bureau_files_only_identities_are_taken_out() -> None:
    taken = {title for columns in BUREAU.values() for title in columns if personal_title(title)}
    assert taken == {"证件号码", "姓名", "出生日期", "残疾人证号", "号牌号码"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (NUMBER, "number"), (f"配偶{NUMBER}", "number"), (f"No.{NUMBER}", "number"), (f".{NUMBER}", "number"), ("Tel.13800001234", "contact"), (f"{NUMBER}43B1", "number"), ("99010119900307112x", "number"),
        ("990101 19900307 1123", "number"), ("9901-0119-9003-0711-23", "number"), ("９９０１０１１９９００３０７１１２３", "number"),
        ("990101900307112", "number"), ("6222021234567890123", "number"), ("6222 0212 3456 7890", "number"),
        ("13800001234", "contact"), ("电话：138 0000 1234。", "contact"), ("+8613800001234", "contact"), ("13800001234.0", "contact"),
        ("１３８００００１２３４", "contact"), ("138-0000-1234", "contact"), ("0550-6123456", "contact"), ("a.b@example.cn", "contact"),
    ],
)  # fmt: skip
def test_a_value_that_gives_somebody_away_takes_out_its_column(text: str, reason: str) -> None:
    assert judged("正常", None, text, text) == (reason, 2)


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01 2027-09-01", "2019-04-12—2029-04-12", "2019-04-12 10:20:30", "123,456,789.12", "0.30000000000000004",
        "12.300000000000001", "990101101001", "91341225MA2N12345X", "2026年秋季", "小型汽车", "138000012", "100", "",
    ],
)  # fmt: skip
def test_dates_amounts_and_codes_of_areas_travel(text: str) -> None:
    assert judged(text) is None


@settings(max_examples=200, deadline=None)
@given(NUMBERS, st.text("张见（）备注：，。 ", max_size=8), st.sampled_from(["{}", "{} ", "'{}", "{}42", "({})"]))
def test_no_well_formed_number_stays_in_any_text_around_it(number: str, before: str, how: str) -> None:
    found = judged(before + how.format(number))
    assert found is not None
    assert found.__class__ is tuple
    assert found[0] == "number"


def test_a_column_with_the_persons_own_name_is_taken_out() -> None:
    names = ["张三", "李四", "欧阳 娜"]
    assert judged("张三百货店", "四方商行", None, names=names) == ("own_name", 1)
    assert judged("x", "y", "欧阳娜之女", names=names) == ("own_name", 1)
    assert judged("李四车行", "张三饭店", "x", names=names) is None  # somebody else's name in one's row is not seen
    assert judged("张", "王", None, names=["张", "王", None]) is None


def test_a_column_of_birth_dates_is_known_by_agreeing_with_the_numbers() -> None:
    births = [BORN, date(1985, 1, 2), date(1970, 5, 6)]
    assert judged("1990/3/7", "1985-01-02", "2001-01-01", births=births) == ("own_birth", 2)
    assert judged("1990-03-07", "2020-01-02", "2020-01-01", births=births) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=10))
def test_a_column_is_not_a_birth_date_where_no_birth_is_known(days: list[date]) -> None:
    assert judged(*map(str, days)) is None


@pytest.mark.parametrize(
    "text", [NUMBER, f"名单_{NUMBER}.xlsx", "13800001234", "990101 19900307 1123".replace("1123", NUMBER[14:])]
)
def test_a_number_in_a_short_text_is_seen(text: str) -> None:
    assert personal_text(text)


@pytest.mark.parametrize(
    "text", ["低保复核 2026-09", "授权〔2026〕第15号", "deaths.csv", "990101199003071120" if NUMBER[17] != "0" else "1"]
)
def test_an_ordinary_text_is_not_personal(text: str) -> None:
    assert not personal_text(text)


def test_a_number_that_only_looks_like_a_phone_may_be_an_authorisation() -> None:
    assert personal_text("15820260001")
    assert not personal_text("15820260001", phones=False)
    assert personal_text(NUMBER, phones=False)


def test_every_reason_has_its_words_in_both_languages() -> None:
    assert all(zh and en.isascii() for zh, en in REASONS.values())
