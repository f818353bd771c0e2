"""Scene 10: a decision of 2024 is worked again after the rules of 2026 came, with the rules and the facts of 2024."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from browser import browser_page, serious, too_wide
from django.utils import timezone

from bangfu.office.accounts.api import User, system_actor
from bangfu.office.casework.api import Brought, Determination, open_case, replay
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs
from bangfu.office.site import demo

pytestmark = pytest.mark.django_db(transaction=True)
RULES = Path(__file__).resolve().parents[3] / "rulebook"
FIRST = '      - {area: "990101", urban: false, from: 2025-07-01'
THEN = date(2024, 10, 31)
OF_2024 = '      - {area: "990101", urban: false, from: 2024-01-01, to: 2025-07-01, value: 500.00, source: 示例民发〔2024〕1号}'


def rules(into: Path, *more: tuple[str, str]) -> Path:
    """The demo county's rules with other text in its parameters."""
    shutil.copytree(RULES, into)
    path = into / "demo-county" / "parameters" / "county.yml"
    text = path.read_text()
    for old, new in more:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text)
    return into / "demo-county"


def test_an_auditor_replays_a_decision_of_2024_after_the_rules_of_2026(
    small_county, settings, tmp_path, hands_of, live_server
):
    settings.BANGFU_RULEBOOK = rules(tmp_path / "then", (FIRST, f"{OF_2024}\n{FIRST}"))
    demo.load(small_county / "2026-10", THEN)
    demo.make_accounts(date(2024, 1, 1), "long-enough-word")
    people = {user.username: user for user in User.objects.all()}
    hands = hands_of(people)
    _run(small_county, THEN)
    case = _refused_for_its_income(hands)
    frozen = Determination.objects.get(case=case)

    # the standard of then is gone from the rules of now, and by those of now the household would qualify
    settings.BANGFU_RULEBOOK = rules(
        tmp_path / "now", ("to: 2026-07-01, value: 520.00", "to: 2026-07-01, value: 9000.00")
    )
    assert registry.rulebook().digest != frozen.rulebook_digest
    with browser_page(live_server, people["auditor"]) as page:
        page.goto(f"/cases/{case.pk}/decisions/{frozen.pk}/")
        page.get_by_text("500.00").first.wait_for()
        page.get_by_role("link", name="用当时的规则和事实重新计算").click()
        page.get_by_text("用当时的规则和事实重新计算，逐条相同").wait_for()
        for question in ("谁决定的", "按哪些规则、哪些事实", "逐条核对", "谁可以提出异议", "后来怎样"):
            page.get_by_role("heading", name=question, exact=True).wait_for()
        assert serious(page) == []
        assert too_wide(page) == 0
    again = replay(frozen)
    assert (again.outcome, again.differing) == ("same", ())


def _run(county: Path, day: date) -> runs.Run:
    code = demo.county_code()
    runs.place_bureau_files(code, day, county / "2026-10" / "bureau")
    run = runs.work_now(runs.start(actor=system_actor(), area_code=code, as_of=day))
    assert run.status == "done"
    return run


def _refused_for_its_income(hands):
    """A case of a household whose income is above the line of 2024."""
    (village,) = hands.actor("village").areas("runs.view")
    run = runs.evidence_run(village)
    assert run.as_of == THEN
    for home in registry.Household.objects.filter(area_code=village, closed_on=None).order_by("number"):
        if "income" in runs.evidence(run, home.number, "dibao").failed:
            break
    hands.later((THEN - timezone.localdate()).days + 3)  # back then: a report is good for ninety days
    case = open_case(actor=hands.actor("village"), household=home.number, procedure="dibao")
    hands.until_confirm(case)
    no = {"near_relative": "no", "reported": "no"}
    hands.act(case, "civil", "confirm", "refused", {"decision": Brought()}, verdicts=no)
    return case
