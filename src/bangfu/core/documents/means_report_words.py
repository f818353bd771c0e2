"""The report's own words: headings, column titles and standing sentences, in Chinese and English."""

from __future__ import annotations

from bangfu.core.rulebook.model import Label

TITLE = Label("家庭经济状况核对报告", "Household Means-Check Report")
META: dict[str, Label] = {
    "report_no": Label("报告编号", "Report number"),
    "household": Label("户编号", "Household number"),
    "head": Label("户主", "Head of household"),
    "address": Label("住址", "Place"),
    "members": Label("家庭成员", "Members"),
    "purpose": Label("核对用途", "Purpose"),
    "operator": Label("经办", "Operator"),
    "made_on": Label("出具日期", "Made on"),
    "as_of": Label("数据截至", "Data as of"),
    "last_day": Label("有效期至", "Last day of validity"),
}
SECTIONS: dict[str, Label] = {
    "conclusions": Label("核对情况", "What was found"),
    "persons": Label("家庭成员", "Members of the household"),
    "authorisation": Label("授权情况", "Authorisation"),
    "facts": Label("家庭经济状况", "Means of the household"),
    "person_facts": Label("成员情况", "Facts of each member"),
    "conflicts": Label("来源之间不一致", "Where sources disagree"),
    "missing": Label("尚缺的情况和可提供单位", "What is missing, and who can supply it"),
    "sources": Label("各来源查询与反馈", "Source by source: what was asked and what came back"),
    "rows": Label("反馈的记录", "Records that came back"),
    "notes": Label("说明", "Notes"),
}
HEADS: dict[str, Label] = {
    "name": Label("姓名", "Name"),
    "id_number": Label("证件号码", "ID number"),
    "relation": Label("与户主关系", "Relation"),
    "signed": Label("授权", "Authorisation"),
    "number": Label("授权编号", "Number"),
    "valid": Label("签署与有效期", "Signed, and valid"),
    "purpose": Label("授权用途", "Purpose agreed to"),
    "item": Label("事项", "Item"),
    "result": Label("结果", "Result"),
    "source": Label("来源", "Source"),
    "as_of": Label("数据截至", "As of"),
    "note": Label("说明", "Note"),
    "one": Label("一方", "One says"),
    "other": Label("另一方", "The other says"),
    "missing": Label("缺什么", "What is missing"),
    "why": Label("原因", "Why"),
    "who": Label("谁能提供", "Who can supply it"),
    "todo": Label("怎么办", "What to do"),
    "came_back": Label("反馈", "What came back"),
    "covers": Label("覆盖本户", "Covers the household"),
    "received": Label("收到日期", "Received on"),
    "bureau": Label("提供单位", "Asked of"),
    "basis": Label("授权与法律依据", "Authorisation and legal basis"),
    "exchange": Label("交换记录", "Exchange record"),
    "person": Label("成员", "Member"),
    "row": Label("记录", "Record"),
    "content": Label("内容", "Content"),
    "method": Label("认定依据", "How it was linked"),
}
COVERS: dict[str, Label] = {
    "covered": Label("是", "yes"),
    "not_covered": Label("否", "no"),
    "no_manifest": Label("未说明", "not stated"),
}
NOTES: tuple[Label, ...] = (
    Label(
        "“无”只在来源数据覆盖本户时列出，表示在其截止日没有登记；“未知”表示现有数据不能说明，不得当作“无”。",
        "“None” is said only where the source covers the household: nothing was on record on its date. “Unknown” means "
        "that the data cannot tell, and must not be read as none.",
    ),
    Label(
        "待人工核对的记录可能不是本户成员的，其内容不列入本报告。",
        "Records that wait for a person may be somebody else's; their content is not in this report.",
    ),
    Label(
        "金额单位为元。证件号码已遮盖中间各位。本报告含个人信息，只限用于所列用途，不得公示。",
        "Amounts are in yuan. ID numbers are masked. The report holds personal data: for the stated purpose only, "
        "never for public notice.",
    ),
)
NOTHING: dict[str, Label] = {
    "conflicts": Label("没有发现来源之间不一致。", "No disagreement was found between sources."),
    "missing": Label("没有未知的情况。", "Nothing is unknown."),
    "facts": Label("没有列出任何情况。", "No facts are listed."),
    "rows": Label("没有反馈记录。", "No records came back."),
    "persons": Label("登记簿中没有这一户的成员。", "The registry has no members of this household."),
}
SIGN: tuple[Label, ...] = (
    Label("核对单位（盖章）", "Office (seal)"),
    Label("经办人", "Prepared by"),
    Label("审核人", "Reviewed by"),
    Label("日期", "Date"),
)
PAGE = Label("第 {page} 页 共 {total} 页", "Page {page} of {total}")
WORDS: dict[str, Label] = {
    "review": Label("待人工核对，内容不列", "waits for a person; content left out"),
    "until_withdrawn": Label("未写明终止日", "no end written"),
    "not_counted": Label("没有可用的来源，无有效期", "no source that can be used: not valid"),
    "none": Label("—", "—"),
    "persons": Label("{count} 人", "{count}"),
    "oldest": Label("（最早的来源：{source}）", " (oldest source: {source})"),
    "days": Label("（{days} 天；{why}）", " ({days} days; {why})"),
    "signed": Label("{signed} 签署", "signed {signed}"),
    "from": Label("，{start} 起", ", from {start}"),
    "came_back": Label("反馈", "What came back"),
    "basis": Label("查询依据", "On what grounds"),
    "until": Label("，至 {end}", ", last day {end}"),
    "all_closed": Label("以下来源均未查询（{reason}）：{sources}。", "Not asked ({reason}): {sources}."),
    "hash": Label("内容校验码", "Content hash"),
    "row": Label("文件第 {row} 条", "row {row} of the file"),
    "unnamed": Label("编号 {number}", "number {number}"),
    "asked_on": Label("{day} 查询", "asked {day}"),
    "status": Label("报告状态", "Status"),
}
