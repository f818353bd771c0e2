"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite.

Officials and campaigns of a county are seen by its townships, so they have none; versions and findings follow.
"""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall, through_condition


class Migration(migrations.Migration):
    dependencies = [("pairing", "0001_pairing"), ("registry", "0002_area_wall")]

    operations = [
        *(
            area_wall(table, area_condition())
            for table in (
                "pairing_pairing",
                "pairing_plan",
                "pairing_measure",
                "pairing_campaignrow",
                "pairing_campaignfinding",
            )
        ),
        area_wall("pairing_planversion", through_condition("pairing_planversion", {"plan_id": "pairing_plan"})),
    ]
