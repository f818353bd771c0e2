"""Files of settled batches go after a month, a bureau's after a year; nothing goes that somebody still needs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest_imports import ROWS, csv_file
from django.utils import timezone

from bangfu.office.imports import storage
from bangfu.office.imports.api import clear_out
from bangfu.office.imports.models import Batch

pytestmark = pytest.mark.django_db


def aged(batch: Batch, days: int, **fields) -> None:
    day = timezone.now() - timedelta(days=days)
    Batch.objects.filter(pk=batch.pk).update(uploaded_at=day, committed_at=day, **fields)


def test_what_is_young_or_not_settled_stays(upload, registered):
    batch = upload("township", csv_file(ROWS))
    aged(batch, 90)
    assert batch.state == "checked"
    assert clear_out() == 0
    aged(batch, 29, state="committed")
    assert clear_out() == 0
    assert storage.upload_path(batch).exists()


def test_a_settled_batch_loses_its_files_once_and_keeps_its_row(upload, registered):
    batch = upload("township", csv_file(ROWS))
    aged(batch, 31, state="committed")
    assert (clear_out(), clear_out()) == (1, 0)
    assert not storage.upload_path(batch).exists()
    assert Batch.objects.get(pk=batch.pk).sha256 == batch.sha256


def test_a_bureau_s_file_is_there_for_the_runs_of_a_year(upload, registered):
    batch = upload("township", csv_file(ROWS))
    aged(batch, 399, state="committed", table="deaths", bureau="public_security")
    assert clear_out() == 0
    aged(batch, 401)
    assert clear_out() == 1


def test_a_file_that_a_younger_batch_rests_on_stays(upload, registered):
    first, second = upload("township", csv_file(ROWS)), upload("township", csv_file(ROWS))
    aged(first, 31, state="discarded")
    assert clear_out() == 0
    aged(second, 31, state="committed")
    assert clear_out() >= 1
    assert not storage.upload_path(second).exists()
