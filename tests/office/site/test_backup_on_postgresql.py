"""A backup of PostgreSQL holds every row, although the wall of areas binds the role that makes it."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest
from django.db import connection

from bangfu.office.site.operations.backup import make_backup

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def test_the_dump_holds_the_households_of_every_area(registered, tmp_path: Path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    make_backup(tmp_path / "one.tar")
    with tarfile.open(tmp_path / "one.tar") as tar:
        tar.extract("office.pgdump", tmp_path, filter="data")
    command = ["pg_restore", "--data-only", "--table=registry_household", "--file=-", str(tmp_path / "office.pgdump")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert registered.east.number in text
    assert registered.west.number in text
