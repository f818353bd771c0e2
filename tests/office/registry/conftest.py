"""Registered households with more to tell, and small helpers."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

EAST_GROUPS = ("第1组", "第2组")


@pytest.fixture(autouse=True)
def fresh_words():
    """Vocabularies are cached by their rows' keys, which a rolled back test gives again."""
    from bangfu.office.registry import vocabularies

    vocabularies._read.cache_clear()
    yield
    vocabularies._read.cache_clear()


@pytest.fixture
def records(registered):
    """赵大's household was registered as poor, graduated, and gets dibao since 2022; a measure since 2025."""
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.registry import api as registry

    origin = registry.Origin(system_actor(), "national_export", date(2026, 10, 31), batch="test:2")
    by_number = {registered.east.number: registered.east, registered.west.number: registered.west}
    persons = {p.number: p for p in registered.persons.values()}
    rows = {
        "status_episodes": [
            {
                "household_no": registered.east.number,
                "kind": "建档立卡",
                "from": "2014-06-01",
                "to": "2018-12-01",
                "reason": "因病",
            },
            {"household_no": registered.east.number, "kind": "脱贫", "from": "2018-12-01"},
            {"household_no": registered.west.number, "kind": "低保", "from": "2022-01-01"},
        ],
        "benefits": [
            {
                "household_no": registered.east.number,
                "programme": "dibao",
                "monthly_amount": 37_200,
                "since": "2022-01-01",
                "account": "6217000012345678",
            },
        ],
        "measures": [{"household_no": registered.east.number, "kind": "industry", "since": "2025-05-01"}],
    }
    for table, some in rows.items():
        registry.add_records(table, some, by_number, persons, origin)
    return registered


@pytest.fixture
def say(cast):
    """Another source's word on a household or person: `say(subject, source, as_of, **values)`."""
    from bangfu.office.registry.catalogue import catalogue
    from bangfu.office.registry.models import Household, Statement
    from bangfu.office.registry.projection import pack, split

    def stated(subject, source, as_of, **values):
        household = isinstance(subject, Household)
        plain, sealed = split(catalogue(), "households" if household else "persons", values)
        return Statement.objects.create(
            **{"household" if household else "person": subject},
            as_of=as_of,
            recorded_at=timezone.now(),
            source=source,
            values=plain,
            sealed=subject.key.seal("statement", pack(sealed)),
            actor_key=cast["civil"].key,
        )

    return stated


@pytest.fixture
def groups(areas):
    """Two groups of the eastern village."""
    from bangfu.office.areas.api import Group

    return Group.objects.bulk_create(
        Group(village_code="990101101201", kind="group", number=f"g{n}", name=name, valid_from=date(2026, 1, 1))
        for n, name in enumerate(EAST_GROUPS)
    )
