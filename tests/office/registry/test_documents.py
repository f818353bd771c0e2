"""Documents: what is taken in, how it lies on the disk, who may open it, and the row in the log."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from bangfu.office.audit.api import Entry
from bangfu.office.registry import documents
from bangfu.office.registry.models import Document

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + b"a photo of a house" * 20


def upload(client, household, content=JPEG, **fields):
    sent = {"kind": "house_photo", "title": "正房", "file": SimpleUploadedFile("a.jpg", content), **fields}
    return client.post(f"/households/{household.number}/documents/add/", sent, follow=True)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"content": b"MZ a program"}, "只能上传 JPG、PNG 图片或 PDF 文件"),
        ({"content": b"<svg onload='x'/>"}, "只能上传 JPG、PNG 图片或 PDF 文件"),
        ({"title": "990101197503080012"}, "名称中不要写证件号码、电话或账号"),
        ({"title": ""}, "请填 1 至 80 字的名称"),
        ({"kind": "secret"}, "请选择材料类别"),
        ({"dated": "2099-01-01"}, "日期不能晚于今天"),
        ({"person": "990101102201000101"}, "该成员不在本户"),
    ],
)
def test_what_is_not_taken_in_is_named(client_of, registered, fields, message):
    assert message in upload(client_of("village"), registered.east, **fields).content.decode()
    assert not Document.objects.exists()


def test_a_file_that_is_too_large_is_refused(client_of, registered, monkeypatch):
    monkeypatch.setattr("bangfu.office.registry.documents.LARGEST_MB", 0)
    assert "文件超过 0 MB，请压缩后再上传" in upload(client_of("village"), registered.east).content.decode()


def test_outside_the_area_nothing_can_be_added_opened_or_withdrawn(client_of, registered):
    upload(client_of("civil"), registered.west)
    row = Document.objects.get()
    client = client_of("township")
    assert upload(client, registered.west, content=JPEG + b"x").status_code == 404
    assert client.get(f"/documents/{row.pk}/").status_code == 404
    assert client.post(f"/documents/{row.pk}/withdraw/", {"reason": "x"}).status_code == 404
    assert client.get("/documents/999/").status_code == 404
    assert Document.objects.filter(withdrawn_at=None).count() == 1
    assert upload(client_of("leader"), registered.east).status_code == 403


def test_a_document_lies_sealed_for_the_offices_user_only_and_opens_with_a_row_in_the_log(client_of, registered):
    client = client_of("village")
    assert "材料已归入档案" in upload(client, registered.east, dated="2026-05-01").content.decode()
    row = Document.objects.get()
    path = Path(settings.MEDIA_ROOT) / "documents" / row.file_name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert b"a photo of a house" not in path.read_bytes()
    answer = client.get(f"/documents/{row.pk}/")
    assert answer.content == JPEG
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    kinds = list(Entry.objects.filter(kind__startswith="registry.document").values_list("kind", "actor_name", "area_code"))  # fmt: skip
    assert kinds == [
        ("registry.document.added", "某village", "990101101201"),
        ("registry.document.opened", "某village", "990101101201"),
    ]
    assert "这份材料已在本户档案中" in upload(client, registered.east).content.decode()


def test_a_personal_document_opens_for_a_purpose_only(client_of, registered):
    client = client_of("village")
    upload(client, registered.east, kind="id_card", title="户主身份证")
    row = Document.objects.get()
    assert client_of("officer").get(f"/documents/{row.pk}/").status_code == 403
    client = client_of("village")
    assert "请说明查看的目的" in client.get(f"/documents/{row.pk}/").content.decode()
    assert client.post(f"/documents/{row.pk}/", {"purpose": "看"}).status_code == 400
    assert not Entry.objects.filter(kind="registry.document.opened").exists()
    assert client.post(f"/documents/{row.pk}/", {"purpose": "verify", "why": "核对低保申请"}).content == JPEG
    assert Entry.objects.get(kind="registry.document.opened").purpose == "疑点数据核实：核对低保申请"


def test_a_file_that_was_changed_on_the_disk_is_not_shown(client_of, registered):
    client = client_of("village")
    upload(client, registered.east)
    row = Document.objects.get()
    path = Path(settings.MEDIA_ROOT) / "documents" / row.file_name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    answer = client.get(f"/documents/{row.pk}/")
    assert answer.status_code == 400
    assert "文件与归入时不一致，请联系管理员" in answer.content.decode()
    assert not Entry.objects.filter(kind="registry.document.opened").exists()


def test_a_withdrawn_document_leaves_the_file_and_stays_in_the_log(client_of, registered):
    client = client_of("village")
    upload(client, registered.east)
    row = Document.objects.get()
    assert "请写明理由" in client.post(f"/documents/{row.pk}/withdraw/", {"reason": " "}, follow=True).content.decode()  # fmt: skip
    text = client.post(f"/documents/{row.pk}/withdraw/", {"reason": "不是本户"}, follow=True).content.decode()
    assert "材料已撤回" in text
    assert "正房" not in text[text.index('id="documents"') : text.index('id="decisions"')]
    assert Entry.objects.get(kind="registry.document.withdrawn").after["reason"] == "不是本户"


def test_a_name_from_elsewhere_never_reaches_another_file(registered):
    for name in ("../keys", "ab/../../keys", "/etc/passwd"):
        with pytest.raises(Exception, match="文件名不正确"):
            documents.load(registered.east.key, name)
