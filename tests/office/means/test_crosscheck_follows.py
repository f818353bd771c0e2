"""The cross-check after a run: whole or not at all, no number and no name stays, and a killed worker is noticed."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
from datetime import date

import pytest
from django.utils import timezone
from means_by_hand import cross_checked, in_this_process, signed, write_bureau
from runs_by_hand import AS_OF, make_run

from bangfu.office.accounts.api import system_actor
from bangfu.office.audit.api import Entry
from bangfu.office.means import contradictions, crosschecks, folders, reports
from bangfu.office.means.api import make_report, recover, start_crosscheck, work_crosscheck_now
from bangfu.office.means.models import Authorisation, Crosscheck, MeansReport
from bangfu.office.means.register import known, register_of
from bangfu.office.pages.refusals import Invalid, Refused
from bangfu.office.runs import api as runs

pytestmark = pytest.mark.django_db
EAST, ZHAO, QIAN = "9901011012010001", "990101101201000101", "990101101201000102"
PERSONAL = (b"990101197503080012", b"990101197604090029", "赵大".encode(), "钱二".encode())


@pytest.fixture
def placed(registered, tmp_path):
    """A run that is done, with the bureaus' files of its month."""
    runs.place_bureau_files("990101", AS_OF, write_bureau(tmp_path / "bureau"))
    return make_run()


def everything_in(folder) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


# -- refusals -----------------------------------------------------------------------------------------------------


def test_a_run_that_is_not_done_or_has_no_files_is_not_followed(cast, registered):
    with pytest.raises(Invalid) as error:
        start_crosscheck(actor=cast.actor("civil"), run=make_run(status="failed"))
    assert str(error.value) == "比对完成后才能核对部门数据"
    run = make_run()
    with pytest.raises(Invalid) as error:
        start_crosscheck(actor=cast.actor("civil"), run=run)
    assert str(error.value) == "这个月没有部门数据文件，无法核对"
    crosschecks.follow(run)
    assert not Crosscheck.objects.exists()


def test_only_who_may_start_runs_starts_one_and_one_at_a_time(cast, placed):
    with pytest.raises(Refused):
        start_crosscheck(actor=cast.actor("township"), run=placed)
    first = start_crosscheck(actor=cast.actor("civil"), run=placed)
    second = start_crosscheck(actor=cast.actor("civil"), run=placed)
    first.refresh_from_db()
    assert (first.status, second.status) == ("cancelled", "queued")
    Crosscheck.objects.filter(pk=second.pk).update(status="matching")
    with pytest.raises(Invalid) as error:
        start_crosscheck(actor=cast.actor("civil"), run=placed)
    assert str(error.value) == "本县正在核对部门数据，完成后才能再启动"


# -- the whole way ------------------------------------------------------------------------------------------------


def test_the_child_works_and_nothing_of_a_person_stays_in_the_folder(placed, media):
    crosschecks.follow(placed)
    check = work_crosscheck_now(Crosscheck.objects.get())
    assert (check.status, check.error, check.counts["persons"], check.counts["conflicts"]) == ("done", "", 3, 2)
    assert sorted(path.name for path in (media / "means" / str(check.pk)).iterdir()) == ["results"]
    assert sorted(path.name for path in folders.results(check.pk).iterdir()) == sorted(folders.KEPT)
    held = everything_in(media / "means")
    assert [text for text in PERSONAL if text in held] == []
    assert (media / "means").stat().st_mode & 0o077 == 0
    assert Entry.objects.order_by("-id").first().kind == "means.crosscheck_finished"


def test_a_child_that_is_killed_leaves_nothing_and_the_run_stands(placed, media, monkeypatch):
    from bangfu.office.runs import process

    tell = process._tell

    def tell_and_kill(child, asked):
        tell(child, asked)
        os.kill(child.pid, signal.SIGKILL)

    monkeypatch.setattr(process, "_tell", tell_and_kill)
    check = work_crosscheck_now(start_crosscheck(actor=system_actor(), run=placed))
    assert (check.status, check.error) == ("failed", "程序出错，请把时间和编号告诉系统管理员")
    assert list((media / "means" / str(check.pk)).iterdir()) == []
    placed.refresh_from_db()
    assert placed.status == "done"
    assert Entry.objects.order_by("-id").first().kind == "means.crosscheck_ended"


def test_a_killed_worker_is_noticed_swept_and_started_again(placed, media, monkeypatch):
    """As SIGKILL leaves it: a workroom with ID numbers, half the results, a row that says matching."""
    in_this_process(monkeypatch)
    check = start_crosscheck(actor=system_actor(), run=placed)
    gone = f"{socket.gethostname()[:40]}:999999:1"
    Crosscheck.objects.update(status="matching", worker=gone, heartbeat_at=timezone.now())
    (folders.fresh_work(check.pk) / "persons.parquet").write_bytes(PERSONAL[0])
    (media / "means" / str(check.pk) / "fresh").mkdir()
    assert crosschecks.latest("990101101201") is None
    assert recover() == 1
    check.refresh_from_db()
    assert check.status == "interrupted"
    assert list((media / "means" / str(check.pk)).iterdir()) == []
    assert work_crosscheck_now(start_crosscheck(actor=system_actor(), run=placed)).status == "done"


def test_a_process_that_lost_its_work_does_not_show_results(placed, monkeypatch):
    in_this_process(monkeypatch)
    from bangfu.office.means import tasks

    gather = tasks.runs.gather_bureau_files

    def lost(*given):
        Crosscheck.objects.update(status="interrupted")
        return gather(*given)

    monkeypatch.setattr(tasks.runs, "gather_bureau_files", lost)
    check = work_crosscheck_now(start_crosscheck(actor=system_actor(), run=placed))
    assert check.status == "interrupted"
    assert not folders.results(check.pk).exists()


