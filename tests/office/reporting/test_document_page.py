"""An official document over a run's figures: each with its source, what changed said, typed ones marked, nobody else's area."""

from __future__ import annotations

import io
import zipfile

import pytest
from test_figure_pages import ran  # noqa: F401

from bangfu.office.audit.api import Entry
from bangfu.office.reporting import documents

pytestmark = pytest.mark.django_db
EAST, WEST = "990101101", "990101102"


def text_of(content: bytes) -> str:
    import re

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())


def test_who_may_not_export_or_is_elsewhere_makes_none(client_of, ran):  # noqa: F811
    assert client_of("village").get("/figures/document/").status_code == 403
    assert client_of("leader").get("/figures/document/").status_code == 403
    path = f"/figures/document/?kind=summary&area={WEST}"
    assert client_of("township").get(path).status_code == 404
    assert client_of("township").post("/figures/document/", {"kind": "summary", "area": WEST, "make": ".docx"}).status_code == 404  # fmt: skip
    assert not Entry.objects.filter(kind="reporting.document.made").exists()


def test_every_kind_is_offered(client_of, ran):  # noqa: F811
    page = client_of("township").get("/figures/document/").content.decode()
    for kind in documents.kinds().values():
        assert f"?kind={kind.id}" in page, kind.name


def test_a_summary_carries_the_area_s_figures_with_their_sources(client_of, ran):  # noqa: F811
    client = client_of("township")
    data = {"kind": "summary", "area": EAST, "make": ".docx"}
    answer = client.post("/figures/document/", data)
    assert answer["Content-Type"].startswith("application/vnd.openxml")
    text = text_of(answer.content)
    assert "共有1个行政村，1户2人" in text
    assert "附：数据来源" in text
    assert "赵大" not in text
    row = Entry.objects.get(kind="reporting.document.made")
    assert (row.area_code, row.after["kind"]) == (EAST, "summary")
    assert client.post("/figures/document/", {**data, "make": ".pdf"}).content.startswith(b"%PDF")


def test_a_look_before_says_what_is_missing_and_which_figures_have_no_source(client_of, ran):  # noqa: F811
    page = client_of("township").get("/figures/document/?kind=summary")
    problem = next(name for name, label, _text, _single in page.context["slots"] if label == "存在问题")
    data = {"kind": "summary", "area": EAST, "make": "", problem: "还有3户饮水不稳定。"}
    made = client_of("township").post("/figures/document/", data).context["made"]
    assert made.typed == 1
    assert made.computed > 20
    assert any("下一步打算" in gap for gap in made.gaps)
    assert not any("存在问题" in gap for gap in made.gaps)


def test_a_name_that_is_no_figure_is_told_with_the_slot_s_words(client_of, ran):  # noqa: F811
    page = client_of("township").get("/figures/document/?kind=summary")
    name = next(name for name, label, _text, _single in page.context["slots"] if label == "存在问题")
    answer = client_of("township").post(
        "/figures/document/", {"kind": "summary", "area": EAST, name: "有{{外星人户数}}户。"}
    )
    assert answer.status_code == 422
    assert "外星人" in answer.content.decode()


def test_tasks_are_read_line_by_line(ran):  # noqa: F811
    kind = documents.kinds()["minutes"]
    rows = documents._value(kind, "决定事项", "复核3户；王某；12月5日\n\n张榜;李某")
    assert rows == [{"事项": "复核3户", "责任人": "王某", "时限": "12月5日"}, {"事项": "张榜", "责任人": "李某"}]


def test_an_issued_document_has_a_red_head_and_what_the_standard_forbids_is_told(client_of, ran):  # noqa: F811
    names = documents.slots(documents.kinds()["summary"])
    given = {
        "发文机关标志": "东乡人民政府文件",
        "发文字号": "东政发〔2026〕5号",
        "抄送": "县委办公室",
        "印发机关": "东乡党政办公室",
    }
    data = {f"slot-{names.index(name)}": text for name, text in given.items()}
    client = client_of("township")
    made = client.post("/figures/document/", {"kind": "summary", "area": EAST, "make": ".docx", **data})
    text = text_of(made.content)
    for word in ("东乡人民政府文件", "东政发〔2026〕5号", "抄送：县委办公室。", "2026年10月31日印发"):
        assert word in text, word
    wrong = {**data, f"slot-{names.index('发文字号')}": "东政发[2026]第05号"}
    answer = client.post("/figures/document/", {"kind": "summary", "area": EAST, "make": ".docx", **wrong})
    assert answer.status_code == 422
    assert "年份用六角括号〔〕，不加“第”，不补零" in answer.content.decode()


def test_every_figure_of_the_summary_leads_to_what_it_counts(client_of, ran):  # noqa: F811
    client = client_of("township")
    made = client.post("/figures/document/", {"kind": "summary", "area": EAST, "make": ""}).context["made"]
    computed = [source for source in made.sources if source.status == "computed"]
    assert len(computed) > 20
    for source in computed:
        answer = client.get(f"/figures/{ran.pk}/words/", {"area": EAST, "words": source.name})
        assert answer.status_code == 200, source.name
        figure = answer.context["figure"]
        assert figure.value == source.printed, source.name
        if not figure.money and not figure.bottom:
            assert sum(row.amount for row in figure.rows) == int(source.printed), source.name
    rows = client.get(f"/figures/{ran.pk}/words/", {"area": EAST, "words": "总户数"}).context["rows"]
    assert [(row.head, row.household) for row in rows] == [("赵大", "9901011012010001")]
    entry = Entry.objects.filter(kind="reporting.figure.opened").latest("pk")
    assert (entry.area_code, entry.after) == (EAST, {"words": "总户数"})


def test_words_that_name_no_figure_and_areas_of_others_are_not_there(client_of, ran):  # noqa: F811
    for query in (
        {"area": EAST, "words": "外星人户数"},
        {"area": WEST, "words": "总户数"},
        {"area": EAST, "words": ""},
    ):
        assert client_of("township").get(f"/figures/{ran.pk}/words/", query).status_code == 404, query


def test_a_figure_about_health_opens_into_no_list(client_of, ran):  # noqa: F811
    answer = client_of("township").get(f"/figures/{ran.pk}/words/", {"area": EAST, "words": "慢性病卡办理人数"})
    assert "名单涉及个人健康" in answer.content.decode()
    assert "rows" not in answer.context
    assert not Entry.objects.filter(kind="reporting.figure.opened").exists()
