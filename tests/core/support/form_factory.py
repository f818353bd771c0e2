"""Forms as superiors send them, each of another make, for the tests of filling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

THIN = Side(style="thin")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


def drawn(sheet: Any, first: int, last: int, width: int) -> None:
    """A border around every cell of a block of rows."""
    for row in sheet.iter_rows(min_row=first, max_row=last, max_col=width):
        for cell in row:
            cell.border = BOX
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def put(sheet: Any, cells: dict[str, Any], merges: tuple[str, ...] = ()) -> None:
    """Texts by reference, then merged blocks."""
    for place, text in cells.items():
        sheet[place] = text
    for block in merges:
        sheet.merge_cells(block)


def villages_listed(path: Path) -> None:
    """Two header rows, villages of one township by their short names, a total row of SUM formulas, notes."""
    book = Workbook()
    sheet = book.active
    sheet.title = "基本情况"
    put(
        sheet,
        {
            "A1": "2026年10月巩固脱贫成果基本情况统计表", "A2": "填报单位（盖章）：", "F2": "填报时间：    年  月  日",
            "A3": "序号", "B3": "村名", "C3": "总户数（户）", "D3": "总人口（人）", "E3": "脱贫户", "G3": "监测对象", "I3": "备注",
            "E4": "户数", "F4": "人数", "G4": "户数", "H4": "人数",
            "A9": "合计", "A10": "注：1.本表每月5日前报送。2.监测对象为风险未消除的户。",
            "B5": "东风村", "B6": "新华村委会", "B7": "示例前进村", "B8": "红旗", "A5": 1, "A6": 2, "A7": 3, "A8": 4,
        },
        ("A1:I1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "G3:H3", "I3:I4", "A9:B9", "A10:I10"),
    )  # fmt: skip
    for column in "CDEFGH":
        sheet[f"{column}9"] = f"=SUM({column}5:{column}8)"
    drawn(sheet, 3, 9, 9)
    sheet["A1"].font = Font(name="方正小标宋简体", size=16)
    sheet.column_dimensions["B"].width = 18.5
    sheet.print_area = "A1:I10"
    sheet.page_setup.orientation = "landscape"
    book.save(path)


def three_rows_blank(path: Path) -> None:
    """Three header rows with 其中, a row of column numbers, blank rows (too few), 合计 at the top of the body."""
    book = Workbook()
    sheet = book.active
    put(
        sheet,
        {
            "A1": "防返贫监测对象情况表", "A2": "单位：户、人、%", "A3": "乡镇", "B3": "行政村", "C3": "监测对象情况",
            "C4": "监测对象", "E4": "其中", "G4": "占总户数比例(%)", "C5": "户数", "D5": "人数", "E5": "边缘易致贫户（户）",
            "F5": "突发严重困难户（户）", "A6": "甲", "B6": "乙", "C6": 1, "D6": 2, "E6": 3, "F6": 4, "G6": 5, "A7": "合  计",
        },
        ("A1:G1", "A3:A5", "B3:B5", "C3:G3", "C4:D4", "E4:F4", "G4:G5", "A7:B7"),
    )  # fmt: skip
    drawn(sheet, 3, 10, 7)
    sheet["G8"].number_format = sheet["G7"].number_format = "0.00"
    book.save(path)


def township_rows(path: Path) -> None:
    """One header row, a row for each township, units behind the words, 万元, income per head, an unknown column."""
    book = Workbook()
    sheet = book.active
    put(
        sheet,
        {
            "A1": "乡镇收入情况", "A2": "乡镇名称", "B2": "人口数", "C2": "工资性收入（万元）", "D2": "人均纯收入（元）",
            "E2": "耕地面积（亩）", "F2": "村集体经济收入(万元)", "G2": "高标准农田面积（亩）", "H2": "本年退出低保户数",
            "A5": "合计",
        },
    )  # fmt: skip
    drawn(sheet, 2, 5, 8)
    sheet["C3"].number_format = "0.00"
    book.save(path)


def ages_and_sex(path: Path) -> None:
    """Shares, sex and bands of age; formulas within a row; percentages as a format; no total row."""
    book = Workbook()
    sheet = book.active
    put(
        sheet,
        {
            "A1": "人口结构表", "A2": "村（社区）", "B2": "总人口", "C2": "其中：男", "D2": "女", "E2": "16岁以下", "F2": "16-59岁",
            "G2": "60岁以上", "H2": "60岁以上占比", "I2": "核对", "J2": "残疾人数", "K2": "其中：一、二级",
        },
    )  # fmt: skip
    for row in range(3, 11):
        sheet[f"I{row}"] = f"=E{row}+F{row}+G{row}-B{row}"
        sheet[f"H{row}"].number_format = "0.00%"
    drawn(sheet, 2, 10, 11)
    book.save(path)


def single_row(path: Path) -> None:
    """No label column at all: one row for whoever fills it in."""
    book = Workbook()
    sheet = book.active
    put(
        sheet,
        {
            "A1": "兜底保障情况", "A2": "低保", "D2": "特困供养人数", "E2": "致贫原因（户）", "A3": "户数", "B3": "人数",
            "C3": "月发放金额（元）", "E3": "因病", "F3": "因残", "G3": "因学", "H3": "缺劳动力",
        },
        ("A2:C2", "D2:D3", "E2:H2"),
    )  # fmt: skip
    drawn(sheet, 2, 4, 8)
    book.save(path)


def household_roster(path: Path) -> None:
    """A list of households with an empty row to be repeated and who signs below."""
    book = Workbook()
    sheet = book.active
    put(
        sheet,
        {
            "A1": "示例县城关镇监测对象花名册", "A2": "序号", "B2": "行政村", "C2": "组", "D2": "户主姓名", "E2": "身份证号",
            "F2": "家庭人口", "G2": "监测对象类别", "H2": "识别监测时间", "I2": "返贫致贫风险", "J2": "人均纯收入（元）",
            "K2": "联系电话", "L2": "备注", "A5": "填表人：", "F5": "审核人：",
        },
        ("A1:L1",),
    )  # fmt: skip
    drawn(sheet, 2, 4, 12)
    sheet["H3"].number_format = sheet["H4"].number_format = "yyyy-mm-dd"
    book.save(path)


def person_roster(path: Path) -> None:
    """A list of persons of a kind, with no rows at all below the header."""
    book = Workbook()
    sheet = book.active
    cells = {"A1": "重度残疾人花名册", "A2": "序号", "B2": "姓名", "C2": "性别", "D2": "年龄", "E2": "证件号码", "F2": "残疾类别",
             "G2": "残疾等级", "H2": "户主姓名", "I2": "是否低保户", "J2": "村"}  # fmt: skip
    put(sheet, cells, ("A1:J1",))
    book.save(path)


def indicator_rows(path: Path) -> None:
    """What is counted stands in the rows, with the unit beside it; the areas stand in the columns."""
    book = Workbook()
    sheet = book.active
    put(
        sheet,
        {
            "A1": "主要指标表", "A2": "指标名称", "B2": "计量单位", "C2": "示例城关镇", "D2": "北山乡", "E2": "合计",
            "A3": "一、总户数", "B3": "户", "A4": "二、总人口", "B4": "人", "A5": "其中：男", "B5": "人", "A6": "女", "B6": "人",
            "A7": "三、脱贫人口", "B7": "人", "A8": "其中：外出务工", "B8": "人", "A9": "四、在校学生", "B9": "人",
            "A10": "五、公益林面积", "B10": "亩",
        },
    )  # fmt: skip
    for row in range(3, 11):
        sheet[f"E{row}"] = f"=C{row}+D{row}"
    drawn(sheet, 2, 10, 5)
    book.save(path)


def subtotals(path: Path) -> None:
    """Villages under townships with 小计 of each and a 合计, without formulas; merged cells for the township."""
    book = Workbook()
    sheet = book.active
    rows = ["东风村", "新华村", "小计", "东风村", "小计"]
    put(
        sheet,
        {"A1": "住房和饮水情况", "A2": "乡镇", "B2": "村", "C2": "农户总数", "D2": "危房户数", "E2": "饮水安全户数", "F2": "参保人数",
         "G2": "参保率"},
    )  # fmt: skip
    for number, text in enumerate(rows, 3):
        sheet[f"B{number}"] = text
    put(sheet, {"A3": "示例城关镇", "A6": "北山乡"}, ("A3:A5", "A6:A7", "A8:B8"))
    sheet["A8"] = "合计"
    drawn(sheet, 2, 8, 7)
    book.save(path)


def merged_columns(path: Path) -> None:
    """A village's name over two columns in the header and in every row, a figure over two columns, one blank row."""
    book = Workbook()
    sheet = book.active
    put(
        sheet,
        {"A1": "各村情况", "A2": "行政村", "C2": "农户数", "E2": "人口数", "A4": "合计"},
        ("A2:B2", "C2:D2", "A3:B3", "C3:D3", "A4:B4", "C4:D4"),
    )
    sheet["E4"] = "=SUM(E3:E3)"
    drawn(sheet, 2, 4, 5)
    book.save(path)


