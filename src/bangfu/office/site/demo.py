"""The demo county in the office: areas, the registry of one month, and an account for each role."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count

from bangfu.core.files.find import find_table
from bangfu.core.files.reader import read_table
from bangfu.core.screening.snapshot_layout import layout_of, roles
from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs
from bangfu.office.site.events import DEMO_LOADED

Row = dict[str, Any]
RECORDS = ("status_episodes", "benefits", "measures", "work_records", "posts", "contracts")


@dataclass(frozen=True)
class Account:
    """An account that was made: what to type, and what it may do."""

    username: str
    password: str
    role: str
    area: str


def rows_of(folder: Path, table: str) -> Iterator[Row]:
    """A table's rows with JSON-typed values under the rulebook's names, without what is blank."""
    book = registry.rulebook()
    known = book.tables[table]
    path = find_table(folder, known.file)
    if path is None:
        return
    read = read_table(path, layout_of(book, known, roles(book))).table
    names = read.column_names
    for batch in read.to_batches(max_chunksize=10_000):
        columns = [[registry.to_json(v) for v in column.to_pylist()] for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def load(folder: Path, as_of: date) -> dict[str, int]:
    """Fill an empty registry from a folder of the core's files. All or nothing; returns counts."""
    if registry.Household.objects.exists():
        raise ValueError("户库不为空 / the registry is not empty")
    actor = accounts.system_actor("示例数据 / demo")
    origin = registry.Origin(actor, "national_export", as_of, batch=f"demo:{as_of:%Y-%m}", note="示例县国家系统导出表")
    with transaction.atomic():
        load_areas(folder, as_of)
        entries: list[audit.Entry] = []
        households, new = registry.add_households(list(rows_of(folder, "households")), origin)
        entries += new
        by_number = {household.number: household for household in households}
        rows = [row for row in rows_of(folder, "persons") if row.get("household_no") in by_number]
        persons, new = registry.add_persons(rows, by_number, origin)
        entries += new
        by_person = {person.number: person for person in persons}
        for table in RECORDS:
            wanted = [
                row
                for row in rows_of(folder, table)
                if row.get("household_no") in by_number or row.get("person_no") in by_person
            ]
            _, new = registry.add_records(table, wanted, by_number, by_person, origin)
            entries += new
        registry.recount(households)
        audit.record_bulk(actor, DEMO_LOADED, audit.Subject("batch", origin.batch), origin.batch, entries)
    return {"households": len(households), "persons": len(persons), "log": len(entries)}


def load_areas(folder: Path, as_of: date) -> None:
    """The tree above and of the villages in the folder."""
    start = date(as_of.year, 1, 1)
    villages = list(rows_of(folder, "villages"))
    names: dict[str, str] = {}
    for row in villages:
        code = row["region_code"]
        names[code] = row["name"]
        names[code[:9]] = row.get("township_name", code[:9])
        names.setdefault(code[:6], "示例县")
        names.setdefault(code[:4], "示例市")
        names.setdefault(code[:2], "示例省")
    levels = {digits: level for level, digits in areas.DIGITS.items()}
    parents = {12: 9, 9: 6, 6: 4, 4: 2}
    areas.Area.objects.bulk_create(
        areas.Area(
            code=code,
            name=name,
            level=levels[len(code)],
            parent_code=code[: parents[len(code)]] if len(code) in parents else "",
            valid_from=start,
            source="示例数据",
        )
        for code, name in sorted(names.items())
    )
    groups = [("group", "group_no", row) for row in rows_of(folder, "groups")]
    groups += [("natural_village", "natural_village_no", row) for row in rows_of(folder, "natural_villages")]
    areas.Group.objects.bulk_create(
        areas.Group(village_code=row["region_code"], kind=kind, number=row[key], name=row["name"], valid_from=start)
        for kind, key, row in groups
    )
    outlines = areas.demo_outlines(names)
    areas.import_boundaries(actor=accounts.system_actor("示例数据 / demo"), shapes=outlines, source="示例边界（虚构）")


CAST = (
    ("village", "钱采集", "village_cadre", 12),
    ("secretary", "周驻村", "first_secretary", 12),
    ("officer", "吴帮扶", "case_officer", 12),
    ("township", "李经办", "township_office", 9),
    ("civil", "王民政", "county_civil_affairs", 6),
    ("agri", "陈农业", "county_agriculture", 6),
    ("bureau", "赵医保", "bureau_officer", 6),
    ("housing", "孙住建", "bureau_officer", 6),
    ("housing2", "何住建", "bureau_officer", 6),
    ("leader", "孙县长", "leader", 6),
    ("auditor", "郑审计", "auditor", 6),
    ("admin", "冯管理", "administrator", 6),
)
"""The demo's cast: username, name, role, digits of the area."""
BUREAUS = {"bureau": "medical_insurance", "housing": "housing", "housing2": "housing"}
"""For which bureau its officers act; two of housing, since who appraises a house does not approve it."""


def county_code() -> str:
    """The code of the demo's county."""
    return areas.current().get(level="county").code


def busiest_village() -> str | None:
    """The village of which the latest run says most; None before a run."""
    run = runs.Run.objects.filter(status="done").order_by("-as_of", "-pk").first()
    lines = runs.Finding.objects.filter(run=run, kind__in=("entitled_not_receiving", "alert")).exclude(change="gone")
    found = lines.values_list("area_code").annotate(n=Count("pk")).order_by("-n", "area_code").first()
    return found[0] if found else None


def make_accounts(as_of: date, password: str | None = None, village_code: str | None = None) -> list[Account]:
    """One account for each role in one village, the first where none is named, its township, its county."""
    actor = accounts.system_actor("示例数据 / demo")
    villages = areas.current().filter(level="village")
    village = villages.filter(code=village_code).first() if village_code else villages.first()
    if village is None:
        raise ValueError("没有行政村 / there is no village")
    word = password or f"demo-{secrets.token_urlsafe(6)}"
    made = []
    for username, name, role, digits in CAST:
        with transaction.atomic():
            user = accounts.create_user(actor=actor, username=username, full_name=name, password=word)
            bureau = BUREAUS.get(username, "")
            code = village.code[:digits]
            accounts.grant_role(actor=actor, user=user, role=role, area_code=code, starts_on=as_of, bureau=bureau)
        made.append(Account(username, word, str(accounts.ROLES[role].label), areas.names([code])[code]))
    return made
