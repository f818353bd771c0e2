"""Public notices: made, posted with proof, withdrawn; and what everybody may read while one stands.

A notice holds the head's name, how many persons, which help, which village, and the amount where the procedure shows it.
Never an ID number, a telephone, an account, health, or a minor's name.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import engine, events
from bangfu.office.casework.deciding import basis_of, opened
from bangfu.office.casework.deliveries import contact_text
from bangfu.office.casework.models import Case, CaseDocument, Determination, OpenStep
from bangfu.office.casework.notice_models import PublicNotice
from bangfu.office.casework.notice_text import forbidden
from bangfu.office.casework.queries import ACT, VIEW
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.photo_dates import taken_on
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import api as registry

ADULT = 18
AHEAD = timedelta(days=10)
"""A notice may be printed so long before it is posted."""
SHEET = 60
"""So many households on one sheet at most."""


@dataclass(frozen=True)
class Words:
    """What a notice says of one household."""

    village: str
    head: str
    persons: int
    matter: str
    category: str = ""
    amount_fen: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Published:
    """What everybody may read while a notice stands. `case` is its key, for an objection, and is not shown."""

    case: int
    title: str
    words: Words
    from_on: date
    until_on: date
    township: str
    law: str
    contact: str = ""
    """Where the township's office is, as an official paper says it; empty where nobody entered it."""


def path_of(token: str) -> str:
    """The address of a notice on this site, under which `intake:public_notice` shows it."""
    return f"/notices/{token}/"


def notices(actor: Actor, permission: str = VIEW) -> QuerySet[PublicNotice]:
    """Notices in the actor's area."""
    return PublicNotice.objects.filter(actor.limit(permission)).select_related("case__household", "case__definition")


def notice_of(actor: Actor, pk: int, permission: str = VIEW) -> PublicNotice:
    """One notice. Raises OutOfReach."""
    found = PublicNotice.objects.select_related("case__household__key", "case__definition").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


def step_with(procedure: p.Procedure, thing: str) -> str:
    """The step that leaves a notice behind; empty where none does."""
    for step in procedure.steps.values():
        needed = [*step.leaves, *(one for outcome in step.outcomes.values() for one in outcome.leaves)]
        if any(one.thing == thing for one in needed):
            return step.id
    return ""


def words_of(case: Case, thing: str, note: str = "") -> Words:
    """What may be said of the household. Raises Invalid for a minor as head, and for anything that must not be public."""
    procedure = engine.procedure_of(case)
    kind = procedure.things.get(thing)
    if kind is None or kind.kind != "notice":
        raise Invalid(_("本程序没有这一公示"))
    head = registry.Person.objects.filter(household=case.household, left_on=None, relation="head").first()
    today = timezone.localdate()
    if head is None or head.birth_date is None:
        raise Invalid(_("户主或其出生日期不明，不能确定是否未成年，不能公示；请先补全"))
    if _age(head.birth_date, today) < ADULT:
        raise Invalid(_("户主未满18周岁，不得公示姓名"))
    category, amount = _decided(case) if kind.amount == "shown" else ("", None)
    words = Words(
        areas.names([case.area_code])[case.area_code], head.name, case.household.person_count,
        _matter(case, procedure), category, amount, checked(note, "note", needed=False),
    )  # fmt: skip
    said = " ".join([words.village, words.head, words.matter, words.category, words.note])
    if found := forbidden(said):
        raise Invalid({"note": found})
    return words


def _matter(case: Case, procedure: p.Procedure) -> str:
    """The help that it is about, in Chinese whoever makes the notice: it is posted in a village."""
    policy = registry.rulebook().policies.get(case.matter)
    return (policy.title if policy is not None else procedure.title).get("zh")


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _decided(case: Case) -> tuple[str, int | None]:
    """Class and amount: as decided where there is a decision, else as the rules compute it; None where nothing is known."""
    last = Determination.objects.filter(case=case, decides__in=("grant", "reduce")).order_by("-seq").first()
    if last is not None:
        last.case = case
        try:
            values = opened(last)["values"]
        except (Erased, SealBroken, ValueError):
            return "", None
        return str(values.get("class", "")), values.get("amount_fen")
    basis = basis_of(case)
    return "", basis.evidence.amount_fen if basis.evidence is not None else None


@transaction.atomic
def issue(*, actor: Actor, case: int, thing: str, from_on: date, note: str = "") -> PublicNotice:
    """Make a notice for the step that is open; one that stood for it is withdrawn. Raises OutOfReach, Refused, Invalid."""
    row = Case.objects.select_for_update(of=("self",)).select_related("household__key", "definition").filter(pk=case)
    return _issued(actor, row.first(), thing, from_on, note, "")


