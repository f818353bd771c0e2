"""The demo's cases: from the first word to the letter, each part on its day, every paper printed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from bangfu.office.accounts.api import User, actor_of, system_actor
from bangfu.office.audit.api import verify
from bangfu.office.casework import api as casework
from bangfu.office.casework import deciding
from bangfu.office.casework.documents import letters
from bangfu.office.runs import api as runs
from bangfu.office.site import demo, demo_cases
from bangfu.office.site.demo_clock import tell

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 10, 31)


@pytest.fixture
def told(tmp_path, settings) -> list[casework.Case]:
    """A county of 600 households after its run, and the five stories in its busiest village."""
    from bangfu.core.demo import generate

    settings.MEDIA_ROOT = tmp_path / "files"
    generate(tmp_path / "county", households=600, seed=1, months=2)
    folder = tmp_path / "county" / "2026-10"
    demo.load(folder, AS_OF)
    code = demo.county_code()
    runs.place_bureau_files(code, AS_OF, folder / "bureau")
    assert runs.work_now(runs.start(actor=system_actor(), area_code=code, as_of=AS_OF)).status == "done"
    demo.make_accounts(date(2026, 1, 1), "long-enough-word", demo.busiest_village())
    return demo_cases.leave(AS_OF)


def test_five_stories_are_told_and_their_papers_printed(told):
    said = [(case.procedure, case.status, case.end) for case in casework.Case.objects.order_by("pk")]
    assert said == [
        ("dibao", "closed", "granted"),
        ("temporary_assistance_emergency", "closed", "granted"),
        ("relapse_monitoring", "decided", ""),
        ("dibao", "open", ""),
        ("relapse_monitoring", "open", ""),
    ]
    assert [case.pk for case in told] == list(casework.Case.objects.order_by("pk").values_list("pk", flat=True))
    actor = actor_of(User.objects.get(username="civil"), timezone.localdate())
    decisions = casework.Determination.objects.select_related("case__household__key").order_by("pk")
    assert [found.case.procedure for found in decisions] == [
        "temporary_assistance_emergency", "temporary_assistance_emergency", "relapse_monitoring", "dibao",
    ]  # fmt: skip
    for found in decisions:
        assert letters.decision_letter(actor, found, deciding.opened(found)).startswith(b"%PDF")
    recognised = deciding.opened(decisions[2])
    assert "amount_fen" not in recognised["values"]  # who is recognised as at risk gets no money by that
    assert {clause["verdict"] for one in recognised["explanation"] for clause in one["clauses"]} <= {"met", "unknown"}
    _bear_the_days_of_the_weeks_after_the_run()


def _bear_the_days_of_the_weeks_after_the_run():
    days = [timezone.localtime(event.at).date() for event in casework.CaseEvent.objects.order_by("pk")]
    assert days == sorted(days)
    assert days[0] == date(2026, 11, 2)
    assert all(day.weekday() < 5 for day in days)
    assert verify().good


def test_the_clock_is_given_back_when_a_story_fails():
    def story():
        assert timezone.localdate() == date(2020, 1, 6)  # the Monday after
        yield 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        tell(date(2020, 1, 4), [story()])
    assert timezone.now().year > 2020
    assert timezone.now() - timezone.now() < timedelta(seconds=1)