# -- what the core says -------------------------------------------------------------------------------------------


def test_the_report_is_the_one_that_the_core_command_makes_of_the_same_files(cast, registered, tmp_path, monkeypatch):
    """The registry as a run exports it, the register as a table, the same files: the same report, hash included."""
    from bangfu.core.cli.main import main
    from bangfu.office.registry.api import export_registry

    check = cross_checked(tmp_path, monkeypatch)
    signed(cast.actor("village"), EAST, ZHAO, QIAN, last_day=date(2027, 9, 30))
    made = make_report(actor=cast.actor("civil"), household=EAST, purpose="最低生活保障审核确认")
    county = tmp_path / "county"
    export_registry(county, "990101")
    _write_tables(county, registered.east)
    out, home = tmp_path / "out", tmp_path / "made.json"
    on = timezone.localdate().isoformat()
    given = ["--registry", str(county), "--bureau", str(tmp_path / "bureau"), "--out", str(out)]
    assert main(["crosscheck", *given, "--as-of", check.as_of.isoformat(), "--asked-on", on]) == 0
    wanted = ["--crosscheck", str(out), "--registry", str(county), "--household", EAST, "--on", on]
    more = ["--purpose", "最低生活保障审核确认", "--operator", made.made_name, "--format", "json", "--out", str(home)]
    assert main(["report", *wanted, *more]) == 0
    core, office = json.loads(home.read_text(encoding="utf-8")), reports.opened(made)
    assert {key: core[key] for key in core if core[key] != office[key]} == {}
    assert core["sha256"] == made.sha256
    assert sum(len(source["rows"]) for source in office["sources"]) == 4
    assert len(office["conflicts"]) == 2


def _write_tables(county, household) -> None:
    """What the office knows beside its export: the register, and villages by name."""
    register = register_of([household], known([household]).people)
    with (county / "authorisations.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["授权编号", "户编号", "人编号", "签署日期", "有效期起", "valid_to", "用途", "核对范围", "授权书"]
        )
        for row in register.rows[household.number]:
            days = [row.signed_on, row.start, row.end]
            writer.writerow([row.number, row.household_no, row.person_no, *days, row.purpose, "", row.document])
    (county / "villages.csv").write_text("行政村代码,行政村名称,乡镇名称\n990101101201,东风村,东乡\n", encoding="utf-8")


def test_contradictions_are_those_of_the_report_and_nobody_sees_them_without_an_authorisation(
    cast, registered, checked
):
    east = registered.east
    assert contradictions.found(east, known([east])) == (checked, [])
    signed(cast.actor("village"), EAST)
    _check, found = contradictions.found(east, known([east]))
    made = make_report(actor=cast.actor("civil"), household=EAST, purpose="复核")
    assert found == reports.opened(made)["conflicts"]
    assert len(found) == 2


# -- erasure ------------------------------------------------------------------------------------------------------


def test_an_erasure_takes_rows_of_the_results_and_what_reports_say_and_leaves_their_hashes(
    cast, registered, checked, django_capture_on_commit_callbacks
):
    import pyarrow.parquet as pq

    from bangfu.office.protection import api as protection
    from bangfu.office.registry.api import Household

    signed(cast.actor("village"), EAST)
    made = make_report(actor=cast.actor("civil"), household=EAST, purpose="复核")
    Household.objects.filter(pk=registered.east.pk).update(closed_on=date(2016, 10, 30))
    asked = protection.request_erasure(
        actor=cast.actor("civil"), subject_type="household", number=EAST, reason="period_over"
    )
    with django_capture_on_commit_callbacks(execute=True):
        protection.confirm(actor=cast.actor("agriculture"), pk=asked.pk)
    after = MeansReport.objects.select_related("household__key").get()
    assert (after.content, after.sha256) == (None, made.sha256)
    assert reports.opened(after) is None
    left = folders.results(checked.pk)
    for path in sorted([*left.glob("*.parquet"), *left.glob("rows/*.parquet")]):
        table = pq.read_table(path)
        if "household_no" in table.column_names:
            assert EAST not in table.column("household_no").to_pylist(), path.name
    assert pq.read_table(left / "rows" / "vehicles.parquet").num_rows == 1


def test_the_erasure_of_one_member_takes_the_reports_of_the_household_and_the_member_s_rows(
    cast, registered, checked, django_capture_on_commit_callbacks
):
    import pyarrow.parquet as pq

    from bangfu.office.protection import api as protection
    from bangfu.office.registry.api import Person

    signed(cast.actor("village"), EAST, ZHAO, QIAN)
    make_report(actor=cast.actor("civil"), household=EAST, purpose="复核")
    Person.objects.filter(number=QIAN).update(left_on=date(2016, 10, 30))
    asked = protection.request_erasure(
        actor=cast.actor("civil"), subject_type="person", number=QIAN, reason="period_over"
    )
    with django_capture_on_commit_callbacks(execute=True):
        protection.confirm(actor=cast.actor("agriculture"), pk=asked.pk)
    assert MeansReport.objects.get().content is None
    rows = dict(Authorisation.objects.values_list("person_number", "paper"))
    assert rows == {ZHAO: "乡镇 3 号柜", QIAN: ""}
    left = folders.results(checked.pk)
    assert pq.read_table(left / "rows" / "payroll.parquet").num_rows == 0
    assert QIAN not in pq.read_table(left / "person_facts.parquet").column("person_no").to_pylist()
    assert ZHAO in pq.read_table(left / "person_facts.parquet").column("person_no").to_pylist()
