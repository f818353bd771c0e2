"""A text that is pasted or brought is checked on the spot: what does not hold is marked, nothing is kept."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bangfu.office.audit.api import Entry

pytestmark = pytest.mark.django_db
WRONG = "全乡共有脱贫户120户，其中甲村70户、乙村60户。\n"
RIGHT = "全乡共有脱贫户130户，其中甲村70户、乙村60户。\n"


def test_nobody_without_an_account(client):
    assert client.get("/figures/check/").status_code == 302


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"text": "  "}, "text", "请粘贴文字，或选择文件"),
        ({"text": "户" * 60_001}, "text", "最多 60000 字，更长的请分开核对"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "file", "请上传 .txt、.docx、.xlsx 或 .pdf"),
        ({"file": SimpleUploadedFile("a.docx", b"no zip")}, "file", ""),
    ],
)
def test_what_cannot_be_read_is_said(client_of, data, field, words):
    answer = client_of("village").post("/figures/check/", data)
    assert answer.status_code == 422
    assert words in str(answer.context["errors"][field])
    assert "/tmp" not in str(answer.context["errors"][field])


def test_a_wrong_sum_is_marked_with_its_reason_and_a_right_one_is_not(client_of):
    answer = client_of("village").post("/figures/check/", {"text": WRONG})
    text = answer.content.decode()
    assert dict(answer.context["counts"])["inconsistent"] == 1
    assert '<mark class="inconsistent">' in text
    assert "130" in answer.context["found"][0][2]
    right = client_of("village").post("/figures/check/", {"text": RIGHT})
    assert dict(right.context["counts"]) == {"inconsistent": 0, "ambiguous": 0, "consistent": 1}
    assert "没有发现不符" in right.content.decode()


def test_a_text_cannot_bring_markup_and_leaves_only_a_row_of_the_log(client_of):
    evil = "<script>alert(1)</script>全乡共有脱贫户120户，其中甲村70户、乙村60户。"
    answer = client_of("village").post("/figures/check/", {"file": SimpleUploadedFile("<b>.txt", evil.encode())})
    assert "<script>alert" not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    row = Entry.objects.get(kind="reporting.text.checked")
    assert set(row.after) == {"findings", "run"}
    assert "120" not in str(row.after)
