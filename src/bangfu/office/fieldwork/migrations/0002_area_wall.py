"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0001_visits"), ("registry", "0002_area_wall")]

    operations = [
        area_wall(f"fieldwork_{table}", area_condition()) for table in ("visit", "lastvisit", "finding", "difference")
    ]
