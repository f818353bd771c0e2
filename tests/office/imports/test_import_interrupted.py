"""A worker that is killed leaves nothing, or a batch that goes on where it stood; a cancelled one likewise."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest_imports import HOUSEHOLD_HEAD, PERSON_HEAD, csv_file, person

from bangfu.office.audit.api import Entry
from bangfu.office.imports import checking, committing, storage, tasks
from bangfu.office.imports.models import COMMITTING, Batch
from bangfu.office.registry.models import Person, Statement

ROOT = Path(__file__).resolve().parents[3]
FAMILY = [PERSON_HEAD] + [person(f"99010110120109{i:04}", "9901011012010001", "甲", "") for i in range(25)]


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(checking, "CHUNK", 10)


@pytest.mark.django_db
@pytest.mark.parametrize(("mode", "left"), [("all", 0), ("good", 10)])
def test_a_batch_that_is_cancelled_on_the_way(upload, post, registered, small_chunks, monkeypatch, mode, left):
    batch = upload("township", csv_file(FAMILY))
    said = []
    real = storage.Progress.say

    def say(self, step, done=0, total=0):
        said.append((step, done, total))
        if len(said) == 2:
            storage.ask_to_stop(batch)
        real(self, step, done, total)

    monkeypatch.setattr(storage.Progress, "say", say)
    post("township", batch, "commit", mode=mode)
    assert said == [("writing", 0, 25), ("writing", 10, 25)]
    assert (batch.state, batch.position, batch.written) == ("cancelled", left, left)
    assert Person.objects.count() == 3 + left
    assert Entry.objects.filter(stream=batch.key).count() == left
    monkeypatch.setattr(storage.Progress, "say", real)
    if mode == "good":
        post("township", batch, "commit", mode="good")
        assert (batch.state, batch.written, Person.objects.count()) == ("committed", 25, 28)
    else:
        post("township", batch, "check")
        assert batch.state == "checked"


@pytest.mark.django_db
@pytest.mark.parametrize(("mode", "left"), [("all", 0), ("good", 10)])
def test_a_batch_that_breaks_on_the_way(upload, post, client_of, registered, small_chunks, monkeypatch, mode, left):
    batch = upload("township", csv_file(FAMILY))
    real = committing._write
    calls = []

    def write(*arguments):
        calls.append(1)
        if len(calls) == 2:
            yield from real(*arguments)
            raise OSError("no space left on device")
        yield from real(*arguments)

    monkeypatch.setattr(committing, "_write", write)
    post("township", batch, "commit", mode=mode)
    assert (batch.state, batch.failure["kind"], batch.written) == ("failed", "OSError", left)
    assert Person.objects.count() == 3 + left
    assert Statement.objects.filter(batch=batch.key).count() == left
    assert "系统出错（OSError）" in client_of("township").get(f"/imports/{batch.pk}/").content.decode()


@pytest.mark.django_db
def test_a_row_that_can_no_longer_be_written_undoes_all_or_is_left_out(upload, post, registered, small_chunks):
    batch = upload("township", csv_file(FAMILY))
    twin = upload("township", csv_file([*FAMILY[:1], person("990101101201090013", "9901011012010001", "乙", "")]))
    home = [HOUSEHOLD_HEAD, ["9901011012010008", "990101101201", "乙", "", "", ""]]
    other = upload("township", csv_file(home, "户信息.csv"))
    post("township", other, "commit", mode="all")
    rows = [PERSON_HEAD, person("990101101201090013", "9901011012010008", "乙", "")]
    moved = upload("township", csv_file(rows))
    post("township", moved, "commit", mode="all")  # the person is now registered in another household
    post("township", batch, "commit", mode="all")
    assert (batch.state, batch.failure) == ("checked", {"code": "registry_changed", "count": 1})
    assert Person.objects.count() == 4
    post("township", batch, "commit", mode="good")
    assert (batch.state, batch.written, batch.rejected) == ("committed", 24, 1)
    assert [i.code for i in batch.issues.filter(severity="error")] == ["person_elsewhere"]
    post("township", twin, "commit", mode="good")
    assert twin.written == 0


STEP = """
import os, sys, time
sys.path[:0] = {paths!r}
import django; django.setup()
from bangfu.office.accounts.api import User
from bangfu.office.imports import checking, committing, storage, tasks
from bangfu.office.imports.models import Batch
from bangfu.office.registry.models import Household, Person, Statement
checking.CHUNK = 10
"""
SET_UP = """
import conftest, conftest_imports
from bangfu.office.imports import actions
from bangfu.office.accounts.api import actor_of
from datetime import date
tree = conftest.areas.__wrapped__(None)
cast, registered = conftest.cast.__wrapped__(tree), conftest.registered.__wrapped__(tree)
for mode, first in (("all", 1000), ("good", 2000)):
    rows = [conftest_imports.PERSON_HEAD] + [
        conftest_imports.person(f"99010110120109{{first + i:04}}", "9901011012010001", "甲", "") for i in range(25)]
    batch = actions.upload(actor=cast.actor("township"), file=conftest_imports.csv_file(rows, mode + ".csv"),
                           place=("990101101", ""), as_of=date(2026, 11, 1), source="other")
    tasks.check.func(batch.pk, cast["township"].pk)
    Batch.objects.filter(pk=batch.pk).update(state="committing", mode=mode)
