"""An erasure reaches what runs keep: rows of snapshots and findings, and the words of lines."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from runs_by_hand import add_lines, make_run

from bangfu.office.registry.api import Household
from bangfu.office.runs import folders
from bangfu.office.runs.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings, tmp_path, registered):
    """A run with both households in its files and a line for each."""
    settings.MEDIA_ROOT = tmp_path
    run = make_run()
    numbers = [registered.east.number, registered.west.number]
    add_lines(run, *(("check", "DQ057", n, "990101101201", {"reasons": {"fields": "电话=1"}}) for n in numbers))
    folder = folders.results(run.pk) / "snapshot"
    folder.mkdir(parents=True)
    table = pa.table({"household_no": [*numbers, None], "wage_income": [1, 2, 3]})
    pq.write_table(table, folder / "households.parquet")
    pq.write_table(
        pa.table({"household_no": pa.array(numbers).dictionary_encode()}), folder.parent / "findings.parquet"
    )
    pq.write_table(pa.table({"name": ["x"]}), folder / "groups.parquet")
    return run


def numbers_in(run, name: str) -> list:
    return pq.read_table(folders.results(run.pk) / name).column("household_no").to_pylist()


def test_rows_and_words_of_the_erased_go_and_those_of_others_stay(
    cast, kept, registered, django_capture_on_commit_callbacks
):
    from datetime import date

    from bangfu.office.protection import api as protection

    west = registered.west
    Household.objects.filter(pk=west.pk).update(closed_on=date(2016, 10, 30))
    asked = protection.request_erasure(
        actor=cast.actor("civil"), subject_type="household", number=west.number, reason="period_over"
    )
    with django_capture_on_commit_callbacks(execute=True):
        protection.confirm(actor=cast.actor("agriculture"), pk=asked.pk)
    assert numbers_in(kept, "snapshot/households.parquet") == [registered.east.number, None]
    assert numbers_in(kept, "findings.parquet") == [registered.east.number]
    words = dict(Finding.objects.values_list("household_number", "reasons"))
    assert words == {registered.east.number: {"fields": "电话=1"}, west.number: {}}
    assert sorted(path.name for path in (folders.results(kept.pk) / "snapshot").iterdir()) == [
        "groups.parquet",
        "households.parquet",
    ]
