"""A morning's work in the demo, left half done: changes that wait for a second person, and an import with errors in it.

Everything goes through the same actions as the pages use, with the demo's people as actors.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.changes import api as changes
from bangfu.office.imports import api as imports
from bangfu.office.registry import api as registry
from bangfu.office.site.demo_people import acting

ROWS = 40
COLUMNS = ("person_no", "household_no", "name", "id_number", "relation", "education", "labour_skill")
DAMAGE: tuple[tuple[int, str, str], ...] = (
    (3, "id_number", "990101197503080019"),
    (7, "education", "秀才"),
    (12, "relation", "表兄弟的朋友"),
    (18, "id_number", "99010119"),
    (25, "household_no", "9901019990010001"),
)
"""Row, field and what a tired typist left there: a wrong check digit, unknown codes, half a number, no such household."""


def leave(home: Path, as_of: date) -> tuple[int, Path]:
    """Changes and an import of the demo's first village; returns how many changes, and where the workbook lies."""
    with areas.everywhere():
        proposed = _propose(timezone.localdate())
        path = home / "示例_人员信息更新_有错误.xlsx"
        path.write_bytes(_workbook())
        _import(path, as_of)
    return proposed, path


def _households(actor: accounts.Actor) -> list[registry.Household]:
    return list(registry.households(actor).filter(closed_on=None, person_count__gte=3).order_by("number")[:8])


def _propose(today: date) -> int:
    village, township = acting("village"), acting("township")
    first, second, third, fourth, fifth, *_rest = _households(village)
    month_ago = today - timedelta(days=20)

    def ask(kind: str, home: registry.Household, content: changes.Content, reason: str, **more: Any) -> changes.Change:
        return changes.propose(
            actor=village,
            proposal=changes.Proposal(
                kind=kind, household=home.number, effective_on=month_ago, reason=reason, content=content, **more
            ),
        )

    ask(
        "correction",
        first,
        changes.Content(values={"safe_water": False}),
        "入户看到水井已干，改饮河水",
        evidence="走访照片 2 张",
    )
    baby = {
        "name": "小雨",
        "sex": "female",
        "birth_date": (today - timedelta(days=30)).isoformat(),
        "relation": "other",
    }
    ask("birth", second, changes.Content(persons=(baby,)), "新生儿，已办出生证明", evidence="出生医学证明")
    ask("correction", third, changes.Content(values={"phone": "13900001234"}), "换了电话")
    grade = changes.Content(values={"house_grade": "C"})
    doubtful = ask("correction", fourth, grade, "墙体有裂缝", evidence="")
    changes.send_back(actor=township, change=doubtful.pk, remark="请附住房安全鉴定的结论")
    done = ask("correction", fifth, changes.Content(values={"group_name": "第2组"}), "按村组调整通知更正")
    if done.status == "proposed":
        changes.confirm(actor=township, change=done.pk, remark="情况属实")
    return 5


def _workbook() -> bytes:
    """Forty persons as the township's own list has them: one word changed for some, and the damage."""
    import xlsxwriter

    village = acting("village")
    known = registry.catalogue()
    fields = [known.field("persons", name) for name in COLUMNS]
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("人员")
    text = book.add_format({"num_format": "@"})
    for column, field in enumerate(fields):
        assert field is not None
        sheet.write_string(0, column, field.label("zh-hans"), book.add_format({"bold": True, "bottom": 1}))
        sheet.set_column(column, column, 21 if "no" in field.name or "number" in field.name else 14)
    people = registry.persons(village).filter(left_on=None).select_related("key", "household").order_by("number")
    for row, person in enumerate(people[:ROWS], 1):
        values = _row(person, row)
        for column, name in enumerate(COLUMNS):
            sheet.write_string(row, column, values[name], text)
    sheet.freeze_panes(1, 0)
    book.close()
    return content.getvalue()


def _row(person: registry.Person, row: int) -> Mapping[str, str]:
    known, held = registry.catalogue(), registry.values_of_person(person)
    held = {**held, "household_no": person.household.number if person.household else ""}
    values = {}
    for name in COLUMNS:
        field = known.field("persons", name)
        assert field is not None
        values[name] = registry.text_of(known, field, held.get(name), "zh-hans")
    return {**values, **{name: wrong for at, name, wrong in DAMAGE if at == row}}


def _import(path: Path, as_of: date) -> None:
    township = acting("township")
    (area,) = township.areas("imports.upload")
    file = SimpleUploadedFile(path.name, path.read_bytes())
    batch = imports.upload(
        actor=township, file=file, place=(area, ""), as_of=as_of, source="township_list", table="persons"
    )
    imports.check_now(batch, township)