"""
HANG = """
real, calls = committing._write, []
def write(batch, *rest):
    calls.append(1)
    yield from real(batch, *rest)
    if len(calls) == 2:
        print("stuck", flush=True)
        time.sleep(120)
committing._write = write
tasks.commit.func(Batch.objects.get(mode={mode!r}).pk, User.objects.get(username="township").pk)
"""
LOOK = """
batch = Batch.objects.get(mode={mode!r})
written = Statement.objects.filter(batch=batch.key).count()
print(batch.state, batch.position, written, storage.interrupted(batch) if batch.working else None, end=" ")
tasks.commit.func(batch.pk, User.objects.get(username="township").pk)
batch.refresh_from_db()
print(batch.state, batch.written, Statement.objects.filter(batch=batch.key).count(), Person.objects.filter(
    statements__batch=batch.key).distinct().count())
"""


def _python(home, code, **fields):
    paths = [str(ROOT / part) for part in ("tests/office", "tests/office/imports", "tools")]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BANGFU_")},
        "BANGFU_HOME": str(home),
        "BANGFU_RULEBOOK": str(ROOT / "rulebook" / "demo-county"),
        "DJANGO_SETTINGS_MODULE": "bangfu.office.site.settings",
    }
    command = [sys.executable, "-c", (STEP + code).format(paths=paths, **fields)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_worker_that_is_killed(tmp_path):
    """Another process writes and is killed by SIGKILL inside its second chunk; a third one takes the work up again."""
    setup = "from bangfu.office.site.cli import main; assert main(['migrate']) == 0\n" + SET_UP
    assert _python(tmp_path, setup).wait(120) == 0
    told = []
    for mode in ("all", "good"):
        worker = _python(tmp_path, HANG, mode=mode)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "stuck\n"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        out, _ = _python(tmp_path, LOOK, mode=mode).communicate(timeout=60)
        told.append(out.split())
    assert told == [
        ["committing", "0", "0", "True", "committed", "25", "25", "25"],
        ["committing", "10", "10", "True", "committed", "25", "25", "25"],
    ]


@pytest.mark.django_db
def test_an_interrupted_batch_says_so_and_is_taken_up_again(upload, post, client_of, registered):
    batch = upload("township", csv_file(FAMILY))
    Batch.objects.filter(pk=batch.pk).update(state=COMMITTING, mode="good")
    client = client_of("township")
    assert (
        "似乎中断了" in client.get(f"/imports/{batch.pk}/progress/").content.decode()
    )  # a worker spoke, none is there
    with storage.held(batch):
        assert "似乎中断了" not in client.get(f"/imports/{batch.pk}/progress/").content.decode()
        post("township", batch, "resume")
        assert batch.state == COMMITTING
    post("township", batch, "resume")
    assert (batch.state, batch.written) == ("committed", 25)
    assert client.get(f"/imports/{batch.pk}/progress/").headers["HX-Refresh"] == "true"


@pytest.mark.django_db
def test_two_workers_do_not_share_a_batch(upload, registered, cast):
    batch = upload("township", csv_file(FAMILY))
    Batch.objects.filter(pk=batch.pk).update(state=COMMITTING, mode="good")
    with storage.held(batch) as first, storage.held(batch) as second:
        assert (first, second) == (True, False)
        tasks.commit.func(batch.pk, cast["township"].pk)
    assert Person.objects.count() == 3
