"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite. Lines follow their application."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall, through_condition


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_applications_and_reports"), ("casework", "0002_area_wall")]

    operations = [
        area_wall("intake_application", area_condition()),
        area_wall("intake_report", area_condition()),
        area_wall("intake_webobjection", area_condition()),
        area_wall(
            "intake_applicationcase",
            through_condition("intake_applicationcase", {"application_id": "intake_application"}),
        ),
    ]
