"""Every page as every role, inside and outside the area: who may not is refused or finds nothing, and both are logged."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from samples import SAMPLES, World

from bangfu.office.audit.api import Entry
from bangfu.office.pages.guard import PUBLIC, SIGNED_IN

pytestmark = pytest.mark.django_db
EAST, WEST = "990101101201", "990101102201"
PARTS = ("village", "secretary", "officer", "township", "elsewhere", "civil", "agriculture", "bureau", "leader", "auditor", "admin", "roleless")  # fmt: skip
CLOSED = "bangfu.office.accounts.web.login_urls"


def pages():
    """Name and view of every page of ours."""

    def walk(resolver, spaces):
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, [*spaces, *([pattern.namespace] if pattern.namespace else [])])
            elif pattern.callback.__module__.startswith("bangfu.") and pattern.callback.__module__ != CLOSED:
                yield ":".join([*spaces, pattern.name or ""]), pattern.callback

    return dict(walk(get_resolver(), []))


@pytest.fixture
def world(cast, registered) -> World:
    """The cast with somebody who has no role and somebody of another county."""
    from bangfu.office.accounts.api import create_user, grant_role, system_actor

    actor = system_actor()
    cast.users["roleless"] = create_user(actor=actor, username="roleless", full_name="某无职", password="long-enough-word")  # fmt: skip
    stranger = create_user(actor=actor, username="stranger", full_name="某外县", password="long-enough-word")
    from datetime import date

    grant_role(actor=actor, user=stranger, role="county_agriculture", area_code="880101", starts_on=date(2026, 1, 1))
    return World(cast, registered, stranger, _made(registered))


def _made(registered) -> dict:
    """Rows of the apps above, one in the east and one in the west."""
    from django.utils import timezone
    from runs_by_hand import AS_OF, add_lines, make_run

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.audit import api as audit
    from bangfu.office.benefits.models import Transfer
    from bangfu.office.casework.api import open_case
    from bangfu.office.imports.models import Batch
    from bangfu.office.protection.models import ErasureRequest
    from bangfu.office.registry.events import HOUSEHOLD_CHANGED
    from bangfu.office.reporting.models import FilledForm
    from bangfu.office.sending.api import queue

    places = ((EAST, registered.east), (WEST, registered.west))
    made = {"run": [make_run(area_code=code) for code, _ in places]}
    made["line"] = [
        add_lines(run, ("check", "DQ057", household.number, code, {"severity": "must_fix"}))[0]
        for run, (code, household) in zip(made["run"], places, strict=True)
    ]
    made["batch"] = [
        Batch.objects.create(
            area_code=code, bureau="medical_insurance", table="persons", file_name="a.csv", ending=".csv", sha256="0" * 64,
            size=1, as_of=AS_OF, source="other", state="committed", uploaded_by="system", uploaded_name="某人",
        )
        for code, _ in places
    ]  # fmt: skip
    made["request"] = [
        ErasureRequest.objects.create(
            subject_type="household", subject_number=household.number, area_code=code, reason="request",
            requested_by="system", requested_by_name="某人", requested_at=timezone.now(),
        )
        for code, household in places
    ]  # fmt: skip
    made["form"] = [
        FilledForm.objects.create(
            area_code=code, file_name="a.xlsx", ending=".xlsx", sha256="0" * 64, as_of=AS_OF, state="failed",
            made_by="system", made_name="某人",
        )
        for code, _ in places
    ]  # fmt: skip
    made.update(_changes_made(places))
    made.update(_pairing_made(places))
    made["case"] = [
        open_case(actor=system_actor(), household=household.number, procedure="dibao") for _code, household in places
    ]
    made["report"] = _reports(places, made["run"])
    made["transfer"] = [
        Transfer.objects.create(
            household=household, area_code=code, to_area=code, reason="搬迁", asked_by="system", asked_name="某人",
            asked_at=timezone.now(),
        )
        for code, household in places
    ]  # fmt: skip
    made.update(_meetings_made(places))
    made["message"] = [
        queue(
            actor=system_actor(), household=household, template="accepted", reference=f"GA{code}", key=f"test:{code}",
            office="某乡便民服务中心",
        )
        for code, household in places
    ]  # fmt: skip
    made.update(_handed_in(places))
    made.update(_visits_made(places))
    made["entry"] = [
        audit.record(system_actor(), HOUSEHOLD_CHANGED, audit.Subject("household", household.number, code))
        for code, household in places
    ]
    return made


def _reports(places, runs) -> list:
    """A means-check report in each place, whose content is gone."""
    from django.utils import timezone
    from runs_by_hand import AS_OF

    from bangfu.office.means.models import Crosscheck, MeansReport

    now = timezone.now()
    return [
        MeansReport.objects.create(
            number=f"MC-{code}", household=household, purpose="x", run=run.pk, made_by="system",
            made_name="某人", made_at=now, made_on=AS_OF, sha256="0" * 64,
            crosscheck=Crosscheck.objects.create(
                run=run, area_code=code[:6], as_of=AS_OF, status="done", started_by="system", created_at=now
            ),
        )
        for (code, household), run in zip(places, runs, strict=True)
    ]  # fmt: skip


def _meetings_made(places) -> dict:
    """A meeting with a matter, a task, a member and a near relative in each place."""
    from datetime import date

    from django.utils import timezone

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.meetings import api as meetings

    made: dict = {"meeting": [], "matter": [], "task": [], "member": [], "relative": []}
    for code, household in places:
        actor, now = system_actor(), timezone.now()
        given = meetings.Arrangements("review", now, "村委会", "周一", "吴二")
        meeting = meetings.call_meeting(actor=actor, area_code=code, arrangements=given)
        member = meetings.add_member(actor=actor, area_code=code, name="周一", role="head", starts_on=date(2026, 1, 1))
        made["meeting"].append(meeting)
        made["member"].append(member)
        made["relative"].append(
            meetings.file_relative(actor=actor, household=household.number, relation="兄", member=member.pk)
        )
        made["matter"].append(
            meetings.Matter.objects.create(
                meeting=meeting, position=1, household=household, reference=f"GA{code}", title="低保"
            )
        )
        made["task"].append(
            meetings.Task.objects.create(
                meeting=meeting, area_code=code, what="复核", owner="吴二", due_on=date(2026, 12, 1)
            )
        )
    return made


def _handed_in(places) -> dict:
    """An application, a report of the public, and a complaint about the village that was accepted, in each place."""
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.grievance import api as grievance
    from bangfu.office.intake import api as intake

    actor, made = system_actor(), {"application": [], "self_report": [], "complaint": []}
    for code, household in places:
        wanted = [intake.Wanted("temporary_assistance_emergency", "temporary_assistance_emergency")]
        made["application"].append(intake.apply_once(actor=actor, household=household.number, wanted=wanted))
        said = intake.Said(code, "某人", "13900000009", needs=("illness",), consent=True)
        made["self_report"].append(intake.report_need(said))
        complaint = grievance.complain(grievance.Said("complaint", code, "久拖不办"))
        grievance.move(actor=actor, complaint=complaint.pk, name="accept", expected=0)
        made["complaint"].append(complaint)
    return made


def _pairing_made(places) -> dict:
    """An official, a plan with a measure, and a campaign with a household and a finding in each place."""
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.pairing import api as pairing

    actor = system_actor()
    made: dict = {"helper": [], "measure": [], "campaign": [], "campaign_row": [], "finding": []}
    from datetime import date

    day = date(2026, 11, 1)
    for code, household in places:
        number, scope = household.number, {"numbers": [household.number]}
        made["helper"].append(pairing.set_helper(actor=actor, name="某甲", unit="某局", rank="staff", area_code=code))
        plan = pairing.set_plan(actor=actor, household=number, year=2026, goal="")
        content = pairing.Content("industry", "养鸡", "某甲", date(2026, 12, 1))
        made["measure"].append(pairing.add_measure(actor=actor, plan=plan.pk, expected=1, content=content))
        found = pairing.draft(
            actor=actor, title="回头看", template="missed", area_code=code, scope=scope, starts_on=day, due_on=date(2027, 1, 1)
        )  # fmt: skip
        pairing.start(actor=actor, campaign=found.pk, seen=pairing.list_hash([number]))
        (row,) = found.rows.all()
        answers = {one["id"]: "unknown" for one in found.checklist["questions"]}
        pairing.look(actor=actor, campaign=found.pk, row=row.pk, given=pairing.Look(day, answers, {}))
        made["campaign"].append(found)
        made["campaign_row"].append(row)
        made["finding"].append(row.findings.first())
    return made


def _visits_made(places) -> dict:
    """A visit that was handed in, with a finding and a fact that waits for the office, in each place."""
    from django.utils import timezone

    from bangfu.office.fieldwork import asking
    from bangfu.office.fieldwork.models import Difference, Finding, Visit

    now, made = timezone.now(), {"visit": [], "visit_finding": [], "disagreement": []}
    form = asking.forms(now.date())["monthly_visit"]
    for code, household in places:
        visit = Visit.objects.create(
            client_id=f"sample-{code}", number=f"RH-{code}", household=household, definition=asking.stored(form),
            form=form.id, area_code=code, status="submitted", visited_on=now.date(), made_by="system", made_name="某人",
            begun_at=now, saved_at=now, submitted_at=now,
        )  # fmt: skip
        made["visit"].append(visit)
        about = {"visit": visit, "household": household, "area_code": code}
        made["visit_finding"].append(
            Finding.objects.create(**about, item="steel_roof", severity="serious", text_zh="x", found_on=now.date())
        )
        made["disagreement"].append(
            Difference.objects.create(**about, item="safe_water", fact="safe_water", reason="second")
        )
    return made


def _changes_made(places) -> dict:
    """A proposal, an edit window and a comparison with one difference in each place."""
    from django.utils import timezone
    from runs_by_hand import AS_OF

    from bangfu.office.changes.models import Change, ChangeWindow, Difference, Reconciliation

    now = timezone.now()
    made: dict = {"change": [], "window": [], "reconciliation": [], "difference": []}
    for code, household in places:
        made["change"].append(
            Change.objects.create(
                kind="correction",
                area_code=code,
                household=household,
                key=household.key,
                effective_on=AS_OF,
                reason="x",
                content={"table": "households", "values": {"group_name": "二组"}},
                base={"group_name": "一组"},
                proposed_by="system",
                proposed_name="某人",
                proposed_at=now,
            )
        )
        made["window"].append(
            ChangeWindow.objects.create(
                area_code=code,
                kind="open",
                name="某期",
                opens_on=AS_OF,
                opened_by="system",
                opened_name="某人",
                opened_at=now,
            )
        )
        comparison = Reconciliation.objects.create(
            area_code=code, as_of=AS_OF, status="done", made_by="system", made_name="某人", made_at=now
        )
        made["reconciliation"].append(comparison)
        made["difference"].append(
            Difference.objects.create(
                reconciliation=comparison,
                sort="value",
                area_code=code,
                household_no=household.number,
                table="households",
                field="group_name",
                ours="一组",
                theirs="二组",
            )
        )
    return made  # fmt: skip


def browser(user) -> Client:
    """Logged in as somebody."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def ask(client: Client, view, name: str, arguments: dict) -> list[int]:
    """Status for each method of a page."""
    sample, address = SAMPLES[name], reverse(name, kwargs=arguments)
    found = []
    for method in sorted(view.methods & {"GET", "POST"}):
        answer = client.get(address, sample.query) if method == "GET" else client.post(address, sample.data)
        found.append(answer.status_code)
    return found


