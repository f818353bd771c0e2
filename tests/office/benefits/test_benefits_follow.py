"""What follows from a decision: the entitlement, the registry, and the next monthly run; nothing follows from a run."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.office.audit.api import Entry
from bangfu.office.benefits.api import Entitlement, Period, spans_of
from bangfu.office.casework import engine
from bangfu.office.casework.api import Brought, Case, Determination, open_case, sign
from bangfu.office.casework.computing import computed
from bangfu.office.casework.deciding import opened
from bangfu.office.casework.documents.letters import decision_paper
from bangfu.office.casework.models import Proposal
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry.api import Household, Record, StatusEpisode
from bangfu.office.runs import api as runs

pytestmark = pytest.mark.django_db
NO = {"near_relative": "no", "reported": "no"}
AS_OF = date(2026, 10, 31)


def grant(fen: int, **more) -> dict:
    """What a grant must leave behind."""
    values = {"amount_fen": fen, "start_month": "2026-12", **more}
    return {"decision": Brought(values=values), "grant_letter": Brought()}


def run_again(ran) -> runs.Run:
    """Another run over the registry as it is now."""
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.site import demo

    run = runs.work_now(runs.start(actor=system_actor(), area_code=demo.county_code(), as_of=AS_OF))
    assert run.status == "done"
    return run


def lines(run, household: str, policy: str = "dibao") -> set[str]:
    """The wrong answers of a run about a household."""
    found = runs.Finding.objects.filter(run=run, household_number=household, definition=policy)
    return set(found.exclude(change="gone").values_list("kind", flat=True))


def until_decide(hands, case):
    """A review up to its decision."""
    hands.act(case, "township", "begin", "begun", {"reason": hands.paper(count=1)})
    report = {"authorisation": hands.paper(), "means_report": hands.report(case)}
    hands.act(case, "civil", "means_check", "reported", report)
    hands.act(
        case, "village", "visit", "visited", {"survey": hands.paper()}, companions=(hands.people["secretary"].username,)
    )
    hands.act(case, "township", "hear", "heard", {"hearing": hands.paper()})
    hands.act(case, "township", "review", "reviewed", {"review_opinion": hands.paper()})


def decide(hands, case, outcome: str, answer: str, **things):
    """The county's decision on a review."""
    things = {"decision": Brought(), "letter": Brought(), **things}
    hands.act(case, "civil", "decide", outcome, things, verdicts={"above_line_by_work": answer}, note="核实属实")


def test_a_grant_is_known_to_the_next_run_and_so_is_a_stop(ran):
    _granted(ran)
    _stopped(ran)
    _phased_out(ran)
    _monitored(ran)


def _granted(ran):
    hands, line = ran.hands, ran.missed
    home = Household.objects.get(number=line.household_number)
    case = open_case(actor=hands.actor("village"), household=home.number, procedure="dibao")
    hands.until_confirm(case)
    assert not Entitlement.objects.exists()  # nobody has decided yet
    first = runs.evidence_run(ran.area)
    assert lines(first, home.number) == {"entitled_not_receiving"}
    hands.act(case, "civil", "confirm", "granted", grant(line.due_fen, **{"class": "B"}), verdicts=NO)

    row = Entitlement.objects.get()
    frozen = Determination.objects.get(case=case)
    assert (row.household, row.policy, row.person_number, row.state) == (home, "dibao", "", "active")
    assert (row.amount_fen, row.class_name, row.since, row.until) == (line.due_fen, "B", date(2026, 12, 1), None)
    assert (row.case_number, row.decision_sha256) == (case.number, frozen.sha256) != ("", "")
    assert (row.review_due_on.month - row.decided_on.month) % 12 == 6  # class B: every half-year
    (period,) = Period.objects.all()
    assert (period.reason, period.case_number, period.decision_sha256) == ("granted", case.number, frozen.sha256)
    record = Record.objects.get(pk=row.record)
    assert record.values == {"programme": "dibao", "monthly_amount": line.due_fen, "since": "2026-12-01"}
    assert record.batch == f"case:{case.number}"
    assert lines(run_again(ran), home.number) == set()


def _stopped(ran):
    hands = ran.hands
    (wrong,) = runs.Finding.objects.filter(
        run=runs.evidence_run(ran.area), kind="receiving_not_entitled", definition="dibao"
    ).order_by("pk")[:1]
    home = Household.objects.get(number=wrong.household_number)
    people = _people_of(hands, home)
    case = open_case(actor=hands.actor("civil"), household=home.number, procedure="benefit_review", matter="dibao")
    until_decide(people, case)
    assert not Entitlement.objects.filter(household=home).exists()
    decide(people, case, "stopped", "no")
    row = Entitlement.objects.get(household=home)
    assert (row.state, row.until) == ("stopping", None)  # its notice hangs: anybody may object
    assert Record.objects.filter(
        household=home, table="benefits", withdrawn_on=None, values__programme="dibao"
    ).exists()
    people.other(case, "township", "objection")
    row.refresh_from_db()
    assert (row.state, row.last_month) == ("active", None)  # the case goes back, and so does what it announced
    people.act(case, "village", "visit", "visited", {"survey": people.paper()}, companions=(_other(people),))
    people.act(case, "township", "hear", "heard", {"hearing": people.paper()})
    people.act(case, "township", "review", "reviewed", {"review_opinion": people.paper()})
    decide(people, case, "stopped", "no")
    row.refresh_from_db()
    assert row.state == "stopping"
    posted = people.paper()
    people.later(8)
    people.act(case, "township", "notice", "no_objection", {"notice": posted})
    row.refresh_from_db()
    assert Case.objects.get(pk=case.pk).end == "stopped"
    assert row.state == "ended"
    assert row.until > people.today()
    assert [span.begun.reason for span in spans_of(row)] == ["taken_over"]
    assert spans_of(row)[0].ended.case == case.number
    assert not Record.objects.filter(
        household=home, table="benefits", withdrawn_on=None, values__programme="dibao"
    ).exists()
    assert lines(run_again(ran), home.number) == set()


