"""Every write on campaigns: drafted, started with a frozen list, looked at household by household, put right, closed.

Each write holds the campaign's row first, so that nothing is written into a campaign while it closes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.pairing import campaign_queries as cq
from bangfu.office.pairing import events, machine
from bangfu.office.pairing.models import Campaign, CampaignFinding, CampaignRow
from bangfu.office.pairing.models.campaigns import CLOSED, DRAFT, RUNNING
from bangfu.office.pairing.plan_actions import Evidence, proof
from bangfu.office.pairing.queries import ACT, ASSIGN
from bangfu.office.registry import api as registry

UNCLEAR_DAYS = 15
"""Within so many days what was unclear is looked into."""
LONGEST = timedelta(days=550)


def subject_of(found: Campaign) -> audit.Subject:
    """How the log names a campaign."""
    return audit.Subject("campaign", str(found.pk), found.area_code)


def checklist_of(template: Any) -> dict[str, Any]:
    """A template as a campaign keeps it."""
    return {
        "id": template.id, "title": asdict(template.title), "source": template.source,
        "questions": [
            {"id": q.id, "text": asdict(q.text), "expected": q.expected, "finding": q.finding} for q in template.questions
        ],
        "findings": {f.id: {"label": asdict(f.label), "days": f.days} for f in template.findings.values()},
    }  # fmt: skip


@transaction.atomic
def draft(
    *, actor: Actor, title: str, template: str, area_code: str, scope: Mapping[str, Any], starts_on: date, due_on: date
) -> Campaign:  # fmt: skip
    """A campaign as it would be; its list is frozen at the start. Raises Refused, Invalid."""
    actor.require(ASSIGN, area_code)
    known = registry.rulebook().campaigns.get(template)
    if known is None:
        raise Invalid({"template": _("请选择检查清单")})
    if not areas.current().filter(code=area_code).exists():
        raise Invalid({"area_code": _("没有这个区划：%s") % area_code[:12]})
    if not starts_on <= due_on <= starts_on + LONGEST:
        raise Invalid({"due_on": _("截止日期应在开始日期之后、%s 天之内") % LONGEST.days})
    words = checked(title, "title", needed=False, most=80)
    if not words:
        raise Invalid({"title": _("请填写名称")})
    cq.listed_now(actor, area_code, scope)
    made = Campaign.objects.create(
        title=words, template=template, checklist=checklist_of(known), area_code=area_code, scope=dict(scope),
        starts_on=starts_on, due_on=due_on, made_by=actor.key, made_name=actor.name, made_at=timezone.now(),
    )  # fmt: skip
    audit.record(
        actor, events.CAMPAIGN_DRAFTED, subject_of(made), after={"template": template, "due_on": due_on.isoformat()}
    )
    return made


def _locked(actor: Actor, pk: int, state: str, permission: str = "") -> Campaign:
    cq.campaign(actor, pk)
    found = Campaign.objects.select_for_update(of=("self",)).get(pk=pk)
    if permission:
        actor.require(permission, found.area_code)
    if found.state != state:
        raise Invalid(_("这次回头看现在是“%s”，不能这样办理") % found.get_state_display())
    return found


def _move(found: Campaign, deed: str) -> None:
    before, following = machine.CAMPAIGN[deed]
    if found.state != before:
        raise Invalid(_("这次回头看现在是“%s”，不能这样办理") % found.get_state_display())
    found.state = following


@transaction.atomic
def start(*, actor: Actor, campaign: int, seen: str) -> Campaign:
    """Freeze the list as it was shown (`seen` is its hash) and begin. Raises OutOfReach, Refused, Invalid."""
    found = _locked(actor, campaign, DRAFT, ASSIGN)
    homes = cq.listed_now(actor, found.area_code, found.scope)
    digest = cq.list_hash(home.number for home in homes)
    if not homes:
        raise Invalid(_("名单中没有户，请调整范围"))
    if digest != seen:
        raise Invalid(_("预览之后名单有了变化，请按新的名单重新核对"))
    _move(found, "start")
    found.listed, found.list_hash, found.started_at = len(homes), digest, timezone.now()
    found.save()
    CampaignRow.objects.bulk_create(
        (
            CampaignRow(campaign=found, household=home, area_code=home.area_code, place=place)
            for place, home in enumerate(homes, 1)
        ),
        batch_size=500,
    )
    audit.record(actor, events.CAMPAIGN_STARTED, subject_of(found), after={"listed": len(homes), "sha256": digest})
    return found


@transaction.atomic
def drop(*, actor: Actor, campaign: int) -> Campaign:
    """Give a draft up. Raises OutOfReach, Refused, Invalid."""
    found = _locked(actor, campaign, DRAFT, ASSIGN)
    _move(found, "drop")
    found.save(update_fields=["state"])
    audit.record(actor, events.CAMPAIGN_DROPPED, subject_of(found))
    return found


@dataclass(frozen=True)
class Look:
    """What was seen in a household: an answer to every question, words to those that are not in order, and more findings."""

    on: date
    answers: Mapping[str, str]
    words: Mapping[str, str]
    note: str = ""
    more: Sequence[tuple[str, str]] = ()


@transaction.atomic
def look(*, actor: Actor, campaign: int, row: int, given: Look) -> CampaignRow:
    """A household was looked at. An answer that is not in order, or unclear, is a finding; a second look adds what is new.

    Raises OutOfReach, Refused, Invalid.
    """
    held = cq.row(actor, campaign, row)
    actor.require(ACT, held.area_code)
    found = _locked(actor, campaign, RUNNING)
    held = CampaignRow.objects.select_for_update(of=("self",)).select_related("household").get(pk=held.pk)
    if not found.starts_on <= given.on <= timezone.localdate():
        raise Invalid({"on": _("查看日期应在 %s 之后、不晚于今天") % found.starts_on})
    questions = found.checklist["questions"]
    missing = {
        f"q-{q['id']}": _("请回答") for q in questions if given.answers.get(q["id"]) not in ("yes", "no", "unknown")
    }
    if missing:
        raise Invalid(missing)
    held.answers = {q["id"]: given.answers[q["id"]] for q in questions}
    held.looked_on, held.looked_by, held.looked_name = given.on, actor.key, actor.name
    held.note = checked(given.note, "note", needed=False)
    held.save()
    raised = [*_raised(found, held, given), *_added(found, held, given)]
    CampaignFinding.objects.bulk_create(raised)
    after = {"campaign": found.pk, "on": given.on.isoformat(), "findings": [one.kind for one in raised]}
    audit.record(actor, events.LOOKED, audit.Subject("household", held.household.number, held.area_code), after=after)
    return held


def _raised(found: Campaign, held: CampaignRow, given: Look) -> list[CampaignFinding]:
    known = set(CampaignFinding.objects.filter(row=held).exclude(question="").values_list("question", flat=True))
    made = []
    for question in found.checklist["questions"]:
        answer = held.answers[question["id"]]
        if answer == question["expected"] or question["id"] in known:
            continue
        kind = "unclear" if answer == "unknown" else question["finding"]
        said = {"yes": _("是"), "no": _("否"), "unknown": _("不清楚")}[answer]
        words = checked(given.words.get(question["id"], ""), f"w-{question['id']}", needed=False)
        text = words or f"{cq.question_text(question)}：{said}"
        made.append(_finding(found, held, kind, text[:200], question["id"], given.on))
    return made


def _added(found: Campaign, held: CampaignRow, given: Look) -> list[CampaignFinding]:
    made = []
    for kind, text in given.more:
        if kind not in found.checklist["findings"]:
            raise Invalid({"more_kind": _("请选择问题类别")})
        made.append(_finding(found, held, kind, checked(text, "more_words"), "", given.on))
    return made


def _finding(found: Campaign, held: CampaignRow, kind: str, words: str, question: str, on: date) -> CampaignFinding:
    days = found.checklist["findings"].get(kind, {}).get("days", UNCLEAR_DAYS)
    due = min(on + timedelta(days=days), max(found.due_on, on))
    return CampaignFinding(
        campaign=found, row=held, area_code=held.area_code, kind=kind, question=question, words=words, due_on=due
    )


def _moving(actor: Actor, campaign: int, finding: int, deed: str, permission: str = ACT) -> CampaignFinding:
    """A finding of a running campaign, held, with its state after the deed. Raises OutOfReach, Refused, Invalid."""
    seen = CampaignFinding.objects.filter(pk=finding, campaign=campaign).first()
    if seen is None or not actor.may("cases.view", seen.area_code):
        raise OutOfReach(permission, seen.area_code if seen else "")
    actor.require(permission, seen.area_code)
    _locked(actor, campaign, RUNNING)
    rows = CampaignFinding.objects.select_for_update(of=("self",)).select_related("row__household__key", "campaign")
    found = rows.get(pk=finding)
    if deed in machine.ALONE and found.done_by == actor.key:
        raise Invalid(_("报整改的人不能自己复核，须由另一人复核"))
    following = machine.after(found.state, deed, reported_by=found.done_by, actor=actor.key)
    if following is None:
        raise Invalid(_("这个问题现在是“%s”，不能这样办理") % found.get_state_display())
    found.state = following
    return found


def _moved(actor: Actor, found: CampaignFinding, before: str, deed: str) -> CampaignFinding:
    found.version += 1
    found.save()
    subject = audit.Subject("household", found.row.household.number, found.area_code)
    after = {"campaign": found.campaign_id, "finding": found.pk, "kind": found.kind, "deed": deed, "state": found.state}
    audit.record(actor, events.FINDING_MOVED, subject, before={"state": before}, after=after)
    return found


@transaction.atomic
def assign(
    *, actor: Actor, campaign: int, finding: int, correction: str, responsible: str, due_on: date, case: str = ""
) -> CampaignFinding:  # fmt: skip
    """What is done, by whom, by when; or the case that was opened for it. Raises OutOfReach, Refused, Invalid."""
    before = CampaignFinding.objects.filter(pk=finding).values_list("state", flat=True).first() or ""
    found = _moving(actor, campaign, finding, "assign")
    if due_on < found.campaign.starts_on or due_on > found.campaign.due_on + LONGEST:
        raise Invalid({"due_on": _("时限应在回头看开始之后")})
    found.correction = checked(correction, "correction")
    found.responsible = checked(responsible, "responsible", most=60)
    found.due_on = due_on
    number = case.strip()
    if number and not casework.Case.objects.filter(number=number[:40], household=found.row.household_id).exists():
        raise Invalid({"case": _("本户没有这个事项：%s") % number[:40]})
    found.case_number = number
    return _moved(actor, found, before, "assign")


@transaction.atomic
def report(
    *, actor: Actor, campaign: int, finding: int, on: date, words: str, evidence: Evidence
) -> CampaignFinding:  # fmt: skip
    """It is put right, with proof; a closed case of the household is proof. Raises OutOfReach, Refused, Invalid."""
    before = CampaignFinding.objects.filter(pk=finding).values_list("state", flat=True).first() or ""
    found = _moving(actor, campaign, finding, "report")
    if not (found.row.looked_on or found.campaign.starts_on) <= on <= timezone.localdate():
        raise Invalid({"on": _("完成日期应在查看之后、不晚于今天")})
    found.done_on, found.done_words = on, checked(words, "words")
    found.done_by, found.done_name = actor.key, actor.name
    home = found.row.household
    over = (
        bool(found.case_number)
        and casework.Case.objects.filter(number=found.case_number, household=home, status="closed").exists()
    )
    if not over or evidence.file or evidence.document or evidence.paper.strip():
        title = _("回头看整改佐证 %s") % found.pk
        found.document, found.paper = proof(actor, home, evidence, title)
    return _moved(actor, found, before, "report")


@transaction.atomic
def settle(*, actor: Actor, campaign: int, finding: int, deed: str, words: str = "") -> CampaignFinding:
    """`confirm` or `send_back` what another reported, or `justify`: it was no fault, with the reason.

    Raises OutOfReach, Refused, Invalid.
    """
    if deed not in ("confirm", "send_back", "justify"):
        raise Invalid(_("请选择办理方式"))
    before = CampaignFinding.objects.filter(pk=finding).values_list("state", flat=True).first() or ""
    found = _moving(actor, campaign, finding, deed, ASSIGN if deed == "justify" else ACT)
    found.settled_words = checked(words, "words", needed=deed != "confirm")
    if deed == "send_back":
        found.done_on, found.done_by, found.done_name = None, "", ""
    else:
        found.settled_on, found.settled_by, found.settled_name = timezone.localdate(), actor.key, actor.name
    return _moved(actor, found, before, deed)


@transaction.atomic
def close(*, actor: Actor, campaign: int) -> Campaign:
    """End it: every household looked at, every finding corrected or justified. Counts and contents are kept with a hash.

    Raises OutOfReach, Refused, Invalid with what is missing.
    """
    found = _locked(actor, campaign, RUNNING, ASSIGN)
    counts = cq.whole(found)
    if not cq.unchanged(found) or counts.listed != found.listed:
        raise Invalid(_("名单与启动时定格的不一致，不能结束；请联系管理员核对"))
    if not counts.closable:
        said = {"left": counts.listed - counts.looked, "open": counts.open}
        raise Invalid(_("还有 %(left)s 户没有查看、%(open)s 个问题没有销号，不能结束") % said)
    _move(found, "close")
    every = cq.counts_by(CampaignRow.objects.filter(campaign=found), CampaignFinding.objects.filter(campaign=found), 12)
    found.outcome = {code: list(one.parts()) for code, one in every.items()}
    found.outcome_hash = hashlib.sha256(contents(found).encode()).hexdigest()
    found.closed_at, found.closed_name = timezone.now(), actor.name
    found.save()
    after = {"counts": list(counts.parts()), "sha256": found.outcome_hash}
    audit.record(actor, events.CAMPAIGN_CLOSED, subject_of(found), after=after)
    assert found.state == CLOSED
    return found


def outcome_holds(found: Campaign) -> bool:
    """True where what is in the database is what was there at the close."""
    return hashlib.sha256(contents(found).encode()).hexdigest() == found.outcome_hash


def contents(found: Campaign) -> str:
    """All that was looked at and found, as canonical text: what `outcome_hash` is of."""
    looks = CampaignRow.objects.filter(campaign=found).order_by("place")
    rows = [
        [number, on.isoformat() if on else None, by, answers]
        for number, on, by, answers in looks.values_list("household__number", "looked_on", "looked_by", "answers")
    ]
    faults = CampaignFinding.objects.filter(campaign=found).order_by("pk")
    names = (
        "row__household__number",
        "kind",
        "question",
        "words",
        "state",
        "correction",
        "done_words",
        "settled_words",
    )
    return json.dumps([rows, [list(one) for one in faults.values_list(*names)]], ensure_ascii=False, sort_keys=True)
