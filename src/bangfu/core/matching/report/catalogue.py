"""What the report calls things: the bureaus' tables, their columns, and the facts that come of them.

One table for the report, the authorisation register and the query lists. Tables of a county's own rulebook that
are not listed here keep their identifier, or the label that the cross-check wrote for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from bangfu.core.rulebook.model import Label
from bangfu.core.values.money import format_yuan
from bangfu.core.values.text import half_width, label_key, mask


@dataclass(frozen=True, slots=True)
class Source:
    """A bureau's table: what it is called, who can supply it, and by which other words a register names it."""

    label: Label
    bureau: Label
    also: tuple[str, ...] = ()


TABLES: dict[str, Source] = {
    "deaths": Source(
        Label("死亡登记", "deaths"), Label("民政、公安、卫健", "civil affairs, police, health"), ("死亡",)
    ),
    "custody": Source(Label("服刑羁押", "custody"), Label("司法行政、公安", "justice, police"), ("服刑", "羁押")),
    "vehicles": Source(
        Label("机动车登记", "vehicles"), Label("公安交管", "traffic police"), ("车辆", "机动车", "车辆登记")
    ),
    "real_estate": Source(
        Label("不动产登记", "real estate"),
        Label("自然资源、住建", "natural resources, housing"),
        ("不动产", "房产", "房屋", "住房", "房产登记"),
    ),
    "financial_assets": Source(
        Label("金融资产", "financial assets"),
        Label("银行业金融机构", "banks"),
        ("存款", "银行存款", "金融", "bank_balances"),
    ),
    "business_registrations": Source(
        Label("市场主体登记", "business registrations"),
        Label("市场监管", "market regulation"),
        ("工商登记", "工商", "市场主体", "企业登记"),
    ),
    "payroll": Source(Label("工资发放", "payroll"), Label("财政", "finance"), ("工资", "财政供养")),
    "tax": Source(Label("个人所得税", "income tax"), Label("税务", "tax"), ("个税", "税务", "纳税")),
    "pensions": Source(Label("养老金发放", "pensions"), Label("人社（社保）", "social security"), ("养老金", "社保")),
    "medical_settlements": Source(
        Label("医疗费用结算", "medical settlements"), Label("医保", "medical insurance"), ("医疗费用", "医疗结算")
    ),
    "insurance_enrolment": Source(
        Label("参保登记", "insurance enrolment"), Label("医保", "medical insurance"), ("参保", "医保参保")
    ),
    "disability_certificates": Source(
        Label("残疾人证", "disability certificates"), Label("残联", "disabled persons' federation"), ("残疾",)
    ),
    "school_enrolment": Source(Label("学籍", "school enrolment"), Label("教育", "education"), ("在校", "入学")),
    "dropouts": Source(Label("辍学名单", "dropouts"), Label("教育", "education"), ("辍学",)),
    "dangerous_housing": Source(Label("危房名单", "dangerous housing"), Label("住建", "housing"), ("危房",)),
    "water_tests": Source(Label("饮水检测", "water tests"), Label("水利", "water"), ("饮水",)),
    "disasters": Source(Label("受灾名单", "disasters"), Label("应急管理", "emergency management"), ("受灾",)),
}

_EVERYTHING = frozenset(map(label_key, ("全部", "所有", "全部来源", "所有来源", "不限", "all", "*")))
_WORDS = {
    label_key(word): table
    for table, source in TABLES.items()
    for word in (table, source.label.zh, source.label.en, *source.also)
}


def table_of(word: str) -> str:
    """The table that a word names (`车辆` → `vehicles`); the word itself, normalised, where no table is known by it."""
    key = label_key(word)
    return _WORDS.get(key, key)


def names_everything(word: str) -> bool:
    """True for 全部, 所有, all."""
    return label_key(word) in _EVERYTHING


NO_UNIT, NONE = Label(), Label("无", "none")


@dataclass(frozen=True, slots=True)
class FactWords:
    """A fact: its label, how its values read (`kind`), and the tables that can supply it, the usual one first.

    `kind` is count, money (fen), area (square metres), boolean, date, grade, disability (GB/T 26341) or text. `none`
    is what an answer of "none" says: no row in a file that covers the household.
    """

    label: Label
    kind: str
    tables: tuple[str, ...]
    unit: Label = NO_UNIT
    none: Label = NONE


