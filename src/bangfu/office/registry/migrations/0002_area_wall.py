"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall, through_condition

SUBJECTS = {"household_id": "registry_household", "person_id": "registry_person"}


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_households")]

    operations = [
        area_wall("registry_household", area_condition()),
        area_wall("registry_person", area_condition()),
        area_wall("registry_statusepisode", area_condition()),
        area_wall("registry_record", area_condition()),
        area_wall("registry_membership", through_condition("registry_membership", SUBJECTS)),
        area_wall("registry_statement", through_condition("registry_statement", SUBJECTS)),
    ]
