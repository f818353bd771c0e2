"""Every message of an import's own, in Chinese and English, with what to do; the reader's are the core's."""

from __future__ import annotations

from typing import NamedTuple

from bangfu.core.files.catalogue import FILE_ERRORS, MESSAGES, Message
from bangfu.office.imports.models import Issue


class Words(NamedTuple):
    """What was found and what to do, in the reader's language."""

    message: str
    advice: str


_ROW = "改正后重新上传；该行不导入。", "Correct it and upload the file again; the row is not imported."
OWN: dict[str, Message] = {
    "outside_area": Message(
        "不在您的管辖范围内",
        "outside your area",
        "请由当地经办人员导入；该行不导入。",
        "Let the office of that place import it; the row is not imported.",
    ),
    "no_area": Message("没有行政村代码，不知道属于哪个村", "no village code, so nobody knows where it belongs", *_ROW),
    "unknown_area": Message(
        "没有代码为“{value}”的行政村",
        "there is no village with the code {value!r}",
        "请核对12位行政村代码，或先维护行政区划。",
        "Check the 12-digit village code, or add the village first.",
    ),
    "moved_area": Message(
        "户已登记在另一行政村（{detail}）",
        "the household is registered in another village ({detail})",
        "迁移请在“变更”中办理；该行不导入。",
        "A move is made under Changes; the row is not imported.",
    ),
    "closed_household": Message(
        "该户已销户",
        "the household is closed",
        "请核对户编号；确需恢复的在“变更”中办理。",
        "Check the number; a household is reopened under Changes.",
    ),
    "unknown_household": Message(
        "户编号“{value}”不在户库中",
        "no household {value!r} is registered",
        "请先导入该户，或核对户编号；该行不导入。",
        "Import the household first, or check its number; the row is not imported.",
    ),
    "no_household": Message("没有户编号", "no household number", *_ROW),
    "no_name": Message("没有姓名", "no name", *_ROW),
    "person_elsewhere": Message(
        "该人编号已登记在另一户（{detail}）",
        "this person number is registered in another household ({detail})",
        "人员不会被自动移动；确实换户的请在“变更”中办理。",
        "Nobody is moved by an import; a change of household is made under Changes.",
    ),
    "person_left": Message(
        "该人已离册",
        "the person is no longer registered",
        "请核对人编号；确需恢复的在“变更”中办理。",
        "Check the number; a return is made under Changes.",
    ),
    "id_elsewhere": Message(
        "证件号码{value}已登记在他处（{detail}）",
        "ID number {value} is registered elsewhere ({detail})",
        "请核实是同一个人还是号码有误；人员不会被自动移动。",
        "Find out whether it is the same person or a wrong number; nobody is moved by an import.",
    ),
    "id_twice": Message(
        "证件号码{value}在文件中出现多次（{detail}）",
        "ID number {value} occurs more than once in the file ({detail})",
        "请核实是谁的号码；这些行都不导入。",
        "Find out whose number it is; none of these rows is imported.",
    ),
    "id_doubtful": Message(
        "证件号码{value}校验位不符",
        "the check digit of ID number {value} does not fit",
        "请核对证件；该行照常导入，号码留待核实。",
        "Check the document; the row is imported, the number remains to be verified.",
    ),
    "id_worse": Message(
        "证件号码{value}校验位不符，而户库中登记的号码是相符的",
        "the check digit of ID number {value} does not fit, that of the registered number does",
        "请核对证件；确需更改的，在“变更”中提出更正。",
        "Check the document; where the number must change, propose a correction under Changes.",
    ),
    "id_unreadable": Message(
        "证件号码读不出（位数不对、被遮盖或被表格改写）",
        "the ID number cannot be read (wrong length, starred out, or rewritten by a spreadsheet)",
        "请核对证件；该行照常导入，户库中的号码不变。",
        "Check the document; the row is imported, the registered number stays as it is.",
    ),
    "unknown_person": Message(
        "人编号“{value}”不在户库中",
        "no person {value!r} is registered",
        "请先导入该人，或核对人编号；该行不导入。",
        "Import the person first, or check the number; the row is not imported.",
    ),
    "other_household": Message(
        "该人不属于行中的户（登记在{detail}）",
        "the person does not belong to the household of the row (registered in {detail})",
        *_ROW,
    ),
    "nobody": Message("该行没有户编号，也没有人编号", "the row names neither a household nor a person", *_ROW),
    "same_row": Message(
        "与文件中另一行相同（{detail}）",
        "the same as another row of the file ({detail})",
        "请删去一行；本行不导入。",
        "Delete one of them; this row is not imported.",
    ),
    "no_identity": Message(
        "没有证件号码，也没有姓名和出生日期，不知道是谁", "neither an ID number nor a name with a date of birth", *_ROW
    ),
    "newer_known": Message(
        "户库中有更晚的数据（{detail}）；本行作为历史记下，不替换较新的内容",
        "the registry has later data ({detail}); the row is kept as history and replaces nothing newer",
        "如果数据其实更新，请改正“数据截至日期”后重新上传。",
        "If the file is newer after all, correct its date and upload it again.",
    ),
    "changed_since": Message(
        "检查之后户库有变化，该行已不能写入：{detail}",
        "the registry changed after the check and the row can no longer be written: {detail}",
        "请重新检查。",
        "Check the file again.",
    ),
    "no_manifest_given": Message(
        "没有说明覆盖哪些地区和时间；文件可以采用，但没有列出的人不作“没有”处理",
        "it was not said which areas and time are covered; whoever is not listed does not count as having none",
        "请在上传时填写覆盖范围。",
        "State what is covered when uploading.",
    ),
}