def _other(hands) -> str:
    """The account of who comes along."""
    return hands.people["secretary"].username


def _people_of(hands, home):
    """The same hands; the people of the household's own township where it is another."""
    if home.area_code.startswith(hands.actor("village").areas("cases.act")[0]):
        return hands
    from django.utils import timezone

    from bangfu.office.accounts.api import create_user, grant_role, system_actor

    start = timezone.localdate().replace(month=1, day=1)
    people = dict(hands.people)
    for part, role, code in (
        ("village", "village_cadre", home.area_code),
        ("secretary", "first_secretary", home.area_code),
        ("township", "township_office", home.area_code[:9]),
    ):
        user = create_user(
            actor=system_actor(), username=f"{part}{home.pk}", full_name="某人", password="long-enough-word"
        )
        grant_role(actor=system_actor(), user=user, role=role, area_code=code, starts_on=start)
        people |= {part: user, user.username: user}
    return type(hands)(people, hands.clock)


def _phased_out(ran):
    """Above the line through work: paid on for a year; the run lists it neither as 错保 nor as 漏保 meanwhile."""
    hands = ran.hands
    taken = Entitlement.objects.values_list("household__number", flat=True)
    rows = runs.Finding.objects.filter(
        run=runs.evidence_run(ran.area), kind="receiving_not_entitled", definition="dibao"
    )
    wrong = rows.exclude(household_number__in=taken).order_by("pk").first()
    home = Household.objects.get(number=wrong.household_number)
    people = _people_of(hands, home)
    case = open_case(actor=hands.actor("civil"), household=home.number, procedure="benefit_review", matter="dibao")
    until_decide(people, case)
    decide(people, case, "phased_out", "yes", phase_out_start=people.paper())
    letter = decision_paper(case, frozen := Determination.objects.get(case=case), opened(frozen)).text()
    assert "渐退期最长12个月：期内继续发放，期满公示无异议后停发。" in letter
    assert "不符合的条件" in letter
    assert "不服怎么办" in letter
    row = Entitlement.objects.get(household=home)
    assert (row.state, row.until) == ("phasing_out", None)
    assert (row.last_month.year - people.today().year) * 12 + row.last_month.month - people.today().month == 12
    assert StatusEpisode.objects.filter(household=home, kind="渐退期", end=None).exists()
    assert Record.objects.filter(household=home, withdrawn_on=None, values__programme="dibao").exists()
    assert lines(run_again(ran), home.number) == set()


def _monitored(ran):
    """Recognised: facts and status say so; another answer than the computed one is in the log with both."""
    hands = ran.hands
    run = runs.evidence_run(ran.area)
    home = next(
        one
        for one in Household.objects.filter(area_code=ran.area, closed_on=None, monitored_kind__in=("", "none"))
        if not runs.evidence(run, one.number, "at_risk_household").failed
    )
    case = open_case(actor=hands.actor("village"), household=home.number, procedure="relapse_monitoring")
    assert case.matter == "at_risk_household"  # the one kind of object there is today
    hands.act(case, "village", "clue", "registered", {"clue": hands.paper()})
    visit = {"survey": hands.paper(), "photos": hands.paper(count=1)}
    hands.act(case, "village", "visit", "risk", visit, companions=("secretary",), verdicts={"at_risk": "yes"})
    hands.act(case, "village", "authorise", "signed", {"authorisation": hands.paper()})
    hands.act(case, "agri", "compare", "compared", {"comparison": hands.report(case)})
    votes = hands.paper(entitled=21, present=19, in_favour=16, against=1, abstaining=1, relatives_abstained=1)
    hands.act(case, "secretary", "community_review", "agreed", {"votes": votes, "minutes": hands.paper()})
    posted = hands.paper()
    hands.later(8)
    hands.act(case, "secretary", "notice", "no_objection", {"notice": posted})
    hands.act(case, "township", "township", "reviewed", {"township_opinion": hands.paper()})
    things = {
        "decision": Brought(values={"start_month": "2026-12"}),
        "letter": Brought(),
        "evidence": hands.paper(count=1),
    }
    hands.act(case, "agri", "county", "recognised", things)
    if Proposal.objects.filter(case=case).exists():
        sign(actor=hands.actor("civil"), case=case.pk, expected=Case.objects.get(pk=case.pk).version)
    home.refresh_from_db()
    row = Entitlement.objects.get(household=home, policy="at_risk_household")
    assert (row.per, row.state, home.monitored_kind) == ("status", "active", "at_risk_household")
    found = computed(case, engine.procedure_of(case), ("has_labour",))["has_labour"]
    other = "no" if found.verdict == "yes" else "yes"
    plan = {"plan": hands.paper(), "development_measure": hands.paper()}
    with pytest.raises(Invalid, match="判定与按规则计算的结果不同（家庭有劳动能力）"):
        hands.act(case, "secretary", "plan", "made", plan, verdicts={"has_labour": other})
    hands.act(case, "secretary", "plan", "made", plan, verdicts={"has_labour": other}, note="户主上月受伤")
    entry = Entry.objects.filter(kind="casework.moved").order_by("-pk").first()
    assert entry.after["answered_otherwise"] == {"has_labour": {"computed": found.verdict, "given": other}}
