"""Every message of the reader, in Chinese and English, with what to do.

One table for code, documents and tests.
"""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """`zh`/`en` say what was found, `advice_zh`/`advice_en` what to do (empty for most notes)."""

    zh: str
    en: str
    advice_zh: str = ""
    advice_en: str = ""


_FIX_CELL = (
    "请核对后改正该单元格；在此之前按“未知”处理。",
    "Correct the cell; until then it counts as unknown.",
)
_FIX_ROW = ("请改正后重新提交该行；该行未读入。", "Correct the row and submit it again; it was not read.")

_PROBLEMS: dict[str, Message] = {
    "not_integer": Message("“{value}”不是整数", "{value!r} is not a whole number", *_FIX_CELL),
    "not_number": Message("“{value}”不是数字", "{value!r} is not a number", *_FIX_CELL),
    "not_money": Message("“{value}”不是金额", "{value!r} is not an amount of money", *_FIX_CELL),
    "too_large": Message("“{value}”过大", "{value!r} is too large", *_FIX_CELL),
    "not_boolean": Message(
        "“{value}”不是“是/否”", "{value!r} is neither yes nor no", "请填“是”或“否”。", "Write 是 or 否."
    ),
    "not_date": Message(
        "“{value}”不是日期",
        "{value!r} is not a date",
        "请按 2019-04-12 的样式填写。",
        "Write it as 2019-04-12.",
    ),
    "year_only": Message(
        "“{value}”只有年份",
        "{value!r} is a year only",
        "请补上月份，如 2019-04。",
        "Add the month, as 2019-04.",
    ),
    "ambiguous_month": Message(
        "“{value}”可能是1月，也可能是被表格软件去掉末尾0的10月",
        "{value!r} may be January, or October that lost its zero",
        "请改写为 2019-01 或 2019-10 的样式。",
        "Write it as 2019-01 or 2019-10.",
    ),
    "impossible": Message("“{value}”不是日历上的日期", "{value!r} is not in the calendar", *_FIX_CELL),
    "not_in_list": Message(
        "“{value}”不在代码表中；可填：{detail}",
        "{value!r} is not in the code list; it may be: {detail}",
        "请按标签（文字）填写，不要填编号。",
        "Write the label, not a number.",
    ),
    "out_of_range": Message("“{value}”超出范围 {detail}", "{value!r} is outside {detail}", *_FIX_CELL),
    "scientific": Message(
        "“{value}”是科学计数法，末尾数字已丢失",
        "{value!r} is in scientific notation and has lost its last digits",
        "请把该列设为文本格式后重新录入。",
        "Format the column as text and enter the value again.",
    ),
    "merged_number": Message(
        "合并单元格中的数值无法分到各行",
        "a number in a merged cell cannot be given to one of its rows",
        "请取消合并，逐行填写。",
        "Unmerge the cells and fill in each row.",
    ),
    "no_key": Message("缺少“{column}”", "{column} is missing", *_FIX_ROW),
    "duplicate_key": Message(
        "“{column}”重复：{value}（首见于{detail}），保留第一行，本行未读入",
        "{column} {value} occurs twice (first at {detail}); the first row is kept, this one is not read",
        "请核实两行哪一行正确，删去另一行。",
        "Find out which row is right and delete the other.",
    ),
    "duplicated_key": Message(
        "“{column}”重复：{value}（又见于{detail}），保留本行",
        "{column} {value} occurs again at {detail}; this row is kept",
        "请核实两行哪一行正确，删去另一行。",
        "Find out which row is right and delete the other.",
    ),
    "ragged": Message(
        "该行有{value}列，表头有{detail}列",
        "the row has {value} cells, the header {detail}",
        "多半是文字中有逗号或换行而未加引号；该行未读入，请改正。",
        "Most likely a text with a comma or a line break lacks its quotes; the row was not read.",
    ),
    "duplicate_header": Message(
        "列“{column}”出现{value}次，采用第一列",
        "column {column} occurs {value} times; the first is used",
        "请删去多余的列。",
        "Delete the columns that are too many.",
    ),
    "untitled_columns": Message(
        "第{detail}列没有标题，未读入",
        "column {detail} has no title and was not read",
        "如需保留，请补上标题。",
        "Give it a title if it is needed.",
    ),
    "odd_type": Message("该列的数据类型无法识别：{detail}", "the column's type cannot be read: {detail}", *_FIX_CELL),
    "no_manifest": Message(
        "缺少说明文件，不知道本表覆盖哪些地区和时段",
        "there is no manifest: which areas and dates the file covers is not known",
        "请补充 {detail}；在此之前，表中没有的人按“未知”处理，不按“没有”处理。",
        "Add {detail}; until then, whoever is not in the file is unknown, not without.",
    ),
    "bad_manifest": Message(
        "说明文件有误：{detail}",
        "the manifest is malformed: {detail}",
        "请改正；在此之前，表中没有的人按“未知”处理。",
        "Correct it; until then, whoever is not in the file is unknown.",
    ),
    "no_id_column": Message(
        "没有证件号码列，无法对应到人员",
        "there is no column of ID numbers to join by",
        "请来源单位补充“证件号码”列。",
        "Ask the source for the column 证件号码.",
    ),
    "tokens": Message(
        "该文件以密文代替证件号码（或旁边有 {detail}），没有读入",
        "it carries tokens in place of ID numbers (or {detail} lies beside it) and was not read",
        "密文只能用 bangfu match --key FILE 比对；在此之前，表中的人和不在表中的人一律按“未知”处理。"
        "若文件其实是明文，请移走旁边的说明文件。",
        "Tokens are linked by bangfu match --key FILE only; until then whoever is in the file or not is unknown. If "
        "the file is plain after all, move the note away.",
    ),
    "unreadable_table": Message("{detail}", "{detail}", "改正后重新运行。", "Correct it and run again."),
    "bad_id": Message(
        "证件号码“{value}”：{detail}",
        "ID number {value}: {detail}",
        "请核对原件后改正；在此之前该号码不用于比对。",
        "Correct it from the document; until then the number joins nothing.",
    ),
    "contradicts": Message(
        "证件号码{value}已登记在他人名下，姓名不同",
        "ID number {value} is registered for somebody of another name",
        "请与来源单位核对是谁的证件号码；在此之前该行不采用。",
        "Find out with the source whose number it is; until then the row is not used.",
    ),
    "link_review": Message(
        "证件号码“{value}”：{detail}",
        "ID number {value}: it is not certain whom the row is about ({detail})",
        "请用 bangfu match 列出可能的人并核实；在此之前该行不采用，有关的户在本表中按“未知”处理。",
        "List the candidates with bangfu match and decide; until then the row is not used, and of the households "
        "concerned the file says nothing.",
    ),
}

