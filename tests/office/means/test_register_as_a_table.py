"""The office's register and the same register as a county's table give the same answer to every question."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta

import pytest
from django.utils import timezone

from bangfu.core.matching.exchange.authorisations_reading import read_authorisations
from bangfu.office.means.models import Authorisation, Withdrawal
from bangfu.office.means.register import known
from bangfu.office.registry.api import export_registry

pytestmark = pytest.mark.django_db
PERSONS = ("", "990101101201000101", "990101101201000102")
SCOPES = ([], ["vehicles"], ["payroll", "tax"])
FIRST = date(2026, 1, 1)


def day(chance: random.Random) -> date:
    return FIRST + timedelta(days=chance.randrange(0, 120))


def fill(chance: random.Random, home) -> None:
    """Some papers and withdrawals."""
    by = {"household": home, "recorded_by": "x", "recorded_name": "x", "recorded_at": timezone.now()}
    for number in range(chance.randrange(1, 5)):
        signed = day(chance)
        start = signed + timedelta(days=chance.choice((0, 0, 15)))
        end = chance.choice((None, start + timedelta(days=chance.randrange(1, 60))))
        Authorisation.objects.create(
            person_number=chance.choice(PERSONS), number=f"A{number}", signed_on=signed, start=start, end=end,
            purpose="x", scope=chance.choice(SCOPES), paper="柜", **by,
        )  # fmt: skip
    for _n in range(chance.randrange(0, 3)):
        Withdrawal.objects.create(
            person_number=chance.choice(PERSONS), scope=chance.choice(SCOPES), on=day(chance), **by
        )


def write(folder, home) -> None:
    """As docs/files.md has the table: a withdrawal is a row with the day on which it was withdrawn and nothing signed."""
    with (folder / "authorisations.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["authorisation_no", "household_no", "person_no", "signed_on", "valid_from", "valid_to", "scope", "withdrawn_on"])  # fmt: skip
        for row in Authorisation.objects.order_by("pk"):
            scope = "、".join(row.scope)
            writer.writerow([row.number, home.number, row.person_number, row.signed_on, row.start, row.end, scope, ""])
        for gone in Withdrawal.objects.order_by("pk"):
            writer.writerow(["", home.number, gone.person_number, "", "", "", "、".join(gone.scope), gone.on])


def test_every_answer_is_the_core_s(registered, tmp_path):
    export_registry(tmp_path, "990101")
    home, asked = registered.east, 0
    for seed in range(25):
        Authorisation.objects.all().delete()
        Withdrawal.objects.all().delete()
        fill(random.Random(seed), home)
        write(tmp_path, home)
        table, office = read_authorisations(tmp_path), known([home]).register
        for on in (FIRST + timedelta(days=7 * week) for week in range(26)):
            for source in ("vehicles", "payroll", "tax", "deaths"):
                for person in (None, *PERSONS[1:]):
                    expected = table.answer(home.number, on, source, person)
                    found = office.answer(home.number, on, source, person)
                    assert (found.status, found.missing, found.valid_to, found.withdrawn_on) == (
                        expected.status, expected.missing, expected.valid_to, expected.withdrawn_on,
                    ), (seed, on, source, person)  # fmt: skip
                    asked += found.status not in ("none", "granted")
    assert asked > 500
