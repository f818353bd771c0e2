"""Decisions on real clauses: granted, denied, open and signed by two; frozen, replayed, tampered with."""

from __future__ import annotations

import dataclasses

import pytest

from bangfu.entry import OFFICE
from bangfu.office.audit.api import Entry
from bangfu.office.casework import deciding
from bangfu.office.casework.api import Brought, Determination, open_case, open_from_finding, replay, sign, turn_down
from bangfu.office.casework.documents.letters import decision_letter, decision_paper
from bangfu.office.casework.models import Case, Proposal
from bangfu.office.casework.notices import words_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry.api import Household
from bangfu.office.site.operations.replay import run as replay_command

pytestmark = pytest.mark.django_db


def refused(call, *args, **more) -> str:
    """The words of a refusal."""
    with pytest.raises(Invalid) as error:
        call(*args, **more)
    return str(error.value)


NO = {"near_relative": "no", "reported": "no"}


def grant(fen: int) -> dict:
    """What a grant must leave behind."""
    return {"decision": Brought(values={"amount_fen": fen, "start_month": "2026-12"}), "grant_letter": Brought()}


def test_from_findings_to_letters_and_replay(ran, capsys, monkeypatch):
    _granted(ran, capsys)
    _denied(ran)
    _signed_by_two(ran, monkeypatch)


def _granted(ran, capsys):
    hands, line = ran.hands, ran.missed
    case = open_from_finding(actor=hands.actor("village"), finding=line.pk, procedure="dibao", matter="dibao")
    assert (case.origin, case.matter, case.household.number) == ("finding", "dibao", line.household_number)
    assert (
        words_of(case, "notice").amount_fen == line.due_fen
    )  # the county shows it: `amount: shown`, as the rules compute it
    hands.until_confirm(case)

    said = refused(hands.act, case, "civil", "confirm", "refused", {"decision": Brought()}, verdicts=NO)
    assert "没有不符合的条款" in said
    said = refused(hands.act, case, "civil", "confirm", "granted", grant(1), verdicts=NO)
    assert said == f"金额与按规则计算的 {line.due_fen / 100:,.2f} 元不同，请在说明中写明理由"
    assert not Determination.objects.exists()

    hands.act(case, "civil", "confirm", "granted", grant(line.due_fen), verdicts=NO)
    case.refresh_from_db()
    assert (case.status, case.end) == ("closed", "granted")
    frozen = Determination.objects.get()
    content = deciding.opened(frozen)
    assert words_of(case, "notice").amount_fen == line.due_fen  # and as it was decided
    assert content["values"]["amount_fen"] == line.due_fen
    assert content["status"] == "eligible"
    assert {clause["verdict"] for one in content["explanation"] for clause in one["clauses"]} == {"met"}
    assert content["facts"]["digest"] == frozen.rulebook_digest
    entry = Entry.objects.get(kind="casework.decided")
    assert entry.after["sha256"] == frozen.sha256
    assert str(line.due_fen) not in str(entry.after)

    text = decision_paper(case, frozen, content).text()
    assert f"金额 {line.due_fen / 100:,.2f} 元，自2026年12月起。" in text
    assert "《最低生活保障审核确认办法》（民发〔2021〕57号）" in text
    assert decision_letter(hands.actor("township"), frozen, content).startswith(b"%PDF")

    assert replay(frozen).outcome == "same"
    assert "replay" in OFFICE

    class Args:
        case = Case.objects.get().number

    assert replay_command(Args) == 0
    assert "结果相同 / the same" in capsys.readouterr().out
    for change, outcome in (({"computed_fen": 1}, "other"), ({"facts": {**content["facts"], "snapshot": "x"}}, "gone")):
        monkey = pytest.MonkeyPatch()
        monkey.setattr("bangfu.office.casework.replaying.opened", lambda _d, c=change: {**content, **c})
        assert replay(frozen).outcome == outcome
        monkey.undo()
    Determination.objects.update(sha256="0" * 64)
    frozen.refresh_from_db()
    assert replay(frozen).outcome == "altered"
    assert replay_command(Args) == 1


