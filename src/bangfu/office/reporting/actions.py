"""Every write of filled forms. What takes long is queued for a worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.free_text import problem_of
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry.api import UNMASKED, Household, Person
from bangfu.office.reporting import events, queries, storage
from bangfu.office.reporting.filling import Made
from bangfu.office.reporting.models import (
    ACTIVE,
    CANCELLED,
    DONE,
    FAILED,
    QUEUED,
    WORKING,
    FilledForm,
    RememberedAnswer,
)

LONGEST_HEADER, LONGEST_PHRASE = 200, 60
_CHUNK = 900


def _subject(form: FilledForm) -> audit.Subject:
    return audit.Subject("form", str(form.pk), form.area_code)


def _queue(form: FilledForm, actor: Actor) -> None:
    from bangfu.office.reporting.tasks import work

    storage.forget_progress(form)
    transaction.on_commit(lambda: work.enqueue(form.pk, actor.user_id))


def upload(
    *, actor: Actor, file: UploadedFile, area_code: str, as_of: date, whole: bool = False, purpose: str = "", why: str = ""
) -> FilledForm:  # fmt: skip
    """Keep an empty form and queue its filling; `whole` asks for whole ID numbers and telephones. Raises Refused, Invalid."""
    actor.require(queries.EXPORT, area_code)
    if area_code not in dict(queries.places(actor)):
        raise Invalid({"area": _("请选择填报的区划")})
    if as_of > timezone.localdate():
        raise Invalid({"as_of": _("截止日期不能晚于今天")})
    reason = ""
    if whole:
        actor.require("registry.unmask", area_code)
        reason = purpose_text(purpose, why)
    with storage.received(file) as (path, digest, ending), transaction.atomic():
        form = FilledForm.objects.create(
            area_code=area_code, file_name=(file.name or "?")[-160:], ending=ending, sha256=digest, as_of=as_of,
            purpose=reason, answers=queries.remembered(area_code), made_by=actor.key, made_name=actor.name,
        )  # fmt: skip
        path.replace(storage.form_path(form))
        after = {"sha256": digest, "as_of": as_of.isoformat(), "whole": whole}
        audit.record(actor.for_purpose(reason), events.FORM_UPLOADED, _subject(form), after=after)
        _queue(form, actor)
    return form


def _locked(actor: Actor, form: FilledForm, *states: str) -> FilledForm:
    """The row, held; only its maker works with a form that has whole numbers. Raises Refused, Invalid."""
    actor.require(queries.EXPORT, form.area_code)
    if not queries.may_open(actor, form):
        raise Invalid(_("表中有完整的号码，只有填写人可以这样办理；您可以自己再填一份"))
    row = FilledForm.objects.select_for_update().get(pk=form.pk)
    if row.state not in states or row.removed_at:
        raise Invalid(_("这张表现在是“%s”，不能这样办理；请刷新页面") % row.get_state_display())
    return row


@transaction.atomic
def answer(*, actor: Actor, form: FilledForm, said: Mapping[str, Mapping[str, Any]]) -> FilledForm:
    """Say what columns mean, remember it for the area, and fill again. Raises Refused, Invalid."""
    row = _locked(actor, form, DONE)
    if not said:
        raise Invalid(_("还没有选择任何答复"))
    for value in said.values():
        phrase = str(value.get("phrase", ""))
        if problem := problem_of(phrase, needed=False, most=LONGEST_PHRASE):
            raise Invalid(problem)
    for header, value in said.items():
        RememberedAnswer.objects.update_or_create(
            area_code=row.area_code, header=header[:LONGEST_HEADER], defaults={"answer": value, "user_key": actor.key}
        )
    before = {header: row.answers.get(header) for header in said}
    row.answers = {**row.answers, **{header: dict(value) for header, value in said.items()}}
    audit.record(actor, events.FORM_ANSWERED, _subject(row), before=before, after=dict(said))
    return _again(row, actor)


@transaction.atomic
def forget(*, actor: Actor, form: FilledForm, header: str) -> FilledForm:
    """Take back what was said of a header, for the area too, and fill again. Raises Refused, Invalid."""
    row = _locked(actor, form, DONE, FAILED, CANCELLED)
    if header not in row.answers:
        raise Invalid(_("这一列没有答复"))
    before = {header: row.answers.pop(header)}
    RememberedAnswer.objects.filter(area_code=row.area_code, header=header[:LONGEST_HEADER]).delete()
    audit.record(actor, events.ANSWER_FORGOTTEN, _subject(row), before=before)
    return _again(row, actor)


@transaction.atomic
def again(*, actor: Actor, form: FilledForm) -> FilledForm:
    """Fill once more, from the registry of now. Raises Refused, Invalid."""
    row = _locked(actor, form, DONE, FAILED, CANCELLED)
    audit.record(actor, events.FORM_REFILLED, _subject(row), before={"state": row.state})
    return _again(row, actor)


def _again(row: FilledForm, actor: Actor) -> FilledForm:
    row.state, row.failure = QUEUED, ""
    row.save()
    _queue(row, actor)
    return row


def cancel(*, actor: Actor, form: FilledForm) -> None:
    """Stop what is under way; what nobody has begun is dropped at once. Raises Refused, Invalid."""
    with transaction.atomic():
        row = _locked(actor, form, *ACTIVE)
        storage.ask_to_stop(row)
        audit.record(actor, events.FORM_CANCELLED, _subject(row), before={"state": row.state})
        if row.state == QUEUED:
            row.state, row.finished_at = CANCELLED, timezone.now()
            row.save()


@transaction.atomic
def remove(*, actor: Actor, form: FilledForm) -> None:
    """Remove the files at once; the row stays for the log. Raises Refused, Invalid while a worker has it."""
    row = _locked(actor, form, DONE, FAILED, CANCELLED)
    row.removed_at = timezone.now()
    row.save()
    audit.record(actor, events.FORM_REMOVED, _subject(row), before={"sha256": row.sha256, "result": row.result_sha256})
    transaction.on_commit(lambda: storage.remove(row))


def record_taken(*, actor: Actor, form: FilledForm) -> None:
    """An export of the registry's figures, and of a roster where there is one: who takes it is logged. Raises Refused."""
    row = _locked(actor, form, DONE)
    after = {"sha256": row.result_sha256, "filled": row.filled, "people": row.people, "whole": bool(row.purpose)}
    audit.record(actor.for_purpose(row.purpose), events.FORM_TAKEN, _subject(row), after=after)


