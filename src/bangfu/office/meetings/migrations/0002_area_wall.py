"""Row-level protection by area in PostgreSQL (areas/wall.py); nothing on SQLite. What belongs to a meeting follows it."""

from django.db import migrations

from bangfu.office.areas.api import area_condition, area_wall, through_condition

THROUGH = {"meeting_id": "meetings_meeting"}
OWN = ("meetings_committeemember", "meetings_nearrelative", "meetings_meeting", "meetings_task")
FOLLOWING = ("meetings_attendee", "meetings_matter", "meetings_meetingfile")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_meetings"), ("registry", "0002_area_wall")]

    operations = [
        *(area_wall(table, area_condition()) for table in OWN),
        *(area_wall(table, through_condition(table, THROUGH)) for table in FOLLOWING),
        area_wall(
            "meetings_matter_abstained",
            through_condition("meetings_matter_abstained", {"matter_id": "meetings_matter"}),
        ),
    ]