def test_every_page_has_a_sample_and_every_sample_a_page():
    assert set(SAMPLES) == set(pages()), "add the new page to tests/office/support/samples.py"
    for name, view in pages().items():
        takes = bool(get_resolver().reverse_dict) and "<" in _route(name)
        given = SAMPLES[name].inside or SAMPLES[name].nowhere
        assert bool(given) == takes, name
        assert view.permission


def _route(name: str) -> str:
    resolver = get_resolver()
    *spaces, last = name.split(":")
    for space in spaces:
        resolver = resolver.namespace_dict[space][1]
    return "<" if any(parameters for _, parameters in resolver.reverse_dict.getlist(last)[0][0]) else ""


@pytest.mark.parametrize("part", PARTS)
def test_a_role_comes_in_where_the_table_says_and_nowhere_else(world, part):
    actor, wrong = world.cast.actor(part), []
    for name, view in pages().items():
        sample = SAMPLES[name]
        open_to_all = view.permission in (PUBLIC, SIGNED_IN)
        needed = (view.permission, *sample.needs)
        may = open_to_all or all(actor.may(permission) for permission in needed)
        for place, where in (("inside", EAST), ("outside", WEST), ("nowhere", "")):
            arguments = getattr(sample, place)
            plain = not (sample.inside or sample.outside or sample.nowhere)
            if arguments is None and not (plain and place == "inside"):
                continue
            reached = may and place != "nowhere"
            if reached and not open_to_all and arguments is not None and not sample.placeless:
                reached = actor.may(view.permission, where)
            client = browser(world.cast[part])
            before = Entry.objects.filter(kind="accounts.refused").count()
            found = ask(client, view, name, arguments(world) if arguments else {})
            expected = sample.ok if reached else {404} if may else {403}
            if not set(found) <= set(expected):
                wrong.append(f"{name} {place}: {found}, expected {sorted(expected)}")
            # what lies in no area is just not there: nobody tried to reach beyond their area
            logged = 0 if reached or (may and sample.placeless) else len(found)
            if logged and Entry.objects.filter(kind="accounts.refused").count() != before + logged:
                wrong.append(f"{name} {place}: the attempt is not in the log")
    assert wrong == [], "\n".join(["", *wrong])


