"""docs/algorithms/procedures.md: its procedure loads, its program runs, its numbers are those of the calendar."""

from __future__ import annotations

import contextlib
import io
import os
import textwrap
from datetime import date
from pathlib import Path

from bangfu.core.procedures import Calendar
from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.procedure_model import Limit

from .conftest import DOCS

ROOT = DOCS.parent
PAGE = (DOCS / "algorithms" / "procedures.md").read_text(encoding="utf-8")


def block(first: str) -> str:
    """The indented block that begins with this line."""
    lines = PAGE.splitlines()
    found = []
    for line in lines[lines.index("    " + first) :]:
        if line.strip() and not line.startswith("    "):
            break
        found.append(line)
    return textwrap.dedent("\n".join(found))


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_the_example_loads_and_a_county_changes_it(tmp_path: Path) -> None:
    facts = (
        "tables:\n  households: {file: households, key: household_no, of: household}\n"
        "facts:\n  members: {of: household, type: integer}\n"
    )
    policy = "id: dibao\ntitle: 低保\nof: household\nconditions:\n  - {id: a, when: 'members > 0'}\n"
    first = PAGE.index("    id: small_relief")
    changes = (
        "id: small_relief\nchanges:"
        + textwrap.dedent(PAGE[PAGE.index("    id: small_relief", first + 9) :].split("\n\n")[0]).split("changes:")[1]
    )
    written(tmp_path / "base", {"rulebook.yml": "name: base\nversion: '1'\n", "facts/a.yml": facts, "policies/a.yml": policy,
                                "procedures/a.yml": block("id: small_relief"), "calendar/a.yml": block('id: "2026"')})  # fmt: skip
    county = written(
        tmp_path / "county",
        {"rulebook.yml": "name: county\nversion: '1'\nextends: base\n", "procedures/a.yml": changes},
    )
    base, own = (load(path).procedures["small_relief"] for path in (tmp_path / "base", county))
    assert (base.limit, own.limit) == (
        Limit(20, "working_days", "accept.accepted", "decide"),
        Limit(15, "working_days", "accept.accepted", "decide"),
    )
    assert (base.things["notice"].stands, own.things["notice"].stands) == (Limit(7, "days"), Limit(10, "days"))
    assert (base.steps["check"].limit, own.steps["check"].limit) == (Limit(5, "working_days"), Limit(3, "working_days"))
    assert base.digest != own.digest
    assert list(own.steps) == list(base.steps)


def test_the_program_says_what_the_page_says() -> None:
    program = block("from datetime import datetime, timedelta, timezone")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.chdir(ROOT):
        exec(compile(program, os.fspath(DOCS), "exec"), {})
    assert said.getvalue().strip() == program.strip().splitlines()[-1].removeprefix("# ")


def test_nine_working_days_over_the_national_holiday() -> None:
    days = Calendar(load(ROOT / "rulebook" / "cn", cases=False).calendar)
    assert days.due(date(2026, 9, 21), Limit(9, "working_days")) == date(2026, 10, 10)
