"""The whole way: what the office's run decides is what the core decides on the county's own files; and what goes wrong."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone
from runs_by_hand import AS_OF, EAST_VILLAGE, add_lines, make_run

from bangfu.core.api import read_decisions, screen
from bangfu.office.audit.api import Entry
from bangfu.office.runs import actions, folders, queries
from bangfu.office.runs.models import Finding, Run, Tally

pytestmark = pytest.mark.django_db
RULEBOOK = Path(__file__).resolve().parents[3] / "rulebook" / "demo-county"


def start(county, as_of=AS_OF):
    return actions.start(actor=county.actor(county.civil), area_code="990101", as_of=as_of)


def log_in(client, user):
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(scope="session")
def core_results(county_files, tmp_path_factory) -> Path:
    """The core's own run on the county's own files."""
    out = tmp_path_factory.mktemp("core") / "out"
    return screen(rulebook=RULEBOOK, data=county_files / "2026-10", as_of=AS_OF, out=out, threads=1)


def test_the_office_decides_as_the_core_does_on_the_county_s_own_files(county, work, core_results, client):
    import pyarrow.parquet as pq

    run = work(start(county))
    assert (run.status, run.error) == ("done", "")
    mine = folders.results(run.pk)
    wanted, found = ([*map(repr, read_decisions(p).to_pylist())] for p in (core_results, mine))
    assert len(wanted) > 5000
    assert sorted(found) == sorted(wanted)
    for name in ("findings.parquet", "alerts"):
        assert pq.read_table(mine / name).to_pylist() == pq.read_table(core_results / name).to_pylist()
    # the office knows a village's name and none of its figures: checks of villages are left out, never answered
    assert run.notes["left_out"][0] == "villages"
    theirs = [row for row in pq.read_table(core_results / "checks").to_pylist() if row["household_no"]]
    assert pq.read_table(mine / "checks").to_pylist() == theirs
    _rows_are_those_of_the_files(run, mine)
    _nothing_personal_is_left(run)
    assert Entry.objects.filter(kind="runs.finished", subject_id=str(run.pk)).get().after["counts"] == run.counts
    _pages_of(run, county, client)


def _rows_are_those_of_the_files(run, results):
    import pyarrow.parquet as pq

    lines = Finding.objects.filter(run=run)
    expected = sum(pq.read_table(results / name).num_rows for name in ("findings.parquet", "alerts", "checks"))
    assert lines.count() == expected == sum(Tally.objects.filter(run=run).values_list("lines", flat=True))
    assert sum(run.counts.values()) == expected
    homes = dict(
        zip(
            *(
                c.to_pylist()
                for c in pq.read_table(
                    results / "snapshot" / "households.parquet", columns=["household_no", "region_code"]
                ).columns
            ),
            strict=True,
        )
    )
    for line in lines.exclude(household_number=""):
        assert line.area_code == homes[line.household_number]
    for line in lines.filter(kind="cannot_tell"):
        assert line.status == "unknown"


def _nothing_personal_is_left(run):
    from bangfu.office.registry.api import Person

    folder = folders.of_run(run.pk)
    assert sorted(path.name for path in folder.iterdir()) == ["results"]
    assert folder.stat().st_mode & 0o777 == folders.results(run.pk).stat().st_mode & 0o777 == 0o700
    person = Person.objects.select_related("key").first()
    number = person.key.unseal("id", person.id_sealed).encode()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert number not in content, path
            assert person.name.encode() not in content, path
    assert not list(Path(folders.home()).rglob("*.xlsx"))


def _pages_of(run, county, client):
    """Explanations, worklists and lists of the finished run."""
    log_in(client, county.civil)
    for kind in ("entitled_not_receiving", "receiving_not_entitled", "cannot_tell", "alert", "check"):
        line = Finding.objects.filter(run=run, kind=kind).exclude(household_number="").first()
        text = client.get(f"/runs/{run.pk}/lines/{line.pk}/").content.decode()
        assert line.household_number in text
        if kind in ("alert", "check"):
            assert "比对时登记的情况" in text, line.definition
        else:
            assert "逐条核对" in text
            assert "依据：《" in text
    unknown = Finding.objects.filter(run=run, kind="cannot_tell").exclude(reasons__missing=None).first()
    text = client.get(f"/runs/{run.pk}/lines/{unknown.pk}/").content.decode()
    assert "还缺什么、由谁提供" in text
    assert "不能据此停发" in text
    _worklists(run, county, client)


def _worklists(run, county, client):
    from django.test import Client

    village = "990101101201"
    whole = client.get(f"/runs/{run.pk}/worklists/990101/")
    assert whole["Content-Disposition"].startswith("attachment")
    own = log_in(Client(), county.village)
    part = own.get(f"/runs/{run.pk}/worklists/{village}/")
    for code in ("990101", "990101101", "990101202201"):
        assert own.get(f"/runs/{run.pk}/worklists/{code}/").status_code == 404, code
    numbers = {line.household_number for line in Finding.objects.filter(run=run) if line.household_number}
    inside = {
        line.household_number for line in Finding.objects.filter(run=run, area_code=village) if line.household_number
    }
    told = _texts(part.content)
    assert {number for number in numbers if any(number in text for text in told)} <= inside
    assert len(_texts(whole.content)) > len(told)
    _tells_nothing_of_health(run, _texts(whole.content))
    assert Entry.objects.filter(kind="runs.worklist").count() == 2


def _tells_nothing_of_health(run, texts):
    """The core's own reasons do; a workbook that leaves the office does not."""
    import re

    import pyarrow.parquet as pq

    values = re.compile("(健康状况|残疾等级|残疾类别|自付医疗费用)[ ：=](?!＊|空)")
    reasons = pq.read_table(folders.results(run.pk) / "findings.parquet")["reason_zh"].to_pylist()
    assert any(values.search(text or "") for text in reasons)
    assert [text for text in texts if values.search(text)] == []
    assert any("残疾等级为一级" in text for text in texts)


