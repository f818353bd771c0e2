"""Meetings: who may, quorum, who must abstain, what adds up, and that what was closed is frozen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bangfu.office.audit.api import Entry
from bangfu.office.casework.api import Brought, Case, Move, act
from bangfu.office.meetings import actions, api, people, queries
from bangfu.office.meetings.minutes import make, minutes
from bangfu.office.meetings.models import Matter, Meeting, MeetingFile
from bangfu.office.meetings.rules import Votes, needed, vote_problems
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def refused(call, **more) -> str:
    """The words of a refusal."""
    with pytest.raises(Invalid) as error:
        call(**more)
    return str(error.value)


def words(document) -> str:
    """Everything that a document says."""
    from bangfu.office.meetings.minutes import _words

    return document.title + _words(document)


# -- who may not --------------------------------------------------------------------------------------------------


def test_who_may_not_calls_no_meeting_and_sees_none_elsewhere(village):
    given = api.Arrangements("review", timezone.now(), "村委会", "周一", "吴二")
    for part in ("auditor", "admin", "elsewhere"):
        with pytest.raises(Refused):
            api.call_meeting(actor=village.actor(part), area_code="990101101201", arrangements=given)
    row = village.meeting()
    with pytest.raises(OutOfReach):
        queries.meeting(village.actor("elsewhere"), row.pk)
    assert not queries.meetings(village.actor("elsewhere")).exists()
    assert queries.meetings(village.actor("township")).count() == 1


def test_words_of_a_meeting_hold_no_number_of_a_person(village):
    said = refused(village.meeting, place="电话13900000001")
    assert said == "请不要在文字中写证件号码、电话或账号"
    row = village.meeting()
    said = refused(actions.note_discussion, actor=village.actor(), meeting=row.pk, text="其身份证990101197503080012")
    assert said == "请不要在文字中写证件号码、电话或账号"


# -- the agenda and the quorum --------------------------------------------------------------------------------------


def test_only_a_case_that_waits_for_a_vote_goes_onto_the_agenda(village, registered):
    row = village.meeting()
    said = refused(api.add_matters, actor=village.actor(), meeting=row.pk, references=["GA2026-999999"])
    assert said == "没有等待评议的这些事项：GA2026-999999"
    assert refused(api.add_matters, actor=village.actor(), meeting=row.pk, references=[]) == "请选择要列入的事项"
    (matter,) = api.add_matters(actor=village.actor(), meeting=row.pk, references=[village.case.number])
    assert (matter.household, matter.quorum, matter.least) == (registered.east, "2/3", 5)
    assert refused(api.add_matters, actor=village.actor(), meeting=row.pk, references=[village.case.number])


def test_a_meeting_is_held_with_its_quorum_after_its_time_by_those_in_their_term(village):
    ahead = village.meeting(hours=-2)
    api.add_matters(actor=village.actor(), meeting=ahead.pk, references=[village.case.number])
    assert refused(api.hold, actor=village.actor(), meeting=ahead.pk, present=[]) == "会议时间未到，不能签到"
    row = village.meeting()
    assert refused(api.hold, actor=village.actor(), meeting=row.pk, present=[]) == "会议没有议题，请先列入议题"
    api.add_matters(actor=village.actor(), meeting=row.pk, references=[village.case.number])
    five = [one.pk for one in village.members[:5]]
    said = refused(api.hold, actor=village.actor(), meeting=row.pk, present=five)
    assert said == "应到 9 人，到会 5 人，至少须 6 人，不能表决"
    api.end_member(actor=village.actor("township"), member=village.members[8].pk, on=date(2026, 6, 1))
    gone = [one.pk for one in village.members[4:]]
    said = refused(api.hold, actor=village.actor(), meeting=row.pk, present=gone)
    assert said == "到会人员须是本村任期内的评议人员"
    guest = api.Guest("赵客", "representative")
    six = [one.pk for one in village.members[:6]]
    said = refused(api.hold, actor=village.actor(), meeting=row.pk, present=six, guests=[guest])
    assert said == "列席人员没有表决权，请选择乡镇干部或列席人员"
    done = api.hold(actor=village.actor(), meeting=row.pk, present=six)
    assert (done.entitled, done.present, done.state) == (8, 6, "held")


# -- near relatives -------------------------------------------------------------------------------------------------


def test_a_registered_relative_neither_votes_nor_chairs(village):
    brother = village.members[0]
    api.file_relative(
        actor=village.actor("township"), household=village.household.number, relation="户主之兄", member=brother.pk
    )
    _row, matter, people_there = village.held()
    count = api.Count(5, 2, 0)
    said = refused(api.vote, actor=village.actor(), matter=matter.pk, count=count)
    assert said == "已备案为该户近亲属，必须回避，不得表决：周一（户主之兄）"
    out = (people_there[0].pk,)
    said = refused(api.vote, actor=village.actor(), matter=matter.pk, count=api.Count(4, 2, 0, out))
    assert said == "周一 已备案为该户近亲属（户主之兄），不得主持本议题，请换人主持"
    said = refused(api.vote, actor=village.actor(), matter=matter.pk, count=api.Count(5, 2, 0, out, "吴二"))
    assert said == "到会 7 人，赞成 5、反对 2、弃权 0、回避 1，合计不符"
    done = api.vote(actor=village.actor(), matter=matter.pk, count=api.Count(4, 2, 0, out, "吴二"))
    assert (done.result, done.relatives_abstained, done.chair) == ("carried", 1, "吴二")


def test_half_is_not_more_than_half(village):
    _row, matter, people_there = village.held()
    count = api.Count(3, 3, 0, (people_there[6].pk,))
    assert api.vote(actor=village.actor(), matter=matter.pk, count=count).result == "lost"


def test_an_account_that_is_registered_abstains_in_the_household_s_cases(village, registered):
    from bangfu.office.casework.api import open_case

    api.file_relative(
        actor=village.actor("civil"), household=village.household.number, relation="女婿", account="township"
    )
    move = Move("step_done", "community_review", "confirmed")
    version = Case.objects.get(pk=village.case.pk).version
    said = refused(act, actor=village.actor("township"), case=village.case.pk, move=move, expected=version)
    assert said.startswith("申请家庭的近亲属应当回避")
    later = open_case(
        actor=village.actor("village"), household=registered.east.number, procedure="temporary_assistance_emergency"
    )
    assert Case.objects.get(pk=later.pk).version == 2  # opened, and barred by the office itself
    said = refused(
        api.file_relative,
        actor=village.actor("civil"),
        household=village.household.number,
        relation="女婿",
        account="township",
    )
    assert said == "已备案"


def test_a_relative_is_registered_where_the_household_is(village, registered):
    west = api.add_member(actor=village.actor("elsewhere"), area_code="990101102201", name="西人", role="member",
                          starts_on=date(2026, 1, 1))  # fmt: skip
    said = refused(
        api.file_relative,
        actor=village.actor("civil"),
        household=village.household.number,
        relation="兄",
        member=west.pk,
    )
    assert said == "评议人员须在本户所在的村或乡镇"
    with pytest.raises(OutOfReach):
        api.file_relative(
            actor=village.actor("village"), household=registered.west.number, relation="兄", account="village"
        )


# -- closing and freezing -------------------------------------------------------------------------------------------


def test_it_is_closed_when_all_was_voted_on_and_who_came_is_proven(village):
    row, matter, _there = village.held()
    assert refused(api.close, actor=village.actor(), meeting=row.pk) == f"还没有登记表决：{village.case.number}"
    api.vote(actor=village.actor(), matter=matter.pk, count=api.Count(5, 1, 1))
    assert refused(api.close, actor=village.actor(), meeting=row.pk) == "请先上传签到表照片，或登记签到表存放处"
    assert refused(api.add_file, actor=village.actor(), meeting=row.pk, kind="sign_in") == "请上传照片，或写明存放处"
    photo = SimpleUploadedFile("a.png", PNG, "image/png")
    made = api.add_file(actor=village.actor(), meeting=row.pk, kind="sign_in", file=photo)
    _row, content = people.open_file(actor=village.actor(), file=made.pk)
    assert content == PNG
    api.close(actor=village.actor(), meeting=row.pk)
    assert Entry.objects.filter(kind="meetings.closed").count() == 1
    assert Entry.objects.filter(kind="meetings.file_read").count() == 1


def test_what_was_closed_does_not_change(village):
    row = village.closed()
    matter = Matter.objects.get(meeting=row)
    given = api.Arrangements("review", timezone.now(), "别处", "周一", "吴二")
    writes = [
        (api.vote, {"matter": matter.pk, "count": api.Count(0, 7, 0)}),
        (actions.change_meeting, {"meeting": row.pk, "arrangements": given}),
        (actions.drop_meeting, {"meeting": row.pk}),
        (actions.remove_matter, {"matter": matter.pk}),
        (api.add_matters, {"meeting": row.pk, "references": [village.case.number]}),
        (api.hold, {"meeting": row.pk, "present": []}),
        (actions.note_discussion, {"meeting": row.pk, "text": "后补"}),
        (api.add_file, {"meeting": row.pk, "kind": "photo", "paper": "柜"}),
        (api.add_task, {"meeting": row.pk, "what": "x", "owner": "y", "due_on": date(2027, 1, 1)}),
        (api.close, {"meeting": row.pk}),
    ]
    for call, more in writes:
        assert refused(call, actor=village.actor(), **more) == "会议已办结，记录已封存，不能再改", call
    assert queries.unchanged(row, [matter])
    Meeting.objects.filter(pk=row.pk).update(content=row.content.replace("村委会", "村小学"))
    assert not queries.unchanged(Meeting.objects.get(pk=row.pk), [matter])


def test_what_is_erased_of_a_household_leaves_the_figures(village):
    from bangfu.office.meetings.erasing import erase

    row = village.closed()
    api.file_relative(
        actor=village.actor("civil"), household=village.household.number, relation="兄", member=village.members[1].pk
    )
    erase(village.household)
    matter = Matter.objects.select_related("household__key").get(meeting=row)
    assert (matter.title, matter.objections, matter.sealed, matter.in_favour) == ("", "", None, 5)
    assert [(one.name, one.relation) for one in api.relatives_of(village.household)] == [("", "")]
    assert queries.unchanged(row, [matter])


# -- what follows ---------------------------------------------------------------------------------------------------


def test_a_case_takes_its_votes_and_minutes_from_the_closed_meeting(village):
    def things(pk):
        return {"votes": Brought(meeting=pk), "minutes": Brought(meeting=pk)}

    row, matter, _there = village.held()
    move = Move("step_done", "community_review", "confirmed", things=things(row.pk))
    version = Case.objects.get(pk=village.case.pk).version
    said = refused(act, actor=village.actor("village"), case=village.case.pk, move=move, expected=version)
    assert said.startswith("没有讨论过本事项并已办结的这次会议")
    api.vote(actor=village.actor(), matter=matter.pk, count=api.Count(2, 5, 0))
    api.add_file(actor=village.actor(), meeting=row.pk, kind="sign_in", paper="柜")
    api.close(actor=village.actor(), meeting=row.pk)
    said = refused(act, actor=village.actor("village"), case=village.case.pk, move=move, expected=version)
    assert "赞成未过半数" in said
    move = Move("step_done", "community_review", "doubted", things=things(row.pk))
    done = act(actor=village.actor("village"), case=village.case.pk, move=move, expected=version)
    assert '"in_favour":2' in done.content.replace(" ", "")
    left = village.case.documents.filter(meeting=row.pk).values_list("thing", flat=True)
    assert sorted(left) == ["minutes", "votes"]


def test_decisions_become_tasks_that_are_done_with_a_proof(village):
    row, _matter, _there = village.held()
    early = timezone.localdate() - timedelta(days=30)
    assert (
        refused(api.add_task, actor=village.actor(), meeting=row.pk, what="复核收入", owner="吴二", due_on=early)
        == "期限不能早于会议日期"
    )
    task = api.add_task(
        actor=village.actor(), meeting=row.pk, what="复核收入", owner="吴二", due_on=timezone.localdate()
    )
    api.Task.objects.update(due_on=date(2026, 1, 1))
    assert [one.count for one in api.waiting(village.actor())] == [1]
    assert api.waiting(village.actor("elsewhere")) == []
    assert refused(api.finish_task, actor=village.actor(), task=task.pk, proof="") == "请写明理由"
    api.finish_task(actor=village.actor(), task=task.pk, proof="已入户，收条见村委会 1 号柜")
    assert refused(api.finish_task, actor=village.actor(), task=task.pk, proof="再办") == "这一事项已办结"
    assert api.waiting(village.actor()) == []


def test_the_minutes_say_all_and_what_is_posted_says_less(village):
    api.file_relative(
        actor=village.actor("civil"),
        household=village.household.number,
        relation="户主之兄",
        member=village.members[6].pk,
    )
    row, matter, there = village.held()
    assert refused(minutes, meeting=row, posted=True) == "会议办结后才能公布结果"
    count = api.Count(5, 1, 0, (there[6].pk,), "", "有人提出其子在外经商")
    api.vote(actor=village.actor(), matter=matter.pk, count=count)
    actions.note_discussion(actor=village.actor(), meeting=row.pk, text="郑三：情况属实")
    api.add_task(actor=village.actor(), meeting=row.pk, what="核实其子收入", owner="吴二", due_on=timezone.localdate())
    api.add_file(actor=village.actor(), meeting=row.pk, kind="sign_in", paper="柜")
    row = api.close(actor=village.actor(), meeting=row.pk)
    whole, posted = words(minutes(row)), words(minutes(row, posted=True))
    for word in ("民主评议会会议记录", "应到9人，实到7人", "孙乡长（乡镇干部）", "回避1人（褚七）", "赞成5人", "结果：通过",
                 "其子在外经商", "郑三：情况属实", "核实其子收入", "主持人：＿", row.sha256[:16]):  # fmt: skip
        assert word in whole, word
    for word in ("经商", "郑三", "褚七", "户主之兄", village.case.number, village.household.number):
        assert word not in posted, word
    assert "赵大" in posted
    assert make(village.actor(), row, "pdf", False).startswith(b"%PDF-")
    assert make(village.actor(), row, "docx", True).startswith(b"PK")
    assert Entry.objects.filter(kind="meetings.minutes").count() == 2


# -- arithmetic -----------------------------------------------------------------------------------------------------

small = st.integers(0, 12)


@given(small, small, small, small, small, small, st.sampled_from(["2/3", "1/2", "3/4", "1/1"]), st.integers(0, 8))
def test_what_a_meeting_accepts_the_case_engine_accepts(
    entitled, present, favour, against, abstaining, relatives, quorum, least
):
    from fractions import Fraction

    from bangfu.core.procedures import Calendar, Thing
    from bangfu.core.procedures.things import thing_problems
    from bangfu.core.rulebook.model import Label, Place
    from bangfu.core.rulebook.procedure_model import ThingKind

    votes = Votes(entitled, present, favour, against, abstaining, relatives)
    kind = ThingKind(
        "votes", "votes", Label("表决", "votes"), 1, Fraction(quorum), least, None, None, "", Place("x", 1, 1)
    )
    thing = Thing("votes", "doc:1", None, votes.values())
    theirs = list(thing_problems(kind, thing, date(2026, 1, 1), Calendar({})))
    assert bool(list(vote_problems(votes, quorum, least))) == bool(theirs)


@given(small, small, small, small)
def test_carried_is_more_than_half_of_those_who_may_vote(favour, against, abstaining, relatives):
    votes = Votes(99, favour + against + abstaining + relatives, favour, against, abstaining, relatives)
    assert (votes.result == "carried") == (favour > against + abstaining)


@given(st.integers(0, 200), st.sampled_from(["2/3", "1/2", "3/4", "1/1"]), st.integers(0, 8))
def test_the_quorum_is_the_smallest_number_that_reaches_the_share(entitled, quorum, least):
    above, below = map(int, quorum.split("/"))
    found = needed(entitled, quorum, least)
    assert found * below >= entitled * above
    assert found == least or (found - 1) * below < entitled * above


def test_a_file_belongs_to_its_meeting(village):
    row, _matter, _there = village.held()
    made = api.add_file(actor=village.actor(), meeting=row.pk, kind="photo", file=SimpleUploadedFile("a.png", PNG))
    with pytest.raises(OutOfReach):
        people.open_file(actor=village.actor("elsewhere"), file=made.pk)
    assert MeetingFile.objects.get().file_name != ""


def test_lists_ask_the_database_no_more_when_there_is_more(village, client_of, django_assert_max_num_queries):
    row, _matter, _there = village.held()
    api.add_task(actor=village.actor(), meeting=row.pk, what="复核", owner="吴二", due_on=timezone.localdate())
    for n in range(12):
        more = village.meeting(hours=n + 2)
        Matter.objects.create(meeting=more, position=1, household=village.household, reference=f"R{n}", title="低保")
        api.Task.objects.create(meeting=more, area_code=more.area_code, what="x", owner="y", due_on=date(2026, 12, 1))
    client = client_of("township")
    for address in ("/meetings/", "/meetings/tasks/", "/meetings/committee/", "/meetings/relatives/"):
        client.get(address)
        with django_assert_max_num_queries(14):
            assert client.get(address).status_code == 200


def test_the_question_about_near_relatives_is_answered_by_the_register(village, registered, client_of):
    from bangfu.office.casework.api import open_case

    api.file_relative(
        actor=village.actor("civil"),
        household=registered.east.number,
        relation="户主之兄",
        member=village.members[1].pk,
    )
    Case.objects.filter(pk=village.case.pk).update(status="closed")
    again = open_case(actor=village.actor("village"), household=registered.east.number, procedure="dibao")
    papers = {name: Brought(paper="柜", dated=timezone.localdate()) for name in ("application", "promise")}
    move = Move("step_done", "apply", "filed", things=papers)
    act(actor=village.actor("village"), case=again.pk, move=move, expected=again.version)
    page = (
        client_of("township")
        .get(f"/cases/{again.pk}/act/?kind=step_done&name=accept&outcome=accepted")
        .content.decode()
    )
    assert "已备案的近亲属：吴二（户主之兄）" in page
    asked = page.split('name="v-near_relative"')[1]
    assert 'value="yes"' in asked.split(">")[0]
    assert "checked" in asked.split(">")[0]
