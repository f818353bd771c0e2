"""回头看: the list freezes, every finding is settled by two people or explained, and nothing closes half-way."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.pairing import campaign_actions as ca
from bangfu.office.pairing import campaign_queries as cq
from bangfu.office.pairing import machine
from bangfu.office.pairing.models import Campaign, CampaignFinding, CampaignRow
from bangfu.office.pairing.plan_actions import Evidence

pytestmark = pytest.mark.django_db
COUNTY, EAST, EAST_VILLAGE, WEST_VILLAGE = "990101", "990101101", "990101101201", "990101102201"
TODAY = timezone.localdate()
BEGUN = TODAY - timedelta(days=20)
PAPER = Evidence(paper="乡镇 2 号柜")


def drafted(cast, part="township", area=EAST, scope=None, **more):
    values = {
        "title": "退出户回头看",
        "template": "wrong_exit",
        "starts_on": BEGUN,
        "due_on": TODAY + timedelta(days=30),
    }
    return ca.draft(actor=cast.actor(part), area_code=area, scope=scope or {"filter": ""}, **{**values, **more})


def started(cast, part="township", **more):
    found = drafted(cast, part, **more)
    homes = cq.listed_now(cast.actor(part), found.area_code, found.scope)
    return ca.start(actor=cast.actor(part), campaign=found.pk, seen=cq.list_hash(home.number for home in homes))


def look(cast, found, row, part="village", on=TODAY, more=(), **answers):
    asked = {q["id"]: answers.get(q["id"], q["expected"]) for q in found.checklist["questions"]}
    return ca.look(actor=cast.actor(part), campaign=found.pk, row=row.pk, given=ca.Look(on, asked, {}, more=more))


def assigned(cast, fault, part="village", **more):
    args = {"correction": "补齐材料", "responsible": "牛干部", "due_on": TODAY + timedelta(days=5)}
    return ca.assign(actor=cast.actor(part), campaign=fault.campaign_id, finding=fault.pk, **{**args, **more})


def reported(cast, fault, part="village", evidence=PAPER):
    return ca.report(
        actor=cast.actor(part),
        campaign=fault.campaign_id,
        finding=fault.pk,
        on=TODAY,
        words="已补齐",
        evidence=evidence,
    )


def settled(cast, fault, deed, part="township", words="看过原件"):
    return ca.settle(actor=cast.actor(part), campaign=fault.campaign_id, finding=fault.pk, deed=deed, words=words)


def rows_of(found):
    return list(CampaignRow.objects.filter(campaign=found).order_by("place"))


def test_who_acts_does_not_begin_a_campaign_and_nobody_elsewhere(cast, registered):
    for part, area in (("village", EAST_VILLAGE), ("township", WEST_VILLAGE), ("auditor", COUNTY)):
        with pytest.raises(Refused):
            drafted(cast, part, area)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"template": "none"}, {"template": "请选择检查清单"}),
        ({"title": " "}, {"title": "请填写名称"}),
        ({"due_on": BEGUN - timedelta(days=1)}, {"due_on": "截止日期应在开始日期之后、550 天之内"}),
        ({"scope": {"filter": "type=rich"}}, {"type": "没有这个选项：rich"}),
        ({"scope": {"numbers": ["9901011022010001"]}}, {"numbers": "1 个户编号在本区划没有在册的户：9901011022010001"}),
    ],
)
def test_a_draft_that_cannot_be_is_refused(cast, registered, more, said):
    with pytest.raises(Invalid) as error:
        drafted(cast, **more)
    assert error.value.errors == said


def test_the_list_freezes_as_it_was_shown(cast, registered, monitored):
    found = drafted(cast, scope={"filter": "monitored=any"})
    with pytest.raises(Invalid) as error:
        ca.start(actor=cast.actor("township"), campaign=found.pk, seen="0" * 64)
    assert str(error.value) == "预览之后名单有了变化，请按新的名单重新核对"
    assert not CampaignRow.objects.exists()
    numbers = sorted(home.number for home in monitored)
    digest = hashlib.sha256("".join(f"{n}\n" for n in numbers).encode()).hexdigest()
    found = ca.start(actor=cast.actor("township"), campaign=found.pk, seen=digest)
    assert (found.listed, found.list_hash) == (5, digest)
    assert [row.household.number for row in rows_of(found)] == numbers
    from many_households import more

    more(1, start=70, monitored_kind="unstable_graduated")
    assert CampaignRow.objects.filter(campaign=found).count() == 5
    assert cq.unchanged(found)
    with pytest.raises(Invalid) as error:
        ca.start(actor=cast.actor("township"), campaign=found.pk, seen=digest)
    assert str(error.value) == "这次回头看现在是“开展中”，不能这样办理"
    assert Entry.objects.filter(kind="pairing.campaign_started").get().after == {"listed": 5, "sha256": digest}


def test_an_empty_list_is_no_campaign(cast, registered):
    found = drafted(cast, scope={"filter": "monitored=any"})
    with pytest.raises(Invalid) as error:
        ca.start(actor=cast.actor("township"), campaign=found.pk, seen=cq.list_hash([]))
    assert str(error.value) == "名单中没有户，请调整范围"
    assert ca.drop(actor=cast.actor("township"), campaign=found.pk).state == "dropped"


def test_every_question_is_answered_and_a_look_has_a_day(cast, registered):
    found = started(cast)
    (row,) = rows_of(found)
    with pytest.raises(Invalid) as error:
        ca.look(actor=cast.actor("village"), campaign=found.pk, row=row.pk, given=ca.Look(TODAY, {"water": "no"}, {}))
    assert error.value.errors == {f"q-{q['id']}": "请回答" for q in found.checklist["questions"] if q["id"] != "water"}
    for day in (BEGUN - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Invalid) as error:
            look(cast, found, row, on=day)
        assert error.value.errors == {"on": f"查看日期应在 {BEGUN} 之后、不晚于今天"}
    for part, refusal in (("elsewhere", OutOfReach), ("auditor", Refused)):
        with pytest.raises(refusal):
            look(cast, found, row, part)


def test_what_is_not_in_order_is_a_finding_and_what_is_unclear_too(cast, registered):
    found = started(cast)
    (row,) = rows_of(found)
    look(cast, found, row, water="no", income_now="unknown", more=[("file_fault", "手册缺两页")])
    kinds = list(CampaignFinding.objects.order_by("pk").values_list("kind", "question", "words"))
    assert kinds == [
        ("unclear", "income_now", "现在的收入是否仍能维持，没有大的支出缺口：不清楚"),
        ("guarantee_gap", "water", "饮水是否安全（小井水有检测报告）：否"),
        ("file_fault", "", "手册缺两页"),
    ]
    # a second look adds what is new and takes nothing away
    look(cast, found, row, housing="no")
    assert CampaignFinding.objects.count() == 4
    entry = Entry.objects.filter(kind="pairing.looked").order_by("pk").last()
    assert entry.after["findings"] == ["guarantee_gap"]


def test_who_reported_it_done_does_not_confirm_it(cast, registered):
    found = started(cast)
    look(cast, found, rows_of(found)[0], water="no")
    fault = found.findings.get()
    for refused in (reported, lambda c, f: settled(c, f, "confirm")):
        with pytest.raises(Invalid) as error:
            refused(cast, fault)
        assert str(error.value) == "这个问题现在是“待定整改”，不能这样办理"
    assigned(cast, fault)
    with pytest.raises(Invalid) as error:
        reported(cast, fault, evidence=Evidence())
    assert error.value.errors == {"paper": "请上传或选用佐证材料，或写明纸质材料存放处"}
    reported(cast, fault)
    with pytest.raises(Invalid) as error:
        settled(cast, fault, "confirm", "village")
    assert str(error.value) == "报整改的人不能自己复核，须由另一人复核"
    with pytest.raises(Invalid) as error:
        settled(cast, fault, "send_back", words="")
    assert error.value.errors == {"words": "请写明理由"}
    settled(cast, fault, "send_back", words="照片不是本户")
    reported(cast, fault)
    assert settled(cast, fault, "confirm").state == "corrected"
    with pytest.raises(Invalid):
        settled(cast, fault, "justify")


def test_only_who_decides_says_that_it_was_no_fault_and_why(cast, registered):
    found = started(cast)
    look(cast, found, rows_of(found)[0], water="no")
    fault = found.findings.get()
    with pytest.raises(Refused):
        settled(cast, fault, "justify", "village")
    with pytest.raises(Invalid) as error:
        settled(cast, fault, "justify", words="")
    assert error.value.errors == {"words": "请写明理由"}
    assert settled(cast, fault, "justify", words="检测报告已补").state == "justified"


def test_a_closed_case_of_the_household_is_proof(cast, registered):
    from bangfu.office.casework.api import open_case

    found = started(cast)
    look(cast, found, rows_of(found)[0], water="no")
    fault = found.findings.get()
    with pytest.raises(Invalid) as error:
        assigned(cast, fault, case="GA2026-999999")
    assert error.value.errors == {"case": "本户没有这个事项：GA2026-999999"}
    case = open_case(actor=cast.actor("village"), household=registered.east.number, procedure="dibao")
    assigned(cast, fault, case=case.number)
    with pytest.raises(Invalid):
        reported(cast, fault, evidence=Evidence())
    type(case).objects.filter(pk=case.pk).update(status="closed")
    assert reported(cast, fault, evidence=Evidence()).state == "done"


def test_it_ends_when_all_are_looked_at_and_all_is_settled(cast, registered, monitored):
    found = started(cast)
    rows = rows_of(found)
    for row in rows[:-1]:
        look(cast, found, row)
    look(cast, found, rows[0], water="no")
    with pytest.raises(Invalid) as error:
        ca.close(actor=cast.actor("township"), campaign=found.pk)
    assert str(error.value) == "还有 1 户没有查看、1 个问题没有销号，不能结束"
    look(cast, found, rows[-1])
    fault = found.findings.get()
    assigned(cast, fault)
    reported(cast, fault)
    with pytest.raises(Invalid):
        ca.close(actor=cast.actor("township"), campaign=found.pk)
    settled(cast, fault, "confirm")
    with pytest.raises(Refused):
        ca.close(actor=cast.actor("village"), campaign=found.pk)
    found = ca.close(actor=cast.actor("township"), campaign=found.pk)
    assert found.outcome == {EAST_VILLAGE: [6, 6, 1, 1, 1, 0, 1, 0]}
    assert found.outcome_hash == hashlib.sha256(ca.contents(found).encode()).hexdigest()
    for late in (lambda: look(cast, found, rows[0]), lambda: ca.close(actor=cast.actor("township"), campaign=found.pk)):
        with pytest.raises(Invalid) as error:
            late()
        assert str(error.value) == "这次回头看现在是“已结束”，不能这样办理"


def test_closing_that_is_interrupted_leaves_it_as_it_was(cast, registered, monkeypatch):
    found = started(cast)
    look(cast, found, rows_of(found)[0])
    before = Campaign.objects.filter(pk=found.pk).values().get()
    real = ca.audit.record

    def killed(actor, kind, *args, **details):
        if kind.code == "pairing.campaign_closed":
            raise KeyboardInterrupt
        return real(actor, kind, *args, **details)

    monkeypatch.setattr(ca.audit, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        ca.close(actor=cast.actor("township"), campaign=found.pk)
    assert Campaign.objects.filter(pk=found.pk).values().get() == before
    monkeypatch.undo()
    assert ca.close(actor=cast.actor("township"), campaign=found.pk).state == "closed"


def test_who_sees_the_whole_campaign_checks_whether_it_is_as_it_was_closed(cast, registered, client_of):
    found = started(cast)
    look(cast, found, rows_of(found)[0])
    ca.close(actor=cast.actor("township"), campaign=found.pk)
    address = reverse("pairing:campaign", args=[found.pk])
    assert "名单与启动时一致" not in client_of("village").get(address + "?check=1").content.decode()
    text = client_of("auditor").get(address + "?check=1").content.decode()
    assert "名单与启动时一致" in text
    assert "结果与结束时一致" in text
    CampaignRow.objects.filter(campaign=found).update(looked_by="somebody")
    text = client_of("auditor").get(address + "?check=1").content.decode()
    assert "名单与启动时一致" in text
    assert "结果与结束时不一致" in text


def test_more_households_than_one_campaign_may_hold_are_refused(cast, registered, monitored, monkeypatch):
    monkeypatch.setattr(cq.quotas, "parameter", lambda *_asked: cq.quotas.Quota(5, "县办〔2026〕1号"))
    with pytest.raises(Invalid) as error:
        drafted(cast)
    assert str(error.value) == "名单有 6 户，超过一次回头看的上限 5 户；请按乡镇分别开展"


def test_a_list_that_was_tampered_with_does_not_close(cast, registered, monitored):
    found = started(cast)
    for row in rows_of(found):
        look(cast, found, row)
    CampaignRow.objects.filter(campaign=found, place=3).delete()
    with pytest.raises(Invalid) as error:
        ca.close(actor=cast.actor("township"), campaign=found.pk)
    assert str(error.value) == "名单与启动时定格的不一致，不能结束；请联系管理员核对"


def test_counts_equal_the_lists_in_every_area_and_end_at_it(cast, registered, monitored):
    found = started(cast, "civil", area=COUNTY)
    assert found.listed == 7
    rows = rows_of(found)
    for row in rows[:4]:
        look(cast, found, row, "civil")
    look(cast, found, rows[0], "civil", water="no", housing="no")
    look(cast, found, rows[-1], "civil", file="no")
    for part, areas in (("civil", {EAST, "990101102"}), ("township", {EAST_VILLAGE}), ("elsewhere", {WEST_VILLAGE})):
        actor = cast.actor(part)
        by_area = cq.by_area(actor, found)
        assert {one.code for one in by_area} == areas
        for one in by_area:
            inside = [row for row in rows_of(found) if row.area_code.startswith(one.code)]
            faults = CampaignFinding.objects.filter(campaign=found, area_code__startswith=one.code)
            assert one.counts.listed == len(inside)
            assert one.counts.looked == sum(row.looked_on is not None for row in inside)
            assert one.counts.with_findings == len({fault.row_id for fault in faults})
            assert (one.counts.findings, one.counts.open) == (len(faults), len(faults))
    assert cq.whole(found).parts() == (7, 5, 2, 0, 3, 3, 0, 0)
    assert cq.counts_of(cast.actor("elsewhere"), [found])[found.pk].listed == 1


def test_tables_and_report_hold_what_the_page_counts(cast, registered, monitored, client_of):
    from openpyxl import load_workbook

    found = started(cast, "civil", area=COUNTY)
    rows = rows_of(found)
    look(cast, found, rows[0], "civil", water="no")
    client = client_of("township")
    made = client.get(reverse("pairing:campaign_export", args=[found.pk]))
    book = load_workbook(io.BytesIO(made.content))
    assert book.sheetnames == ["各村进度", "名单", "问题"]
    whole = [cell.value for cell in list(book["各村进度"].rows)[-1]]
    assert whole == ["", "合计", 6, 1, 1, 0, 1, 1, 0, 0]
    assert book["名单"].max_row == 7
    assert "孙三" not in {row[2].value for row in book["名单"].rows}
    made = client.get(reverse("pairing:campaign_report", args=[found.pk]))
    text = zipfile.ZipFile(io.BytesIO(made.content)).read("word/document.xml").decode()
    assert "整改清单" in text
    assert "饮水是否安全" in text
    assert "孙三" not in text
    assert Entry.objects.filter(kind="pairing.exported").count() == 2


def test_the_pages_of_a_campaign_from_draft_to_close(cast, registered, client_of, django_assert_max_num_queries):
    client = client_of("township")
    form = {"title": "秋季回头看", "template": "wrong_exit", "area_code": EAST, "numbers": registered.east.number,
            "starts_on": BEGUN.isoformat(), "due_on": TODAY.isoformat()}  # fmt: skip
    new = reverse("pairing:campaign_new")
    assert "没有在册的户" in client.post(new, {**form, "numbers": "9901011022010001"}).content.decode()
    page = client.post(new, form).url
    text = client.get(page).content.decode()
    assert "以这 1 户启动，名单定格" in text
    assert "赵大" in text
    found = Campaign.objects.get()
    client.post(reverse("pairing:campaign_start", args=[found.pk]), {"seen": cq.list_hash([registered.east.number])})
    (row,) = rows_of(found)
    address = reverse("pairing:campaign_row", args=[found.pk, row.pk])
    answers = {f"q-{q['id']}": q["expected"] for q in found.checklist["questions"]}
    given = {**answers, "on": TODAY.isoformat(), "q-water": "no", "w-water": "井水浑浊"}
    assert client.post(address, {**given, "q-file": ""}).status_code == 200
    assert client.post(address, given).status_code == 302
    fault = found.findings.get()
    assert fault.words == "井水浑浊"
    deeds = reverse("pairing:finding", args=[found.pk, fault.pk])
    client.post(
        deeds,
        {"deed": "assign", "a-correction": "接入自来水", "a-responsible": "牛干部", "a-due_on": TODAY.isoformat()},
    )
    client.post(deeds, {"deed": "report", "r-on": TODAY.isoformat(), "r-words": "已通水", "r-paper": "村部"})
    assert "须由另一人复核销号" in client.get(deeds).content.decode()
    assert client_of("civil").post(deeds, {"deed": "confirm", "c-words": ""}).status_code == 302
    client = client_of("township")
    with django_assert_max_num_queries(35):
        assert "已销号" in client.get(page).content.decode()
    client.post(reverse("pairing:campaign_close", args=[found.pk]))
    found.refresh_from_db()
    assert found.state == "closed"
    with django_assert_max_num_queries(25):
        assert "秋季回头看" in client.get(reverse("pairing:campaigns")).content.decode()


STEPS = st.lists(st.tuples(st.sampled_from(sorted(machine.FINDING)), st.sampled_from("abc")), max_size=14)


@given(steps=STEPS)
def test_no_path_settles_a_finding_that_nobody_assigned_reported_and_another_confirmed(steps):
    state, reporter, path = "found", "", []
    for deed, who in steps:
        following = machine.after(state, deed, reported_by=reporter, actor=who)
        if following is None:
            continue
        assert not machine.settled(state), "what is settled stays"
        reporter = who if deed == "report" else "" if deed == "send_back" else reporter
        path.append((deed, who))
        state = following
    if state == "corrected":
        names = [deed for deed, _who in path]
        assert names[0] == "assign"
        assert names[-1] == "confirm"
        assert names[-2] == "report"
        assert path[-2][1] != path[-1][1]
    if state == "justified":
        assert path[-1][0] == "justify"
        assert "confirm" not in [deed for deed, _who in path]


WALK = st.lists(
    st.tuples(st.sampled_from(["look", "bad", "assign", "report", "confirm", "send_back", "justify", "close"]), st.integers(0, 1), st.booleans()),
    max_size=12,
)  # fmt: skip


@given(walk=WALK)
@settings(max_examples=12, deadline=None)
def test_whatever_is_done_it_closes_only_when_all_is_settled_and_counts_are_true(walk):
    from django.db import transaction
    from many_households import more

    from bangfu.office.accounts.api import system_actor

    with transaction.atomic():
        one, two = system_actor(), system_actor("另一人")
        object.__setattr__(two, "key", "second")
        homes = sorted(more(2), key=lambda home: home.number)
        _area()
        made = ca.draft(actor=one, title="看", template="wrong_exit", area_code=EAST_VILLAGE, scope={"numbers": [h.number for h in homes]}, starts_on=BEGUN, due_on=TODAY)  # fmt: skip
        made = ca.start(actor=one, campaign=made.pk, seen=cq.list_hash(h.number for h in homes))
        rows, closed = rows_of(made), False
        for deed, place, second in walk:
            actor, row = two if second else one, rows[place]
            fault = CampaignFinding.objects.filter(row=row).order_by("pk").last()
            could = cq.whole(made).closable
            try:
                _do(deed, actor, made, row, fault)
            except Invalid:
                assert deed != "close" or closed or not could
                continue
            assert not closed, "nothing is written into a closed campaign"
            if deed == "close":
                assert could
                closed = True
        counts = cq.whole(made)
        states = list(CampaignFinding.objects.filter(campaign=made).values_list("state", flat=True))
        assert counts.findings == len(states) == counts.open + counts.corrected + counts.justified
        assert counts.looked == sum(row.looked_on is not None for row in rows_of(made))
        assert not closed or (counts.open == 0 and counts.looked == 2)
        transaction.set_rollback(True)


def _area() -> None:
    from bangfu.office.areas.api import Area

    Area.objects.get_or_create(
        code=EAST_VILLAGE,
        defaults={"name": "东风村", "level": "village", "parent_code": EAST, "valid_from": date(2026, 1, 1)},
    )


def _do(deed, actor, found, row, fault):
    if deed in ("look", "bad"):
        asked = {q["id"]: q["expected"] for q in found.checklist["questions"]}
        answers = {**asked, "water": "no"} if deed == "bad" else asked
        return ca.look(actor=actor, campaign=found.pk, row=row.pk, given=ca.Look(TODAY, answers, {}))
    if deed == "close":
        return ca.close(actor=actor, campaign=found.pk)
    if fault is None:
        raise Invalid("没有问题")
    if deed == "assign":
        return ca.assign(
            actor=actor, campaign=found.pk, finding=fault.pk, correction="改", responsible="某人", due_on=TODAY
        )
    if deed == "report":
        return ca.report(actor=actor, campaign=found.pk, finding=fault.pk, on=TODAY, words="好了", evidence=PAPER)
    return ca.settle(actor=actor, campaign=found.pk, finding=fault.pk, deed=deed, words="核实")
