"""A meeting as what a step left behind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0005_public_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="casedocument",
            name="meeting",
            field=models.BigIntegerField(null=True, verbose_name="会议"),
        ),
    ]