def test_no_list_shows_the_other_township(world):
    """The pages without arguments, as the township of the east: nothing of the west is in them."""
    client = browser(world.cast["township"])
    actor = world.cast.actor("township")
    secrets = (world.registered.west.number, "孙三", "西河村", WEST, "某elsewhere")
    for name, view in pages().items():
        sample = SAMPLES[name]
        plain = not (sample.inside or sample.outside or sample.nowhere)
        if not plain or "GET" not in view.methods or not (view.permission in (PUBLIC, SIGNED_IN) or actor.may(view.permission)):  # fmt: skip
            continue
        text = client.get(reverse(name), sample.query).content.decode("utf-8", "replace")
        # the public pages name every village, for everybody, and nothing else
        open_to_all = {"西河村", WEST} if view.permission == PUBLIC else set()
        assert [word for word in secrets if word in text and word not in open_to_all] == [], name


def test_a_page_answers_only_to_its_methods(world):
    client, wrong = browser(world.cast["admin"]), []
    for name, view in pages().items():
        arguments = SAMPLES[name].inside or SAMPLES[name].nowhere
        address = reverse(name, kwargs=arguments(world) if arguments else {})
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(view.methods):
            status = client.generic(method, address).status_code
            if status != 405:
                wrong.append((name, method, status))
    assert wrong == []


