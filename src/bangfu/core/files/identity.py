"""The columns by which a row of any file says whom it is about, under the titles that they carry."""

from __future__ import annotations

from bangfu.core.files.layout import ColumnLayout

ID_NUMBER, NAME, BIRTH_DATE = "id_number", "name", "birth_date"
ID_TITLES = (
    "证件号码", "身份证号", "身份证号码", "身份证", "公民身份号码", "公民身份证号码", "公民身份证号", "证件号",
    "居民身份证号码", "居民身份证号", "有效证件号码", "sfzh", "sfzhm", "gmsfhm", "zjhm",
)  # fmt: skip
NAME_TITLES = ("姓名", "名字", "人员姓名", "xm")
BIRTH_TITLES = ("出生日期", "出生年月", "出生年月日", "csrq")

NUMBER = ColumnLayout(ID_NUMBER, headers=(*ID_TITLES, "残疾人证号"), personal=True, optional=True)
PERSON_NAME = ColumnLayout(NAME, headers=NAME_TITLES, personal=True, optional=True)
BORN = ColumnLayout(BIRTH_DATE, "date", headers=BIRTH_TITLES, personal=True, optional=True)
SEX = ColumnLayout("sex", headers=("性别",), optional=True)
PHONE = ColumnLayout(
    "phone", headers=("联系电话", "手机号码", "手机号", "电话", "户联系电话"), personal=True, optional=True
)
REGION = ColumnLayout(
    "region_code", headers=("行政村代码", "村代码", "行政区划代码", "区划代码", "地区代码"), link=True, optional=True
)
PERSON_NO = ColumnLayout("person_no", headers=("人编号", "person_id"), link=True, optional=True)
HOUSEHOLD_NO = ColumnLayout("household_no", headers=("户编号", "hh_id", "household_id"), link=True, optional=True)

IDENTITY = (NUMBER, PERSON_NAME, BORN, SEX, PHONE, REGION)
"""By what a bureau's row is linked to a person."""
PLACES = (PHONE, REGION)
"""What a registry keeps with the household, not with the person."""
