"""Row-level protection of the new tables; what older cases have in the new columns."""

from django.db import migrations
from django.db.models import F

from bangfu.office.areas.api import area_condition, area_wall


def fill(apps, _editor):
    case, step = apps.get_model("casework", "Case"), apps.get_model("casework", "OpenStep")
    for row in case.objects.filter(origin="finding", found_as="").iterator():
        row.found_as = ([*row.origin_ref.split("/"), ""])[1][:24]
        row.save(update_fields=["found_as"])
    case.objects.filter(status="closed").update(running=False)
    case.objects.exclude(due_on=None).update(listed_on=F("due_on"))
    for row in step.objects.filter(procedure="").select_related("case").iterator():
        row.procedure = row.case.procedure
        row.save(update_fields=["procedure"])


class Migration(migrations.Migration):
    dependencies = [("casework", "0009_bulk_and_boards")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        area_wall("casework_bulkitem", area_condition()),
        area_wall("casework_steppassed", area_condition()),
    ]