def test_what_changes_something_is_refused_without_the_token_of_the_form(world):
    client, wrong = Client(enforce_csrf_checks=True), []
    client.force_login(world.cast["admin"], backend="allauth.account.auth_backends.AuthenticationBackend")
    before = Entry.objects.count()
    for name, view in pages().items():
        if "POST" in view.methods:
            arguments = SAMPLES[name].inside or SAMPLES[name].nowhere
            answer = client.post(reverse(name, kwargs=arguments(world) if arguments else {}), SAMPLES[name].data)
            if answer.status_code != 403 or "表单已过期" not in answer.content.decode():
                wrong.append((name, answer.status_code))
    assert wrong == []
    assert Entry.objects.count() == before


ALLAUTH_OPEN = {
    "account_login": {302},
    "account_logout": {200},
    "account_reauthenticate": {200},
    "account_change_password": {200},
    "mfa_index": {200},
    "mfa_authenticate": {302},
    "mfa_reauthenticate": {302, 200},
    "mfa_activate_totp": {302},
    "mfa_deactivate_totp": {404},
    "mfa_view_recovery_codes": {404},
    "mfa_generate_recovery_codes": {302},
    "mfa_download_recovery_codes": {404},
}
"""What somebody who is logged in and has no second step gets from allauth's pages; all its other pages are 404."""


def test_of_allauth_only_what_is_used_is_reachable(world):
    from allauth.account import urls as account_urls
    from allauth.mfa import urls as mfa_urls

    def names(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from names(pattern.url_patterns)
            else:
                yield pattern.name

    arguments = {"account_confirm_email": {"key": "abc"}, "account_reset_password_from_key": {"uidb36": "1", "key": "a-b"}}  # fmt: skip
    found = {}
    for name in [*names(account_urls.urlpatterns), *names(mfa_urls.urlpatterns)]:
        address = reverse(name, kwargs=arguments.get(name))
        found[name] = browser(world.cast["admin"]).get(address).status_code
        if name not in ALLAUTH_OPEN:
            assert Client().get(address).status_code == 404, name
            assert Client().post(address).status_code == 404, name
    assert len(found) > 15
    wrong = {name: status for name, status in found.items() if status not in ALLAUTH_OPEN.get(name, {404})}
    assert wrong == {}
    for path in ("/accounts/social/signup/", "/accounts/3rdparty/", "/accounts/signup/passkey/"):
        assert Client().get(path).status_code == 404
