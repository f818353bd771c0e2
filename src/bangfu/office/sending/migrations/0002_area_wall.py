"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall


class Migration(migrations.Migration):
    dependencies = [("sending", "0001_messages"), ("registry", "0002_area_wall")]

    operations = [
        area_wall("sending_message", area_condition()),
        area_wall("sending_optout", area_condition()),
    ]
