"""Row-level protection in PostgreSQL (areas/wall.py) by the office that has a complaint; what hangs on it follows."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall, through_condition

THROUGH = {"complaint_id": "grievance_complaint"}


class Migration(migrations.Migration):
    dependencies = [("grievance", "0001_complaints")]

    operations = [
        area_wall("grievance_complaint", area_condition()),
        *(
            area_wall(table, through_condition(table, THROUGH))
            for table in ("grievance_complaintevent", "grievance_concern")
        ),
    ]