def bands(path: Path) -> None:
    """Bands of age in the rows, sexes in the columns, whom it is about only in the title."""
    book = Workbook()
    for row in (
        ["残疾人年龄性别结构表"], ["年龄段", "男", "女", "合计", "占比（%）"], ["0-15岁"], ["16-59岁"], ["60岁以上"], ["合计"],
    ):  # fmt: skip
        book.active.append(row)
    drawn(book.active, 2, 6, 5)
    book.save(path)


def subject_in_title(path: Path) -> None:
    """Bare 户数 and 人数: the title says whose; 总户数 says that all are meant."""
    book = Workbook()
    for row in (
        ["监测对象情况统计表"],
        ["村名", "户数", "人数", "男", "总户数", "占总户数比例（%）"],
        ["东风村"],
        ["新华村"],
    ):
        book.active.append(row)
    book.save(path)


def all_groups(path: Path) -> None:
    """A group 合计 beside groups that name people."""
    book = Workbook()
    for row in (
        ["社会救助情况统计表"], ["村名", "合计", None, "低保", None, "特困", None], [None, *["户数", "人数"] * 3],
        ["东风村"], ["前进村"],
    ):  # fmt: skip
        book.active.append(row)
    for block in ("A2:A3", "B2:C2", "D2:E2", "F2:G2"):
        book.active.merge_cells(block)
    book.save(path)


FORMS = {
    "villages_listed": villages_listed, "three_rows_blank": three_rows_blank, "township_rows": township_rows,
    "ages_and_sex": ages_and_sex, "single_row": single_row, "household_roster": household_roster,
    "person_roster": person_roster, "indicator_rows": indicator_rows, "subtotals": subtotals, "merged_columns": merged_columns, "bands": bands,
    "subject_in_title": subject_in_title, "all_groups": all_groups,
}  # fmt: skip