_NOTES: dict[str, Message] = {
    "trimmed": Message("去掉首尾空格和不可见字符（{count}处）", "stray spaces removed ({count})"),
    "key_repaired": Message(
        "编号去掉空格、小数点或全角字符（{count}处）",
        "spaces, decimal point or full-width characters taken off a number ({count})",
    ),
    "rounded": Message("小数位过多，四舍五入（{count}处）", "too many decimals, rounded half up ({count})"),
    "unit": Message("按单位换算（{count}处）", "converted by its unit ({count})"),
    "declared_zero": Message("“无”按申报为零处理（{count}处）", "“无” is a declared zero ({count})"),
    "float_text": Message("去掉多余的“.0”（{count}处）", "a superfluous “.0” removed ({count})"),
    "month_only": Message("只有年月，按当月1日（{count}处）", "month only, read as its first day ({count})"),
    "excel_serial": Message("按表格软件的日期序号换算（{count}处）", "read as a spreadsheet's date number ({count})"),
    "numbered_label": Message("标签前的编号未采用（{count}处）", "the number before the label was ignored ({count})"),
    "merged_filled": Message(
        "合并单元格的值填到各行（{count}处）", "a merged cell's value given to its rows ({count})"
    ),
    "total_row": Message("合计行未读入", "a row of totals was left out"),
    "text_line": Message("文字行未读入：{value}", "a line of text was left out: {value}"),
    "repeated_header": Message("重复的表头未读入", "a repeated header was left out"),
    "title_line": Message("表头之上的文字未读入：{value}", "text above the header was left out: {value}"),
    "hidden_rows": Message("有{count}个隐藏行，已一并读入", "{count} hidden rows were read as well"),
    "hidden_sheet": Message("工作表是隐藏的，已一并读入", "the sheet is hidden; it was read"),
    "other_sheet": Message("工作表未读入：没有所需的表头", "the sheet was not read: it has no such header"),
    "unknown_columns": Message("未采用的列：{detail}", "columns not used: {detail}"),
    "absent_columns": Message("文件中没有的列：{detail}", "columns that the file lacks: {detail}"),
    "two_synonyms": Message("与“{detail}”同义，未采用", "means the same as {detail!r}; not used"),
    "encoding": Message("文件编码为 {detail}", "the file is encoded in {detail}"),
    "id_repaired": Message("证件号码已规范：{detail}（{count}处）", "ID numbers repaired: {detail} ({count})"),
    "linked_by": Message("有{count}行这样对应到人员：{detail}", "{count} rows were linked so: {detail}"),
    "decided": Message("有{count}行按核实人的决定处理", "{count} rows were settled by a reviewer's decision"),
    "decisions_lapsed": Message(
        "有{count}条核实决定已失效，因为登记的人员信息已变",
        "{count} decisions no longer hold, since the person registered is not the same",
        "请重新核实。",
        "Look at them again.",
    ),
    "not_joined": Message("有{count}行未对应到人员：{detail}", "{count} rows were not joined to a person: {detail}"),
    "no_file": Message("文件夹中没有这张表：{detail}", "the folder has no such table: {detail}"),
    "orphans": Message("有{count}行的人员不在人员表中，未能确定户", "{count} rows name a person who is not registered"),
    "facts_under_review": Message(
        "比对结果：{detail}中有待核实的记录可能与{count}户有关，这些户在本表中按“未知”处理",
        "by the cross-check, rows to be looked at may be about members of {count} household(s): of them the table says "
        "nothing",
        "请核实这些记录后重新比对。",
        "Settle these rows and run the cross-check again.",
    ),
    "facts_not_authorised": Message(
        "比对结果：{count}户未授权查询{detail}，其记录不采用，这些户在本表中按“未知”处理",
        "by the cross-check, {count} household(s) did not authorise the query: rows about them are not used, and of "
        "them the table says nothing",
        "请取得授权后重新比对。",
        "Obtain their authorisation and run the cross-check again.",
    ),
    "facts_not_covered": Message(
        "比对结果：{detail}不覆盖{count}户，这些户在本表中按“未知”处理",
        "by the cross-check, the table does not cover {count} household(s): of them it says nothing",
        "请来源单位提供覆盖这些户的数据后重新比对。",
        "Ask the source for data that cover them and run the cross-check again.",
    ),
    "facts_no_manifest": Message(
        "比对结果：{detail}没有可用的说明文件，{count}户在本表中按“未知”处理",
        "by the cross-check, the table came without a manifest: of {count} household(s) it says nothing",
        "请补充说明文件后重新比对。",
        "Add the manifest and run the cross-check again.",
    ),
    "facts_no_file": Message(
        "比对时没有{detail}的文件，{count}户在本表中按“未知”处理",
        "the cross-check had no file of the table: of {count} household(s) it says nothing",
        "请补充文件后重新比对。",
        "Add the file and run the cross-check again.",
    ),
    "facts_unreadable": Message(
        "比对结果中{detail}的覆盖情况“{value}”无法识别，{count}户在本表中按“未知”处理",
        "the cross-check's word for coverage, {value!r}, is not known: of {count} household(s) the table says nothing",
        "请重新比对。",
        "Run the cross-check again.",
    ),
    "html": Message("文件实为网页（HTML）表格，已按表格读入", "the file is really an HTML table; it was read as one"),
    "ending": Message("文件内容是{detail}，与扩展名不符", "the content is {detail}, unlike its ending"),
}

