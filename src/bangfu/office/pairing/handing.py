"""What changes hands with an account: the households that its owner helps (accounts/handover.py; joined in site)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, User
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pairing import actions, events
from bangfu.office.pairing.models import Helper, Pairing


def _open(user: User, codes: Sequence[str]) -> list[Pairing]:
    rows = Pairing.objects.filter(areas.inside(codes), helper__user=user, ends_on=None)
    return list(rows.select_related("household", "helper").order_by("household__number"))


def count_handing(user: User, codes: Sequence[str]) -> int:
    """How many households a user helps in these areas."""
    return len(_open(user, codes))


def hand_on(actor: Actor, giver: User, receiver: User, codes: Sequence[str]) -> int:
    """The receiver helps them from today; who was no helper yet becomes one, with the giver's unit and rank.

    Who may hand the account over decides this, so no further permission is asked for. In the caller's transaction.
    """
    rows, today = _open(giver, codes), timezone.localdate()
    if not rows:
        return 0
    given = rows[0].helper
    taker = Helper.objects.select_for_update(of=("self",)).filter(user=receiver).first()
    if taker is None:
        taker = Helper.objects.create(
            user=receiver, name=receiver.full_name, unit=given.unit, rank=given.rank, area_code=given.area_code,
            added_by=actor.key, added_at=timezone.now(),
        )  # fmt: skip
        audit.record(
            actor,
            events.HELPER_SET,
            audit.Subject("helper", str(taker.pk), taker.area_code),
            after={"user": receiver.key},
        )
    entries, words = [], _("工作交接")
    for pairing in rows:
        home = pairing.household
        actions.pass_on(actor, pairing, taker, max(today, pairing.starts_on), words)
        after = {"from": given.pk, "to": taker.pk, "on": today.isoformat()}
        subject = audit.Subject("household", home.number, home.area_code)
        entries.append(audit.entry(actor, events.HANDED_OVER, subject, after=after))
    subject = audit.Subject("helper", str(given.pk), given.area_code)
    audit.record_bulk(actor, events.HANDED_OVER, subject, f"handover:{uuid4().hex[:24]}", entries)
    return len(rows)
