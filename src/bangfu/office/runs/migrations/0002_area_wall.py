"""Findings are protected by area in PostgreSQL, as the households are that they are about; nothing on SQLite."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_runs")]

    operations = [area_wall("runs_finding", area_condition())]
