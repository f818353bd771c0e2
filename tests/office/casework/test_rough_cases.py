"""Processes that are killed while they work on cases, and two that decide one case at the same moment. The hundred: docs/benchmarks.md."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from bangfu.office.casework.api import Case, open_case
from bangfu.office.casework.checking import problems
from bangfu.office.casework.models import CaseDocument, CaseEvent, OpenStep, StepPassed
from bangfu.office.registry import api as registry

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def home(transactional_db, tmp_path, settings):
    """A home with an empty database of the tests' shape: on SQLite a file, on PostgreSQL the server of the tests."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(tmp_path / "office.sqlite3") as file:
            connection.connection.backup(file)
    (tmp_path / "keys").write_bytes(Path(settings.BANGFU_KEYS_FILE).read_bytes())
    (tmp_path / "keys").chmod(0o600)
    return tmp_path


def rough(home: Path, *options: str) -> str:
    """What the tool says; fails where something was wrong."""
    url = ["--database-url", os.environ["BANGFU_TEST_DATABASE_URL"]] if connection.vendor != "sqlite" else []
    command = [sys.executable, str(ROOT / "tools" / "rough_cases.py"), *options, "--home", str(home), *url]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("BANGFU_", "DJANGO_"))}
    done = subprocess.run(command, capture_output=True, text=True, env=plain, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_process_that_is_killed_leaves_no_step_half_done(home):
    said = rough(home, "kill", "--kills", "6", "--longest", "0.4")
    assert "6 kills" in said
    assert "nothing wrong after any" in said


def test_of_two_processes_that_decide_one_case_one_wins_and_the_other_is_told(home):
    assert "3 rounds, one decided in each and the other was told" in rough(home, "race", "--rounds", "3")


@pytest.mark.django_db
def test_what_does_not_fit_the_events_is_found(hands, registered, media):
    case = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="dibao")
    hands.act(case, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})

    def found() -> list[str]:
        return [line.split(": ", 1)[1] for line in problems(Case.objects.all())]

    assert found() == []
    Case.objects.update(status="decided")
    assert found() == ["status is 'decided', the events say 'open'"]
    Case.objects.update(status="open")
    OpenStep.objects.update(step="review")
    assert found() == ["open steps are ['review'], the events say ['accept']"]
    OpenStep.objects.update(step="accept")
    StepPassed.objects.update(days=9)
    assert found() == ["the steps that were done do not fit the events"]
    StepPassed.objects.update(days=0)
    paper = CaseDocument.objects.first()
    CaseDocument.objects.create(case=case, thing="promise", paper="x", added_by="x", added_at=paper.added_at)
    assert found()[0].endswith(" are there and not named")
    CaseDocument.objects.exclude(pk=paper.pk).delete()
    assert any(line.endswith(" are named and not there") for line in found())
    CaseEvent.objects.filter(seq=2).update(seq=3)
    assert "events are numbered [1, 3]" in found()


@pytest.mark.django_db
def test_a_file_that_no_row_names_is_set_aside_and_comes_back_when_it_is_asked_for(registered, media):
    from datetime import timedelta

    name = registry.store_file(registered.east.key, b"%PDF-words")
    assert registry.set_aside() == 0, "a fresh one may belong to somebody who is uploading"
    assert registry.set_aside(timedelta(0)) == 1
    assert not (media / "documents" / name).exists()
    assert registry.load_file(registered.east.key, name) == b"%PDF-words"
    assert (media / "documents" / name).exists()
