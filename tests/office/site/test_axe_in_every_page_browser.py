"""axe on every page that there is, and on a phone none pushes sideways (apps' own tests run axe there too), with a household, a run, a batch, a change and the rest in it."""

from __future__ import annotations

import pytest
from browser import browser_page, serious, too_wide
from django.urls import reverse
from samples import SAMPLES
from test_every_role import pages, world  # noqa: F401

from bangfu.office.pages.guard import PUBLIC, SIGNED_IN

pytestmark = pytest.mark.django_db(transaction=True)
READERS = ("civil", "admin", "auditor", "township", "bureau")
"""Between them they may open every page."""
NO_PAGE = {
    "health", "registry:suggest", "areas:boundaries", "areas:children", "runs:progress", "imports:progress",
    "reporting:fill_progress", "pairing:plan_print", "pairing:campaign_report", "meetings:minutes",
}  # fmt: skip
"""What answers with data or a part of a page."""
PAPERS = {"intake:receipt", "grievance:letter"}
"""What answers with a PDF."""
OTHERS = {"accounts:link", "accounts:welcome", "imports:columns", "intake:public_notice"}
"""Pages for the bearer of a link, or for whoever brought a file: their apps' own tests open them."""


def _reader(world, view):  # noqa: F811
    if view.permission in (PUBLIC, SIGNED_IN):
        return READERS[0]
    return next(part for part in READERS if world.cast.actor(part).may(view.permission))


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_nothing_serious_on_any_page(live_server, world, phone):  # noqa: F811
    by_reader: dict[str, list[str]] = {}
    for name, view in pages().items():
        sample = SAMPLES[name]
        if (
            "GET" not in view.methods
            or name in NO_PAGE | OTHERS
            or name.endswith(("export", "_file", "template", "worklist", "marked"))
        ):
            continue
        if sample.inside is None and sample.nowhere is not None:
            continue
        if name in PAPERS:
            continue
        address = reverse(name, kwargs=sample.inside(world) if sample.inside else {})
        query = "&".join(f"{key}={value}" for key, value in sample.query.items())
        by_reader.setdefault(_reader(world, view), []).append(f"{address}?{query}" if query else address)
    assert sum(map(len, by_reader.values())) > 40
    wrong = []
    for reader, addresses in by_reader.items():
        with browser_page(live_server, world.cast[reader], phone) as page:
            for address in addresses:
                answer = page.goto(address)
                if answer is None or answer.status != 200:
                    wrong.append(f"{address}: {answer and answer.status}")
                    continue
                wrong += [f"{address}: {found}" for found in ([] if phone else serious(page))]
                if too_wide(page):
                    wrong.append(f"{address}: pushes sideways")
    assert wrong == []
