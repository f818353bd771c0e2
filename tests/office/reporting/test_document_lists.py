"""Documents with lists of people: by whom, of whom, from where, with which numbers, and what is logged."""

from __future__ import annotations

import pytest
from test_document_page import text_of
from test_figure_pages import ran  # noqa: F401

from bangfu.office.audit.api import Entry
from bangfu.office.reporting import documents, storage

pytestmark = pytest.mark.django_db
EAST, WEST = "990101101", "990101102"
NUMBER = "990101197503080012"


def asked(kind, subject="一般农户", area=EAST, **written):
    """What the page posts for a kind; further slots by their words."""
    names = documents.slots(documents.kinds()[kind])
    given = {documents.SUBJECT: subject, **written}
    data = {f"slot-{names.index(name)}": text for name, text in given.items()}
    return {"kind": kind, "area": area, "make": ".docx", **data}


@pytest.mark.parametrize("part", ["village", "leader", "officer", "bureau", "admin"])
@pytest.mark.parametrize("kind", ["roster", "notice", "ledger"])
def test_who_may_not_export_lists_nobody(client_of, ran, part, kind):  # noqa: F811
    assert client_of(part).post("/figures/document/", asked(kind)).status_code == 403
    assert not Entry.objects.filter(kind="reporting.list.made").exists()


def test_no_list_of_an_area_that_is_not_one_s_own(client_of, ran):  # noqa: F811
    for area in (WEST, "990101"):
        assert client_of("township").post("/figures/document/", asked("roster", area=area)).status_code == 404, area
    assert not Entry.objects.filter(kind="reporting.list.made").exists()


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("roster", {"subject": ""}, "请写明名单列哪些户，如低保户、监测对象"),
        ("roster", {"subject": "外星人"}, "对象：不认得“外星人” / the slot 对象 names nobody that is known"),
        ("roster", {"subject": "残疾人"}, "这样的名单会说出每户的健康状况；确有需要，请到“填上级的表”说明目的后填写"),
        ("ledger", {"subject": "因病致贫"}, "这样的名单会说出每户的健康状况；确有需要，请到“填上级的表”说明目的后填写"),
        ("notice", {"subject": "患大病"}, "这样的名单会说出每户的健康状况；确有需要，请到“填上级的表”说明目的后填写"),
        ("notice", {"公示期": f"赵大{NUMBER}"}, "请不要在文字中写证件号码、电话或账号"),
    ],
)
def test_what_cannot_be_listed_is_told(client_of, ran, kind, given, said):  # noqa: F811
    answer = client_of("township").post("/figures/document/", asked(kind, **given))
    assert answer.status_code == 422
    assert said in answer.context["errors"].values()
    assert not Entry.objects.filter(kind="reporting.list.made").exists()


def test_a_roster_has_the_own_area_s_people_with_masked_numbers_and_is_logged(client_of, ran):  # noqa: F811
    answer = client_of("township").post("/figures/document/", asked("roster", 审核人="王某"))
    text = text_of(answer.content)
    assert "赵大" in text
    assert "孙三" not in text
    assert NUMBER not in text
    assert "9901**********0012" in text
    assert answer["Cache-Control"] == "no-store"
    row = Entry.objects.get(kind="reporting.list.made")
    assert (row.area_code, row.after["listed"], row.after["subject"]) == (EAST, 1, "一般农户")
    assert "赵大" not in str(row.after)
    assert not list(storage.root().glob(f"{storage.DOCUMENT}*")), "the registry that went out is gone"


def test_a_notice_says_who_and_how_many_and_no_number_at_all(client_of, ran):  # noqa: F811
    import re

    answer = client_of("township").post("/figures/document/", asked("notice", 联系电话="0999-7654321"))
    text = text_of(answer.content)
    for word in ("赵大", "户主姓名", "家庭人口", "0999-7654321"):
        assert word in text, word
    for word in ("证件", "****", "13900000001", "健康", "账号", "钱二"):
        assert word not in text, word
    assert not re.search(r"\d{15,}|1\d{10}", text)


def test_the_look_before_says_how_many_are_listed(client_of, ran):  # noqa: F811
    answer = client_of("township").post("/figures/document/", {**asked("ledger"), "make": ""})
    assert answer.context["made"].listed == 1
    assert "名单上的户" in answer.content.decode()


def test_an_area_too_large_to_wait_for_is_told(client_of, ran, monkeypatch):  # noqa: F811
    monkeypatch.setattr(documents, "MOST_LISTED", 1)
    answer = client_of("civil").post("/figures/document/", asked("roster", area="990101"))
    assert answer.context["errors"] == {"area": "这个区划超过 1 户，请按乡镇或村分别生成"}
