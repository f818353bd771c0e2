"""How a row was linked, or why it was not: the codes of `links.parquet`, one table for code, documents and tests."""

from __future__ import annotations

from typing import NamedTuple


class Method(NamedTuple):
    """`linked`: whether rows of this method name a person; `zh`, `en`: what it means, for people."""

    code: str
    linked: bool
    zh: str
    en: str


METHODS: tuple[Method, ...] = (
    Method("id_name", True, "证件号码和姓名一致", "number and name agree"),
    Method(
        "id_name_variant",
        True,
        "证件号码一致，姓名写法不同（同音，或三字以上姓名差一字）",
        "number agrees, the name is written otherwise (by its sound, or one character of three)",
    ),
    Method(
        "id_birth",
        True,
        "证件号码和出生日期一致，一方没有姓名",
        "number and date of birth agree, one side has no name",
    ),
    Method(
        "id_only",
        True,
        "证件号码一致，一方没有姓名，无相反信息",
        "number agrees, one side has no name, nothing contradicts",
    ),
    Method(
        "id_doubtful",
        True,
        "证件号码一致，但姓名不完全相同，须核实",
        "number agrees, the name not quite: a person must look",
    ),
    Method(
        "same_text",
        True,
        "双方登记了同一个有误的证件号码，姓名一致",
        "both sides carry the same wrong number, and the name agrees",
    ),
    Method(
        "number_slip",
        True,
        "证件号码有一处笔误（错、换、多、漏一位），改正后与登记一致",
        "one slip in the number; put right, it is the registered one",
    ),
    Method(
        "number_partly",
        True,
        "证件号码有遮盖或缺损，可见部分与登记一致",
        "part of the number is hidden or lost; what can be seen agrees",
    ),
    Method(
        "name_birth",
        True,
        "没有可用的证件号码，姓名和出生日期一致且唯一",
        "no usable number; name and date of birth agree with one person",
    ),
    Method(
        "name_phone",
        True,
        "没有可用的证件号码和出生日期，姓名和联系电话一致且唯一",
        "no usable number or date of birth; name and telephone agree with one person",
    ),
    Method(
        "other_number",
        True,
        "证件号码是他人的；按姓名和出生日期应为此人，须核实",
        "the number is somebody else's; name and date of birth point to this person",
    ),
    Method(
        "lost_digits",
        True,
        "证件号码末三位为000，疑被表格软件改写；其余各位和姓名与登记一致，须核实",
        "the number ends in 000, as a spreadsheet leaves one; the rest and the name agree: a person must look",
    ),
    Method("token_id", True, "证件号码的密文标识一致", "the tokens of the numbers agree"),
    Method(
        "token_name_birth",
        True,
        "没有证件号码标识，姓名和出生日期的密文标识一致且唯一",
        "no token of a number; the tokens of name and date of birth agree with one person",
    ),
    Method("decision", True, "按以往核实结果", "by an earlier decision of a reviewer"),
    Method(
        "contradicts",
        False,
        "证件号码已登记在他人名下，姓名不同",
        "the number is registered for somebody of another name",
    ),
    Method(
        "two_records",
        False,
        "同一证件号码登记在多条人员记录上",
        "several records of the registry carry the number",
    ),
    Method(
        "several",
        False,
        "有一个或几个可能的人，依据不足，须核实",
        "one person or several may be meant, not surely enough",
    ),
    Method(
        "registry_wrong",
        False,
        "登记簿中有同名同生日而证件号码有误的人，须先更正登记",
        "the registry has somebody of that name and birth with a wrong number: correct the registry first",
    ),
    Method("not_registered", False, "证件号码无误，不在登记簿中", "the number is well-formed and not in the registry"),
    Method(
        "no_candidate",
        False,
        "证件号码不可用，也没有找到相符的人",
        "the number cannot be used and nobody was found who fits",
    ),
    Method("unreadable_row", False, "该行未能读入", "the row could not be read"),
    Method(
        "not_authorised",
        False,
        "该户没有授权查询，未核对此行",
        "the household did not authorise the query: the row was not looked at",
    ),
)

CODES: dict[str, int] = {method.code: number for number, method in enumerate(METHODS)}
"""The small number by which arrays name a method."""