@transaction.atomic
def issue_sheet(*, actor: Actor, cases: list[int], from_on: date) -> list[PublicNotice]:
    """Notices of several households of one village and one kind, on one sheet. All or none. Raises OutOfReach, Refused, Invalid."""
    if not cases or len(cases) > SHEET:
        raise Invalid(_("请选择 1 至 %s 户") % SHEET)
    rows = list(
        Case.objects.select_for_update(of=("self",))
        .select_related("household__key", "definition")
        .filter(pk__in=cases)
        .order_by("household__number", "pk")
    )
    if len(rows) != len(set(cases)):
        raise OutOfReach(ACT)
    things = [open_notice(row) for row in rows]
    if len({(row.area_code, row.procedure, thing) for row, thing in zip(rows, things, strict=True)}) != 1:
        raise Invalid(_("一张公示只能是同一个村、同一种程序、同一次公示的户"))
    made, sheet = [], secrets.token_urlsafe(18)
    for row, thing in zip(rows, things, strict=True):
        try:
            made.append(_issued(actor, row, thing, from_on, "", sheet))
        except Invalid as error:
            raise Invalid(f"{row.number}：{error}") from None
    return made


def open_notice(case: Case) -> str:
    """The notice that the case waits for now; empty where it waits for none."""
    procedure = engine.procedure_of(case)
    steps = set(OpenStep.objects.filter(case=case, held=False).values_list("step", flat=True))
    found = (t.id for t in procedure.things.values() if t.kind == "notice" and step_with(procedure, t.id) in steps)
    return next(found, "")


def _issued(actor: Actor, case: Case | None, thing: str, from_on: date, note: str, sheet: str) -> PublicNotice:
    if case is None or not actor.may(VIEW, case.area_code):
        raise OutOfReach(ACT, case.area_code if case else "")
    actor.require(ACT, case.area_code)
    procedure = engine.procedure_of(case)
    words = words_of(case, thing, note)
    step = step_with(procedure, thing)
    since = OpenStep.objects.filter(case=case, step=step, held=False).values_list("entered_at", flat=True).first()
    if since is None:
        raise Invalid(_("现在没有这一公示要办理"))
    today = timezone.localdate()
    first = timezone.localtime(since).date()
    if from_on < first:
        raise Invalid({"from_on": _("张贴日期不能早于公示步骤开始的 %s") % first})
    if from_on > today + AHEAD:
        raise Invalid({"from_on": _("张贴日期最多比今天晚 %s 天") % AHEAD.days})
    now = timezone.now()
    for old in PublicNotice.objects.filter(case=case, thing=thing, withdrawn_at=None):
        _withdraw(actor, old, "replaced", now)
    made = PublicNotice.objects.create(
        token=secrets.token_urlsafe(18), sheet=sheet, case=case, area_code=case.area_code, thing=thing, step=step,
        head_name=words.head, persons=words.persons, matter_title=words.matter, category=words.category,
        amount_fen=words.amount_fen, note=words.note, village=words.village, from_on=from_on,
        until_on=_last_day(procedure, thing, from_on), issued_by=actor.key, issued_name=actor.name, issued_at=now,
    )  # fmt: skip
    after = {"notice": made.pk, "thing": thing, "from": f"{from_on}", "until": f"{made.until_on}", "sheet": bool(sheet)}
    audit.record(actor, events.NOTICE_ISSUED, _subject(case), after=after)
    return made


def _last_day(procedure: p.Procedure, thing: str, from_on: date) -> date:
    """The last day on which it hangs, as the engine counts it."""
    last = p.last_day(procedure.things[thing], from_on, engine.calendar())
    assert last is not None  # a procedure's notice without its time does not load
    return last


def _subject(case: Case) -> audit.Subject:
    return audit.Subject("case", case.number, case.area_code)


