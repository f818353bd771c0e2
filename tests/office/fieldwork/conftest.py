"""A household with a child, a photo, and hands that fill a form in as a page or a client does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

EAST_VILLAGE = "990101101201"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def photo():
    """Pictures, each with bytes of its own."""
    from bangfu.office.site.demo_cases import picture

    shades = iter(range(1, 200))
    return lambda: picture(next(shades))


@pytest.fixture
def child(registered):
    """赵小 of ten years, daughter of the household in the east."""
    from django.db import transaction

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.audit import api as audit
    from bangfu.office.registry import api as registry
    from bangfu.office.site.events import DEMO_LOADED

    origin = registry.Origin(system_actor(), "national_export", date(2026, 10, 31), batch="test:2")
    row = {
        "person_no": "990101101201000103", "household_no": registered.east.number, "name": "赵小", "sex": "female",
        "birth_date": "2016-03-08", "relation": "daughter",
    }  # fmt: skip
    with transaction.atomic():
        (person,), entries = registry.add_persons([row], {registered.east.number: registered.east}, origin)
        audit.record_bulk(system_actor(), DEMO_LOADED, audit.Subject("batch", "test:2"), "test:2", entries)
    return person


@dataclass
class Visitor:
    """Somebody of the cast who goes and fills in."""

    cast: object
    photo: object

    def actor(self, part: str):
        """The actor behind a part."""
        return self.cast.actor(part)

    def draft(self, household, part: str = "village", form: str = "monthly_visit", **more):
        """A draft with the first page filled in."""
        from django.utils import timezone

        from bangfu.office.fieldwork.api import About, begin, save

        visit = begin(actor=self.actor(part), household=household.number, form=form)
        head = household.members.get(relation="head")
        about = {"visited_on": timezone.localdate(), "met": ({"person": head.number, "said": "都好"},), **more}
        return save(actor=self.actor(part), visit=visit.pk, about=About(**about))

    def good(self, visit, part: str = "village", **answers):
        """Every question answered well but for what is said otherwise; pictures where they must be."""
        from bangfu.core.api import visits as v
        from bangfu.office.fieldwork import asking
        from bangfu.office.fieldwork.api import Answered, Visit, add_photo, save

        form = asking.form_of(visit)
        home = asking.home_of(visit.household, visit.visited_on)
        given: dict = {}
        for _round in range(2):  # the second time what hangs on an answer is asked too
            for question in v.questions(form, home.members, given):
                key, item = question.key, question.item
                value = answers.get(key, answers.get(item.id, _well(item)))
                if value is not None:
                    given[key] = value
        save(actor=self.actor(part), visit=visit.pk, answered=Answered(given))
        for question in v.questions(form, home.members, given):
            item, value = question.item, given.get(question.key)
            if "always" in item.photo or value in item.photo or (item.answer == "photo" and item.required):
                add_photo(actor=self.actor(part), visit=visit.pk, key=question.key, file=self.photo())
        return Visit.objects.get(pk=visit.pk)

    def submitted(self, household, part: str = "village", form: str = "monthly_visit", about=None, **answers):
        """A visit that was handed in."""
        from bangfu.office.fieldwork.api import submit

        visit = self.good(self.draft(household, part, form, **(about or {})), part, **answers)
        return submit(actor=self.actor(part), visit=visit.pk)


def _well(item):
    if item.answer == "yes_no":
        bad = item.finding.on if item.finding else ()
        return "no" if "yes" in bad else "yes"
    if item.answer == "choice":
        from bangfu.core.api import visits as v
        from bangfu.office.registry import api as registry

        bad = item.finding.on if item.finding else ()
        return next(word for word in v.words_of(item, registry.rulebook().codes) if word not in bad)
    return None


@pytest.fixture
def visitor(cast, registered, photo) -> Visitor:
    """The cast on their way."""
    return Visitor(cast, photo)
