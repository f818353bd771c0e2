"""An issued document after GB/T 9704-2012: head, attachments, imprint, and who was at a meeting; refusals first."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import pytest

from bangfu.core.documents.forms.package import FormError
from bangfu.core.documents.official.docx import docx
from bangfu.core.documents.official.issue import Attachment, Issue, document_number, noted, read_issue
from bangfu.core.documents.official.model import Official, Paragraph, Text
from bangfu.core.documents.official.pdf import official_pdf

HEAD = {"发文机关标志": "示例镇人民政府文件", "发文字号": "示政发〔2026〕5号"}


def xml(slots, mark="", present=(), signature="示例镇人民政府"):
    """The body of the Word document that slots give."""
    issue = read_issue(slots, mark, "2026年10月31日", present)
    body = (Paragraph((Text("一段。"),)),)
    made = Official("情况汇报", "关于工作的汇报", "", body, signature, date(2026, 10, 31), issue=issue)
    with zipfile.ZipFile(io.BytesIO(docx(made))) as file:
        return file.read("word/document.xml").decode(), made


def words(text):
    return re.sub(r"<[^>]+>", "", text)


@pytest.mark.parametrize(
    "number", ["示政发[2026]5号", "示政发〔2026〕第5号", "示政发〔2026〕05号", "示政发〔26〕5号", "5号"]
)
def test_a_number_that_the_standard_does_not_allow_is_refused(number):
    with pytest.raises(FormError, match="年份用六角括号〔〕，不加“第”，不补零"):
        document_number(number)


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ({"发文字号": "示政发〔2026〕5号"}, "有发文字号就要有“发文机关标志”"),
        ({**HEAD, "份号": "12"}, "份号: “12”应为 6 位数字，如 000001"),
        ({"附件": [{"正文": "无题"}]}, "每个附件要有“标题”，可有“正文”或“表”"),
        ({"附件": [{"标题": "表", "表": [["甲", "乙"], ["一"]]}]}, "“表”的表各行格数不同"),
    ],
)
def test_what_cannot_be_issued_is_told(slots, said):
    with pytest.raises(FormError) as told:
        read_issue(slots, "", "", ())
    assert said in str(told.value)


def test_without_a_mark_there_is_no_head_and_no_imprint():
    text, made = xml({})
    assert made.issue == Issue()
    assert "FF0000" not in text
    assert "印发" not in text


def test_the_mark_and_the_line_under_the_number_are_red_and_nothing_else():
    text, _ = xml({**HEAD, "签发人": "王某", "份号": "000001", "密级和保密期限": "秘密★1年"})
    assert re.findall(r'<w:color w:val="FF0000"/>.*?<w:t[^>]*>([^<]*)</w:t>', text) == ["示例镇人民政府文件"]
    assert len(re.findall(r'<w:bottom w:val="single" w:sz="12" w:space="0" w:color="FF0000"/>', text)) == 1
    shown = words(text)
    order = [
        "000001",
        "秘密★1年",
        "示例镇人民政府文件",
        "示政发〔2026〕5号",
        "签发人：王某",
        "关于工作的汇报",
        "一段。",
    ]
    assert [shown.index(word) for word in order] == sorted(shown.index(word) for word in order)


def test_the_mark_stands_35_mm_under_the_top_of_the_text():
    text, _ = xml(HEAD)
    before = text[: text.index("示例镇人民政府文件")]
    lines = [int(height) for height in re.findall(r'w:line="(\d+)" w:lineRule="exact"', before)][:-1]
    assert sum(lines) / 20 / 72 * 25.4 == pytest.approx(35, abs=0.1)


def test_a_long_mark_is_made_to_fit_the_width():
    text, _ = xml({"发文机关标志": "示例省示例市示例县巩固拓展脱贫攻坚成果领导小组办公室文件"})
    size = int(re.search(r'FF0000"/>.*?<w:sz w:val="(\d+)"/>', text)[1])
    assert size / 2 * len("示例省示例市示例县巩固拓展脱贫攻坚成果领导小组办公室文件") <= 156 / 25.4 * 72


def test_attachments_are_noted_under_the_body_and_stand_on_pages_of_their_own():
    given = [
        {"标题": "任务分解表", "表": [["序号", "任务"], ["1", "走访"]]},
        {"标题": "说明", "正文": "略。"},
        "另行印发的名册",
    ]
    text, _ = xml({"附件": given})
    shown = words(text)
    assert "附件：1. 任务分解表　　　2. 说明　　　3. 另行印发的名册" in shown
    assert len(re.findall(r'<w:br w:type="page"/>', text)) == 2
    assert shown.index("2026年10月31日") < shown.index("附件1任务分解表") < shown.index("附件2说明")
    assert noted([Attachment("《方案》")]) == ["附件：方案"]


def test_the_imprint_stands_at_the_foot_between_its_lines():
    text, _ = xml({**HEAD, "抄送": "县委办公室，县政府办公室。", "印发机关": "镇党政办公室"})
    frame = text[text.index("<wp:anchor") :]
    assert '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>' in frame
    assert [int(size) for size in re.findall(r'<w:(?:top|bottom) w:val="single" w:sz="(\d+)"', frame)] == [8, 6, 8]
    assert "抄送：县委办公室，县政府办公室。镇党政办公室2026年10月31日印发" in words(frame)


def test_minutes_have_a_mark_of_their_own_no_title_no_seal_and_say_who_was_there():
    slots = {"发文字号": "〔2026〕3号", "出席": "王某、李某", "请假": "沈某"}
    text, _ = xml(slots, "示例镇防返贫专题会议纪要", ("出席", "列席", "请假"), signature="")
    shown = words(text)
    assert "示例镇防返贫专题会议纪要" in shown
    assert "关于工作的汇报" not in shown
    assert shown.endswith("一段。出席：王某、李某请假：沈某")
    assert "2026年10月31日" not in shown


def test_the_same_parts_stand_in_the_archive_copy():
    given = {**HEAD, "附件": [{"标题": "说明", "正文": "略。"}], "抄送": "县委办公室", "印发机关": "镇党政办公室"}
    _, made = xml(given)
    first = official_pdf(made)
    assert first == official_pdf(made)
    assert first.startswith(b"%PDF")