def _not_entitled(ran, taken):
    """A household of the village that the run finds not entitled to dibao."""
    from bangfu.office.runs.api import evidence, evidence_run

    run = evidence_run(ran.area)
    for household in (
        Household.objects.filter(area_code=ran.area, closed_on=None).exclude(number__in=taken).order_by("number")
    ):
        found = evidence(run, household.number, "dibao")
        if found.status == "ineligible" and found.failed:
            return household, found
    raise AssertionError("the county has no household that is not entitled")


def _denied(ran):
    hands = ran.hands
    household, found = _not_entitled(ran, [ran.missed.household_number])
    case = open_case(actor=hands.actor("village"), household=household.number, procedure="dibao")
    hands.until_confirm(case)
    assert "列有不符合的条款" in refused(hands.act, case, "civil", "confirm", "granted", grant(10_000), verdicts=NO)
    hands.act(case, "civil", "confirm", "refused", {"decision": Brought()}, verdicts=NO)
    frozen = Determination.objects.get(case=case)
    text = decision_paper(case, frozen, deciding.opened(frozen)).text()
    failing = [c["head"] for c in found.told["zh"]["clauses"] if c["verdict"] == "not_met"]
    assert failing
    assert all(head in text for head in failing)
    assert "不予确认告知书" in text
    assert "您可以自收到本告知书之日起60日内，依照《行政复议法》申请复核（行政复议）。" in text
    assert "＊" not in text
    hands.act(case, "township", "tell_refusal", "told", {"refusal_letter": Brought()})
    case.refresh_from_db()
    assert case.end == "refused"

    said = refused(open_case, actor=hands.actor("village"), household=household.number, procedure="appeal")
    assert said == "申诉须针对本户一个已办结的事项，请从那一事项的页面提出"
    appeal = open_case(actor=hands.actor("township"), household=household.number, procedure="appeal", about=case)
    hands.act(appeal, "township", "apply", "filed", {"appeal_letter": hands.paper()})
    accepted = {"receipt": Brought(), "file": hands.paper(count=1)}
    assert refused(hands.act, appeal, "civil", "accept", "accepted", accepted) == "原决定的经办人应当回避"
    hands.act(appeal, "agri", "accept", "accepted", accepted)


def _signed_by_two(ran, monkeypatch):
    hands = ran.hands
    busy = Case.objects.values_list("household", flat=True)
    household = (
        Household.objects.filter(area_code=ran.area, closed_on=None).exclude(pk__in=busy).order_by("number").first()
    )
    case = open_case(actor=hands.actor("village"), household=household.number, procedure="dibao")
    hands.until_confirm(case)
    real = deciding.basis_of(case)
    unsure = dataclasses.replace(real.evidence, status="unknown", amount_fen=None, failed=(), unknown=("bank_balance",))
    monkeypatch.setattr("bangfu.office.casework.actions.basis_of", lambda _case: deciding.Basis(real.run, unsure))

    said = refused(hands.act, case, "civil", "confirm", "granted", grant(10_000), verdicts=NO)
    assert said == "条款bank_balance无法判定，须附人工核实的证据"
    hands.act(case, "civil", "confirm", "granted", {**grant(10_000), "evidence": hands.paper(count=1)}, verdicts=NO)
    case.refresh_from_db()
    assert case.status == "open"
    assert Proposal.objects.get(case=case).proposed_name == hands.actor("civil").name
    assert not Determination.objects.filter(case=case).exists()
    said = refused(sign, actor=hands.actor("civil"), case=case.pk, expected=case.version)
    assert said == "拟定的人不能自己签署，须由第二人签署"
    said = refused(sign, actor=hands.actor("township"), case=case.pk, expected=case.version)
    assert "确认与乡镇审核不得由同一人办理" in said
    assert "请写明理由" in refused(
        turn_down, actor=hands.actor("leader"), case=case.pk, expected=case.version, note=" "
    )
    sign(actor=hands.actor("leader"), case=case.pk, expected=case.version)
    frozen = Determination.objects.get(case=case)
    content = deciding.opened(frozen)
    assert (content["by"]["name"], content["second"]["name"]) == (hands.actor("civil").name, hands.actor("leader").name)
    assert content["values"]["unknown"] == "bank_balance"
    assert not Proposal.objects.filter(case=case).exists()