MESSAGES: dict[str, Message] = _PROBLEMS | _NOTES

FILE_ERRORS: dict[str, Message] = {
    "two_files": Message(
        "{file}：同一张表有两个文件（{found}）",
        "{file}: two files for one table ({found})",
        "请只留一个。",
        "Keep one of them.",
    ),
    "no_table": Message(
        "{file}：文件夹中没有这张表。",
        "{file}: the folder has no such table.",
        "请放入 {expected}.csv、.xlsx、.xls 或 .parquet。",
        "Put {expected}.csv, .xlsx, .xls or .parquet there.",
    ),
    "password": Message(
        "{file}：工作簿有密码，无法读取。",
        "{file}: the workbook is protected by a password and cannot be read.",
        "请在表格软件中取消密码（文件→另存为→工具→常规选项），再放回文件夹。",
        "Remove the password in the spreadsheet program (save as, general options) and put the file back.",
    ),
    "not_a_table": Message(
        "{file}：不是可识别的表格（{found}）。",
        "{file}: not a table that can be read ({found}).",
        "请另存为 .xlsx 或 .csv。",
        "Save it as .xlsx or .csv.",
    ),
    "damaged": Message(
        "{file}：文件已损坏，无法读取（{found}）。",
        "{file}: the file is damaged and cannot be read ({found}).",
        "请在表格软件中打开并另存一份。",
        "Open it in the spreadsheet program and save a copy.",
    ),
    "encoding": Message(
        "{file}：既不是 UTF-8 也不是 GB18030 编码（第{found}字节起）。",
        "{file}: neither UTF-8 nor GB18030 (from byte {found}).",
        "请另存为 UTF-8 编码的 CSV。",
        "Save it as CSV in UTF-8.",
    ),
    "no_header": Message(
        "{file}：没有找到表头。应有：{expected}；所见：{found}。",
        "{file}: no header was found. Expected: {expected}; found: {found}.",
        "请检查列名，或把表头放在前{rows}行之内。",
        "Check the column titles, or move the header into the first {rows} rows.",
    ),
    "no_key_column": Message(
        "{file}：表头中没有“{expected}”列；所见：{found}。",
        "{file}: the header has no column {expected}; found: {found}.",
        "没有这一列就不知道每行是谁，请补上。",
        "Without it nobody knows whom a row is about: add it.",
    ),
    "empty_column": Message(
        "{file}：“{column}”列没有一行有内容，无法对应到人员；这不等于“没有匹配”。",
        "{file}: the column {column} is empty in every row, so nothing can be linked; that is not “no matches”.",
        "请来源单位重新导出，或检查列是否放错。",
        "Ask the source to export it again, or check whether the columns are misplaced.",
    ),
    "tokens": Message(
        "{file}：该文件以密文代替证件号码（或旁边有 {note}），这里无法对应到人员；这不等于“没有匹配”。",
        "{file}: it carries tokens in place of ID numbers (or {note} lies beside it), which cannot be linked here; "
        "that is not “no matches”.",
        "请用 bangfu match --key FILE 比对；若文件其实是明文，请移走旁边的说明文件。",
        "Link it with bangfu match --key FILE; if the file is plain after all, move the note away.",
    ),
    "no_days": Message(
        "{file}：没有证件号码，“{column}”列又没有一行是完整的日期（只有年月，或无法识别），无法对应到人员。",
        "{file}: there are no ID numbers, and no row of the column {column} is a whole date (only months, or "
        "unreadable), so nothing can be linked.",
        "请来源单位补上证件号码，或到日的出生日期。",
        "Ask the source for ID numbers, or for dates of birth to the day.",
    ),
    "empty_key": Message(
        "{file}：有{count}行没有“{column}”。",
        "{file}: {count} rows have no {column}.",
        "每个人都要有编号，请补上。",
        "Every person needs a number: add it.",
    ),
    "no_rows": Message(
        "{file}：表中没有一行数据。",
        "{file}: the table has no rows.",
        "请检查导出是否完整；没有数据不等于没有问题。",
        "Check the export; no data is not “no problems”.",
    ),
    "no_usable_number": Message(
        "{file}：{rows}行中没有一个可用的证件号码，无法查重；这不等于“没有重复”。",
        "{file}: none of the {rows} rows has a usable ID number: duplicates cannot be told, which is not “none”.",
        "请检查证件号码列是否取错、是否被表格软件破坏，重新导出。",
        "Check whether the right column was exported and whether a spreadsheet has damaged it.",
    ),
    "one_number": Message(
        "{file}：{rows}行中有{count}行是同一个证件号码，该列显然填错，无法查重。",
        "{file}: {count} of {rows} rows carry one and the same ID number: the column is filled wrongly.",
        "多半是整列下拉填充；请用原始数据重新导出。",
        "Most likely it was filled down; export it again from the original data.",
    ),
    "not_decisions": Message(
        "{file}：不是核实结果文件（缺少列：{found}）。",
        "{file}: not a file of decisions (columns missing: {found}).",
        "请给出 {expected} 写出的文件。",
        "Name the file that {expected} wrote.",
    ),
}
