"""What docs/howto/postgresql.md and docs/office/audit-and-personal-data.md say is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from bangfu.office.audit.verify import MEANINGS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "howto" / "postgresql.md").read_text(encoding="utf-8")
LOG_PAGE = (ROOT / "docs" / "office" / "audit-and-personal-data.md").read_text(encoding="utf-8")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a PostgreSQL server")


def test_the_page_names_every_finding_of_a_verification():
    assert set(re.findall(r"^\| `(\w+)` \|", LOG_PAGE, re.MULTILINE)) == set(MEANINGS)


def test_the_permission_of_an_erasure_is_held_by_whom_the_page_says():
    from bangfu.office.accounts.roles import ROLES

    holders = {code for code, role in ROLES.items() if "registry.erase" in role.permissions}
    assert holders == {"county_civil_affairs", "county_agriculture"}


@on_postgresql
def test_the_set_up_of_the_page_works_and_the_web_role_sees_what_the_table_says(tmp_path):
    import psycopg

    host = connection.settings_dict["HOST"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    names = {"bangfu_owner": f"page_owner_{worker}", "bangfu_web": f"page_web_{worker}", "bangfu ": f"page_{worker} "}
    (sql,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    for old, new in names.items():
        sql = sql.replace(old, new)
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as server:
        for statement in sql.split(";\n"):
            server.execute(statement)
    (command,) = re.findall(r"bangfu (migrate --application-role \w+)", PAGE)
    where = f"{host.replace('/', '%2F')}/page_{worker}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("BANGFU_", "DJANGO_"))},
        "BANGFU_HOME": str(tmp_path),
        "BANGFU_DATABASE_URL": f"postgres://{names['bangfu_owner']}@{where}",
    }
    words = command.replace("bangfu_web", names["bangfu_web"]).split()
    entry = "import sys; from bangfu.entry import entry; sys.argv[0] = 'bangfu'; entry()"
    done = subprocess.run(
        [sys.executable, "-c", entry, *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with psycopg.connect(host=host, user=names["bangfu_owner"], dbname=f"page_{worker}") as owner:
        owner.execute("SET bangfu.areas = '{\"\"}'")
        owner.execute("INSERT INTO privacy_subjectkey (wrapped, master) VALUES ('', 'k1')")
        for number, area in enumerate(("990101101201", "990101102201", "990101103201")):
            owner.execute(
                "INSERT INTO registry_household (number, area_code, group_name, head_name, person_count, household_type,"
                " monitored_kind, facts, key_id, closed_reason, turn, version, changed_at)"
                " VALUES (%s, %s, '', '', 0, '', '', '{}', (SELECT max(id) FROM privacy_subjectkey), '', 0, 1, now())",
                (str(number), area),
            )
    shown = {}
    with psycopg.connect(host=host, user=names["bangfu_web"], dbname=f"page_{worker}") as web:
        for setting in re.findall(r"^\| .*?`(\{.*?\})` \|", PAGE, re.MULTILINE):
            web.execute("SELECT set_config('bangfu.areas', %s, false)", (setting,))
            shown[setting] = web.execute("SELECT count(*) FROM registry_household").fetchone()[0]
    assert shown == {"{}": 0, "{990101101}": 1, "{990101101,990101102}": 2, '{""}': 3}
