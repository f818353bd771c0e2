"""What a value must be before it is stated: of the field's kind, in its code list, and in keeping with the person's others."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.values.id_number import read_id_number
from bangfu.core.values.phone import read_phone
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry.catalogue import Field, catalogue

_EARLIEST = date(1850, 1, 1)


def check_values(table: str, values: Mapping[str, Any]) -> None:
    """Every value is JSON-typed as its field wants it; None unsays and is always allowed. Raises Invalid by field."""
    known = catalogue()
    errors: dict[str, str] = {}
    for name, value in values.items():
        found = known.field(table, name)
        if found is None:
            errors[name] = _("没有“%s”这一项") % name
        elif value is not None and (problem := _problem(found, value)):
            errors[name] = problem
    if errors:
        raise Invalid(errors)


def _problem(known: Field, value: Any) -> str:
    if known.kind == "boolean":
        return "" if isinstance(value, bool) else _("请选择是或否")
    if known.kind == "money":
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and abs(value) < 10**15 else _("请填写金额，单位元，最多两位小数")
    if known.kind == "integer":
        return "" if isinstance(value, int) and not isinstance(value, bool) else _("请填写整数")
    if known.kind == "decimal":
        return "" if _is_decimal(value) else _("请填写数字")
    if known.kind == "date":
        return "" if _is_day(value) else _("请填写日期，如 2026-10-31")
    if known.kind == "code":
        codes = catalogue().codes.get(known.code)
        return "" if codes is None or str(value) in codes.labels else _("请从代码表中选择")
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        return _("请填写文字，最多 200 字")
    if known.name == "phone" and not read_phone(value).number:
        return _("电话应为 11 位手机号或带区号的固定电话")
    return ""


def _is_decimal(value: Any) -> bool:
    try:
        return isinstance(value, str | int) and not isinstance(value, bool) and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value) >= _EARLIEST
    except ValueError:
        return False


def check_person_values(values: Mapping[str, Any], changed: Container[str]) -> None:
    """ID number, date of birth and sex agree where they are known; only what is changed is blamed. Raises Invalid."""
    errors: dict[str, str] = {}
    born = date.fromisoformat(values["birth_date"]) if values.get("birth_date") else None
    if born and born > timezone.localdate():
        errors["birth_date"] = _("出生日期不能晚于今天")
    number = values.get("id_number")
    if number and values.get("id_kind") in (None, "resident_id", "disability_certificate"):
        reading = read_id_number(number)
        if reading.problem != "ok":
            errors["id_number"] = _ID_PROBLEMS.get(reading.problem, lambda: _("证件号码无法识别"))()
        elif born and reading.birth_date != born:
            blamed = "id_number" if "id_number" in changed else "birth_date"
            errors[blamed] = _("证件号码中的出生日期与填写的出生日期不一致")
        elif values.get("sex") and reading.sex != values["sex"]:
            blamed = "id_number" if "id_number" in changed else "sex"
            errors[blamed] = _("证件号码第 17 位表示的性别与填写的性别不一致")
    errors = {name: text for name, text in errors.items() if name in changed}
    if errors:
        raise Invalid(errors)


_ID_PROBLEMS = {
    "bad_length": lambda: _("证件号码应为 18 位（残疾人证 20 或 22 位）"),
    "bad_checksum": lambda: _("证件号码末位校验不符，请核对证件"),
    "placeholder": lambda: _("这是占位号，请填写真实证件号码，没有的留空"),
    "impossible_date": lambda: _("证件号码中的出生日期不存在"),
    "bad_suffix": lambda: _("残疾人证号后缀不符合编码规则"),
    "scientific": lambda: _("号码被表格软件改成了科学计数，请按文本重填"),
    "masked": lambda: _("号码中有星号，请填写完整号码"),
}
