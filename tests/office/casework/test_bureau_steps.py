"""Other bureaus in cases: only the cases with a step of theirs, only while it is theirs; a house is approved by housing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from bangfu.office.audit.api import Entry
from bangfu.office.casework.api import Brought, Case, Determination, Move, act, of_bureaus, open_case, steps_of_bureaus
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

pytestmark = pytest.mark.django_db


def officer(hands, name: str, bureau: str, county: str):
    """Somebody of a bureau."""
    from datetime import date

    from bangfu.office.accounts.api import create_user, grant_role, system_actor

    actor = system_actor()
    user = create_user(actor=actor, username=name, full_name=f"某{name}", password="long-enough-word")
    grant_role(
        actor=actor, user=user, role="bureau_officer", area_code=county, starts_on=date(2026, 1, 1), bureau=bureau
    )
    hands.people[name] = user
    return user


def to_the_bureau(hands, case) -> None:
    """A house up to the appraisal."""
    hands.act(case, "village", "apply", "filed", {"application": hands.paper()})
    hands.act(case, "township", "accept", "accepted", {"receipt": Brought()})


@pytest.fixture
def house(hands, registered) -> Case:
    """House renovation for 赵大, accepted; the housing bureau appraises next."""
    officer(hands, "housing", "housing", "990101")
    case = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="house_renovation")
    to_the_bureau(hands, case)
    return case


def visits(hands):
    return {"appraisal": hands.paper(), "photos": hands.paper(count=3)}


# -- refusals -----------------------------------------------------------------------------------------------------


def test_a_bureau_sees_no_case_without_a_step_of_its_own(hands, house):
    assert list(of_bureaus(hands.actor("bureau"))) == []
    with pytest.raises(OutOfReach):
        hands.act(house, "bureau", "appraise", "appraised", visits(hands), verdicts={"unsafe": "yes"})


def test_an_officer_of_the_bureau_in_another_county_sees_nothing(hands, house):
    officer(hands, "far", "housing", "880101")
    assert list(of_bureaus(hands.actor("far"))) == []


def test_a_bureau_has_no_registry_no_board_and_opens_no_case(hands, house):
    actor = hands.actor("housing")
    with pytest.raises(OutOfReach):
        registry.household(actor, house.household.number)
    with pytest.raises(Refused):
        open_case(actor=actor, household=house.household.number, procedure="house_renovation")
    client = Client()
    client.force_login(hands.people["housing"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("casework:board")).status_code == 403
    assert client.get(reverse("casework:case", args=[house.pk])).status_code == 403
    assert client.get(reverse("registry:household", args=[house.household.number])).status_code == 403


def test_a_bureau_does_its_own_step_and_no_other(hands, house):
    with pytest.raises(Invalid) as error:
        hands.act(house, "housing", "check_group", "checked", {"group_check": hands.paper(), "one_plot": hands.paper()},
                  verdicts={"other_house": "no"})  # fmt: skip
    assert str(error.value) == "应由乡镇经办、县民政局、县农业农村局办理"


def test_when_the_step_is_done_the_case_is_gone_for_the_bureau(hands, house):
    hands.act(house, "housing", "appraise", "appraised", visits(hands), verdicts={"unsafe": "yes"})
    assert not steps_of_bureaus(hands.actor("housing")).exists()
    with pytest.raises(OutOfReach):
        hands.act(house, "housing", "appraise", "appraised", visits(hands), verdicts={"unsafe": "yes"})


def test_nobody_acts_on_behalf_where_officials_may_act_themselves(hands, registered):
    case = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="house_renovation")
    move = Move("step_done", "apply", "filed", things={"application": hands.paper()}, behalf="3 号柜")
    with pytest.raises(Invalid) as error:
        act(actor=hands.actor("village"), case=case.pk, move=move, expected=1)
    assert str(error.value) == "这一步有经办人，不需要代办"


# -- what they may ------------------------------------------------------------------------------------------------


def test_the_page_of_a_bureau_shows_the_step_and_what_it_needs_and_is_logged(hands, house):
    client = Client()
    client.force_login(hands.people["housing"], backend="allauth.account.auth_backends.AuthenticationBackend")
    board = client.get(reverse("intake:bureau")).content.decode()
    assert house.number in board
    assert "住房安全鉴定" in board
    assert "赵大" in board
    text = client.get(reverse("intake:bureau_case", args=[house.pk])).content.decode()
    assert "已鉴定" in text
    assert "东风村" in text
    assert "13900000001" not in text
    assert "990101197503080012" not in text
    assert house.household.number not in text
    assert Entry.objects.filter(kind="intake.bureau_read", subject_id=house.number).count() == 1
    address = reverse("intake:bureau_act", args=[house.pk]) + "?kind=step_done&name=appraise&outcome=appraised"
    data = {
        "version": house.version + 2,
        "v-unsafe": "yes",
        "t-appraisal-paper": "3 号柜",
        "t-photos-paper": "3 号柜",
        "t-photos-count": 3,
    }
    answer = client.post(address, data)
    assert answer.status_code == 302
    assert answer.url == reverse("intake:bureau")
    assert Case.objects.get(pk=house.pk).version == house.version + 3
    assert client.get(reverse("intake:bureau_case", args=[house.pk])).status_code == 404


def _eligible(ran):
    """A household entitled to dibao whose house was found to be of grade D, in another run of the month."""
    from datetime import date

    from bangfu.office.accounts.api import system_actor

    home = registry.household(ran.hands.actor("civil"), ran.missed.household_number)
    found = {"house_grade": "D", "other_safe_house": False, "renovated_before": False}
    basis = registry.Basis(date(2026, 10, 31))
    registry.state_facts(actor=ran.hands.actor("civil"), basis=basis, subject=home, values=found)
    run = runs.work_now(runs.start(actor=system_actor(), area_code=home.area_code[:6], as_of=date(2026, 10, 31)))
    assert run.status == "done"
    assert runs.standings(run, home.number, ["house_renovation"])["house_renovation"].status == "eligible"
    return home


def test_house_renovation_runs_to_approval(ran):
    hands, home = ran.hands, _eligible(ran)
    cadre = _cadre(hands, home.area_code)
    case = open_case(actor=cadre["village"], household=home.number, procedure="house_renovation")
    _do(case, cadre["village"], "apply", "filed", {"application": hands.paper()})
    _do(case, cadre["township"], "accept", "accepted", {"receipt": Brought()})
    _do(case, hands.actor("housing"), "appraise", "appraised", visits(hands), verdicts={"unsafe": "yes"})
    checked = {"group_check": hands.report(case), "one_plot": hands.paper()}
    _do(case, hands.actor("civil"), "check_group", "checked", checked, verdicts={"other_house": "no"})
    votes = {"entitled": 30, "present": 30, "in_favour": 28, "against": 1, "abstaining": 1, "relatives_abstained": 0}
    _do(case, cadre["village"], "community_review", "agreed", {"votes": hands.paper(**votes), "minutes": hands.paper()})
    posted = hands.paper()
    hands.later(8)
    _do(case, cadre["village"], "notice", "no_objection", {"notice": posted})
    _do(case, cadre["township"], "township", "reviewed", {"township_opinion": hands.paper()})
    decision = Brought(values={"amount_fen": 2_800_000, "start_month": "2026-12"})
    approved = {"decision": decision, "letter": Brought(), "agreement": hands.paper()}
    given = {"verdicts": {"unsafe": "yes", "other_house": "no"}, "note": "按县定分类补助"}
    with pytest.raises(Invalid) as error:
        _do(case, hands.actor("housing"), "county", "approved", approved, **given)
    assert str(error.value) == "县级审批与住房安全鉴定不得由同一人办理"
    _do(case, hands.actor("housing2"), "county", "approved", approved, **given)
    done = Case.objects.get(pk=case.pk)
    assert (done.status, done.end) == ("closed", "approved")
    determination = Determination.objects.get(case=case)
    assert determination.decides == "grant"
    assert determination.run is not None
    from bangfu.office.casework.deciding import opened
    from bangfu.office.casework.documents.letters import decision_paper

    content = opened(determination)
    assert content["by"]["role"] == "bureau_officer"
    assert decision_paper(done, determination, content).signed.endswith("住房和城乡建设局")


def _do(case, actor, step, outcome, things, **more) -> None:
    version = Case.objects.get(pk=case.pk).version
    act(actor=actor, case=case.pk, move=Move("step_done", step, outcome, things=things, **more), expected=version)


def _cadre(hands, area_code) -> dict:
    """The village's cadre and the township's clerk where the household lives."""
    from datetime import date

    from bangfu.office.accounts.api import actor_of, create_user, grant_role, system_actor

    found = {}
    for name, role, code in (("village", "village_cadre", area_code), ("township", "township_office", area_code[:9])):
        user = create_user(
            actor=system_actor(), username=f"h{name}", full_name=f"某{name}", password="long-enough-word"
        )
        grant_role(actor=system_actor(), user=user, role=role, area_code=code, starts_on=date(2026, 1, 1))
        found[name] = actor_of(user, hands.today())
    return found
