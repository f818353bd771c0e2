"""What the README of the generated county says, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bangfu.core.demo.plan import EXACT_TOWNSHIP, CountyPlan


def readme(plan: CountyPlan, seed: int, months: Sequence[tuple[str, date]]) -> str:
    """The text of README.txt."""
    folders = "、".join(f"{name}/（截至 {as_of}）" for name, as_of in months)
    english = ", ".join(f"{name}/ (as of {as_of})" for name, as_of in months)
    names = dict(plan.townships)
    exact_zh = f"{names[EXACT_TOWNSHIP]}的户数、人数等与一份公开的乡镇总结一致。\n" if plan.exact else ""
    exact_en = "One township carries the counts of a published township report.\n" if plan.exact else ""
    return (
        "虚构县数据（示例县，行政区划代码 990101 不存在）\n"
        "================================================\n"
        "本文件夹由程序生成，所有姓名、证件号码、电话、账号均为虚构，与任何真实的人和地方无关。\n"
        f"共 {plan.households} 户，随机种子 {seed}；同一种子生成的文件逐字节相同。\n"
        f"{exact_zh}"
        f"{folders}：每月一套户籍导出表（中文表头，含真实文件常见的脏数据），\n"
        "bureau/ 为部门比对文件及其说明（manifest）。\n"
        f"机动车文件不含{names[plan.uncovered]}：该乡镇“没有记录”不等于“没有车”。\n"
        "部门文件每二十行约有一行身份有误（号码错、换、多、漏一位，缺失，遮盖，姓名写法不同，号码与姓名填反……），\n"
        "每五行约有一行是户籍中没有的人；个别行带有别人的证件号码，或与别人同名，不能算到那一户（trap）。\n"
        "truth.parquet：按原因植入的真实情况（漏保、错保、金额不对、有风险、记录有误），用于检验筛查结果；\n"
        "detectable 为 false 的，现有文件看不出来；needs_linking 为 true 的，只按证件号码对应找不到。\n"
        "生成时不读取任何政策规则，也不知道程序怎样对应人员。\n"
        "\n"
        "A synthetic county (area code 990101 does not exist)\n"
        "====================================================\n"
        "Written by a program: every name, ID number, phone and account is invented.\n"
        f"{plan.households} households, seed {seed}; the same seed gives the same bytes.\n"
        f"{exact_en}"
        f"{english}: for each month the registry as exported (Chinese headers, the dirt real files carry)\n"
        "and, in bureau/, the bureaus' files with a manifest each.\n"
        f"The vehicle file does not cover township {plan.uncovered}: there, no row does not mean no car.\n"
        "About one row in twenty of the bureaus' files carries a wrong identity (a digit wrong, crossed, too many\n"
        "or missing, no number, stars, a name written otherwise, number and name exchanged ...), one in five is\n"
        "about somebody who is not registered; a few carry somebody else's number or name and must not be laid at\n"
        "that household's door (trap).\n"
        "truth.parquet: what is really the case, planted by cause (missed, wrongly_paid, wrong_amount,\n"
        "at_risk, bad_record). Where detectable is false, nothing in the files shows it; where needs_linking is true,\n"
        "a join on ID numbers does not find the row that does.\n"
        "No rule was read to write it, nor how rows are linked to people.\n"
    )