def _texts(content: bytes) -> set[str]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return {
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    }


def test_the_next_month_is_compared_and_health_is_masked(county, work, client):
    first = work(start(county, date(2026, 9, 30)))
    second = work(start(county))
    assert second.previous == first
    changes = set(Finding.objects.filter(run=second).values_list("change", flat=True))
    assert "unchanged" in changes
    assert changes <= {"new", "unchanged", "gone"}
    assert set(Finding.objects.filter(run=first).values_list("change", flat=True)) == {""}
    gone = Finding.objects.filter(run=second, change="gone").count()
    assert sum(second.counts.values()) == Finding.objects.filter(run=second).count() - gone

    log_in(client, county.civil)
    line = Finding.objects.filter(run=second, definition__startswith="disability").exclude(change="gone").first()
    path = f"/runs/{second.pk}/lines/{line.pk}/"
    masked = client.get(path).content.decode()
    assert "残疾等级 ＊＊＊" in masked
    assert "请选择目的" in client.post(path, {"purpose": " "}).content.decode()
    assert not Entry.objects.filter(kind="registry.unmasked").exists()
    shown = client.post(path, {"purpose": "visit", "why": "入户核实"})
    assert "＊＊＊" not in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    last = Entry.objects.filter(kind="registry.unmasked").get()
    assert (last.purpose, last.subject_id) == ("入户走访核实：入户核实", line.household_number)


def test_no_explanation_tells_a_value_about_health(county, work):
    """Neither the conclusion nor a clause nor how it was computed; and what is no secret is not starred out."""
    import re

    from bangfu.office.runs.explaining import explain, hidden_facts
    from bangfu.office.runs.rules import book_of

    run, actor = work(start(county)), county.actor(county.civil)
    book = book_of(run)
    hidden = hidden_facts(book)
    assert {"health", "disability_grade", "severe_disability", "medical_oop"} <= hidden
    assert not {"own_income", "household_income", "age", "relation"} & hidden
    labels = {fact.label.zh for fact in book.facts.values() if fact.name in hidden and fact.label.zh}
    told = 0
    for line in Finding.objects.filter(
        run=run, kind__in=("entitled_not_receiving", "receiving_not_entitled", "amount_differs")
    ):
        said = explain(actor, run, line, "zh", unmask=False)
        texts = [said.conclusion, *(t for c in said.clauses for t in (*c.lines, *(x for _, x in c.tree)))]
        texts += [t for name, lines in said.sections if name != "missing" for t in lines]
        for text in texts:
            for label in labels:
                for value in re.findall(re.escape(label) + "[ ：]([^；，。]+)", text):
                    told += 1
                    assert "＊＊＊" in value, text
    assert told > 5


# -- what goes wrong ----------------------------------------------------------------------------------------------


def test_a_month_without_bureau_files_says_unknown_never_none(county, work):
    run = work(start(county, date(2026, 11, 20)))
    assert run.status == "done"
    assert not Finding.objects.filter(run=run, definition="dibao", kind="entitled_not_receiving").exists()
    assert Finding.objects.filter(run=run, definition="dibao", kind="cannot_tell").exists()


def test_what_the_core_refuses_is_told_and_nothing_is_left(county, work, media):
    folder = media / "bureau" / "990101" / "2026-10"
    (folder / "households.csv").write_text("户编号\n1\n", encoding="utf-8")
    run = work(start(county))
    assert run.status == "failed"
    assert "households" in run.error
    assert list(folders.of_run(run.pk).iterdir()) == []
    assert Entry.objects.order_by("-id").first().kind == "runs.failed"
    assert start(county).status == "queued"


