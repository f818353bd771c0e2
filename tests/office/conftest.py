"""The cast of the office's tests: two villages in two townships of one county, and people who work in them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import messages

messages.compile_all()

COUNTY, EAST, WEST = "990101", "990101101", "990101102"
EAST_VILLAGE, WEST_VILLAGE = "990101101201", "990101102201"
START = date(2026, 1, 1)
AS_OF = date(2026, 10, 31)


@dataclass(frozen=True)
class Cast:
    """Users by their part: one who may, one from elsewhere, one without the role, and the others."""

    users: dict[str, object]

    def __getitem__(self, part: str):
        return self.users[part]

    def actor(self, part: str):
        """The actor behind a user."""
        from django.utils import timezone

        from bangfu.office.accounts.api import actor_of

        return actor_of(self.users[part], timezone.localdate())


PARTS = {
    "village": ("village_cadre", EAST_VILLAGE),
    "secretary": ("first_secretary", EAST_VILLAGE),
    "officer": ("case_officer", EAST_VILLAGE),
    "township": ("township_office", EAST),
    "elsewhere": ("township_office", WEST),
    "civil": ("county_civil_affairs", COUNTY),
    "agriculture": ("county_agriculture", COUNTY),
    "bureau": ("bureau_officer", COUNTY),
    "leader": ("leader", COUNTY),
    "auditor": ("auditor", COUNTY),
    "admin": ("administrator", COUNTY),
}
"""Every role inside the east, and a township of the west."""


@pytest.fixture
def areas(db):
    """The tree: province, city, county, two townships, two villages."""
    from bangfu.office.areas.api import Area

    names = {"99": "示例省", "9901": "示例市", COUNTY: "示例县", EAST: "东乡", WEST: "西乡", EAST_VILLAGE: "东风村", WEST_VILLAGE: "西河村"}  # fmt: skip
    levels = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
    parents = {4: 2, 6: 4, 9: 6, 12: 9}
    return Area.objects.bulk_create(
        Area(code=c, name=n, level=levels[len(c)], parent_code=c[: parents.get(len(c), 0)], valid_from=START)
        for c, n in names.items()
    )


@pytest.fixture
def cast(areas) -> Cast:
    """A user for each part, with the password `long-enough-word`."""
    from bangfu.office.accounts.api import create_user, grant_role, system_actor

    users = {}
    for part, (role, code) in PARTS.items():
        user = create_user(actor=system_actor(), username=part, full_name=f"某{part}", password="long-enough-word")
        bureau = "medical_insurance" if role == "bureau_officer" else ""
        grant_role(actor=system_actor(), user=user, role=role, area_code=code, starts_on=START, bureau=bureau)
        users[part] = user
    return Cast(users)


def household_row(number: str, area: str, **values: object) -> dict[str, object]:
    """A row as the reader gives it, JSON-typed."""
    row: dict[str, object] = {
        "household_no": number,
        "region_code": area,
        "head_name": "赵大",
        "phone": "13900000001",
        "household_type": "general",
        "monitored_kind": "none",
        "group_name": "第1组",
        "safe_water": True,
        "house_grade": "B",
        "declared_per_capita": 1_203_440,
        "transfer_income": 246_000,
    }
    row.update(values)
    return row


def person_row(number: str, household: str, name: str, id_number: str, **values: object) -> dict[str, object]:
    """Likewise."""
    row: dict[str, object] = {
        "person_no": number,
        "household_no": household,
        "name": name,
        "id_number": id_number,
        "sex": "male",
        "birth_date": "1975-03-08",
        "relation": "head",
        "health": "chronic",
        "education": "primary",
    }
    row.update(values)
    return row


@dataclass(frozen=True)
class Registered:
    """The two households of the tests: one in the east, one in the west."""

    east: object
    west: object
    persons: dict[str, object]


@pytest.fixture
def registered(areas) -> Registered:
    """赵大 with his wife 钱二 in the east, 孙三 alone in the west."""
    from django.db import transaction

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.audit import api as audit
    from bangfu.office.registry import api as registry
    from bangfu.office.site.events import DEMO_LOADED

    origin = registry.Origin(system_actor(), "national_export", AS_OF, batch="test:1")
    with transaction.atomic():
        found, entries = registry.add_households(
            [
                household_row("9901011012010001", EAST_VILLAGE),
                household_row("9901011022010001", WEST_VILLAGE, head_name="孙三", phone="13900000002"),
            ],
            origin,
        )
        by_number = {h.number: h for h in found}
        persons, more = registry.add_persons(
            [
                person_row("990101101201000101", "9901011012010001", "赵大", "990101197503080012"),
                person_row(
                    "990101101201000102", "9901011012010001", "钱二", "990101197604090029",
                    sex="female", birth_date="1976-04-09", relation="spouse",
                ),
                person_row("990101102201000101", "9901011022010001", "孙三", "990101197503080039"),
            ],
            by_number,
            origin,
        )  # fmt: skip
        registry.recount(found)
        audit.record_bulk(system_actor(), DEMO_LOADED, audit.Subject("batch", "test:1"), "test:1", entries + more)
    return Registered(found[0], found[1], {p.name: p for p in persons})


@pytest.fixture
def client_of(client, cast):
    """A browser's stand-in that is logged in as a part of the cast."""

    def log_in(part: str):
        client.force_login(cast[part], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return log_in


@pytest.fixture(autouse=True)
def _the_database_shows_the_test_everything():
    """What a test itself looks at; a request sees the areas of its actor (PostgreSQL only)."""
    from bangfu.office.areas.api import everywhere

    with everywhere():
        yield


@pytest.fixture(autouse=True)
def writes():
    """No request of any test changes a table of ours without a row of the log in the same transaction."""
    from writes import watched

    with watched() as seen:
        yield seen
    assert seen.unlogged == [], "written without a row of the log in the same transaction"
