"""The registry as files: what it says, in the core's types; what it does not know stays unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bangfu.office.accounts.api import system_actor
from bangfu.office.registry.api import (
    ExportError,
    Household,
    Origin,
    Person,
    StatusEpisode,
    add_records,
    export_registry,
)
from bangfu.office.registry.models import Record

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 10, 31)


def read(folder, name):
    """A table's rows."""
    import pyarrow.parquet as pq

    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def test_money_is_exact_dates_are_dates_and_sealed_facts_are_there(registered, tmp_path):
    done = export_registry(tmp_path, "990101")
    assert done.rows == {"households": 2, "persons": 3}
    east, _west = read(tmp_path, "households")
    assert east["transfer_income"] == Decimal("2460.00")
    assert east["phone"] == "13900000001"
    assert east["safe_water"] is True
    assert east["business_income"] is None
    first = read(tmp_path, "persons")[0]
    assert (first["id_number"], first["health"], first["birth_date"]) == (
        "990101197503080012",
        "chronic",
        date(1975, 3, 8),
    )
    assert first["household_no"] == east["household_no"]


def test_derived_facts_that_nobody_stated_are_no_columns(registered, tmp_path):
    export_registry(tmp_path, "990101")
    assert "members" not in read(tmp_path, "households")[0]
    assert "age" not in read(tmp_path, "persons")[0]


def test_a_table_without_a_row_is_left_out(registered, tmp_path):
    done = export_registry(tmp_path, "990101")
    assert "benefits" in done.left_out
    assert not (tmp_path / "benefits.parquet").exists()


def test_only_the_area_goes_out(registered, tmp_path):
    export_registry(tmp_path, "990101101")
    assert [row["household_no"] for row in read(tmp_path, "households")] == [registered.east.number]
    assert {row["household_no"] for row in read(tmp_path, "persons")} == {registered.east.number}


def test_closed_files_people_who_left_and_withdrawn_records_stay_behind(registered, tmp_path):
    origin = Origin(system_actor(), "national_export", AS_OF)
    rows = [
        {"household_no": h.number, "programme": "dibao", "monthly_amount": 30_000, "account": "6217000012345678901"}
        for h in (registered.east, registered.east, registered.west)
    ]
    homes = {h.number: h for h in (registered.east, registered.west)}
    add_records("benefits", rows, homes, {}, origin)
    add_records("status_episodes", [{"household_no": registered.east.number, "kind": "dibao", "from": "2025-01-01"}], homes, {}, origin)  # fmt: skip
    Record.objects.filter(pk=Record.objects.first().pk).update(withdrawn_on=AS_OF)
    Household.objects.filter(pk=registered.west.pk).update(closed_on=AS_OF)
    Person.objects.filter(name="钱二").update(left_on=AS_OF)
    assert export_registry(tmp_path, "990101").rows == {
        "households": 1, "persons": 1, "benefits": 1, "status_episodes": 1,
    }  # fmt: skip
    benefit = read(tmp_path, "benefits")[0]
    assert benefit["monthly_amount"] == Decimal("300.00")
    assert "account" not in benefit
    assert read(tmp_path, "status_episodes")[0]["from"] == date(2025, 1, 1)
    assert StatusEpisode.objects.count() == 1


def test_what_was_erased_is_unknown(registered, tmp_path):
    from django.utils import timezone

    key = registered.persons["赵大"].key
    type(key).objects.filter(pk=key.pk).update(wrapped=b"", destroyed_at=timezone.now())
    export_registry(tmp_path, "990101")
    row = next(r for r in read(tmp_path, "persons") if r["person_no"] == registered.persons["赵大"].number)
    assert (row["id_number"], row["health"], row["name"]) == (None, None, None)
    assert row["education"] == "primary"


def test_a_value_that_does_not_fit_is_told_by_its_field_never_by_itself(registered, tmp_path):
    registered.east.facts["transfer_income"] = "一千二"
    registered.east.save()
    with pytest.raises(ExportError) as caught:
        export_registry(tmp_path, "990101")
    assert "households" in str(caught.value)
    assert "transfer_income" in str(caught.value)
    assert "一千二" not in str(caught.value)


def test_progress_tells_how_many_households_are_done(registered, tmp_path):
    told = []
    export_registry(tmp_path, "990101", lambda done, total: told.append((done, total)))
    assert told[-1] == (2, 2)