FAILURES: dict[str, Message] = {
    "registry_changed": Message(
        "检查之后户库有变化，有{count}行已不能写入；没有写入任何内容。",
        "the registry changed after the check: {count} rows can no longer be written; nothing was written.",
        "请重新检查。",
        "Check the file again.",
    ),
    "has_errors": Message(
        "文件有错误，按“有错误则全部不导入”没有写入任何内容。",
        "the file has errors; as chosen, nothing was written.",
        "请改正后重新上传。",
        "Correct the file and upload it again.",
    ),
    "refused": Message(
        "办理人已没有权限；没有写入任何内容。",
        "whoever confirmed it no longer may; nothing was written.",
        "请由有权限的人重新确认。",
        "Let somebody who may confirm it again.",
    ),
    "obstacles": Message(
        "有{count}处后来的登记依赖这一批，未撤回。",
        "{count} later entries depend on this batch; it was not withdrawn.",
        "请先处理下列登记。",
        "Deal with the entries listed first.",
    ),
    "gone": Message(
        "上传的文件已不在服务器上。",
        "the uploaded file is no longer on the server.",
        "请重新上传。",
        "Upload it again.",
    ),
    "unexpected": Message(
        "系统出错（{kind}）；没有写完的内容已全部回退。",
        "the system failed ({kind}); what was not finished was undone.",
        "请重试；仍然出错请告诉系统管理员。",
        "Try again; tell your administrator if it fails again.",
    ),
}


def words(issue: Issue, english: bool) -> Words:
    """An issue as the reader reads it."""
    text = OWN.get(issue.code) or MESSAGES.get(issue.code)
    if text is None:
        return Words(issue.code, "")
    given = {"value": issue.value, "detail": issue.detail, "column": issue.column, "count": issue.count}
    return Words(
        (text.en if english else text.zh).format(**given),
        (text.advice_en if english else text.advice_zh).format(**given),
    )


def failure_words(failure: dict[str, str], file: str, english: bool) -> Words:
    """Why a batch could not be done, as the reader reads it."""
    text = FAILURES.get(failure.get("code", "")) or FILE_ERRORS.get(failure.get("code", ""))
    if text is None:
        return Words(failure.get("code", ""), "")
    given = {**failure, "file": file}
    return Words(
        (text.en if english else text.zh).format(**given),
        (text.advice_en if english else text.advice_zh).format(**given),
    )
