"""Many cases at once: what a preview says, what is then done, what is refused and why; interruptions; who a step belongs to."""

from __future__ import annotations

import pytest
from django.db import connection
from many_households import more
from runs_by_hand import add_lines, make_run

from bangfu.office.audit.api import Entry
from bangfu.office.audit.verify import verify
from bangfu.office.casework.api import Case, CaseEvent, open_case
from bangfu.office.casework.bulk import handing, moving, opening, running
from bangfu.office.casework.bulk.rows import BulkAction, BulkItem, SharedDocument
from bangfu.office.casework.checking import problems
from bangfu.office.casework.models import CaseDocument, OpenStep, StepPassed
from bangfu.office.casework.moves import Move
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db
EAST_VILLAGE, WEST_VILLAGE = "990101101201", "990101102201"
MISSED, WRONG = "entitled_not_receiving", "receiving_not_entitled"


@pytest.fixture
def homes(registered):
    """Five households of the east village beside the first."""
    more(5)
    from bangfu.office.registry.api import Household

    return list(Household.objects.filter(area_code=EAST_VILLAGE).order_by("number"))


@pytest.fixture
def cases(hands, homes):
    """A case of dibao for each, applied for."""
    made = []
    for home in homes:
        case = open_case(actor=hands.actor("village"), household=home.number, procedure="dibao")
        hands.act(case, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
        made.append(Case.objects.get(pk=case.pk))
    return made


def answers(action) -> dict:
    """How many items of each answer."""
    return running.counts(action)


def reasons(action, answer: str) -> list[str]:
    """Why items were not done."""
    return sorted(set(action.items.filter(answer=answer).values_list("reason", flat=True)))


def accept(case) -> moving.Together:
    """Acceptance of cases at the step `accept`."""
    verdicts = {"near_relative": "no", "reported": "no"}
    move = Move("step_done", "accept", "accepted", verdicts=verdicts)
    return moving.Together(case.definition_id, "accept", move, {"receipt": moving.Same()})


def chosen(actor, cases) -> BulkAction:
    """A new action on these cases."""
    return running.begin(actor=actor, sort="move", items=moving.items_of(cases), content={})


def moved(actor, cases, together, note="", between=None) -> BulkAction:
    """Previewed and confirmed."""
    action = chosen(actor, cases)
    running.move(actor=actor, action=action, together=together, note=note)
    if between is not None:
        between()
    running.confirm(actor=actor, action=action)
    action.refresh_from_db()
    return action


def lines_opened(actor, run, choices, confirm=True) -> BulkAction:
    """Lines of a run as cases."""
    from bangfu.office.runs import api as runs

    lines = runs.findings(actor, run, runs.Filters()).order_by("area_code", "household_number", "id")
    content = {"run": run.pk, "choices": choices}
    action = running.begin(actor=actor, sort="open", items=opening.items_of(lines), content=content)
    running.preview(actor=actor, action=action, content=content)
    if confirm:
        running.confirm(actor=actor, action=action)
    action.refresh_from_db()
    return action


def line(kind, definition, home, **more_values):
    """A line of a run by hand."""
    return (kind, definition, home.number, home.area_code, more_values)


# -- opened from a run's lines ------------------------------------------------------------------------------------


def test_a_preview_says_which_would_open_which_are_open_and_which_are_refused_and_writes_no_case(
    hands, homes, registered
):
    from bangfu.office.registry.api import Household

    open_case(actor=hands.actor("village"), household=homes[0].number, procedure="dibao")
    Household.objects.filter(pk=homes[1].pk).update(closed_on="2026-11-01")
    run = make_run()
    add_lines(run, *(line(MISSED, "dibao", home) for home in homes[:4]), line("alert", "YJ001", homes[4]),
              line(MISSED, "dibao", homes[5], change="gone"))  # fmt: skip
    actor = hands.actor("village")
    action = lines_opened(actor, run, {f"{MISSED}/dibao": "dibao/dibao", "alert/YJ001": ""}, confirm=False)
    assert answers(action) == {"already": 1, "refused": 2, "would": 2}
    assert reasons(action, "refused") == ["本户已销户，不能立案", "没有为这一类结果选择办理程序"]
    (said,) = reasons(action, "already")
    assert said == f"本户这一事项已在办理：{Case.objects.get().number}，不再另立"
    assert Case.objects.count() == 1
    assert not Entry.objects.filter(kind__startswith="casework.bulk").exists()


def test_confirmed_lines_are_cases_in_one_stream_of_the_log_and_a_later_month_knows_them(hands, homes):
    run, actor = make_run(), hands.actor("village")
    add_lines(run, *(line(MISSED, "dibao", home) for home in homes))
    choices = {f"{MISSED}/dibao": "dibao/dibao"}
    action = lines_opened(actor, run, choices)
    assert answers(action) == {"made": 6}
    case = Case.objects.get(household=homes[0])
    assert (case.number, case.found_as, case.version) == (f"GA{case.opened_at:%Y}-{case.pk:06d}", MISSED, 1)
    assert case.origin_ref == f"run:{run.pk}/{MISSED}/dibao"
    assert set(OpenStep.objects.filter(case=case).values_list("step", "procedure")) == {("apply", "dibao")}
    rows = Entry.objects.filter(stream=f"cases:{action.key}")
    assert set(rows.values_list("kind", flat=True)) == {"casework.opened"}
    assert rows.count() == 6
    assert Entry.objects.filter(kind="casework.bulk_opened").count() == 1
    assert verify().good
    assert list(problems(Case.objects.all())) == []
    later = make_run(as_of="2026-11-30")
    add_lines(later, *(line(MISSED, "dibao", home, change="unchanged") for home in homes))
    again = lines_opened(actor, later, choices, confirm=False)
    assert answers(again) == {"already": 6}
    with pytest.raises(Invalid, match="没有可以办理的"):
        running.confirm(actor=actor, action=again)


def test_a_line_that_was_answered_is_known_until_a_run_of_a_later_day(hands, homes):
    run, actor = make_run(), hands.actor("township")
    add_lines(run, line(MISSED, "dibao", homes[0]))
    choices = {f"{MISSED}/dibao": "dibao/dibao"}
    lines_opened(actor, run, choices)
    case = Case.objects.get()
    hands.other(case, "township", "withdrawn", things={"withdrawal": hands.paper()})
    again = lines_opened(actor, run, choices, confirm=False)
    assert reasons(again, "already") == [f"这一结果已由 {case.number} 办结，其后还没有新的比对"]
    later = make_run(as_of="2099-01-31")
    add_lines(later, line(MISSED, "dibao", homes[0]))
    assert answers(lines_opened(actor, later, choices, confirm=False)) == {"would": 1}


def test_two_lines_of_one_matter_open_one_case(hands, homes):
    run, actor = make_run(), hands.actor("village")
    add_lines(run, line(MISSED, "dibao", homes[0]), line("alert", "YJ001", homes[0]))
    action = lines_opened(actor, run, {f"{MISSED}/dibao": "dibao/dibao", "alert/YJ001": "dibao/dibao"})
    assert answers(action) == {"already": 1, "made": 1}
    assert reasons(action, "already") == ["本户这一事项在本次已立一件"]
    assert Case.objects.count() == 1


def test_who_may_not_begin_a_procedure_opens_nothing_with_it(hands, homes):
    run, actor = make_run(), hands.actor("civil")
    add_lines(run, line(MISSED, "dibao", homes[0]))
    action = lines_opened(actor, run, {f"{MISSED}/dibao": "dibao/dibao"}, confirm=False)
    assert reasons(action, "refused") == ["应由申请人自助、村级信息员、第一书记、帮扶责任人、乡镇经办办理"]


# -- moved on -----------------------------------------------------------------------------------------------------


def test_a_move_of_many_is_looked_at_and_done_with_events_steps_figures_and_rows_in_the_log(hands, cases):
    actor = hands.actor("township")
    action = chosen(actor, cases)
    running.move(actor=actor, action=action, together=accept(cases[0]), note="集中受理")
    assert answers(action) == {"would": 6}
    assert set(Case.objects.values_list("version", flat=True)) == {2}
    running.confirm(actor=actor, action=action)
    action.refresh_from_db()
    assert (action.state, answers(action)) == ("done", {"made": 6})
    case = Case.objects.get(pk=cases[0].pk)
    assert case.version == 3
    assert set(OpenStep.objects.filter(case=case).values_list("step", flat=True)) == {"means_check", "investigate"}
    last = CaseEvent.objects.get(case=case, seq=3)
    assert (last.actor_name, last.note, last.kind) == (actor.name, "集中受理", "step_done")
    assert CaseDocument.objects.filter(case=case, thing="receipt").count() == 1
    assert StepPassed.objects.filter(case=case, step="accept", outcome="accepted", days=0).count() == 1
    rows = Entry.objects.filter(stream=f"cases:{action.key}", kind="casework.moved")
    assert rows.count() == 6
    assert rows.first().after == {
        "version": 3,
        "status": "open",
        "kind": "step_done",
        "step": "accept",
        "outcome": "accepted",
    }
    ended = Entry.objects.get(kind="casework.bulk_done")
    assert ended.after == {"state": "done", "made": 6}
    assert list(problems(Case.objects.all())) == []
    assert verify().good


def test_one_by_one_and_together_leave_the_same(hands, cases):
    hands.act(
        cases[0],
        "township",
        "accept",
        "accepted",
        {"receipt": hands.paper()},
        verdicts={"near_relative": "no", "reported": "no"},
    )
    moved(hands.actor("township"), cases[1:], accept(cases[0]))

    def plain(case):
        row = Case.objects.get(pk=case.pk)
        steps = (
            OpenStep.objects.filter(case=case).order_by("pk").values_list("step", "role", "due_on", "held", "procedure")
        )
        return (row.status, row.due_on, row.listed_on, row.running, row.version, list(steps))

    assert plain(cases[0]) == plain(cases[1])


def test_what_goes_through_the_door_of_single_cases_leaves_the_same_rows(hands, cases, monkeypatch):
    monkeypatch.setattr(moving, "singly", lambda _procedure, _move: True)
    action = moved(hands.actor("township"), cases, accept(cases[0]))
    assert answers(action) == {"made": 6}
    assert set(Case.objects.values_list("version", flat=True)) == {3}
    assert Entry.objects.filter(kind="casework.moved", stream="main", after__step="accept").count() == 6
    assert list(problems(Case.objects.all())) == []


def test_who_was_quicker_is_told_and_nothing_is_done_twice(hands, cases):
    actor = hands.actor("township")

    def quicker():
        hands.act(
            cases[0],
            "township",
            "accept",
            "accepted",
            {"receipt": hands.paper()},
            verdicts={"near_relative": "no", "reported": "no"},
        )

    action = moved(actor, cases, accept(cases[0]), between=quicker)
    assert answers(action) == {"conflict": 1, "made": 5}
    (said,) = reasons(action, "conflict")
    assert said.startswith("某township 已在 ")
    assert said.endswith(" 办理了本事项，没有再办")
    assert CaseEvent.objects.filter(case=cases[0]).count() == 3
    with pytest.raises(Invalid, match="这次批量办理已是“已完成”，没有重复执行"):
        running.confirm(actor=actor, action=action)


def test_cases_of_another_step_are_left_out_and_those_that_the_engine_refuses_say_why(hands, cases):
    hands.act(
        cases[0],
        "township",
        "accept",
        "accepted",
        {"receipt": hands.paper()},
        verdicts={"near_relative": "no", "reported": "no"},
    )
    hands.other(cases[1], "township", "suspended", "documents_missing", {"suspension_letter": hands.paper()})
    actor = hands.actor("township")
    action = chosen(actor, Case.objects.all())
    running.move(actor=actor, action=action, together=accept(cases[0]), note="")
    action.refresh_from_db()
    assert (action.total, action.content["left_out"], answers(action)) == (5, 1, {"refused": 1, "would": 4})
    assert reasons(action, "refused") == ["事项因“等待补正材料”暂停，受理不能办理"]


def test_who_has_not_the_role_moves_nothing(hands, cases):
    action = chosen(hands.actor("village"), cases)
    running.move(actor=hands.actor("village"), action=action, together=accept(cases[0]), note="")
    assert reasons(action, "refused") == ["应由乡镇经办办理"]
    with pytest.raises(OutOfReach):
        running.own(hands.actor("township"), action.pk)
    action = chosen(hands.actor("elsewhere"), cases)
    running.move(actor=hands.actor("elsewhere"), action=action, together=accept(cases[0]), note="")
    assert reasons(action, "refused") == ["不在您的辖区"]


def test_nothing_is_decided_together_that_the_run_does_not_grant(hands, cases):
    hands.until_confirm(_restarted(hands, cases[0]))
    move = Move("step_done", "confirm", "granted", verdicts={"reported": "no"})
    things = {"decision": moving.Same(values={"start_month": "2026-12"}), "grant_letter": moving.Same()}
    together = moving.Together(cases[0].definition_id, "confirm", move, things)
    case = Case.objects.get(pk=cases[0].pk)
    action = chosen(hands.actor("civil"), [case])
    running.move(actor=hands.actor("civil"), action=action, together=together, note="")
    assert reasons(action, "refused") == ["还没有覆盖本村的月度比对，没有可引用的逐条核对"]
    refuse = Move("step_done", "confirm", "refused", verdicts={"reported": "no"})
    running.preview(
        actor=hands.actor("civil"),
        action=action,
        content=moving.Together(case.definition_id, "confirm", refuse, {"decision": moving.Same()}).plain(),
    )
    assert reasons(action, "refused") == ["这一决定须逐件办理"]


def _restarted(hands, case):
    """A fresh case of the same household, for the hands that begin with the application."""
    hands.other(case, "township", "withdrawn", things={"withdrawal": hands.paper()})
    made = open_case(actor=hands.actor("village"), household=case.household.number, procedure="dibao")
    case.pk = made.pk
    return made


def test_an_action_that_is_interrupted_goes_on_with_what_is_left_and_whole_chunks_stand(hands, cases, monkeypatch):
    actor = hands.actor("township")
    action = chosen(actor, cases)
    running.move(actor=actor, action=action, together=accept(cases[0]), note="")
    real, done = moving.handle, []

    def killed(*given):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return real(*given)

    BulkAction.objects.filter(pk=action.pk).update(state="working")
    monkeypatch.setitem(running.HANDLERS, "move", killed)
    with pytest.raises(KeyboardInterrupt):
        running.carry_on(action.pk, chunk=2)
    assert answers(action) == {"made": 4, "would": 2}
    monkeypatch.setitem(running.HANDLERS, "move", real)
    running.carry_on(action.pk, chunk=2)
    assert answers(action) == {"made": 6}
    assert CaseEvent.objects.filter(seq=3).count() == 6
    assert Entry.objects.filter(kind="casework.moved", stream=f"cases:{action.key}").count() == 6
    assert verify().good


def test_more_than_a_page_waits_for_is_done_in_the_background(
    hands, cases, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    actor = hands.actor("township")
    action = chosen(actor, cases)
    with django_capture_on_commit_callbacks(execute=True):
        running.move(actor=actor, action=action, together=accept(cases[0]), note="")
    action.refresh_from_db()
    assert action.state == "checked"
    with django_capture_on_commit_callbacks(execute=True):
        running.confirm(actor=actor, action=action)
    assert answers(action) == {"made": 6}


def test_the_queries_of_a_move_do_not_grow_with_its_cases(hands, cases):
    from django.test.utils import CaptureQueriesContext

    def queries(some) -> int:
        action = chosen(hands.actor("township"), some)
        running.move(actor=hands.actor("township"), action=action, together=accept(cases[0]), note="")
        with CaptureQueriesContext(connection) as seen:
            running.confirm(actor=hands.actor("township"), action=action)
        assert answers(action) == {"made": len(some)}
        return len(seen)

    # acceptance queues a text message for each household, which costs its queries; the move itself costs none per case
    one, five = queries(cases[:1]), queries(cases[1:])
    assert (five - one) / 4 <= 15


def test_a_shared_file_is_stored_once_and_opened_from_each_case(hands, cases, client_of, media):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from bangfu.office.casework.bulk.sharing import share
    from bangfu.office.site.demo_cases import picture

    with pytest.raises(Invalid, match="只能上传 JPG、PNG 图片或 PDF 文件"):
        share(actor=hands.actor("township"), file=SimpleUploadedFile("a.txt", b"words"), dated=None)
    kept = share(actor=hands.actor("township"), file=picture(50), dated=hands.today())
    together = accept(cases[0])
    together = moving.Together(together.digest, "accept", together.move, {"receipt": moving.Same(shared=kept.pk)})
    moved(hands.actor("township"), cases, together)
    assert CaseDocument.objects.filter(shared=kept).count() == 6
    assert len(list((media / "documents").glob("??/*"))) == 1
    answer = client_of("township").get(f"/cases/{cases[0].pk}/shared/{kept.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Entry.objects.filter(kind="casework.shared_read").count() == 1
    assert client_of("elsewhere").get(f"/cases/{cases[0].pk}/shared/{kept.pk}/").status_code == 404
    assert client_of("township").get(f"/cases/{cases[0].pk}/shared/{kept.pk + 1}/").status_code == 404


# -- whose a step is ----------------------------------------------------------------------------------------------


def handed(actor, cases, to, step="", note="分工调整") -> BulkAction:
    """Previewed, and confirmed where something is possible."""
    action = chosen(actor, cases)
    running.hand(actor=actor, action=action, to=handing.receiver_of(to).key, step=step, note=note)
    action.refresh_from_db()
    if answers(action).get("would"):
        running.confirm(actor=actor, action=action)
    return action


def test_a_step_that_is_handed_to_somebody_is_on_their_list_and_on_no_colleague_s(hands, cases, client_of, cast):
    from bangfu.office.accounts.api import create_user, grant_role, system_actor

    second = create_user(actor=system_actor(), username="second", full_name="某second", password="long-enough-word")
    grant_role(
        actor=system_actor(),
        user=second,
        role="township_office",
        area_code="990101101",
        starts_on=hands.today().replace(day=1),
    )
    action = handed(hands.actor("township"), cases[:4], "second")
    assert answers(action) == {"made": 4}
    page = client_of("township").get("/cases/?view=mine").content.decode()
    assert "待我办理 <b>2</b>" in page
    assert "等待他人 <b>4</b>" in page
    cast.users["second"] = second
    page = client_of("second").get("/cases/?view=own").content.decode()
    assert "分给我 <b>4</b>" in page
    row = Entry.objects.filter(kind="casework.handed").first()
    assert (row.before, row.after) == (
        {"step": "accept", "to": ""},
        {"step": "accept", "to": second.key, "reason": "分工调整"},
    )
    assert reasons(handed(hands.actor("township"), cases[:1], "second"), "refused") == ["已由接手人承办"]
    hands.other(cases[0], "township", "suspended", "documents_missing", {"suspension_letter": hands.paper()})
    assert OpenStep.objects.get(case=cases[0]).assigned_to == second.key
    hands.act(
        cases[1],
        "township",
        "accept",
        "accepted",
        {"receipt": hands.paper()},
        verdicts={"near_relative": "no", "reported": "no"},
    )
    assert set(OpenStep.objects.filter(case=cases[1]).values_list("assigned_to", flat=True)) == {""}


def test_who_cannot_do_a_step_is_not_given_it_and_a_village_gives_away_only_its_own(hands, cases):
    assert reasons(handed(hands.actor("township"), cases, "village"), "refused") == [
        "接手人在本村没有办理这一步骤的职责"
    ]
    assert reasons(handed(hands.actor("secretary"), cases, "township"), "refused") == [
        "只能接手，或转交分给自己的事项；交办他人的事项须由乡镇或县级办理"
    ]
    with pytest.raises(Invalid, match="没有这个账户：nobody"):
        handing.receiver_of("nobody")


def test_the_desk_of_somebody_who_leaves_goes_along_with_the_duties(hands, cases):
    from bangfu.office.accounts.api import WORK_MOVERS

    handed(hands.actor("township"), cases, "township")
    mover = WORK_MOVERS["cases"]
    giver, taker = hands.people["township"], hands.people["elsewhere"]
    assert mover.count(giver, ("990101101",)) == 6
    assert mover.count(giver, ("990101102",)) == 0
    assert mover.move(hands.actor("civil"), giver, taker, ("990101101",)) == 6
    assert set(OpenStep.objects.values_list("assigned_to", flat=True)) == {taker.key}
    assert Entry.objects.filter(kind="casework.handed", after__reason="handover").count() == 6


# -- pages --------------------------------------------------------------------------------------------------------


def test_from_the_board_to_the_end_by_the_pages(hands, cases, client_of):
    client = client_of("township")
    page = client.get("/cases/?view=mine").content.decode()
    assert "全部 6 件" in page
    answer = client.post("/cases/bulk/choose/", {"which": "all", "query": "?view=mine"}, follow=True)
    page = answer.content.decode()
    assert "已选 6 件" in page
    action = BulkAction.objects.get()
    form = f"/cases/bulk/{action.pk}/form/?digest={cases[0].definition_id}&step=accept&kind=step_done&name=accept&outcome=accepted&to="
    assert "对每一件都作同样的判定" in client.get(form).content.decode()
    assert "这个字段是必填项。" in client.post(form, {"note": ""}).content.decode()
    given = {"v-near_relative": "no", "v-reported": "no", "note": "电话 13900000001"}
    assert "请不要在文字中写证件号码、电话或账号" in client.post(form, given).content.decode()
    page = client.post(form, {**given, "note": "集中受理"}, follow=True).content.decode()
    assert "确认办理 6 件" in page
    page = client.post(f"/cases/bulk/{action.pk}/confirm/", follow=True).content.decode()
    assert "已完成" in page
    assert set(Case.objects.values_list("version", flat=True)) == {3}
    assert "已完成" in client.get("/cases/bulk/").content.decode()


def test_from_the_lines_of_a_run_to_cases_by_the_pages(hands, homes, client_of):
    run = make_run()
    add_lines(run, *(line(MISSED, "dibao", home) for home in homes), line(WRONG, "dibao", homes[0]))
    client = client_of("township")
    assert "把这 7 条立案（先预览）" in client.get(f"/runs/{run.pk}/lines/").content.decode()
    page = client.post("/cases/bulk/open/", {"run": run.pk, "query": "?kind="}, follow=True).content.decode()
    assert "确认办理 6 件" in page
    assert "最低生活保障审核确认" in page
    action = BulkAction.objects.get()
    assert action.content["choices"] == {f"{MISSED}/dibao": "dibao/dibao", f"{WRONG}/dibao": "benefit_review/dibao"}
    page = client.post(f"/cases/bulk/{action.pk}/choices/", {f"g-{MISSED}/dibao": ""}, follow=True).content.decode()
    assert "确认办理 1 件" in page
    client.post(f"/cases/bulk/{action.pk}/confirm/")
    assert Case.objects.get().procedure == "benefit_review"
    assert client_of("elsewhere").get(f"/cases/bulk/{action.pk}/").status_code == 404
    with pytest.raises(Refused):
        hands.actor("auditor").require("cases.act")
    assert client_of("auditor").post("/cases/bulk/open/", {"run": run.pk}).status_code == 403


def test_previews_that_nobody_confirmed_are_put_away_after_a_day(hands, cases):
    from datetime import timedelta

    from django.utils import timezone

    action = chosen(hands.actor("township"), cases)
    BulkAction.objects.update(beat_at=timezone.now() - timedelta(days=2))
    running.recover()
    assert not BulkAction.objects.filter(pk=action.pk).exists()
    assert not BulkItem.objects.exists()
    assert connection.vendor in ("sqlite", "postgresql")
    assert not SharedDocument.objects.exists()