_YUAN, _MONTHLY, _YEARLY = Label("元", "yuan"), Label("元/月", "yuan a month"), Label("元/年", "yuan a year")
_WAGE = FactWords(Label("月工资", "monthly wage"), "money", ("payroll", "tax"), _MONTHLY)
_PENSION = FactWords(Label("月养老金", "monthly pension"), "money", ("pensions",), _MONTHLY)
_SELF_PAID = FactWords(
    Label("医疗自付费用", "medical cost paid by oneself"), "money", ("medical_settlements",), _YEARLY
)
_IN_SCOPE = FactWords(
    Label("政策范围内自付医疗费用", "in-scope medical cost out of pocket"), "money", ("medical_settlements",), _YEARLY
)
_NO, _NOT = Label("否", "no"), Label("未登记", "not registered")

HOUSEHOLD_FACTS: dict[str, FactWords] = {
    "vehicle_count": FactWords(Label("机动车数量", "vehicles"), "count", ("vehicles",), Label("辆", "")),
    "vehicle_value": FactWords(Label("机动车估值", "value of vehicles"), "money", ("vehicles",), _YUAN),
    "property_count": FactWords(Label("房产数量", "properties"), "count", ("real_estate",), Label("处", "")),
    "property_area_m2": FactWords(
        Label("房产建筑面积", "area of properties"), "area", ("real_estate",), Label("平方米", "m²")
    ),
    "financial_assets": FactWords(Label("金融资产", "financial assets"), "money", ("financial_assets",), _YUAN),
    "company_count": FactWords(
        Label("市场主体数量", "registered businesses"), "count", ("business_registrations",), Label("个", "")
    ),
    "business_capital": FactWords(Label("注册资本", "registered capital"), "money", ("business_registrations",), _YUAN),
    "monthly_wage": _WAGE,
    "monthly_pension": _PENSION,
    "self_paid_medical": _SELF_PAID,
    "in_scope_oop": _IN_SCOPE,
}
PERSON_FACTS: dict[str, FactWords] = {
    "deceased": FactWords(Label("死亡登记", "registered as deceased"), "boolean", ("deaths",), none=_NOT),
    "died_on": FactWords(Label("死亡日期", "date of death"), "date", ("deaths",)),
    "in_custody": FactWords(Label("服刑羁押", "in custody"), "boolean", ("custody",), none=_NO),
    "monthly_wage": _WAGE,
    "monthly_pension": _PENSION,
    "self_paid_medical": _SELF_PAID,
    "in_scope_oop": _IN_SCOPE,
    "insured": FactWords(
        Label("参加基本医疗保险", "enrolled in medical insurance"), "boolean", ("insurance_enrolment",), none=_NO
    ),
    "enrolled": FactWords(Label("在校就读", "enrolled at a school"), "boolean", ("school_enrolment",), none=_NO),
    "dropped_out": FactWords(Label("辍学登记", "registered as a dropout"), "boolean", ("dropouts",), none=_NOT),
    "disability_kind": FactWords(Label("残疾类别", "kind of disability"), "disability", ("disability_certificates",)),
    "disability_grade": FactWords(Label("残疾等级", "grade of disability"), "grade", ("disability_certificates",)),
}
MONEY = frozenset(
    name for facts in (HOUSEHOLD_FACTS, PERSON_FACTS) for name, words in facts.items() if words.kind == "money"
)
DISABILITY_KINDS = {
    "1": Label("视力残疾", "visual"),
    "2": Label("听力残疾", "hearing"),
    "3": Label("言语残疾", "speech"),
    "4": Label("肢体残疾", "physical"),
    "5": Label("智力残疾", "intellectual"),
    "6": Label("精神残疾", "mental"),
    "7": Label("多重残疾", "multiple"),
}
"""GB/T 26341, where a file carries the number rather than the label."""