def test_a_child_that_is_killed_fails_the_run_and_leaves_nothing(county, work, monkeypatch):
    from bangfu.office.runs import process

    tell = process._tell

    def tell_and_kill(child, asked):
        tell(child, asked)
        os.kill(child.pid, signal.SIGKILL)

    monkeypatch.setattr(process, "_tell", tell_and_kill)
    run = work(start(county))
    assert (run.status, run.error) == ("failed", "程序出错，请把时间和编号告诉系统管理员")
    assert list(folders.of_run(run.pk).iterdir()) == []


def test_a_run_is_cancelled_in_the_middle(county, work, monkeypatch):
    from bangfu.office.runs import tasks

    def cancelled(**asked):
        actions.cancel(actor=county.actor(county.civil), run=Run.objects.get(pk=run.pk))
        return apart(**asked)

    apart = tasks.screen_apart
    monkeypatch.setattr(tasks, "screen_apart", cancelled)
    run = start(county)
    assert work(run).status == "cancelled"
    assert list(folders.of_run(run.pk).iterdir()) == []
    assert not Finding.objects.filter(run=run).exists()


def test_a_task_that_is_stopped_while_it_loads_leaves_an_interrupted_run(county, monkeypatch, work):
    from bangfu.office.runs import loading, tasks

    def stopped(run, results, told, unpaid):
        real(run, results, told, unpaid)
        raise SystemExit(1)

    real = loading.load
    monkeypatch.setattr(loading, "load", stopped)
    run = start(county)
    with pytest.raises(SystemExit):
        tasks.work.func(run.pk)
    run.refresh_from_db()
    assert run.status == "interrupted"
    assert not Finding.objects.filter(run=run).exists()
    assert not Tally.objects.filter(run=run).exists()
    assert list(folders.of_run(run.pk).iterdir()) == []


def test_a_killed_worker_is_noticed_swept_and_the_run_started_again(county, work, client):
    """As SIGKILL leaves it: half the lines, the workroom with ID numbers, a row that says loading."""
    run = make_run(status="loading", worker=f"{__import__('socket').gethostname()[:40]}:999999:1", finished_at=None)
    add_lines(run, ("check", "DQ010", "1", EAST_VILLAGE, {}))
    (folders.fresh_work(run.pk) / "persons.parquet").write_bytes(b"990101197503080012")
    actor = county.actor(county.civil)
    assert not queries.findings(actor, run).exists()
    assert queries.total(actor, run, queries.Filters()) == 0
    text = log_in(client, county.civil).get(f"/runs/{run.pk}/").content.decode()
    run.refresh_from_db()
    assert run.status == "interrupted"
    assert "没有留下任何结果，可以重新启动" in text
    assert not folders.work(run.pk).exists()
    assert not Finding.objects.filter(run=run).exists()
    assert Entry.objects.order_by("-id").first().kind == "runs.interrupted"
    answer = client.post("/runs/new/", {"area": "990101", "as_of": "2026-10-31"})
    again = Run.objects.order_by("-id").first()
    assert answer["Location"] == f"/runs/{again.pk}/"
    assert work(again).status == "done"


def test_a_run_of_another_machine_is_given_up_only_when_it_is_silent(registered):
    run = make_run(status="screening", worker="elsewhere:12:34", finished_at=None)
    assert actions.recover() == 0
    Run.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=4))
    assert actions.recover() == 1
    run.refresh_from_db()
    assert run.status == "interrupted"


def test_a_process_that_lost_its_run_does_not_show_results(registered):
    run = make_run(status="loading", worker="me", finished_at=None)
    Run.objects.update(status="interrupted")
    assert actions.finish(run, counts={}, rulebook_hash="", snapshot_hash="") is False
    assert Run.objects.get().status == "interrupted"


def test_a_child_dies_with_its_parent(county_files, tmp_path):
    """Killed with SIGKILL, the parent can tell nobody; the pipe's end tells the child."""
    code = (
        "import subprocess,sys,time,json\n"
        "c=subprocess.Popen([sys.executable,'-m','bangfu.office.runs.child'],stdin=subprocess.PIPE,stdout=subprocess.PIPE)\n"
        "c.stdin.write(sys.argv[1].encode()+b'\\n');c.stdin.flush();print(c.pid,flush=True);time.sleep(60)"
    )
    asked = {
        "rulebook": str(RULEBOOK),
        "data": str(county_files / "2026-10"),
        "as_of": "2026-10-31",
        "out": str(tmp_path / "out"),
        "previous": "",
    }
    source = str(Path(__file__).resolve().parents[3] / "src")
    parent = subprocess.Popen(
        [sys.executable, "-c", code, json.dumps(asked)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    )
    child = int(parent.stdout.readline())
    time.sleep(0.3)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX":
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child still runs")
    assert not (tmp_path / "out").exists()
