"""What is wrong with an ID number and what was repaired in it, in words."""

from __future__ import annotations

PROBLEM_WORDS = {
    "missing": "为空",
    "placeholder": "是占位号",
    "bad_length": "位数不对",
    "bad_checksum": "校验位不对",
    "bad_suffix": "后缀不合残疾人证编号规则",
    "impossible_date": "中的日期不存在",
    "scientific": "为科学计数法，末尾数字已丢失",
    "masked": "有遮盖",
}
"""By the codes of `id_number.PROBLEMS`; they follow the words 证件号码."""

REPAIR_WORDS = {
    "width": "全角改半角",
    "spaces": "去掉空格",
    "label": "去掉“身份证”字样",
    "float": "去掉“.0”",
    "lower_case": "小写x改大写",
    "look_alike": "形近字符改为X",
    "punctuation": "去掉标点",
    "fifteen_digits": "15位升18位",
    "certificate": "取残疾人证号前18位",
    "swapped": "证件号码与姓名填反，已对调",
}
"""By the codes of `IdReading.repairs`, and `swapped` where number and name stood in each other's column."""
