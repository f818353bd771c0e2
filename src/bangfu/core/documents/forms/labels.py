"""Words of forms that carry no figure: what a label column names, totals, notes, units, the lines around a table."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from bangfu.core.values.text import half_width

_SPACE = re.compile(r"\s+")
_NAMED = r"(名称|名|别)?"
_ROLES = (
    ("serial", r"序号|序|编号|no\.?|顺序号|行号|行次|次序"),
    ("code", r"(行政村|村|乡镇|县|地区|区划|行政区划|单位)?(代码|编码)"),
    (
        "township",
        r"(所在|所属)?(乡镇|乡\(镇\)|乡\(镇、?街道\)|乡镇\(街道\)|镇|镇\(乡\)|街道|乡|镇街|乡镇名称|乡镇名|"
        rf"镇\(街道\)|乡\(镇\)名称|乡镇、?街道|镇乡){_NAMED}",
    ),
    (
        "village",
        r"(所在|所属)?(行政村|村|村\(社区\)|村\(居\)|村居|村社区|村、?社区|村名|村别|行政村\(社区\)|村委会|村级|"
        rf"自然村\(行政村\)|村/社区|社区){_NAMED}",
    ),
    ("county", rf"(县|县\(市、?区\)|县市区|县区|区县|县名|县\(区\)){_NAMED}"),
    (
        "area",
        r"单位|单位名称|地区|区域|填报单位|名称|地方|行政区划|行政区|村镇|乡村|镇村|乡镇村|乡镇/村|地名|统计单位|项目单位",
    ),
    (
        "item",
        r"项目|指标|指标名称|指标项目|项目名称|内容|类别|类型|统计项目|统计指标|名目|统计内容|分类|项目/单位|人员类别|"
        r"群体类别|群体|对象类别",
    ),
    ("group", r"村组|组别|组名|所在组|村民小组名称|村民组名称"),
    ("measured", r"计量单位|计算单位"),
    ("note", r"备注|说明|备考|附注"),
    ("head", r"户主|户主姓名|户主名|户主名字"),
    (
        "person",
        r"姓名|家庭成员姓名|成员姓名|人员姓名|对象姓名|学生姓名|老人姓名|残疾人姓名|监测对象姓名|被救助人姓名|申请人姓名|"
        r"享受人姓名",
    ),
)
_ROLE = tuple((role, re.compile(rf"(?:{pattern})$")) for role, pattern in _ROLES)
_TOTAL = re.compile(r"(?:全?[县市区乡镇村街道]{1,3}|本页|[一-鿿]{0,6})?(?:合计|总计|共计|累计合计)(?:[\(:：].*)?$|^计$")
_SUBTOTAL = re.compile(r"[一-鿿]{0,8}小计(?:[\(:：].*)?$")
_NOTE = re.compile(
    r"^(?:注\d*[:：.、]|注$|备注[:：]|说明[:：]|填表说明|填报说明|填写说明|指标解释|指标说明|附注|\*|※|制表|填表|填报人|填报单位|审核|审批|复核|"
    r"单位负责人|负责人|分管|主管|主要领导|联系人|联系电话|经办人|经办|统计人|校核|签字|领导签字|村\(?社?区?\)?\s*负责人|报送|报表人|包村)"
)
_SURROUNDING = re.compile(
    r"(?:填报|填表|制表|编制|报送|上报|报表|统计)(?:单位|部门|乡镇|村|时间|日期|人)[^:：]{0,12}[:：]|(?:^|\s)(?:单位|日期|时间|截至|截止)[^:：]{0,8}[:：]|"
    r"(?:负责人|审核人|联系电话|经办人|联系人)[^:：]{0,10}[:：]|^截[至止].{2,20}$|^\s*\d{4}\s*年\s*\d*\s*月\s*\d*\s*日?\s*$|^年\s*月\s*日$|^[\(（]?单位[:：]"
)
_UNITS = frozenset(
    [
        "户",
        "人",
        "万元",
        "元",
        "亿元",
        "千元",
        "百元",
        "%",
        "个",
        "亩",
        "人次",
        "户次",
        "次",
        "元/年",
        "元/月",
        "元/人",
        "元/人·年",
        "元/人年",
        "元/人/年",
        "岁",
        "周岁",
        "年",
        "月",
        "个月",
        "公里",
        "千米",
        "平方米",
        "m2",
        "㎡",
        "千瓦",
        "kw",
        "台",
        "座",
        "处",
        "名",
        "村",
        "元/人·月",
        "元/人/月",
        "万元/年",
        "户/人",
    ]
)
_CODES = frozenset("甲乙丙丁戊己庚辛壬癸")


_GROUP_HEADER = re.compile(r"(?:所在)?(?:村民)?小?组(?:名称?|别)?|村民小组|生产队")
_GROUP = re.compile(r"(?:第)?(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[\u4e00-\u9fff]{1,6})(?:村民)?(?:小组|组|队)")


def is_group_header(text: str) -> bool:
    """Whether a header may name villagers' groups."""
    return bool(_GROUP_HEADER.fullmatch(squeezed(text)))


def is_group(text: str) -> bool:
    """Whether a label reads like one group's name: 第1组, 二组, 王庄组."""
    return bool(_GROUP.fullmatch(squeezed(text)))


def squeezed(text: str) -> str:
    """Half-width, without any space or line break."""
    return _SPACE.sub("", half_width(text))


@lru_cache(maxsize=4096)
def label_role(text: str) -> str:
    """What kind of label a header names; "" for one that asks for a figure."""
    key = squeezed(text).casefold()
    for role, pattern in _ROLE:
        if pattern.match(key):
            return role
    return ""


def is_unit(text: str) -> bool:
    """A header that only names a unit: 户, (人), 万元."""
    return squeezed(text).strip("()[]【】单位:：").casefold() in _UNITS


def is_total(text: str) -> bool:
    """合计, 总计, 全镇合计 …; not 小计."""
    return bool(_TOTAL.match(squeezed(text)))


def is_subtotal(text: str) -> bool:
    """小计, 城关镇小计."""
    return bool(_SUBTOTAL.match(squeezed(text)))


def is_note(text: str) -> bool:
    """A line below a table: a note, or who signs."""
    return bool(_NOTE.match(squeezed(text)))


def is_surrounding(text: str) -> bool:
    """A line that says who fills the form in and when."""
    return bool(_SURROUNDING.search(half_width(text)))


def is_placeholder(text: str) -> bool:
    """A row that stands for more rows: …, ……"""
    return bool(text) and not squeezed(text).strip(".…·⋯—-")


def is_code_row(texts: list[str]) -> bool:
    """The row of column numbers under a header: 甲 乙 1 2 3, A B C, (1) (2)=(3)+(4)."""
    if len(texts) < 3:
        return False
    keys = [re.sub(r"=.*$", "", squeezed(text)).strip("()[]①②③④⑤⑥⑦⑧⑨⑩") for text in texts]
    if keys[0] in ("栏次", "列次", "栏号"):
        keys = keys[1:]
    numbers = [int(key) for key in keys if key.isdigit()]
    letters = [key for key in keys if key in _CODES or re.fullmatch(r"[A-Z]", key) or not key]
    if len(numbers) + len(letters) != len(keys):
        return False
    return len(numbers) < 2 or all(b - a == 1 for a, b in itertools.pairwise(numbers))
