"""Row-level protection of documents in PostgreSQL, through the household that they are about; nothing on SQLite."""

from django.db import migrations

from bangfu.office.areas.api import area_wall, through_condition


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_lists_and_documents")]

    operations = [
        area_wall("registry_document", through_condition("registry_document", {"household_id": "registry_household"})),
    ]
