"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite. Papers and reports follow their household."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall, through_condition

THROUGH = {"household_id": "registry_household"}
FOLLOWING = ("means_authorisation", "means_withdrawal", "means_meansreport")


class Migration(migrations.Migration):
    dependencies = [("means", "0001_reports"), ("registry", "0002_area_wall")]

    operations = [
        area_wall("means_reportbatch", area_condition()),
        *(area_wall(table, through_condition(table, THROUGH)) for table in FOLLOWING),
    ]
