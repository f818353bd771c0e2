"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite. Periods follow their entitlement."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall, through_condition


class Migration(migrations.Migration):
    dependencies = [("benefits", "0002_no_overlap"), ("registry", "0002_area_wall")]

    operations = [
        area_wall("benefits_entitlement", area_condition()),
        area_wall("benefits_oneoff", area_condition()),
        area_wall("benefits_clue", area_condition()),
        # both ends of a move see it
        area_wall("benefits_transfer", f"({area_condition()}) OR ({area_condition('to_area')})"),
        area_wall("benefits_period", through_condition("benefits_period", {"entitlement_id": "benefits_entitlement"})),
    ]