_DATE, _TEXT = "date", "text"
COLUMNS: dict[str, tuple[Label, str]] = {
    "died_on": (Label("死亡日期", "died on"), _DATE),
    "from": (Label("开始日期", "from"), _DATE),
    "to": (Label("结束日期", "to"), _DATE),
    "plate": (Label("号牌号码", "plate"), _TEXT),
    "kind": (Label("类别", "kind"), _TEXT),
    "value": (Label("估值（元）", "value (yuan)"), "money"),
    "registered_on": (Label("登记日期", "registered on"), _DATE),
    "use": (Label("用途", "use"), _TEXT),
    "area_m2": (Label("建筑面积（平方米）", "area (m²)"), "area"),
    "balance": (Label("余额（元）", "balance (yuan)"), "money"),
    "as_of": (Label("截止日期", "as of"), _DATE),
    "company": (Label("企业名称", "company"), _TEXT),
    "role": (Label("担任职务", "role"), _TEXT),
    "capital": (Label("注册资本（元）", "capital (yuan)"), "money"),
    "status": (Label("登记状态", "status"), _TEXT),
    "employer": (Label("工作单位", "employer"), _TEXT),
    "monthly_wage": (Label("月工资（元）", "monthly wage (yuan)"), "money"),
    "month": (Label("月份", "month"), _TEXT),
    "monthly_amount": (Label("月发放金额（元）", "monthly amount (yuan)"), "money"),
    "admitted_on": (Label("入院日期", "admitted on"), _DATE),
    "hospital_level": (Label("医院级别", "level of hospital"), _TEXT),
    "in_county": (Label("县内", "in the county"), "boolean"),
    "referred": (Label("规范转诊", "referred"), "boolean"),
    "total": (Label("总费用（元）", "total (yuan)"), "money"),
    "in_scope": (Label("政策范围内费用（元）", "in scope (yuan)"), "money"),
    "basic_paid": (Label("基本医保支付（元）", "paid by basic insurance (yuan)"), "money"),
    "major_paid": (Label("大病保险支付（元）", "paid by critical-illness insurance (yuan)"), "money"),
    "aid_paid": (Label("医疗救助支付（元）", "paid by medical assistance (yuan)"), "money"),
    "year": (Label("年度", "year"), _TEXT),
    "paid": (Label("已缴费", "paid"), "boolean"),
    "certificate_number": (Label("残疾人证号", "certificate number"), "number"),
    "grade": (Label("等级（年级）", "grade"), _TEXT),
    "valid_to": (Label("有效期至", "valid to"), _DATE),
    "school": (Label("学校名称", "school"), _TEXT),
    "stage": (Label("学段", "stage"), _TEXT),
    "term": (Label("学期", "term"), _TEXT),
    "reason": (Label("原因", "reason"), _TEXT),
}
"""Columns of bureau rows: label, and kind as in FactWords; `number` is always masked."""


def shareable(value: object) -> object:
    """A value as JSON can carry it: dates and decimals as text, and no text with a whole ID number in it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return hidden(value, every=True) if isinstance(value, str) else value


def said(value: object, kind: str, unit: Label = NO_UNIT) -> Label:
    """A value in words, in both languages: 1200000 fen → 12,000.00 元; True → 是. Raises nothing."""
    if value is None:
        return Label("未写明", "not stated")
    if isinstance(value, bool) or kind == "boolean":
        return Label("是", "yes") if value in (True, "True", "true") else Label("否", "no")
    text = str(value)
    if kind == "money" and _whole(text):
        text = format_yuan(int(text))
    elif kind == "area":
        text = _plain_decimal(text)
    elif kind == "count" and _whole(text):
        text = f"{int(text):,}"
    elif kind == "grade" and _whole(text):
        return Label(f"{text}级", f"grade {text}")
    elif kind == "disability" and text in DISABILITY_KINDS:
        return DISABILITY_KINDS[text]
    else:
        text = hidden(text, every=True)
    return Label(f"{text} {unit.zh}".strip(), f"{text} {unit.en}".strip())


def _whole(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def _plain_decimal(text: str) -> str:
    """89.500000 → 89.5."""
    try:
        return f"{Decimal(text).normalize():,f}"
    except InvalidOperation:
        return text


_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PERSONAL = re.compile(
    rf"(?<!\d)(?:\d{{6}} ?(?:19|20)\d{{2}}{_DAY} ?\d{{3}}[\dXx](?:[1-7][1-4](?:B\d)?)?"
    rf"|\d{{8}}{_DAY}\d{{3}}|1[3-9]\d{{9}})(?!\d)"
)
_LONG = re.compile(r"(?<!\d)(?:\d{14,21}[\dXx]|\d{4}(?:[ -]\d{4}){2,3}[ -]\d{2,4}[\dXx]?|1[3-9]\d{9})(?!\d)")


def hidden(text: str, *, every: bool = False) -> str:
    """The text with ID numbers (their digits hold a day of birth), certificate numbers and mobile phones masked.

    `every`: any long number, as in what a bureau sent; else numbers of papers and households stay readable.
    """
    narrow = half_width(text)
    for pattern in (_PERSONAL, _LONG)[: 2 if every else 1]:
        if pattern.search(narrow):
            text = narrow = pattern.sub(lambda found: mask(found[0]), narrow)
    return text