# -- by the working process ---------------------------------------------------------------------------------------


def claim(form: FilledForm) -> bool:
    """Take a queued form in hand; False where it was cancelled."""
    return bool(FilledForm.objects.filter(pk=form.pk, state=QUEUED).update(state=WORKING))


@transaction.atomic
def finish(form: FilledForm, actor: Actor, made: Made) -> None:
    """The form is filled. With whole numbers every person or household in it is a row of the log."""
    digest = storage.hash_of(storage.filled_path(form))
    people = len(made.households) + len(made.persons)
    FilledForm.objects.filter(pk=form.pk).update(
        state=DONE, failure="", finished_at=timezone.now(), filled=made.filled, doubtful=made.doubtful, tables=made.tables,
        people=people, result_sha256=digest,
    )  # fmt: skip
    after = {"sha256": digest, "filled": made.filled, "doubtful": made.doubtful, "people": people}
    audit.record(audit.SystemActor(), events.FORM_FILLED, _subject(form), after=after)
    if made.whole_numbers:
        by = actor.for_purpose(form.purpose)
        seen = [
            audit.entry(by, UNMASKED, audit.Subject(kind, number, code), after={"way": "form"})
            for kind, numbers in (("household", made.households), ("person", made.persons))
            for number, code in _areas_of(kind, numbers)
        ]
        stream = f"form:{form.pk}:{digest[:12]}"
        audit.record_bulk(by, UNMASKED, _subject(form), stream, seen)


def _areas_of(kind: str, numbers: Iterable[str]) -> Iterable[tuple[str, str]]:
    wanted = list(numbers)
    rows: Any = Household.objects if kind == "household" else Person.objects
    with areas.everywhere():
        for start in range(0, len(wanted), _CHUNK):
            yield from rows.filter(number__in=wanted[start : start + _CHUNK]).values_list("number", "area_code")


def give_up(form: FilledForm, state: str, failure: str = "") -> bool:
    """End a filling without a result; does nothing where it has ended already."""
    with transaction.atomic():
        ended = FilledForm.objects.filter(pk=form.pk, state=WORKING).update(
            state=state, failure=failure[:2000], finished_at=timezone.now()
        )
        if ended and state == FAILED:
            audit.record(audit.SystemActor(), events.FORM_FAILED, _subject(form), after={"failure": failure[:200]})
    return bool(ended)


def recover() -> int:
    """Put right what a killed worker left: its forms have failed, its copies of the registry go. Returns how many."""
    found, alive = 0, set[int]()
    with areas.everywhere():
        for form in FilledForm.objects.filter(state=WORKING):
            with storage.held(form) as free:
                if free:
                    found += give_up(form, FAILED, _("后台程序中途停止，没有填完；请点“重新填写”"))
                else:
                    alive.add(form.pk)
    storage.sweep(alive)
    return found