@transaction.atomic
def prove(
    *, actor: Actor, notice: int, posted_on: date, file: UploadedFile | None = None, paper: str = ""
) -> PublicNotice:
    """Register that it hangs, with a photo or the place where one lies. Raises OutOfReach, Refused, Invalid."""
    row = notice_of(actor, notice)
    row = PublicNotice.objects.select_for_update(of=("self",)).select_related("case__household__key").get(pk=row.pk)
    actor.require(ACT, row.area_code)
    case, today = row.case, timezone.localdate()
    if row.withdrawn_at is not None:
        raise Invalid(_("这次公示已撤下"))
    if posted_on > today:
        raise Invalid({"posted_on": _("张贴日期不能晚于今天")})
    since = OpenStep.objects.filter(case=case, step=row.step).values_list("entered_at", flat=True).first()
    if since is None:
        raise Invalid(_("现在没有这一公示要办理"))
    first = timezone.localtime(since).date()
    if posted_on < first:
        raise Invalid({"posted_on": _("张贴日期不能早于公示步骤开始的 %s") % first})
    place = checked(paper, "paper", needed=False, most=60)
    if file is None and not place:
        raise Invalid({"file": _("请上传张贴照片，或写明照片存放处")})
    if file is not None:
        row.taken_on = taken_on(file.read())
        file.seek(0)
        stored = registry.add_document(
            actor=actor, household=case.household, kind="visit_photo", title=f"张贴照片 {case.number}", file=file, dated=posted_on
        )  # fmt: skip
        row.proof_document = stored.pk
    row.proof_paper, row.posted_on, row.from_on = place, posted_on, posted_on
    row.until_on = _last_day(engine.procedure_of(case), row.thing, posted_on)
    row.save()
    after = {"notice": row.pk, "posted": f"{posted_on}", "until": f"{row.until_on}", "document": row.proof_document,
             "photo_taken": f"{row.taken_on or ''}"}  # fmt: skip
    audit.record(actor, events.NOTICE_POSTED, _subject(case), after=after)
    return row


@transaction.atomic
def withdraw(*, actor: Actor, notice: int) -> None:
    """Take a notice down whose words are wrong; another may be made. Raises OutOfReach, Refused, Invalid."""
    row = notice_of(actor, notice)
    actor.require(ACT, row.area_code)
    if row.withdrawn_at is not None:
        raise Invalid(_("这次公示已撤下"))
    _withdraw(actor, row, "mistake", timezone.now())


def _withdraw(actor: Actor, row: PublicNotice, why: str, now: datetime) -> None:
    row.withdrawn_at, row.withdrawn_why = now, why
    row.save(update_fields=("withdrawn_at", "withdrawn_why"))
    audit.record(actor, events.NOTICE_WITHDRAWN, _subject(row.case), after={"notice": row.pk, "reason": why})


def follow(actor: Actor, case: Case, state: p.Case, event: p.Event) -> None:
    """After an event, in its transaction: a notice whose step is not open any more, and was not done, is withdrawn.

    What a step left as proof of posting is kept with the notice, where it was made here.
    """
    rows = list(PublicNotice.objects.filter(case=case, withdrawn_at=None).order_by("pk"))
    for row in rows:
        row.case = case
        done = isinstance(event, p.StepDone) and event.step == row.step
        if done:
            _keep_proof(row, event)
        elif row.step not in state.open and not _was_done(state, row.step):
            why = "objection" if isinstance(event, p.Objection) else "ended" if state.final else "returned"
            _withdraw(actor, row, why, event.at)


def _was_done(state: p.Case, step: str) -> bool:
    last = state.last_done(step)
    return last is not None and last.valid


def _keep_proof(row: PublicNotice, event: p.Event) -> None:
    thing = next((one for one in event.things if one.id == row.thing), None)
    if thing is None or row.proven:
        return
    paper = CaseDocument.objects.filter(case=row.case, pk=int(thing.ref.removeprefix("doc:"))).first()
    if paper is None or paper.dated is None:
        return
    row.proof_document, row.proof_paper, row.posted_on = paper.document, paper.paper, paper.dated
    row.from_on, row.until_on = paper.dated, _last_day(engine.procedure_of(row.case), row.thing, paper.dated)
    row.save()


def standing(case: Case) -> list[PublicNotice]:
    """The notices of a case, the latest first."""
    return list(PublicNotice.objects.filter(case=case).order_by("-pk"))


def notice_by_token(token: str) -> Published | None:
    """What everybody may read at a notice's address, for the public page; None where none stands (any more)."""
    if not token or len(token) > 32 or "\0" in token:
        return None
    with areas.everywhere():  # a visitor has no area; who has the address may read exactly these words
        found = PublicNotice.objects.select_related("case__definition").filter(token=token).first()
        if found is None or not found.stands(timezone.localdate()) or not found.head_name:
            return None
        return published(found)


def published(row: PublicNotice) -> Published:
    """A notice's words, from the row and not from the household: what is posted does not change under its readers."""
    procedure = engine.procedure_of(row.case)
    names = areas.names([row.area_code[:9]])
    words = Words(row.village, row.head_name, row.persons, row.matter_title, row.category, row.amount_fen, row.note)
    return Published(
        row.case_id, procedure.things[row.thing].title.get(reader_language()), words, row.from_on, row.until_on,
        names[row.area_code[:9]], law_of(procedure.authority), contact_text(row.area_code[:9]),
    )  # fmt: skip


def law_of(authority: Any) -> str:
    """《办法》（文号）."""
    title, number = authority.get("title", ""), authority.get("number", "")
    return f"《{title}》（{number}）" if number else f"《{title}》"
