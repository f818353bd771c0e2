"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite. Events and papers follow their case."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall, through_condition

THROUGH = {"case_id": "casework_case"}
FOLLOWING = ("casework_caseevent", "casework_casedocument", "casework_proposal", "casework_determination")


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_cases"), ("registry", "0002_area_wall")]

    operations = [
        area_wall("casework_case", area_condition()),
        area_wall("casework_openstep", area_condition()),
        *(area_wall(table, through_condition(table, THROUGH)) for table in FOLLOWING),
    ]
