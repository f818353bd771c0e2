"""Writes of the registry, and reads that leave a row in the log."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import events
from bangfu.office.registry.models import Household, SavedFilter

MAX_FILTERS = 30


@transaction.atomic
def note_unmasking(*, actor: Actor, household: Household, purpose: str, why: str) -> None:
    """The log's row for a look at a household's personal data. Raises Refused, Invalid without a purpose."""
    actor.require("registry.unmask", household.area_code)
    stated = actor.for_purpose(purpose_text(purpose, why))
    seen = ["id_number", "phone", "health"]
    subject = audit.Subject("household", household.number, household.area_code)
    audit.record(stated, events.UNMASKED, subject, after={"fields": seen})


@transaction.atomic
def note_export(*, actor: Actor, what: str, given: dict[str, str], rows: int) -> None:
    """The log's row for an export."""
    actor.require("export")
    audit.record(actor, events.EXPORTED, audit.Subject("export", what), after={"filter": given, "rows": rows})


@transaction.atomic
def save_filter(*, actor: Actor, name: str, given: dict[str, str]) -> SavedFilter:
    """Keep a filter under a name; the same name replaces it. Raises Invalid."""
    actor.require("registry.view")
    word = name.strip()
    if not word or len(word) > 40:
        raise Invalid({"name": _("请填写名称，不超过40个字")})
    own = SavedFilter.objects.filter(user_key=actor.key)
    if own.exclude(name=word).count() >= MAX_FILTERS:
        raise Invalid({"name": _("最多保存 %d 个筛选，请先删除一些") % MAX_FILTERS})
    saved, _made = SavedFilter.objects.update_or_create(user_key=actor.key, name=word, defaults={"query": given})
    audit.record(
        actor, events.FILTER_SAVED, audit.Subject("filter", str(saved.pk)), after={"name": word, "query": given}
    )
    return saved


@transaction.atomic
def delete_filter(*, actor: Actor, pk: int) -> None:
    """Forget one of one's own filters; another's is not found."""
    saved = SavedFilter.objects.filter(user_key=actor.key, pk=pk).first()
    if saved is None:
        raise Invalid(_("没有这个筛选"))
    audit.record(actor, events.FILTER_DELETED, audit.Subject("filter", str(pk)), before={"name": saved.name})
    saved.delete()
