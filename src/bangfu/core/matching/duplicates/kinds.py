"""The kinds of duplicates and how sure they are: one table for code, workbooks, documents and tests."""

from __future__ import annotations

from typing import NamedTuple

CERTAIN, LIKELY, LOOK = range(3)


class Severity(NamedTuple):
    """How sure a finding is; a smaller number in `SEVERITIES` is surer."""

    code: str
    zh: str
    en: str


SEVERITIES = (
    Severity("certain", "确定", "certain"),
    Severity("likely", "很可能", "likely"),
    Severity("look", "待核实", "to look at"),
)


class Kind(NamedTuple):
    """`sheet` is its name in the workbook; `zh`, `en` say what was found; `check_zh`, `check_en` what to find out."""

    code: str
    sheet: str
    zh: str
    en: str
    check_zh: str
    check_en: str


KINDS: tuple[Kind, ...] = (
    Kind(
        "household_twice",
        "一户登记两次",
        "两户的成员完全相同",
        "two households with the very same members",
        "到村核实是否同一户；是的，确定保留哪一户，并核对待遇是否重复发放。",
        "Find out whether it is one household; if so, which record stays, and whether anything is paid twice.",
    ),
    Kind(
        "household_within",
        "整户含在另一户",
        "一户的全部成员同时登记在另一户",
        "every member of one household stands in another as well",
        "核实是否分户、并户后旧户未注销；确定每个人现在属于哪一户。",
        "Find out whether the old record was left behind when a household split or merged, and where each belongs.",
    ),
    Kind(
        "households_overlap",
        "多人登记在两户",
        "两户有两名以上相同的成员",
        "two households share two or more members",
        "核实这几名成员现在属于哪一户，另一户应减员；核对待遇是否重复。",
        "Find out to which household these members belong; the other should release them.",
    ),
    Kind(
        "same_head",
        "户主及联系方式相同",
        "两户的户主姓名相同，电话、账号或住址也相同",
        "two households whose heads share the name and the telephone, account or address",
        "核实两位户主是否同一人；不是的，更正电话、账号或住址。",
        "Find out whether the two heads are one person; if not, correct telephone, account or address.",
    ),
    Kind(
        "number_two_households",
        "同一人在两户",
        "同一个证件号码和姓名登记在不同的户",
        "one number and name in several households",
        "核实此人现在属于哪一户（如已婚女儿仍在娘家户册），另一户应减员。",
        "Find out to which household the person belongs (a married daughter on her parents' sheet).",
    ),
    Kind(
        "number_in_household",
        "本户登记两次",
        "同一个证件号码和姓名在一户内登记两次",
        "one number and name twice in one household",
        "核实后保留一条记录，户人口数相应更正。",
        "Keep one of the records after verification and correct the number of members.",
    ),
    Kind(
        "number_of_another",
        "一号登记多人",
        "同一个证件号码登记在姓名不同的人名下",
        "one number registered for persons of different names",
        "核对身份证原件：这个号码是谁的，另一人的正确号码是什么；改过姓名的，查户口簿曾用名。",
        "See the documents: whose number it is, what the other's is, or whether a name was changed.",
    ),
    Kind(
        "number_of_many",
        "一号登记很多人",
        "同一个证件号码登记在很多记录上",
        "one number on many records",
        "多半是录入时整列下拉或用了示例号码；逐人核对原件后更正。",
        "Most likely the column was filled down or an example was kept; correct each from the document.",
    ),
    Kind(
        "number_slip",
        "号码相差一处",
        "两条记录的姓名、生日相符，证件号码只差一处笔误",
        "name and birth agree, and one slip separates the two numbers",
        "核对身份证原件，确定正确号码；是同一人的，保留一条。",
        "See the document for the right number; if it is one person, keep one record.",
    ),
    Kind(
        "number_unusable",
        "一方号码不可用",
        "姓名和出生日期相同，至少一方没有可用的证件号码",
        "name and date of birth agree, and one side has no usable number",
        "补正缺失或有误的证件号码；补正后是同一号码的，为同一人。",
        "Supply the missing number; if it is the other's, the records are of one person.",
    ),
    Kind(
        "similar_name",
        "姓名相近",
        "出生日期相同，姓名读音相同或少一字，至少一方号码不可用",
        "one date of birth, names that sound alike, and one side has no usable number",
        "核对身份证原件上的姓名和号码；双胞胎等确为两人的，填“不是同一人”。",
        "See name and number on the documents; twins are two persons: say so.",
    ),
    Kind(
        "two_numbers",
        "两个号码",
        "姓名和出生日期相同，证件号码不同但都有效，另有相符之处",
        "name, birth and something else agree, but the two valid numbers differ",
        "核实是两个同名同生日的人，还是一人有两个号码（重复户口）；后者请公安机关核查。",
        "Find out whether these are two persons or one with two numbers; the police settle the latter.",
    ),
)  # fmt: skip

CODES: dict[str, int] = {kind.code: number for number, kind in enumerate(KINDS)}
"""The small number by which arrays name a kind."""
HOUSEHOLD_KINDS = frozenset(
    CODES[code] for code in ("household_twice", "household_within", "households_overlap", "same_head")
)
NUMBER_KINDS = frozenset(
    CODES[code] for code in ("number_two_households", "number_in_household", "number_of_another", "number_of_many")
)
"""Kinds where one well-formed number stands on several records: they cannot all be right."""

SAME_PERSON, OTHER_PERSON, SAME_HOUSEHOLD, OTHER_HOUSEHOLD = (
    "same_person",
    "not_same_person",
    "same_household",
    "not_same_household",
)
ANSWERS = {
    "同一人": SAME_PERSON,
    "不是同一人": OTHER_PERSON,
    "同一户": SAME_HOUSEHOLD,
    "不是同一户": OTHER_HOUSEHOLD,
}
"""What a reviewer may answer, by the words of the drop-down."""
ACTIONS = ("保留一条", "从一户减员", "合并为一户", "更正号码", "更正其他信息", "无须处理")
"""What will be done about it, by people."""
