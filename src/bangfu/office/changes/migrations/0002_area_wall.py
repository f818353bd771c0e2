"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite.

Windows are not walled: those of the county bind its villages, and they name no household.
"""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_proposals_and_windows"), ("registry", "0002_area_wall")]

    operations = [
        area_wall("changes_change", area_condition()),
        area_wall("changes_difference", area_condition()),
        area_wall("changes_reconciliation", area_condition()),
    ]
