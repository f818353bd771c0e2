"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall


class Migration(migrations.Migration):
    dependencies = [("means", "0001_reports"), ("registry", "0002_area_wall")]

    operations = [
        area_wall(table, area_condition())
        for table in ("means_authorisation", "means_withdrawal", "means_meansreport", "means_reportbatch")
    ]
